#include "base/map.h"
#include "finding/match_impl.h"
#include "inventory/package_type.h"

/* One package being judged. */
struct judged {
	const struct match_subject *s;
	struct lc_arena *a;
	struct finding_list *out;
	struct lc_map by_id; /* vulnerability -> place in out, counted from 1 */
	struct match_settled settled;
	struct lc_err *e;
};

static int no_memory(struct judged *j)
{
	return lc_fail(j->e, lc_arena_err(j->a), "no memory for findings");
}

/* Rows are read into a short-lived arena; a NULL slice means "none" and stays so. */
static struct lc_slice keep(struct lc_arena *a, struct lc_slice s)
{
	struct lc_slice copy;
	if (!s.p || lc_arena_dup(a, s, &copy)) /* the arena remembers that it failed */
		return (struct lc_slice){ NULL, 0 };
	return copy;
}

static bool names(const struct lc_slices *l, struct lc_slice s)
{
	for (size_t i = 0; i < l->n; i++) {
		if (lc_eq(l->v[i], s))
			return true;
	}
	return false;
}

/* "1.module+el8.9.0+…" or "1.module_el8.9.0+…". */
static bool is_module_build(struct lc_slice version)
{
	return lc_find_slice(version, LC_S(".module+")) != SIZE_MAX ||
	       lc_find_slice(version, LC_S(".module_")) != SIZE_MAX;
}

/*
 * Streams of one rpm module live side by side: an advisory speaks of its own stream alone. A module
 * build without label (early ones of some rebuilds) belongs to a stream that nobody knows.
 */
static bool same_module(const struct advisory *adv, const struct inv_package *p)
{
	struct lc_slice label = package_attribute(p, LC_S("modularitylabel"));
	if (!adv->module.n && !label.n)
		return !is_module_build(p->version);
	if (!adv->module.n || !label.n)
		return false;
	return lc_starts(label, adv->module) &&
	       (label.n == adv->module.n || label.p[adv->module.n] == ':');
}

enum flavour { FLAVOUR_PLAIN, FLAVOUR_KSPLICE, FLAVOUR_FIPS };

static enum flavour flavour_of(struct lc_slice version)
{
	if (lc_find_slice(version, LC_S(".ksplice")) != SIZE_MAX)
		return FLAVOUR_KSPLICE;
	return lc_find_slice(version, LC_S("_fips")) != SIZE_MAX ? FLAVOUR_FIPS : FLAVOUR_PLAIN;
}

/* Oracle's builds for live patching and for FIPS are numbered on their own. */
static bool same_flavour(const struct advisory *adv, const struct inv_package *p)
{
	const struct version_affected *v = &adv->affected;
	if (!lc_eq(adv->source, LC_S("oracle-oval")))
		return true;
	for (size_t i = 0; i < v->ranges_n; i++)
		for (size_t k = 0; k < v->ranges[i].n; k++)
			if (v->ranges[i].events[k].kind == VERSION_FIXED &&
			    flavour_of(v->ranges[i].events[k].version) != flavour_of(p->version))
				return false;
	return true;
}

enum match_concern match_concern_of(const struct advisory *adv, const struct inv_package *p)
{
	if (adv->status == ADVISORY_NOT_AFFECTED)
		return MATCH_NOT_AFFECTED;
	if (adv->arches.n && p->arch.n && !lc_eq(p->arch, LC_S("noarch")) &&
	    !names(&adv->arches, p->arch))
		return MATCH_OTHER_ARCH;
	return same_module(adv, p) && same_flavour(adv, p) ? MATCH_CONCERNED : MATCH_OTHER_MODULE;
}

static struct finding *finding_of(struct judged *j, struct lc_slice id)
{
	uintptr_t at = (uintptr_t)lc_map_get(&j->by_id, id);
	if (at)
		return &j->out->v[at - 1];
	struct lc_slice own = keep(j->a, id);
	struct finding *f = own.p ? lc_vec_push(j->a, j->out) : NULL;
	if (!f || lc_map_put(&j->by_id, own, (void *)(uintptr_t)j->out->n))
		return NULL;
	f->package = j->s->package;
	f->package_id = j->s->id;
	f->id = own;
	return f;
}

static int add_name(struct judged *j, struct finding *f, struct lc_slice name)
{
	if (names(&f->vendor_ids, name))
		return 0;
	struct lc_slice *at = lc_vec_push(j->a, &f->vendor_ids);
	if (!at)
		return no_memory(j);
	*at = keep(j->a, name);
	return 0;
}

/* "DEBIAN-CVE-2024-1" wraps "CVE-2024-1" and tells nothing more. */
static bool is_wrapper(struct lc_slice record, struct lc_slice id)
{
	return record.n > id.n && lc_ends(record, id) && record.p[record.n - id.n - 1] == '-';
}

static bool is_other_name(const struct advisory *adv, struct lc_slice name, struct lc_slice id)
{
	return name.n && !lc_eq(name, id) && !is_wrapper(name, id) &&
	       !names(&adv->vulnerabilities, name);
}

static int add_names(struct judged *j, struct finding *f, const struct advisory *adv)
{
	int rc = 0;
	if (is_other_name(adv, adv->id, f->id))
		rc = add_name(j, f, adv->id);
	for (size_t i = 0; !rc && i < adv->aliases.n; i++) {
		if (is_other_name(adv, adv->aliases.v[i], f->id))
			rc = add_name(j, f, adv->aliases.v[i]);
	}
	return rc;
}

