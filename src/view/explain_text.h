/*
 * What the files of the text writer share. Private to view/.
 */
#pragma once

#include "report/text.h"
#include "view/explain.h"

struct tell {
	const struct view_explanation *x;
	const struct report_write_options *o;
	struct lc_buf *out;
	struct lc_arena a; /* scratch, for one writing */
	unsigned step;     /* of the package being told */
};

/** A line: indented, translated, its arguments made safe. A failure stays in arena or buffer. */
void tell_line(struct tell *t, unsigned indent, const char *text, struct lc_slice a0,
	       struct lc_slice a1);
/** The next numbered line of a package. */
void tell_step(struct tell *t, const char *text, struct lc_slice a0, struct lc_slice a1);
struct lc_slice tell_number(struct tell *t, uint64_t n);
/** "a, b, c", at most so many, then "…". */
struct lc_slice tell_list(struct tell *t, const struct lc_slices *l, size_t max);

/** Of a directory or file: there are no layers to tell of. */
bool tell_is_tree(const struct tell *t);

void tell_package(struct tell *t, const struct view_package *p);
