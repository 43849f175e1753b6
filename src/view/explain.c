#include "view/explain_impl.h"

int explain_no_memory(struct explain_work *w)
{
	return lc_fail(w->e, lc_arena_err(w->a), "no memory to explain");
}

bool explain_has(const struct lc_slices *l, struct lc_slice s)
{
	for (size_t i = 0; i < l->n; i++)
		if (lc_eq(l->v[i], s))
			return true;
	return false;
}

int explain_add_once(struct explain_work *w, struct lc_slices *l, struct lc_slice s)
{
	if (!s.n || explain_has(l, s))
		return 0;
	struct lc_slice *at = lc_vec_push(w->a, l);
	if (!at)
		return explain_no_memory(w);
	*at = s;
	return 0;
}

/* ---- which id is meant ---- */

static bool is_id(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '"' || s.p[i] == '\\')
			return false;
	return s.n > 0 && s.n <= ADV_ID_BYTES_MAX;
}

int view_explain_check(struct lc_slice id, struct lc_err *e)
{
	if (is_id(id))
		return 0;
	return lc_fail(e, LC_EUSAGE, "\"%s\" is no vulnerability id", lc_quote(id).s);
}

static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

/* "cve-2024-1" and "ghsa-ABCD-…" as their givers write them; others are told apart by case. */
static int mend_case(struct explain_work *w, struct lc_slice *id)
{
	bool cve = lc_eq_nocase(lc_sub(*id, 0, 4), LC_S("CVE-"));
	bool ghsa = lc_eq_nocase(lc_sub(*id, 0, 5), LC_S("GHSA-"));
	uint8_t *p = lc_arena_alloc(w->a, id->n);
	if (!p)
		return explain_no_memory(w);
	for (size_t i = 0; i < id->n; i++) {
		p[i] = id->p[i];
		if (cve || (ghsa && i < 4))
			p[i] = upper(p[i]);
		else if (ghsa)
			p[i] = lc_lower(p[i]);
	}
	*id = lc_slice_of(p, id->n);
	return 0;
}

/* "ALPINE-CVE-2024-1" is a record about CVE-2024-1, which the database may keep without its own id.
 */
static bool unwrap(struct lc_slice *id)
{
	size_t at = lc_find_slice(*id, LC_S("-CVE-"));
	if (at == SIZE_MAX)
		return false;
	*id = lc_skip(*id, at + 1);
	return true;
}

/* Findings of the report that go by this name. */
static int resolve_by_report(struct explain_work *w, struct lc_slice id)
{
	const struct finding_list *l = &w->x->report->findings;
	int rc = 0;
	for (size_t i = 0; !rc && i < l->n; i++)
		if (lc_eq(l->v[i].id, id) || explain_has(&l->v[i].vendor_ids, id))
			rc = explain_add_once(w, &w->x->ids, l->v[i].id);
	return rc;
}

/* Facts of an id: 1 known, 0 not, or a failure. */
static int facts_of(struct explain_work *w, struct lc_slice id)
{
	struct vulnerability *v = lc_new(w->a, struct vulnerability);
	if (!v)
		return explain_no_memory(w);
	int rc = adv_db_vulnerability(w->db, id, w->a, v, w->e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(w->e);
		return 0;
	}
	if (rc)
		return rc;
	if (!w->x->facts)
		w->x->facts = v;
	return 1;
}

/* Vulnerabilities that one spelling stands for: none when nobody knows it. */
static int resolve_one(struct explain_work *w, struct lc_slice id)
{
	struct lc_slices aliases = { 0 };
	int rc = adv_db_mentions(w->db, id, w->a, &w->mentions, w->e);
	for (size_t i = 0; !rc && i < w->mentions.n; i++) {
		const struct lc_slices *l = &w->mentions.v[i].vulnerabilities;
		for (size_t k = 0; !rc && k < l->n; k++)
			rc = explain_add_once(w, &w->x->ids, l->v[k]);
	}
	if (!rc && !w->x->ids.n)
		rc = adv_db_aliases(w->db, id, w->a, &aliases, w->e);
	for (size_t i = 0; !rc && i < aliases.n; i++)
		rc = explain_add_once(w, &w->x->ids, aliases.v[i]);
	int known = rc ? rc : facts_of(w, id);
	if (known < 0)
		return known;
	if (known)
		rc = explain_add_once(w, &w->x->ids, id);
	return rc ? rc : resolve_by_report(w, id);
}

