/*
 * Wycheproof's JSON Web Signatures (C2SP/wycheproof testvectors_v1). lacre reads no such documents;
 * what they sign and how is what it verifies elsewhere: the key decides on the scheme, never the
 * header, and a signature has one form. Keys for MACs and encryption are not its subject.
 */
#include "crypt/key.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "format/base64.h"
#include "format/json.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

struct counts {
	size_t valid, invalid;
};

static const struct {
	const char *alg;
	enum crypt_scheme scheme;
	size_t half; /* of an ECDSA signature */
	const char *group;
} algorithms[] = {
	{ "ES256", CRYPT_ECDSA_SHA256, 32, "P-256" },
	{ "ES521", CRYPT_ECDSA_SHA512, 66, "P-521" }, /* as the vectors call it */
	{ "RS256", CRYPT_RSA_PKCS1_SHA256, 0, NULL },
	{ "RS384", CRYPT_RSA_PKCS1_SHA384, 0, NULL },
	{ "RS512", CRYPT_RSA_PKCS1_SHA512, 0, NULL },
	{ "PS256", CRYPT_RSA_PSS_SHA256, 0, NULL },
	{ "PS384", CRYPT_RSA_PSS_SHA384, 0, NULL },
	{ "PS512", CRYPT_RSA_PSS_SHA512, 0, NULL },
};
enum { ALGORITHMS_N = sizeof(algorithms) / sizeof(algorithms[0]) };

static bool decode(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret)
{
	struct lc_buf b;
	lc_buf_init(&b, 1 << 16);
	bool fine = base64_decode_any(text, &b) == 0 && lc_arena_dup(a, lc_buf_get(&b), ret) == 0;
	lc_buf_done(&b);
	return fine;
}

static struct lc_slice member(const struct json_doc *d, json_ref jwk, const char *name,
			      struct lc_arena *a)
{
	struct lc_slice ret = { NULL, 0 };
	assert_true(decode(json_get_str(d, jwk, name), a, &ret));
	return ret;
}

static void push_number(OSSL_PARAM_BLD *bld, const char *name, struct lc_slice bytes, BIGNUM **keep)
{
	*keep = BN_bin2bn(bytes.p, (int)bytes.n, NULL);
	assert_int_equal(OSSL_PARAM_BLD_push_BN(bld, name, *keep), 1);
}

/* The point as it stands in certificates: 04, x, y. */
static void push_point(OSSL_PARAM_BLD *bld, size_t row, const struct json_doc *d, json_ref jwk,
		       struct lc_arena *a)
{
	size_t half = algorithms[row].half;
	struct lc_slice x = member(d, jwk, "x", a);
	struct lc_slice y = member(d, jwk, "y", a);
	uint8_t *point = lc_arena_alloc(a, 1 + 2 * half);
	assert_non_null(point);
	assert_true(x.n <= half && y.n <= half);
	point[0] = 4;
	memcpy(point + 1 + half - x.n, x.p, x.n);
	memcpy(point + 1 + 2 * half - y.n, y.p, y.n);
	assert_int_equal(OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME,
							 algorithms[row].group, 0),
			 1);
	assert_int_equal(
		OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * half),
		1);
}

static struct crypt_public *key_of(const struct json_doc *d, json_ref jwk, size_t row,
				   struct lc_arena *a)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *numbers[2] = { NULL, NULL };
	EVP_PKEY *pkey = NULL;
	unsigned char *der = NULL;
	struct crypt_public *k = NULL;
	bool ec = algorithms[row].half != 0;
	if (ec) {
		push_point(bld, row, d, jwk, a);
	} else {
		push_number(bld, OSSL_PKEY_PARAM_RSA_N, member(d, jwk, "n", a), &numbers[0]);
		push_number(bld, OSSL_PKEY_PARAM_RSA_E, member(d, jwk, "e", a), &numbers[1]);
	}
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, ec ? "EC" : "RSA", NULL);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params), 1);
	int n = i2d_PUBKEY(pkey, &der);
	assert_true(n > 0);
	assert_int_equal(crypt_public_der(lc_slice_of(der, (size_t)n), &k, NULL), 0);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(numbers[0]);
	BN_free(numbers[1]);
	return k;
}

