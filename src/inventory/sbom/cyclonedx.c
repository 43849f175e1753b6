/*
 * CycloneDX in JSON. Source: CycloneDX 1.4 to 1.7, JSON schema.
 *
 *	{ "bomFormat": "CycloneDX", "metadata": { "component": … },
 *	  "components": [ { "bom-ref", "purl", "licenses": [ { "license": { "id" or "name" } },
 *	    { "expression" } ], "components": [ … ] } ],
 *	  "dependencies": [ { "ref", "dependsOn": [ REF ] } ] }
 */
#include "inventory/language/analysers.h"
#include "inventory/sbom/analysers.h"
#include "inventory/sbom/bom.h"

enum { DEPTH_MAX = 16 };

static int read_licences(struct bom *b, json_ref list, struct lc_slices *ret)
{
	const struct json_doc *d = &b->lock->json;
	int r = 0;
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		json_ref licence = json_get(d, i, "license");
		struct lc_slice text = json_get_str(d, i, "expression");
		if (text.n == 0)
			text = json_get_str(d, licence, "id");
		if (text.n == 0)
			text = json_get_str(d, licence, "name");
		r = bom_licence(b, text, ret);
	}
	return r;
}

/* Recursion ends at DEPTH_MAX. */
static int read_components(struct bom *b, json_ref list, unsigned depth)
{
	const struct json_doc *d = &b->lock->json;
	int r = 0;
	if (depth > DEPTH_MAX)
		return inv_sink_trouble(b->lock->out, INV_TOO_LARGE,
					"components in components, %u deep", depth);
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct lc_slices licences = { NULL, 0, 0 };
		r = read_licences(b, json_get(d, i, "licenses"), &licences);
		r = r ? r
		      : bom_add(b, json_get_str(d, i, "bom-ref"), json_get_str(d, i, "purl"),
				&licences);
		json_ref inner = json_get(d, i, "components");
		r = r || inner == JSON_NONE ? r : read_components(b, inner, depth + 1);
	}
	return r;
}

static int read_dependencies(struct bom *b, json_ref list)
{
	const struct json_doc *d = &b->lock->json;
	int r = 0;
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct lc_slice ref = json_get_str(d, i, "ref");
		json_ref on = json_get(d, i, "dependsOn");
		for (json_ref k = json_first(d, on); k != JSON_NONE && r == 0; k = json_next(d, k))
			r = bom_depends(b, ref, json_str(d, k));
	}
	return r;
}

static int read_document(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref root = json_root(d);
	struct bom b = { .lock = l };
	if (!lc_eq(json_get_str(d, root, "bomFormat"), LC_S("CycloneDX")))
		return inv_sink_trouble(l->out, INV_UNSUPPORTED, "no CycloneDX document");
	int r = read_components(&b, json_get(d, root, "components"), 0);
	r = r ? r : read_dependencies(&b, json_get(d, root, "dependencies"));
	r = r ? r : bom_put(&b);
	bom_done(&b);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "", read_document);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".cdx.json" },
	{ .kind = INV_WANT_SUFFIX, .text = ".cdx" },
};

const struct inv_analyser inv_cyclonedx = {
	.name = "cyclonedx",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
