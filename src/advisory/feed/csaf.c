/*
 * Red Hat's CSAF documents: VEX (one CVE and every product) and advisories (one notice and its
 * CVEs). Source: CSAF 2.0, sections 3.2.2 "product tree" and 3.2.3 "vulnerabilities"; Red Hat's
 * page on its security data.
 *
 *   product_tree.branches … product { product_id, product_identification_helper { purl | cpe } }
 *   product_tree.relationships { full_product_name.product_id, product_reference,
 *     relates_to_product_reference }
 *   vulnerabilities { cve, product_status { fixed, known_affected, under_investigation }, threats {
 *     category "impact", details, product_ids }, remediations { category "vendor_fix" |
 *     "none_available" | "no_fix_planned", details, url, product_ids } }
 *
 * A product is a component (an rpm's purl) in a platform (a CPE). What is without fix is named by
 * its source package; such statements are of the package "source:NAME" (docs/database.md).
 */
#include "advisory/feed/csaf_impl.h"

#include "advisory/ecosystem.h"
#include "base/shim.h"

enum { CSAF_DEPTH_MAX = 12, CSAF_LINKS_MAX = 4 };

/* ---- the tree ---- */

static int keep_product(struct csaf *o, json_ref product)
{
	struct csaf_product *p = lc_new(o->n.a, struct csaf_product);
	json_ref helper = json_get(o->d, product, "product_identification_helper");
	if (!p)
		return lc_fail(o->n.e, lc_arena_err(o->n.a), "no memory for products");
	p->purl = json_get_str(o->d, helper, "purl");
	p->cpe = json_get_str(o->d, helper, "cpe");
	int rc = lc_map_put(&o->products, json_get_str(o->d, product, "product_id"), p);
	return rc ? lc_fail(o->n.e, rc, "no memory for products") : 0;
}

