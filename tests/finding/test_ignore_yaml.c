#include "base/log.h"
#include "finding/judge.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char full[] = "# accepted risks\n"
			   "vulnerabilities:\n"
			   "  - id: CVE-2024-1\n"
			   "    paths:\n"
			   "      - \"usr/lib/**\"\n"
			   "      - 'Python'\n"
			   "    purls:\n"
			   "      - pkg:deb/debian/bash\n"
			   "      - pkg:npm/%40a/b@1.2\n"
			   "    expired_at: 2026-02-01\n"
			   "    statement: >\n"
			   "      not reachable\n"
			   "      here\n"
			   "  - {id: 2024, paths: , expired_at: \"2026-02-01T12:00:00+01:00\"}\n"
			   "  - id: GHSA-a-b-c\n"
			   "    statement: null\n"
			   "misconfigurations:\n"
			   "  - id: AVD-DS-0001\n"
			   "secrets:\n"
			   "licenses: []\n";

static void rules_are_read_with_all_they_say(void **state)
{
	static const char *const names[] = { ".trivyignore.yaml", "dir/x.yml" };
	(void)state;
	for (size_t i = 0; i < N_OF(names); i++) {
		struct lc_arena a = { 0 };
		struct ignore_rules r = { 0 };
		assert_int_equal(ignore_parse(lc_str(full), lc_str(names[i]), &a, &r, NULL), 0);
		assert_int_equal(r.n, 3);
		assert_text(r.v[0].id, "CVE-2024-1");
		assert_int_equal(r.v[0].paths.n, 2);
		assert_text(r.v[0].paths.v[0], "usr/lib/**");
		assert_text(r.v[0].paths.v[1], "Python");
		assert_int_equal(r.v[0].purls.n, 2);
		assert_text(r.v[0].purls.v[1], "pkg:npm/%40a/b@1.2");
		assert_true(r.v[0].expires == 1769904000);
		assert_text(r.v[0].statement, "not reachable here");
		assert_true(lc_starts(r.v[0].origin, lc_str(names[i])));
		assert_true(lc_ends(r.v[0].origin, LC_S(":3")));
		assert_text(r.v[1].id, "2024");
		assert_true(r.v[1].expires == 1769904000 + 11 * 3600);
		assert_int_equal(r.v[1].paths.n, 0);
		assert_true(lc_ends(r.v[1].origin, LC_S(":14")));
		assert_text(r.v[2].id, "GHSA-a-b-c");
		assert_true(r.v[2].expires == INT64_MAX);
		assert_int_equal(r.v[2].statement.n, 0);
		lc_arena_done(&a);
	}
}

static void a_file_without_rules_has_none(void **state)
{
	static const char *const texts[] = { "",
					     "# nothing\n",
					     "---\n",
					     "~",
					     "{}",
					     "vulnerabilities:\n",
					     "vulnerabilities: []\n",
					     "secrets:\n- {whatever: [1]}\n- x\n" };
	(void)state;
	for (size_t i = 0; i < N_OF(texts); i++) {
		struct lc_arena a = { 0 };
		struct ignore_rules r = { 0 };
		assert_int_equal(ignore_parse(lc_str(texts[i]), LC_S("f.yaml"), &a, &r, NULL), 0);
		assert_int_equal(r.n, 0);
		lc_arena_done(&a);
	}
}

static void anchors_serve_several_rules(void **state)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	(void)state;
	assert_int_equal(ignore_parse(LC_S("vulnerabilities:\n"
					   "- {id: CVE-1, paths: &p [a, b]}\n"
					   "- {id: CVE-2, paths: *p}\n"),
				      LC_S("f.yaml"), &a, &r, NULL),
			 0);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.v[1].paths.n, 2);
	assert_text(r.v[1].paths.v[1], "b");
	assert_text(r.v[1].origin, "f.yaml:3");
	lc_arena_done(&a);
}

#define V "vulnerabilities:\n"

