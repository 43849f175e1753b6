#include "trust/witness.h"

#include "base/shim.h"
#include "trust/fulcio.h"
#include "trust/timestamp.h"
#include "trust/tsa.h"

enum { PAE_BYTES_MAX = 256 << 20 };

/* ---- the certificate ---- */

/* Before anything is published with it. Its time is judged at the end, by trusted clocks. */
static int check_issuer(const struct witness *w, const struct certificate *c, struct trust_why *why)
{
	struct certificate_issued issuers[CERTIFICATE_ISSUERS_MAX];
	size_t n = 0;
	int64_t from;
	if (!x509_time(X509_get0_notBefore(c->x), &from))
		return trust_fail(why, "C3", LC_EBAD, "the certificate has no time");
	int rc = certificate_issuers(c, w->root, issuers, &n, why);
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++) {
		rc = certificate_valid_at(&issuers[i], from, why);
		if (!rc && !w->ignore_sct)
			rc = certificate_logged(c, &issuers[i], w->root, why);
		if (!rc || rc == LC_ENOMEM)
			return rc;
	}
	return rc;
}

static int check_certificate(const struct witness *w, const struct crypt_signer *signer,
			     const struct identity_claims *claims, const struct certificate *c,
			     struct trust_why *why)
{
	if (!crypt_public_eq(c->key, signer->key))
		return trust_fail(why, "V1", LC_EBAD, "the certificate is for another key");
	if (c->names != 1 || !c->name.n)
		return trust_fail(why, "I1", LC_EBAD, "the certificate names not exactly one");
	if (claims->email.n && c->name_kind == CERTIFICATE_EMAIL && !lc_eq(c->name, claims->email))
		return trust_fail(why, "I1", LC_EBAD,
				  "the certificate is for %s, not for who asked",
				  lc_quote(c->name).s);
	return check_issuer(w, c, why);
}

static int answer_fails(const struct trust_why *why, const char *what, struct lc_slice url, int rc,
			struct lc_err *e)
{
	return lc_fail(e, rc, "%s %s: its answer is not to be trusted: %s%s%s%s", what,
		       lc_quote(url).s, why->err.msg, why->rule ? " (" : "",
		       why->rule ? why->rule : "", why->rule ? ")" : "");
}

int witness_certificate(struct witness *w, struct lc_slice ca, struct crypt_signer *signer,
			struct lc_slice token, const struct identity_claims *claims,
			struct lc_arena *a, struct lc_err *e)
{
	struct trust_why why = { 0 };
	struct certificate c = { 0 };
	struct lc_slices chain = { 0 };
	const struct fulcio_request q = {
		.http = w->http,
		.url = ca,
		.token = token,
		.name = claims->name,
		.signer = signer,
	};
	int rc = fulcio_ask(&q, a, &chain, e);
	if (rc)
		return rc;
	rc = certificate_read(chain.v[0], a, &c, &why);
	rc = rc ? rc : check_certificate(w, signer, claims, &c, &why);
	certificate_done(&c);
	if (rc)
		return answer_fails(&why, "certificate authority", ca, rc, e);
	w->certificate = chain.v[0];
	w->chain = chain;
	return 0;
}

enum crypt_scheme witness_scheme(const struct witness *w, const struct crypt_public *key,
				 bool envelope)
{
	enum crypt_scheme schemes[CRYPT_SCHEMES_MAX];
	(void)crypt_schemes(key, false, schemes); /* at least one */
	/* Rekor v1 checks envelopes with plain Ed25519; all else are hashed records. */
	bool hashed = false;
	for (size_t i = 0; w && i < w->logs_n; i++)
		hashed = hashed || !envelope || w->logs[i].version == 2;
	return hashed && schemes[0] == CRYPT_ED25519_PURE ? CRYPT_ED25519_PH : schemes[0];
}

/* ---- timestamps and log entries ---- */

struct finishing {
	const struct witness *w;
	struct bundle *b;
	struct lc_slice stamped; /* that timestamps are over */
	struct log_subject subject;
	enum digest_algorithm hash;
	struct lc_arena *a;
	struct lc_err *e;
};

static int add_timestamp(struct finishing *f, struct lc_slice url)
{
	struct trust_why why = { 0 };
	const struct trust_authority *tsa;
	int64_t time;
	struct lc_slice *item = lc_vec_push(f->a, &f->b->timestamps);
	if (!item)
		return lc_fail(f->e, lc_arena_err(f->a), "no memory for a timestamp");
	int rc = tsa_ask(f->w->http, url, f->stamped, f->a, item, f->e);
	if (rc)
		return rc;
	rc = timestamp_verify(*item, f->stamped, f->w->root, &time, &tsa, &why);
	return rc ? answer_fails(&why, "timestamp authority", url, rc, f->e) : 0;
}

