/*
 * What Bitnami says of its components: SPDX documents in JSON, in spite of their name. Source:
 * Bitnami's images; SPDX 2.3, "Package information".
 *
 *	opt/bitnami/NAME/.spdx-NAME.spdx
 *	{ "packages": [ { "name", "versionInfo": "17.3.0-2", "licenseDeclared", "externalRefs": [
 *	    { "referenceType": "purl",
 *	      "referenceLocator": "pkg:bitnami/postgresql@17.3.0-2?arch=amd64" } ] } ] }
 *
 * Packages of other kinds in it are what the component was built from: analysers of these find what
 * is there.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* The package URL of Bitnami's, or "". */
static struct lc_slice purl_of(const struct json_doc *d, json_ref info)
{
	json_each(d, json_get(d, info, "externalRefs"), i) {
		struct lc_slice text = json_get_str(d, i, "referenceLocator");
		if (lc_eq(json_get_str(d, i, "referenceType"), LC_S("purl")) &&
		    lc_starts(text, LC_S("pkg:bitnami/")))
			return text;
	}
	return LC_S("");
}

static struct lc_slice arch_of(struct lc_slice purl)
{
	size_t at = lc_find_slice(purl, LC_S("arch="));
	size_t end = 0;
	if (at == SIZE_MAX)
		return LC_S("");
	purl = lc_skip(purl, at + 5);
	while (end < purl.n && (lc_is_alpha(purl.p[end]) || lc_is_digit(purl.p[end])))
		end++;
	return lc_sub(purl, 0, end);
}

static bool is_known(struct lc_slice licence)
{
	return licence.n && !lc_eq(licence, LC_S("NONE")) && !lc_eq(licence, LC_S("NOASSERTION"));
}

static int read_package(struct lock *l, json_ref info)
{
	const struct json_doc *d = &l->json;
	struct lc_slice purl = purl_of(d, info);
	struct lc_slice licence = json_get_str(d, info, "licenseDeclared");
	struct inv_package p = {
		.name = json_get_str(d, info, "name"),
		.version = json_get_str(d, info, "versionInfo"),
		.arch = arch_of(purl),
	};
	lock_at_json(l, info, &p);
	if (purl.n == 0)
		return 0;
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED,
					"line %u: package without a name and a version",
					p.line_start);
	p.line_start = p.line_end = 0; /* nobody wrote the document by hand */
	struct lc_slice *place = is_known(licence) ? lc_vec_push(l->arena, &p.licences) : NULL;
	if (is_known(licence) && !place)
		return lc_arena_err(l->arena);
	if (place)
		*place = licence;
	return lock_add(l, &p, NULL);
}

static int read_document(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref list = json_get(d, json_root(d), "packages");
	int r = 0;
	if (list != JSON_NONE && json_type_of(d, list) != JSON_ARRAY)
		return inv_sink_trouble(l->out, INV_MALFORMED, "packages are not a list");
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_package(l, i);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "bitnami", read_document);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".spdx", .prefix = ".spdx-" },
};

const struct inv_analyser inv_bitnami = {
	.name = "bitnami",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
