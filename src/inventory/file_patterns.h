/*
 * Files that users say are of a type, whatever their names: "TYPE:REGEX", an analyser's name and an
 * expression (base/pattern.h) searched for in paths. Private to the matcher.
 */
#pragma once

#include "base/pattern.h"
#include "inventory/matcher.h"

struct file_pattern {
	size_t analyser; /* index into the table */
	struct lc_pattern *pattern;
};

struct file_patterns {
	struct file_pattern *v;
	size_t n, room;
};

/**
 * Compile patterns. trivy's names of types count as ours do.
 *
 * @param a    holds the list
 * @param ret  empty; to be released with file_patterns_done(), also after a failure
 * @return 0; LC_EUSAGE no pattern, or a type that nobody reads; LC_EUNSUP, LC_ENOMEM
 */
int file_patterns_read(const struct lc_slices *texts, const struct inv_analyser *const *table,
		       size_t n, struct lc_arena *a, struct file_patterns *ret,
		       struct lc_err *e) LC_MUST_CHECK;
void file_patterns_done(struct file_patterns *p);
/** Add the analysers whose patterns match, those of mask alone. */
void file_patterns_match(const struct file_patterns *p, struct lc_slice path,
			 const struct inv_set *mask, struct inv_set *set);
/** Does a pattern of this analyser match? */
bool file_patterns_give(const struct file_patterns *p, size_t analyser, struct lc_slice path);
