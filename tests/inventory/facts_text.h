/*
 * Facts as text, so that a test is a table of inputs and what is wanted of them.
 *
 *	file PATH ANALYSER
 *	p TYPE NAME VERSION [arch=A] [src=NAME/VERSION] [lic=A|B] [by=MAINTAINER] [sum=DIGEST]
 *	  [dep=A,B] [own=PATH:DIGEST,…] [KEY=VALUE] [flags=N] lines=A-B
 *	o TYPE PACKAGE [arch=A] [own=…] [lic=…]
 *	os FAMILY VERSION CODENAME PRETTY WEIGHT
 *	r FAMILY RELEASE
 *	b [sets=A,B] [nvr=NVR] [arch=ARCH]
 *	! TROUBLE PATH ANALYSER: MESSAGE
 */
#pragma once

#include "base/arena.h"
#include "inventory/analyser.h"
#include "inventory/squash.h"

struct facts {
	struct lc_arena arena, scratch;
	struct inv_sink sink;
	struct inv_layer_facts facts;
};
void facts_done(struct facts *f);
/** Run an analyser over bytes at a path and read its facts back; what any step returned. */
int facts_attempt(struct facts *f, const struct inv_analyser *a, const char *path,
		  struct lc_slice bytes);
/** The same under limits of one's own, which outlive it. */
int facts_attempt_within(struct facts *f, const struct inv_analyser *a, const char *path,
			 struct lc_slice bytes, const struct lc_limits *limits);
/** The first of several files, read together with the others by an analyser that does so. */
struct facts_file {
	const char *path;
	struct lc_slice bytes;
};
int facts_attempt_together(struct facts *f, const struct inv_analyser *a,
			   const struct facts_file *files, size_t n);
/** Its facts as text are what is wanted. */
void facts_check_together(const struct inv_analyser *a, const char *what,
			  const struct facts_file *files, size_t n, const char *want);
/** The same, failing the test when it fails. */
void facts_of(struct facts *f, const struct inv_analyser *a, const char *path,
	      struct lc_slice bytes);

/** All of it, in the arena, NUL-terminated. */
const char *facts_text(struct facts *f);
/** A package without its line numbers, appended. */
void package_text(const struct inv_package *p, struct lc_buf *out);
void os_text(const struct inv_os *os, struct lc_buf *out);
void diagnostic_text(const struct inv_diagnostic *d, struct lc_buf *out);

/** What an analyser shall make of bytes, as text. */
struct row {
	const char *what;
	struct lc_slice in;
	const char *want;
};
#define ROW(what, in, want)               \
	{                                 \
		what, LC_S_INIT(in), want \
	}
#define N(table) (sizeof(table) / sizeof((table)[0]))
void facts_check(const struct inv_analyser *a, const char *path, const struct row *rows, size_t n);
/** The same with options of a scan (NULL: those of an image's). */
void facts_check_with(const struct inv_analyser *a, const char *path,
		      const struct inv_options *options, const struct row *rows, size_t n);

/** Every allocation of an analyser fails once: it says so, or does without; nothing leaks. */
struct facts_try {
	const struct inv_analyser *analyser;
	const char *path;
	struct lc_slice in;
};
void facts_alloc(const struct facts_try *tries, size_t n);
