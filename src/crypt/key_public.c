#include "crypt/key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/shim.h"
#include "crypt/key_impl.h"
#include "crypt/pem.h"

static const size_t spki_bytes_max = (size_t)1 << 14;

static const char *const type_names[] = {
	[CRYPT_P256] = "ECDSA P-256", [CRYPT_P384] = "ECDSA P-384", [CRYPT_P521] = "ECDSA P-521",
	[CRYPT_RSA] = "RSA",          [CRYPT_ED25519] = "Ed25519",
};
_Static_assert(sizeof(type_names) / sizeof(type_names[0]) == CRYPT_KEY_TYPE_N, "one name each");

const char *crypt_key_type_name(enum crypt_key_type t)
{
	return (unsigned)t < CRYPT_KEY_TYPE_N ? type_names[t] : "unknown";
}

int key_library_fail(struct lc_err *e, int code, const char *what)
{
	unsigned long err = ERR_peek_last_error();
	const char *reason = err ? ERR_reason_error_string(err) : NULL;
	ERR_clear_error();
	if (!reason)
		return lc_fail(e, code, "%s", what);
	return lc_fail(e, code, "%s: %s", what, reason);
}

/* ---- what is accepted ---- */

static int curve_of(const EVP_PKEY *k, enum crypt_key_type *ret, struct lc_err *e)
{
	static const struct {
		const char *name;
		enum crypt_key_type type;
	} curves[] = {
		{ "prime256v1", CRYPT_P256 },
		{ "secp384r1", CRYPT_P384 },
		{ "secp521r1", CRYPT_P521 },
	};
	char name[64];
	size_t n = 0;
	if (EVP_PKEY_get_group_name(k, name, sizeof(name), &n) != 1)
		return key_library_fail(e, LC_EUNSUP, "elliptic curve without a name");
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(name, curves[i].name) == 0) {
			*ret = curves[i].type;
			return 0;
		}
	return lc_fail(e, LC_EUNSUP, "keys on curve %s are not accepted: use P-256, P-384 or P-521",
		       lc_quote(lc_str(name)).s);
}

