/*
 * One OSV record: which vulnerabilities it is about, and whether it is one to take. Source: OSV
 * schema 1.7.
 *
 * The vulnerabilities of a record: its id when that is a CVE; else the lowest CVE of its aliases,
 * which are names of one flaw; else every CVE of upstream (a distribution's notice names what it
 * fixes), of related for AlmaLinux, which has no upstream; else the lowest other upstream id; else
 * its own id. Nothing is joined through a GHSA id: wrong ones exist.
 */
#include "advisory/feed/osv_impl.h"

#include "advisory/feed/id.h"
#include "advisory/source.h"

static int read_ids(struct osv *o, const char *key, struct lc_slices *ret)
{
	json_ref list = json_get(o->d, o->root, key);
	if (json_count(o->d, list) > OSV_IDS_MAX)
		return lc_fail(o->e, LC_ELIMIT, "more than %d %s", OSV_IDS_MAX, key);
	json_each(o->d, list, item) {
		struct lc_slice id = json_str(o->d, item);
		int rc = id_is_sane(id) ? id_add(o->a, ret, id) : 0;
		if (rc)
			return rc;
	}
	id_sort(ret);
	return 0;
}

static size_t count_cves(const struct lc_slices *ids)
{
	size_t n = 0;
	while (n < ids->n && id_is_cve(ids->v[n])) /* sorted: CVEs come first */
		n++;
	return n;
}

static bool is_alma(const struct osv *o)
{
	return lc_eq(source_family(o->ecosystem), LC_S("AlmaLinux"));
}

static int about_upstream(struct osv *o)
{
	struct lc_slices up = { 0 };
	int rc = read_ids(o, "upstream", &up);
	if (!rc && is_alma(o))
		rc = read_ids(o, "related", &up);
	if (rc)
		return rc;
	size_t cves = count_cves(&up);
	o->upstream = up.n != 0;
	if (cves) {
		o->notice = !lc_ends(o->id, up.v[0]); /* UBUNTU-CVE-… is the CVE's own record */
		o->about = (struct lc_slices){ up.v, cves, cves };
		for (size_t i = cves; i < up.n; i++)
			if (!is_alma(o) && (rc = id_add(o->a, &o->aliases, up.v[i])))
				return rc;
		return 0;
	}
	if (is_alma(o))
		return 0;
	return id_add(o->a, &o->about, up.n ? up.v[0] : o->id);
}

static int find_about(struct osv *o)
{
	int rc = read_ids(o, "aliases", &o->aliases);
	if (rc)
		return rc;
	if (id_is_cve(o->id))
		return id_add(o->a, &o->about, o->id);
	if (count_cves(&o->aliases))
		return id_add(o->a, &o->about, o->aliases.v[0]);
	return about_upstream(o);
}

static bool is_module_part(struct lc_slice s)
{
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!lc_is_alpha(c) && !lc_is_digit(c) && c != '.' && c != '_' && c != '-' &&
		    c != '+')
			return false;
	}
	return true;
}

/*
 * "Important: nodejs:22 security update": the severity before the first colon and the modules,
 * which are the words with a colon inside ("virt:rhel and virt-devel:rhel security update" has
 * two).
 */
static int read_notice(struct osv *o)
{
	struct lc_slice rest = json_get_str(o->d, o->root, "summary");
	struct lc_slice head;
	struct lc_slice tail;
	if (lc_cut(rest, ':', &head, &tail) && severity_parse(head, &o->notice_severity))
		rest = tail;
	struct lc_slice word;
	while (lc_split(&rest, ' ', &word)) {
		(void)lc_chop_suffix(&word, LC_S(",")); /* absent as a rule */
		if (!lc_cut(word, ':', &head, &tail) || !is_module_part(head) ||
		    !is_module_part(tail))
			continue;
		int rc = id_add(o->a, &o->modules, word);
		if (rc)
			return rc;
		if (o->modules.n > OSV_MODULES_MAX)
			return lc_fail(o->e, LC_ELIMIT, "more than %d modules", OSV_MODULES_MAX);
	}
	return 0;
}

static struct lc_slice first_ecosystem(const struct osv *o)
{
	json_each(o->d, json_get(o->d, o->root, "affected"), item) {
		struct lc_slice s =
			json_get_str(o->d, json_get(o->d, item, "package"), "ecosystem");
		if (s.n)
			return s;
	}
	return (struct lc_slice){ NULL, 0 };
}

static int take(struct osv *o, enum feed_outcome *ret)
{
	o->ecosystem = first_ecosystem(o);
	struct lc_slice says =
		json_get_str(o->d, json_get(o->d, o->root, "database_specific"), "source");
	o->source = source_of_record(o->id, says, o->ecosystem);
	int rc = find_about(o);
	if (!rc && (is_alma(o) || lc_eq(o->source, LC_S("rocky"))))
		rc = read_notice(o);
	size_t taken = 0;
	if (!rc && o->about.n)
		rc = osv_affected(o, &taken);
	if (rc || !taken)
		return rc;
	*ret = FEED_TAKEN;
	return osv_facts(o);
}

int feed_osv(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     enum feed_outcome *ret, struct lc_err *e)
{
	static const struct json_limits limits = { .depth_max = 32, .nodes_max = 4 << 20 };
	struct json_doc d;
	*ret = FEED_SKIPPED;
	int rc = json_parse(json, 0, &limits, a, &d, e);
	if (!rc && json_type_of(&d, json_root(&d)) != JSON_OBJECT)
		rc = lc_fail(e, LC_EBAD, "the record is no object");
	if (!rc) {
		struct osv o = { .d = &d, .root = json_root(&d), .c = c, .a = a, .e = e };
		o.id = json_get_str(&d, o.root, "id");
		if (!id_is_sane(o.id))
			rc = lc_fail(e, LC_EBAD, "the record has no usable id");
		else if (json_get_str(&d, o.root, "withdrawn").n)
			*ret = FEED_WITHDRAWN;
		else
			rc = take(&o, ret);
	}
	if (rc != LC_EBAD && rc != LC_ETRUNC && rc != LC_ELIMIT)
		return rc;
	*ret = FEED_BROKEN;
	return 0;
}
