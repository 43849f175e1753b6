/* Keys of every kind: made, written, read back, used; and what is refused. */
#include "crypt/key_file.h"

#include <openssl/x509.h>
#include <stdio.h>

#include "crypt/key_impl.h"
#include "crypt/pem.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

static const enum crypt_key_type all_types[] = { CRYPT_P256, CRYPT_P384, CRYPT_P521, CRYPT_RSA,
						 CRYPT_ED25519 };
enum { TYPES_N = sizeof(all_types) / sizeof(all_types[0]) };

static struct crypt_signer *made(enum crypt_key_type t)
{
	struct crypt_signer *s = NULL;
	struct lc_err e = { 0 };
	if (crypt_signer_generate(t, &s, &e))
		fail_msg("%s: %s", crypt_key_type_name(t), e.msg);
	return s;
}

static void what_is_signed_verifies_and_nothing_else_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES_N; i++) {
		struct crypt_signer *s = made(all_types[i]);
		struct crypt_message m = crypt_message_of(LC_S("numbered seal"));
		struct crypt_message other = crypt_message_of(LC_S("numbered sea1"));
		unsigned fit = 0;
		for (unsigned scheme = 0; scheme < CRYPT_SCHEME_N; scheme++) {
			struct lc_buf sig;
			lc_buf_init(&sig, 4096);
			int rc = crypt_sign(s, scheme, &m, &sig, NULL);
			if (rc == LC_EUSAGE) {
				lc_buf_done(&sig);
				continue;
			}
			fit++;
			assert_int_equal(rc, 0);
			assert_int_equal(crypt_verify(s->key, scheme, &m, lc_buf_get(&sig), NULL),
					 0);
			assert_int_equal(
				crypt_verify(s->key, scheme, &other, lc_buf_get(&sig), NULL),
				LC_EBAD);
			sig.p[sig.n / 2] ^= 1;
			assert_int_equal(crypt_verify(s->key, scheme, &m, lc_buf_get(&sig), NULL),
					 LC_EBAD);
			sig.p[sig.n / 2] ^= 1;
			assert_int_equal(lc_buf_byte(&sig, 0), 0);
			assert_int_equal(crypt_verify(s->key, scheme, &m, lc_buf_get(&sig), NULL),
					 LC_EBAD); /* a byte behind it */
			assert_int_equal(
				crypt_verify(s->key, scheme, &m, (struct lc_slice){ 0 }, NULL),
				LC_EBAD);
			lc_buf_done(&sig);
		}
		assert_int_equal(fit, all_types[i] == CRYPT_RSA       ? 6
				      : all_types[i] == CRYPT_ED25519 ? 2
								      : 3);
		crypt_signer_free(s);
	}
}

