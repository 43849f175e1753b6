#include "crypt/key.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/shim.h"
#include "crypt/key_impl.h"
#include "crypt/pem.h"

enum { RSA_BITS = 3072, SIG_BYTES_MAX = 1024 };

/* A key in this process' memory. Its public half holds the private one, too. */
struct memory_signer {
	struct crypt_signer base;
};

static int sign_digest(EVP_PKEY *pkey, enum crypt_scheme s, const struct digest *d,
		       struct lc_buf *sig, struct lc_err *e)
{
	uint8_t out[SIG_BYTES_MAX];
	size_t n = sizeof(out);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	bool fine = ctx && EVP_PKEY_sign_init(ctx) == 1 && key_prepare(ctx, s) &&
		    EVP_PKEY_sign(ctx, out, &n, d->bytes, digest_size(d->algorithm)) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!fine)
		return key_library_fail(e, LC_EUNSUP, "cannot sign");
	int rc = lc_buf_add(sig, out, n);
	return rc ? lc_fail(e, rc, "no memory for a signature") : 0;
}

static int sign_pure(EVP_PKEY *pkey, struct lc_slice message, struct lc_buf *sig, struct lc_err *e)
{
	uint8_t out[KEY_ED25519_SIG_BYTES];
	size_t n = sizeof(out);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool fine = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		    EVP_DigestSign(ctx, out, &n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	if (!fine)
		return key_library_fail(e, LC_EUNSUP, "cannot sign");
	int rc = lc_buf_add(sig, out, n);
	return rc ? lc_fail(e, rc, "no memory for a signature") : 0;
}

static int sign_ph(EVP_PKEY *pkey, struct lc_slice message, struct lc_buf *sig, struct lc_err *e)
{
	uint8_t seed[KEY_ED25519_BYTES];
	size_t n = sizeof(seed);
	if (EVP_PKEY_get_raw_private_key(pkey, seed, &n) != 1 || n != sizeof(seed))
		return key_library_fail(e, LC_EBAD, "Ed25519 key cannot be read");
	int rc = key_sodium_ph_sign(message, seed, sig, e);
	secret_wipe(seed, sizeof(seed));
	return rc;
}

static int memory_sign(struct crypt_signer *self, enum crypt_scheme s,
		       const struct crypt_message *m, struct lc_buf *sig, struct lc_err *e)
{
	EVP_PKEY *pkey = self->key->pkey;
	struct digest d;
	if (crypt_scheme_digest(s) == DIGEST_ALGORITHM_N) {
		if (!m->has_bytes)
			return lc_fail(e, LC_EUNSUP,
				       "Ed25519 signs the content itself, not its "
				       "digest: it is too large for that");
		if (s == CRYPT_ED25519_PH)
			return sign_ph(pkey, m->bytes, sig, e);
		return sign_pure(pkey, m->bytes, sig, e);
	}
	int rc = crypt_message_digest(m, crypt_scheme_digest(s), &d, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUSAGE, "no %s of what is to be signed",
			       digest_name(crypt_scheme_digest(s)));
	return rc ? rc : sign_digest(pkey, s, &d, sig, e);
}

static void memory_release(struct crypt_signer *self)
{
	crypt_public_unref(self->key);
	lc_free(self);
}

int crypt_sign(struct crypt_signer *s, enum crypt_scheme scheme, const struct crypt_message *m,
	       struct lc_buf *sig, struct lc_err *e)
{
	if (!key_scheme_fits(s->key->type, scheme))
		return lc_fail(e, LC_EUSAGE, "%s is not a scheme of %s keys",
			       crypt_scheme_name(scheme), crypt_key_type_name(s->key->type));
	return s->sign(s, scheme, m, sig, e);
}

void crypt_signer_free(struct crypt_signer *s)
{
	if (s)
		s->release(s);
}

void crypt_signer_freep(struct crypt_signer **s)
{
	crypt_signer_free(*s);
}

/* Takes pkey over. */
static int signer_of(EVP_PKEY *pkey, struct crypt_signer **ret, struct lc_err *e)
{
	struct crypt_public *k = NULL;
	int rc = key_public_of(pkey, &k, e);
	if (rc)
		return rc;
	struct memory_signer *s = lc_alloc0(1, sizeof(*s));
	if (!s) {
		crypt_public_unref(k);
		return lc_fail(e, LC_ENOMEM, "no memory for a key");
	}
	s->base = (struct crypt_signer){ memory_sign, memory_release, k };
	*ret = &s->base;
	return 0;
}

int crypt_signer_generate(enum crypt_key_type t, struct crypt_signer **ret, struct lc_err *e)
{
	EVP_PKEY *pkey = NULL;
	switch (t) {
	case CRYPT_P256:
		pkey = EVP_EC_gen("P-256");
		break;
	case CRYPT_P384:
		pkey = EVP_EC_gen("P-384");
		break;
	case CRYPT_P521:
		pkey = EVP_EC_gen("P-521");
		break;
	case CRYPT_RSA:
		pkey = EVP_RSA_gen(RSA_BITS);
		break;
	case CRYPT_ED25519:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case CRYPT_KEY_TYPE_N:
		break;
	}
	if (!pkey)
		return key_library_fail(e, LC_EUNSUP, "a key could not be made");
	return signer_of(pkey, ret, e);
}

/* Does the private half belong to the public one? A file that lies would leak it by signing. */
static int check_pair(const EVP_PKEY *pkey, struct lc_err *e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new((EVP_PKEY *)(uintptr_t)pkey, NULL);
	bool fine = ctx && (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA || EVP_PKEY_check(ctx) == 1);
	EVP_PKEY_CTX_free(ctx);
	return fine ? 0 : key_library_fail(e, LC_EBAD, "the private key is not a valid one");
}

int crypt_signer_pkcs8(struct lc_slice der, struct crypt_signer **ret, struct lc_err *e)
{
	const unsigned char *p = der.p;
	if (der.n == 0 || der.n > SECRET_BYTES_MAX)
		return lc_fail(e, LC_EBAD, "a private key of %zu bytes", der.n);
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	if (!info || p != der.p + der.n) {
		PKCS8_PRIV_KEY_INFO_free(info);
		return key_library_fail(e, LC_EBAD, "not a private key in PKCS#8");
	}
	EVP_PKEY *pkey = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	if (!pkey)
		return key_library_fail(e, LC_EUNSUP, "a private key of unknown kind");
	int rc = check_pair(pkey, e);
	if (rc) {
		EVP_PKEY_free(pkey);
		return rc;
	}
	return signer_of(pkey, ret, e);
}

static int of_traditional(int type, struct lc_slice der, struct crypt_signer **ret,
			  struct lc_err *e)
{
	const unsigned char *p = der.p;
	EVP_PKEY *pkey = d2i_PrivateKey(type, NULL, &p, (long)der.n);
	if (!pkey)
		return key_library_fail(e, LC_EBAD, "not a private key");
	int rc = p == der.p + der.n ? check_pair(pkey, e)
				    : lc_fail(e, LC_EBAD, "bytes behind a private key");
	if (rc) {
		EVP_PKEY_free(pkey);
		return rc;
	}
	return signer_of(pkey, ret, e);
}

static int of_block(const struct pem_block *b, struct crypt_signer **ret, struct lc_err *e)
{
	if (lc_eq(b->label, LC_S("PRIVATE KEY")))
		return crypt_signer_pkcs8(b->der, ret, e);
	if (lc_eq(b->label, LC_S("EC PRIVATE KEY")))
		return of_traditional(EVP_PKEY_EC, b->der, ret, e);
	if (lc_eq(b->label, LC_S("RSA PRIVATE KEY")))
		return of_traditional(EVP_PKEY_RSA, b->der, ret, e);
	if (lc_eq(b->label, LC_S("PUBLIC KEY")) || lc_eq(b->label, LC_S("CERTIFICATE")))
		return lc_fail(e, LC_EUSAGE, "this is a public key; signing wants the private one");
	return lc_fail(e, LC_EUNSUP, "PEM block '%s' is not a private key of a known kind",
		       lc_quote(b->label).s);
}

int crypt_signer_pem(struct lc_slice text, struct crypt_signer **ret, struct lc_err *e)
{
	struct lc_arena a;
	struct pem_block b = { 0 };
	int rc;
	lc_arena_init(&a, SECRET_BYTES_MAX);
	/* "EC PARAMETERS" stands before the key where openssl ecparam wrote it. */
	do {
		rc = pem_next(&text, &a, &b, e);
	} while (!rc && lc_eq(b.label, LC_S("EC PARAMETERS")));
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, LC_EBAD, "no PEM block: a private key begins with -----BEGIN");
	if (!rc)
		rc = of_block(&b, ret, e);
	secret_wipe((void *)(uintptr_t)b.der.p, b.der.n);
	lc_arena_done(&a);
	return rc;
}

int crypt_signer_export(const struct crypt_signer *s, struct secret *ret, struct lc_err *e)
{
	if (s->sign != memory_sign)
		return lc_fail(e, LC_EUNSUP, "this key cannot leave where it is");
	unsigned char *der = NULL;
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(s->key->pkey);
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
	PKCS8_PRIV_KEY_INFO_free(info);
	if (n <= 0)
		return key_library_fail(e, LC_EUNSUP, "the private key cannot be written");
	int rc = secret_copy(lc_slice_of(der, (size_t)n), ret, e);
	OPENSSL_clear_free(der, (size_t)n);
	return rc;
}
