/*
 * Programs and libraries that say themselves which version they are: a table, so that knowing one
 * more is a row and its proof in tests/interop/classifiers.py.
 *
 * A row is asked when the file's name is one of its own, and found by text that its makers put into
 * it. Patterns are texts with
 *
 *	%n  numbers between dots, two at least: 1.22.1
 *	%v  the same, and what else a version may have: 1.1.1w, 9.2p1, 2.1.0-beta3
 *	%p  numbers and a patch level: 6.9.11-60
 *	%0  a NUL       %9  a digit       %%  the sign itself
 *
 * and hold one version each. It ends where its characters end: 1.2 is not found in 1.2.3. What a
 * program says differently at different places is not believed.
 */
#pragma once

#include "base/slice.h"

enum { CLASSIFIER_PATTERNS_MAX = 3 };

struct classifier {
	const char *name;  /* of the package */
	const char *cpe;   /* "vendor:product" of NVD */
	const char *files; /* names between spaces; one ends with '*' when more may follow */
	const char *proof; /* text that must be there as well; NULL none */
	bool by_name;      /* the version begins with the numbers in the file's name */
	const char *patterns[CLASSIFIER_PATTERNS_MAX];
	/* What Bitnami's advisories, whose ranges are those of the makers' releases, call it; NULL
	 * when they do not speak of it. */
	const char *bitnami;
};

extern const struct classifier classifiers[];
extern const size_t classifiers_n;

/** Is the file's name (the last component) one of the row's? */
bool classifier_wants(const struct classifier *c, struct lc_slice name);
/** "3.11" of "libpython3.11.so.1.0"; empty when the name has no such numbers. */
struct lc_slice classifier_numbers(struct lc_slice name);

enum { CLASSIFIER_SPAN_MAX = 256 }; /* bytes that a match may have */
/**
 * The next place at or after *at where the pattern matches; *at moves behind it, or to where the
 * search ended.
 */
bool classifier_next(const char *pattern, struct lc_slice s, size_t *at, struct lc_slice *ret);
