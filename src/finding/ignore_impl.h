/*
 * What the two forms of ignore files share. Not for use outside ignore*.c.
 */
#pragma once

#include "finding/judge.h"

struct ignore_parse {
	struct lc_slice file;
	struct lc_arena *a;
	struct ignore_rules *rules;
	size_t line; /* that messages name */
	struct lc_err *e;
};

#define IGNORE_BAD(p, ...)                                                                      \
	lc_wrap((p)->e, lc_fail((p)->e, LC_EBAD, __VA_ARGS__), "%s:%zu", lc_quote((p)->file).s, \
		(p)->line)

/** Text that a report can show: no control bytes but tabs, no broken UTF-8. */
bool ignore_is_text(struct lc_slice s);
bool ignore_is_id(struct lc_slice s);
/** Keep a rule whose slices live in the arena; the line becomes its origin. */
int ignore_add(struct ignore_parse *p, const struct ignore_rule *r);
int ignore_no_memory(struct ignore_parse *p);
/** Rules of a YAML file. */
int ignore_parse_yaml(struct ignore_parse *p, struct lc_slice text);
