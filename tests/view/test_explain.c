#include "view/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "finding/small_db.h"
#include "format/json.h"
#include "io/file.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct small_package rows[] = {
	{ "Debian:11", "elsewhere",
	  "[{\"id\":\"CVE-2024-3\",\"ranges\":[[\">=0\"]],\"source\":\"debian\"}]", 1 },
	{ "Debian:12", "absent",
	  "[{\"id\":\"DSA-9-1\",\"about\":[\"CVE-2024-2\"],\"ranges\":[[\">=0\",\"<2\"]],"
	  "\"source\":\"debian\"}]",
	  1 },
	{ "Debian:12", "asked",
	  "[{\"id\":\"CVE-2024-4\",\"ranges\":[[\">=0\"]],\"status\":\"under_investigation\","
	  "\"source\":\"debian\"},{\"id\":\"CVE-2024-5\",\"ranges\":[[\">=0\"]],"
	  "\"status\":\"not_affected\",\"source\":\"debian\"},"
	  "{\"id\":\"CVE-2024-6\",\"ranges\":[[\">=0\"]],\"arches\":[\"s390x\"],"
	  "\"source\":\"debian\"},"
	  "{\"id\":\"CVE-2024-7\",\"ranges\":[[\">=0\"]],\"module\":\"perl:5.30\","
	  "\"source\":\"debian\"},"
	  "{\"id\":\"CVE-2024-8\",\"versions\":[\"2\",\"3\"],\"source\":\"debian\"},"
	  "{\"id\":\"CVE-2024-10\",\"versions\":[\"1\",\"3\"],\"source\":\"debian\"}]",
	  6 },
	{ "Debian:12", "glibc",
	  "[{\"id\":\"DSA-1-1\",\"about\":[\"CVE-2024-1\"],\"aliases\":[\"GHSA-aaaa-bbbb-cccc\"],"
	  "\"ranges\":[[\">=0\",\"<2.36-9+deb12u4\"],[\">=3\",\"<=3.1\"]],\"source\":\"debian\"},"
	  "{\"id\":\"DSA-2-1\",\"about\":[\"CVE-2024-1\",\"CVE-2024-11\"],"
	  "\"ranges\":[[\">=0\",\"<2.36-9+deb12u10\"]],\"severity\":\"LOW\","
	  "\"source\":\"debian\"}]",
	  2 },
	{ "Debian:12", "rejected",
	  "[{\"id\":\"CVE-2024-70\",\"ranges\":[[\">=0\"]],\"source\":\"debian\"}]", 1 },
	{ "npm", "libc6",
	  "[{\"id\":\"GHSA-dddd\",\"about\":[\"CVE-2024-9\"],\"ranges\":[[\">=0\"]],"
	  "\"source\":\"ghsa\"}]",
	  1 },
};

static const struct small_vulnerability facts[] = {
	{ "CVE-2024-1", "{\"title\":\"one\\u001b[31m\",\"vendor_severity\":{\"nvd\":\"HIGH\"},"
			"\"aliases\":[\"EUVD-1\"]}" },
	{ "CVE-2024-60", "{\"title\":\"nowhere\",\"aliases\":[\"GHSA-only-alias\"]}" },
	{ "CVE-2024-70", "{\"title\":\"gone\",\"rejected\":true}" },
	{ "CVE-2024-71", "{\"title\":\"gone, too\",\"rejected\":true}" },
};

struct subject {
	const char *name, *version, *source;
	unsigned flags;
};

static const struct subject image[] = {
	{ "libc6", "2.36-9+deb12u5", "glibc", 0 },
	{ "asked", "1", "", 0 },
	{ "rejected", "1", "", 0 },
};

struct bench {
	struct report r;
	struct adv_db *db;
	struct report_layer layers[2];
	struct judge_options judge;
	struct view_explanation x;
};

static const struct match_options all = { .groups = INV_GROUP_OS | INV_GROUP_LIBRARY };

