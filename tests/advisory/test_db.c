/* Opening and looking up: what is found, and what foreign and damaged files do. */
#include "build_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "advisory/build.h"
#include "advisory/ecosystem.h"
#include "advisory/record.h"
#include "advisory/schema.h"
#include "base/time.h"
#include "io/file.h"
#include "support/alloc_fail.h"

static const struct feed_row fixture[] = { FIXTURE_ROWS, { 0 } };
static const char *path;

static int make_database(void **state)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	(void)state;
	const char *from = feeds_make(fixture);
	struct adv_build_options o = { .from = lc_str(from), .output = lc_str(feeds_beside("db")) };
	int rc = adv_build(&o, &a, &r, &e);
	static char kept[256];
	(void)snprintf(kept, sizeof(kept), "%s", feeds_beside("db"));
	path = kept;
	lc_arena_done(&a);
	return rc;
}

static int folder_goes(void **state)
{
	(void)state;
	feeds_remove();
	return 0;
}

struct open_db {
	struct adv_db *db;
	struct lc_arena a;
	struct lc_err e;
};

static void setup(struct open_db *o)
{
	*o = (struct open_db){ 0 };
	if (adv_db_open(path, &o->db, &o->e))
		fail_msg("%s", o->e.msg);
}

static void done(struct open_db *o)
{
	adv_db_close(o->db);
	lc_arena_done(&o->a);
}

static bool covers(struct adv_db *db, struct lc_slice ecosystem)
{
	bool is = false;
	assert_int_equal(adv_db_covers(db, ecosystem, &is, NULL), 0);
	return is;
}

