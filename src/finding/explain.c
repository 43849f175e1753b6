#include "finding/explain.h"

#include "finding/match_impl.h"

const char *explain_outcome_name(enum explain_outcome o)
{
	static const char *const names[EXPLAIN_OUTCOME_N] = {
		[EXPLAIN_AFFECTED] = "affected",
		[EXPLAIN_FIXED] = "fixed",
		[EXPLAIN_OUTSIDE] = "outside",
		[EXPLAIN_NOT_AFFECTED] = "not_affected",
		[EXPLAIN_OTHER_ARCH] = "other_architecture",
		[EXPLAIN_OTHER_MODULE] = "other_module",
		[EXPLAIN_SETTLED] = "settled",
		[EXPLAIN_UNDECIDED] = "undecided",
	};
	return (unsigned)o < EXPLAIN_OUTCOME_N ? names[o] : "undecided";
}

const char *explain_lookup_name(enum explain_lookup l)
{
	static const char *const names[EXPLAIN_LOOKUP_N] = {
		[EXPLAIN_LOOKED_UP] = "looked_up",
		[EXPLAIN_NOT_WANTED] = "not_wanted",
		[EXPLAIN_THIRD_PARTY] = "third_party",
		[EXPLAIN_NO_ECOSYSTEM] = "no_ecosystem",
	};
	return (unsigned)l < EXPLAIN_LOOKUP_N ? names[l] : "no_ecosystem";
}

int finding_explain_key(const struct inventory *inv, const struct match_options *o,
			const struct inv_found_package *p, struct lc_arena *a,
			struct explain_package *ret, struct lc_err *e)
{
	struct match_subject s;
	struct inv_found_package plain = *p; /* a third party's has no key of its own */
	plain.package.flags &= ~(unsigned)(INV_THIRD_PARTY | INV_VIRTUAL);
	int rc = match_subject_of(&plain, inv, a, &s, e);
	if (rc)
		return rc;
	struct explain_package x = { .package = p, .id = s.id, .key = s.key };
	if (!match_wanted(o, &p->package))
		x.lookup = EXPLAIN_NOT_WANTED;
	else if (p->package.flags & INV_THIRD_PARTY)
		x.lookup = EXPLAIN_THIRD_PARTY;
	else if (!s.key.ecosystem.n)
		x.lookup = EXPLAIN_NO_ECOSYSTEM;
	*ret = x;
	return 0;
}

/* ---- the arithmetic ---- */

static bool needs_no_order(const struct version_event *ev)
{
	return (ev->kind == VERSION_INTRODUCED && lc_eq(ev->version, LC_S("0"))) ||
	       (ev->kind == VERSION_LIMIT && lc_eq(ev->version, LC_S("*")));
}

static struct explain_step step_of(const struct adv_key *key, size_t range,
				   const struct version_event *ev)
{
	struct explain_step s = { .range = range, .kind = ev->kind, .version = ev->version };
	if (needs_no_order(ev)) {
		s.compared = true;
		s.order = ev->kind == VERSION_LIMIT ? -1 : 1;
	} else if (version_valid(key->scheme, key->version) &&
		   version_valid(key->scheme, ev->version)) {
		s.compared = !version_cmp(key->scheme, key->version, ev->version, &s.order);
	}
	return s;
}

/* The highest fix that the installed version has reached: what makes it a fixed one. */
static void note_fix(const struct adv_key *key, const struct explain_step *s,
		     struct explain_advisory *x)
{
	int c = 1;
	if (s->kind != VERSION_FIXED || !s->compared || s->order < 0)
		return;
	if (!x->fixed.n || (!version_cmp(key->scheme, s->version, x->fixed, &c) && c > 0))
		x->fixed = s->version;
}

static int add_steps(const struct adv_key *key, struct lc_arena *a, struct explain_advisory *x,
		     struct lc_err *e)
{
	const struct version_affected *what = &x->record.affected;
	for (size_t i = 0; i < what->ranges_n; i++) {
		for (size_t k = 0; k < what->ranges[i].n; k++) {
			struct explain_step s = step_of(key, i, &what->ranges[i].events[k]);
			note_fix(key, &s, x);
			if (x->steps.n >= EXPLAIN_STEPS_MAX) {
				x->steps_left_out++;
				continue;
			}
			struct explain_step *at = lc_vec_push(a, &x->steps);
			if (!at)
				return lc_fail(e, lc_arena_err(a), "no memory to explain");
			*at = s;
		}
	}
	return 0;
}

static enum explain_outcome outcome_of(const struct explain_advisory *x, enum match_concern c)
{
	static const enum explain_outcome unconcerned[] = {
		[MATCH_NOT_AFFECTED] = EXPLAIN_NOT_AFFECTED,
		[MATCH_OTHER_ARCH] = EXPLAIN_OTHER_ARCH,
		[MATCH_OTHER_MODULE] = EXPLAIN_OTHER_MODULE,
	};
	if (c != MATCH_CONCERNED)
		return unconcerned[c];
	if (x->proof.verdict == VERSION_AFFECTED)
		return EXPLAIN_AFFECTED;
	if (x->proof.verdict == VERSION_UNDECIDED)
		return EXPLAIN_UNDECIDED;
	return x->fixed.n ? EXPLAIN_FIXED : EXPLAIN_OUTSIDE;
}

static bool is_settled(const struct match_settled *s, const struct advisory *adv)
{
	for (size_t i = 0; i < advisory_about_n(adv); i++)
		if (!match_is_settled(s, adv, advisory_about(adv, i)))
			return false;
	return true;
}

static int add_advisory(const struct advisory *adv, struct match_settled *settled,
			struct lc_arena *a, struct explain_package *p, struct lc_err *e)
{
	struct explain_advisory x = { .record = *adv };
	enum match_concern concern = match_concern_of(adv, &p->package->package);
	int rc = add_steps(&p->key, a, &x, e);
	if (rc)
		return rc;
	match_compare(&p->key, adv, &x.proof);
	x.outcome = outcome_of(&x, concern);
	if (x.outcome == EXPLAIN_AFFECTED && is_settled(settled, adv))
		x.outcome = EXPLAIN_SETTLED;
	if (match_settle(settled, &p->key, adv, concern, &x.proof))
		return lc_fail(e, LC_ENOMEM, "no memory to explain");
	struct explain_advisory *at = lc_vec_push(a, &p->advisories);
	if (!at)
		return lc_fail(e, lc_arena_err(a), "no memory to explain");
	*at = x;
	return 0;
}

static bool goes_by_one(const struct advisory *adv, const struct lc_slices *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		if (advisory_has_name(adv, ids->v[i]))
			return true;
	return false;
}

int finding_explain_package(const struct advisory_list *rows, const struct lc_slices *ids,
			    struct lc_arena *a, struct explain_package *p, struct lc_err *e)
{
	struct match_settled settled = { 0 };
	int rc = 0;
	for (size_t i = 0; !rc && i < rows->n; i++)
		if (goes_by_one(&rows->v[i], ids))
			rc = add_advisory(&rows->v[i], &settled, a, p, e);
	match_settled_done(&settled);
	return rc;
}
