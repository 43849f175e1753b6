#include "trust/bundle_sign.h"

#include "base/shim.h"
#include "format/base64.h"

enum { SIGNATURE_BYTES_MAX = 1 << 16, STATEMENT_BYTES_MAX = 128 << 20 };

static int no_memory(struct lc_err *e)
{
	return lc_fail(e, LC_ENOMEM, "no memory for a signature");
}

static int sign(struct crypt_signer *signer, enum crypt_scheme scheme,
		const struct crypt_message *m, struct lc_arena *a, struct lc_slice *ret,
		struct lc_err *e)
{
	struct lc_buf sig LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&sig, SIGNATURE_BYTES_MAX);
	int rc = crypt_sign(signer, scheme, m, &sig, e);
	if (!rc && lc_arena_dup(a, lc_buf_get(&sig), ret))
		rc = no_memory(e);
	return rc;
}

/* Which key to try: the SHA-256 of it, in base64. */
static int begin(const struct crypt_signer *signer, struct lc_arena *a, struct bundle *b,
		 struct lc_err *e)
{
	struct lc_buf hint LC_CLEANUP(lc_buf_done) = { 0 };
	const struct digest *id = crypt_public_id(signer->key);
	*b = (struct bundle){ .version = BUNDLE_V03, .material = BUNDLE_KEY };
	lc_buf_init(&hint, 64);
	if (base64_encode(lc_slice_of(id->bytes, digest_size(id->algorithm)), &hint) ||
	    lc_arena_dup(a, lc_buf_get(&hint), &b->key_hint))
		return no_memory(e);
	return 0;
}

int bundle_sign_message(struct crypt_signer *signer, enum crypt_scheme scheme,
			const struct crypt_message *message, struct lc_arena *a, struct bundle *ret,
			struct lc_err *e)
{
	struct bundle b;
	enum digest_algorithm hash =
		scheme == CRYPT_ED25519_PH ? DIGEST_SHA512 : crypt_scheme_digest(scheme);
	int rc = begin(signer, a, &b, e);
	rc = rc ? rc : sign(signer, scheme, message, a, &b.signature, e);
	b.has_digest = hash != DIGEST_ALGORITHM_N;
	if (!rc && b.has_digest)
		rc = crypt_message_digest(message, hash, &b.message_digest, e);
	if (!rc)
		*ret = b;
	return rc;
}

int bundle_sign_statement(struct crypt_signer *signer, enum crypt_scheme scheme,
			  struct lc_slice statement, struct lc_arena *a, struct bundle *ret,
			  struct lc_err *e)
{
	struct lc_buf pae LC_CLEANUP(lc_buf_done) = { 0 };
	struct dsse_signature *one = lc_new(a, struct dsse_signature);
	struct bundle b;
	lc_buf_init(&pae, STATEMENT_BYTES_MAX);
	if (!one || dsse_pae(dsse_in_toto, statement, &pae))
		return no_memory(e);
	const struct crypt_message m = crypt_message_of(lc_buf_get(&pae));
	int rc = begin(signer, a, &b, e);
	rc = rc ? rc : sign(signer, scheme, &m, a, &one->sig, e);
	b.has_envelope = true;
	b.envelope = (struct dsse_envelope){
		.payload_type = dsse_in_toto,
		.payload = statement,
		.signatures = one,
		.signatures_n = 1,
	};
	if (!rc)
		*ret = b;
	return rc;
}
