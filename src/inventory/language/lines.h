/*
 * On which lines of a text something stands, found without reading the text again.
 */
#pragma once

#include "base/arena.h"
#include "inventory/fact.h"

/** How many spaces a line begins with. */
size_t lines_indent(struct lc_slice line);

struct lines {
	struct lc_slice text;
	const size_t *starts; /* where each line begins */
	size_t n;
};

/** @return 0; LC_ENOMEM, LC_ELIMIT of the arena, which holds the index */
int lines_init(struct lines *l, struct lc_slice text, struct lc_arena *a) LC_MUST_CHECK;
/** Lines of a part of the text (a slice of it); 0-0 for anything else. */
struct inv_lines lines_of(const struct lines *l, struct lc_slice part);
