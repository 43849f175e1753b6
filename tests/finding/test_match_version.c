/* A version judged without an image; flavours and source packages of rpm vendors. */
#include "small_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "finding/match.h"
#include "inventory/analyser.h"
#include "support/alloc_fail.h"

static const struct small_package rows[] = {
	{ "Debian:12", "pkg",
	  "[{\"id\":\"DSA-1\",\"about\":[\"CVE-2024-2\",\"CVE-2024-1\"],\"ranges\":[[\">=0\",\"<1"
	  ".2-3\"]],"
	  "\"severity\":\"LOW\",\"source\":\"debian\"},{\"id\":\"CVE-2024-3\",\"ranges\":[[\">=0"
	  "\"]],"
	  "\"status\":\"fix_deferred\",\"source\":\"debian\"},{\"id\":\"CVE-2024-4\",\"ranges\":"
	  "[[\">=0\"]],\"status\":\"under_investigation\",\"source\":\"debian\"}]",
	  3 },
	{ "Oracle Linux:8", "openssl",
	  "[{\"id\":\"ELSA-1\",\"about\":[\"CVE-2024-80\"],\"ranges\":[[\">=0\",\"<2:1.1.1g-15.ks"
	  "plice1."
	  "el8_3\"]],\"source\":\"oracle-oval\"},{\"id\":\"ELSA-2\",\"about\":[\"CVE-2024-80\"],"
	  "\"ranges\":[[\">=0\",\"<1:1.1.1g-15.el8_3\"]],\"source\":\"oracle-oval\"},{\"id\":"
	  "\"ELSA-3\",\"about\":[\"CVE-2024-80\"],\"ranges\":[[\">=0\",\"<10:1.1.1g-16.el8_3_fips"
	  "\"]],"
	  "\"source\":\"oracle-oval\"}]",
	  3 },
	{ "Red Hat:8", "curl",
	  "[{\"id\":\"RHSA-3\",\"about\":[\"CVE-2024-83\"],\"ranges\":[[\">=0\",\"<7-2\"]],\"sour"
	  "ce\":"
	  "\"redhat\"}]",
	  1 },
	{ "Red Hat:8", "libcurl",
	  "[{\"id\":\"RHSA-1\",\"about\":[\"CVE-2024-81\"],\"ranges\":[[\">=0\",\"<7-2\"]],\"sour"
	  "ce\":"
	  "\"redhat\"}]",
	  1 },
	{ "Red Hat:8", "nodejs",
	  "[{\"id\":\"RHSA-2\",\"about\":[\"CVE-2024-84\"],\"ranges\":[[\">=0\",\"<12\"]],\"modul"
	  "e\":"
	  "\"nodejs:12\",\"arches\":[\"x86_64\"],\"source\":\"redhat\"}]",
	  1 },
	{ "Red Hat:8", "source:curl",
	  "[{\"id\":\"CVE-2024-82\",\"ranges\":[[\">=0\"]],\"status\":\"will_not_fix\",\"source\":"
	  "\"redhat\"}]",
	  1 },
	{ "Ubuntu:18.04:LTS", "pkg",
	  "[{\"id\":\"CVE-2024-5\",\"ranges\":[[\">=0\"]],\"status\":\"end_of_life\",\"source\":"
	  "\"ubuntu\"}]",
	  1 },
	{ "crates.io", "pkg",
	  "[{\"id\":\"RUSTSEC-1\",\"versions\":[\"1.0.0\"],\"source\":\"osv\"}]", 1 },
};

static const struct small_vulnerability facts[] = {
	{ "CVE-2024-1", "{\"vendor_severity\":{\"nvd\":\"CRITICAL\",\"debian\":\"HIGH\"}}" },
	{ "CVE-2024-3", "{\"vendor_severity\":{\"nvd\":\"CRITICAL\",\"debian\":\"HIGH\"}}" },
};

static struct adv_db *open_db(void)
{
	return small_db(rows, sizeof(rows) / sizeof(rows[0]), facts,
			sizeof(facts) / sizeof(facts[0]));
}

