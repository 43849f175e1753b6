/*
 * Objects on a token: keys by label and id, and the public halves that they or their certificates
 * hold.
 */
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/shim.h"
#include "crypt/token_impl.h"

/* EC_PARAMS as a named curve, and how long a point on it is without a compression. */
static const struct {
	enum crypt_key_type type;
	const char *group;
	struct lc_slice params;
	size_t point;
} curves[] = {
	{ CRYPT_P256, "P-256", LC_S_INIT("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"), 65 },
	{ CRYPT_P384, "P-384", LC_S_INIT("\x06\x05\x2b\x81\x04\x00\x22"), 97 },
	{ CRYPT_P521, "P-521", LC_S_INIT("\x06\x05\x2b\x81\x04\x00\x23"), 133 },
	/* PKCS#11 3.0 has both; the name is what modules take when a key is made. */
	{ CRYPT_ED25519, NULL,
	  LC_S_INIT("\x13\x0c"
		    "edwards25519"),
	  KEY_ED25519_BYTES },
	{ CRYPT_ED25519, NULL, LC_S_INIT("\x06\x03\x2b\x65\x70"), KEY_ED25519_BYTES },
};
enum { CURVES_N = sizeof(curves) / sizeof(curves[0]) };

struct lc_slice token_curve(enum crypt_key_type t)
{
	for (size_t i = 0; i < CURVES_N; i++)
		if (curves[i].type == t)
			return curves[i].params;
	return (struct lc_slice){ NULL, 0 };
}

/* ---- finding ---- */

int token_find(struct token *t, CK_OBJECT_CLASS class, const struct token_uri *u,
	       CK_OBJECT_HANDLE ret[TOKEN_FOUND_MAX], size_t *ret_n, struct lc_err *e)
{
	CK_ATTRIBUTE want[3] = { { CKA_CLASS, &class, sizeof(class) } };
	CK_ULONG wanted = 1;
	CK_ULONG n = 0;
	if (u && u->has[TOKEN_OBJECT])
		want[wanted++] = (CK_ATTRIBUTE){ CKA_LABEL, (void *)(uintptr_t)u->v[TOKEN_OBJECT].p,
						 u->v[TOKEN_OBJECT].n };
	if (u && u->has[TOKEN_ID])
		want[wanted++] = (CK_ATTRIBUTE){ CKA_ID, (void *)(uintptr_t)u->v[TOKEN_ID].p,
						 u->v[TOKEN_ID].n };
	CK_RV rv = t->f->C_FindObjectsInit(t->session, want, wanted);
	if (rv != CKR_OK)
		return token_fail(e, LC_EIO, rv, "its objects cannot be listed");
	rv = t->f->C_FindObjects(t->session, ret, TOKEN_FOUND_MAX, &n);
	(void)t->f->C_FindObjectsFinal(t->session); /* nothing to do about a failure */
	if (rv != CKR_OK)
		return token_fail(e, LC_EIO, rv, "its objects cannot be listed");
	*ret_n = n < TOKEN_FOUND_MAX ? n : TOKEN_FOUND_MAX;
	return 0;
}

int token_bytes(struct token *t, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, struct lc_arena *a,
		struct lc_slice *ret, struct lc_err *e)
{
	CK_ATTRIBUTE at = { type, NULL, 0 };
	CK_RV rv = t->f->C_GetAttributeValue(t->session, o, &at, 1);
	if (rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	    at.ulValueLen == CK_UNAVAILABLE_INFORMATION)
		return LC_ENOTFOUND;
	if (rv != CKR_OK)
		return token_fail(e, LC_EIO, rv, "a key on it cannot be read");
	if (at.ulValueLen > TOKEN_VALUE_MAX)
		return lc_fail(e, LC_ELIMIT, "an attribute of %lu bytes", at.ulValueLen);
	at.pValue = lc_arena_alloc(a, at.ulValueLen + 1);
	if (!at.pValue)
		return lc_fail(e, lc_arena_err(a), "no memory for a key");
	rv = t->f->C_GetAttributeValue(t->session, o, &at, 1);
	if (rv != CKR_OK)
		return token_fail(e, LC_EIO, rv, "a key on it cannot be read");
	*ret = lc_slice_of(at.pValue, at.ulValueLen);
	return 0;
}

bool token_flag(struct token *t, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL v = CK_FALSE;
	CK_ATTRIBUTE at = { type, &v, sizeof(v) };
	return t->f->C_GetAttributeValue(t->session, o, &at, 1) == CKR_OK && v == CK_TRUE;
}

