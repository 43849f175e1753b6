/*
 * Haskell's lock files. Sources: cabal's user guide, "cabal freeze"; stack's documentation, "Lock
 * files".
 *
 *	cabal.project.freeze  constraints: any.aeson ==1.5.4.1,
 *	                                   aeson -fast,
 *	stack.yaml.lock       packages:
 *	                      - completed:
 *	                          hackage: aeson-1.5.4.1@sha256:…,123
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* ---- cabal ---- */

/* "any.name ==1.2"; flags and other constraints are none. */
static int read_constraint(struct lock *l, struct lc_slice text, uint32_t line)
{
	struct inv_package p = { .line_start = line, .line_end = line };
	size_t at = lc_find_slice(text, LC_S("=="));
	if (at == SIZE_MAX)
		return 0;
	p.name = lc_trim(lc_sub(text, 0, at));
	p.version = lc_trim(lc_skip(text, at + 2));
	(void)lc_chop_prefix(&p.name, LC_S("any."));
	if (p.name.n == 0 || p.version.n == 0 || lc_find(p.name, ' ') != SIZE_MAX)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no constraint: %s", line,
					lc_quote(text).s);
	if (lc_find(p.version, '*') != SIZE_MAX || lc_find(p.version, ' ') != SIZE_MAX)
		return 0;
	return lock_add(l, &p, NULL);
}

static int read_freeze(struct lock *l)
{
	struct lc_slice rest = l->file->bytes;
	struct lc_slice line;
	struct lc_slice one;
	bool inside = false;
	int r = 0;
	for (uint32_t number = 1; r == 0 && lc_line(&rest, &line); number++) {
		struct lc_slice text = lc_trim(line);
		if (text.n && line.p[0] != ' ' && line.p[0] != '\t')
			inside = lc_chop_prefix(&text, LC_S("constraints:"));
		if (!inside || lc_starts(text, LC_S("--")))
			continue;
		while (r == 0 && lc_split(&text, ',', &one))
			r = read_constraint(l, lc_trim(one), number);
	}
	return r;
}

static int parse_freeze(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "cabal", read_freeze);
}

static const struct inv_want freeze_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "cabal.project.freeze" },
};

const struct inv_analyser inv_cabal_freeze = {
	.name = "cabal",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = freeze_wants,
	.wants_n = sizeof(freeze_wants) / sizeof(freeze_wants[0]),
	.parse = parse_freeze,
};

/* ---- stack ---- */

/* "name-1.2.3@sha256:…,123"; names have "-" themselves */
static bool split_hackage(struct lc_slice text, struct inv_package *p)
{
	size_t at = lc_find(text, '@');
	text = lc_sub(text, 0, at == SIZE_MAX ? text.n : at);
	size_t dash = lc_rfind(text, '-');
	if (dash == SIZE_MAX)
		return false;
	p->name = lc_sub(text, 0, dash);
	p->version = lc_skip(text, dash + 1);
	return p->name.n && p->version.n && lc_is_digit(p->version.p[0]);
}

static int read_completed(struct lock *l, yaml_ref item)
{
	const struct yaml_doc *d = &l->yaml;
	yaml_ref completed = yaml_get(d, item, "completed");
	yaml_ref hackage = yaml_get(d, completed, "hackage");
	struct inv_package p = {
		.name = yaml_get_str(d, completed, "name"),
		.version = yaml_get_str(d, completed, "version"),
		.line_end = yaml_end_line(d, item),
	};
	uint32_t column;
	yaml_where(d, item, &p.line_start, &column);
	if (p.line_end < p.line_start)
		p.line_end = p.line_start;
	if (hackage != YAML_NONE ? !split_hackage(yaml_str(d, hackage), &p)
				 : p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no package", p.line_start);
	return lock_add(l, &p, NULL);
}

static int read_stack(struct lock *l)
{
	const struct yaml_doc *d = &l->yaml;
	yaml_ref list = yaml_get(d, yaml_root(d, 0), "packages");
	int r = 0;
	if (list != YAML_NONE && yaml_type_of(d, list) != YAML_SEQUENCE && !yaml_is_null(d, list))
		return inv_sink_trouble(l->out, INV_MALFORMED, "packages are not a list");
	for (yaml_ref i = yaml_first(d, list); i != YAML_NONE && r == 0; i = yaml_next(d, i))
		r = read_completed(l, i);
	return r;
}

static int parse_stack(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_yaml(f, out, e, "stack", read_stack);
}

static const struct inv_want stack_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "stack.yaml.lock" },
};

const struct inv_analyser inv_stack_lock = {
	.name = "stack",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = stack_wants,
	.wants_n = sizeof(stack_wants) / sizeof(stack_wants[0]),
	.parse = parse_stack,
};