static void any_scheme_of_the_key_is_found(void **state)
{
	static const struct {
		enum crypt_key_type type;
		enum crypt_scheme scheme;
		int rc;
	} rows[] = {
		{ CRYPT_P256, CRYPT_ECDSA_SHA256, 0 },
		{ CRYPT_P256, CRYPT_ECDSA_SHA512, LC_EBAD }, /* not one of the curve's */
		{ CRYPT_P384, CRYPT_ECDSA_SHA384, 0 },
		{ CRYPT_P384, CRYPT_ECDSA_SHA256, 0 },
		{ CRYPT_P521, CRYPT_ECDSA_SHA512, 0 },
		{ CRYPT_P521, CRYPT_ECDSA_SHA384, LC_EBAD },
		{ CRYPT_RSA, CRYPT_RSA_PKCS1_SHA256, 0 },
		{ CRYPT_RSA, CRYPT_RSA_PSS_SHA256, LC_EBAD }, /* on request alone */
		{ CRYPT_ED25519, CRYPT_ED25519_PURE, 0 },
		{ CRYPT_ED25519, CRYPT_ED25519_PH, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crypt_signer *s = made(rows[i].type);
		struct crypt_message m = crypt_message_of(LC_S("seal"));
		enum crypt_scheme got = CRYPT_SCHEME_N;
		struct lc_buf sig;
		lc_buf_init(&sig, 4096);
		assert_int_equal(crypt_sign(s, rows[i].scheme, &m, &sig, NULL), 0);
		assert_int_equal(crypt_verify_any(s->key, false, &m, lc_buf_get(&sig), &got, NULL),
				 rows[i].rc);
		assert_int_equal(got, rows[i].rc ? CRYPT_SCHEME_N : rows[i].scheme);
		assert_int_equal(crypt_verify_any(s->key, true, &m, lc_buf_get(&sig), NULL, NULL),
				 rows[i].type == CRYPT_RSA
					 ? (rows[i].scheme == CRYPT_RSA_PSS_SHA256 ? 0 : LC_EBAD)
					 : rows[i].rc);
		lc_buf_done(&sig);
		crypt_signer_free(s);
	}
}

static void digests_stand_for_the_message_where_they_can(void **state)
{
	struct crypt_signer *ec = made(CRYPT_P384);
	struct crypt_signer *ed = made(CRYPT_ED25519);
	struct crypt_message m = crypt_message_of(LC_S("seal"));
	struct digest d;
	struct lc_buf sig;
	struct lc_err e = { 0 };
	(void)state;
	lc_buf_init(&sig, 4096);
	assert_int_equal(digest_of(DIGEST_SHA384, m.bytes, &d, NULL), 0);
	struct crypt_message by_digest = { .digests = &d, .digests_n = 1 };
	assert_int_equal(crypt_sign(ec, CRYPT_ECDSA_SHA384, &by_digest, &sig, NULL), 0);
	assert_int_equal(crypt_verify_any(ec->key, false, &m, lc_buf_get(&sig), NULL, NULL), 0);
	assert_int_equal(crypt_verify_any(ec->key, false, &by_digest, lc_buf_get(&sig), NULL, NULL),
			 0);
	lc_buf_clear(&sig);
	assert_int_equal(crypt_sign(ec, CRYPT_ECDSA_SHA256, &m, &sig, NULL), 0);
	/* A SHA-256 signature cannot be judged by a SHA-384 digest: not the same as "wrong". */
	assert_int_equal(crypt_verify_any(ec->key, false, &by_digest, lc_buf_get(&sig), NULL, NULL),
			 LC_EUNSUP);
	lc_buf_clear(&sig);
	assert_int_equal(crypt_sign(ed, CRYPT_ED25519_PURE, &m, &sig, NULL), 0);
	assert_int_equal(crypt_verify_any(ed->key, false, &by_digest, lc_buf_get(&sig), NULL, &e),
			 LC_EUNSUP);
	assert_non_null(strstr(e.msg, "give the file itself"));
	lc_buf_done(&sig);
	crypt_signer_free(ec);
	crypt_signer_free(ed);
}

static void files_open_with_their_password_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES_N; i++) {
		struct crypt_signer *s = made(all_types[i]);
		struct crypt_signer *back = NULL;
		struct lc_slice password = i % 2 ? LC_S("p\xc3\xa4ss") : LC_S("");
		struct lc_buf text;
		lc_buf_init(&text, 1 << 16);
		assert_int_equal(key_file_write(s, password, &text, NULL), 0);
		assert_true(key_file_is(lc_buf_get(&text)));
		assert_int_equal(key_file_open(lc_buf_get(&text), password, &back, NULL), 0);
		assert_true(crypt_public_eq(s->key, back->key));
		crypt_signer_free(back);
		assert_int_equal(key_file_open(lc_buf_get(&text), LC_S("pass"), &back, NULL),
				 LC_EAUTH);
		lc_buf_done(&text);
		crypt_signer_free(s);
	}
}

