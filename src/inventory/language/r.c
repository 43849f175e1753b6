/*
 * R: what renv locks, and what is installed. Sources: renv's documentation, renv.lock; Writing R
 * Extensions, "The DESCRIPTION file".
 *
 *	renv.lock
 *	    { "Packages": { NAME: { "Package", "Version", "Requirements": [ NAME ] } } }
 *	library/NAME/DESCRIPTION
 *	    Package: NAME
 *	    Version: 1.2-3
 *	    License: MIT + file LICENSE
 *
 * Sources have such descriptions, too: an installed one lies in the directory of its name.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* ---- locked ---- */

static int read_package(struct lock *l, json_ref info)
{
	const struct json_doc *d = &l->json;
	json_ref needs = json_get(d, info, "Requirements");
	struct inv_package p = {
		.name = json_get_str(d, info, "Package"),
		.version = json_get_str(d, info, "Version"),
	};
	struct inv_package *package;
	lock_at_json(l, info, &p);
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED,
					"line %u: package without a name and a version",
					p.line_start);
	int r = lock_add(l, &p, &package);
	for (json_ref i = json_first(d, needs); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = lock_depends(l, package, json_str(d, i));
	return r;
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref all = json_get(d, json_root(d), "Packages");
	int r = 0;
	if (all != JSON_NONE && json_type_of(d, all) != JSON_OBJECT)
		return inv_sink_trouble(l->out, INV_MALFORMED, "Packages are not an object");
	for (json_ref i = json_first(d, all); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_package(l, i);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "renv", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "renv.lock" },
};

const struct inv_analyser inv_renv_lock = {
	.name = "renv",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};

/* ---- installed ---- */

static struct lc_slice directory_of(struct lc_slice path)
{
	path = lc_path_dir(path);
	return lc_path_name(path);
}

static int put_described(const struct inv_file *f, struct inv_sink *out)
{
	struct inv_package p = { .type = LC_S("r-pkg") };
	struct lc_slice licence = LC_S("");
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	struct lc_slice key;
	struct lc_slice value;
	while (lc_line(&rest, &line)) {
		if (line.n == 0 || line.p[0] == ' ' || line.p[0] == '\t' ||
		    !lc_cut(line, ':', &key, &value))
			continue;
		if (lc_eq(key, LC_S("Package")))
			p.name = lc_trim(value);
		else if (lc_eq(key, LC_S("Version")))
			p.version = lc_trim(value);
		else if (lc_eq(key, LC_S("License")))
			licence = lc_trim(value);
	}
	if (p.name.n == 0 || !lc_eq(p.name, directory_of(f->path)))
		return 0;
	if (p.version.n == 0)
		return inv_sink_trouble(out, INV_MALFORMED, "no version");
	p.licences = (struct lc_slices){ &licence, licence.n > 0, 1 };
	return inv_sink_package(out, &p);
}

static int parse_described(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	int r = put_described(f, out);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want described_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "DESCRIPTION" },
};

const struct inv_analyser inv_r_package = {
	.name = "r-pkg",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = described_wants,
	.wants_n = sizeof(described_wants) / sizeof(described_wants[0]),
	.parse = parse_described,
};
