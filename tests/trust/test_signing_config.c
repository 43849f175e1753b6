/* Signing configurations: what is refused, and which services are chosen. */
#include "trust/signing_config.h"

#include <stdio.h>

#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

#define TYPE "\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.2+json\""
#define SERVICE(url, version, operator, start)                                         \
	"{\"url\":\"https://" url "\",\"majorApiVersion\":" version ",\"operator\":\"" \
	operator"\",\"validFor\":{\"start\":\"" start "\"}}"
#define LOGS(list, config) ",\"rekorTlogUrls\":[" list "],\"rekorTlogConfig\":" config
#define NEW                "2024-01-01T00:00:00Z"
#define OLD                "2020-01-01T00:00:00Z"
#define LATE               "2030-01-01T00:00:00Z"
#define ANY                "{\"selector\":\"ANY\"}"
#define ALL                "{\"selector\":\"ALL\"}"

static const int64_t now = 1735689600; /* 2025-01-01 */

static int parse(const char *text, struct lc_arena *a, struct signing_config *ret, struct lc_err *e)
{
	return signing_config_parse(lc_str(text), a, ret, e);
}

static void what_is_malformed_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"[]",
		"{}",
		"{\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.1+json\"}",
		"{" TYPE ",\"surprise\":1}",
		"{" TYPE "," TYPE "}",
		"{" TYPE ",\"caUrls\":{}}",
		"{" TYPE ",\"caUrls\":[7]}",
		"{" TYPE ",\"caUrls\":[{\"url\":\"ftp://x\"}]}",
		"{" TYPE ",\"caUrls\":[{\"url\":\"https://a b\"}]}",
		"{" TYPE ",\"caUrls\":[{\"url\":\"https://a\\u0000\"}]}",
		"{" TYPE ",\"caUrls\":[{\"url\":\"https://x\",\"majorApiVersion\":-1}]}",
		"{" TYPE ",\"caUrls\":[{\"url\":\"https://x\",\"other\":1}]}",
		"{" TYPE ",\"caUrls\":[{\"url\":\"https://x\",\"validFor\":{\"start\":\"soon\"}}]}",
		"{" TYPE ",\"rekorTlogUrls\":[" SERVICE("l", "1", "o", NEW) "]}",
		"{" TYPE LOGS("", "{}") "}",
		"{" TYPE LOGS("", "{\"selector\":\"SOME\"}") "}",
		"{" TYPE LOGS("", "{\"selector\":\"EXACT\"}") "}",
		"{" TYPE LOGS("", "{\"selector\":\"EXACT\",\"count\":65}") "}",
	};
	struct signing_config c;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_err e = { 0 };
		struct lc_arena a;
		lc_arena_init(&a, 1 << 20);
		if (!parse(rows[i], &a, &c, &e) || !e.len)
			fail_msg("accepted: %s", rows[i]);
		lc_arena_done(&a);
	}
}

static void services_are_chosen_by_the_rules(void **state)
{
	static const struct {
		const char *services, *config;
		const char *want; /* hosts with a space behind each; NULL too few */
	} rows[] = {
		{ "", ANY, "" },
		{ SERVICE("a", "1", "o", NEW), ANY, "a " },
		/* the highest version that is known, not higher ones */
		{ SERVICE("a", "1", "o", NEW) "," SERVICE("b", "2", "p", OLD) "," SERVICE("c", "3",
											  "q", NEW),
		  ALL, "b " },
		{ SERVICE("a", "1", "o", NEW) "," SERVICE("b", "2", "p", LATE), ALL, "a " },
		{ SERVICE("a", "3", "o", NEW), ALL, NULL },
		{ SERVICE("a", "0", "o", NEW), ALL, NULL },
		/* the newest of an operator, the newest first */
		{ SERVICE("a", "1", "o", OLD) "," SERVICE("b", "1", "o", NEW), ALL, "b " },
		{ SERVICE("a", "1", "o", OLD) "," SERVICE("b", "1", "p", NEW), ALL, "b a " },
		{ SERVICE("a", "1", "o", OLD) "," SERVICE("b", "1", "p", NEW), ANY, "b " },
		{ SERVICE("a", "1", "o", OLD) "," SERVICE("b", "1", "p", NEW),
		  "{\"selector\":\"EXACT\",\"count\":2}", "b a " },
		{ SERVICE("a", "1", "o", OLD) "," SERVICE("b", "1", "p", NEW),
		  "{\"selector\":\"EXACT\",\"count\":1}", "b " },
		{ SERVICE("a", "1", "o", OLD) "," SERVICE("b", "1", "o", NEW),
		  "{\"selector\":\"EXACT\",\"count\":2}", NULL },
		/* times: not yet, no longer */
		{ SERVICE("a", "1", "o", LATE), ANY, NULL },
		{ "{\"url\":\"https://a\",\"majorApiVersion\":1,\"validFor\":{\"start\":\"" OLD
		  "\",\"end\":\"" NEW "\"}}",
		  ANY, NULL },
		{ "{\"url\":\"https://a\",\"major_api_version\":1}", ANY, "a " },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[2048];
		char got[64] = { 0 };
		struct signing_config c;
		struct signing_services s = { 0 };
		struct lc_err e = { 0 };
		struct lc_arena a;
		lc_arena_init(&a, 1 << 20);
		(void)snprintf(text, sizeof(text), "{" TYPE LOGS("%s", "%s") "}", rows[i].services,
			       rows[i].config);
		if (parse(text, &a, &c, &e))
			fail_msg("%s: %s", text, e.msg);
		int rc = signing_config_choose(&c, SIGNING_LOG, now, &a, &s, &e);
		assert_int_equal(rc, rows[i].want ? 0 : LC_ENOTFOUND);
		for (size_t k = 0; k < s.n; k++) {
			got[2 * k] = (char)s.v[k].url.p[8];
			got[2 * k + 1] = ' ';
		}
		assert_string_equal(got, rows[i].want ? rows[i].want : "");
		lc_arena_done(&a);
	}
}

static void of_authorities_one_is_enough(void **state)
{
	struct signing_config c;
	struct signing_services s = { 0 };
	struct lc_arena a;
	(void)state;
	lc_arena_init(&a, 1 << 20);
	assert_int_equal(parse("{" TYPE ",\"caUrls\":[" SERVICE("a", "1", "o", OLD) "," SERVICE(
				       "b", "1", "p", NEW) "]}",
			       &a, &c, NULL),
			 0);
	assert_int_equal(signing_config_choose(&c, SIGNING_CA, now, &a, &s, NULL), 0);
	assert_int_equal(s.n, 1);
	assert_text(s.v[0].url, "https://b");
	lc_arena_done(&a);
}

static int all_of_it(void *ctx)
{
	struct signing_config c;
	struct signing_services s;
	struct lc_arena a;
	(void)ctx;
	lc_arena_init(&a, 1 << 20);
	int rc = parse("{" TYPE LOGS(SERVICE("a", "1", "o", NEW), ALL) "}", &a, &c, NULL);
	rc = rc ? rc : signing_config_choose(&c, SIGNING_LOG, now, &a, &s, NULL);
	lc_arena_done(&a);
	return rc;
}

static void every_failing_allocation_is_told(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(all_of_it, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(services_are_chosen_by_the_rules),
		cmocka_unit_test(of_authorities_one_is_enough),
		cmocka_unit_test(every_failing_allocation_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
