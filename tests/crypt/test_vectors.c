/*
 * Wycheproof's signatures (C2SP/wycheproof testvectors_v1): what is valid there verifies here,
 * what is not does not.
 */
#include "crypt/key.h"
#include "format/json.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

struct counts {
	size_t files, valid, invalid;
};

static struct lc_slice hex(struct lc_arena *a, struct lc_slice text)
{
	uint8_t *out = lc_arena_alloc(a, text.n / 2 + 1);
	assert_non_null(out);
	for (size_t i = 0; i + 1 < text.n; i += 2) {
		uint64_t v;
		assert_true(lc_u64(lc_sub(text, i, 2), 16, 255, &v));
		out[i / 2] = (uint8_t)v;
	}
	return lc_slice_of(out, text.n / 2);
}

static bool scheme_of(struct lc_slice type, struct lc_slice sha, enum crypt_scheme *ret)
{
	static const struct {
		const char *type, *sha;
		enum crypt_scheme scheme;
	} rows[] = {
		{ "EcdsaVerify", "SHA-256", CRYPT_ECDSA_SHA256 },
		{ "EcdsaVerify", "SHA-384", CRYPT_ECDSA_SHA384 },
		{ "EcdsaVerify", "SHA-512", CRYPT_ECDSA_SHA512 },
		{ "EddsaVerify", "", CRYPT_ED25519_PURE },
		{ "RsassaPssVerify", "SHA-256", CRYPT_RSA_PSS_SHA256 },
		{ "RsassaPssVerify", "SHA-512", CRYPT_RSA_PSS_SHA512 },
		{ "RsassaPkcs1Verify", "SHA-256", CRYPT_RSA_PKCS1_SHA256 },
		{ "RsassaPkcs1Verify", "SHA-512", CRYPT_RSA_PKCS1_SHA512 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq(type, lc_str(rows[i].type)) && lc_eq(sha, lc_str(rows[i].sha))) {
			*ret = rows[i].scheme;
			return true;
		}
	return false;
}

static void one_case(const struct json_doc *d, json_ref t, const struct crypt_public *k,
		     enum crypt_scheme s, bool other_salt, struct lc_arena *a, struct counts *c)
{
	struct lc_slice result = json_get_str(d, t, "result");
	struct crypt_message m = crypt_message_of(hex(a, json_get_str(d, t, "msg")));
	struct lc_slice sig = hex(a, json_get_str(d, t, "sig"));
	bool want = lc_eq(result, LC_S("valid")) && !other_salt;
	if (lc_eq(result, LC_S("acceptable")))
		return; /* either answer is right */
	int rc = crypt_verify(k, s, &m, sig, NULL);
	if (rc != (want ? 0 : LC_EBAD))
		fail_msg("%s: case %.*s: %d", crypt_scheme_name(s),
			 LC_FMT(json_num(d, json_get(d, t, "tcId"))), rc);
	if (want)
		c->valid++;
	else
		c->invalid++;
}

static void one_group(const struct json_doc *d, json_ref g, struct lc_arena *a, struct counts *c)
{
	struct lc_slice sha = json_get_str(d, g, "sha");
	enum crypt_scheme s;
	struct crypt_public *k = NULL;
	struct lc_err e = { 0 };
	int64_t salt = 0;
	if (!scheme_of(json_get_str(d, g, "type"), sha, &s))
		return;
	/* Salts of another length than the digest's are refused: nobody we follow makes them. */
	bool other_salt = json_i64(d, json_get(d, g, "sLen"), &salt) &&
			  (size_t)salt != digest_size(crypt_scheme_digest(s));
	int rc = crypt_public_der(hex(a, json_get_str(d, g, "publicKeyDer")), &k, &e);
	if (rc)
		fail_msg("%s", e.msg);
	struct crypt_public *pem = NULL;
	assert_int_equal(crypt_public_pem(json_get_str(d, g, "publicKeyPem"), &pem, NULL), 0);
	assert_true(crypt_public_eq(k, pem));
	crypt_public_unref(pem);
	json_each(d, json_get(d, g, "tests"), t)
		one_case(d, t, k, s, other_salt, a, c);
	crypt_public_unref(k);
}

static bool is_of_signatures(struct lc_slice name)
{
	return lc_find_slice(name, LC_S("ecdsa_")) != SIZE_MAX ||
	       lc_find_slice(name, LC_S("ed25519")) != SIZE_MAX ||
	       lc_find_slice(name, LC_S("rsa_pss")) != SIZE_MAX ||
	       lc_find_slice(name, LC_S("rsa_signature")) != SIZE_MAX;
}

static void one_file(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	struct counts *c = ctx;
	struct lc_arena a;
	struct json_doc d;
	if (!is_of_signatures(name))
		return;
	lc_arena_init(&a, 0);
	assert_int_equal(json_parse(bytes, 0, NULL, &a, &d, NULL), 0);
	json_each(&d, json_get(&d, json_root(&d), "testGroups"), g)
		one_group(&d, g, &a, c);
	lc_arena_done(&a);
	c->files++;
}

static void agrees_with_wycheproof(void **state)
{
	struct counts c = { 0 };
	(void)state;
	data_foreach("vectors/wycheproof.tar.zst", one_file, &c);
	assert_true(c.files >= 14);
	assert_true(c.valid > 1000 && c.invalid > 2500);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(agrees_with_wycheproof) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