static void packages_give_their_advisories(void **state)
{
	struct open_db o;
	struct advisory_list list = { 0 };
	(void)state;
	setup(&o);
	assert_int_equal(adv_db_lookup(o.db, LC_S("npm"), LC_S("left"), &o.a, &list, &o.e), 0);
	assert_int_equal(list.n, 1);
	const struct advisory *adv = &list.v[0];
	assert_true(lc_eq(adv->id, LC_S("GHSA-1-1")) && lc_eq(adv->source, LC_S("ghsa")));
	assert_int_equal(adv->vulnerabilities.n, 1);
	assert_true(lc_eq(adv->vulnerabilities.v[0], LC_S("CVE-2024-1000")));
	assert_int_equal(adv->affected.ranges_n, 1);
	assert_int_equal(adv->affected.ranges[0].n, 2);
	assert_int_equal(adv->affected.ranges[0].events[1].kind, VERSION_FIXED);
	assert_true(lc_eq(adv->affected.ranges[0].events[1].version, LC_S("1.2.0")));

	assert_int_equal(adv_db_lookup(o.db, LC_S("Alpine:v3.20"), LC_S("musl"), &o.a, &list, &o.e),
			 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(adv_db_lookup(o.db, LC_S("npm"), LC_S("absent"), &o.a, &list, &o.e), 0);
	assert_int_equal(list.n, 0);
	assert_true(covers(o.db, LC_S("npm")));
	assert_false(covers(o.db, LC_S("Alpine")));
	done(&o);
}

static void vulnerabilities_are_told_from_all_sources(void **state)
{
	struct open_db o;
	struct vulnerability v;
	(void)state;
	setup(&o);
	assert_int_equal(adv_db_vulnerability(o.db, LC_S("CVE-2024-1000"), &o.a, &v, &o.e), 0);
	assert_true(lc_eq(v.title, LC_S("a title")) && lc_eq(v.title_source, LC_S("ghsa")));
	assert_int_equal(v.severity, SEVERITY_HIGH);
	assert_true(lc_eq(v.severity_source, LC_S("ghsa")));
	assert_true(v.has_epss && v.epss > 0.49 && v.epss < 0.51);
	assert_true(lc_eq(v.kev_added, LC_S("2024-06-01")));
	/* Known of, but nobody says how bad it is or what: no title, UNKNOWN. */
	assert_int_equal(adv_db_vulnerability(o.db, LC_S("CVE-2024-1001"), &o.a, &v, &o.e), 0);
	assert_int_equal(v.severity, SEVERITY_UNKNOWN);
	assert_int_equal(v.title.n, 0);
	/* A score alone makes no vulnerability of the database. */
	assert_int_equal(adv_db_vulnerability(o.db, LC_S("CVE-2024-9999"), &o.a, &v, &o.e),
			 LC_ENOTFOUND);
	done(&o);
}

static void sources_are_named_for_their_ecosystem(void **state)
{
	struct open_db o;
	struct advisory_source s;
	(void)state;
	setup(&o);
	assert_int_equal(adv_db_source(o.db, LC_S("ghsa"), LC_S("npm"), &o.a, &s, &o.e), 0);
	assert_true(lc_eq(s.name, LC_S("GitHub Security Advisory Npm")));
	assert_int_equal(adv_db_source(o.db, LC_S("alpine"), LC_S("Alpine:v3.20"), &o.a, &s, &o.e),
			 0);
	assert_true(lc_eq(s.name, LC_S("Alpine Secdb")));
	assert_true(lc_eq(s.url, LC_S("https://secdb.alpinelinux.org/")));
	assert_int_equal(adv_db_source(o.db, LC_S("nobody"), LC_S("npm"), &o.a, &s, &o.e),
			 LC_ENOTFOUND);
	done(&o);
}

static int64_t day(const char *text)
{
	int64_t seconds = 0;
	uint32_t ns;
	assert_true(lc_time_parse(lc_str(text), &seconds, &ns));
	return seconds;
}

static void systems_end_on_the_day_that_counts_for_them(void **state)
{
	static const struct {
		const char *family, *version, *now;
		bool extended, known, eol;
	} rows[] = {
		{ "debian", "12.5", "2026-08-01", false, true, false }, /* LTS until 2028-06-30 */
		{ "debian", "12.5", "2028-06-30", false, true, false }, /* the last day counts */
		{ "debian", "12.5", "2028-07-01", false, true, true },
		{ "ubuntu", "22.04", "2027-03-31", false, true, false },
		{ "ubuntu", "22.04", "2027-04-02", false, true, true },
		{ "ubuntu", "22.04", "2027-04-02", true, true, false }, /* ESM is on */
		{ "ubuntu", "4.10", "2005-01-01", false, true, true },
		{ "ubuntu", "99.04", "2027-04-02", false, false, false },
		{ "wolfi", "1", "2027-04-02", false, false, false },
	};
	struct open_db o;
	(void)state;
	setup(&o);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inv_os os = { .family = lc_str(rows[i].family),
				     .version = lc_str(rows[i].version),
				     .extended = rows[i].extended };
		struct lc_slice product;
		struct lc_slice cycle;
		struct eol_cycle c = { 0 };
		bool known;
		bool eol;
		if (adv_eol_product(&os, &o.a, &product, &cycle))
			assert_int_not_equal(adv_db_eol(o.db, product, cycle, &o.a, &c, &o.e),
					     LC_EBAD);
		adv_os_eol(&os, &c, day(rows[i].now), &known, &eol);
		if (known != rows[i].known || eol != rows[i].eol)
			fail_msg("%s %s on %s", rows[i].family, rows[i].version, rows[i].now);
	}
	done(&o);
}

