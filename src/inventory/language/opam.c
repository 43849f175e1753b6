/*
 * OCaml's opam: what is locked and what is installed. Source: opam's manual.
 *
 *	NAME.opam.locked            depends: [ "base" {= "v0.16.0"} "dune" {= "3.7.0" & build} ]
 *	.opam-switch/switch-state   installed: [ "base.v0.16.0" "dune.3.7.0" ]
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* The next text in quotes; *rest moves past it. */
static bool take_quoted(struct lc_slice *rest, struct lc_slice *ret)
{
	size_t at = lc_find(*rest, '"');
	if (at == SIZE_MAX)
		return false;
	*rest = lc_skip(*rest, at + 1);
	return lc_cut(*rest, '"', ret, rest);
}

/* What stands in the brackets behind a field's name, which begins a line; false without them. */
static bool find_field(struct lc_slice text, struct lc_slice name, struct lc_slice *ret)
{
	struct lc_slice rest = text;
	struct lc_slice line;
	size_t at = 0;
	while (lc_line(&rest, &line)) {
		if (lc_starts(line, name)) {
			*ret = lc_trim(lc_skip(text, at + name.n));
			return lc_chop_prefix(ret, LC_S("["));
		}
		at = text.n - rest.n;
	}
	return false;
}

static int add(struct lock *l, struct inv_package *p, struct lc_slice at)
{
	struct inv_lines lines = lines_of(&l->lines, at);
	p->line_start = lines.start;
	p->line_end = lines.end;
	return lock_add(l, p, NULL);
}

/* "name" {= "1.2" & build}: a filter without "=" pins nothing. */
static int read_locked(struct lock *l)
{
	struct lc_slice rest;
	struct lc_slice name;
	struct lc_slice filter;
	int r = lines_init(&l->lines, l->file->bytes, l->arena);
	if (r || !find_field(l->file->bytes, LC_S("depends:"), &rest))
		return r;
	while (r == 0 && lc_trim(rest).n && lc_trim(rest).p[0] != ']' &&
	       take_quoted(&rest, &name)) {
		struct inv_package p = { .name = name };
		rest = lc_trim(rest);
		if (!lc_chop_prefix(&rest, LC_S("{")))
			continue;
		if (!lc_cut(rest, '}', &filter, &rest))
			return inv_sink_trouble(l->out, INV_TRUNCATED, "%s: no end of its filter",
						lc_quote(name).s);
		filter = lc_trim(filter);
		if (lc_chop_prefix(&filter, LC_S("=")) && take_quoted(&filter, &p.version))
			r = add(l, &p, name);
	}
	return r;
}

static int parse_locked(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "opam", read_locked);
}

static const struct inv_want locked_wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".opam.locked" },
};

const struct inv_analyser inv_opam_locked = {
	.name = "opam",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = locked_wants,
	.wants_n = sizeof(locked_wants) / sizeof(locked_wants[0]),
	.parse = parse_locked,
};

/* "name.1.2": names have no dot */
static int read_installed(struct lock *l)
{
	struct lc_slice rest;
	struct lc_slice text;
	int r = lines_init(&l->lines, l->file->bytes, l->arena);
	if (r || !find_field(l->file->bytes, LC_S("installed:"), &rest))
		return r;
	while (r == 0 && lc_trim(rest).n && lc_trim(rest).p[0] != ']' &&
	       take_quoted(&rest, &text)) {
		struct inv_package p = { .name = LC_S("") };
		r = lc_cut(text, '.', &p.name, &p.version) && p.name.n && p.version.n
			    ? add(l, &p, text)
			    : inv_sink_trouble(l->out, INV_MALFORMED, "no name.version: %s",
					       lc_quote(text).s);
	}
	return r;
}

static int parse_installed(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "opam", read_installed);
}

static const struct inv_want installed_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "switch-state", .inside = ".opam-switch" },
};

const struct inv_analyser inv_opam_installed = {
	.name = "opam",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = installed_wants,
	.wants_n = sizeof(installed_wants) / sizeof(installed_wants[0]),
	.parse = parse_installed,
};
