/* Building: counts, what is in the file, and that a failure leaves the old file and nothing else.
 */
#include "build_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "advisory/build.h"
#include "io/file.h"
#include "support/fixture.h"
#include "support/shim_fake.h"

static const struct feed_row fixture[] = { FIXTURE_ROWS, { 0 } };

static int build(const char *from, const char *to, struct lc_arena *a, struct adv_build_result *r,
		 struct lc_err *e)
{
	struct adv_build_options o = { .from = lc_str(from),
				       .output = lc_str(to),
				       .reproducible = true };
	return adv_build(&o, a, r, e);
}

static const struct adv_build_feed *feed(const struct adv_build_result *r, const char *name)
{
	for (size_t i = 0; i < r->feeds.n; i++)
		if (lc_eq(r->feeds.v[i].name, lc_str(name)))
			return &r->feeds.v[i];
	fail_msg("no feed %s", name);
	return NULL;
}

static int folder_goes(void **state)
{
	(void)state;
	feeds_remove();
	return 0;
}

static void every_feed_is_counted(void **state)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	(void)state;
	const char *from = feeds_make(fixture);
	assert_int_equal(build(from, feeds_beside("db"), &a, &r, &e), 0);
	assert_int_equal(r.feeds.n, 6);
	const struct adv_build_feed *npm = feed(&r, "npm");
	assert_int_equal(npm->records, 1);
	assert_int_equal(npm->withdrawn, 1);
	assert_int_equal(npm->skipped, 1);
	assert_int_equal(npm->broken, 0);
	assert_int_equal(feed(&r, "alpine-secdb")->records, 2);
	assert_int_equal(feed(&r, "eol")->records, 3);
	assert_int_equal(feed(&r, "epss")->records, 2);
	assert_int_equal(r.info.packages, 2);
	assert_int_equal(r.info.advisories, 3); /* the statement that two feeds make counts once */
	assert_int_equal(r.info.vulnerabilities, 2);
	assert_true(lc_eq(r.info.data_date, LC_S("2024-05-06T07:08:09Z")));
	lc_arena_done(&a);
}

static void the_same_feeds_give_the_same_bytes(void **state)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	struct lc_buf one;
	struct lc_buf two;
	(void)state;
	lc_buf_init(&one, 1 << 20);
	lc_buf_init(&two, 1 << 20);
	(void)setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	const char *from = feeds_make(fixture);
	assert_int_equal(build(from, feeds_beside("one"), &a, &r, &e), 0);
	assert_true(lc_eq(r.info.built_at, LC_S("2023-11-14T22:13:20Z")));
	assert_int_equal(build(from, feeds_beside("two"), &a, &r, &e), 0);
	assert_int_equal(io_read_file(feeds_beside("one"), &one, &e), 0);
	assert_int_equal(io_read_file(feeds_beside("two"), &two, &e), 0);
	assert_true(one.n > 4096 && lc_eq(lc_buf_get(&one), lc_buf_get(&two)));
	lc_buf_done(&one);
	lc_buf_done(&two);
	lc_arena_done(&a);
}

static void broken_parts_are_told_and_the_rest_goes_on(void **state)
{
	static const struct feed_row rows[] = { FIXTURE_ROWS,
						{ "npm/all.zip", "BAD.json", "{\"id\":" },
						{ "Go/all.zip", NULL, "no zip at all" },
						{ "wolfi-secdb/security.json", NULL, "[]" },
						{ 0 } };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	(void)state;
	assert_int_equal(build(feeds_make(rows), feeds_beside("db"), &a, &r, &e), 0);
	assert_int_equal(feed(&r, "npm")->broken, 1);
	assert_true(lc_starts(feed(&r, "npm")->first_broken, LC_S("BAD.json: ")));
	assert_int_equal(feed(&r, "Go")->broken, 1);
	assert_int_equal(feed(&r, "wolfi-secdb")->broken, 1);
	assert_int_equal(r.info.packages, 2);
	lc_arena_done(&a);
}

static void only_the_feeds_named_are_read(void **state)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	struct lc_slice name = LC_S("npm");
	(void)state;
	struct adv_build_options o = { .from = lc_str(feeds_make(fixture)),
				       .output = lc_str(feeds_beside("db")) };
	o.only = (struct lc_slices){ &name, 1, 1 };
	assert_int_equal(adv_build(&o, &a, &r, &e), 0);
	assert_int_equal(r.feeds.n, 1);
	assert_int_equal(r.info.packages, 1);
	name = LC_S("absent");
	assert_int_equal(adv_build(&o, &a, &r, &e), LC_ENOTFOUND);
	lc_arena_done(&a);
}

/* Run a build that must fail beside an old file: it stays, and nothing else is left. */
static void fails_and_leaves_no_trace(const char *from, int code)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	struct lc_buf old;
	lc_buf_init(&old, 64);
	const char *db = feeds_beside("db");
	assert_int_equal(io_write_file(db, 0600, LC_S("old"), &e), 0);
	int rc = build(from, db, &a, &r, &e);
	if (code ? rc != code : !rc)
		fail_msg("code %d: %s", rc, e.msg);
	assert_int_not_equal(e.len, 0);
	assert_null(strchr(e.msg, '\n'));
	shim_fake_reset();
	assert_int_equal(io_read_file(db, &old, &e), 0);
	assert_true(lc_eq(lc_buf_get(&old), LC_S("old")));
	assert_int_equal(feeds_count_beside(".db"), 0);
	assert_int_equal(feeds_count_beside("db"), 1);
	lc_buf_done(&old);
	lc_arena_done(&a);
}

