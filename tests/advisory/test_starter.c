/* The starter: its text reads back, broken text is refused, the database in the program works. */
#include "build_fixture.h"
#include "told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "advisory/build.h"
#include "advisory/starter_text.h"
#include "io/file.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"

static const char good[] = "# a remark\n"
			   "! debian Debian 2026-11-21\n"
			   "@ debian Debian:12\n"
			   "openssl\n"
			   " <3.0.9-1 2023-0464 2023-0465\n"
			   " >=1,<2;>=3,<=4,|9 XSA-1\n"
			   " * 2024-10000\n"
			   "zlib\n"
			   " =1.2,=1.3 2024-1000\n"
			   "% ghsa HIGH\n"
			   " 2023-0 464 465\n"
			   " 2024-10 000\n"
			   " XSA-1\n"
			   "> 2023-05-06 2023-0464 XSA-1\n"
			   "~ debian\n"
			   " 12 2023-06-10 2026-07-11 ? y\n"
			   "^ 2023-0464 2023-06-01 ? n\n";

static const char *const want[] = {
	"record debian Debian 2026-11-21",
	"package Debian:12 openssl {\"about\":[\"CVE-2023-0464\",\"CVE-2023-0465\"],"
	"\"ranges\":[[\">=0\",\"<3.0.9-1\"]],\"source\":\"debian\"}",
	"package Debian:12 openssl {\"id\":\"XSA-1\",\"ranges\":[[\">=1\",\"<2\"],"
	"[\">=3\",\"<=4\",\"|9\"]],\"source\":\"debian\"}",
	"package Debian:12 openssl {\"id\":\"CVE-2024-10000\",\"ranges\":[[\">=0\"]],"
	"\"source\":\"debian\"}",
	"package Debian:12 zlib {\"id\":\"CVE-2024-1000\",\"versions\":[\"1.2\",\"1.3\"],"
	"\"source\":\"debian\"}",
	"vulnerability CVE-2023-0465 ghsa {\"vendor_severity\":{\"ghsa\":\"HIGH\"}}",
	"vulnerability CVE-2024-10000 ghsa {\"vendor_severity\":{\"ghsa\":\"HIGH\"}}",
	"vulnerability XSA-1 ghsa {\"vendor_severity\":{\"ghsa\":\"HIGH\"}}",
	"vulnerability XSA-1 osv {\"published\":\"2023-05-06T00:00:00Z\"}",
	"eol debian 12 {\"release\":\"2023-06-10\",\"eol\":\"2026-07-11\",\"lts\":true}",
	"vulnerability CVE-2023-0464 kev {\"kev_added\":\"2023-06-01\"}",
};

static void every_kind_of_line_is_read(void **state)
{
	struct told t;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	told_init(&t);
	t.records = true;
	if (starter_text_read(lc_str(good), &t.face, &a, &e))
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		if (!told_has(&t, want[i]))
			fail_msg("no line\n%s\nin\n%s", want[i], told_text(&t));
	told_done(&t);
	lc_arena_done(&a);
}

static void broken_lines_are_refused_with_their_number(void **state)
{
	static const char *const bad[] = {
		"openssl\n",
		" <1 2023-0464\n",
		"! debian\n",
		"! debian Debian soon\n",
		"! debian Debian 2026-11-21 more\n",
		"@ debian\n",
		"@  Debian:12\n",
		"@ debian Debian:12\n <1 2023-0464\n",
		"@ debian Debian:12\na\n <1\n",
		"@ debian Debian:12\na\n <1 \n",
		"@ debian Debian:12\na\n 1 2023-0464\n",
		"@ debian Debian:12\na\n < 2023-0464\n",
		"@ debian Debian:12\na\n <1,,<2 2023-0464\n",
		"@ debian Debian:12\na\n =1,<2 2023-0464\n",
		"@ debian Debian:12\na\n = 2023-0464\n",
		"@ debian Debian:12\na\n <1 2023-1\n",
		"% ghsa\n",
		"% ghsa TERRIBLE\n",
		"% ghsa HIGH\n 2023-0 4644\n",
		"% ghsa HIGH\n 20-0 464\n",
		"% ghsa HIGH\n 2023-x 464\n",
		"> soon 2023-0464\n",
		"~ \n",
		"~ debian\n 12 ? ?\n",
		"~ debian\n 12 ? ? ? n more\n",
		"^ 2023-0464 2023-06-01\n",
		"^ 2023-04 2023-06-01 ? n\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct told t;
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		told_init(&t);
		if (starter_text_read(lc_str(bad[i]), &t.face, &a, &e) != LC_EBAD)
			fail_msg("taken: %s", bad[i]);
		assert_true(lc_starts(lc_slice_of(e.msg, e.len), LC_S("line ")));
		told_done(&t);
		lc_arena_done(&a);
	}
}

static int read_good(void *ctx)
{
	struct told t;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	(void)ctx;
	told_init(&t);
	int rc = starter_text_read(lc_str(good), &t.face, &a, &e);
	told_done(&t);
	lc_arena_done(&a);
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(read_good, NULL) > 10);
}

