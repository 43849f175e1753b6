/* Payloads of simple signing: what is read, what is refused, and the bytes that are written. */
#include "trust/simple_signing.h"

#include <stdio.h>

#include "base/shim.h"
#include "support/slice_assert.h"

#define HEX    "216c5cf22d4c99e70bef4605549a2d27400e328b809a036e6bf0401511d14aad"
#define DIGEST "\"docker-manifest-digest\":\"sha256:" HEX "\""
#define WHO    "\"identity\":{\"docker-reference\":\"reg.example/repo\"},"
#define TYPE   "\"type\":\"cosign container image signature\""
#define GOOD(optional) \
	"{\"critical\":{" WHO "\"image\":{" DIGEST "}," TYPE "},\"optional\":" optional "}"

static struct digest image(const char *hex)
{
	struct digest d;
	char text[DIGEST_TEXT_MAX];
	(void)snprintf(text, sizeof(text), "sha256:%s", hex);
	assert_int_equal(digest_parse(lc_str(text), &d, NULL), 0);
	return d;
}

static void refuses_what_is_no_claim(void **state)
{
	static const char *const rows[] = {
		"",
		"[]",
		"{}",
		"{\"critical\":{" WHO "\"image\":{}," TYPE "}}",
		"{\"critical\":{" WHO "\"image\":{" DIGEST "}}}",
		"{\"critical\":{" WHO "\"image\":{" DIGEST "},\"type\":\"other\"}}",
		"{\"critical\":{" WHO "\"image\":{" DIGEST "," DIGEST "}," TYPE "}}",
		"{\"critical\":{" WHO "\"image\":{\"docker-manifest-digest\":\"sha256:00\"}," TYPE
		"}}",
		"{\"critical\":{" WHO "\"image\":{\"docker-manifest-digest\":[]}," TYPE "}}",
		"{\"critical\":{" WHO "\"image\":{" DIGEST "},\"until\":1," TYPE "}}",
		"{\"critical\":{" WHO "\"image\":{" DIGEST ",\"os\":\"x\"}," TYPE "}}",
		"{\"critical\":{\"identity\":{\"docker-reference\":\"x\",\"a\":1},"
		"\"image\":{" DIGEST "}," TYPE "}}",
		GOOD("[]"),
		GOOD("1"),
		GOOD("null") "x",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct simple_signing s;
		struct trust_why w = { 0 };
		int rc = simple_signing_parse(lc_str(rows[i]), &a, &s, &w);
		if (rc != LC_EBAD || !w.rule || !lc_eq(lc_str(w.rule), LC_S("P1")))
			fail_msg("%s: %d %s", rows[i], rc, w.rule ? w.rule : "no rule");
		lc_arena_done(&a);
	}
}

static void compares_image_and_annotations(void **state)
{
	static const struct {
		const char *optional;
		struct trust_annotation want;
		const char *rule;
	} rows[] = {
		{ "{\"a\":\"1\"}", { LC_S_INIT("a"), LC_S_INIT("1") }, NULL },
		{ "{\"a\":\"1\"}", { LC_S_INIT("a"), LC_S_INIT("2") }, "P3" },
		{ "{\"a\":1}", { LC_S_INIT("a"), LC_S_INIT("1") }, "P3" },
		{ "{\"b\":\"1\"}", { LC_S_INIT("a"), LC_S_INIT("1") }, "P3" },
		{ "null", { LC_S_INIT("a"), LC_S_INIT("1") }, "P3" },
	};
	const struct digest good = image(HEX);
	const struct digest other =
		image("0000000000000000000000000000000000000000000000000000000000000000");
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct simple_signing s;
		struct trust_why w = { 0 };
		char text[512];
		(void)snprintf(text, sizeof(text), GOOD("%s"), rows[i].optional);
		assert_int_equal(simple_signing_parse(lc_str(text), &a, &s, &w), 0);
		assert_text(s.reference, "reg.example/repo");
		int rc = simple_signing_check(&s, &good, &rows[i].want, 1, &w);
		assert_int_equal(rc, rows[i].rule ? LC_EBAD : 0);
		assert_slice(lc_str(rc ? w.rule : ""), lc_str(rows[i].rule));
		assert_int_equal(simple_signing_check(&s, &good, NULL, 0, &w), 0);
		assert_int_equal(simple_signing_check(&s, &other, NULL, 0, &w), LC_EBAD);
		assert_text(lc_str(w.rule), "P2");
		lc_arena_done(&a);
	}
}

static void writes_what_cosign_writes(void **state)
{
	static const struct trust_annotation pairs[] = {
		{ LC_S_INIT("who"), LC_S_INIT("a<b&c") },
		{ LC_S_INIT("build"), LC_S_INIT("41") },
		{ LC_S_INIT("build"), LC_S_INIT("42") },
	};
	static const char *const want[] = {
		GOOD("null"),
		GOOD("{\"build\":\"42\",\"who\":\"a\\u003cb\\u0026c\"}"),
	};
	const struct digest d = image(HEX);
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct lc_arena a = { 0 };
		struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
		lc_buf_init(&b, 4096);
		assert_int_equal(simple_signing_write(LC_S("reg.example/repo"), &d, pairs,
						      i ? 3 : 0, &a, &b),
				 0);
		assert_slice(lc_buf_get(&b), lc_str(want[i]));
		lc_arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_claim),
		cmocka_unit_test(compares_image_and_annotations),
		cmocka_unit_test(writes_what_cosign_writes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
