/* The form of bundles: every rule has a case that breaks it alone. */
#include "trust/bundle.h"

#include <stdio.h>

#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

#define OLD_TYPE(v) "\"mediaType\":\"application/vnd.dev.sigstore.bundle+json;version=" v "\","
#define NEW_TYPE(v) "\"mediaType\":\"application/vnd.dev.sigstore.bundle.v" v "+json\","
#define TYPE3       NEW_TYPE("0.3")
#define TYPE1       OLD_TYPE("0.1")
#define KEY         "\"publicKey\":{\"hint\":\"aGludA==\"}"
#define CERT        "\"certificate\":{\"rawBytes\":\"MAA=\"}"
#define CHAIN       "\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"MAA=\"}]}"
#define SIG         "\"messageSignature\":{\"messageDigest\":{},\"signature\":\"c2ln\"}"
#define SIGNED(sigs) \
	"\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[" sigs "]}"
#define DSSE SIGNED("{\"sig\":\"c2ln\"}")
#define ENTRY_HEAD                                                            \
	"{\"logIndex\":\"7\",\"logId\":{\"keyId\":\"AAAA\"},\"kindVersion\":" \
	"{\"kind\":\"hashedrekord\",\"version\":\"0.0.1\"},\"integratedTime\":\"9\","
#define BODY    "\"canonicalizedBody\":\"e30=\""
#define PROMISE "\"inclusionPromise\":{\"signedEntryTimestamp\":\"c2V0\"},"
#define PROOF                                                                              \
	"\"inclusionProof\":{\"logIndex\":\"1\",\"rootHash\":\"AAAA\",\"treeSize\":\"2\"," \
	"\"hashes\":[\"AAAA\"],\"checkpoint\":{\"envelope\":\"note\"}},"
#define ENTRY           ENTRY_HEAD PROMISE PROOF BODY "}"
#define MATERIAL(m)     "\"verificationMaterial\":{" m "},"
#define ENTRIES(e)      ",\"tlogEntries\":[" e "]"
#define BUNDLE(t, m, c) "{" t MATERIAL(m) c "}"

