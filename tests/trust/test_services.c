/* What is sent to services of sigstore, and which answers are none. */
#include <openssl/ts.h>
#include <stdio.h>

#include "format/base64.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "trust/fulcio.h"
#include "trust/identity_token.h"
#include "trust/rekor.h"
#include "trust/tsa.h"

static const int64_t now = 1735689600;

/* ---- identity tokens ---- */

static int read_token(const char *claims, struct lc_arena *a, struct identity_claims *ret,
		      struct lc_err *e)
{
	struct lc_buf b;
	lc_buf_init(&b, 1 << 17);
	(void)lc_buf_str(&b, "e30.");
	(void)base64_encode(lc_str(claims), &b);
	(void)lc_buf_str(&b, ".c2ln");
	int rc = b.err ? b.err
		       : identity_token_read(lc_buf_get(&b), LC_S("sigstore"), now, a, ret, e);
	lc_buf_done(&b);
	return rc;
}

#define WHO "\"iss\":\"https://i\",\"sub\":\"s\""
#define FOR ",\"aud\":\"sigstore\",\"exp\":1735689601"

static void claims_are_checked_before_anything_is_asked(void **state)
{
	static const struct {
		const char *claims;
		int rc;
		const char *name;
	} rows[] = {
		{ "{" WHO FOR "}", 0, "s" },
		{ "{" WHO ",\"aud\":[\"x\",\"sigstore\"],\"exp\":1.7356896015e9}", 0, "s" },
		{ "{" WHO FOR ",\"email\":\"e\",\"email_verified\":true}", 0, "e" },
		{ "{" WHO FOR ",\"email\":\"e\",\"email_verified\":\"true\"}", 0, "e" },
		{ "{" WHO FOR ",\"nbf\":1735689650}", 0, "s" },
		{ "{" WHO FOR ",\"nbf\":1735699650}", LC_EAUTH, NULL },
		{ "{" WHO FOR ",\"email\":\"e\"}", LC_EAUTH, NULL },
		{ "{" WHO FOR ",\"email\":\"e\",\"email_verified\":\"yes\"}", LC_EAUTH, NULL },
		{ "{" WHO ",\"aud\":\"sigstore\",\"exp\":1735689600}", LC_EAUTH, NULL },
		{ "{" WHO ",\"aud\":\"sigstore\",\"exp\":-1.5}", LC_EBAD, NULL },
		{ "{" WHO ",\"aud\":\"sigstore\",\"exp\":1e300}", LC_EBAD, NULL },
		{ "{" WHO ",\"aud\":\"sigstore\"}", LC_EBAD, NULL },
		{ "{" WHO ",\"aud\":\"Sigstore\",\"exp\":1735689601}", LC_EAUTH, NULL },
		{ "{" WHO ",\"aud\":{\"x\":\"sigstore\"},\"exp\":1735689601}", LC_EAUTH, NULL },
		{ "{" WHO ",\"aud\":[],\"exp\":1735689601}", LC_EAUTH, NULL },
		{ "{" WHO FOR ",\"sub\":\"t\"}", LC_EBAD, NULL },
		{ "{\"iss\":\"i\"" FOR "}", LC_EBAD, NULL },
		{ "{\"sub\":\"s\"" FOR "}", LC_EBAD, NULL },
		{ "[]", LC_EBAD, NULL },
		{ "{", LC_EBAD, NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_claims c = { 0 };
		struct lc_err e = { 0 };
		struct lc_arena a;
		lc_arena_init(&a, 1 << 20);
		if (read_token(rows[i].claims, &a, &c, &e) != rows[i].rc)
			fail_msg("%s: %s", rows[i].claims, e.msg);
		if (rows[i].name)
			assert_slice(c.name, lc_str(rows[i].name));
		lc_arena_done(&a);
	}
}

static void what_has_not_three_parts_is_no_token(void **state)
{
	static const char *const rows[] = { "",       ".",    "..",     "a.e30", "a.e30.",
					    ".e30.b", "a..b", "a.b.c",  "a.!.c", "a.e30.b.c",
					    "a",      "a.b",  "a e30 b" };
	struct identity_claims c;
	struct lc_arena a;
	(void)state;
	lc_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_err e = { 0 };
		int rc = identity_token_read(lc_str(rows[i]), LC_S("sigstore"), now, &a, &c, &e);
		if (rc != LC_EBAD || !e.len)
			fail_msg("'%s': %d", rows[i], rc);
	}
	lc_arena_done(&a);
}

/* ---- certificates ---- */

#define PEM "-----BEGIN CERTIFICATE-----\\nMAA=\\n-----END CERTIFICATE-----\\n"
#define CHAIN(list) \
	"{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[" list "]}},\"more\":1}"

