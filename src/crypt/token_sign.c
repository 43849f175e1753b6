/*
 * Signing on a token, and making keys there.
 */
#include <openssl/ecdsa.h>

#include "base/shim.h"
#include "crypt/token_impl.h"

enum { SIG_BYTES_MAX = 1024 };

struct token_held {
	struct crypt_signer base;
	struct token token;
	CK_OBJECT_HANDLE private;
	bool each_time; /* it wants the PIN for each signature */
};

/* ---- mechanisms ---- */

struct mechanism {
	CK_MECHANISM m;
	uint8_t input[32 + DIGEST_BYTES_MAX]; /* a digest, in its wrapping */
	size_t input_n;
};

/* DigestInfo up to the digest itself: RFC 8017, 9.2, note 1. */
static const struct lc_slice digest_info[DIGEST_ALGORITHM_N] = {
	[DIGEST_SHA256] = LC_S_INIT("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				    "\x05\x00\x04\x20"),
	[DIGEST_SHA384] = LC_S_INIT("\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02"
				    "\x05\x00\x04\x30"),
	[DIGEST_SHA512] = LC_S_INIT("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03"
				    "\x05\x00\x04\x40"),
};

static void add_input(struct mechanism *k, const void *p, size_t n)
{
	memcpy(k->input + k->input_n, p, n); /* prefix and digest: both bounded, room is there */
	k->input_n += n;
}

static void choose(struct mechanism *k, enum crypt_scheme s, const struct digest *d)
{
	size_t n = digest_size(d->algorithm);
	switch (s) {
	case CRYPT_RSA_PKCS1_SHA256:
	case CRYPT_RSA_PKCS1_SHA384:
	case CRYPT_RSA_PKCS1_SHA512:
		k->m.mechanism = CKM_RSA_PKCS;
		add_input(k, digest_info[d->algorithm].p, digest_info[d->algorithm].n);
		break;
	default:
		k->m.mechanism = CKM_ECDSA;
	}
	add_input(k, d->bytes, n);
}

/* ---- signing ---- */

static int to_der(struct lc_slice raw, struct lc_buf *sig, struct lc_err *e)
{
	unsigned char *der = NULL;
	int half = (int)(raw.n / 2); /* at most SIG_BYTES_MAX */
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.p, half, NULL);
	BIGNUM *s = BN_bin2bn(raw.p + half, half, NULL);
	bool set = pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1;
	int n = set ? i2d_ECDSA_SIG(pair, &der) : -1;
	if (!set) {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(pair);
	if (n <= 0)
		return key_library_fail(e, LC_EIO, "the token's signature cannot be written");
	int rc = lc_buf_add(sig, der, (size_t)n);
	OPENSSL_free(der);
	return rc ? lc_fail(e, rc, "no memory for a signature") : 0;
}

static int run(struct token_held *k, CK_MECHANISM *m, struct lc_slice input,
	       uint8_t out[SIG_BYTES_MAX], CK_ULONG *ret_n, struct lc_err *e)
{
	static CK_BYTE nothing[1];
	struct token *t = &k->token;
	CK_RV rv = t->f->C_SignInit(t->session, m, k->private);
	if (rv == CKR_MECHANISM_INVALID)
		return token_fail(e, LC_EUNSUP, rv, "the token does not sign in this way");
	if (rv == CKR_OK && k->each_time)
		rv = t->f->C_Login(t->session, CKU_CONTEXT_SPECIFIC, t->pin.p, t->pin.n);
	CK_BYTE *p = input.n ? (CK_BYTE *)(uintptr_t)input.p : nothing;
	*ret_n = SIG_BYTES_MAX;
	if (rv == CKR_OK)
		rv = t->f->C_Sign(t->session, p, input.n, out, ret_n);
	return rv == CKR_OK ? 0 : token_fail(e, LC_EIO, rv, "the token did not sign");
}

static int sign_once(struct token_held *k, enum crypt_scheme s, const struct crypt_message *m,
		     struct lc_buf *sig, struct lc_err *e)
{
	struct mechanism how = { 0 };
	uint8_t out[SIG_BYTES_MAX];
	CK_ULONG n = 0;
	struct digest d;
	if (s == CRYPT_ED25519_PH || (s >= CRYPT_RSA_PSS_SHA256 && s <= CRYPT_RSA_PSS_SHA512))
		return lc_fail(e, LC_EUNSUP, "tokens are not asked for %s", crypt_scheme_name(s));
	if (s == CRYPT_ED25519_PURE) {
		if (!m->has_bytes)
			return lc_fail(e, LC_EUNSUP,
				       "Ed25519 signs the content itself, not its digest");
		how.m.mechanism = CKM_EDDSA;
		int rc = run(k, &how.m, m->bytes, out, &n, e);
		return rc ? rc : lc_buf_add(sig, out, n);
	}
	int rc = crypt_message_digest(m, crypt_scheme_digest(s), &d, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUSAGE, "no %s of what is to be signed",
			       digest_name(crypt_scheme_digest(s)));
	if (rc)
		return rc;
	choose(&how, s, &d);
	rc = run(k, &how.m, lc_slice_of(how.input, how.input_n), out, &n, e);
	if (rc)
		return rc;
	if (how.m.mechanism == CKM_ECDSA)
		return to_der(lc_slice_of(out, n), sig, e);
	return lc_buf_add(sig, out, n);
}

/* A public half that belongs to another key would make signatures that nobody can verify. */
static int held_sign(struct crypt_signer *self, enum crypt_scheme s, const struct crypt_message *m,
		     struct lc_buf *sig, struct lc_err *e)
{
	struct lc_buf one LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&one, SIG_BYTES_MAX * 2);
	int rc = sign_once((struct token_held *)self, s, m, &one, e);
	if (rc)
		return rc;
	if (crypt_verify(self->key, s, m, lc_buf_get(&one), NULL))
		return lc_fail(e, LC_EBAD,
			       "the token's signature does not verify by the public key beside it: "
			       "they are not of one pair");
	rc = lc_buf_slice(sig, lc_buf_get(&one));
	return rc ? lc_fail(e, rc, "no memory for a signature") : 0;
}