static void each_rule_of_form_is_enforced(void **state)
{
	static const struct {
		const char *text;
		const char *rule; /* NULL: accepted */
	} rows[] = {
		{ BUNDLE(TYPE3, KEY, SIG), NULL },
		{ BUNDLE(TYPE3, CERT ENTRIES(ENTRY), SIG), NULL },
		{ BUNDLE(TYPE3, CERT ENTRIES(ENTRY), DSSE), NULL },
		{ BUNDLE(TYPE1, CHAIN ENTRIES(ENTRY_HEAD PROMISE BODY "}"), SIG), NULL },
		{ "{\"media_type\":\"application/vnd.dev.sigstore.bundle.v0.3.9+json\","
		  "\"verification_material\":{\"public_key\":{}}," SIG "}",
		  NULL },
		{ BUNDLE(TYPE3, KEY, SIG), NULL },
		{ "{", "F1" },
		{ "[]", "F1" },
		{ "{}", "F1" },
		{ BUNDLE("\"mediaType\":\"application/json\",", KEY, SIG), "F1" },
		{ BUNDLE(NEW_TYPE("0.4"), KEY, SIG), "F1" },
		{ BUNDLE(OLD_TYPE("0.3.1"), KEY, SIG), "F1" },
		{ BUNDLE("", KEY, SIG), "F1" },
		{ "{" TYPE3 SIG "}", "F1" },
		{ BUNDLE(TYPE3, "", SIG), "F1" },
		{ BUNDLE(TYPE3, KEY ",\"surprise\":1", SIG), "F1" },
		{ BUNDLE(TYPE3, KEY, SIG ",\"surprise\":1"), "F1" },
		{ BUNDLE(TYPE3, KEY, SIG "," SIG), "F1" },
		{ BUNDLE(TYPE3, KEY, "\"messageSignature\":{\"signature\":\"\"}"), "F1" },
		{ BUNDLE(TYPE3, KEY, "\"messageSignature\":{\"signature\":\"!\"}"), "F2" },
		{ BUNDLE(TYPE3, "\"certificate\":{\"rawBytes\":\"%\"}", SIG), "F2" },
		{ BUNDLE(TYPE3, KEY "," CERT, SIG), "F3" },
		{ BUNDLE(TYPE3, KEY, SIG "," DSSE), "F3" },
		{ BUNDLE(TYPE3, KEY, "\"messageSignature\":null"), "F3" },
		{ BUNDLE(TYPE3, CHAIN ENTRIES(ENTRY), SIG), "F4" },
		{ BUNDLE(TYPE1, "\"x509CertificateChain\":{\"certificates\":[]}", SIG), "F4" },
		{ BUNDLE(TYPE3, KEY, SIGNED("")), "F5" },
		{ BUNDLE(TYPE3, KEY, SIGNED("{\"sig\":\"c2ln\"},{\"sig\":\"c2ln\"}")), "F5" },
		{ BUNDLE(TYPE3,
			 KEY ENTRIES(
				 "{\"logIndex\":-1,\"logId\":{\"keyId\":\"AAAA\"},\"kindVersion\":"
				 "{\"kind\":\"k\",\"version\":\"1\"}," PROOF BODY "}"),
			 SIG),
		  "F6" },
		{ BUNDLE(TYPE3, KEY ENTRIES(ENTRY_HEAD PROMISE PROOF "\"canonicalizedBody\":\"\"}"),
			 SIG),
		  "F6" },
		{ BUNDLE(TYPE3, KEY ENTRIES("{\"logIndex\":\"1\"," PROOF BODY "}"), SIG), "F6" },
		{ BUNDLE(TYPE3, KEY ENTRIES(ENTRY_HEAD PROMISE BODY "}"), SIG), "F7" },
		{ BUNDLE(TYPE1, KEY ENTRIES(ENTRY_HEAD PROOF BODY "}"), SIG), "F7" },
		{ BUNDLE(TYPE3, KEY ENTRIES(ENTRY "," ENTRY), SIG), "F8" },
		{ BUNDLE(TYPE3,
			 KEY ENTRIES(ENTRY_HEAD "\"inclusionProof\":{\"logIndex\":\"1\"}," BODY
						"}"),
			 SIG),
		  "F10" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a;
		struct bundle b;
		struct trust_why w = { 0 };
		lc_arena_init(&a, 0);
		int rc = bundle_parse(lc_str(rows[i].text), &a, &b, &w);
		bool as_wanted =
			rows[i].rule ? rc && w.rule && strcmp(w.rule, rows[i].rule) == 0 : !rc;
		if (!as_wanted)
			fail_msg("row %zu: %d %s %s", i, rc, w.rule ? w.rule : "-", w.err.msg);
		if (rc)
			assert_true(w.err.len > 0);
		lc_arena_done(&a);
	}
}

static void counts_are_bounded(void **state)
{
	struct lc_arena a;
	struct bundle b;
	struct trust_why w = { 0 };
	struct lc_buf text;
	(void)state;
	lc_arena_init(&a, 0);
	lc_buf_init(&text, 1 << 20);
	lc_buf_str(&text, "{" TYPE3 "\"verificationMaterial\":{" KEY ",\"tlogEntries\":[");
	for (int i = 0; i <= BUNDLE_ENTRIES_MAX; i++)
		lc_buf_fmt(&text, "%s{\"logIndex\":%d}", i ? "," : "", i);
	assert_int_equal(lc_buf_str(&text, "]}," SIG "}"), 0);
	assert_int_equal(bundle_parse(lc_buf_get(&text), &a, &b, &w), LC_ELIMIT);
	lc_buf_done(&text);
	lc_arena_done(&a);
}

static void what_is_written_parses_back(void **state)
{
	static const char *const rows[] = {
		BUNDLE(TYPE3, KEY, SIG),
		BUNDLE(TYPE3, CERT ENTRIES(ENTRY), DSSE),
		BUNDLE(TYPE3,
		       CERT ENTRIES(ENTRY) ",\"timestampVerificationData\":{\"rfc3161Timestamps\":"
					   "[{\"signedTimestamp\":\"MAA=\"}]}",
		       DSSE),
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a;
		struct bundle b;
		struct lc_buf out;
		lc_arena_init(&a, 0);
		lc_buf_init(&out, 1 << 16);
		assert_int_equal(bundle_parse(lc_str(rows[i]), &a, &b, NULL), 0);
		assert_int_equal(bundle_write(&b, &out), 0);
		assert_slice(lc_buf_get(&out), lc_str(rows[i]));
		lc_buf_done(&out);
		lc_arena_done(&a);
	}
}

/* Which cases of the suite fail for their form is said in its index. */
static void bundles_of_the_conformance_suite_are_judged_by_form(void **state)
{
	struct lc_arena a;
	struct json_doc d;
	struct lc_buf index;
	unsigned good = 0;
	unsigned bad = 0;
	(void)state;
	data_need();
	lc_arena_init(&a, 0);
	lc_buf_init(&index, 1 << 20);
	data_read("sigstore-conformance/index.json", &index);
	assert_int_equal(json_parse(lc_buf_get(&index), 0, NULL, &a, &d, NULL), 0);
	json_each(&d, json_get(&d, json_root(&d), "cases"), c) {
		struct lc_slice name = json_get_str(&d, c, "case");
		char path[256];
		struct bundle b;
		struct trust_why w = { 0 };
		struct lc_buf text;
		lc_buf_init(&text, 1 << 20);
		(void)snprintf(path, sizeof(path), "sigstore-conformance/%.*s",
			       LC_FMT(json_get_str(&d, c, "bundle")));
		data_read(path, &text);
		int rc = bundle_parse(lc_buf_get(&text), &a, &b, &w);
		if (lc_eq(json_get_str(&d, c, "expect"), LC_S("pass"))) {
			if (rc)
				fail_msg("%s: %s %s", lc_quote(name).s, w.rule, w.err.msg);
			good++;
		} else if (rc) {
			assert_non_null(w.rule);
			bad++;
		}
		lc_buf_done(&text);
	}
	assert_true(good > 10 && bad > 5);
	lc_buf_done(&index);
	lc_arena_done(&a);
}

static int parse_job(void *ctx)
{
	struct lc_arena a;
	struct bundle b;
	(void)ctx;
	lc_arena_init(&a, 0);
	int rc = bundle_parse(lc_str(BUNDLE(TYPE3, CERT ENTRIES(ENTRY), DSSE)), &a, &b, NULL);
	lc_arena_done(&a);
	return rc;
}

static void every_failing_allocation_is_an_error(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(parse_job, NULL) > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_of_form_is_enforced),
		cmocka_unit_test(counts_are_bounded),
		cmocka_unit_test(what_is_written_parses_back),
		cmocka_unit_test(bundles_of_the_conformance_suite_are_judged_by_form),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