static void malformed_files_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "- id: CVE-1\n",
		  "f.yaml:1: write a mapping with \"vulnerabilities\", not a list" },
		{ "CVE-1\n", "f.yaml:1: write a mapping with \"vulnerabilities\", not a single" },
		{ "\nvulnerability:\n", "f.yaml:2: unknown key \"vulnerability\": known are vuln" },
		{ "? [a]\n: b\n", "f.yaml:1: a key must be text" },
		{ V "  id: CVE-1\n",
		  "f.yaml:2: \"vulnerabilities\" must be a list, not a mapping" },
		{ "secrets: no\n", "f.yaml:1: \"secrets\" must be a list, not a single value" },
		{ V "- CVE-1\n", "f.yaml:2: an item of \"vulnerabilities\" must be a mapping" },
		{ V "-\n", "f.yaml:2: an item of \"vulnerabilities\" must be a mapping with an id, "
			   "not nothing" },
		{ V "- id: CVE-1\n- - id: CVE-2\n", "f.yaml:3: an item" },
		{ V "- statement: x\n", "f.yaml:2: a rule without \"id\"" },
		{ V "- {}\n", "f.yaml:2: a rule without \"id\"" },
		{ V "- id:\n", "f.yaml:2: \"id\" must be text, not nothing" },
		{ V "- id: [CVE-1]\n", "f.yaml:2: \"id\" must be text, not a list" },
		{ V "- id: \"\"\n", "f.yaml:2: \"\" is no vulnerability id" },
		{ V "- id: CVE 1\n", "f.yaml:2: \"CVE 1\" is no vulnerability id" },
		{ V "- id: \"CVE\\e[2J\"\n", "f.yaml:2: \"CVE\\x1b[2J\" is no vulnerability id" },
		{ V "- id: CVE-1\n  path: x\n", "f.yaml:3: unknown key \"path\": known are id, " },
		{ V "- id: CVE-1\n  \"a\\nb\": x\n", "f.yaml:3: unknown key \"a\\x0ab\"" },
		{ V "- id: CVE-1\n  <<: {}\n", "f.yaml:3: unknown key \"<<\"" },
		{ V "- id: CVE-1\n  paths: x\n",
		  "f.yaml:3: \"paths\" must be a list, not a single" },
		{ V "- id: CVE-1\n  paths:\n  - a\n  - {b: c}\n",
		  "f.yaml:5: \"paths\" must be text" },
		{ V "- id: CVE-1\n  paths:\n  - a\n  -\n",
		  "f.yaml:5: \"paths\" must be text, not no" },
		{ V "- id: CVE-1\n  paths: [\"a\\0\"]\n",
		  "f.yaml:3: \"a\\x00\" is no path pattern" },
		{ V "- id: CVE-1\n  paths: [\"{{{{{{{{{a\"]\n", "is no path pattern" },
		{ V "- id: CVE-1\n  purls: pkg:npm/a\n", "f.yaml:3: \"purls\" must be a list" },
		{ V "- id: CVE-1\n  purls:\n  - npm/a\n", "f.yaml:4: \"npm/a\" is no package URL" },
		{ V "- id: CVE-1\n  purls:\n  - pkg:npm\n", "f.yaml:4: \"pkg:npm\" is no package" },
		{ V "- id: CVE-1\n  expired_at: soon\n",
		  "f.yaml:3: \"soon\" is no date: write expired_at: YYYY-MM-DD" },
		{ V "- id: CVE-1\n  expired_at: 2026-02-30\n", "f.yaml:3: \"2026-02-30\" is no" },
		{ V "- id: CVE-1\n  expired_at: 20260201\n", "is no date" },
		{ V "- id: CVE-1\n  expired_at: ''\n", "f.yaml:3: \"\" is no date" },
		{ V "- id: CVE-1\n  expired_at: [2026-02-01]\n", "\"expired_at\" must be text" },
		{ V "- id: CVE-1\n  statement: [x]\n", "f.yaml:3: \"statement\" must be text" },
		{ V "- id: CVE-1\n  statement: \"\\e[2J\"\n", "f.yaml:3: control characters in" },
		{ V "- id: CVE-1\n  id: CVE-2\n", "f.yaml: line 3, column 3: the key \"id\" is" },
		{ V V, "f.yaml: line 2, column 1: the key \"vulnerabilities\" is there twice" },
		{ "{}\n---\n" V, "f.yaml:3: a second document" },
		{ V "- id: [\n", "f.yaml: line 3, column 1: " },
		{ V "\t- id: CVE-1\n", "f.yaml: line 2, column 1: " },
		{ V "- id: \xff\n", "f.yaml: line 2, column 7: " },
		{ V "- &a [*a]\n", "f.yaml: line 2, column 7: the alias \"a\" stands inside" },
	};
	size_t wrong = 0;
	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++) {
		struct lc_arena a = { 0 };
		struct ignore_rules r = { 0 };
		struct lc_err e = { 0 };
		int rc = ignore_parse(lc_str(cases[i].text), LC_S("f.yaml"), &a, &r, &e);
		bool told = lc_find_slice(lc_str(e.msg), lc_str(cases[i].message)) != SIZE_MAX;
		if (!told || (rc != LC_EBAD && rc != LC_ETRUNC) || r.n) {
			print_error("# case %zu: %d, %s\n", i, rc, e.msg);
			wrong++;
		}
		lc_arena_done(&a);
	}
	assert_int_equal(wrong, 0);
}