static void set_up(struct bench *b, const struct subject *s, size_t n)
{
	memset(b, 0, sizeof(*b));
	b->db = small_db(rows, N_OF(rows), facts, N_OF(facts));
	b->layers[0] = (struct report_layer){ .diff_id = LC_S("sha256:aa"),
					      .created_by = LC_S("ADD rootfs.tar /"),
					      .read = true };
	b->layers[1] = (struct report_layer){ .diff_id = LC_S("sha256:bb"), .read = true };
	b->r.layers = b->layers;
	b->r.layers_n = 2;
	b->r.version = LC_S("0");
	b->r.artifact_name = LC_S("image.tar");
	b->r.inventory.has_os = true;
	b->r.inventory.os = (struct inv_os){ .family = LC_S("debian"), .version = LC_S("12.5") };
	for (size_t i = 0; i < n; i++) {
		struct inv_found_package *p = lc_vec_push(&b->r.arena, &b->r.inventory.packages);
		assert_non_null(p);
		p->package = (struct inv_package){
			.type = LC_S("dpkg"),
			.name = lc_str(s[i].name),
			.version = lc_str(s[i].version),
			.source_name = lc_str(s[i].source),
			.source_version = lc_str(s[i].version),
			.arch = LC_S("amd64"),
			.flags = s[i].flags,
		};
		p->file = LC_S("var/lib/dpkg/status");
		p->file_layer = 1;
	}
	for (unsigned i = 0; i < SEVERITY_N; i++)
		b->judge.severity[i] = true;
}

/* As a scan does it. */
static void scan(struct bench *b, const struct match_options *o)
{
	struct lc_err e = { 0 };
	assert_int_equal(adv_db_info(b->db, &b->r.arena, &b->r.db, &e), 0);
	assert_int_equal(finding_match(b->db, &b->r.inventory, o, &b->r.arena, &b->r.findings,
				       &b->r.match, &e),
			 0);
	assert_int_equal(finding_judge(&b->r.findings, &b->judge, &b->r.inventory.os, &b->r.arena,
				       &b->r.judged, &e),
			 0);
}

static void ask(struct bench *b, const char *id, const struct match_options *o)
{
	struct lc_err e = { 0 };
	int rc = view_explain(&b->r, b->db, o, lc_str(id), &b->r.arena, &b->x, &e);
	if (rc)
		print_error("# %s\n", e.msg);
	assert_int_equal(rc, 0);
}

static void tear_down(struct bench *b)
{
	adv_db_close(b->db);
	lc_arena_done(&b->r.arena);
}

static struct lc_slice text_of(struct bench *b)
{
	const struct report_write_options o = { 0 };
	struct lc_err e = { 0 };
	struct lc_slice copy;
	struct lc_buf out;
	lc_buf_init(&out, 1 << 20);
	assert_int_equal(view_explain_text(&b->x, &o, &out, &e), 0);
	assert_int_equal(lc_arena_dup(&b->r.arena, lc_buf_get(&out), &copy), 0);
	lc_buf_done(&out);
	return copy;
}

static void assert_tells(struct bench *b, const char *words)
{
	struct lc_slice text = text_of(b);
	if (lc_find_slice(text, lc_str(words)) == SIZE_MAX) {
		print_error("# no \"%s\" in:\n%.*s\n", words, LC_FMT(text));
		fail();
	}
}

/* ---- verdicts ---- */

