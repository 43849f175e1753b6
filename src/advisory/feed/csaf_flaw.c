/* One vulnerability of a CSAF document: its products' statuses, and what is said of it. */
#include "advisory/feed/csaf_impl.h"
#include "base/shim.h"

/* A statement with the architectures that it is made for. */
struct group {
	struct csaf_named p;
	struct lc_slice record;
	enum advisory_status status;
	enum severity severity;
	struct lc_slices arches;
	bool every_arch;
};

struct flaw {
	struct csaf *o;
	struct lc_slices about;
	struct lc_map fixes; /* product id -> remediation that tells of the fix, as reference + 1 */
	struct lc_map plans; /* product id -> remediation that tells of none */
	struct lc_map impacts; /* product id -> threat */
	struct lc_map groups;  /* statement -> struct group */
};

static int no_memory(struct flaw *f, int rc)
{
	return lc_fail(f->o->n.e, rc, "no memory for statements");
}

static void *of_ref(json_ref r)
{
	return (void *)((uintptr_t)r + 1);
}

static json_ref ref_of(const struct lc_map *m, struct lc_slice id)
{
	uintptr_t v = (uintptr_t)lc_map_get(m, id);
	return v ? (json_ref)(v - 1) : JSON_NONE;
}

static int index_products(struct flaw *f, struct lc_map *map, json_ref item)
{
	const struct json_doc *d = f->o->d;
	json_each(d, json_get(d, item, "product_ids"), id) {
		int rc = lc_map_put(map, json_str(d, id), of_ref(item));
		if (rc)
			return no_memory(f, rc);
	}
	return 0;
}