static void answers_of_authorities_have_certificates(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"signedCertificateEmbeddedSct\":{}}",
		CHAIN(""),
		CHAIN("7"),
		CHAIN("\"\""),
		CHAIN("\"" PEM PEM "\""),
		CHAIN("\"" PEM "trailing\""),
		CHAIN("\"-----BEGIN PUBLIC KEY-----\\nMAA=\\n-----END PUBLIC KEY-----\\n\""),
		"{\"signedCertificateDetachedSct\":{\"chain\":{\"certificates\":[\"" PEM "\"]}}}",
	};
	struct lc_slices got = { 0 };
	struct lc_arena a;
	(void)state;
	lc_arena_init(&a, 1 << 20);
	assert_int_equal(fulcio_answer(LC_S(CHAIN("\"" PEM "\",\"" PEM "\"")), &a, &got, NULL), 0);
	assert_int_equal(got.n, 2);
	assert_slice(got.v[1], LC_S("0\0"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lc_err e = { 0 };
		if (fulcio_answer(lc_str(bad[i]), &a, &got, &e) != LC_EREMOTE || !e.len)
			fail_msg("accepted: %s", bad[i]);
	}
	lc_arena_done(&a);
}

/* ---- log entries ---- */

#define BODY    "\"body\":\"eyJraW5kIjoiayIsImFwaVZlcnNpb24iOiIxIn0=\""
#define NUMBERS ",\"integratedTime\":9,\"logID\":\"0a0b\",\"logIndex\":7"
#define PROOF(h)                                  \
	"{\"checkpoint\":\"note\",\"hashes\":[" h \
	"],\"logIndex\":1,\"rootHash\":\"00ff\",\"treeSize\":2}"
#define VERIFIED(h) \
	",\"verification\":{\"inclusionProof\":" PROOF(h) ",\"signedEntryTimestamp\":\"c2V0\"}"
#define ENTRY "{\"u\":{" BODY NUMBERS VERIFIED("\"AbCd\"") "}}"

static void answers_of_older_logs_are_entries(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[{}]",
		"{\"u\":7}",
		"{\"u\":{" NUMBERS VERIFIED("") "},\"v\":{}}",
		"{\"u\":{" BODY NUMBERS "}}",
		"{\"u\":{" BODY VERIFIED("") "}}",
		"{\"u\":{\"body\":\"e30=\"" NUMBERS VERIFIED("") "}}",
		"{\"u\":{\"body\":\"!\"" NUMBERS VERIFIED("") "}}",
		"{\"u\":{" BODY NUMBERS VERIFIED("\"abc\"") "}}",
		"{\"u\":{" BODY NUMBERS VERIFIED("\"xy\"") "}}",
		"{\"u\":{" BODY NUMBERS VERIFIED("\"\"") "}}",
		"{\"u\":{" BODY NUMBERS VERIFIED("7") "}}",
		"{\"u\":{" BODY
		",\"integratedTime\":-9,\"logID\":\"0a\",\"logIndex\":7" VERIFIED("") "}}",
		"{\"u\":{" BODY NUMBERS ",\"verification\":{\"signedEntryTimestamp\":\"c2V0\"}}}",
		"{\"u\":{" BODY NUMBERS ",\"verification\":{\"inclusionProof\":" PROOF("") "}}}",
	};
	struct log_entry got = { 0 };
	struct lc_arena a;
	(void)state;
	lc_arena_init(&a, 1 << 20);
	assert_int_equal(rekor_answer(1, LC_S(ENTRY), &a, &got, NULL), 0);
	assert_text(got.kind, "k");
	assert_text(got.version, "1");
	assert_int_equal(got.index, 7);
	assert_int_equal(got.proof_index, 1);
	assert_slice(got.log_id, LC_S("\n\v"));
	assert_slice(got.hashes.v[0], LC_S("\xab\xcd"));
	assert_text(got.set, "set");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lc_err e = { 0 };
		if (rekor_answer(1, lc_str(bad[i]), &a, &got, &e) != LC_EREMOTE || !e.len)
			fail_msg("accepted: %s", bad[i]);
		if (rekor_answer(2, lc_str(bad[i]), &a, &got, &e) != LC_EREMOTE)
			fail_msg("accepted as version 2: %s", bad[i]);
	}
	lc_arena_done(&a);
}

static struct crypt_signer *new_key(enum crypt_key_type t)
{
	struct crypt_signer *s = NULL;
	assert_int_equal(crypt_signer_generate(t, &s, NULL), 0);
	return s;
}