static int resolve(struct explain_work *w)
{
	struct lc_slice id = w->x->asked;
	int rc = resolve_one(w, id);
	if (!rc && !w->x->ids.n && unwrap(&id))
		rc = resolve_one(w, id);
	for (size_t i = 0; !rc && i < w->x->ids.n && !w->x->facts; i++) {
		int known = facts_of(w, w->x->ids.v[i]);
		rc = known < 0 ? known : 0;
	}
	return rc;
}

/*
 * An alias found its vulnerabilities: packages are those of all of them. A notice about more of
 * them (a kernel's) speaks for itself: each look-up reads the whole database.
 */
static int widen(struct explain_work *w)
{
	enum { WIDEN_MAX = 8 };
	for (size_t i = 0; w->x->ids.n <= WIDEN_MAX && i < w->x->ids.n; i++) {
		struct adv_mentions more = { 0 };
		if (lc_eq(w->x->ids.v[i], w->x->asked))
			continue;
		int rc = adv_db_mentions(w->db, w->x->ids.v[i], w->a, &more, w->e);
		for (size_t k = 0; !rc && k < more.n; k++) {
			struct adv_mention *at = lc_vec_push(w->a, &w->mentions);
			if (!at)
				return explain_no_memory(w);
			*at = more.v[k];
		}
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- other names ---- */

static int add_names(struct explain_work *w, const struct lc_slices *l)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < l->n; i++)
		if (!explain_has(&w->x->ids, l->v[i]))
			rc = explain_add_once(w, &w->x->other_names, l->v[i]);
	return rc;
}

static int name_packages(struct explain_work *w)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < w->x->packages.n; i++) {
		const struct view_package *p = &w->x->packages.v[i];
		for (size_t k = 0; !rc && k < p->steps.advisories.n; k++) {
			const struct advisory *adv = &p->steps.advisories.v[k].record;
			const struct lc_slices own = { (struct lc_slice[]){ adv->id }, 1, 1 };
			rc = add_names(w, &own);
			if (!rc)
				rc = add_names(w, &adv->aliases);
		}
		for (size_t k = 0; !rc && k < p->findings.n; k++)
			rc = add_names(w, &p->findings.v[k]->vendor_ids);
	}
	return rc;
}

static int name_all(struct explain_work *w)
{
	int rc = w->x->facts ? add_names(w, &w->x->facts->aliases) : 0;
	if (!rc)
		rc = name_packages(w);
	if (!rc && lc_slices_sort(&w->x->other_names))
		rc = lc_fail(w->e, LC_ENOMEM, "no memory to explain a finding");
	return rc;
}

int view_explain(const struct report *r, struct adv_db *db, const struct match_options *o,
		 struct lc_slice id, struct lc_arena *a, struct view_explanation *ret,
		 struct lc_err *e)
{
	struct view_explanation x = { .report = r, .asked = id };
	struct explain_work w = { .db = db, .o = o, .a = a, .x = &x, .e = e };
	int rc = view_explain_check(id, e);
	if (!rc)
		rc = mend_case(&w, &x.asked);
	if (!rc)
		rc = resolve(&w);
	if (!rc)
		rc = widen(&w);
	if (!rc)
		rc = explain_packages(&w);
	if (!rc)
		rc = name_all(&w);
	if (rc)
		return rc;
	x.uncertain = r->coverage.partial;
	x.verdict = explain_verdict(&x);
	*ret = x;
	return 0;
}
