#include "trust/verify.h"

#include "format/base64.h"
#include "trust/identity.h"
#include "trust/log_entry.h"
#include "trust/timestamp.h"

static const size_t envelope_bytes_max = (size_t)256 << 20;

struct check {
	const struct bundle *b;
	const struct trust_demand *d;
	const struct crypt_message *artefact;
	struct lc_slice predicate;
	struct lc_arena *a;
	struct trust_signer signer;
	struct trust_content content;
	struct certificate certificate; /* of bundles that have one */
	const struct crypt_public *key; /* that verifies */
	struct lc_slice signature;
	struct lc_buf pae;
	struct crypt_message signed_bytes;
	struct trust_why *w;
};

/* ---- who ---- */

static int fits_demand(struct check *c)
{
	if (c->b->material == BUNDLE_KEY && !c->d->keys_n)
		return trust_fail(c->w, "F9", LC_EBAD,
				  "the bundle is signed by a key: give it with --key");
	if (c->b->material != BUNDLE_KEY && !c->d->identities_n) {
		c->w->stranger = true;
		return trust_fail(c->w, "F9", LC_EBAD,
				  "the bundle is signed by a certificate: give "
				  "the identity and issuer to expect, not a key");
	}
	if (c->b->material == BUNDLE_KEY && !c->d->ignore_tlog && !c->b->entries_n)
		return trust_fail(c->w, "L1", LC_EBAD, "no log entry: it was not published");
	if (!c->d->root && (!c->d->ignore_tlog || c->b->material != BUNDLE_KEY)) {
		c->w->open = true;
		return trust_fail(c->w, "L1", LC_EUNSUP,
				  "no trusted root to judge logs and certificates by: give "
				  "--trusted-root, or for a key's signatures that were never "
				  "published --insecure-ignore-tlog");
	}
	return 0;
}

/* The leaf; others in a chain are not used, but a root among them is a sign of a wrong maker. */
static int open_certificate(struct check *c)
{
	const struct lc_slices *all = &c->b->certificates;
	for (size_t i = 0; i < all->n; i++) {
		X509 *x = NULL;
		int rc = x509_parse(all->v[i], &x, trust_err(c->w));
		bool self = !rc && x509_self_signed(x);
		X509_free(x);
		if (rc)
			return trust_rule(c->w, "F4", rc);
		if (self)
			return trust_fail(c->w, "F4", LC_EBAD,
					  "the bundle carries a self-signed "
					  "certificate (%zu of %zu)",
					  i + 1, all->n);
	}
	int rc = certificate_read(all->v[0], c->a, &c->certificate, c->w);
	if (!rc)
		c->key = c->certificate.key;
	return rc;
}

/* ---- the signature (V1, V2) ---- */

static int prepare(struct check *c)
{
	const struct bundle *b = c->b;
	c->signature = b->signature;
	c->signed_bytes = *c->artefact;
	if (!b->has_envelope)
		return 0;
	c->signature = b->envelope.signatures[0].sig;
	lc_buf_init(&c->pae, envelope_bytes_max);
	int rc = dsse_pae(b->envelope.payload_type, b->envelope.payload, &c->pae);
	c->signed_bytes = crypt_message_of(lc_buf_get(&c->pae));
	return rc ? lc_fail(trust_err(c->w), rc, "no memory for an envelope") : 0;
}

/* Says nothing about who signed, but must not contradict what is asked about. */
static int check_message_digest(struct check *c)
{
	struct digest d;
	if (!c->b->has_digest)
		return 0;
	int rc = crypt_message_digest(c->artefact, c->b->message_digest.algorithm, &d,
				      trust_err(c->w));
	if (rc == LC_ENOTFOUND)
		return 0; /* given by another digest: the signature itself decides */
	if (rc)
		return rc;
	return digest_eq(&d, &c->b->message_digest)
		       ? 0
		       : trust_fail(c->w, "V1", LC_EBAD,
				    "the bundle is for another artefact: its "
				    "messageDigest differs");
}

