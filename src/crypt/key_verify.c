#include "crypt/key.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypt/key_impl.h"

enum kind { ECDSA, RSA_PKCS1, RSA_PSS, EDDSA };

static const struct {
	const char *name;
	enum kind kind;
	enum digest_algorithm digest;
} schemes[] = {
	[CRYPT_ECDSA_SHA256] = { "ECDSA with SHA-256", ECDSA, DIGEST_SHA256 },
	[CRYPT_ECDSA_SHA384] = { "ECDSA with SHA-384", ECDSA, DIGEST_SHA384 },
	[CRYPT_ECDSA_SHA512] = { "ECDSA with SHA-512", ECDSA, DIGEST_SHA512 },
	[CRYPT_RSA_PKCS1_SHA256] = { "RSA PKCS#1 v1.5 with SHA-256", RSA_PKCS1, DIGEST_SHA256 },
	[CRYPT_RSA_PKCS1_SHA384] = { "RSA PKCS#1 v1.5 with SHA-384", RSA_PKCS1, DIGEST_SHA384 },
	[CRYPT_RSA_PKCS1_SHA512] = { "RSA PKCS#1 v1.5 with SHA-512", RSA_PKCS1, DIGEST_SHA512 },
	[CRYPT_RSA_PSS_SHA256] = { "RSA PSS with SHA-256", RSA_PSS, DIGEST_SHA256 },
	[CRYPT_RSA_PSS_SHA384] = { "RSA PSS with SHA-384", RSA_PSS, DIGEST_SHA384 },
	[CRYPT_RSA_PSS_SHA512] = { "RSA PSS with SHA-512", RSA_PSS, DIGEST_SHA512 },
	[CRYPT_ED25519_PURE] = { "Ed25519", EDDSA, DIGEST_ALGORITHM_N },
	[CRYPT_ED25519_PH] = { "Ed25519ph", EDDSA, DIGEST_ALGORITHM_N },
};
_Static_assert(sizeof(schemes) / sizeof(schemes[0]) == CRYPT_SCHEME_N, "one row each");

const char *crypt_scheme_name(enum crypt_scheme s)
{
	return (unsigned)s < CRYPT_SCHEME_N ? schemes[s].name : "unknown";
}

enum digest_algorithm crypt_scheme_digest(enum crypt_scheme s)
{
	return (unsigned)s < CRYPT_SCHEME_N ? schemes[s].digest : DIGEST_ALGORITHM_N;
}

bool key_scheme_fits(enum crypt_key_type t, enum crypt_scheme s)
{
	if ((unsigned)s >= CRYPT_SCHEME_N)
		return false;
	if (t == CRYPT_ED25519)
		return schemes[s].kind == EDDSA;
	if (t == CRYPT_RSA)
		return schemes[s].kind == RSA_PKCS1 || schemes[s].kind == RSA_PSS;
	return schemes[s].kind == ECDSA;
}

int crypt_message_digest(const struct crypt_message *m, enum digest_algorithm a, struct digest *ret,
			 struct lc_err *e)
{
	for (size_t i = 0; i < m->digests_n; i++)
		if (m->digests[i].algorithm == a) {
			*ret = m->digests[i];
			return 0;
		}
	return m->has_bytes ? digest_of(a, m->bytes, ret, e) : LC_ENOTFOUND;
}

size_t crypt_schemes(const struct crypt_public *k, bool pss,
		     enum crypt_scheme ret[CRYPT_SCHEMES_MAX])
{
	switch (k->type) {
	case CRYPT_RSA:
		ret[0] = pss ? CRYPT_RSA_PSS_SHA256 : CRYPT_RSA_PKCS1_SHA256;
		return 1;
	case CRYPT_ED25519:
		ret[0] = CRYPT_ED25519_PURE;
		ret[1] = CRYPT_ED25519_PH;
		return 2;
	case CRYPT_P384:
	case CRYPT_P521:
		ret[0] = k->type == CRYPT_P384 ? CRYPT_ECDSA_SHA384 : CRYPT_ECDSA_SHA512;
		ret[1] = CRYPT_ECDSA_SHA256;
		return 2;
	case CRYPT_P256:
	case CRYPT_KEY_TYPE_N:
		break;
	}
	ret[0] = CRYPT_ECDSA_SHA256;
	return 1;
}