static int read_branches(struct csaf *o, json_ref list, unsigned depth)
{
	if (depth > CSAF_DEPTH_MAX)
		return lc_fail(o->n.e, LC_ELIMIT, "branches deeper than %d", CSAF_DEPTH_MAX);
	json_each(o->d, list, branch) {
		json_ref product = json_get(o->d, branch, "product");
		int rc = product == JSON_NONE ? 0 : keep_product(o, product);
		if (!rc)
			rc = read_branches(o, json_get(o->d, branch, "branches"), depth + 1);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_relationships(struct csaf *o, json_ref list)
{
	json_each(o->d, list, item) {
		struct csaf_product *p = lc_new(o->n.a, struct csaf_product);
		struct lc_slice id =
			json_get_str(o->d, json_get(o->d, item, "full_product_name"), "product_id");
		if (!p)
			return lc_fail(o->n.e, lc_arena_err(o->n.a), "no memory for products");
		p->component = json_get_str(o->d, item, "product_reference");
		p->platform = json_get_str(o->d, item, "relates_to_product_reference");
		int rc = id.n ? lc_map_put(&o->products, id, p) : 0;
		if (rc)
			return lc_fail(o->n.e, rc, "no memory for products");
	}
	return 0;
}

int csaf_read_tree(struct csaf *o)
{
	json_ref tree = json_get(o->d, json_root(o->d), "product_tree");
	int rc = read_branches(o, json_get(o->d, tree, "branches"), 0);
	json_each(o->d, json_get(o->d, tree, "full_product_names"), product) {
		if (!rc)
			rc = keep_product(o, product);
	}
	return rc ? rc : read_relationships(o, json_get(o->d, tree, "relationships"));
}

/* ---- a product by its id ---- */

/* "name:stream:version:context" to "name:stream"; false for a label that is none. */
static bool module_of(struct lc_slice label, struct lc_slice *ret)
{
	struct lc_slice name;
	struct lc_slice rest;
	struct lc_slice stream;
	struct lc_slice tail;
	if (!lc_cut(label, ':', &name, &rest) || !name.n || !rest.n)
		return false;
	if (!lc_cut(rest, ':', &stream, &tail))
		stream = rest;
	*ret = lc_sub(label, 0, name.n + 1 + stream.n);
	return stream.n != 0;
}

/* What a component without purl is called: "snakeyaml"; "module:stream/name"; images have '/'. */
static bool name_plainly(struct csaf_named *p, struct lc_slice component)
{
	struct lc_slice head;
	struct lc_slice tail;
	p->source = true;
	p->name = component;
	if (!lc_cut(component, '/', &head, &tail))
		return lc_find(component, ' ') == SIZE_MAX && component.n;
	p->name = tail;
	return module_of(head, &p->module);
}

static bool name_by_purl(struct csaf *o, struct csaf_named *p, struct lc_slice text)
{
	struct native_purl purl;
	if (!native_purl_parse(text, o->n.a, &purl) || !lc_eq(purl.type, LC_S("rpm")))
		return false;
	struct lc_slice label = native_purl_get(&purl, LC_S("rpmmod"), o->n.a);
	struct lc_slice epoch = native_purl_get(&purl, LC_S("epoch"), o->n.a);
	bool plain = !epoch.n || lc_eq(epoch, LC_S("0"));
	p->name = purl.name;
	p->arch = native_purl_get(&purl, LC_S("arch"), o->n.a);
	p->source = lc_eq(p->arch, LC_S("src")) || !p->arch.n;
	p->evr = plain ? purl.version
		       : lc_arena_fmt(o->n.a, "%.*s:%.*s", LC_FMT(epoch), LC_FMT(purl.version));
	return !label.n || module_of(label, &p->module);
}

bool csaf_name(struct csaf *o, struct lc_slice id, struct csaf_named *ret)
{
	const struct csaf_product *p = lc_map_get(&o->products, id);
	struct csaf_named named = { 0 };
	if (!p || !p->component.n)
		return false;
	const struct csaf_product *component = lc_map_get(&o->products, p->component);
	const struct csaf_product *platform = p;
	for (unsigned i = 0; platform && platform->platform.n && i < CSAF_LINKS_MAX; i++)
		platform = lc_map_get(&o->products, platform->platform);
	if (!platform || !platform->cpe.n)
		return false;
	named.ecosystem = adv_redhat_ecosystem(platform->cpe, o->n.a);
	bool good = component && component->purl.n ? name_by_purl(o, &named, component->purl)
						   : name_plainly(&named, p->component);
	if (!good || !named.ecosystem.n)
		return false;
	*ret = named;
	return true;
}

/* ---- the document ---- */

static int read_document(struct csaf *o)
{
	json_ref document = json_get(o->d, json_root(o->d), "document");
	json_ref tracking = json_get(o->d, document, "tracking");
	struct lc_slice word =
		json_get_str(o->d, json_get(o->d, document, "aggregate_severity"), "text");
	if (json_type_of(o->d, document) != JSON_OBJECT)
		return lc_fail(o->n.e, LC_EBAD, "no document in it");
	o->id = json_get_str(o->d, tracking, "id");
	o->date = native_date(json_get_str(o->d, tracking, "current_release_date"), o->n.a);
	(void)severity_parse(word, &o->severity); /* absent: unknown */
	int rc = csaf_read_tree(o);
	json_each(o->d, json_get(o->d, json_root(o->d), "vulnerabilities"), flaw) {
		if (!rc)
			rc = csaf_read_flaw(o, flaw);
	}
	return rc;
}

int feed_csaf(struct lc_slice json, struct lc_slice path, const struct feed_collector *c,
	      struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	struct csaf o = { .n = { c, a, e, LC_S("redhat"), 0 }, .d = &d };
	int rc = native_json(json, JSON_OBJECT, a, &d, e);
	(void)path; /* the document has its id inside */
	if (rc)
		return rc;
	rc = read_document(&o);
	lc_map_done(&o.products);
	if (!rc)
		*ret_records = o.n.records;
	return rc;
}