static int try_key(struct check *c, const struct crypt_public *k)
{
	int rc = crypt_verify_any(k, c->d->pss, &c->signed_bytes, c->signature, &c->signer.scheme,
				  trust_err(c->w));
	return trust_rule(c->w, c->b->has_envelope ? "V2" : "V1", rc);
}

/* By the hint, which nobody signed: good for telling why a signature does not hold. */
static bool names_another_key(const struct check *c)
{
	struct lc_buf hint;
	bool named = c->b->key_hint.n == 0;
	for (size_t i = 0; !named && i < c->d->keys_n; i++) {
		const struct digest *id = crypt_public_id(c->d->keys[i]);
		lc_buf_init(&hint, 64);
		named = base64_encode(lc_slice_of(id->bytes, digest_size(id->algorithm)), &hint) ||
			lc_eq(lc_buf_get(&hint), c->b->key_hint);
		lc_buf_done(&hint);
	}
	return !named;
}

static int check_signature(struct check *c)
{
	if (c->b->material != BUNDLE_KEY)
		return try_key(c, c->key);
	int rc = LC_EBAD;
	for (size_t i = 0; i < c->d->keys_n; i++) {
		rc = try_key(c, c->d->keys[i]);
		if (!rc) {
			c->key = c->d->keys[i];
			c->signer.key = c->key;
			return 0;
		}
		if (rc == LC_ENOMEM)
			break;
	}
	if (rc == LC_EBAD && names_another_key(c)) {
		c->w->stranger = true;
		rc = trust_fail(c->w, c->b->has_envelope ? "V2" : "V1", LC_EBAD,
				"it is signed by another key (%s) than was given",
				lc_quote(c->b->key_hint).s);
	}
	return rc;
}

/* Only after the signature holds is the payload looked at. */
static int check_statement(struct check *c)
{
	struct digest known[3];
	size_t n = 0;
	static const enum digest_algorithm all[] = { DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };
	struct statement *s = &c->content.statement;
	if (!c->b->has_envelope)
		return c->predicate.n ? trust_fail(c->w, "V3", LC_EBAD,
						   "a plain signature is no "
						   "attestation")
				      : 0;
	if (!lc_eq(c->b->envelope.payload_type, dsse_in_toto))
		return trust_fail(c->w, "V2", LC_EBAD,
				  "the envelope holds '%s', not an in-toto "
				  "statement",
				  lc_quote(c->b->envelope.payload_type).s);
	int rc = statement_parse(c->b->envelope.payload, c->a, s, trust_err(c->w));
	if (rc)
		return trust_rule(c->w, "V2", rc);
	for (size_t i = 0; i < 3; i++) {
		rc = crypt_message_digest(c->artefact, all[i], &known[n], trust_err(c->w));
		if (rc && rc != LC_ENOTFOUND)
			return rc;
		n += rc == 0;
	}
	if (!c->d->any_artefact && !statement_is_about(s, known, n))
		return trust_fail(c->w, "V2", LC_EBAD, "the statement is about another artefact");
	if (c->predicate.n && !lc_eq(c->predicate, s->predicate_type))
		return trust_fail(c->w, "V3", LC_EBAD, "its predicate type is '%s'",
				  lc_quote(s->predicate_type).s);
	c->content.has_statement = true;
	return 0;
}

/* ---- times ---- */

/*
 * Whom the log names: the certificate that was sent to it. A signature that is judged by a key may
 * carry one as well, which counts when it is of that very key.
 */
static struct lc_slice logged_certificate(struct check *c)
{
	const struct lc_slices *all = &c->b->certificates;
	struct certificate beside = { 0 };
	if (c->b->material != BUNDLE_KEY)
		return all->v[0];
	bool same = all->n && certificate_read(all->v[0], c->a, &beside, NULL) == 0 &&
		    crypt_public_eq(beside.key, c->key);
	certificate_done(&beside);
	return same ? all->v[0] : (struct lc_slice){ NULL, 0 };
}

