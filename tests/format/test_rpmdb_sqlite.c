/* SQLite databases of rpm's: hostile schemas, and the write-ahead log. */
#include "rpmdb_see.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static void check_sql(const char *sql, int want, size_t headers)
{
	static struct make_headers h;
	struct lc_buf b;
	struct seen s;
	make_headers(&h, SMALL);
	lc_buf_init(&b, CAP);
	make_sqlite(&b, &h, sql);
	int r = read_db(lc_buf_get(&b), no_wal, &s);
	if (r != want || s.n != headers)
		fail_msg("%s: %d and %zu headers", sql, r, s.n);
	lc_buf_done(&b);
	make_headers_done(&h);
}

static void erased_packages_are_gone(void **state)
{
	(void)state;
	check_sql("DELETE FROM Packages WHERE hnum IN (3, 12)", 0, SMALL - 2);
	check_sql("DELETE FROM Packages", 0, 0);
}

static void nothing_in_a_schema_runs(void **state)
{
	static const char *const sql[] = {
		"DROP TABLE Packages",
		"ALTER TABLE Packages RENAME TO T; CREATE VIEW Packages AS SELECT blob FROM T",
		"DROP TABLE Packages; CREATE VIEW Packages AS WITH RECURSIVE c(blob) AS "
		"(VALUES(1) UNION ALL SELECT blob + 1 FROM c) SELECT blob FROM c",
		"DROP TABLE Packages; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, "
		"blob AS (hex(zeroblob(100000000)))); INSERT INTO Packages (hnum) VALUES (1)",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++)
		check_sql(sql[i], LC_EBAD, 0);
}

/* Rows of no bytes cost, too: a table cannot be made longer than its file. */
static void rows_that_hold_no_header_are_given_as_they_are(void **state)
{
	static const struct make_headers none = { .n = 0 };
	struct lc_buf b;
	struct seen s;
	(void)state;
	lc_buf_init(&b, CAP);
	make_sqlite(&b, &none,
		    "INSERT INTO Packages (blob) VALUES ('text'), (17), (x''), (zeroblob(9))");
	assert_int_equal(read_db(lc_buf_get(&b), no_wal, &s), 0);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.unreadable, 4);
	lc_buf_done(&b);
}

static void pages_used_twice_are_refused(void **state)
{
	static struct make_headers h;
	struct lc_buf b;
	struct seen s;
	(void)state;
	make_headers(&h, 400);
	lc_buf_init(&b, CAP);
	make_sqlite(&b, &h, NULL);
	/* An interior page of the table: all its cells lead to its first child. */
	size_t at = 4096;
	assert_int_equal(b.p[at], 5);
	size_t cells = (size_t)b.p[at + 3] << 8 | b.p[at + 4];
	assert_true(cells > 2);
	for (size_t i = 1; i < cells; i++) {
		size_t one = (size_t)b.p[at + 12] << 8 | b.p[at + 13];
		size_t other = (size_t)b.p[at + 12 + 2 * i] << 8 | b.p[at + 13 + 2 * i];
		memcpy(b.p + at + other, b.p + at + one, 4);
	}
	(void)read_db(lc_buf_get(&b), no_wal, &s); /* SQLite may not see it */
	assert_true(s.n <= b.n / 32);
	lc_buf_done(&b);
	make_headers_done(&h);
}

static void a_database_larger_than_allowed_is_refused(void **state)
{
	static struct make_headers h;
	struct lc_limits limits = lc_limits_default;
	struct seen s = { 0 };
	struct lc_buf b;
	(void)state;
	make_headers(&h, 3);
	make("sqlite", &h, &b);
	struct lc_content c = lc_content_slice(lc_buf_get(&b));
	limits.spool_bytes_max = b.n - 1;
	assert_int_equal(rpmdb_foreach(&c, NULL, &limits, see, &s, NULL), LC_ELIMIT);
	limits.spool_bytes_max = b.n;
	assert_int_equal(rpmdb_foreach(&c, NULL, &limits, see, &s, NULL), 0);
	lc_buf_done(&b);
	make_headers_done(&h);
}

/* ---- the write-ahead log ---- */

struct logged {
	struct make_headers before, after;
	struct lc_buf db, later, wal;
};

