#include "trust/policy_judge.h"

#include "base/shim.h"
#include "trust/policy_judge_impl.h"

/* ---- what was signed ---- */

/* What is signed may be named by another digest than the image is. */
static int digest_as(const struct policy_case *c, enum digest_algorithm algorithm,
		     struct digest *ret, struct lc_err *e)
{
	*ret = *c->q->image;
	return algorithm == ret->algorithm ? 0 : digest_of(algorithm, c->q->manifest, ret, e);
}

int policy_judge_claim(const struct policy_case *c, bool openpgp, struct policy_proof *p)
{
	struct digest image;
	struct trust_why *w = &p->why;
	int rc = simple_signing_parse(p->payload, c->a, &p->claim, w);
	rc = rc ? rc : simple_signing_strict(&p->claim, openpgp, w);
	if (!rc && c->old_manifest)
		return trust_fail(
			w, "R2", LC_EUNSUP,
			"a manifest of schema version 1 with signatures of its own: which "
			"digest it has is not told any more");
	rc = rc ? rc : digest_as(c, p->claim.digest.algorithm, &image, trust_err(w));
	rc = rc ? rc : simple_signing_check(&p->claim, &image, NULL, 0, w);
	return rc ? rc
		  : image_identity_check(&c->requirement->identity, c->q->scope, p->claim.reference,
					 c->a, w);
}

int policy_judge_openpgp(const struct policy_case *c, struct policy_proof *p)
{
	static const char *const rules[] = {
		[OPENPGP_NO_MESSAGE] = "G1", [OPENPGP_UNKNOWN_KEY] = "G2", [OPENPGP_BAD] = "G3"
	};
	struct lc_buf content LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&content, SIMPLE_SIGNING_BYTES_MAX);
	int rc = openpgp_verify(c->m->ring, p->what->content, &content, &p->openpgp,
				trust_err(&p->why));
	if (rc)
		return rc;
	if (p->openpgp.verdict != OPENPGP_GOOD)
		return trust_rule(&p->why, rules[p->openpgp.verdict], LC_EBAD);
	rc = lc_arena_dup(c->a, lc_buf_get(&content), &p->payload);
	return rc ? lc_fail(trust_err(&p->why), rc, "no memory for a payload")
		  : policy_judge_claim(c, true, p);
}

/* ---- one requirement ---- */

static int judge_one(const struct policy_case *c, struct policy_proof *p)
{
	enum stored_form want =
		c->requirement->kind == POLICY_SIGNED_BY ? STORED_OPENPGP : STORED_SIGSTORE;
	if (p->what->rc) {
		p->why = p->what->why;
		return p->what->rc;
	}
	p->beside = p->what->form != want;
	if (p->beside)
		return trust_fail(&p->why, "R3", LC_EBAD,
				  want == STORED_OPENPGP ? "not an OpenPGP signature"
							 : "not a sigstore signature");
	return want == STORED_OPENPGP ? policy_judge_openpgp(c, p) : policy_judge_sigstore(c, p);
}

static bool is_certificate_missing(const struct policy_proof *p)
{
	return p->why.rule && strcmp(p->why.rule, "F9") == 0;
}

static enum image_outcome outcome_of(const struct policy_answer *w)
{
	size_t found = 0;
	size_t without = 0;
	for (size_t i = 0; i < w->n; i++) {
		const struct policy_proof *p = &w->v[i];
		if (p->rc == 0)
			return IMAGE_TRUSTED;
		found += !p->beside;
		without += !p->beside && is_certificate_missing(p);
	}
	for (size_t i = 0; i < w->n; i++)
		if (!w->v[i].beside &&
		    image_rule_tells_tampering(w->v[i].why.rule,
					       w->requirement->fulcio || w->requirement->pki))
			return IMAGE_TAMPERED;
	if (!found)
		return IMAGE_UNSIGNED;
	return found == without ? IMAGE_NO_CERTIFICATE : IMAGE_NO_MATCH;
}

static int judge_all(struct policy_case *c, struct policy_material *m, struct policy_answer *w,
		     struct lc_err *e)
{
	const struct stored_signatures *all = c->q->signatures;
	w->n = all->n;
	w->v = lc_new_array(c->a, struct policy_proof, all->n + 1);
	if (!w->v)
		return lc_fail(e, lc_arena_err(c->a), "no memory for signatures");
	int rc = policy_material_open(w->requirement, c->q->environment, c->a, m, e);
	c->m = m;
	for (size_t i = 0; !rc && i < all->n; i++) {
		struct policy_proof *p = &w->v[i];
		p->what = &all->v[i];
		p->rc = judge_one(c, p);
		if (p->rc == LC_ENOMEM || (p->rc == LC_EUNSUP && !p->why.rule))
			rc = lc_fail(e, p->rc, "%s", p->why.err.msg);
	}
	openpgp_ring_close(LC_STEAL(m->ring));
	w->outcome = rc ? IMAGE_NO_MATCH : outcome_of(w);
	return rc;
}

