/*
 * Judge: filters and ignore rules over findings. Nothing is dropped: a finding that does not count keeps
 * its reason and can be shown. Order: severity, status, ignore file (as users of the neighbours expect).
 */
#pragma once

#include "finding/finding.h"

struct ignore_rule {
	struct lc_slice id;        /* vulnerability id, exactly */
	struct lc_slices paths;    /* globs; empty any */
	struct lc_slices purls;    /* without version: any version; empty any */
	int64_t expires;           /* seconds at whose day's start the rule ends; INT64_MAX never */
	struct lc_slice statement;
	struct lc_slice origin;    /* "file:line" */
};

struct ignore_rules {
	struct ignore_rule *v;
	size_t n, room;
};

/**
 * Read an ignore file: plain (id, "exp:YYYY-MM-DD", '#' comments) or YAML by its name (.yaml, .yml).
 * @return 0; LC_EBAD with the line
 */
int ignore_parse(struct lc_slice text, struct lc_slice file_name, struct lc_arena *a,
		 struct ignore_rules *ret, struct lc_err *e) LC_MUST_CHECK;

struct judge_options {
	bool severity[SEVERITY_N];            /* which are wanted */
	bool ignore_status[ADVISORY_STATUS_N];
	const struct ignore_rules *rules;     /* NULL none */
	int64_t now;
};

/** Mark findings; counts of what is shown and what was suppressed by each way. */
struct judge_stats {
	uint64_t shown, by_filter, by_rule, rules_expired;
};
int finding_judge(struct finding_list *l, const struct judge_options *o, const struct inv_os *os,
		  struct lc_arena *a, struct judge_stats *ret, struct lc_err *e) LC_MUST_CHECK;
