/*
 * What the analyser of executables puts together: readers of what toolchains leave in a program.
 * Each gets an opened executable and says what it found; a program without it is no trouble.
 */
#pragma once

#include "format/executable.h"
#include "inventory/analyser.h"

struct binary {
	const struct inv_file *file;
	const struct executable *x;
	struct lc_arena *arena; /* of this file */
	struct inv_sink *out;
};

/** Trouble with the bytes is told of in the sink: 0; what ends the analysis is given back. */
int binary_trouble(const struct binary *b, int r, const struct lc_err *e, const char *what);

/* 0 also where there is nothing; LC_ENOMEM, LC_ELIMIT of arena or sink, LC_EIO. */
/** Modules of a Go program: debug/buildinfo. */
int go_binary(const struct binary *b, struct lc_err *e) LC_MUST_CHECK;
/** Crates of a Rust program: cargo-auditable's section. */
int rust_binary(const struct binary *b, struct lc_err *e) LC_MUST_CHECK;
/** Programs that say themselves which version they are: classifiers.h. */
int known_binary(const struct binary *b, struct lc_err *e) LC_MUST_CHECK;
