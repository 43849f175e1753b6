/*
 * CVRF notices of SUSE and openEuler. Source: CVRF 1.1; the vendors' files.
 *
 *   cvrfdoc > DocumentTracking > Identification > ID, CurrentReleaseDate
 *   ProductTree > Relationship (ProductReference "name-version-release", RelatesToProductReference
 *     "SUSE Linux Enterprise Server 15 SP1")            SUSE
 *   ProductTree > Branch (Name an architecture) > FullProductName (CPE
 *     "cpe:/a:openEuler:openEuler:20.03-LTS") "name-version-release.arch.rpm"     openEuler
 *   Vulnerability > CVE, Threats > Threat (Type Impact) > Description, CVSSScoreSets > ScoreSet
 *
 * A notice fixes all of its CVEs in all of its packages.
 */
#include "advisory/ecosystem.h"
#include "advisory/feed/native.h"
#include "format/xml.h"

struct cvrf {
	struct native n;
	struct native_state s;
	struct lc_slices about;
};

static int say_relationships(struct cvrf *c, const struct xml_node *tree)
{
	const struct xml_node *r = xml_child(tree, "Relationship");
	for (; r; r = xml_again(r)) {
		if (!native_split_nvr(xml_attr(r, "ProductReference"), &c->s.package, &c->s.fixed))
			continue;
		c->s.ecosystem =
			adv_suse_ecosystem(xml_attr(r, "RelatesToProductReference"), c->n.a);
		if (c->n.a->err)
			return lc_fail(c->n.e, c->n.a->err, "no memory for products");
		int rc = native_say(&c->n, &c->s);
		if (rc)
			return rc;
	}
	return 0;
}

static int say_build(struct cvrf *c, const struct xml_node *product, struct lc_slice *arch)
{
	struct lc_slice release = xml_attr(product, "CPE");
	struct lc_slice nvr = xml_text(product);
	size_t colon = lc_rfind(release, ':');
	(void)lc_chop_suffix(&nvr, LC_S(".rpm")); /* as a rule */
	size_t dot = lc_rfind(nvr, '.');
	bool any = lc_eq(*arch, LC_S("noarch"));
	if (!lc_starts(release, LC_S("cpe:/a:openEuler:")) || dot == SIZE_MAX ||
	    !native_split_nvr(lc_sub(nvr, 0, dot), &c->s.package, &c->s.fixed))
		return 0;
	c->s.arches = (struct lc_slices){ arch, any ? 0 : 1, any ? 0 : 1 };
	c->s.ecosystem =
		lc_arena_fmt(c->n.a, "openEuler:%.*s", LC_FMT(lc_skip(release, colon + 1)));
	if (!c->s.ecosystem.p)
		return lc_fail(c->n.e, lc_arena_err(c->n.a), "no memory for products");
	return native_say(&c->n, &c->s);
}

static int say_branches(struct cvrf *c, const struct xml_node *tree)
{
	const struct xml_node *b = xml_child(tree, "Branch");
	for (; b; b = xml_again(b)) {
		struct lc_slice arch = xml_attr(b, "Name");
		const struct xml_node *p = xml_child(b, "FullProductName");
		if (!lc_eq(xml_attr(b, "Type"), LC_S("Package Arch")) || lc_eq(arch, LC_S("src")))
			continue;
		for (; p; p = xml_again(p)) {
			int rc = say_build(c, p, &arch);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static enum severity impact_of(const struct xml_node *flaw)
{
	enum severity s = SEVERITY_UNKNOWN;
	const struct xml_node *t = xml_at(flaw, "Threats", "Threat", NULL);
	for (; t; t = xml_again(t))
		if (lc_eq_nocase(xml_attr(t, "Type"), LC_S("Impact")))
			(void)severity_parse(xml_child_text(t, "Description"), &s); /* or unknown */
	return s;
}

static int find_about(struct cvrf *c, const struct xml_node *document)
{
	const struct xml_node *v = xml_child(document, "Vulnerability");
	for (; v; v = xml_again(v)) {
		struct lc_slice id = xml_child_text(v, "CVE");
		int rc = id_is_cve(id) ? native_add_id(&c->n, &c->about, id) : 0;
		if (rc)
			return rc;
	}
	id_sort(&c->about);
	return 0;
}

static int tell(struct cvrf *c, const struct xml_node *document)
{
	const struct xml_node *v = xml_child(document, "Vulnerability");
	for (; v; v = xml_again(v)) {
		const struct xml_node *set = xml_at(v, "CVSSScoreSets", "ScoreSet", NULL);
		const struct xml_node *note = xml_at(v, "Notes", "Note", NULL);
		struct native_facts f = {
			.id = xml_child_text(v, "CVE"),
			.severity = impact_of(v),
			.vector = xml_child_text(set, "Vector"),
			.description = xml_text(note),
		};
		int rc = id_is_cve(f.id) ? native_tell(&c->n, &f) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

static int on_document(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct cvrf *c = ctx;
	const struct xml_node *tracking = xml_child(n, "DocumentTracking");
	const struct xml_node *tree = xml_child(n, "ProductTree");
	(void)e; /* the same as c->n.e */
	c->s.record = xml_child_text(xml_child(tracking, "Identification"), "ID");
	c->s.date = native_date(xml_child_text(tracking, "CurrentReleaseDate"), c->n.a);
	c->s.about = &c->about;
	if (!id_is_sane(c->s.record))
		return lc_fail(c->n.e, LC_EBAD, "a notice without a usable id");
	bool suse = !lc_starts(c->s.record, LC_S("openEuler"));
	c->n.source = suse ? LC_S("suse-cvrf") : LC_S("openeuler");
	int rc = find_about(c, n);
	if (!rc && c->about.n)
		rc = suse ? say_relationships(c, tree) : say_branches(c, tree);
	return !rc && c->n.records ? tell(c, n) : rc;
}

int feed_cvrf(struct lc_slice xml, struct lc_slice path, const struct feed_collector *c,
	      struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	static const char *const names[] = { "cvrfdoc", NULL };
	struct cvrf r = { .n = { c, a, e, { NULL, 0 }, 0 } };
	(void)path; /* the notice has its id inside */
	int rc = xml_read(xml, names, NULL, on_document, &r, e);
	*ret_records = r.n.records;
	return rc;
}