static int folder_goes(void **state)
{
	(void)state;
	feeds_remove();
	return 0;
}

static void what_is_written_reads_back(void **state)
{
	static const struct feed_row rows[] = { FIXTURE_ROWS, { 0 } };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	struct lc_buf text;
	struct told t;
	(void)state;
	const char *from = feeds_make(rows);
	const char *to = feeds_beside("starter");
	struct adv_build_options o = { .from = lc_str(from),
				       .output = lc_str(to),
				       .starter_text = true };
	if (adv_build(&o, &a, &r, &e))
		fail_msg("%s", e.msg);
	static const char *const names[] = {
		"alpine", "npm", "severity", "published", "kev", "eol"
	};
	told_init(&t);
	lc_buf_init(&text, 1 << 20);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[512];
		(void)snprintf(path, sizeof(path), "%s/%s.txt", to, names[i]);
		assert_int_equal(io_read_file(path, &text, &e), 0);
		if (starter_text_read(lc_buf_get(&text), &t.face, &a, &e))
			fail_msg("%s: %s", names[i], e.msg);
	}
	assert_true(told_has(&t, "package npm left {\"id\":\"CVE-2024-1000\",\"ranges\":"
				 "[[\">=0\",\"<1.2.0\"]],\"source\":\"ghsa\"}"));
	assert_true(told_has(&t, "package Alpine:v3.20 musl {\"about\":[\"CVE-2024-1000\","
				 "\"CVE-2024-1001\"],\"ranges\":[[\">=0\",\"<1-r1\"]],"
				 "\"source\":\"alpine\"}"));
	assert_true(told_has(&t, "vulnerability CVE-2024-1000 ghsa "
				 "{\"vendor_severity\":{\"ghsa\":\"HIGH\"}}"));
	assert_true(told_has(&t, "vulnerability CVE-2024-1000 osv "
				 "{\"published\":\"2024-05-01T00:00:00Z\"}"));
	told_done(&t);
	lc_buf_done(&text);
	lc_arena_done(&a);
}

static void the_program_carries_a_database(void **state)
{
	struct adv_db *db = NULL;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_db_info info;
	struct advisory_list list = { 0 };
	struct eol_cycle c;
	struct vulnerability v;
	(void)state;
	if (adv_db_open(NULL, &db, &e))
		fail_msg("%s", e.msg);
	assert_int_equal(adv_db_check(db, &e), 0);
	assert_int_equal(adv_db_info(db, &a, &info, &e), 0);
	assert_true(info.starter);
	assert_true(info.data_date.n >= 10 && info.packages > 5000 && info.advisories > 20000);
	assert_int_equal(adv_db_lookup(db, LC_S("Debian:12"), LC_S("openssl"), &a, &list, &e), 0);
	assert_true(list.n > 5);
	bool covered = false;
	assert_int_equal(adv_db_covers(db, LC_S("Alpine:v3.11"), &covered, &e), 0);
	assert_true(covered);
	assert_int_equal(adv_db_eol(db, LC_S("debian"), LC_S("12"), &a, &c, &e), 0);
	assert_true(lc_eq(c.extended, LC_S("2028-06-30")));
	assert_int_equal(adv_db_vulnerability(db, LC_S("CVE-2023-44487"), &a, &v, &e), 0);
	assert_int_not_equal(v.severity, SEVERITY_UNKNOWN);
	assert_int_equal(v.title.n, 0); /* facts alone */
	adv_db_close(db);
	lc_arena_done(&a);
}

static int open_and_ask(void *ctx)
{
	struct adv_db *db = NULL;
	struct lc_err e = { 0 };
	bool covered = false;
	(void)ctx;
	int rc = adv_db_open(NULL, &db, &e);
	if (!rc)
		rc = adv_db_covers(db, LC_S("Debian:12"), &covered, &e);
	adv_db_close(db);
	return rc;
}

static void each_allocation_of_opening_may_fail(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(open_and_ask, NULL) > 2);
}

static void handles_are_their_own(void **state)
{
	struct adv_db *db[2] = { NULL, NULL };
	struct lc_err e = { 0 };
	bool covered = false;
	(void)state;
	assert_int_equal(adv_db_open(NULL, &db[0], &e), 0);
	assert_int_equal(adv_db_open(NULL, &db[1], &e), 0);
	adv_db_close(db[0]);
	assert_int_equal(adv_db_covers(db[1], LC_S("Debian:12"), &covered, &e), 0);
	assert_true(covered);
	adv_db_close(db[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_line_is_read),
		cmocka_unit_test(broken_lines_are_refused_with_their_number),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test_teardown(what_is_written_reads_back, folder_goes),
		cmocka_unit_test(the_program_carries_a_database),
		cmocka_unit_test(each_allocation_of_opening_may_fail),
		cmocka_unit_test(handles_are_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