static void each_reason_has_its_verdict_and_its_words(void **state)
{
	static const struct {
		const char *id;
		enum view_verdict verdict;
		const char *words;
	} cases[] = {
		{ "CVE-2024-1", VIEW_REPORTED, "2.36-9+deb12u5 < 2.36-9+deb12u10: the fix is not" },
		{ "CVE-2024-11", VIEW_REPORTED, "severity LOW: debian says so of this package" },
		{ "CVE-2024-10", VIEW_REPORTED, "one of 2 versions that are listed" },
		{ "DSA-1-1", VIEW_REPORTED, "stands for: CVE-2024-1" },
		{ "CVE-2024-2", VIEW_NOT_INSTALLED, "- Debian:12: absent" },
		{ "DSA-9-1", VIEW_NOT_INSTALLED, "stands for: CVE-2024-2" },
		{ "CVE-2024-3", VIEW_OTHER_ECOSYSTEM, "- Debian:11: elsewhere" },
		{ "CVE-2024-5", VIEW_NOT_AFFECTED, "the vendor says so" },
		{ "CVE-2024-6", VIEW_NOT_AFFECTED, "about other architectures: s390x" },
		{ "CVE-2024-7", VIEW_NOT_AFFECTED, "about the module stream perl:5.30" },
		{ "CVE-2024-8", VIEW_NOT_AFFECTED, "none of 2 listed versions" },
		{ "CVE-2024-9", VIEW_OTHER_ECOSYSTEM, "of another ecosystem: libc6@2.36" },
		{ "CVE-2024-60", VIEW_WITHOUT_PACKAGES, "no advisory of the database names" },
		{ "CVE-2024-70", VIEW_SUPPRESSED, "left out: the id was rejected" },
		{ "CVE-2024-71", VIEW_WITHDRAWN, "the id was rejected by the authority" },
		{ "CVE-2024-99999", VIEW_UNKNOWN, "A database with advisories until 2026-01-01" },
	};
	struct bench b;
	(void)state;
	set_up(&b, image, N_OF(image));
	scan(&b, &all);
	for (size_t i = 0; i < N_OF(cases); i++) {
		ask(&b, cases[i].id, &all);
		if (b.x.verdict != cases[i].verdict)
			print_error("# %s: %s\n", cases[i].id, view_verdict_name(b.x.verdict));
		assert_int_equal(b.x.verdict, cases[i].verdict);
		assert_tells(&b, cases[i].words);
	}
	tear_down(&b);
}

static void a_backported_fix_is_named(void **state)
{
	const struct subject s = { "libc6", "2.36-9+deb12u10", "glibc", 0 };
	struct bench b;
	(void)state;
	set_up(&b, &s, 1);
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	assert_int_equal(b.x.verdict, VIEW_FIXED);
	assert_int_equal(b.x.packages.n, 1);
	assert_int_equal(b.x.packages.v[0].steps.advisories.n, 2);
	assert_text(b.x.packages.v[0].steps.advisories.v[1].fixed, "2.36-9+deb12u10");
	assert_tells(&b, "2.36-9+deb12u10 = 2.36-9+deb12u10: fixed there");
	assert_tells(&b, "2.36-9+deb12u10 < 3: not affected yet");
	assert_tells(&b, "2.36-9+deb12u10 < 3.1: not past the last affected version");
	tear_down(&b);
}

static void versions_that_do_not_compare_are_told(void **state)
{
	const struct subject s = { "libc6", "unknown", "glibc", 0 };
	struct bench b;
	(void)state;
	set_up(&b, &s, 1);
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	assert_int_equal(b.x.verdict, VIEW_UNDECIDED);
	assert_tells(&b, "unknown against 2.36-9+deb12u4: does not compare");
	tear_down(&b);
}

static void packages_left_out_of_the_matching_are_told(void **state)
{
	const struct subject third = { "libc6", "1", "glibc", INV_THIRD_PARTY };
	const struct match_options libraries = { .groups = INV_GROUP_LIBRARY };
	struct bench b;
	(void)state;
	set_up(&b, &third, 1);
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	assert_int_equal(b.x.verdict, VIEW_NOT_MATCHED);
	assert_tells(&b, "it is not the distribution's");
	tear_down(&b);

	set_up(&b, image, 1);
	scan(&b, &libraries);
	ask(&b, "CVE-2024-1", &libraries);
	assert_int_equal(b.x.verdict, VIEW_NOT_MATCHED);
	assert_tells(&b, "--pkg-types does not ask for its kind");
	tear_down(&b);
}

