/*
 * Conda: what is installed (conda-meta), and what an environment asks for. Source: conda's
 * documentation, package metadata and "Creating an environment from an environment.yml file".
 *
 *	conda-meta/NAME-VERSION-BUILD.json  { "name", "version", "build", "license" }
 *	environment.yml                     dependencies: [ name=version=build, name ==version,
 *	                                    { pip: [ name==version ] } ]
 *
 * Of an environment only what is pinned is a package.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/python.h"

/* ---- installed ---- */

static int put_installed(const struct inv_file *f, struct inv_sink *out, const struct json_doc *d)
{
	struct inv_attribute build = { LC_S("build"), json_get_str(d, json_root(d), "build") };
	struct lc_slice licence = lc_trim(json_get_str(d, json_root(d), "license"));
	struct lc_slice md5 = json_get_str(d, json_root(d), "md5");
	struct inv_package p = {
		.type = LC_S("conda-pkg"),
		.name = json_get_str(d, json_root(d), "name"),
		.version = json_get_str(d, json_root(d), "version"),
		.attributes = { &build, build.value.n > 0, 1 },
		.licences = { &licence, licence.n > 0, 1 },
	};
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(out, INV_MALFORMED, "no name and version of a package");
	if (md5.n == 32) {
		p.digest = lc_arena_fmt(f->scratch, "md5:%.*s", LC_FMT(md5));
		if (!p.digest.p)
			return lc_arena_err(f->scratch);
	}
	return inv_sink_package(out, &p);
}

static int parse_installed(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct json_doc d;
	const struct document doc = document_of(f, out);
	int r = document_json(&doc, 0, &d);
	r = r || d.count == 0 ? r : put_installed(f, out, &d);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want installed_wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".json", .inside = "conda-meta" },
};

const struct inv_analyser inv_conda_installed = {
	.name = "conda-pkg",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = installed_wants,
	.wants_n = sizeof(installed_wants) / sizeof(installed_wants[0]),
	.parse = parse_installed,
};

/* ---- asked for ---- */

/* "channel::name[= | =|==| ]version[=| ]build", without other operators. */
static bool conda_pinned(struct lc_slice spec, struct inv_package *p, struct lc_slice *ret_build)
{
	size_t channel = lc_find_slice(spec, LC_S("::"));
	spec = lc_trim(channel == SIZE_MAX ? spec : lc_skip(spec, channel + 2));
	p->name = python_name(spec);
	spec = lc_trim(lc_skip(spec, p->name.n));
	(void)lc_chop_prefix(&spec, LC_S("="));
	(void)lc_chop_prefix(&spec, LC_S("="));
	spec = lc_trim(spec);
	size_t end = 0;
	while (end < spec.n && spec.p[end] != '=' && spec.p[end] != ' ')
		end++;
	p->version = lc_sub(spec, 0, end);
	*ret_build = lc_trim(lc_skip(spec, end + 1));
	return p->name.n && python_is_version(p->version);
}

/* Where pip installs into an environment, conda lists the build so. */
#define PIP_BUILD "pypi_0"

static int read_entry(const struct yaml_doc *d, yaml_ref entry, bool pip, struct packages *l)
{
	struct inv_package p = { .type = LC_S("conda-environment") };
	struct inv_attribute build = { LC_S("build"), LC_S(PIP_BUILD) };
	struct lc_slice text = yaml_str(d, entry);
	uint32_t column;
	bool pinned = pip ? python_pinned(text, &p.name, &p.version)
			  : conda_pinned(text, &p, &build.value);
	if (!pinned)
		return 0;
	yaml_where(d, entry, &p.line_start, &column);
	p.line_end = p.line_start;
	struct inv_attribute *place = build.value.n ? lc_vec_push(l->arena, &p.attributes) : NULL;
	if (build.value.n && !place)
		return lc_arena_err(l->arena);
	if (place)
		*place = build;
	return packages_add(l, &p, NULL);
}

/* Entries are texts, or a mapping from another package manager to a list of texts. */
static int read_entries(const struct yaml_doc *d, yaml_ref list, struct packages *l)
{
	int r = 0;
	for (yaml_ref i = yaml_first(d, list); i != YAML_NONE && r == 0; i = yaml_next(d, i)) {
		yaml_ref pip = yaml_get(d, i, "pip");
		r = read_entry(d, i, false, l);
		for (yaml_ref k = yaml_first(d, pip); k != YAML_NONE && r == 0; k = yaml_next(d, k))
			r = read_entry(d, k, true, l);
	}
	return r;
}

static int read_environment(const struct yaml_doc *d, struct packages *l)
{
	yaml_ref root = yaml_root(d, 0);
	yaml_ref list = yaml_get(d, root, "dependencies");
	if (d->documents && yaml_type_of(d, root) != YAML_MAPPING)
		return inv_sink_trouble(l->out, INV_MALFORMED, "not a mapping");
	if (list != YAML_NONE && yaml_type_of(d, list) != YAML_SEQUENCE && !yaml_is_null(d, list))
		return inv_sink_trouble(l->out, INV_MALFORMED, "dependencies are not a list");
	int r = read_entries(d, list, l);
	return r ? r : packages_put(l);
}

static int parse_environment(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct packages l;
	struct yaml_doc d;
	const struct document doc = document_of(f, out);
	packages_init(&l, f->scratch, out);
	int r = document_yaml(&doc, 0, &d);
	r = r ? r : read_environment(&d, &l);
	packages_done(&l);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want environment_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "environment.yml" },
	{ .kind = INV_WANT_NAME, .text = "environment.yaml" },
};

const struct inv_analyser inv_conda_environment = {
	.name = "conda-environment",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = environment_wants,
	.wants_n = sizeof(environment_wants) / sizeof(environment_wants[0]),
	.parse = parse_environment,
};
