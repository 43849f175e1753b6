/*
 * Report writers: one file a format, one table of them. Machine formats are never translated; the
 * table's texts go through the translate function that the program gives.
 */
#pragma once

#include "report/report.h"

struct report_write_options {
	bool list_all_pkgs;
	bool show_suppressed;
	bool severity[SEVERITY_N];   /* which the totals name */
	bool colour;                 /* ANSI sequences */
	unsigned width;              /* columns; 0: as wide as it takes (piped) */
	bool box;                    /* line-drawing characters (a UTF-8 terminal), else ASCII */
	bool group_by_source;        /* table: a row for each source package and vulnerability */
	bool dependency_tree;        /* table: what brought the packages with findings */
	unsigned threads;            /* at most; 0: one per processor */
	bool no_summary, no_details; /* table: leave out the summary, or the tables of findings */
	const char *(*translate)(const char *text); /* NULL: as it is */
};

struct report_format {
	const char *name; /* as --format takes it */
	int (*write)(const struct report *r, const struct report_write_options *o,
		     struct lc_buf *out, struct lc_err *e);
};
extern const struct report_format report_formats[];
extern const size_t report_formats_n;
/** NULL when unknown. */
const struct report_format *report_format_of(struct lc_slice name);

int report_write_json(const struct report *r, const struct report_write_options *o,
		      struct lc_buf *out, struct lc_err *e) LC_MUST_CHECK;
int report_write_table(const struct report *r, const struct report_write_options *o,
		       struct lc_buf *out, struct lc_err *e) LC_MUST_CHECK;