static int index_remarks(struct flaw *f, json_ref flaw)
{
	const struct json_doc *d = f->o->d;
	json_each(d, json_get(d, flaw, "remediations"), item) {
		struct lc_slice category = json_get_str(d, item, "category");
		struct lc_map *map = NULL;
		if (lc_eq(category, LC_S("vendor_fix")))
			map = &f->fixes;
		else if (lc_eq(category, LC_S("none_available")) ||
			 lc_eq(category, LC_S("no_fix_planned")))
			map = &f->plans;
		int rc = map ? index_products(f, map, item) : 0;
		if (rc)
			return rc;
	}
	json_each(d, json_get(d, flaw, "threats"), item) {
		bool impact = lc_eq(json_get_str(d, item, "category"), LC_S("impact"));
		int rc = impact ? index_products(f, &f->impacts, item) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

/* "Will not fix", "Fix deferred", "Out of support scope", "Affected". */
static enum advisory_status plan_of(const struct flaw *f, struct lc_slice id)
{
	static const struct {
		struct lc_slice word;
		enum advisory_status status;
	} words[] = {
		{ LC_S_INIT("Will not fix"), ADVISORY_WILL_NOT_FIX },
		{ LC_S_INIT("Fix deferred"), ADVISORY_FIX_DEFERRED },
		{ LC_S_INIT("Out of support scope"), ADVISORY_END_OF_LIFE },
		{ LC_S_INIT("Under investigation"), ADVISORY_UNDER_INVESTIGATION },
		{ LC_S_INIT("Affected"), ADVISORY_AFFECTED },
	};
	json_ref plan = ref_of(&f->plans, id);
	struct lc_slice text = lc_trim(json_get_str(f->o->d, plan, "details"));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (lc_eq_nocase(words[i].word, text))
			return words[i].status;
	if (lc_eq(json_get_str(f->o->d, plan, "category"), LC_S("no_fix_planned")))
		return ADVISORY_WILL_NOT_FIX;
	return ADVISORY_AFFECTED;
}

static enum severity impact_of(const struct flaw *f, struct lc_slice id)
{
	enum severity s = f->o->severity;
	struct lc_slice word = json_get_str(f->o->d, ref_of(&f->impacts, id), "details");
	(void)severity_parse(word, &s); /* none of its own: the document's */
	return s;
}

/* "https://access.redhat.com/errata/RHSA-2024:1" to "RHSA-2024:1" */
static struct lc_slice notice_of(const struct flaw *f, struct lc_slice id)
{
	struct lc_slice url = json_get_str(f->o->d, ref_of(&f->fixes, id), "url");
	struct lc_slice tail = lc_path_name(url);
	return lc_starts(tail, LC_S("RH")) && id_is_sane(tail) ? tail : f->o->id;
}

static struct lc_slice key_of(struct flaw *f, const struct group *g)
{
	return lc_arena_fmt(f->o->n.a, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%d\n%d",
			    LC_FMT(g->p.ecosystem), LC_FMT(g->p.name), LC_FMT(g->p.evr),
			    LC_FMT(g->p.module), LC_FMT(g->record), (int)g->status,
			    (int)g->severity);
}

static int add(struct flaw *f, const struct group *g)
{
	struct lc_arena *a = f->o->n.a;
	struct lc_slice key = key_of(f, g);
	struct group *own = key.p ? lc_map_get(&f->groups, key) : NULL;
	if (!own) {
		own = lc_new(a, struct group);
		if (!own || !key.p)
			return no_memory(f, lc_arena_err(a));
		*own = *g;
		int rc = lc_map_put(&f->groups, key, own);
		if (rc)
			return no_memory(f, rc);
	}
	own->every_arch |= !g->p.arch.n || g->p.source || lc_eq(g->p.arch, LC_S("noarch"));
	int rc = own->every_arch ? 0 : id_add(a, &own->arches, g->p.arch);
	return rc ? no_memory(f, rc) : 0;
}

enum list { LIST_FIXED, LIST_AFFECTED, LIST_INVESTIGATED };

static int add_product(struct flaw *f, enum list list, struct lc_slice id)
{
	struct group g = { .severity = impact_of(f, id) };
	if (!csaf_name(f->o, id, &g.p))
		return f->o->n.a->err ? no_memory(f, f->o->n.a->err) : 0;
	if (list == LIST_FIXED) {
		/* Binaries are listed beside their source. */
		if (g.p.source || !g.p.evr.n)
			return 0;
		g.record = notice_of(f, id);
		return add(f, &g);
	}
	g.p.evr = (struct lc_slice){ NULL, 0 };
	g.record = f->o->id;
	g.status = list == LIST_AFFECTED ? plan_of(f, id) : ADVISORY_UNDER_INVESTIGATION;
	if (g.p.source) {
		g.p.name = lc_arena_fmt(f->o->n.a, "source:%.*s", LC_FMT(g.p.name));
		if (!g.p.name.p)
			return no_memory(f, lc_arena_err(f->o->n.a));
	}
	return add(f, &g);
}

static int read_statuses(struct flaw *f, json_ref flaw)
{
	static const struct {
		const char *key;
		enum list list;
	} lists[] = {
		{ "fixed", LIST_FIXED },
		{ "known_affected", LIST_AFFECTED },
		{ "under_investigation", LIST_INVESTIGATED },
	};
	const struct json_doc *d = f->o->d;
	json_ref statuses = json_get(d, flaw, "product_status");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		json_each(d, json_get(d, statuses, lists[i].key), id) {
			int rc = add_product(f, lists[i].list, json_str(d, id));
			if (rc)
				return rc;
		}
	}
	return 0;
}

static int say_groups(struct flaw *f)
{
	for (size_t i = 0; i < f->groups.n; i++) {
		const struct group *g = f->groups.items[i].value;
		struct native_state s = {
			.ecosystem = g->p.ecosystem,
			.package = g->p.name,
			.record = g->record,
			.about = &f->about,
			.fixed = g->p.evr,
			.status = g->status,
			.severity = g->severity,
			.module = g->p.module,
			.date = f->o->date,
		};
		if (!g->every_arch)
			s.arches = g->arches;
		int rc = native_say(&f->o->n, &s);
		if (rc)
			return rc;
	}
	return 0;
}

static struct lc_slice note(const struct flaw *f, json_ref flaw, const char *category)
{
	json_each(f->o->d, json_get(f->o->d, flaw, "notes"), item) {
		if (lc_eq(json_get_str(f->o->d, item, "category"), lc_str(category)))
			return json_get_str(f->o->d, item, "text");
	}
	return (struct lc_slice){ NULL, 0 };
}

static int tell(struct flaw *f, json_ref flaw)
{
	const struct json_doc *d = f->o->d;
	json_ref scores = json_first(d, json_get(d, flaw, "scores"));
	struct lc_slice cwe = json_get_str(d, json_get(d, flaw, "cwe"), "id");
	struct native_facts facts = {
		.id = f->about.v[0],
		.title = json_get_str(d, flaw, "title"),
		.description = note(f, flaw, "description"),
		.severity = f->o->severity,
		.vector = json_get_str(d, json_get(d, scores, "cvss_v3"), "vectorString"),
		.published = json_get_str(d, flaw, "release_date"),
		.modified = f->o->date,
	};
	json_ref reference = json_first(d, json_get(d, flaw, "references"));
	facts.reference = json_get_str(d, reference, "url");
	if (!facts.vector.n)
		facts.vector = json_get_str(d, json_get(d, scores, "cvss_v2"), "vectorString");
	if (cwe.n)
		facts.cwes = (struct lc_slices){ &cwe, 1, 1 };
	return native_tell(&f->o->n, &facts);
}

int csaf_read_flaw(struct csaf *o, json_ref flaw)
{
	struct lc_slice id = json_get_str(o->d, flaw, "cve");
	struct flaw f = { .o = o, .about = { &id, 1, 1 } };
	uint64_t before = o->n.records;
	if (!id_is_cve(id))
		return 0; /* bundled notices have entries without one */
	int rc = index_remarks(&f, flaw);
	if (!rc)
		rc = read_statuses(&f, flaw);
	if (!rc)
		rc = say_groups(&f);
	if (!rc && o->n.records > before)
		rc = tell(&f, flaw);
	lc_map_done(&f.fixes);
	lc_map_done(&f.plans);
	lc_map_done(&f.impacts);
	lc_map_done(&f.groups);
	return rc;
}