static int add_entry(struct finishing *f, const struct rekor_log *log)
{
	struct trust_why why = { 0 };
	struct log_proof proof;
	struct log_entry *entry = &f->b->entries[f->b->entries_n];
	int rc = rekor_publish(f->w->http, log, &f->subject, f->hash, f->a, entry, f->e);
	if (rc)
		return rc;
	rc = log_entry_verify(entry, f->w->root, &f->subject, &proof, &why);
	if (rc)
		return answer_fails(&why, "transparency log", log->url,
				    rc == LC_ENOTFOUND ? LC_EBAD : rc, f->e);
	f->b->entries_n++;
	return 0;
}

static int add_all(struct finishing *f)
{
	int rc = 0;
	f->b->entries = lc_new_array(f->a, struct log_entry, f->w->logs_n + 1);
	if (!f->b->entries)
		return lc_fail(f->e, lc_arena_err(f->a), "no memory for log entries");
	for (size_t i = 0; !rc && i < f->w->tsas_n; i++)
		rc = add_timestamp(f, f->w->tsas[i]);
	for (size_t i = 0; !rc && i < f->w->logs_n; i++)
		rc = add_entry(f, &f->w->logs[i]);
	return rc;
}

/* ---- all of it, as anybody would ---- */

static int verify(struct finishing *f, struct crypt_public *key,
		  const struct crypt_message *artefact)
{
	struct trust_why why = { 0 };
	struct certificate c = { 0 };
	struct trust_signer signer;
	struct trust_content content;
	struct trust_identity who = { 0 };
	struct trust_demand d = {
		.root = f->w->root,
		.ignore_tlog = f->w->logs_n == 0,
		.ignore_sct = f->w->ignore_sct,
		.need_timestamp = f->w->tsas_n != 0,
	};
	int rc = 0;
	if (f->w->certificate.n) {
		rc = certificate_read(f->w->certificate, f->a, &c, &why);
		who.name.text = c.name;
		who.issuer.text = c.issuer;
		d.identities = &who;
		d.identities_n = 1;
	} else {
		d.keys = &key;
		d.keys_n = 1;
	}
	if (!rc)
		rc = trust_verify_bundle(f->b, &d, artefact, LC_S(""), f->a, &signer, &content,
					 &why);
	certificate_done(&c);
	return rc ? lc_fail(f->e, rc, "what was made does not hold: %s%s%s%s", why.err.msg,
			    why.rule ? " (" : "", why.rule ? why.rule : "", why.rule ? ")" : "")
		  : 0;
}

int witness_finish(const struct witness *w, struct crypt_public *key, enum crypt_scheme scheme,
		   const struct crypt_message *artefact, struct lc_arena *a, struct bundle *b,
		   struct lc_err *e)
{
	struct lc_buf pae LC_CLEANUP(lc_buf_done) = { 0 };
	struct crypt_message content = *artefact;
	struct finishing f = { .w = w, .b = b, .a = a, .e = e };
	enum digest_algorithm hash = crypt_scheme_digest(scheme);
	lc_buf_init(&pae, PAE_BYTES_MAX);
	struct lc_slice signature = b->has_envelope ? b->envelope.signatures[0].sig : b->signature;
	f.stamped = b->envelope_text.n ? b->envelope_text : signature;
	f.hash = hash == DIGEST_ALGORITHM_N ? DIGEST_SHA512 : hash; /* Ed25519ph */
	if (w->certificate.n) {
		struct lc_slice *leaf = lc_vec_push(a, &b->certificates);
		if (!leaf)
			return lc_fail(e, lc_arena_err(a), "no memory for a certificate");
		*leaf = w->certificate;
		b->material = BUNDLE_CERTIFICATE;
	}
	if (b->has_envelope) {
		if (dsse_pae(b->envelope.payload_type, b->envelope.payload, &pae))
			return lc_fail(e, LC_ENOMEM, "no memory for an envelope");
		content = crypt_message_of(lc_buf_get(&pae));
	}
	f.subject = (struct log_subject){
		.signature = signature,
		.key = key,
		.certificate = w->certificate,
		.content = &content,
		.envelope = b->has_envelope ? &b->envelope : NULL,
		.envelope_text = b->envelope_text,
	};
	int rc = add_all(&f);
	return rc ? rc : verify(&f, key, artefact);
}