static void filters_and_rules_are_named_with_their_line(void **state)
{
	struct ignore_rules rules = { 0 };
	struct lc_err e = { 0 };
	struct bench b;
	(void)state;
	set_up(&b, image, N_OF(image));
	b.judge.severity[SEVERITY_LOW] = false;
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	assert_int_equal(b.x.verdict, VIEW_SUPPRESSED);
	assert_tells(&b, "left out by --severity, which does not ask for LOW");
	tear_down(&b);

	set_up(&b, image, N_OF(image));
	b.judge.ignore_status[ADVISORY_FIXED] = true;
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	assert_tells(&b, "left out by --ignore-status or --ignore-unfixed: fixed");
	tear_down(&b);

	set_up(&b, image, N_OF(image));
	assert_int_equal(ignore_parse(LC_S("# x\nCVE-2024-1 not reachable\n"), LC_S(".trivyignore"),
				      &b.r.arena, &rules, &e),
			 0);
	b.judge.rules = &rules;
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	assert_int_equal(b.x.verdict, VIEW_SUPPRESSED);
	assert_tells(&b, "left out by .trivyignore:2\n     reason given: not reachable");
	tear_down(&b);
}

static void every_name_of_an_id_leads_to_it(void **state)
{
	static const char *const names[] = {
		"CVE-2024-1",          "cve-2024-1", "DSA-1-1",           "GHSA-aaaa-bbbb-cccc",
		"ghsa-AAAA-bbbb-cccc", "EUVD-1",     "DEBIAN-CVE-2024-1",
	};
	struct bench b;
	(void)state;
	set_up(&b, image, N_OF(image));
	scan(&b, &all);
	for (size_t i = 0; i < N_OF(names); i++) {
		ask(&b, names[i], &all);
		assert_int_equal(b.x.verdict, VIEW_REPORTED);
		assert_int_equal(b.x.ids.n, 1);
		assert_text(b.x.ids.v[0], "CVE-2024-1");
		assert_int_equal(b.x.packages.n, 1);
		assert_int_equal(b.x.packages.v[0].findings.n, 1);
	}
	ask(&b, "CVE-2024-1", &all);
	assert_int_equal(b.x.other_names.n, 4);
	assert_text(b.x.other_names.v[3], "GHSA-aaaa-bbbb-cccc");
	ask(&b, "GHSA-only-alias", &all);
	assert_int_equal(b.x.verdict, VIEW_WITHOUT_PACKAGES);
	ask(&b, "DSA-2-1", &all);
	assert_int_equal(b.x.ids.n, 2);
	assert_int_equal(b.x.packages.v[0].findings.n, 2);
	tear_down(&b);
}

static void what_was_not_read_makes_the_answer_uncertain(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b, image, N_OF(image));
	b.layers[1].read = false;
	b.layers[1].trouble = LC_S("cut\x1b[2J short");
	b.r.coverage.partial = true;
	scan(&b, &all);
	ask(&b, "CVE-2024-2", &all);
	assert_true(b.x.uncertain);
	assert_tells(&b, "packages may be missing:\n- layer 2: cut\\x1b[2J short");
	tear_down(&b);
}

static void ecosystems_without_advisories_are_told(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b, image, N_OF(image));
	b.r.inventory.os.version = LC_S("13.1");
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	assert_int_equal(b.x.verdict, VIEW_OTHER_ECOSYSTEM);
	assert_tells(&b, "- Debian:13: 3, and the database has no advisories of it");
	tear_down(&b);
}

static void what_cannot_be_an_id_is_refused(void **state)
{
	static const char *const ids[] = {
		"", " ", "CVE 1", "a\"b", "\x1b[31m", "a\\b", "\xc3\xa9"
	};
	struct view_explanation x;
	struct bench b;
	(void)state;
	set_up(&b, image, 1);
	scan(&b, &all);
	for (size_t i = 0; i < N_OF(ids); i++) {
		struct lc_err e = { 0 };
		assert_int_equal(view_explain(&b.r, b.db, &all, lc_str(ids[i]), &b.r.arena, &x, &e),
				 LC_EUSAGE);
		assert_null(strchr(e.msg, '\x1b'));
	}
	char large[ADV_ID_BYTES_MAX + 2];
	struct lc_err e = { 0 };
	memset(large, 'A', sizeof(large));
	assert_int_equal(view_explain(&b.r, b.db, &all, lc_slice_of(large, sizeof(large) - 1),
				      &b.r.arena, &x, &e),
			 LC_EUSAGE);
	tear_down(&b);
}

