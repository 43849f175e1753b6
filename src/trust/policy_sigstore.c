/* sigstoreSigned: keys, Fulcio, PKI, and the log's promise. */
#include <openssl/x509v3.h>

#include "trust/certificate.h"
#include "trust/legacy.h"
#include "trust/log_entry.h"
#include "trust/policy_judge_impl.h"

struct sigstore {
	const struct policy_case *c;
	struct policy_proof *p;
	struct bundle b;
	struct crypt_message payload;
	struct certificate leaf;
	struct certificates chain; /* that came with the signature */
};

/* The tools' own reader of base64 passes over line breaks, and some signers make them. */
static int join_lines(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret)
{
	uint8_t *p = lc_arena_alloc(a, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			p[n++] = text.p[i];
	*ret = lc_slice_of(p, n);
	return p ? 0 : lc_arena_err(a);
}

/* The parts that count here: others are not so much as read. */
static int open_bundle(struct sigstore *s)
{
	const struct policy_requirement *q = s->c->requirement;
	const struct stored_signature *from = s->p->what;
	bool by_certificate = q->fulcio || q->pki;
	struct attached what = from->what;
	struct trust_why *w = &s->p->why;
	what.kind = ATTACHED_SIGNATURE;
	what.timestamp = (struct lc_slice){ NULL, 0 };
	if (!by_certificate)
		what.certificate = (struct lc_slice){ NULL, 0 };
	if (!q->logs.given)
		what.log_bundle = (struct lc_slice){ NULL, 0 };
	if (by_certificate && !what.certificate.n)
		return trust_fail(w, "F9", LC_EBAD, "it is signed by a key and has no certificate");
	if (q->logs.given && !what.log_bundle.n)
		return trust_fail(w, "L1", LC_EBAD, "no log entry: it was not published");
	s->payload = crypt_message_of(from->content);
	int rc = join_lines(what.signature, s->c->a, &what.signature);
	if (rc)
		return lc_fail(trust_err(w), rc, "no memory for a signature");
	return legacy_bundle(&what, from->content, s->c->a, &s->b, w);
}

/* One scheme for each kind of key, whatever its curve. */
static enum crypt_scheme scheme_of(const struct crypt_public *k)
{
	switch (crypt_public_type(k)) {
	case CRYPT_RSA:
		return CRYPT_RSA_PKCS1_SHA256;
	case CRYPT_ED25519:
		return CRYPT_ED25519_PURE;
	default:
		return CRYPT_ECDSA_SHA256;
	}
}

static int check_signature(struct sigstore *s, const struct crypt_public *k)
{
	struct trust_signer *to = &s->p->signer;
	int rc = crypt_verify(k, scheme_of(k), &s->payload, s->b.signature, trust_err(&s->p->why));
	if (rc)
		return trust_rule(&s->p->why, "V1", rc);
	to->scheme = scheme_of(k);
	to->key_id = *crypt_public_id(k);
	return 0;
}

static int check_log(struct sigstore *s, const struct crypt_public *k, struct lc_slice certificate)
{
	const struct log_subject subject = { .signature = s->b.signature,
					     .key = k,
					     .certificate = certificate,
					     .content = &s->payload };
	struct log_proof proof = { 0 };
	struct trust_why *w = &s->p->why;
	int rc = log_entry_verify(&s->b.entries[0], s->c->m->logs, &subject, &proof, w);
	if (rc == LC_ENOTFOUND)
		return trust_fail(w, "L1", LC_EBAD,
				  "the entry is of a log whose key the policy does not name");
	if (rc)
		return rc;
	s->p->signer.times[0] = proof.time;
	s->p->signer.times_n = 1;
	s->p->signer.log_entries = 1;
	return 0;
}

/* ---- by keys ---- */

static int judge_keys(struct sigstore *s)
{
	const struct policy_material *m = s->c->m;
	int rc = LC_EBAD;
	for (size_t i = 0; i < m->keys_n; i++) {
		rc = check_signature(s, m->keys[i]);
		if (!rc && m->logs)
			rc = check_log(s, m->keys[i], (struct lc_slice){ NULL, 0 });
		if (rc == LC_ENOMEM)
			return rc;
		if (!rc) {
			s->p->signer.key = m->keys[i];
			return 0;
		}
	}
	return rc;
}

/* ---- by certificates ---- */

static int read_leaf(struct sigstore *s, struct trust_why *w)
{
	struct certificates one = { 0 };
	struct lc_slice chain = s->p->what->what.chain;
	int rc = certificates_read(s->p->what->what.certificate, s->c->a, &one, trust_err(w));
	if (!rc && one.n != 1)
		rc = lc_fail(trust_err(w), LC_EBAD, "%zu certificates of the signer, not one",
			     one.n);
	certificates_done(&one);
	if (!rc && chain.n)
		rc = certificates_read(chain, s->c->a, &s->chain, trust_err(w));
	if (rc)
		return rc == LC_ENOMEM
			       ? rc
			       : trust_rule(w, "F4", lc_wrap(trust_err(w), rc, "certificate"));
	return certificate_read(s->b.certificates.v[0], s->c->a, &s->leaf, w);
}

/* Whoever limits what certificates are for must allow to sign code. */
static bool fits_code(const struct x509_path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		uint32_t usage = X509_get_extended_key_usage(path->v[i]);
		if (usage != UINT32_MAX && !(usage & (XKU_CODE_SIGN | XKU_ANYEKU)))
			return false;
	}
	return true;
}

