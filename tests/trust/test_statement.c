#include "trust/statement.h"

#include "support/slice_assert.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void a_statement_is_about_its_subjects_alone(void **state)
{
	static const char text[] =
		"{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"subject\":["
		"{\"name\":\"a\",\"digest\":{\"gitCommit\":\"" HEX "\"}},"
		"{\"name\":\"b\",\"digest\":{\"sha256\":\"" HEX "\"}}],"
		"\"predicateType\":\"https://spdx.dev/Document\",\"predicate\":{\"k\":[1]}}";
	struct lc_arena a;
	struct statement s;
	struct digest d;
	(void)state;
	lc_arena_init(&a, 0);
	assert_int_equal(statement_parse(lc_str(text), &a, &s, NULL), 0);
	assert_text(s.predicate_type, "https://spdx.dev/Document");
	assert_text(json_raw(&s.doc, s.predicate), "{\"k\":[1]}");
	assert_int_equal(digest_of(DIGEST_SHA256, LC_S(""), &d, NULL), 0);
	assert_true(statement_is_about(&s, &d, 1));
	d.bytes[0] ^= 1;
	assert_false(statement_is_about(&s, &d, 1));
	assert_int_equal(digest_of(DIGEST_SHA512, LC_S(""), &d, NULL), 0);
	assert_false(statement_is_about(&s, &d, 1));
	assert_false(statement_is_about(&s, &d, 0));
	lc_arena_done(&a);
}

static void broken_statements_are_refused(void **state)
{
#define HEAD    "{\"_type\":\"https://in-toto.io/Statement/v1\","
#define PRED    "\"predicateType\":\"u:v\","
#define SUBJECT "\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"}}]"
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{ HEAD PRED SUBJECT "}", 0 },
		{ HEAD SUBJECT "}", LC_EBAD },
		{ HEAD PRED "\"subject\":[]}", LC_EBAD },
		{ HEAD PRED "\"subject\":{}}", LC_EBAD },
		{ HEAD PRED "\"subject\":[{}]}", LC_EBAD },
		{ HEAD PRED "\"subject\":[{\"digest\":{}}]}", LC_EBAD },
		{ HEAD PRED "\"subject\":[{\"digest\":[\"" HEX "\"]}]}", LC_EBAD },
		{ HEAD PRED "\"subject\":[{\"digest\":{\"sha256\":1}}]}", LC_EBAD },
		{ HEAD PRED "\"subject\":[{\"digest\":{\"sha256\":\"\",\"sha256\":\"" HEX "\"}}]}",
		  LC_EBAD },
		{ "{\"_type\":\"https://in-toto.io/Statement/v2\"," PRED SUBJECT "}", LC_EBAD },
		{ "{" PRED SUBJECT "}", LC_EBAD },
		{ HEAD PRED SUBJECT, LC_ETRUNC },
		{ "[]", LC_EBAD },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a;
		struct statement s;
		lc_arena_init(&a, 0);
		int rc = statement_parse(lc_str(rows[i].text), &a, &s, NULL);
		if (rc != rows[i].rc)
			fail_msg("row %zu: %d", i, rc);
		lc_arena_done(&a);
	}
}

static void subjects_are_bounded(void **state)
{
	struct lc_arena a;
	struct statement s;
	struct lc_buf b;
	(void)state;
	lc_arena_init(&a, 0);
	lc_buf_init(&b, 1 << 20);
	lc_buf_str(&b, HEAD PRED "\"subject\":[");
	for (int i = 0; i <= STATEMENT_SUBJECTS_MAX; i++)
		lc_buf_str(&b, i ? ",{\"digest\":{\"a\":\"b\"}}" : "{\"digest\":{\"a\":\"b\"}}");
	assert_int_equal(lc_buf_str(&b, "]}"), 0);
	assert_int_equal(statement_parse(lc_buf_get(&b), &a, &s, NULL), LC_ELIMIT);
	lc_buf_done(&b);
	lc_arena_done(&a);
}

static void short_names_are_those_of_cosign(void **state)
{
	static const struct {
		const char *name, *uri;
	} rows[] = {
		{ "slsaprovenance", "https://slsa.dev/provenance/v0.2" },
		{ "slsaprovenance1", "https://slsa.dev/provenance/v1" },
		{ "spdxjson", "https://spdx.dev/Document" },
		{ "vuln", "https://cosign.sigstore.dev/attestation/vuln/v1" },
		{ "https://example.com/p", "https://example.com/p" },
		{ "spdxx", NULL },
		{ ":", NULL },
		{ "x:", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_slice uri;
		bool ok = statement_predicate_type(lc_str(rows[i].name), &uri);
		assert_int_equal(ok, rows[i].uri != NULL);
		if (ok)
			assert_slice(uri, lc_str(rows[i].uri));
	}
}

static void what_is_written_parses_back(void **state)
{
	struct statement_subject subject = { .name = LC_S("reg.example/<a>"),
					     .annotations = JSON_NONE };
	struct lc_arena a;
	struct statement s;
	struct lc_buf b;
	(void)state;
	lc_arena_init(&a, 0);
	lc_buf_init(&b, 4096);
	assert_int_equal(digest_of(DIGEST_SHA256, LC_S(""), &subject.digest, NULL), 0);
	assert_int_equal(
		statement_write(false, &subject, 1, statement_sign_type, LC_S(""), NULL, &b), 0);
	assert_text(lc_buf_get(&b),
		    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":"
		    "\"reg.example/\\u003ca\\u003e\",\"digest\":{\"sha256\":\"" HEX
		    "\"}}],\"predicateType\":\"https://sigstore.dev/cosign/sign/v1\","
		    "\"predicate\":{}}");
	assert_int_equal(statement_parse(lc_buf_get(&b), &a, &s, NULL), 0);
	assert_true(statement_is_about(&s, &subject.digest, 1));
	lc_buf_done(&b);
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_is_about_its_subjects_alone),
		cmocka_unit_test(broken_statements_are_refused),
		cmocka_unit_test(subjects_are_bounded),
		cmocka_unit_test(short_names_are_those_of_cosign),
		cmocka_unit_test(what_is_written_parses_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
