#include "trust/image.h"

#include "trust/legacy.h"

struct judge {
	struct oci_repository *r;
	const struct digest *image;
	const struct image_demand *d;
	struct lc_arena *a;
	struct lc_err *e;
};

const char *image_outcome_name(enum image_outcome o)
{
	static const char *const names[IMAGE_OUTCOME_N] = {
		"trusted", "unsigned", "no-match", "no-certificate", "tampered", "undecided",
	};
	return names[o];
}

/* ---- what kind is it, by its own word ---- */

/* Only to pass over what claims to be something else: that makes nothing count. */
static void peek(struct judge *j, const struct bundle *b, struct image_proof *p)
{
	struct statement s;
	if (!b->has_envelope)
		return;
	p->attestation = true;
	if (statement_parse(b->envelope.payload, j->a, &s, NULL) == 0) {
		p->predicate_type = s.predicate_type;
		p->attestation = !lc_eq(s.predicate_type, statement_sign_type);
	}
}

static int check_kind(struct judge *j, struct image_proof *p)
{
	struct lc_slice want = j->d->predicate;
	if (!j->d->attestations && p->attestation)
		return trust_fail(&p->why, "V3", LC_EBAD, "an attestation ('%s'), not a signature",
				  lc_quote(p->predicate_type).s);
	if (j->d->attestations && !p->attestation)
		return trust_fail(&p->why, "V3", LC_EBAD, "a signature, not an attestation");
	if (j->d->attestations && want.n && !lc_eq(want, p->predicate_type))
		return trust_fail(&p->why, "V3", LC_EBAD, "an attestation of another type: '%s'",
				  lc_quote(p->predicate_type).s);
	return 0;
}

/* ---- annotations of signatures ---- */

static bool subject_has(const struct statement *s, json_ref subject,
			const struct trust_annotation *w)
{
	json_ref got = json_get_slice(&s->doc, json_get(&s->doc, subject, "annotations"), w->key);
	return json_is_str(&s->doc, got) && lc_eq(json_str(&s->doc, got), w->value);
}

/* In the new form they stand beside the digest that they are about. */
static int check_statement_notes(struct judge *j, const struct statement *s, struct trust_why *w)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice hex = lc_str(digest_hex(j->image, text));
	for (size_t i = 0; i < j->d->annotations_n; i++) {
		const struct trust_annotation *want = &j->d->annotations[i];
		bool has = false;
		json_each(&s->doc, s->subjects, subject)
			if (lc_eq(json_get_str(&s->doc, json_get(&s->doc, subject, "digest"),
					       digest_name(j->image->algorithm)),
				  hex))
				has = has || subject_has(s, subject, want);
		if (!has)
			return trust_fail(w, "P3", LC_EBAD,
					  "it has no annotation '%s' of value '%s'",
					  lc_quote(want->key).s, lc_quote(want->value).s);
	}
	return 0;
}

/*
 * cosign's claims name a repository, skopeo's a tag as well: an older image that is given a newer
 * one's tag is found out by it.
 */
static int check_tag(struct judge *j, const struct simple_signing *s, struct trust_why *w)
{
	struct lc_slice name = s->reference;
	struct lc_slice last = lc_path_name(name);
	size_t colon = lc_find(last, ':');
	if (!j->d->tag.n || colon == SIZE_MAX || lc_find(last, '@') != SIZE_MAX ||
	    lc_eq(lc_skip(last, colon + 1), j->d->tag))
		return 0;
	return trust_fail(w, "P4", LC_EBAD, "it was signed under another tag: '%s'",
			  lc_quote(name).s);
}

/* ---- one attachment ---- */