/* RFC 7518, 3.4: r and s of a fixed length; elsewhere they are in DER. */
static bool to_der(struct lc_slice *sig, size_t half, struct lc_arena *a)
{
	unsigned char *der = NULL;
	if (sig->n != 2 * half)
		return false;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	assert_int_equal(ECDSA_SIG_set0(pair, BN_bin2bn(sig->p, (int)half, NULL),
					BN_bin2bn(sig->p + half, (int)half, NULL)),
			 1);
	int n = i2d_ECDSA_SIG(pair, &der);
	ECDSA_SIG_free(pair);
	bool fine = n > 0 && lc_arena_dup(a, lc_slice_of(der, (size_t)n), sig) == 0;
	OPENSSL_free(der);
	return fine;
}

/* "header.payload.signature": is what stands before the last point signed by it? */
static bool verifies(struct lc_slice jws, const struct crypt_public *k, size_t row,
		     struct lc_arena *a)
{
	struct lc_slice rest = jws;
	struct lc_slice part[4];
	struct lc_slice bytes[3];
	size_t n = 0;
	while (rest.p && n < 4 && lc_split(&rest, '.', &part[n]))
		n++;
	if (n != 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!decode(part[i], a, &bytes[i]))
			return false;
	if (algorithms[row].half && !to_der(&bytes[2], algorithms[row].half, a))
		return false;
	struct crypt_message m = crypt_message_of(lc_sub(jws, 0, part[0].n + 1 + part[1].n));
	return crypt_verify(k, algorithms[row].scheme, &m, bytes[2], NULL) == 0;
}

static void one_group(const struct json_doc *d, json_ref g, struct lc_arena *a, struct counts *c)
{
	json_ref jwk = json_get(d, g, "public");
	struct lc_slice alg = json_get_str(d, jwk, "alg");
	size_t row = 0;
	/* RFC 7520, 4.2, is PS384 by its own words; the key is told to be for PS256. */
	if (lc_starts(json_get_str(d, g, "comment"), LC_S("rfc7520")) && lc_eq(alg, LC_S("PS256")))
		alg = LC_S("PS384");
	while (row < ALGORITHMS_N && !lc_eq(alg, lc_str(algorithms[row].alg)))
		row++;
	if (row == ALGORITHMS_N)
		return; /* a secret, or not for signing */
	struct crypt_public *k = key_of(d, jwk, row, a);
	json_each(d, json_get(d, g, "tests"), t) {
		bool want = lc_eq(json_get_str(d, t, "result"), LC_S("valid"));
		if (verifies(json_get_str(d, t, "jws"), k, row, a) != want)
			fail_msg("case %.*s: %s", LC_FMT(json_num(d, json_get(d, t, "tcId"))),
				 want ? "refused" : "taken");
		if (want)
			c->valid++;
		else
			c->invalid++;
	}
	crypt_public_unref(k);
}

static void one_file(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	struct lc_arena a;
	struct json_doc d;
	if (lc_find_slice(name, LC_S("json_web_signature")) == SIZE_MAX)
		return;
	lc_arena_init(&a, 0);
	assert_int_equal(json_parse(bytes, 0, NULL, &a, &d, NULL), 0);
	json_each(&d, json_get(&d, json_root(&d), "testGroups"), g)
		one_group(&d, g, &a, ctx);
	lc_arena_done(&a);
}

static void agrees_with_wycheproof(void **state)
{
	struct counts c = { 0 };
	(void)state;
	data_foreach("vectors/wycheproof.tar.zst", one_file, &c);
	assert_true(c.valid > 30 && c.invalid > 250);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(agrees_with_wycheproof) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
