/*
 * A report made by hand: two packages of Alpine, one of a lock file, a layer that could not be
 * read, a file that was not understood, text that means harm.
 */
#pragma once

#include "report/write.h"

enum sample_flags {
	SAMPLE_HOSTILE = 1 << 0, /* control bytes, bidi marks, broken UTF-8, markup in every text */
	SAMPLE_EMPTY = 1 << 1,   /* no packages at all */
	SAMPLE_WIDE = 1 << 2,    /* wide characters in a title */
};

/** The caller's: report_free(). seed 0: in order; else the packages come in another one. */
struct report *sample_report(unsigned flags, uint64_t seed);
/** All severities wanted, packages and suppressed findings listed, plain and as wide as it takes.
 */
struct report_write_options sample_options(void);

/** Compare with tests/data/report/<name>; with LACRE_REMAKE=1 write it. */
void assert_golden(const char *name, struct lc_slice got);