static void keys_in_clear_are_read_from_pem(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES_N; i++) {
		struct crypt_signer *s = made(all_types[i]);
		struct crypt_signer *back = NULL;
		struct crypt_public *public = NULL;
		struct secret der = { 0 };
		struct lc_buf text;
		lc_buf_init(&text, 1 << 16);
		assert_int_equal(crypt_signer_export(s, &der, NULL), 0);
		assert_int_equal(pem_write(&text, "PRIVATE KEY", secret_get(&der)), 0);
		assert_false(key_file_is(lc_buf_get(&text)));
		assert_int_equal(crypt_signer_pem(lc_buf_get(&text), &back, NULL), 0);
		assert_true(crypt_public_eq(s->key, back->key));
		lc_buf_clear(&text);
		assert_int_equal(crypt_public_write(s->key, &text, NULL), 0);
		assert_int_equal(crypt_public_pem(lc_buf_get(&text), &public, NULL), 0);
		assert_true(crypt_public_eq(s->key, public));
		assert_int_equal(crypt_signer_pem(lc_buf_get(&text), &back, NULL), LC_EUSAGE);
		crypt_public_unref(public);
		secret_done(&der);
		lc_buf_done(&text);
		crypt_signer_free(back);
		crypt_signer_free(s);
	}
}

static void der_that_is_cut_or_longer_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES_N; i++) {
		struct crypt_signer *s = made(all_types[i]);
		struct lc_slice spki = crypt_public_spki(s->key);
		struct crypt_public *k = NULL;
		uint8_t longer[1024] = { 0 };
		for (size_t n = 0; n < spki.n; n++) {
			struct lc_slice cut = lc_sub(spki, 0, n);
			assert_int_equal(crypt_public_der(cut, &k, NULL), LC_EBAD);
		}
		memcpy(longer, spki.p, spki.n);
		assert_int_equal(crypt_public_der(lc_slice_of(longer, spki.n + 1), &k, NULL),
				 LC_EBAD);
		crypt_signer_free(s);
	}
}

/* What the library would decode and what is read without it are the same keys, to the byte. */
static void usual_keys_are_those_of_the_library(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES_N; i++) {
		struct crypt_signer *s = made(all_types[i]);
		struct lc_slice spki = crypt_public_spki(s->key);
		struct crypt_public *k = NULL;
		const unsigned char *p = spki.p;
		unsigned char *der = NULL;
		EVP_PKEY *theirs = d2i_PUBKEY(NULL, &p, (long)spki.n);
		assert_int_equal(crypt_public_der(spki, &k, NULL), 0);
		assert_int_equal(crypt_public_type(k), all_types[i]);
		assert_int_equal(i2d_PUBKEY(theirs, &der), spki.n);
		assert_slice(crypt_public_spki(k), lc_slice_of(der, spki.n));
		assert_int_equal(crypt_public_bits(k), EVP_PKEY_get_bits(theirs));
		assert_int_equal(EVP_PKEY_eq(theirs, k->pkey), 1);
		OPENSSL_free(der);
		EVP_PKEY_free(theirs);
		crypt_public_unref(k);
		crypt_signer_free(s);
	}
}

static void points_off_the_curve_are_refused(void **state)
{
	static const enum crypt_key_type types[] = { CRYPT_P256, CRYPT_P384, CRYPT_P521 };
	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct crypt_signer *s = made(types[i]);
		struct lc_slice spki = crypt_public_spki(s->key);
		struct crypt_public *k = NULL;
		uint8_t copy[256];
		memcpy(copy, spki.p, spki.n);
		for (size_t at = 0; at < spki.n; at++) {
			copy[at] ^= 1;
			if (crypt_public_der(lc_slice_of(copy, spki.n), &k, NULL) == 0)
				fail_msg("byte %zu of a key may be another", at);
			copy[at] ^= 1;
		}
		crypt_signer_free(s);
	}
}