static void make_logged(struct logged *l, size_t before, size_t after, bool big)
{
	make_headers(&l->before, before);
	make_headers(&l->after, after);
	make("sqlite", &l->before, &l->db);
	make("sqlite", &l->after, &l->later);
	lc_buf_init(&l->wal, CAP);
	make_wal(&l->wal, lc_buf_get(&l->later), 4096, big);
}

static void logged_done(struct logged *l)
{
	make_headers_done(&l->before);
	make_headers_done(&l->after);
	lc_buf_done(&l->db);
	lc_buf_done(&l->later);
	lc_buf_done(&l->wal);
}

static void a_log_is_replayed(void **state)
{
	static struct logged l;
	static const size_t sizes[][2] = { { 3, 40 }, { 40, 3 }, { 5, 5 } };
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct seen s;
		uint64_t pages = 0;
		make_logged(&l, sizes[i / 2][0], sizes[i / 2][1], i % 2);
		assert_int_equal(read_db(lc_buf_get(&l.db), lc_buf_get(&l.wal), &s), 0);
		assert_int_equal(s.n, sizes[i / 2][1]);
		assert_int_equal(s.unreadable, 0);
		struct lc_content c = lc_content_slice(lc_buf_get(&l.wal));
		assert_int_equal(rpmdb_wal_pages(&c, &pages, NULL), 0);
		assert_int_equal(pages, l.later.n / 4096);
		logged_done(&l);
	}
}

/* Only the last page's frame commits: without it there is no transaction. */
static void an_unfinished_transaction_does_not_count(void **state)
{
	static struct logged l;
	struct seen s;
	uint64_t pages = 77;
	(void)state;
	make_logged(&l, 3, 40, false);
	for (size_t cut = 1; cut < 9000; cut += 400) {
		struct lc_slice wal = lc_sub(lc_buf_get(&l.wal), 0, l.wal.n - cut);
		struct lc_content c = lc_content_slice(wal);
		assert_int_equal(read_db(lc_buf_get(&l.db), wal, &s), 0);
		assert_int_equal(s.n, 3);
		assert_int_equal(rpmdb_wal_pages(&c, &pages, NULL), 0);
		assert_int_equal(pages, 0);
	}
	logged_done(&l);
}

static void a_wrong_byte_ends_the_log(void **state)
{
	static struct logged l;
	struct seen s;
	(void)state;
	make_logged(&l, 3, 40, true);
	for (size_t at = 32; at < l.wal.n; at += 1117) {
		l.wal.p[at] ^= 1;
		assert_int_equal(read_db(lc_buf_get(&l.db), lc_buf_get(&l.wal), &s), 0);
		assert_int_equal(s.n, 3);
		l.wal.p[at] ^= 1;
	}
	logged_done(&l);
}

static void a_log_that_cannot_be_read_is_told(void **state)
{
	static struct logged l;
	struct seen s;
	(void)state;
	make_logged(&l, 3, 40, false);
	for (size_t at = 0; at < 32; at++) {
		l.wal.p[at] ^= 4;
		assert_int_equal(read_db(lc_buf_get(&l.db), lc_buf_get(&l.wal), &s), LC_EBAD);
		assert_int_equal(s.n, 3); /* the database alone */
		l.wal.p[at] ^= 4;
	}
	assert_int_equal(read_db(lc_buf_get(&l.db), lc_sub(lc_buf_get(&l.wal), 0, 31), &s),
			 LC_ETRUNC);
	assert_int_equal(s.n, 3);
	lc_buf_clear(&l.wal);
	make_wal(&l.wal, lc_buf_get(&l.later), 1024, false);
	assert_int_equal(read_db(lc_buf_get(&l.db), lc_buf_get(&l.wal), &s), LC_EBAD);
	assert_int_equal(s.n, 3);
	logged_done(&l);
}

static void a_log_cannot_grow_a_database_without_bound(void **state)
{
	static struct logged l;
	struct lc_limits limits = lc_limits_default;
	struct seen s = { 0 };
	(void)state;
	make_logged(&l, 3, 200, false);
	struct lc_content c = lc_content_slice(lc_buf_get(&l.db));
	struct lc_content w = lc_content_slice(lc_buf_get(&l.wal));
	limits.spool_bytes_max = l.later.n - 1;
	assert_int_equal(rpmdb_foreach(&c, &w, &limits, see, &s, NULL), LC_ELIMIT);
	assert_int_equal(s.n, 0);
	logged_done(&l);
}