static int rsa_fits(const EVP_PKEY *k, struct lc_err *e)
{
	int bits = EVP_PKEY_get_bits(k);
	BIGNUM *exponent = NULL;
	if (bits != 2048 && bits != 3072 && bits != 4096)
		return lc_fail(e, LC_EBAD,
			       "RSA keys of %d bits are not accepted: use 2048, 3072 or 4096",
			       bits);
	if (EVP_PKEY_get_bn_param(k, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1)
		return key_library_fail(e, LC_EBAD, "RSA key without an exponent");
	bool fine = BN_is_odd(exponent) && BN_num_bits(exponent) > 1;
	BN_free(exponent);
	return fine ? 0 : lc_fail(e, LC_EBAD, "RSA key with an exponent that is even or below 3");
}

static int type_of(const EVP_PKEY *k, enum crypt_key_type *ret, struct lc_err *e)
{
	switch (EVP_PKEY_get_base_id(k)) {
	case EVP_PKEY_EC:
		return curve_of(k, ret, e);
	case EVP_PKEY_RSA:
		*ret = CRYPT_RSA;
		return rsa_fits(k, e);
	case EVP_PKEY_ED25519:
		*ret = CRYPT_ED25519;
		return 0;
	default:
		return lc_fail(e, LC_EUNSUP,
			       "keys of this kind are not accepted: use ECDSA, RSA or Ed25519");
	}
}

/* ---- making ---- */

/*
 * Curves by their name and points whole, whatever the key was read from: one that is written in
 * two ways would have two ids, and count twice where several keys are asked for.
 */
static bool use_one_form(EVP_PKEY *k)
{
	return EVP_PKEY_set_utf8_string_param(k, OSSL_PKEY_PARAM_EC_ENCODING,
					      OSSL_PKEY_EC_ENCODING_GROUP) == 1 &&
	       EVP_PKEY_set_utf8_string_param(k, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
					      OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) ==
		       1;
}

static int set_spki(struct crypt_public *k, struct lc_slice der, struct lc_err *e)
{
	uint8_t *copy = lc_alloc(der.n);
	if (!copy)
		return lc_fail(e, LC_ENOMEM, "no memory for a key");
	memcpy(copy, der.p, der.n);
	k->spki = lc_slice_of(copy, der.n);
	return digest_of(DIGEST_SHA256, k->spki, &k->id, e);
}

static int fill(struct crypt_public *k, struct lc_err *e)
{
	unsigned char *der = NULL;
	int rc = type_of(k->pkey, &k->type, e);
	if (rc)
		return rc;
	if (EVP_PKEY_get_base_id(k->pkey) == EVP_PKEY_EC && !use_one_form(k->pkey))
		return key_library_fail(e, LC_EBAD, "public key without a usual form");
	int n = i2d_PUBKEY(k->pkey, &der);
	if (n <= 0)
		return key_library_fail(e, LC_EBAD, "public key cannot be written as DER");
	rc = set_spki(k, lc_slice_of(der, (size_t)n), e);
	OPENSSL_free(der);
	return rc;
}

/* Takes pkey over. */
static struct crypt_public *new_public(EVP_PKEY *pkey, struct lc_err *e)
{
	struct crypt_public *k = lc_alloc0(1, sizeof(*k));
	if (!k) {
		EVP_PKEY_free(pkey);
		(void)lc_fail(e, LC_ENOMEM, "no memory for a key");
		return NULL;
	}
	atomic_init(&k->refs, 1);
	k->pkey = pkey;
	return k;
}

/* Hands k over, or lets it go. */
static int give(struct crypt_public *k, int rc, struct crypt_public **ret)
{
	if (rc)
		crypt_public_unref(k);
	else
		*ret = k;
	return rc;
}

int key_public_of(EVP_PKEY *pkey, struct crypt_public **ret, struct lc_err *e)
{
	struct crypt_public *k = new_public(pkey, e);
	return k ? give(k, fill(k, e), ret) : LC_ENOMEM;
}

/* ---- the usual keys ---- */

/*
 * The one canonical form of keys on these curves: bytes that never change, then the point or key.
 * OpenSSL's decoders and encoders, asked for the first time, cost more than all else that a
 * verification does; where the form is known to the byte, nobody needs to ask them.
 * Sources: RFC 5480 section 2, RFC 8410 section 4.
 */
#define EC_ALGORITHM "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
static const struct usual {
	enum crypt_key_type type;
	const char *group;      /* NULL: the bytes are the key itself */
	struct lc_slice before; /* with the 4 of an uncompressed point, which is in key, too */
	size_t n;               /* of the key */
} usuals[] = {
	{ CRYPT_P256, "P-256",
	  LC_S_INIT("\x30\x59\x30\x13" EC_ALGORITHM "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
		    "\x03\x42\x00\x04"),
	  65 },
	{ CRYPT_P384, "P-384",
	  LC_S_INIT("\x30\x76\x30\x10" EC_ALGORITHM "\x06\x05\x2b\x81\x04\x00\x22"
		    "\x03\x62\x00\x04"),
	  97 },
	{ CRYPT_P521, "P-521",
	  LC_S_INIT("\x30\x81\x9b\x30\x10" EC_ALGORITHM "\x06\x05\x2b\x81\x04\x00\x23"
		    "\x03\x81\x86\x00\x04"),
	  133 },
	{ CRYPT_ED25519, NULL, LC_S_INIT("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"), 32 },
};

static const struct usual *usual_of(struct lc_slice spki)
{
	for (size_t i = 0; i < sizeof(usuals) / sizeof(usuals[0]); i++) {
		const struct usual *u = &usuals[i];
		size_t shared = u->group ? 1 : 0;
		if (spki.n == u->before.n + u->n - shared && lc_starts(spki, u->before))
			return u;
	}
	return NULL;
}

/* NULL: not a point of the curve, or no memory. */
static EVP_PKEY *usual_pkey(const struct usual *u, struct lc_slice key)
{
	EVP_PKEY *pkey = NULL;
	if (!u->group)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key.p, key.n);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char *)(uintptr_t)u->group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)key.p,
						  key.n),
		OSSL_PARAM_construct_end(),
	};
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static int of_usual(const struct usual *u, struct lc_slice spki, struct crypt_public **ret,
		    struct lc_err *e)
{
	EVP_PKEY *pkey = usual_pkey(u, lc_skip(spki, spki.n - u->n));
	if (!pkey)
		return key_library_fail(e, LC_EBAD, "not a public key");
	struct crypt_public *k = new_public(pkey, e);
	if (!k)
		return LC_ENOMEM;
	k->type = u->type;
	return give(k, set_spki(k, spki, e), ret);
}

