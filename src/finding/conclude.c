#include "finding/match_impl.h"

/* Where v stands among the fixed versions: its place, or true in *ret_known when it is there. */
static size_t place_of(const struct lc_slices *l, enum version_scheme scheme, struct lc_slice v,
		       bool *ret_known)
{
	size_t i = 0;
	*ret_known = false;
	for (; i < l->n; i++) {
		int c = 0;
		if (version_cmp(scheme, l->v[i], v, &c))
			c = lc_cmp(l->v[i], v);
		*ret_known = c == 0;
		if (c >= 0)
			break;
	}
	return i;
}

static int add_fixed(struct finding *f, const struct finding_evidence *ev, struct lc_arena *a,
		     struct lc_err *e)
{
	bool known;
	struct lc_slices *l = &f->fixed_versions;
	size_t at = place_of(l, ev->scheme, ev->proof.fixed, &known);
	if (known)
		return 0;
	if (!lc_vec_push(a, l))
		return lc_fail(e, lc_arena_err(a), "no memory for findings");
	memmove(l->v + at + 1, l->v + at, (l->n - 1 - at) * sizeof(*l->v));
	l->v[at] = ev->proof.fixed;
	return 0;
}

/* The first subscription that has a fix; the highest of its versions brings all of them. */
static void note_offer(struct finding *f)
{
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct finding_evidence *ev = &f->evidence.v[i];
		int c = 1;
		if (!ev->offer || !ev->proof.fixed.n || (f->offer && strcmp(f->offer, ev->offer)))
			continue;
		if (f->offer && version_cmp(ev->scheme, ev->proof.fixed, f->offered_version, &c))
			continue;
		if (c > 0)
			f->offered_version = ev->proof.fixed;
		f->offer = ev->offer;
	}
}

/* The record that speaks for the finding: one with a fix, else one with the vendor's word, else the
 * first. */
static const struct finding_evidence *speaker(const struct finding *f)
{
	const struct finding_evidence *best = NULL;
	int rank = -1;
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct finding_evidence *ev = &f->evidence.v[i];
		int r = ev->proof.fixed.n && !ev->offer ? 3 : ev->status != ADVISORY_UNKNOWN;
		r += !ev->offer && r < 3; /* who offers what one does not have speaks last */
		if (r > rank) {
			best = ev;
			rank = r;
		}
	}
	return best;
}

/* Records of one flaw that name no functions leave it to those that do. */
static bool is_not_reachable(const struct finding *f)
{
	bool missing = false;
	for (size_t i = 0; i < f->evidence.n; i++) {
		if (f->evidence.v[i].linked == GO_LINKED)
			return false;
		missing |= f->evidence.v[i].linked == GO_NOT_LINKED;
	}
	return missing;
}

int match_conclude(struct finding *f, struct lc_arena *a, struct lc_err *e)
{
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct finding_evidence *ev = &f->evidence.v[i];
		int rc = ev->proof.fixed.n && !ev->offer ? add_fixed(f, ev, a, e) : 0;
		if (rc)
			return rc;
	}
	if (!f->fixed_versions.n)
		note_offer(f);
	f->not_reachable = is_not_reachable(f);
	const struct finding_evidence *says = speaker(f);
	if (says) {
		f->data_source = says->source;
		f->data_ecosystem = says->ecosystem;
	}
	if (f->fixed_versions.n)
		f->status = ADVISORY_FIXED;
	else if (says && says->status != ADVISORY_UNKNOWN && says->status != ADVISORY_FIXED)
		f->status = says->status;
	else
		f->status = ADVISORY_AFFECTED;
	return lc_slices_sort(&f->vendor_ids) ? lc_fail(e, LC_ENOMEM, "no memory for findings") : 0;
}

int match_order(const void *va, const void *vb)
{
	const struct finding *a = va;
	const struct finding *b = vb;
	const struct inv_package *p = &a->package->package;
	const struct inv_package *q = &b->package->package;
	const struct lc_slice keys[][2] = {
		{ p->name, q->name },
		{ a->package_id, b->package_id },
		{ p->version, q->version },
	};
	const struct lc_slice ties[][2] = {
		{ a->id, b->id },
		{ a->package->file, b->package->file },
		{ p->arch, q->arch },
		{ p->type, q->type },
	};
	int c = 0;
	for (size_t i = 0; !c && i < sizeof(keys) / sizeof(keys[0]); i++)
		c = lc_cmp(keys[i][0], keys[i][1]);
	if (!c)
		c = (a->severity < b->severity) - (a->severity > b->severity);
	for (size_t i = 0; !c && i < sizeof(ties) / sizeof(ties[0]); i++)
		c = lc_cmp(ties[i][0], ties[i][1]);
	return c;
}