static int walk(void *ctx)
{
	const struct logged *l = ctx;
	struct lc_content db = lc_content_slice(lc_buf_get(&l->db));
	struct lc_content wal = lc_content_slice(lc_buf_get(&l->wal));
	struct seen s = { 0 };
	return rpmdb_foreach(&db, &wal, &lc_limits_default, see, &s, NULL);
}

static void no_memory_with_a_log_is_an_error(void **state)
{
	static struct logged l;
	(void)state;
	make_logged(&l, 3, 40, false);
	assert_true(alloc_fail_each(walk, &l) > 2);
	logged_done(&l);
}

/* ---- what SQLite itself leaves behind ---- */

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void put_packages(sqlite3 *db, const struct make_headers *h, size_t from, size_t to)
{
	sqlite3_stmt *s;
	assert_int_equal(
		sqlite3_prepare_v2(db, "INSERT INTO Packages (blob) VALUES (?)", -1, &s, NULL),
		SQLITE_OK);
	for (size_t i = from; i < to; i++) {
		assert_int_equal(sqlite3_bind_blob(s, 1, h->v[i].p, (int)h->v[i].n, SQLITE_STATIC),
				 SQLITE_OK);
		assert_int_equal(sqlite3_step(s), SQLITE_DONE);
		assert_int_equal(sqlite3_reset(s), SQLITE_OK);
	}
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
}

static void slurp(const char *dir, const char *name, struct lc_buf *out)
{
	char path[256];
	lc_buf_init(out, CAP);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	uint8_t bytes[4096];
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), f)) > 0;)
		assert_int_equal(lc_buf_add(out, bytes, n), 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(remove(path), 0);
}

/* Ten packages in the database; in the log three erased, ten added, and five not committed. */
static void a_log_of_sqlite_itself_is_replayed(void **state)
{
	static struct make_headers h;
	char dir[] = "/tmp/lacre-rpmdb-XXXXXX";
	char path[256];
	struct lc_buf db;
	struct lc_buf wal;
	struct lc_buf shm;
	struct seen s;
	sqlite3 *c;
	(void)state;
	make_headers(&h, 25);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/db", dir);
	assert_int_equal(sqlite3_open(path, &c), SQLITE_OK);
	run(c, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
	       "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB)");
	put_packages(c, &h, 0, 10);
	run(c, "PRAGMA wal_checkpoint(TRUNCATE); DELETE FROM Packages WHERE hnum <= 3");
	put_packages(c, &h, 10, 20);
	run(c, "PRAGMA cache_size = 2; BEGIN");
	put_packages(c, &h, 20, 25);
	slurp(dir, "db", &db);
	slurp(dir, "db-wal", &wal);
	slurp(dir, "db-shm", &shm);
	assert_int_equal(sqlite3_close(c), SQLITE_OK);
	(void)remove(path); /* closing may have made it anew */
	assert_int_equal(rmdir(dir), 0);

	assert_int_equal(read_db(lc_buf_get(&db), no_wal, &s), 0);
	assert_int_equal(s.n, 10);
	assert_int_equal(read_db(lc_buf_get(&db), lc_buf_get(&wal), &s), 0);
	assert_int_equal(s.n, 17);
	for (size_t i = 3; i < 20; i++)
		assert_int_equal(s.count[i], 1);
	lc_buf_done(&db);
	lc_buf_done(&wal);
	lc_buf_done(&shm);
	make_headers_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erased_packages_are_gone),
		cmocka_unit_test(nothing_in_a_schema_runs),
		cmocka_unit_test(rows_that_hold_no_header_are_given_as_they_are),
		cmocka_unit_test(pages_used_twice_are_refused),
		cmocka_unit_test(a_database_larger_than_allowed_is_refused),
		cmocka_unit_test(a_log_is_replayed),
		cmocka_unit_test(an_unfinished_transaction_does_not_count),
		cmocka_unit_test(a_wrong_byte_ends_the_log),
		cmocka_unit_test(a_log_that_cannot_be_read_is_told),
		cmocka_unit_test(a_log_cannot_grow_a_database_without_bound),
		cmocka_unit_test(no_memory_with_a_log_is_an_error),
		cmocka_unit_test(a_log_of_sqlite_itself_is_replayed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