static int verify_once(struct judge *j, const struct bundle *b, const struct trust_demand *who,
		       struct lc_slice content, struct image_proof *p)
{
	struct trust_content signed_content = { 0 };
	bool simple = p->what->kind == ATTACHED_SIGNATURE;
	struct crypt_message image = { .digests = j->image, .digests_n = 1 };
	struct crypt_message artefact = simple ? crypt_message_of(content) : image;
	struct lc_slice predicate = { NULL, 0 };
	if (!simple)
		predicate = j->d->attestations ? j->d->predicate : statement_sign_type;
	int rc = trust_verify_bundle(b, who, &artefact, predicate, j->a, &p->signer,
				     &signed_content, &p->why);
	if (rc)
		return rc;
	if (!simple) {
		p->payload = b->envelope.payload;
		p->envelope = b->envelope;
		return check_statement_notes(j, &signed_content.statement, &p->why);
	}
	p->payload = content;
	rc = simple_signing_parse(content, j->a, &p->claim, &p->why);
	if (!rc && !j->d->who.any_artefact) {
		rc = simple_signing_check(&p->claim, j->image, j->d->annotations,
					  j->d->annotations_n, &p->why);
		rc = rc ? rc : check_tag(j, &p->claim, &p->why);
	}
	return rc;
}

/* What carries a certificate may be asked for by key as well: whoever fits counts. */
static int verify(struct judge *j, struct bundle *b, struct lc_slice content, struct image_proof *p)
{
	bool legacy = p->what->kind != ATTACHED_BUNDLE;
	struct trust_demand who = j->d->who;
	int rc;
	if (legacy && b->material == BUNDLE_CERTIFICATE && who.keys_n) {
		b->material = BUNDLE_KEY;
		rc = verify_once(j, b, &who, content, p);
		if (!rc || !who.identities_n)
			return rc;
		b->material = BUNDLE_CERTIFICATE;
	}
	p->why = (struct trust_why){ 0 };
	rc = verify_once(j, b, &who, content, p);
	if (rc == LC_EBAD && b->material == BUNDLE_KEY && !who.keys_n)
		rc = trust_fail(&p->why, "F9", LC_EBAD,
				"it is signed by a key and has no certificate: "
				"give the key with --key");
	return rc;
}

static int open_bundle(struct judge *j, struct lc_slice content, struct image_proof *p,
		       struct bundle *ret)
{
	int rc = bundle_parse(content, j->a, ret, &p->why);
	if (!rc && ret->version != BUNDLE_V03)
		rc = trust_fail(&p->why, "A2", LC_EBAD,
				"a bundle before version 0.3, which is not to be attached");
	return rc;
}

static int judge_one(struct judge *j, struct image_proof *p)
{
	const struct crypt_message image = { .digests = j->image, .digests_n = 1 };
	struct lc_slice content;
	struct bundle b = { 0 };
	if (p->what->rc) {
		p->why = p->what->why;
		return p->what->rc;
	}
	if (p->what->kind == ATTACHED_SBOM || p->what->kind == ATTACHED_OTHER)
		return trust_fail(&p->why, "A3", LC_EBAD, "nobody signed it");
	p->attestation = p->what->kind == ATTACHED_ENVELOPE;
	p->predicate_type = p->what->predicate_type;
	int rc = trust_check_artefact(j->d->who.denied, &image, &p->why);
	if (rc)
		return rc;
	rc = p->what->kind == ATTACHED_SIGNATURE ? check_kind(j, p) : 0;
	rc = rc ? rc : attached_read(j->r, p->what, j->a, &content, &p->why);
	if (rc)
		return rc;
	rc = p->what->kind == ATTACHED_BUNDLE ? open_bundle(j, content, p, &b)
					      : legacy_bundle(p->what, content, j->a, &b, &p->why);
	if (rc)
		return rc;
	peek(j, &b, p);
	p->says_whose =
		p->what->kind == ATTACHED_BUNDLE && (b.material != BUNDLE_KEY || b.key_hint.n);
	rc = check_kind(j, p);
	return rc ? rc : verify(j, &b, content, p);
}

/* ---- all of them ---- */

static bool same_signer(const struct trust_signer *a, const struct trust_signer *b)
{
	if (a->key || b->key)
		return a->key && b->key && digest_eq(&a->key_id, &b->key_id);
	return lc_eq(a->name, b->name) && lc_eq(a->issuer, b->issuer);
}