/* The signature's own chain ends in the root, which nobody believes. */
static size_t intermediates(const struct sigstore *s, X509 **ret)
{
	const struct certificates *known = &s->c->m->intermediates;
	size_t n = 0;
	for (size_t i = 0; i < known->n; i++)
		ret[n++] = known->v[i];
	for (size_t i = 0; i + 1 < s->chain.n; i++)
		ret[n++] = s->chain.v[i];
	return n;
}

static int check_path(struct sigstore *s, X509 *root, X509 *const *between, size_t between_n,
		      int64_t now, struct trust_why *w)
{
	struct x509_path path;
	int rc = x509_find_path(s->leaf.x, between, between_n, &root, 1, &path, trust_err(w));
	if (rc)
		return trust_rule(w, "C1", rc);
	rc = trust_rule(w, "C3", x509_path_valid_at(&path, now, trust_err(w)));
	if (!rc && !fits_code(&path))
		rc = trust_fail(w, "C4", LC_EBAD, "the certificate is not for code signing");
	return rc;
}

static int check_issued(struct sigstore *s, int64_t now)
{
	X509 *between[2 * POLICY_CERTIFICATES_MAX];
	const struct certificates *roots = &s->c->m->roots;
	struct trust_why *w = &s->p->why;
	size_t n = intermediates(s, between);
	int rc = trust_fail(w, "C1", LC_EBAD, "the policy names no root");
	for (size_t i = 0; i < roots->n && rc && rc != LC_ENOMEM; i++) {
		struct trust_why why = { 0 };
		rc = check_path(s, roots->v[i], between, n, now, &why);
		/* A path that is only too old or for something else tells more than none. */
		if (i == 0 || !w->rule || (why.rule && strcmp(why.rule, "C1") != 0))
			*w = why;
	}
	return rc;
}

static int check_identity(struct sigstore *s)
{
	enum { ISSUER_RAW = 1, ISSUER = 8 };
	const struct policy_requirement *q = s->c->requirement;
	const struct certificate *leaf = &s->leaf;
	struct trust_why *w = &s->p->why;
	const struct lc_slice *x = leaf->extensions;
	if (q->fulcio && x[ISSUER].n && x[ISSUER_RAW].n && !lc_eq(x[ISSUER], x[ISSUER_RAW]))
		return trust_fail(w, "I2", LC_EBAD, "the certificate names two issuers");
	if (q->fulcio && !lc_eq(leaf->issuer, q->issuer))
		return trust_fail(w, "I2", LC_EBAD, "the signer's name comes from '%s', not '%s'",
				  lc_quote(leaf->issuer).s, lc_quote(q->issuer).s);
	if (q->email.n && !certificate_has_email(leaf, q->email))
		return trust_fail(w, "I1", LC_EBAD, "it is signed by '%s', not '%s'",
				  lc_quote(leaf->name).s, lc_quote(q->email).s);
	if (q->hostname.n && !certificate_has_host(leaf, q->hostname))
		return trust_fail(w, "I1", LC_EBAD, "the signer's certificate is not for '%s'",
				  lc_quote(q->hostname).s);
	return 0;
}

static int judge_certificate(struct sigstore *s)
{
	struct trust_signer *to = &s->p->signer;
	bool logged = s->c->m->logs != NULL;
	int rc = read_leaf(s, &s->p->why);
	if (!rc && logged)
		rc = check_log(s, s->leaf.key, s->leaf.der);
	rc = rc ? rc : check_issued(s, logged ? to->times[0] : s->c->q->now);
	rc = rc ? rc : check_identity(s);
	rc = rc ? rc : check_signature(s, s->leaf.key);
	if (!rc) {
		to->name = s->leaf.name;
		to->issuer = s->leaf.issuer;
		memcpy(to->extensions, s->leaf.extensions, sizeof(to->extensions));
	}
	return rc;
}

int policy_judge_sigstore(const struct policy_case *c, struct policy_proof *p)
{
	struct sigstore s = { .c = c, .p = p };
	int rc = open_bundle(&s);
	if (!rc)
		rc = c->requirement->keys.given ? judge_keys(&s) : judge_certificate(&s);
	p->payload = p->what->content;
	rc = rc ? rc : policy_judge_claim(c, false, p);
	certificate_done(&s.leaf);
	certificates_done(&s.chain);
	return rc;
}