static void write_foreign(const char *to, const char *sql)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(to, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void refused(const char *file, int code)
{
	struct adv_db *db = NULL;
	struct lc_err e = { 0 };
	int rc = adv_db_open(file, &db, &e);
	if (rc != code)
		fail_msg("%s: code %d, want %d: %s", file, rc, code, e.msg);
	assert_null(db);
	assert_int_not_equal(e.len, 0);
}

static void foreign_files_are_refused(void **state)
{
	struct lc_err e;
	(void)state;
	refused("/nonexistent/db", LC_ENOTFOUND);
	refused("/tmp", LC_EUNSUP);
	assert_int_equal(io_write_file(feeds_beside("empty"), 0600, LC_S(""), &e), 0);
	refused(feeds_beside("empty"), LC_EBAD);
	assert_int_equal(
		io_write_file(feeds_beside("text"), 0600,
			      LC_S("this is a long enough text to be taken for a file with "
				   "some header of one hundred bytes, and it is none of ours"),
			      &e),
		0);
	refused(feeds_beside("text"), LC_EBAD);
	write_foreign(feeds_beside("sql"), "CREATE TABLE meta(key TEXT, value TEXT)");
	refused(feeds_beside("sql"), LC_EBAD);
	write_foreign(feeds_beside("trick"),
		      "PRAGMA application_id=1281442914; PRAGMA user_version=1;"
		      "CREATE VIEW meta AS SELECT 1 AS key, 2 AS value");
	refused(feeds_beside("trick"), LC_EBAD);
	write_foreign(feeds_beside("newer"),
		      "PRAGMA application_id=1281442914; PRAGMA user_version=2; CREATE TABLE t(x)");
	refused(feeds_beside("newer"), LC_EUNSUP);
}

static void a_file_with_more_in_it_than_our_tables_is_refused(void **state)
{
	struct lc_buf b;
	struct lc_err e;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(io_read_file(path, &b, &e), 0);
	assert_int_equal(io_write_file(feeds_beside("more"), 0600, lc_buf_get(&b), &e), 0);
	write_foreign(feeds_beside("more"), "CREATE TRIGGER t DELETE ON meta BEGIN SELECT 1; END");
	refused(feeds_beside("more"), LC_EBAD);
	lc_buf_done(&b);
}

/* Use a file in every way there is; what comes of it does not matter. */
static void use_all(const char *file)
{
	struct open_db o = { 0 };
	struct adv_db_info info;
	struct advisory_list list;
	struct vulnerability v;
	struct advisory_source s;
	struct eol_cycle c;
	if (adv_db_open(file, &o.db, &o.e))
		return;
	(void)!adv_db_info(o.db, &o.a, &info, &o.e);
	(void)!adv_db_lookup(o.db, LC_S("Alpine:v3.20"), LC_S("musl"), &o.a, &list, &o.e);
	(void)!adv_db_vulnerability(o.db, LC_S("CVE-2024-1000"), &o.a, &v, &o.e);
	(void)!adv_db_source(o.db, LC_S("ghsa"), LC_S("npm"), &o.a, &s, &o.e);
	(void)!adv_db_eol(o.db, LC_S("debian"), LC_S("12"), &o.a, &c, &o.e);
	(void)!adv_db_check(o.db, &o.e);
	done(&o);
}

static void damage_never_crashes(void **state)
{
	struct lc_buf b;
	struct lc_err e;
	uint32_t seed = 7;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(io_read_file(path, &b, &e), 0);
	const char *file = feeds_beside("damaged");
	for (int i = 0; i < 1500; i++) {
		seed = seed * 1664525 + 1013904223;
		/* Mostly where things are: page headers and the ends of pages. */
		size_t at = seed % b.n;
		if (i % 2)
			at = at / 4096 * 4096 + (i % 4 == 1 ? at % 64 : 4095 - at % 256);
		at = lc_min(at, b.n - 1);
		uint8_t was = b.p[at];
		b.p[at] ^= (uint8_t)(1u << (seed >> 29));
		FILE *f = fopen(file, "wbe");
		assert_non_null(f);
		assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
		assert_int_equal(fclose(f), 0);
		use_all(file);
		b.p[at] = was;
	}
	lc_buf_done(&b);
}

/* What a scan reads of a damaged file is an error or right; and who looks at all of it, is told. */
static void a_flipped_bit_in_any_page_is_noticed(void **state)
{
	struct lc_buf b;
	struct lc_err e = { 0 };
	uint32_t seed = 11;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(io_read_file(path, &b, &e), 0);
	assert_int_equal(b.n % 4096, 0);
	const char *file = feeds_beside("flipped");
	for (size_t i = 0; i < 8 * (b.n / 4096) + 256; i++) {
		struct adv_db *db = NULL;
		seed = seed * 1664525 + 1013904223;
		/* Each page at eight places, and all bytes of the header and a page's checksum. */
		size_t at = i < 100   ? i
			    : i < 108 ? 4088 + i - 100
				      : (i % (b.n / 4096)) * 4096 + seed % 4096;
		b.p[at] ^= (uint8_t)(1u << (seed >> 29));
		FILE *f = fopen(file, "wbe");
		assert_non_null(f);
		assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
		assert_int_equal(fclose(f), 0);
		int rc = adv_db_open(file, &db, &e);
		rc = rc ? rc : adv_db_check_pages(db, &e);
		if (!rc)
			fail_msg("byte %zu", at);
		adv_db_close(db);
		b.p[at] ^= (uint8_t)(1u << (seed >> 29));
	}
	lc_buf_done(&b);
}

/* "No advisories of this ecosystem" and "nobody can read whether there are" are not the same. */
static void a_damaged_table_is_no_empty_one(void **state)
{
	struct open_db o = { 0 };
	struct advisory_list list = { 0 };
	struct lc_buf b;
	bool is = true;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(io_read_file(path, &b, &o.e), 0);
	/* Roots lie in the order in which the tables were made, behind the schema's page. */
	memset(b.p + (size_t)(1 + ADV_TABLE_PACKAGE) * 4096, 0xff, 16);
	const char *file = feeds_beside("damaged");
	assert_int_equal(io_write_file(file, 0600, lc_buf_get(&b), &o.e), 0);
	assert_int_equal(adv_db_open(file, &o.db, &o.e), 0);
	assert_int_equal(adv_db_covers(o.db, LC_S("npm"), &is, &o.e), LC_EBAD);
	assert_true(is);
	assert_string_equal(o.e.msg, "the advisory database is damaged; copy or make it anew");
	assert_int_equal(adv_db_lookup(o.db, LC_S("npm"), LC_S("left"), &o.a, &list, &o.e),
			 LC_EBAD);
	lc_buf_done(&b);
	done(&o);
}

/* Matching one package costs more than its row is long: rows are bounded by count, too. */
static void a_row_of_too_many_advisories_is_a_limit(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct advisory_list list = { 0 };
		struct lc_buf b;
		lc_buf_init(&b, 1 << 20);
		lc_buf_str(&b, "[{\"id\":\"a\"}");
		for (size_t i = 1; i < ADV_LIST_MAX + more; i++)
			lc_buf_str(&b, ",{\"id\":\"a\"}");
		lc_buf_str(&b, "]");
		assert_int_equal(advisories_read(lc_buf_get(&b), &a, &list, &e),
				 more ? LC_ELIMIT : 0);
		assert_int_equal(list.n, more ? 0 : ADV_LIST_MAX);
		lc_buf_done(&b);
		lc_arena_done(&a);
	}
}