static int check_log_entries(struct check *c)
{
	const struct bundle *b = c->b;
	struct log_subject subject = {
		.signature = c->signature,
		.key = c->key,
		.certificate = logged_certificate(c),
		.content = &c->signed_bytes,
		.envelope = b->has_envelope ? &b->envelope : NULL,
		.envelope_text = b->envelope_text,
	};
	if (c->d->ignore_tlog)
		return 0;
	for (size_t i = 0; i < b->entries_n; i++) {
		struct log_proof proof;
		int rc = log_entry_verify(&b->entries[i], c->d->root, &subject, &proof, c->w);
		if (rc == LC_ENOTFOUND)
			continue;
		if (rc)
			return rc;
		c->signer.log_entries++;
		if (proof.time)
			c->signer.times[c->signer.times_n++] = proof.time;
	}
	if (c->signer.log_entries)
		return 0;
	return trust_fail(c->w, "L1", LC_EBAD, "%s",
			  b->entries_n ? "no entry of a log that is known to the "
					 "trusted root"
				       : "no log entry: it was not published");
}

/* One timestamp of an authority counts (S7); what does not hold is passed over. */
static int check_timestamps(struct check *c, struct trust_why *last)
{
	const struct lc_slices *all = &c->b->timestamps;
	const struct trust_authority *seen[BUNDLE_TIMESTAMPS_MAX];
	struct lc_slice stamped = c->b->envelope_text.n ? c->b->envelope_text : c->signature;
	if (c->d->need_timestamp && all->n && (!c->d->root || !c->d->root->tsas.n)) {
		c->w->open = true;
		return trust_fail(
			c->w, "T1", LC_EUNSUP,
			"no timestamp authority is known to judge its timestamps by: give "
			"--trusted-root or --timestamp-certificate-chain");
	}
	for (size_t i = 0; c->d->root && i < all->n; i++) {
		const struct trust_authority *tsa = NULL;
		int64_t t;
		bool again = false;
		int rc = timestamp_verify(all->v[i], stamped, c->d->root, &t, &tsa, last);
		if (rc == LC_ENOMEM)
			return rc;
		if (rc)
			continue;
		for (size_t k = 0; k < c->signer.timestamps; k++)
			again = again || seen[k] == tsa;
		if (!again)
			seen[c->signer.timestamps++] = tsa;
		c->signer.times[c->signer.times_n++] = t; /* every time must fit, also a second */
	}
	return 0;
}

/* ---- the certificate ---- */

/* Some CA of the root must have issued it at this time, and had it logged. */
static int issued_at(struct check *c, const struct certificate_issued *issuers, size_t n, int64_t t)
{
	int rc = LC_EBAD;
	for (size_t i = 0; i < n; i++) {
		rc = certificate_valid_at(&issuers[i], t, c->w);
		if (!rc && !c->d->ignore_sct)
			rc = certificate_logged(&c->certificate, &issuers[i], c->d->root, c->w);
		if (rc == 0 || rc == LC_ENOMEM)
			return rc;
	}
	return rc;
}

static int check_certificate(struct check *c, const struct trust_why *last_timestamp)
{
	struct certificate_issued issuers[CERTIFICATE_ISSUERS_MAX];
	size_t n = 0;
	if (!c->signer.times_n && !c->d->now)
		return trust_fail(c->w, "T1", LC_EBAD, "no trusted time of signing%s%s",
				  last_timestamp->err.len ? ": " : "", last_timestamp->err.msg);
	int rc = certificate_issuers(&c->certificate, c->d->root, issuers, &n, c->w);
	if (!rc && !c->signer.times_n)
		rc = issued_at(c, issuers, n, c->d->now);
	for (size_t i = 0; !rc && i < c->signer.times_n; i++)
		rc = issued_at(c, issuers, n, c->signer.times[i]);
	return rc ? rc
		  : identity_check(&c->certificate, c->d->identities, c->d->identities_n,
				   &c->signer.identity, c->w);
}

/* ---- what was demanded besides (D1 to D4) ---- */

/*
 * By its first time: an old signature may be stamped, or logged, once more at any time. Who wants
 * to hide the first one from us can where a key signed; a certificate is too short-lived for it.
 */