/* "PUBLIC KEY" blocks made with openssl: keys of kinds that are not accepted. */
static void weak_and_foreign_keys_are_refused(void **state)
{
	static const struct {
		const char *pem;
		int rc;
	} rows[] = {
		/* RSA 1024 */
		{ "-----BEGIN PUBLIC KEY-----\n"
		  "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCZSgLmODNP4FQE2f6D1mhKkcZN\n"
		  "/fp8c8LZwRc/ZmWUlAkUgCSVSiJDboS586RqZdJ0080Q0NsCPCh/xRQdN6xyNO79\n"
		  "leDDYenob0gRMzOzNB77bV6FEueDpWDT9nkVT7WaWri1Bwc0lJjXJCdgd3LN4wjP\n"
		  "/SVp7EpXWsEN6wQJzwIDAQAB\n"
		  "-----END PUBLIC KEY-----\n",
		  LC_EBAD },
		/* secp256k1 */
		{ "-----BEGIN PUBLIC KEY-----\n"
		  "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEx1R27QGDTdxWMQoiOnTOW/FrHRnJ/qt5\n"
		  "6rNxr3a2i6o+vhTykxZsQbTg57blqinpRV+1WxGNI7557stGl5a2ug==\n"
		  "-----END PUBLIC KEY-----\n",
		  LC_EUNSUP },
		{ "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n", LC_EBAD },
		{ "-----BEGIN PUBLIC KEY-----\nMFk\n-----END PUBLIC KEY-----\n", LC_EBAD },
		{ "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", LC_EBAD },
		{ "-----BEGIN PUBLIC KEY-----\nMFkw\n", LC_ETRUNC },
		{ "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END RSA PUBLIC KEY-----\n", LC_EBAD },
		{ "-----BEGIN NOTHING-----\nMFkw\n-----END NOTHING-----\n", LC_EBAD },
		{ "Proc-Type: 4,ENCRYPTED\n", LC_EBAD },
		{ "", LC_EBAD },
	};
	struct crypt_public *k = NULL;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc = crypt_public_pem(lc_str(rows[i].pem), &k, NULL);
		if (rc != rows[i].rc)
			fail_msg("row %zu: %d", i, rc);
	}
}