static const EVP_MD *md_of(enum crypt_scheme s)
{
	switch (schemes[s].digest) {
	case DIGEST_SHA384:
		return EVP_sha384();
	case DIGEST_SHA512:
		return EVP_sha512();
	default:
		return EVP_sha256();
	}
}

bool key_prepare(EVP_PKEY_CTX *ctx, enum crypt_scheme s)
{
	enum kind kind = schemes[s].kind;
	if (EVP_PKEY_CTX_set_signature_md(ctx, md_of(s)) != 1)
		return false;
	if (kind == RSA_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	if (kind == RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1 &&
		       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md_of(s)) == 1;
	return true;
}

static int does_not_match(enum crypt_scheme s, struct lc_err *e)
{
	ERR_clear_error();
	return lc_fail(e, LC_EBAD, "the signature does not match (%s)", schemes[s].name);
}

static int verify_digest(const struct crypt_public *k, enum crypt_scheme s, const struct digest *d,
			 struct lc_slice sig, struct lc_err *e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->pkey, NULL);
	if (!ctx)
		return lc_fail(e, LC_ENOMEM, "no memory to check a signature");
	bool ready = EVP_PKEY_verify_init(ctx) == 1 && key_prepare(ctx, s);
	/* An ECDSA signature that is not the one DER form of its numbers is refused in there. */
	int ok =
		ready ? EVP_PKEY_verify(ctx, sig.p, sig.n, d->bytes, digest_size(d->algorithm)) : 0;
	EVP_PKEY_CTX_free(ctx);
	if (!ready)
		return key_library_fail(e, LC_EUNSUP, schemes[s].name);
	return ok == 1 ? 0 : does_not_match(s, e);
}

static int verify_pure(const struct crypt_public *k, struct lc_slice message, struct lc_slice sig,
		       struct lc_err *e)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx)
		return lc_fail(e, LC_ENOMEM, "no memory to check a signature");
	bool ok = EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
		  EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : does_not_match(CRYPT_ED25519_PURE, e);
}

static int verify_ph(const struct crypt_public *k, struct lc_slice message, struct lc_slice sig,
		     struct lc_err *e)
{
	uint8_t raw[KEY_ED25519_BYTES];
	size_t n = sizeof(raw);
	if (EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) != 1 || n != sizeof(raw))
		return key_library_fail(e, LC_EBAD, "Ed25519 key cannot be read");
	return key_sodium_ph_verify(message, sig, raw, e);
}

int crypt_verify(const struct crypt_public *k, enum crypt_scheme s, const struct crypt_message *m,
		 struct lc_slice sig, struct lc_err *e)
{
	if (!key_scheme_fits(k->type, s))
		return lc_fail(e, LC_EUSAGE, "%s is not a scheme of %s keys", crypt_scheme_name(s),
			       crypt_key_type_name(k->type));
	if (sig.n == 0)
		return lc_fail(e, LC_EBAD, "the signature is empty");
	if (k->type == CRYPT_ED25519) {
		if (!m->has_bytes)
			return lc_fail(e, LC_EUNSUP,
				       "an Ed25519 signature cannot be checked by a "
				       "digest alone: give the file itself");
		if (s == CRYPT_ED25519_PH)
			return verify_ph(k, m->bytes, sig, e);
		return verify_pure(k, m->bytes, sig, e);
	}
	struct digest d;
	int rc = crypt_message_digest(m, schemes[s].digest, &d, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUNSUP,
			       "%s cannot be checked by this digest: give the file itself",
			       schemes[s].name);
	return rc ? rc : verify_digest(k, s, &d, sig, e);
}

int crypt_verify_any(const struct crypt_public *k, bool pss, const struct crypt_message *m,
		     struct lc_slice sig, enum crypt_scheme *ret, struct lc_err *e)
{
	enum crypt_scheme all[CRYPT_SCHEMES_MAX];
	size_t n = crypt_schemes(k, pss, all);
	struct lc_err first = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct lc_err why = { 0 };
		int rc = crypt_verify(k, all[i], m, sig, &why);
		if (!rc) {
			if (ret)
				*ret = all[i];
			return 0;
		}
		/* What could not be checked says more than what did not match. */
		if (!first.code || (rc == LC_EUNSUP && first.code == LC_EBAD))
			first = why;
		if (rc != LC_EBAD && rc != LC_EUNSUP)
			break;
	}
	if (e)
		*e = first;
	return first.code;
}
