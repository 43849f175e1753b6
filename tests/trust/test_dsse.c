#include "trust/dsse.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

/* The protocol's own example, and the ends of its grammar. */
static void encoding_is_that_of_the_protocol(void **state)
{
	static const struct {
		struct lc_slice type, body;
		const char *want;
	} rows[] = {
		{ LC_S_INIT("http://example.com/HelloWorld"), LC_S_INIT("hello world"),
		  "DSSEv1 29 http://example.com/HelloWorld 11 hello world" },
		{ LC_S_INIT(""), LC_S_INIT(""), "DSSEv1 0  0 " },
		{ LC_S_INIT("a b"), LC_S_INIT("\n"), "DSSEv1 3 a b 1 \n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_buf b;
		lc_buf_init(&b, 256);
		assert_int_equal(dsse_pae(rows[i].type, rows[i].body, &b), 0);
		assert_slice(lc_buf_get(&b), lc_str(rows[i].want));
		lc_buf_done(&b);
	}
}

static const char good[] = "{\"payload\":\"aGVsbG8=\",\"payloadType\":\"t\",\"signatures\":"
			   "[{\"sig\":\"c2ln\",\"keyid\":\"k\"},{\"sig\":\"c2ln\"}]}";

static void what_is_read_is_written_back(void **state)
{
	struct lc_arena a;
	struct dsse_envelope v;
	struct json_writer w;
	struct lc_buf b;
	(void)state;
	lc_arena_init(&a, 0);
	lc_buf_init(&b, 1024);
	assert_int_equal(dsse_parse(lc_str(good), &a, &v, NULL), 0);
	assert_text(v.payload, "hello");
	assert_text(v.payload_type, "t");
	assert_int_equal(v.signatures_n, 2);
	assert_text(v.signatures[0].sig, "sig");
	assert_text(v.signatures[0].keyid, "k");
	assert_text(v.signatures[1].keyid, "");
	json_writer_init(&w, &b, 0);
	assert_int_equal(dsse_write(&v, &w), 0);
	assert_slice(lc_buf_get(&b), lc_str(good));
	lc_buf_done(&b);
	lc_arena_done(&a);
}

static void broken_envelopes_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"null",
		"[]",
		"{\"payload\":1}",
		"{\"payload\":\"a\"}",
		"{\"payload\":\"aGVsbG8\\n\"}",
		"{\"payload\":\"aGVsbG9=\"}", /* spare bits */
		"{\"payload\":\"-+-+\"}",     /* two alphabets */
		"{\"payload\":\"\",\"payload\":\"\"}",
		"{\"payloadType\":\"\",\"payload_type\":\"\"}",
		"{\"signatures\":{}}",
		"{\"signatures\":[1]}",
		"{\"signatures\":[{\"sig\":\"!\"}]}",
		"{\"signatures\":[{\"sig\":\"\",\"cert\":\"\"}]}",
		"{\"unknown\":1}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a;
		struct dsse_envelope v;
		struct lc_err e = { 0 };
		lc_arena_init(&a, 0);
		int rc = dsse_parse(lc_str(rows[i]), &a, &v, &e);
		if (rc != LC_EBAD && rc != LC_ETRUNC)
			fail_msg("%s: %d", rows[i], rc);
		assert_true(e.len > 0);
		lc_arena_done(&a);
	}
}

static void both_alphabets_and_missing_padding_are_read(void **state)
{
	static const char *const rows[] = { "{\"payload\":\"-_-_aA==\"}",
					    "{\"payload\":\"-_-_aA\"}",
					    "{\"payload\":\"+/+/aA==\"}",
					    "{\"payload\":\"+/+/aA\"}" };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a;
		struct dsse_envelope v;
		lc_arena_init(&a, 0);
		assert_int_equal(dsse_parse(lc_str(rows[i]), &a, &v, NULL), 0);
		assert_text(v.payload, "\xfb\xff\xbfh");
		lc_arena_done(&a);
	}
}

static int parse_job(void *ctx)
{
	struct lc_arena a;
	struct dsse_envelope v;
	(void)ctx;
	lc_arena_init(&a, 0);
	int rc = dsse_parse(lc_str(good), &a, &v, NULL);
	lc_arena_done(&a);
	return rc;
}

static void every_failing_allocation_is_an_error(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(parse_job, NULL) > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoding_is_that_of_the_protocol),
		cmocka_unit_test(what_is_read_is_written_back),
		cmocka_unit_test(broken_envelopes_are_refused),
		cmocka_unit_test(both_alphabets_and_missing_padding_are_read),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