static void too_much_is_a_limit(void **state)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, IGNORE_BYTES_MAX + 1);
	memset(lc_buf_grow(&b, IGNORE_BYTES_MAX + 1), '\n', IGNORE_BYTES_MAX + 1);
	assert_int_equal(ignore_parse(lc_buf_get(&b), LC_S("f.yaml"), &a, &r, NULL), LC_ELIMIT);
	lc_buf_clear(&b);
	lc_buf_str(&b, V);
	for (int i = 0; i <= IGNORE_RULES_MAX; i++)
		lc_buf_str(&b, "- id: CVE-1\n");
	assert_int_equal(ignore_parse(lc_buf_get(&b), LC_S("f.yaml"), &a, &r, NULL), LC_ELIMIT);
	lc_buf_clear(&b);
	lc_buf_str(&b, V "- id: CVE-1\n  statement: ");
	memset(lc_buf_grow(&b, IGNORE_LINE_MAX + 1), 'x', IGNORE_LINE_MAX + 1);
	assert_int_equal(ignore_parse(lc_buf_get(&b), LC_S("f.yaml"), &a, &r, NULL), LC_ELIMIT);
	assert_int_equal(r.n, 0);
	lc_buf_done(&b);
	lc_arena_done(&a);
}

static void a_file_cut_at_every_byte_adds_whole_rules_or_nothing(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(full); n++) {
		struct lc_arena a = { 0 };
		struct ignore_rules r = { 0 };
		int rc = ignore_parse(lc_sub(lc_str(full), 0, n), LC_S("f.yaml"), &a, &r, NULL);
		assert_true(rc == 0 || rc == LC_EBAD || rc == LC_ETRUNC);
		if (rc)
			assert_int_equal(r.n, 0);
		for (size_t i = 0; i < r.n; i++)
			assert_true(r.v[i].id.n && r.v[i].origin.n);
		lc_arena_done(&a);
	}
}

static void note(void *ctx, enum lc_log_level level, const char *message)
{
	bool *told = ctx;
	if (level == LC_LOG_DEBUG && strstr(message, "f.yaml: 2 rules of \"licenses\""))
		*told = true;
}

static void sections_passed_over_are_logged(void **state)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	bool told = false;
	(void)state;
	lc_log_set(note, &told, LC_LOG_DEBUG);
	int rc = ignore_parse(LC_S("licenses:\n- id: MIT\n- id: GPL-2.0 WITH x\n"), LC_S("f.yaml"),
			      &a, &r, NULL);
	lc_log_set(NULL, NULL, LC_LOG_DEBUG);
	assert_int_equal(rc, 0);
	assert_int_equal(r.n, 0);
	assert_true(told);
	lc_arena_done(&a);
}

static int parse_again(void *ctx)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	(void)ctx;
	int rc = ignore_parse(lc_str(full), LC_S("f.yaml"), &a, &r, NULL);
	lc_arena_done(&a);
	return rc;
}

static void each_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(parse_again, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read_with_all_they_say),
		cmocka_unit_test(a_file_without_rules_has_none),
		cmocka_unit_test(anchors_serve_several_rules),
		cmocka_unit_test(malformed_files_are_refused_with_their_line),
		cmocka_unit_test(too_much_is_a_limit),
		cmocka_unit_test(a_file_cut_at_every_byte_adds_whole_rules_or_nothing),
		cmocka_unit_test(sections_passed_over_are_logged),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