/* ---- public halves ---- */

/* Takes over what params holds. */
static int from_data(const char *kind, OSSL_PARAM_BLD *bld, struct crypt_public **ret,
		     struct lc_err *e)
{
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	bool fine = params && ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
		    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	if (!fine)
		return key_library_fail(e, LC_EBAD, "its public key is not valid");
	return key_public_of(pkey, ret, e);
}

static int of_rsa(struct lc_slice modulus, struct lc_slice exponent, struct crypt_public **ret,
		  struct lc_err *e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus.p, (int)modulus.n, NULL); /* at most TOKEN_VALUE_MAX */
	BIGNUM *x = BN_bin2bn(exponent.p, (int)exponent.n, NULL);
	bool fine = bld && n && x && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, x) == 1;
	int rc = fine ? from_data("RSA", bld, ret, e)
		      : key_library_fail(e, LC_ENOMEM, "no memory for a key");
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(x);
	return rc;
}

static int of_group(const char *group, struct lc_slice point, struct crypt_public **ret,
		    struct lc_err *e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	bool fine =
		bld &&
		OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point.p, point.n) ==
			1;
	int rc = fine ? from_data("EC", bld, ret, e)
		      : key_library_fail(e, LC_ENOMEM, "no memory for a key");
	OSSL_PARAM_BLD_free(bld);
	return rc;
}

/* A DER OCTET STRING by the book; some tokens give the bytes alone. */
static struct lc_slice unwrap(struct lc_slice point, size_t bytes)
{
	size_t head = bytes < 128 ? 2 : 3;
	if (point.n == bytes + head && point.p[0] == 0x04 && point.p[head - 1] == bytes)
		return lc_skip(point, head);
	return point;
}

static int of_point(struct lc_slice params, struct lc_slice point, struct crypt_public **ret,
		    struct lc_err *e)
{
	size_t i = 0;
	while (i < CURVES_N && !lc_eq(curves[i].params, params))
		i++;
	if (i == CURVES_N)
		return lc_fail(e, LC_EUNSUP,
			       "a key on a curve that is not accepted: use P-256, P-384, P-521 or "
			       "Ed25519");
	point = unwrap(point, curves[i].point);
	if (point.n != curves[i].point)
		return lc_fail(e, LC_EBAD, "its public key is not valid: %zu bytes", point.n);
	if (curves[i].group)
		return of_group(curves[i].group, point, ret, e);
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point.p, point.n);
	return pkey ? key_public_of(pkey, ret, e)
		    : key_library_fail(e, LC_EBAD, "its public key is not valid");
}

static int of_certificate(struct lc_slice der, struct crypt_public **ret, struct lc_err *e)
{
	const unsigned char *p = der.p;
	X509 *cert = d2i_X509(NULL, &p, (long)der.n);
	EVP_PKEY *pkey = cert ? X509_get_pubkey(cert) : NULL;
	X509_free(cert);
	return pkey ? key_public_of(pkey, ret, e)
		    : key_library_fail(e, LC_EBAD, "its certificate is not valid");
}

static int public_in(struct token *t, CK_OBJECT_HANDLE o, struct lc_arena *a,
		     struct crypt_public **ret, struct lc_err *e)
{
	struct lc_slice one = { NULL, 0 };
	struct lc_slice two = { NULL, 0 };
	int rc = token_bytes(t, o, CKA_EC_PARAMS, a, &one, e);
	if (!rc && one.n) {
		rc = token_bytes(t, o, CKA_EC_POINT, a, &two, e);
		return rc ? rc : of_point(one, two, ret, e);
	}
	rc = rc && rc != LC_ENOTFOUND ? rc : token_bytes(t, o, CKA_MODULUS, a, &one, e);
	if (!rc && one.n) {
		rc = token_bytes(t, o, CKA_PUBLIC_EXPONENT, a, &two, e);
		return rc ? rc : of_rsa(one, two, ret, e);
	}
	rc = rc && rc != LC_ENOTFOUND ? rc : token_bytes(t, o, CKA_VALUE, a, &one, e);
	if (rc || !one.n)
		return rc ? rc : LC_ENOTFOUND;
	return of_certificate(one, ret, e);
}