static size_t count_signers(const struct image_judgement *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++) {
		bool seen = all->v[i].rc != 0;
		for (size_t k = 0; k < i && !seen; k++)
			seen = all->v[k].rc == 0 &&
			       same_signer(&all->v[k].signer, &all->v[i].signer);
		n += !seen;
	}
	return n;
}

static bool rule_is(const struct image_proof *p, const char *rule)
{
	return p->why.rule && lc_eq(lc_str(p->why.rule), lc_str(rule));
}

/* Is it, by the rule that failed, not of the kind that was asked for at all? */
static bool is_beside(const struct image_proof *p)
{
	return rule_is(p, "V3") || rule_is(p, "A3");
}

/*
 * Changed after it was signed: content and digest differ, a good signature says something else, or
 * the key did not sign that a bundle, a certificate or an OpenPGP signature says is its own. Where
 * nothing says whose it is, a key that does not fit may just be the wrong key.
 */
bool image_rule_tells_tampering(const char *rule, bool says_whose)
{
	static const char *const rules[] = { "A1", "F2", "G3", "P1", "P2", "L2",
					     "L3", "L5", "L6", "L7", "L8" };
	for (size_t i = 0; rule && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rule, rules[i]) == 0)
			return true;
	return rule && says_whose && (strcmp(rule, "V1") == 0 || strcmp(rule, "V2") == 0);
}

/*
 * Of the kind that was asked for, and the verifier has not what they are judged by. An algorithm or
 * kind that is not read is no such thing: whoever attaches may write one, and no option helps.
 */
static size_t count_undecided(const struct image_judgement *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++)
		n += all->v[i].rc != 0 && all->v[i].why.open;
	return n;
}

static enum image_outcome outcome_of(const struct image_judgement *all)
{
	size_t found = 0;
	bool no_certificate = false;
	if (all->signers >= all->threshold)
		return IMAGE_TRUSTED;
	for (size_t i = 0; i < all->n; i++) {
		const struct image_proof *p = &all->v[i];
		bool says_whose =
			(p->what->certificate.n != 0 || p->says_whose) && !p->why.stranger;
		if (p->rc && image_rule_tells_tampering(p->why.rule, says_whose))
			return IMAGE_TAMPERED;
		found += !is_beside(p);
		no_certificate = no_certificate || (rule_is(p, "F9") && !p->what->certificate.n);
	}
	if (count_undecided(all) >= all->threshold - all->signers)
		return IMAGE_UNDECIDED;
	if (!found)
		return IMAGE_UNSIGNED;
	return no_certificate && !all->counted ? IMAGE_NO_CERTIFICATE : IMAGE_NO_MATCH;
}

static bool is_fatal(int rc)
{
	return rc == LC_ENOMEM || rc == LC_EIO || rc == LC_ECANCEL || lc_code_is_remote(rc);
}

int trust_verify_image(struct oci_repository *r, const struct digest *image,
		       const struct image_demand *d, struct lc_arena *a,
		       struct image_judgement *ret, struct lc_err *e)
{
	struct image_judgement all = { .image = *image };
	struct judge j = { .r = r, .image = image, .d = d, .a = a, .e = e };
	int rc = attached_find(r, image, d->tags_prefix, a, &all.found, e);
	if (rc)
		return rc;
	all.n = all.found.n;
	all.v = lc_new_array(a, struct image_proof, all.n + 1);
	if (!all.v)
		return lc_fail(e, lc_arena_err(a), "no memory for signatures");
	for (size_t i = 0; i < all.n; i++) {
		struct image_proof *p = &all.v[i];
		p->what = &all.found.v[i];
		p->rc = judge_one(&j, p);
		if (is_fatal(p->rc)) {
			if (e)
				*e = p->why.err;
			return lc_wrap(e, p->rc, "attachment %zu of %zu", i + 1, all.n);
		}
		all.counted += p->rc == 0;
	}
	all.signers = count_signers(&all);
	all.threshold = d->threshold ? d->threshold : 1;
	all.outcome = outcome_of(&all);
	*ret = all;
	return 0;
}