static void folders_without_feeds_are_refused(void **state)
{
	static const struct feed_row none[] = { { "x/notes.txt", NULL, "" }, { 0 } };
	static const struct feed_row broken[] = { { "npm/all.zip", NULL, "x" }, { 0 } };
	(void)state;
	fails_and_leaves_no_trace(feeds_make(none), LC_ENOTFOUND);
	feeds_remove();
	fails_and_leaves_no_trace(feeds_make(broken), LC_EBAD);
	feeds_remove();
	(void)feeds_make(none);
	fails_and_leaves_no_trace("/nonexistent/feeds", LC_ENOTFOUND);
}

static void a_failing_sync_or_rename_keeps_the_old_file(void **state)
{
	struct shim_fake f = shim_fake_default();
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	struct lc_buf old;
	(void)state;
	const char *from = feeds_make(fixture);
	const char *db = feeds_beside("db");
	lc_buf_init(&old, 64);
	assert_int_equal(io_write_file(db, 0600, LC_S("old"), &e), 0);
	f.fsync_err = 28;
	shim_fake_set(&f);
	assert_int_equal(build(from, db, &a, &r, &e), LC_EIO);
	f.fsync_err = 0;
	f.rename_err = 30;
	assert_int_equal(build(from, db, &a, &r, &e), LC_EIO);
	shim_fake_reset();
	assert_int_equal(feeds_count_beside(".db"), 0);
	assert_int_equal(io_read_file(db, &old, &e), 0);
	assert_true(lc_eq(lc_buf_get(&old), LC_S("old")));
	lc_buf_done(&old);
	lc_arena_done(&a);
}

static void a_full_disk_keeps_the_old_file(void **state)
{
	struct rlimit was;
	struct rlimit small;
	(void)state;
	const char *from = feeds_make(fixture);
	/* SQLite writes past the shim: a limit on the size of files stands for the full disk. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small = (struct rlimit){ 8192, was.rlim_max };
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	fails_and_leaves_no_trace(from, LC_EIO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	(void)signal(SIGXFSZ, before);
}

static void outputs_that_cannot_be_written_are_told(void **state)
{
	struct lc_arena a = { 0 };
	struct adv_build_result r = { 0 };
	(void)state;
	const char *from = feeds_make(fixture);
	const char *bad[] = { "/nonexistent/dir/db", from, "/dev/full", "-" };
	for (size_t i = 0; i < 4; i++) {
		struct lc_err e = { 0 };
		assert_true(build(from, bad[i], &a, &r, &e) < 0);
		assert_int_not_equal(e.len, 0);
	}
	lc_arena_done(&a);
}

/* Where the public data is: every archive's records are accounted for, in time and memory. */
static void the_public_feeds_are_taken_whole(void **state)
{
	static const struct {
		const char *name;
		uint64_t records;
	} all[] = {
		{ "Go", 4291 },        { "crates.io", 1206 }, { "PyPI", 2661 },
		{ "RubyGems", 1174 },  { "Packagist", 1204 }, { "Bitnami", 7444 },
		{ "AlmaLinux", 5637 }, { "Alpine", 2533 },    { "Wolfi", 18724 },
		{ "Debian", 13379 },   { "Ubuntu", 12649 },   { "npm", 3921 },
		{ "Maven", 5202 },     { "NuGet", 660 },
	};
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	char from[4096];
	(void)state;
	data_need();
	(void)feeds_make(fixture);
	(void)snprintf(from, sizeof(from), "%s/advisories", data_dir());
	if (build(from, feeds_beside("db"), &a, &r, &e))
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct adv_build_feed *f = feed(&r, all[i].name);
		assert_int_equal(f->records + f->withdrawn + f->skipped, all[i].records);
		assert_int_equal(f->broken, 0);
	}
	assert_int_equal(feed(&r, "Go")->withdrawn, 17);
	assert_int_equal(feed(&r, "PyPI")->withdrawn, 10);
	assert_int_equal(feed(&r, "crates.io")->withdrawn, 13);
	assert_int_equal(feed(&r, "AlmaLinux")->skipped, 1206);
	assert_int_equal(feed(&r, "epss")->records, 360142);
	assert_int_equal(feed(&r, "kev")->records, 1404);
	assert_int_equal(feed(&r, "eol")->records, 5808);
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_feed_is_counted, folder_goes),
		cmocka_unit_test_teardown(the_same_feeds_give_the_same_bytes, folder_goes),
		cmocka_unit_test_teardown(broken_parts_are_told_and_the_rest_goes_on, folder_goes),
		cmocka_unit_test_teardown(only_the_feeds_named_are_read, folder_goes),
		cmocka_unit_test_teardown(folders_without_feeds_are_refused, folder_goes),
		cmocka_unit_test_teardown(a_failing_sync_or_rename_keeps_the_old_file, folder_goes),
		cmocka_unit_test_teardown(a_full_disk_keeps_the_old_file, folder_goes),
		cmocka_unit_test_teardown(outputs_that_cannot_be_written_are_told, folder_goes),
		cmocka_unit_test_teardown(the_public_feeds_are_taken_whole, folder_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