static int judge_requirement(struct policy_case *c, struct policy_material *m,
			     struct policy_answer *w, struct lc_err *e)
{
	const struct policy_requirement *q = w->requirement;
	c->requirement = q;
	w->outcome = IMAGE_UNDECIDED; /* of requirements alone, which are the user's own */
	switch (q->kind) {
	case POLICY_ACCEPT:
		w->outcome = IMAGE_TRUSTED;
		return 0;
	case POLICY_REJECT:
		w->outcome = IMAGE_NO_MATCH;
		(void)trust_fail(&w->why, "R1", LC_EBAD, "every image is rejected");
		break;
	case POLICY_SIGNED_BY:
		if (lc_eq(q->key_type, LC_S("GPGKeys")))
			return judge_all(c, m, w, e);
		(void)trust_fail(&w->why, "R2", LC_EUNSUP, "signatures of %s are not judged",
				 lc_quote(q->key_type).s);
		break;
	case POLICY_SIGSTORE_SIGNED:
		return judge_all(c, m, w, e);
	default:
		(void)trust_fail(&w->why, "R2", LC_EUNSUP, "signedBaseLayer is not judged");
	}
	return 0;
}

/* ---- all ---- */

bool policy_needs_signatures(const struct policy_choice *c)
{
	for (size_t i = 0; i < c->requirements->n; i++)
		if (c->requirements->v[i].kind == POLICY_SIGNED_BY ||
		    c->requirements->v[i].kind == POLICY_SIGSTORE_SIGNED)
			return true;
	return false;
}

/* Docker's first manifests, signed within themselves: their digest is of a part. */
static int look_if_old(struct lc_slice manifest, struct lc_arena *a, bool *ret, struct lc_err *e)
{
	struct json_doc d;
	uint64_t version = 0;
	int rc = json_parse(manifest, 0, NULL, a, &d, NULL);
	*ret = !rc && json_u64(&d, json_get(&d, json_root(&d), "schemaVersion"), &version) &&
	       version == 1 && json_get(&d, json_root(&d), "signatures") != JSON_NONE;
	return rc == LC_ENOMEM ? lc_fail(e, rc, "no memory for a manifest") : 0;
}

/*
 * The first that fails counts, and what was changed above all. All must hold: what could not be
 * told of one is of no weight beside another that fails.
 */
static void take_outcome(struct policy_judgement *all, enum image_outcome o)
{
	if (all->outcome == IMAGE_TRUSTED || o == IMAGE_TAMPERED ||
	    (all->outcome == IMAGE_UNDECIDED && o != IMAGE_TRUSTED))
		all->outcome = o;
}

int policy_judge(const struct policy_question *q, struct lc_arena *a, struct policy_judgement *ret,
		 struct lc_err *e)
{
	struct policy_judgement all = { .outcome = IMAGE_TRUSTED,
					.choice = image_policy_find(q->policy, q->scope) };
	struct policy_case c = { .q = q, .a = a };
	all.n = all.choice.requirements->n;
	all.v = lc_new_array(a, struct policy_answer, all.n);
	all.materials = lc_new_array(a, struct policy_material, all.n);
	if (!all.v || !all.materials)
		return lc_fail(e, lc_arena_err(a), "no memory for a policy");
	int rc = look_if_old(q->manifest, a, &c.old_manifest, e);
	for (size_t i = 0; !rc && i < all.n; i++) {
		all.v[i].requirement = &all.choice.requirements->v[i];
		rc = judge_requirement(&c, &all.materials[i], &all.v[i], e);
		if (rc)
			rc = lc_wrap(e, rc, "%s", policy_kind_name(all.v[i].requirement->kind));
		else
			take_outcome(&all, all.v[i].outcome);
	}
	if (rc)
		policy_judgement_done(&all);
	else
		*ret = all;
	return rc;
}

void policy_judgement_done(struct policy_judgement *j)
{
	for (size_t i = 0; j->materials && i < j->n; i++)
		policy_material_done(&j->materials[i]);
	*j = (struct policy_judgement){ 0 };
}
