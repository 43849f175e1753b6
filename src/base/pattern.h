/*
 * Regular expressions that users give, searched for in short texts: paths, identities.
 *
 * Unanchored, case as written, "." is any character but a line feed, "$" the very end, classes as
 * \d and \w are of ASCII: as Go's regexp reads them, whose users bring them along. Text is UTF-8;
 * what of it is not matches nothing. Perl's syntax beyond Go's works as well (look-around,
 * back-references), so a search is bounded in steps and memory, and texts are in length. Source:
 * pcre2pattern(3), RE2's syntax page. The library is opened when the first pattern is made.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>

enum { LC_PATTERN_MAX = 4096, LC_PATTERN_SUBJECT_MAX = 16384 };

struct lc_pattern;

/**
 * Compile an expression; text is borrowed for the call.
 *
 * @param ret  to be released with lc_pattern_free(); immutable, any number of threads may search
 * @return 0; LC_EBAD no expression, with where and why on one line; LC_ELIMIT longer than
 *         LC_PATTERN_MAX; LC_EUNSUP the library is not installed; LC_ENOMEM
 */
int lc_pattern_new(struct lc_slice text, struct lc_pattern **ret, struct lc_err *e) LC_MUST_CHECK;
/** Accepts NULL. */
void lc_pattern_free(struct lc_pattern *p);

/**
 * Does the expression match anywhere in the text?
 * @return 0; LC_ELIMIT the text is longer than LC_PATTERN_SUBJECT_MAX, or the search took more
 *         steps or memory than any sane expression does; LC_ENOMEM
 */
int lc_pattern_search(const struct lc_pattern *p, struct lc_slice subject, bool *ret,
		      struct lc_err *e) LC_MUST_CHECK;
