/* Java archives that only an index of repositories knows by name. */
#include "scan/java_names.h"

#include <sqlite3.h>
#include <stdio.h>

#include "advisory/java_index_make.h"
#include "oci/make_image.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define N(table)    (sizeof(table) / sizeof((table)[0]))
#define SUM(digits) "sha1:" digits digits digits digits digits digits digits digits digits digits
#define FOUR(digit) digit digit digit digit

static const struct java_index_row rows[] = {
	{ "org.a", "a", "1.0", 0x11 },     { "org.b", "b", "1.0", 0x22 },
	{ "com.other", "b", "1.0", 0x33 }, { "com.other", "b", "1.1", 0x44 },
	{ "commons-x", "x", "2.0", 0x55 },
};

static const char *made(void)
{
	static char path[512];
	(void)snprintf(path, sizeof(path), "%s/index.db", make_temp_dir());
	java_index_make(path, rows, N(rows));
	return path;
}

static const struct {
	const char *what, *type, *name, *version, *digest, *want_name, *want_version;
} cases[] = {
	{ "the index has it: as it is", "jar", "org.a:a", "1.0", SUM(FOUR("2")), "org.a:a", "1.0" },
	{ "a manifest's group is wrong", "jar", "org:a", "9", SUM(FOUR("1")), "org.a:a", "1.0" },
	{ "no group, known bytes", "jar", "renamed", "0", SUM(FOUR("5")), "commons-x:x", "2.0" },
	{ "no group, other bytes: the group of most", "jar", "b", "1.0", SUM(FOUR("9")),
	  "com.other:b", "1.0" },
	{ "no group, a version of none", "jar", "b", "7", SUM(FOUR("9")), "b", "7" },
	{ "no version, known bytes", "jar", "app", "", SUM(FOUR("5")), "commons-x:x", "2.0" },
	{ "nobody knows it", "jar", "org.own:app", "1", SUM(FOUR("9")), "org.own:app", "1" },
	{ "no digest", "jar", "x", "2.0", "", "x", "2.0" },
	{ "no digest of that kind", "jar", "x", "2.0", "sha1:zz", "x", "2.0" },
	{ "no archive", "pom", "x", "2.0", SUM(FOUR("5")), "x", "2.0" },
};

static void archives_get_the_names_that_the_index_knows(void **state)
{
	struct java_index *x = NULL;
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(java_index_open(made(), &x, &e), 0);
	for (size_t i = 0; i < N(cases); i++) {
		struct lc_arena a = { 0 };
		struct inv_found_package found = { .package = {
							   .type = lc_str(cases[i].type),
							   .name = lc_str(cases[i].name),
							   .version = lc_str(cases[i].version),
							   .digest = lc_str(cases[i].digest),
						   } };
		struct inventory inv = { .packages = { &found, 1, 1 } };
		assert_int_equal(scan_java_names(x, &inv, &a, &e), 0);
		print_message("# %s\n", cases[i].what);
		assert_slice(found.package.name, lc_str(cases[i].want_name));
		assert_slice(found.package.version, lc_str(cases[i].want_version));
		lc_arena_done(&a);
	}
	java_index_close(x);
}

static void what_tells_no_version_is_left_out(void **state)
{
	struct inv_found_package found[] = {
		{ .package = { .type = LC_S("jar"), .name = LC_S("app") } },
		{ .package = { .type = LC_S("jar"), .name = LC_S("b"), .version = LC_S("1") } },
		{ .package = { .type = LC_S("gomod"), .name = LC_S("c") } },
	};
	struct inventory inv = { .packages = { found, 3, 3 } };
	struct lc_arena a = { 0 };
	(void)state;
	assert_int_equal(scan_java_names(NULL, &inv, &a, NULL), 0);
	assert_int_equal(inv.packages.n, 2);
	assert_text(inv.packages.v[0].package.name, "b");
	assert_text(inv.packages.v[1].package.name, "c");
}

static void write_file(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void what_is_no_index_is_said(void **state)
{
	static const char bytes[4096] = "SQLite format 3";
	char path[512];
	struct java_index *x = NULL;
	struct lc_err e = { 0 };
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/none.db", make_temp_dir());
	assert_true(java_index_open(path, &x, &e) < 0);
	write_file(path, "this is no database", 19);
	assert_int_equal(java_index_open(path, &x, &e), LC_EBAD);
	write_file(path, bytes, sizeof(bytes));
	assert_int_equal(java_index_open(path, &x, &e), LC_EBAD);
	assert_null(x);
	java_index_close(NULL);
}

/* As trivy would never make it: without indexes, and with thousands of groups of one name. */
static void an_index_that_costs_too_much_is_said(void **state)
{
	static const char sql[] =
		"CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);"
		"CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB,"
		" archive_type TEXT);"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)"
		" INSERT INTO artifacts SELECT i, 'g' || i, 'a' FROM n;"
		"INSERT INTO indices SELECT id, '1', x'00', 'jar' FROM artifacts";
	char path[512];
	struct java_index *x = NULL;
	struct lc_arena a = { 0 };
	struct lc_slice group;
	struct lc_err e = { 0 };
	sqlite3 *db;
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/slow.db", make_temp_dir());
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(java_index_open(path, &x, NULL), 0);
	assert_int_equal(java_index_group(x, LC_S("a"), LC_S("1"), &a, &group, &e), LC_ELIMIT);
	assert_true(lc_find_slice(lc_str(e.msg), LC_S("too long")) != SIZE_MAX);
	assert_int_equal(java_index_has(x, LC_S("g6000"), LC_S("a"), &e), 0);
	java_index_close(x);
	lc_arena_done(&a);
}

static int attempt(void *ctx)
{
	struct java_index *x = NULL;
	struct lc_arena a = { 0 };
	struct inv_found_package found = {
		.package = { .type = LC_S("jar"),
			     .name = LC_S("b"),
			     .version = LC_S("1.0"),
			     .digest = LC_S(SUM(FOUR("9"))) },
	};
	struct inventory inv = { .packages = { &found, 1, 1 } };
	int rc = java_index_open(ctx, &x, NULL);
	rc = rc ? rc : scan_java_names(x, &inv, &a, NULL);
	java_index_close(x);
	lc_arena_done(&a);
	return rc;
}

static void no_memory_is_an_error(void **state)
{
	char path[512];
	(void)state;
	(void)snprintf(path, sizeof(path), "%s", made());
	assert_true(alloc_fail_each(attempt, path) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(archives_get_the_names_that_the_index_knows),
		cmocka_unit_test(what_tells_no_version_is_left_out),
		cmocka_unit_test(what_is_no_index_is_said),
		cmocka_unit_test(an_index_that_costs_too_much_is_said),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("java_names", tests, NULL, NULL);
}
