/*
 * Dart's pubspec.lock. Source: dart.dev, "Pub glossary" and "The pubspec file".
 *
 *	packages:
 *	  crypto:
 *	    dependency: "direct main"    or "direct dev", "direct overridden", transitive
 *	    source: hosted               or git; path: the project's own; sdk: parts of the SDK
 *	    version: "3.0.2"
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

static int read_package(struct lock *l, yaml_ref info)
{
	const struct yaml_doc *d = &l->yaml;
	struct lc_slice source = yaml_get_str(d, info, "source");
	struct lc_slice dependency = yaml_get_str(d, info, "dependency");
	struct inv_package p = {
		.name = yaml_key(d, info),
		.version = yaml_get_str(d, info, "version"),
		.relationship =
			lc_starts(dependency, LC_S("direct")) ? INV_REL_DIRECT : INV_REL_INDIRECT,
		.line_end = yaml_end_line(d, info),
	};
	uint32_t column;
	yaml_where(d, yaml_key_ref(d, info), &p.line_start, &column);
	if (lc_eq(source, LC_S("sdk")) || lc_eq(source, LC_S("path")))
		return 0;
	if (p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: package without a version",
					p.line_start);
	if (p.line_end < p.line_start)
		p.line_end = p.line_start;
	return lock_add(l, &p, NULL);
}

static int read_lock(struct lock *l)
{
	const struct yaml_doc *d = &l->yaml;
	yaml_ref packages = yaml_get(d, yaml_root(d, 0), "packages");
	int r = 0;
	if (packages != YAML_NONE && yaml_type_of(d, packages) != YAML_MAPPING &&
	    !yaml_is_null(d, packages))
		return inv_sink_trouble(l->out, INV_MALFORMED, "packages are not a mapping");
	for (yaml_ref i = yaml_first(d, packages); i != YAML_NONE && r == 0; i = yaml_next(d, i))
		r = read_package(l, i);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_yaml(f, out, e, "pub", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "pubspec.lock" },
};

const struct inv_analyser inv_pubspec_lock = {
	.name = "pub",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