/* P-256 keys written otherwise than by their curve's name and a whole point. */
static void a_key_has_one_form(void **state)
{
	static const char compressed[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACx4tO68jXnTSg0XGPNSOkddRC+vhb\n"
		"nmCTb26Bvd0oBVA=\n"
		"-----END PUBLIC KEY-----\n";
	static const char explicit_curve[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA\n"
		"AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////\n"
		"///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd\n"
		"NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5\n"
		"RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA\n"
		"//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABMeLTuvI1500oNFxjzUjpHXU\n"
		"Qvr4W55gk29ugb3dKAVQZPwU052jLBgHVEpiZ6dbFXzSrtjXKGeeb53m9clttA4=\n"
		"-----END PUBLIC KEY-----\n";
	static const char *const rows[] = { compressed, explicit_curve };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct crypt_public *k = NULL;
		struct lc_err e = { 0 };
		assert_int_equal(crypt_public_pem(lc_str(rows[i]), &k, &e), LC_EBAD);
		assert_true(lc_find_slice(lc_str(e.msg), LC_S("canonical")) != SIZE_MAX);
	}
}

static void damaged_files_are_refused(void **state)
{
	static const struct {
		const char *json;
		int rc;
	} rows[] = {
		{ "", LC_EBAD },
		{ "{}", LC_EUNSUP },
		{ "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":1048576,\"r\":8,\"p\":1},"
		  "\"salt\":\"AAAAAAAAAAA=\"},\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":"
		  "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},\"ciphertext\":\"AAAA\"}",
		  LC_EUNSUP },
		{ "{\"kdf\":{\"name\":\"argon2\"}}", LC_EUNSUP },
		{ "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":65536,\"r\":8,\"p\":1},"
		  "\"salt\":\"AAAAAAAAAAA=\"},\"cipher\":{\"name\":\"aes\"}}",
		  LC_EUNSUP },
		{ "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":65536,\"r\":8,\"p\":1},"
		  "\"salt\":\"AAAAAAAAAAA\"},\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":"
		  "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},\"ciphertext\":\"AAAA\"}",
		  LC_EBAD },
		{ "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":65536,\"r\":8,\"p\":1},"
		  "\"salt\":\"AAAAAAAAAAA=\"},\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":"
		  "\"AAAA\"},\"ciphertext\":\"AAAA\"}",
		  LC_EBAD },
		{ "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":65536,\"r\":8,\"p\":1},"
		  "\"salt\":\"AAAAAAAAAAA=\"},\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":"
		  "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},\"ciphertext\":\"AAAA\"}",
		  LC_EBAD },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crypt_signer *s = NULL;
		struct lc_buf text;
		lc_buf_init(&text, 1 << 16);
		assert_int_equal(
			pem_write(&text, "ENCRYPTED SIGSTORE PRIVATE KEY", lc_str(rows[i].json)),
			0);
		int rc = key_file_open(lc_buf_get(&text), LC_S(""), &s, NULL);
		if (rc != rows[i].rc)
			fail_msg("row %zu: %d", i, rc);
		lc_buf_done(&text);
	}
}

static void secrets_are_compared_and_copied(void **state)
{
	struct secret s = { 0 };
	(void)state;
	assert_int_equal(secret_copy(LC_S("word"), &s, NULL), 0);
	assert_true(secret_eq(secret_get(&s), LC_S("word")));
	assert_false(secret_eq(secret_get(&s), LC_S("wore")));
	assert_false(secret_eq(secret_get(&s), LC_S("wor")));
	secret_done(&s);
	secret_done(&s);
	assert_true(secret_eq(secret_get(&s), LC_S("")));
	assert_int_equal(secret_new((size_t)SECRET_BYTES_MAX + 1, &s, NULL), LC_ELIMIT);
}

static void key_of_cosign(const char *name, const char *password)
{
	struct lc_buf private, public;
	struct crypt_signer *s = NULL;
	struct crypt_public *k = NULL;
	struct lc_err e = { 0 };
	char path[64];
	lc_buf_init(&private, 1 << 16);
	lc_buf_init(&public, 1 << 16);
	(void)snprintf(path, sizeof(path), "cosign/keys/%s.key", name);
	data_read(path, &private);
	(void)snprintf(path, sizeof(path), "cosign/keys/%s.pub", name);
	data_read(path, &public);
	if (key_file_open(lc_buf_get(&private), lc_str(password), &s, &e))
		fail_msg("%s: %s", name, e.msg);
	assert_int_equal(crypt_public_pem(lc_buf_get(&public), &k, NULL), 0);
	assert_true(crypt_public_eq(s->key, k));
	crypt_public_unref(k);
	crypt_signer_free(s);
	lc_buf_done(&private);
	lc_buf_done(&public);
}

static void files_of_cosign_and_skopeo_open(void **state)
{
	(void)state;
	key_of_cosign("p256", "lacre-test-1");
	key_of_cosign("p384", "pw-p384");
	key_of_cosign("rsa3072", "pw-rsa3072");
	key_of_cosign("ed25519", "pw-ed25519");
	key_of_cosign("skopeo", "skopeo pass \xc3\xbc");
}

static int open_job(void *ctx)
{
	struct crypt_public *k = NULL;
	int rc = crypt_public_pem(*(const struct lc_slice *)ctx, &k, NULL);
	crypt_public_unref(rc ? NULL : k);
	return rc;
}

static void every_failing_allocation_is_an_error(void **state)
{
	struct crypt_signer *s = made(CRYPT_P256);
	struct lc_buf text;
	(void)state;
	lc_buf_init(&text, 1 << 16);
	assert_int_equal(crypt_public_write(s->key, &text, NULL), 0);
	struct lc_slice pem = lc_buf_get(&text);
	assert_true(alloc_fail_each(open_job, &pem) > 3);
	lc_buf_done(&text);
	crypt_signer_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_verifies_and_nothing_else_does),
		cmocka_unit_test(any_scheme_of_the_key_is_found),
		cmocka_unit_test(digests_stand_for_the_message_where_they_can),
		cmocka_unit_test(files_open_with_their_password_alone),
		cmocka_unit_test(keys_in_clear_are_read_from_pem),
		cmocka_unit_test(der_that_is_cut_or_longer_is_refused),
		cmocka_unit_test(usual_keys_are_those_of_the_library),
		cmocka_unit_test(points_off_the_curve_are_refused),
		cmocka_unit_test(weak_and_foreign_keys_are_refused),
		cmocka_unit_test(a_key_has_one_form),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(secrets_are_compared_and_copied),
		cmocka_unit_test(files_of_cosign_and_skopeo_open),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
