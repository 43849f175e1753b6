/*
 * Gleam's manifest.toml. Source: Gleam's documentation, gleam.toml and its build tool.
 *
 *	packages = [
 *	  { name = "a", version = "1.2.3", requirements = ["b"], source = "hex", … },
 *	]
 *	[requirements]
 *	a = { version = "~> 1.0" }
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

static int read_package(struct lock *l, toml_ref info)
{
	const struct toml_doc *d = &l->toml;
	toml_ref needs = toml_get(d, info, "requirements");
	struct inv_package p = {
		.name = toml_get_str(d, info, "name"),
		.version = toml_get_str(d, info, "version"),
	};
	struct inv_package *package;
	toml_lines(d, info, &p.line_start, &p.line_end);
	if (!lc_eq(toml_get_str(d, info, "source"), LC_S("hex")))
		return 0; /* a directory, a repository; or no list of Gleam's */
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED,
					"line %u: package without a name and a version",
					p.line_start);
	int r = lock_add(l, &p, &package);
	for (toml_ref i = toml_first(d, needs); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = lock_depends(l, package, toml_str(d, i));
	return r;
}

static int read_lock(struct lock *l)
{
	const struct toml_doc *d = &l->toml;
	toml_ref list = toml_get(d, toml_root(d), "packages");
	toml_ref asked = toml_get(d, toml_root(d), "requirements");
	int r = 0;
	if (toml_type_of(d, list) != TOML_ARRAY)
		return 0; /* others have files of that name, too */
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = read_package(l, i);
	if (toml_type_of(d, asked) != TOML_TABLE || packages_count(&l->packages) == 0)
		return r;
	for (toml_ref i = toml_first(d, asked); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = lock_asks(l, toml_key(d, i));
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_toml(f, out, e, "gleam", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "manifest.toml" },
};

const struct inv_analyser inv_gleam_manifest = {
	.name = "gleam",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