static void versions_give_their_ids(void **state)
{
	static const struct {
		const char *ecosystem, *name, *version, *module, *arch;
		const char *want; /* "id status SEVERITY/source " each */
	} cases[] = {
		{ "Debian:12", "pkg", "1.2-2", "", "",
		  "CVE-2024-1 fixed LOW/debian CVE-2024-2 fixed LOW/debian "
		  "CVE-2024-3 fix_deferred HIGH/debian "
		  "CVE-2024-4 under_investigation UNKNOWN/ " },
		{ "Debian:12", "pkg", "1.2-3", "", "",
		  "CVE-2024-3 fix_deferred HIGH/debian "
		  "CVE-2024-4 under_investigation UNKNOWN/ " },
		{ "Debian:12", "none", "1", "", "", "" },
		{ "Ubuntu:18.04", "pkg", "1", "", "", "CVE-2024-5 end_of_life UNKNOWN/ " },
		{ "cargo", "pkg", "1.0.0", "", "", "RUSTSEC-1 affected UNKNOWN/ " },
		{ "Oracle Linux:8", "openssl", "1:1.1.1g-14.el8_3", "", "",
		  "CVE-2024-80 fixed UNKNOWN/ " },
		{ "Oracle Linux:8", "openssl", "1:1.1.1g-15.el8_3", "", "", "" },
		{ "Oracle Linux:8", "openssl", "2:1.1.1g-14.ksplice1.el8_3", "", "",
		  "CVE-2024-80 fixed UNKNOWN/ " },
		{ "Oracle Linux:8", "openssl", "2:1.1.1g-15.ksplice1.el8_3", "", "", "" },
		{ "Oracle Linux:8", "openssl", "10:1.1.1g-16.el8_3_fips", "", "", "" },
		{ "Oracle Linux:8", "openssl", "10:1.1.1g-15.el8_3_fips", "", "",
		  "CVE-2024-80 fixed UNKNOWN/ " },
		{ "Red Hat:8", "nodejs", "11", "nodejs:12", "x86_64",
		  "CVE-2024-84 fixed UNKNOWN/ " },
		{ "Red Hat:8", "nodejs", "11", "nodejs:12", "s390x", "" },
		{ "Red Hat:8", "nodejs", "11", "nodejs:14", "x86_64", "" },
		{ "Red Hat:8", "nodejs", "11", "", "x86_64", "" },
		{ "Red Hat:8", "source:curl", "1", "", "", "CVE-2024-82 will_not_fix UNKNOWN/ " },
	};
	struct adv_db *db = open_db();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct match_question q = { lc_str(cases[i].ecosystem), lc_str(cases[i].name),
					    lc_str(cases[i].version), lc_str(cases[i].module),
					    lc_str(cases[i].arch) };
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct lc_buf got;
		struct finding_list found = { 0 };
		bool undecided;
		lc_buf_init(&got, 4096);
		assert_int_equal(finding_match_version(db, &q, &a, &found, &undecided, &e), 0);
		for (size_t k = 0; k < found.n; k++)
			lc_buf_fmt(&got, "%.*s %s %s/%.*s ", LC_FMT(found.v[k].id),
				   advisory_status_name(found.v[k].status),
				   severity_name(found.v[k].severity),
				   LC_FMT(found.v[k].severity_source));
		if (!lc_eq(lc_buf_get(&got), lc_str(cases[i].want)))
			fail_msg("%s %s %s: %.*s", cases[i].ecosystem, cases[i].name,
				 cases[i].version, LC_FMT(lc_buf_get(&got)));
		lc_buf_done(&got);
		lc_arena_done(&a);
	}
	adv_db_close(db);
}

static void unknown_ecosystems_are_told(void **state)
{
	static const struct match_question q = {
		LC_S_INIT("Nowhere:1"), LC_S_INIT("pkg"), LC_S_INIT("1"), { NULL, 0 }, { NULL, 0 }
	};
	struct adv_db *db = open_db();
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct finding_list found = { 0 };
	bool undecided;
	(void)state;
	assert_int_equal(finding_match_version(db, &q, &a, &found, &undecided, &e), LC_ENOTFOUND);
	assert_non_null(strstr(e.msg, "Nowhere:1"));
	lc_arena_done(&a);
	adv_db_close(db);
}

static void nonsense_is_undecided(void **state)
{
	static const struct match_question q = {
		LC_S_INIT("Debian:12"), LC_S_INIT("pkg"), LC_S_INIT(""), { NULL, 0 }, { NULL, 0 }
	};
	struct adv_db *db = open_db();
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct finding_list found = { 0 };
	bool undecided = false;
	(void)state;
	assert_int_equal(finding_match_version(db, &q, &a, &found, &undecided, &e), 0);
	assert_true(undecided && !found.n);
	lc_arena_done(&a);
	adv_db_close(db);
}

/* What is said of a source package reaches its binaries, and each flaw once. */
static void binaries_take_what_is_said_of_their_source(void **state)
{
	static const struct match_options all = { .groups = INV_GROUP_OS | INV_GROUP_LIBRARY };
	struct inv_found_package p[2] = { 0 };
	struct inventory inv = { .has_os = true };
	struct adv_db *db = open_db();
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct finding_list found = { 0 };
	struct match_stats stats = { 0 };
	(void)state;
	inv.os = (struct inv_os){ .family = LC_S("redhat"), .version = LC_S("8.9") };
	for (size_t i = 0; i < 2; i++) {
		p[i].package = (struct inv_package){ .type = LC_S("rpm"),
						     .name = i ? LC_S("libcurl") : LC_S("curl"),
						     .version = LC_S("7-1"),
						     .source_name = LC_S("curl"),
						     .source_version = LC_S("7-1") };
	}
	inv.packages.v = p;
	inv.packages.n = 2;
	assert_int_equal(finding_match(db, &inv, &all, &a, &found, &stats, &e), 0);
	assert_int_equal(found.n, 4);
	static const char *const want[] = { "CVE-2024-82", "CVE-2024-83", "CVE-2024-81",
					    "CVE-2024-82" };
	for (size_t i = 0; i < 4; i++)
		assert_true(lc_eq(found.v[i].id, lc_str(want[i])));
	assert_int_equal(found.v[0].status, ADVISORY_WILL_NOT_FIX);
	lc_arena_done(&a);
	adv_db_close(db);
}

static int match_without_memory(void *ctx)
{
	static const struct match_question q = { LC_S_INIT("Ubuntu:18.04"),
						 LC_S_INIT("pkg"),
						 LC_S_INIT("1"),
						 { NULL, 0 },
						 { NULL, 0 } };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct finding_list found = { 0 };
	bool undecided;
	int rc = finding_match_version(ctx, &q, &a, &found, &undecided, &e);
	lc_arena_done(&a);
	return rc;
}

static void failing_memory_is_told(void **state)
{
	struct adv_db *db = open_db();
	(void)state;
	assert_true(alloc_fail_each(match_without_memory, db) > 0);
	adv_db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_give_their_ids),
		cmocka_unit_test(unknown_ecosystems_are_told),
		cmocka_unit_test(nonsense_is_undecided),
		cmocka_unit_test(binaries_take_what_is_said_of_their_source),
		cmocka_unit_test(failing_memory_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