static void held_release(struct crypt_signer *self)
{
	struct token_held *k = (struct token_held *)self;
	crypt_public_unref(self->key);
	token_close(&k->token);
	lc_free(k);
}

int token_signer_of(struct token *t, CK_OBJECT_HANDLE private, struct crypt_signer **ret,
		    struct lc_err *e)
{
	struct crypt_public *key = NULL;
	int rc = token_half_of(t, private, &key, e);
	struct token_held *k = rc ? NULL : lc_alloc0(1, sizeof(*k));
	if (!k) {
		crypt_public_unref(key);
		return rc ? rc : lc_fail(e, LC_ENOMEM, "no memory for a key");
	}
	k->each_time = token_flag(t, private, CKA_ALWAYS_AUTHENTICATE);
	if (!k->each_time)
		secret_done(&t->pin); /* it has done its work */
	k->base = (struct crypt_signer){ held_sign, held_release, key };
	k->private = private;
	k->token = *t;
	*t = (struct token){ 0 };
	*ret = &k->base;
	return 0;
}

int token_signer(const struct token_source *s, struct lc_slice uri, struct crypt_signer **ret,
		 struct lc_err *e)
{
	struct lc_arena a = { 0 };
	struct token_uri u = { 0 };
	struct token t = { 0 };
	CK_OBJECT_HANDLE private;
	int rc = token_uri_parse(uri, &a, &u, e);
	if (!rc && !u.has[TOKEN_OBJECT] && !u.has[TOKEN_ID])
		rc = lc_fail(e, LC_EUSAGE, "which key? it has no object= or id=");
	rc = rc ? rc : token_open(s, &u, false, &t, e);
	rc = rc ? rc : token_login(&t, s, &u, e);
	rc = rc ? rc : token_private(&t, &u, &private, e);
	rc = rc ? rc : token_signer_of(&t, private, ret, e);
	token_close(&t);
	token_uri_wipe(&u);
	lc_arena_done(&a);
	return rc;
}