int token_public_of(struct token *t, CK_OBJECT_HANDLE o, struct crypt_public **ret,
		    struct lc_err *e)
{
	struct lc_arena a;
	lc_arena_init(&a, (size_t)4 * TOKEN_VALUE_MAX);
	int rc = public_in(t, o, &a, ret, e);
	lc_arena_done(&a);
	return rc;
}

/* The public half among objects of a class; LC_ENOTFOUND without a message. */
static int public_among(struct token *t, CK_OBJECT_CLASS class, const struct token_uri *u,
			struct crypt_public **ret, struct lc_err *e)
{
	CK_OBJECT_HANDLE all[TOKEN_FOUND_MAX];
	size_t n = 0;
	int rc = token_find(t, class, u, all, &n, e);
	if (!rc && n > 1)
		return lc_fail(e, LC_EUSAGE, "%zu keys fit: say which one by id= and object=", n);
	if (!rc && !n)
		return LC_ENOTFOUND;
	return rc ? rc : token_public_of(t, all[0], ret, e);
}

/* ---- faces ---- */

int token_private(struct token *t, const struct token_uri *u, CK_OBJECT_HANDLE *ret,
		  struct lc_err *e)
{
	CK_OBJECT_HANDLE all[TOKEN_FOUND_MAX];
	size_t n = 0;
	int rc = token_find(t, CKO_PRIVATE_KEY, u, all, &n, e);
	if (!rc && !n)
		rc = lc_fail(e, LC_ENOTFOUND,
			     "there is no such private key on the token (lacre pkcs11-tool "
			     "list-keys-uris shows those that are there)");
	if (!rc && n > 1)
		rc = lc_fail(e, LC_EUSAGE, "%zu keys fit: say which one by id= and object=", n);
	if (!rc)
		*ret = all[0];
	return rc;
}

int token_half_of(struct token *t, CK_OBJECT_HANDLE private, struct crypt_public **ret,
		  struct lc_err *e)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_PUBLIC_KEY, CKO_CERTIFICATE };
	struct lc_arena a = { 0 };
	struct token_uri by_id = { 0 };
	int rc = token_bytes(t, private, CKA_ID, &a, &by_id.v[TOKEN_ID], e);
	by_id.has[TOKEN_ID] = !rc && by_id.v[TOKEN_ID].n;
	rc = rc && rc != LC_ENOTFOUND ? rc : LC_ENOTFOUND;
	for (size_t i = 0; i < 2 && rc == LC_ENOTFOUND && by_id.has[TOKEN_ID]; i++)
		rc = public_among(t, classes[i], &by_id, ret, e);
	if (rc == LC_ENOTFOUND)
		rc = token_public_of(t, private, ret, e); /* RSA keys know their public half */
	lc_arena_done(&a);
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, LC_EUNSUP,
			     "the token has no public half of this key, and no certificate for it");
	return rc;
}

static int public_with_pin(struct token *t, const struct token_source *s, const struct token_uri *u,
			   struct crypt_public **ret, struct lc_err *e)
{
	CK_OBJECT_HANDLE private;
	int rc = token_login(t, s, u, e);
	rc = rc ? rc : token_private(t, u, &private, e);
	return rc ? rc : token_half_of(t, private, ret, e);
}

int token_public(const struct token_source *s, struct lc_slice uri, struct crypt_public **ret,
		 struct lc_err *e)
{
	struct lc_arena a = { 0 };
	struct token_uri u = { 0 };
	struct token t = { 0 };
	int rc = token_uri_parse(uri, &a, &u, e);
	bool cert = u.has[TOKEN_TYPE] && lc_eq(u.v[TOKEN_TYPE], LC_S("cert"));
	if (!rc && !u.has[TOKEN_OBJECT] && !u.has[TOKEN_ID])
		rc = lc_fail(e, LC_EUSAGE, "which key? it has no object= or id=");
	rc = rc ? rc : token_open(s, &u, false, &t, e);
	rc = rc ? rc : public_among(&t, cert ? CKO_CERTIFICATE : CKO_PUBLIC_KEY, &u, ret, e);
	if (rc == LC_ENOTFOUND && t.in_session && !cert)
		rc = public_among(&t, CKO_CERTIFICATE, &u, ret, e);
	/* Nothing that is shown to everybody: its owner may see more. */
	if (rc == LC_ENOTFOUND && t.in_session)
		rc = public_with_pin(&t, s, &u, ret, e);
	token_close(&t);
	token_uri_wipe(&u);
	lc_arena_done(&a);
	return rc;
}