static void a_file_cut_short_is_told(void **state)
{
	struct lc_buf b;
	struct lc_err e;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(io_read_file(path, &b, &e), 0);
	for (size_t n = 4096; n < b.n; n += 4096) {
		assert_int_equal(io_write_file(feeds_beside("cut"), 0600, lc_slice_of(b.p, n), &e),
				 0);
		refused(feeds_beside("cut"), LC_ETRUNC);
	}
	lc_buf_done(&b);
}

static void odd_paths_are_opened(void **state)
{
	struct lc_buf b;
	struct lc_err e;
	struct adv_db *db = NULL;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(io_read_file(path, &b, &e), 0);
	const char *odd = feeds_beside("a b?c#d%41&e");
	assert_int_equal(io_write_file(odd, 0600, lc_buf_get(&b), &e), 0);
	assert_int_equal(adv_db_open(odd, &db, &e), 0);
	assert_true(covers(db, LC_S("npm")));
	adv_db_close(db);
	lc_buf_done(&b);
}

static int look_up(void *ctx)
{
	struct open_db o = { 0 };
	struct adv_db_info info;
	struct advisory_list list;
	struct vulnerability v;
	(void)ctx;
	int rc = adv_db_open(path, &o.db, &o.e);
	if (rc)
		return rc;
	rc = adv_db_info(o.db, &o.a, &info, &o.e);
	if (!rc)
		rc = adv_db_lookup(o.db, LC_S("npm"), LC_S("left"), &o.a, &list, &o.e);
	if (!rc)
		rc = adv_db_vulnerability(o.db, LC_S("CVE-2024-1000"), &o.a, &v, &o.e);
	done(&o);
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(look_up, NULL) >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_give_their_advisories),
		cmocka_unit_test(vulnerabilities_are_told_from_all_sources),
		cmocka_unit_test(sources_are_named_for_their_ecosystem),
		cmocka_unit_test(systems_end_on_the_day_that_counts_for_them),
		cmocka_unit_test(foreign_files_are_refused),
		cmocka_unit_test(a_file_with_more_in_it_than_our_tables_is_refused),
		cmocka_unit_test(damage_never_crashes),
		cmocka_unit_test(a_flipped_bit_in_any_page_is_noticed),
		cmocka_unit_test(a_damaged_table_is_no_empty_one),
		cmocka_unit_test(a_row_of_too_many_advisories_is_a_limit),
		cmocka_unit_test(a_file_cut_short_is_told),
		cmocka_unit_test(odd_paths_are_opened),
		cmocka_unit_test(every_allocation_may_fail),
	};
	return cmocka_run_group_tests(tests, make_database, folder_goes);
}
