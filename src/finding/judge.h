/*
 * Judge: filters and ignore rules over findings. Nothing is dropped: a finding that does not count
 * keeps its reason and can be shown. Order: severity, status, ignore file (as users of the
 * neighbours expect).
 */
#pragma once

#include "finding/finding.h"

struct ignore_rule {
	struct lc_slice id;     /* vulnerability id, exactly */
	struct lc_slices paths; /* globs: the package's file or its result's target; empty any */
	struct lc_slices purls; /* without version: any version; empty any */
	int64_t expires;        /* seconds since 1970: counts before; INT64_MAX for ever */
	struct lc_slice statement;
	struct lc_slice origin; /* "file:line" */
};

struct ignore_rules {
	struct ignore_rule *v;
	size_t n, room;
};

enum {
	IGNORE_BYTES_MAX = 4 << 20,
	IGNORE_RULES_MAX = 1 << 16,
	IGNORE_LINE_MAX = 8192,
};

/**
 * Read an ignore file. By lines: one id each, behind it words or a '#' comment that say why, and
 * anywhere among them "exp:YYYY-MM-DD" if the rule ends. YAML, known by its name (.yaml, .yml):
 * a mapping whose "vulnerabilities" lists mappings of id (required), paths (globs), purls,
 * expired_at and statement; misconfigurations, secrets and licenses are passed over, any other key
 * is LC_EBAD.
 *
 * @param text  UTF-8, at most IGNORE_BYTES_MAX; copied into the arena where it is kept
 * @param ret   rules are appended, so that several files add up; whole files only
 * @return 0; LC_EBAD or LC_ETRUNC with "file:line: …"; LC_ELIMIT; LC_ENOMEM
 */
int ignore_parse(struct lc_slice text, struct lc_slice file_name, struct lc_arena *a,
		 struct ignore_rules *ret, struct lc_err *e) LC_MUST_CHECK;

/**
 * Does a package URL of a rule name that of a package? Type, namespace and name are equal, and so
 * are the version and each qualifier that the rule has.
 */
bool ignore_purl_match(struct lc_slice rule, struct lc_slice package);

struct judge_options {
	bool severity[SEVERITY_N]; /* which are wanted */
	bool ignore_status[ADVISORY_STATUS_N];
	const struct ignore_rules *rules; /* NULL none */
	int64_t now;                      /* seconds: whether a rule has ended */
	struct lc_slice os_target;        /* target of the system's packages; empty unknown */
};

/** Counts of what is shown and what was suppressed by each way. */
struct judge_stats {
	uint64_t shown, by_filter, by_rule;
	uint64_t rules_expired; /* rules that no longer count */
};

/** Mark findings. What is marked already (rejected ids) stays so and counts as filtered. */
int finding_judge(struct finding_list *l, const struct judge_options *o, const struct inv_os *os,
		  struct lc_arena *a, struct judge_stats *ret, struct lc_err *e) LC_MUST_CHECK;