int crypt_public_der(struct lc_slice spki, struct crypt_public **ret, struct lc_err *e)
{
	struct crypt_public *k = NULL;
	if (spki.n == 0 || spki.n > spki_bytes_max)
		return lc_fail(e, LC_EBAD, "a public key of %zu bytes", spki.n);
	const struct usual *u = usual_of(spki);
	if (u)
		return of_usual(u, spki, ret, e);
	const unsigned char *p = spki.p;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)spki.n);
	if (!pkey)
		return key_library_fail(e, LC_EBAD, "not a public key");
	int rc = key_public_of(pkey, &k, e);
	if (rc)
		return rc;
	/* One key, one form: other forms of it would have another id in logs. */
	if (!lc_eq(k->spki, spki)) {
		crypt_public_unref(k);
		return lc_fail(e, LC_EBAD, "public key is not in canonical DER");
	}
	*ret = k;
	return 0;
}

int crypt_public_pkcs1(struct lc_slice der, struct crypt_public **ret, struct lc_err *e)
{
	if (der.n == 0 || der.n > spki_bytes_max)
		return lc_fail(e, LC_EBAD, "a public key of %zu bytes", der.n);
	const unsigned char *p = der.p;
	EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.n);
	if (!pkey)
		return key_library_fail(e, LC_EBAD, "not an RSA public key");
	if (p != der.p + der.n) {
		EVP_PKEY_free(pkey);
		return lc_fail(e, LC_EBAD, "bytes behind an RSA public key");
	}
	return key_public_of(pkey, ret, e);
}

static int of_certificate(struct lc_slice der, struct crypt_public **ret, struct lc_err *e)
{
	const unsigned char *p = der.p;
	X509 *cert = d2i_X509(NULL, &p, (long)der.n);
	if (!cert || p != der.p + der.n) {
		X509_free(cert);
		return key_library_fail(e, LC_EBAD, "not a certificate");
	}
	EVP_PKEY *pkey = X509_get_pubkey(cert);
	X509_free(cert);
	if (!pkey)
		return key_library_fail(e, LC_EUNSUP, "certificate with a key of unknown kind");
	return key_public_of(pkey, ret, e);
}

int crypt_public_pem(struct lc_slice text, struct crypt_public **ret, struct lc_err *e)
{
	struct lc_arena a;
	struct pem_block b;
	lc_arena_init(&a, (size_t)1 << 20);
	int rc = pem_next(&text, &a, &b, e);
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, LC_EBAD,
			     "no PEM block: a public key begins with "
			     "-----BEGIN PUBLIC KEY-----");
	else if (!rc && lc_eq(b.label, LC_S("PUBLIC KEY")))
		rc = crypt_public_der(b.der, ret, e);
	else if (!rc && lc_eq(b.label, LC_S("RSA PUBLIC KEY")))
		rc = crypt_public_pkcs1(b.der, ret, e);
	else if (!rc && lc_eq(b.label, LC_S("CERTIFICATE")))
		rc = of_certificate(b.der, ret, e);
	else if (!rc)
		rc = lc_fail(e, LC_EBAD, "PEM block '%s' is no public key", lc_quote(b.label).s);
	lc_arena_done(&a);
	return rc;
}

struct crypt_public *crypt_public_ref(struct crypt_public *k)
{
	atomic_fetch_add(&k->refs, 1);
	return k;
}

void crypt_public_unref(struct crypt_public *k)
{
	if (!k || atomic_fetch_sub(&k->refs, 1) != 1)
		return;
	EVP_PKEY_free(k->pkey);
	lc_free((void *)(uintptr_t)k->spki.p);
	lc_free(k);
}

void crypt_public_unrefp(struct crypt_public **k)
{
	crypt_public_unref(*k);
}

enum crypt_key_type crypt_public_type(const struct crypt_public *k)
{
	return k->type;
}

unsigned crypt_public_bits(const struct crypt_public *k)
{
	return (unsigned)EVP_PKEY_get_bits(k->pkey);
}

struct lc_slice crypt_public_spki(const struct crypt_public *k)
{
	return k->spki;
}

const struct digest *crypt_public_id(const struct crypt_public *k)
{
	return &k->id;
}

bool crypt_public_eq(const struct crypt_public *a, const struct crypt_public *b)
{
	return lc_eq(a->spki, b->spki);
}

int crypt_public_write(const struct crypt_public *k, struct lc_buf *out, struct lc_err *e)
{
	int rc = pem_write(out, "PUBLIC KEY", k->spki);
	return rc ? lc_fail(e, rc, "no memory for a public key") : 0;
}
