/*
 * What the files of the table writer share. Private to report/.
 */
#pragma once

#include "report/grid.h"
#include "report/text.h"
#include "report/write.h"

struct table {
	const struct report *r;
	const struct report_write_options *o;
	struct lc_buf *out;
	struct lc_arena a; /* scratch, for one writing */
};

/** The text as the reader's language has it. */
const char *table_translate(const struct table *t, const char *text);
/** Append a translated text with its arguments, made safe. */
void table_say(struct table *t, const char *text, struct lc_slice a0, struct lc_slice a1);
/** The same as a slice in the arena. */
struct lc_slice table_text(struct table *t, const char *text, struct lc_slice a0,
			   struct lc_slice a1);
struct lc_slice table_number(struct table *t, uint64_t n);
/** Draw and forget; a failure stays in the arena or the buffer. */
void table_grid(struct table *t, const struct grid *g);
/** A heading with a line of '=' below it. */
void table_heading(struct table *t, struct lc_slice safe_text);

/** First line: how much was read and understood. */
void table_coverage(struct table *t);
void table_summary(struct table *t);
void table_result(struct table *t, const struct report_result *res);
/** Rows of findings of one source package and vulnerability put together: --group-by source. */
struct table_group {
	const struct finding *first;   /* speaks for all */
	struct lc_slice name, version; /* of the source */
	struct lc_slice binaries;      /* their names, made safe */
};
/** In the order of names; *ret_n 0 and the arena's error when out of memory. */
struct table_group *table_groups(struct table *t, const struct report_result *res, size_t *ret_n);
/** Who brought the packages with findings: --dependency-tree. */
void table_tree(struct table *t, const struct report_result *res);
void table_suppressed(struct table *t, const struct report_result *res);
/** Warnings, layers that could not be read, files that were not understood. */
void table_notes(struct table *t);
