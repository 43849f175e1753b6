/*
 * Installed JavaScript packages: package.json, in a directory of node_modules or on its own.
 * Source: npm-docs, package.json.
 *
 * Below node_modules only NAME/package.json and @SCOPE/NAME/package.json are packages: what lies
 * deeper are hints for bundlers, and fixtures. Names and versions are optional in a manifest;
 * without them it is nobody's package.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/npm.h"

#define MODULES "node_modules/"

/* What stands between the last node_modules and the file is one name. */
static bool is_root(struct lc_slice path)
{
	struct lc_slice dir = path;
	struct lc_slice scope;
	size_t at;
	size_t from = SIZE_MAX;
	(void)lc_chop_suffix(&dir, LC_S("package.json"));
	for (size_t i = 0; (at = lc_find_slice(lc_skip(dir, i), LC_S(MODULES))) != SIZE_MAX;) {
		i += at + sizeof(MODULES) - 1;
		from = i;
	}
	if (from == SIZE_MAX)
		return true;
	dir = lc_skip(dir, from);
	(void)lc_chop_suffix(&dir, LC_S("/"));
	if (lc_starts(dir, LC_S("@")) && !lc_cut(dir, '/', &scope, &dir))
		return false;
	return dir.n > 0 && lc_find(dir, '/') == SIZE_MAX;
}

/* Characters that names are made of: texts of templates are none. */
static bool is_name(struct lc_slice s)
{
	struct lc_slice scope;
	if (lc_chop_prefix(&s, LC_S("@")) && !lc_cut(s, '/', &scope, &s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!lc_is_alpha(s.p[i]) && !lc_is_digit(s.p[i]) && s.p[i] != '-' &&
		    s.p[i] != '.' && s.p[i] != '_')
			return false;
	}
	return s.n > 0;
}

static int put(const struct inv_file *f, struct inv_sink *out, const struct json_doc *d)
{
	struct inv_package p = {
		.type = LC_S("node-pkg"),
		.name = json_get_str(d, json_root(d), "name"),
		.version = json_get_str(d, json_root(d), "version"),
	};
	if (p.name.n == 0 || p.version.n == 0)
		return 0;
	if (!is_name(p.name))
		return inv_sink_trouble(out, INV_MALFORMED, "no name of a package: %s",
					lc_quote(p.name).s);
	int r = npm_licences(d, json_root(d), f->scratch, &p.licences);
	return r ? r : inv_sink_package(out, &p);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct json_doc d;
	const struct document doc = document_of(f, out);
	if (!is_root(f->path))
		return 0;
	int r = document_json(&doc, JSON_LENIENT, &d);
	r = r ? r : put(f, out, &d);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = { { .kind = INV_WANT_NAME, .text = "package.json" } };

const struct inv_analyser inv_node_package = {
	.name = "node-pkg",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