static void requests_are_what_logs_read(void **state)
{
	struct crypt_signer *key = new_key(CRYPT_P384);
	const struct crypt_message content = crypt_message_of(LC_S("content"));
	const struct log_subject s = { .signature = LC_S("sig"),
				       .key = key->key,
				       .content = &content };
	struct lc_buf b;
	struct json_doc d;
	struct lc_arena a;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	lc_arena_init(&a, 1 << 20);
	assert_int_equal(rekor_write(1, &s, DIGEST_SHA384, &b, NULL), 0);
	assert_int_equal(json_parse(lc_buf_get(&b), JSON_DUP_REFUSE, NULL, &a, &d, NULL), 0);
	json_ref spec = json_get(&d, 0, "spec");
	json_ref hash = json_at(&d, spec, "data", "hash", NULL);
	assert_text(json_get_str(&d, 0, "kind"), "hashedrekord");
	assert_text(json_get_str(&d, hash, "algorithm"), "sha384");
	assert_int_equal(json_get_str(&d, hash, "value").n, 96);
	assert_text(json_get_str(&d, json_get(&d, spec, "signature"), "content"), "c2ln");
	lc_buf_clear(&b);
	assert_int_equal(rekor_write(2, &s, DIGEST_SHA384, &b, NULL), 0);
	assert_int_equal(json_parse(lc_buf_get(&b), JSON_DUP_REFUSE, NULL, &a, &d, NULL), 0);
	json_ref verifier =
		json_at(&d, 0, "hashedRekordRequestV002", "signature", "verifier", NULL);
	assert_text(json_get_str(&d, verifier, "keyDetails"), "PKIX_ECDSA_P384_SHA_384");
	assert_true(json_at(&d, verifier, "publicKey", "rawBytes", NULL) != JSON_NONE);
	crypt_signer_free(key);
	lc_arena_done(&a);
	lc_buf_done(&b);
}

/* ---- timestamps ---- */

static const uint8_t nonce[TSA_NONCE_BYTES] = { 0x80, 1, 2, 3, 4, 5, 6, 7 };

static void requests_are_what_authorities_read(void **state)
{
	struct digest want;
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, 1024);
	assert_int_equal(tsa_request(LC_S("sig"), nonce, &b, NULL), 0);
	const unsigned char *p = b.p;
	TS_REQ *q = d2i_TS_REQ(NULL, &p, (long)b.n);
	assert_non_null(q);
	assert_int_equal(TS_REQ_get_version(q), 1);
	assert_int_equal(TS_REQ_get_cert_req(q), 1);
	ASN1_OCTET_STRING *imprint = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(q));
	assert_int_equal(digest_of(DIGEST_SHA256, LC_S("sig"), &want, NULL), 0);
	assert_slice(lc_slice_of(ASN1_STRING_get0_data(imprint), 32), lc_slice_of(want.bytes, 32));
	/* A first bit that is set makes no negative number. */
	uint64_t number = 0;
	assert_int_equal(ASN1_INTEGER_get_uint64(&number, TS_REQ_get_nonce(q)), 1);
	assert_int_equal(number, 0x8001020304050607);
	TS_REQ_free(q);
	lc_buf_done(&b);
}

static void refusals_of_authorities_are_told(void **state)
{
	/* SEQUENCE { SEQUENCE { status 2, SEQUENCE { UTF8String "no!" } } } */
	static const char no[] = "\x30\x0c\x30\x0a\x02\x01\x02\x30\x05\x0c\x03no!";
	static const char odd[] = "\x30\x05\x30\x03\x02\x01\x00";
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(tsa_answer(lc_slice_of(no, sizeof(no) - 1), nonce, &e), LC_EDENIED);
	assert_string_equal(e.msg, "it refused (status 2): no!");
	assert_int_equal(tsa_answer(lc_slice_of(no, sizeof(no) - 2), nonce, &e), LC_EREMOTE);
	assert_int_equal(tsa_answer(lc_slice_of(no, sizeof(no)), nonce, &e), LC_EREMOTE);
	assert_int_equal(tsa_answer(lc_slice_of(odd, sizeof(odd) - 1), nonce, &e), LC_EREMOTE);
	assert_int_equal(tsa_answer(LC_S(""), nonce, &e), LC_EREMOTE);
}

static int read_answers(void *ctx)
{
	struct lc_slices chain;
	struct log_entry entry;
	struct identity_claims claims;
	struct lc_arena a;
	(void)ctx;
	lc_arena_init(&a, 0);
	int rc = fulcio_answer(LC_S(CHAIN("\"" PEM "\"")), &a, &chain, NULL);
	rc = rc ? rc : rekor_answer(1, LC_S(ENTRY), &a, &entry, NULL);
	rc = rc ? rc : read_token("{" WHO FOR "}", &a, &claims, NULL);
	lc_arena_done(&a);
	return rc;
}

static void every_failing_allocation_is_an_error(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(read_answers, NULL) > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_checked_before_anything_is_asked),
		cmocka_unit_test(what_has_not_three_parts_is_no_token),
		cmocka_unit_test(answers_of_authorities_have_certificates),
		cmocka_unit_test(answers_of_older_logs_are_entries),
		cmocka_unit_test(requests_are_what_logs_read),
		cmocka_unit_test(requests_are_what_authorities_read),
		cmocka_unit_test(refusals_of_authorities_are_told),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
