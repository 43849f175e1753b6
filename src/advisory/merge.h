/*
 * Folding what several sources tell of one vulnerability into one.
 */
#pragma once

#include "advisory/advisory.h"

/**
 * Add the facts of one more source; they come in the fixed order of sources (source_rank()).
 *
 * Title, text and the default severity are those of the first source that has them, with its name.
 * Severities and scores are kept for each source; when one source says several, the highest. Links,
 * CWEs, names add up. The earliest date of publication and the latest change count. Rejected is
 * what a source says so of and no other one describes. Slices of more are kept: they outlive into.
 */
int merge_facts(struct vulnerability *into, const struct vulnerability *more,
		struct lc_arena *a) LC_MUST_CHECK;
/** After the last one: choose the default severity. */
void merge_done(struct vulnerability *v);