static int keep_symbols(struct judged *j, const struct lc_slices *from, struct lc_slices *ret)
{
	for (size_t i = 0; i < from->n; i++) {
		struct lc_slice *at = lc_vec_push(j->a, ret);
		if (!at)
			return no_memory(j);
		*at = keep(j->a, from->v[i]);
	}
	return 0;
}

static int add_evidence(struct judged *j, const struct advisory *adv, struct lc_slice id,
			const struct version_proof *proof)
{
	struct finding *f = finding_of(j, id);
	struct finding_evidence *at = f ? lc_vec_push(j->a, &f->evidence) : NULL;
	if (!at)
		return no_memory(j);
	const struct adv_key *key = &j->s->key;
	const struct adv_place *place = &key->places[adv->place];
	*at = (struct finding_evidence){
		.advisory = keep(j->a, adv->id),
		.source = keep(j->a, adv->source),
		.ecosystem = place->ecosystem,
		.name = key->name,
		.version = key->version,
		.scheme = key->scheme,
		.proof = *proof,
		.by_source = key->by_source,
		.offer = place->word == ADV_WORD_OFFERED ? place->offer : NULL,
		.status = adv->status,
		.severity = adv->severity,
		.has_severity = adv->has_severity,
		.linked = go_functions_any(
			package_attribute(&j->s->package->package, LC_S(GO_FUNCTIONS)),
			adv->symbols.v, adv->symbols.n),
	};
	at->proof.introduced = keep(j->a, proof->introduced);
	at->proof.fixed = keep(j->a, proof->fixed);
	at->proof.last_affected = keep(j->a, proof->last_affected);
	int rc = keep_symbols(j, &adv->symbols, &at->symbols);
	return rc ? rc : add_names(j, f, adv);
}

static int apply(struct judged *j, const struct advisory *adv, const struct version_proof *proof)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < advisory_about_n(adv); i++)
		if (!match_is_settled(&j->settled, adv, advisory_about(adv, i)))
			rc = add_evidence(j, adv, advisory_about(adv, i), proof);
	return rc;
}

/* ---- what nearer places say ---- */

void match_settled_done(struct match_settled *s)
{
	lc_map_done(&s->by_id);
}

bool match_is_settled(const struct match_settled *s, const struct advisory *adv, struct lc_slice id)
{
	uintptr_t place = adv->place ? (uintptr_t)lc_map_get(&s->by_id, id) : 0;
	return place && place - 1 < adv->place;
}

int match_settle(struct match_settled *s, const struct adv_key *key, const struct advisory *adv,
		 enum match_concern concern, const struct version_proof *proof)
{
	bool cleared = concern == MATCH_NOT_AFFECTED ||
		       (concern == MATCH_CONCERNED && proof->verdict == VERSION_UNAFFECTED);
	if (!cleared || adv->place + 1 >= key->places_n) /* the farthest settles nothing */
		return 0;
	for (size_t i = 0; i < advisory_about_n(adv); i++) {
		bool added;
		int rc = lc_map_add(&s->by_id, advisory_about(adv, i),
				    (void *)(uintptr_t)(adv->place + 1), &added);
		if (rc)
			return rc;
	}
	return 0;
}

/* LC_EUNSUP says that this build has no such order: undecided, not an error of the scan. */
void match_compare(const struct adv_key *key, const struct advisory *adv, struct version_proof *ret)
{
	*ret = (struct version_proof){ .verdict = VERSION_UNDECIDED };
	if (!key->version.n || version_affects(key->scheme, &adv->affected, key->version, ret))
		ret->verdict = VERSION_UNDECIDED;
}

static int judge_one(struct judged *j, const struct advisory *adv, bool *ret_undecided)
{
	struct version_proof proof = { .verdict = VERSION_UNDECIDED };
	enum match_concern concern = match_concern_of(adv, &j->s->package->package);
	if (concern == MATCH_CONCERNED)
		match_compare(&j->s->key, adv, &proof);
	else if (concern != MATCH_NOT_AFFECTED)
		return 0;
	if (match_settle(&j->settled, &j->s->key, adv, concern, &proof))
		return lc_fail(j->e, LC_ENOMEM, "no memory for findings");
	if (concern == MATCH_CONCERNED && proof.verdict == VERSION_UNDECIDED)
		*ret_undecided = true;
	return proof.verdict == VERSION_AFFECTED ? apply(j, adv, &proof) : 0;
}

static int judge(struct judged *j, const struct advisory_list *rows, bool *ret_undecided)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < rows->n; i++)
		rc = judge_one(j, &rows->v[i], ret_undecided);
	if (!rc && j->a->err)
		rc = no_memory(j);
	return rc;
}

int match_package(const struct match_subject *s, const struct advisory_list *rows,
		  struct lc_arena *a, struct finding_list *ret, bool *ret_undecided,
		  struct lc_err *e)
{
	struct judged j = { .s = s, .a = a, .out = ret, .e = e };
	*ret_undecided = false;
	int rc = judge(&j, rows, ret_undecided);
	lc_map_done(&j.by_id);
	match_settled_done(&j.settled);
	return rc;
}