static int check_age(struct check *c)
{
	const struct trust_signer *s = &c->signer;
	if (!c->d->oldest)
		return 0;
	if (!s->times_n)
		return trust_fail(c->w, "D1", LC_EBAD,
				  "no trusted time of signing: its age is not known");
	int64_t first = s->times[0];
	for (size_t i = 1; i < s->times_n; i++)
		first = s->times[i] < first ? s->times[i] : first;
	return first >= c->d->oldest
		       ? 0
		       : trust_fail(c->w, "D1", LC_EBAD, "it was signed too long ago");
}

static int check_denied(struct check *c)
{
	const struct trust_denied *d = c->d->denied;
	char text[DIGEST_TEXT_MAX];
	for (size_t i = 0; d && i < d->keys_n; i++)
		if (digest_eq(&d->keys[i], crypt_public_id(c->key)))
			return trust_fail(c->w, "D2", LC_EBAD, "its key is denied: %s",
					  digest_text(&d->keys[i], text));
	for (size_t i = 0; d && c->certificate.key && i < d->names_n; i++)
		if (lc_eq(d->names[i], c->certificate.name))
			return trust_fail(c->w, "D3", LC_EBAD, "its signer is denied: '%s'",
					  lc_quote(d->names[i]).s);
	return 0;
}

int trust_check_artefact(const struct trust_denied *d, const struct crypt_message *artefact,
			 struct trust_why *w)
{
	char text[DIGEST_TEXT_MAX];
	for (size_t i = 0; d && i < d->artefacts_n; i++) {
		struct digest got;
		int rc = crypt_message_digest(artefact, d->artefacts[i].algorithm, &got,
					      trust_err(w));
		if (rc == LC_ENOTFOUND)
			continue; /* known by another digest alone */
		if (rc)
			return rc;
		if (digest_eq(&got, &d->artefacts[i]))
			return trust_fail(w, "D4", LC_EBAD, "it is denied, whoever signed it: %s",
					  digest_text(&got, text));
	}
	return 0;
}

/* ---- all ---- */

static int run(struct check *c)
{
	struct trust_why timestamp = { 0 };
	bool by_key = c->b->material == BUNDLE_KEY;
	int rc = trust_check_artefact(c->d->denied, c->artefact, c->w);
	rc = rc ? rc : fits_demand(c);
	if (!rc && !by_key)
		rc = open_certificate(c);
	rc = rc ? rc : prepare(c);
	if (!rc && !c->b->has_envelope)
		rc = check_message_digest(c);
	rc = rc ? rc : check_signature(c);
	rc = rc ? rc : check_statement(c);
	rc = rc ? rc : check_log_entries(c);
	rc = rc ? rc : check_timestamps(c, &timestamp);
	if (!rc && c->d->need_timestamp && !c->signer.timestamps)
		rc = trust_fail(c->w, "T1", LC_EBAD, "no timestamp that holds%s%s",
				timestamp.err.len ? ": " : "", timestamp.err.msg);
	if (!rc && !by_key)
		rc = check_certificate(c, &timestamp);
	rc = rc ? rc : check_denied(c);
	return rc ? rc : check_age(c);
}

int trust_verify_bundle(const struct bundle *b, const struct trust_demand *d,
			const struct crypt_message *artefact, struct lc_slice predicate,
			struct lc_arena *a, struct trust_signer *ret_signer,
			struct trust_content *ret_content, struct trust_why *w)
{
	struct trust_why why = { 0 };
	struct check c = {
		.b = b, .d = d, .artefact = artefact, .predicate = predicate, .a = a, .w = &why
	};
	int rc = run(&c);
	if (!rc) {
		c.signer.key_id = *crypt_public_id(c.key);
		c.signer.name = c.certificate.name;
		c.signer.issuer = c.certificate.issuer;
		memcpy(c.signer.extensions, c.certificate.extensions, sizeof(c.signer.extensions));
		*ret_signer = c.signer;
		*ret_content = c.content;
	} else if (w) {
		*w = why;
	}
	certificate_done(&c.certificate);
	lc_buf_done(&c.pae);
	return rc;
}
