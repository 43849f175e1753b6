/*
 * SPDX 2.x, in JSON and as tags and values. Source: SPDX 2.3, "Package information",
 * "Relationships between SPDX elements".
 *
 *	{ "packages": [ { "SPDXID", "licenseConcluded", "licenseDeclared", "externalRefs": [
 *	    { "referenceType": "purl", "referenceLocator": PURL } ] } ],
 *	  "relationships": [ { "spdxElementId", "relationshipType": "DEPENDS_ON",
 *	    "relatedSpdxElement" } ] }
 *
 *	PackageName: n
 *	SPDXID: SPDXRef-n
 *	PackageLicenseDeclared: MIT
 *	ExternalRef: PACKAGE-MANAGER purl pkg:npm/n@1.0.0
 *	Relationship: SPDXRef-m DEPENDS_ON SPDXRef-n
 *
 * Bitnami's are read for themselves (bitnami.c): what they were built from is in them, too.
 */
#include "inventory/language/analysers.h"
#include "inventory/sbom/analysers.h"
#include "inventory/sbom/bom.h"

static int relate(struct bom *b, struct lc_slice from, struct lc_slice how, struct lc_slice to)
{
	if (lc_eq(how, LC_S("DEPENDS_ON")))
		return bom_depends(b, from, to);
	if (lc_eq(how, LC_S("DEPENDENCY_OF")))
		return bom_depends(b, to, from);
	return 0;
}

/* ---- JSON ---- */

static struct lc_slice purl_of(const struct json_doc *d, json_ref info)
{
	json_each(d, json_get(d, info, "externalRefs"), i) {
		if (lc_eq(json_get_str(d, i, "referenceType"), LC_S("purl")))
			return json_get_str(d, i, "referenceLocator");
	}
	return LC_S("");
}

static int read_package(struct bom *b, json_ref info)
{
	const struct json_doc *d = &b->lock->json;
	struct lc_slices licences = { NULL, 0, 0 };
	int r = bom_licence(b, json_get_str(d, info, "licenseDeclared"), &licences);
	if (r == 0 && licences.n == 0)
		r = bom_licence(b, json_get_str(d, info, "licenseConcluded"), &licences);
	return r ? r : bom_add(b, json_get_str(d, info, "SPDXID"), purl_of(d, info), &licences);
}

static int read_json(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref packages = json_get(d, json_root(d), "packages");
	json_ref relations = json_get(d, json_root(d), "relationships");
	struct bom b = { .lock = l };
	int r = 0;
	if (json_get(d, json_root(d), "spdxVersion") == JSON_NONE)
		return inv_sink_trouble(l->out, INV_UNSUPPORTED, "no SPDX 2 document");
	for (json_ref i = json_first(d, packages); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_package(&b, i);
	for (json_ref i = json_first(d, relations); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = relate(&b, json_get_str(d, i, "spdxElementId"),
			   json_get_str(d, i, "relationshipType"),
			   json_get_str(d, i, "relatedSpdxElement"));
	r = r ? r : bom_put(&b);
	bom_done(&b);
	return r;
}

/* ---- tags and values ---- */

struct tagged {
	struct bom bom;
	struct lc_slice ref, purl, declared, concluded;
	bool open;
};

static int close_package(struct tagged *t)
{
	struct lc_slices licences = { NULL, 0, 0 };
	int r = t->open ? bom_licence(&t->bom, t->declared, &licences) : 0;
	if (r == 0 && t->open && licences.n == 0)
		r = bom_licence(&t->bom, t->concluded, &licences);
	if (r == 0 && t->open)
		r = bom_add(&t->bom, t->ref, t->purl, &licences);
	t->ref = t->purl = t->declared = t->concluded = LC_S("");
	t->open = false;
	return r;
}

/* "A DEPENDS_ON B", when all packages are known. */
static int read_relation(struct tagged *t, struct lc_slice value)
{
	struct lc_slice word[3] = { LC_S_INIT(""), LC_S_INIT(""), LC_S_INIT("") };
	for (size_t i = 0; i < 3 && value.p; i++)
		(void)lc_split(&value, ' ', &word[i]);
	return relate(&t->bom, word[0], word[1], lc_trim(word[2]));
}

static int read_tag(struct tagged *t, struct lc_slice tag, struct lc_slice value)
{
	bool package = lc_eq(tag, LC_S("PackageName"));
	if (package || lc_eq(tag, LC_S("FileName"))) { /* its files follow, with ids of their own */
		int r = close_package(t);
		t->open = package;
		return r;
	}
	if (lc_eq(tag, LC_S("SPDXID")))
		t->ref = value;
	else if (lc_eq(tag, LC_S("PackageLicenseDeclared")))
		t->declared = value;
	else if (lc_eq(tag, LC_S("PackageLicenseConcluded")))
		t->concluded = value;
	else if (lc_eq(tag, LC_S("ExternalRef"))) {
		size_t at = lc_find_slice(value, LC_S(" purl "));
		if (at != SIZE_MAX)
			t->purl = lc_trim(lc_skip(value, at + 6));
	}
	return 0;
}

static int read_lines(struct tagged *t, bool relations)
{
	struct lc_slice rest = t->bom.lock->file->bytes;
	struct lc_slice line;
	int r = 0;
	while (r == 0 && lc_line(&rest, &line)) {
		struct lc_slice tag;
		struct lc_slice value;
		if (!lc_cut(line, ':', &tag, &value))
			continue;
		bool relation = lc_eq(tag, LC_S("Relationship"));
		if (relation && relations)
			r = read_relation(t, lc_trim(value));
		else if (!relation && !relations)
			r = read_tag(t, tag, lc_trim(value));
	}
	return r;
}

static int read_tags(struct lock *l)
{
	struct tagged t = { .bom = { .lock = l } };
	if (lc_find_slice(lc_sub(l->file->bytes, 0, 4096), LC_S("SPDXVersion:")) == SIZE_MAX)
		return inv_sink_trouble(l->out, INV_UNSUPPORTED, "no SPDX 2 document");
	int r = read_lines(&t, false);
	r = r ? r : close_package(&t);
	r = r ? r : read_lines(&t, true);
	r = r ? r : bom_put(&t.bom);
	bom_done(&t.bom);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct lc_slice name = lc_path_name(f->path);
	struct lc_slice text = lc_trim(f->bytes);
	if (lc_starts(name, LC_S(".spdx-")))
		return 0;
	if (lc_ends(name, LC_S(".json")) || lc_starts(text, LC_S("{")))
		return lock_json(f, out, e, "", read_json);
	return lock_text(f, out, e, "", read_tags);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".spdx.json" },
	{ .kind = INV_WANT_SUFFIX, .text = ".spdx" },
};

const struct inv_analyser inv_spdx = {
	.name = "spdx",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