/* ---- whole outputs ---- */

/* LACRE_REMAKE=1 writes what is there now; read the difference before it is kept. */
static void check_golden(struct lc_slice got, const char *name)
{
	struct lc_buf want;
	struct lc_err e = { 0 };
	char path[4096];
	const char *root = getenv("LACRE_SOURCE_ROOT");
	assert_true(snprintf(path, sizeof(path), "%s/%s", root ? root : ".", name) > 0);
	if (getenv("LACRE_REMAKE"))
		assert_int_equal(io_write_file(path, 0644, got, &e), 0);
	lc_buf_init(&want, 1 << 20);
	source_read(name, &want);
	assert_slice(got, lc_buf_get(&want));
	lc_buf_done(&want);
}

static void hostile_names_reach_no_screen_and_the_text_is_as_it_was(void **state)
{
	const struct subject s[] = {
		{ "lib\x1b[2Jc\xe2\x80\xae"
		  "6",
		  "2.36-9+deb12u5", "glibc", 0 },
		{ "asked", "1", "", 0 },
	};
	struct bench b;
	(void)state;
	set_up(&b, s, 2);
	scan(&b, &all);
	ask(&b, "GHSA-aaaa-bbbb-cccc", &all);
	struct lc_slice text = text_of(&b);
	assert_int_equal(lc_find(text, 0x1b), SIZE_MAX);
	assert_int_equal(lc_find_slice(text, LC_S("\xe2\x80\xae")), SIZE_MAX);
	check_golden(text, "tests/data/view/explain-reported.txt");
	ask(&b, "CVE-2024-9", &all);
	check_golden(text_of(&b), "tests/data/view/explain-elsewhere.txt");
	tear_down(&b);
}

static void json_is_as_it_was(void **state)
{
	struct json_doc d;
	struct bench b;
	struct lc_err e = { 0 };
	struct lc_buf out;
	(void)state;
	set_up(&b, image, N_OF(image));
	scan(&b, &all);
	ask(&b, "CVE-2024-1", &all);
	lc_buf_init(&out, 1 << 20);
	assert_int_equal(view_explain_json(&b.x, &out, &e), 0);
	assert_int_equal(json_parse(lc_buf_get(&out), 0, NULL, &b.r.arena, &d, &e), 0);
	assert_text(json_get_str(&d, json_root(&d), "Verdict"), "reported");
	check_golden(lc_buf_get(&out), "tests/data/view/explain.json");
	lc_buf_done(&out);
	tear_down(&b);
}

/* ---- memory ---- */

static int explain_again(void *ctx)
{
	const struct bench *b = ctx;
	const struct report_write_options o = { 0 };
	struct view_explanation x;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf out;
	lc_buf_init(&out, 1 << 20);
	int rc = view_explain(&b->r, b->db, &all, LC_S("EUVD-1"), &a, &x, &e);
	if (!rc)
		rc = view_explain_text(&x, &o, &out, &e);
	if (!rc)
		rc = view_explain_json(&x, &out, &e);
	lc_buf_done(&out);
	lc_arena_done(&a);
	return rc;
}

static void each_failing_allocation_is_reported(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b, image, N_OF(image));
	scan(&b, &all);
	assert_true(alloc_fail_each(explain_again, &b) > 4);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_its_verdict_and_its_words),
		cmocka_unit_test(a_backported_fix_is_named),
		cmocka_unit_test(versions_that_do_not_compare_are_told),
		cmocka_unit_test(packages_left_out_of_the_matching_are_told),
		cmocka_unit_test(filters_and_rules_are_named_with_their_line),
		cmocka_unit_test(every_name_of_an_id_leads_to_it),
		cmocka_unit_test(what_was_not_read_makes_the_answer_uncertain),
		cmocka_unit_test(ecosystems_without_advisories_are_told),
		cmocka_unit_test(what_cannot_be_an_id_is_refused),
		cmocka_unit_test(hostile_names_reach_no_screen_and_the_text_is_as_it_was),
		cmocka_unit_test(json_is_as_it_was),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
