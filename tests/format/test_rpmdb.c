/* rpm's databases of every kind: each header once, and the lists of real ones. */
#include "rpmdb_see.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "format/json.h"
#include "format/rpm_header.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

static void every_kind_gives_every_header_once(void **state)
{
	static struct make_headers h;
	(void)state;
	make_headers(&h, 60);
	for (size_t k = 0; k < KINDS; k++) {
		struct lc_buf b;
		struct seen s;
		make(kinds[k], &h, &b);
		assert_int_equal(read_db(lc_buf_get(&b), no_wal, &s), 0);
		if (s.n != 60 || s.unreadable)
			fail_msg("%s: %zu headers, %zu unreadable", kinds[k], s.n, s.unreadable);
		for (size_t i = 0; i < 60; i++)
			assert_int_equal(s.count[i], 1);
		lc_buf_done(&b);
	}
	make_headers_done(&h);
}

static void kinds_are_told_by_content(void **state)
{
	static struct make_headers h;
	static const struct {
		const char *made;
		enum rpmdb_kind kind;
	} rows[] = {
		{ "sqlite", RPMDB_SQLITE }, { "ndb", RPMDB_NDB },
		{ "hash", RPMDB_BDB },      { "hash of the other endianness", RPMDB_BDB },
		{ "btree", RPMDB_BDB },
	};
	enum rpmdb_kind kind;
	(void)state;
	make_headers(&h, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_buf b;
		make(rows[i].made, &h, &b);
		struct lc_content c = lc_content_slice(lc_buf_get(&b));
		assert_int_equal(rpmdb_kind_of(&c, &kind, NULL), 0);
		assert_int_equal(kind, rows[i].kind);
		lc_buf_done(&b);
	}
	make_headers_done(&h);
	struct lc_content none = lc_content_slice(LC_S("SQLite format 4\0"));
	assert_int_equal(rpmdb_kind_of(&none, &kind, NULL), LC_EBAD);
	struct lc_content empty = lc_content_slice(LC_S(""));
	assert_int_equal(rpmdb_kind_of(&empty, &kind, NULL), LC_ETRUNC);
	assert_string_equal(rpmdb_kind_name(RPMDB_BDB), "bdb");
}

static void the_callback_ends_the_walk(void **state)
{
	static struct make_headers h;
	(void)state;
	make_headers(&h, 3);
	for (size_t k = 0; k < KINDS; k++) {
		struct lc_buf b;
		struct lc_err e = { 0 };
		struct seen s = { .stop_with = LC_EUSAGE };
		make(kinds[k], &h, &b);
		struct lc_content c = lc_content_slice(lc_buf_get(&b));
		assert_int_equal(rpmdb_foreach(&c, NULL, &lc_limits_default, see, &s, &e),
				 LC_EUSAGE);
		assert_string_equal(e.msg, "stopped");
		lc_buf_done(&b);
	}
	make_headers_done(&h);
}

static void a_deadline_ends_the_walk(void **state)
{
	static struct make_headers h;
	struct lc_limits limits = lc_limits_default;
	(void)state;
	limits.deadline_ns = 1;
	make_headers(&h, 3);
	for (size_t k = 0; k < KINDS; k++) {
		struct lc_buf b;
		struct seen s = { 0 };
		make(kinds[k], &h, &b);
		struct lc_content c = lc_content_slice(lc_buf_get(&b));
		assert_int_equal(rpmdb_foreach(&c, NULL, &limits, see, &s, NULL), LC_ECANCEL);
		lc_buf_done(&b);
	}
	make_headers_done(&h);
}

/* ---- memory ---- */

struct alloc_case {
	struct lc_content db, wal;
};

static int walk(void *ctx)
{
	const struct alloc_case *c = ctx;
	struct seen s = { 0 };
	return rpmdb_foreach(&c->db, &c->wal, &lc_limits_default, see, &s, NULL);
}

static void no_memory_is_an_error(void **state)
{
	static struct make_headers h;
	(void)state;
	make_headers(&h, SMALL);
	for (size_t k = 0; k < KINDS; k++) {
		struct lc_buf b;
		make(kinds[k], &h, &b);
		struct alloc_case c = { lc_content_slice(lc_buf_get(&b)),
					lc_content_slice(no_wal) };
		assert_true(alloc_fail_each(walk, &c) > 0);
		lc_buf_done(&b);
	}
	make_headers_done(&h);
}

/* ---- real ones ---- */

struct listed {
	struct lc_arena a;
	struct lc_slices lines;
};

/* name|epoch|version|release|arch|source|licence|vendor|module */
static int list(void *ctx, struct lc_slice blob, struct lc_err *e)
{
	struct listed *l = ctx;
	struct rpm_header h;
	struct rpm_files f;
	char epoch[16] = "";
	if (rpm_header_parse(blob, &h, e) || rpm_header_files(&h, &l->a, &f, e))
		fail_msg("%s", e->msg);
	if (h.has_epoch)
		(void)snprintf(epoch, sizeof(epoch), "%u", h.epoch);
	struct lc_slice *line = lc_vec_push(&l->a, &l->lines);
	assert_non_null(line);
	*line = lc_arena_fmt(&l->a, "%.*s|%s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s", LC_FMT(h.name),
			     epoch, LC_FMT(h.version), LC_FMT(h.release), LC_FMT(h.arch),
			     LC_FMT(h.source_rpm), LC_FMT(h.licence), LC_FMT(h.vendor),
			     LC_FMT(h.module));
	return 0;
}

static struct lc_slice wanted_line(const struct json_doc *d, json_ref p, struct lc_arena *a)
{
	char epoch[16] = "";
	uint64_t v;
	if (json_u64(d, json_get(d, p, "epoch"), &v))
		(void)snprintf(epoch, sizeof(epoch), "%u", (unsigned)v);
	static const char *const keys[] = { "name",   "version", "release", "arch",
					    "source", "licence", "vendor",  "modularity" };
	struct lc_slice s[8];
	for (size_t i = 0; i < 8; i++)
		s[i] = json_get_str(d, p, keys[i]);
	return lc_arena_fmt(a, "%.*s|%s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s", LC_FMT(s[0]), epoch,
			    LC_FMT(s[1]), LC_FMT(s[2]), LC_FMT(s[3]), LC_FMT(s[4]), LC_FMT(s[5]),
			    LC_FMT(s[6]), LC_FMT(s[7]));
}

static int by_text(const void *x, const void *y)
{
	const struct lc_slice *a = x;
	const struct lc_slice *b = y;
	return lc_cmp(*a, *b);
}

static void sort_lines(struct lc_slices *s)
{
	qsort(s->v, s->n, sizeof(*s->v), by_text);
}

static void check_case(const struct json_doc *d, json_ref c)
{
	struct listed got = { 0 };
	struct lc_slices want = { 0 };
	struct lc_buf db;
	struct lc_err e = { 0 };
	char path[256];
	lc_buf_init(&db, CAP);
	(void)snprintf(path, sizeof(path), "rpmdb/%.*s/%.*s", LC_FMT(json_get_str(d, c, "dir")),
		       LC_FMT(json_get_str(d, c, "file")));
	data_read(path, &db);
	struct lc_content content = lc_content_slice(lc_buf_get(&db));
	enum rpmdb_kind kind;
	assert_int_equal(rpmdb_kind_of(&content, &kind, NULL), 0);
	assert_slice(lc_str(rpmdb_kind_name(kind)), json_get_str(d, c, "format"));
	if (rpmdb_foreach(&content, NULL, &lc_limits_default, list, &got, &e))
		fail_msg("%s: %s", path, e.msg);
	json_each(d, json_get(d, c, "packages"), p) {
		struct lc_slice *line = lc_vec_push(&got.a, &want);
		assert_non_null(line);
		*line = wanted_line(d, p, &got.a);
	}
	assert_true(want.n > 0);
	assert_int_equal(got.lines.n, want.n);
	sort_lines(&got.lines);
	sort_lines(&want);
	for (size_t i = 0; i < want.n; i++)
		assert_slice(got.lines.v[i], want.v[i]);
	lc_arena_done(&got.a);
	lc_buf_done(&db);
}

static void real_databases_hold_what_rpm_lists(void **state)
{
	struct lc_arena a = { 0 };
	struct json_doc d;
	struct lc_buf truth;
	size_t cases = 0;
	(void)state;
	data_need();
	lc_buf_init(&truth, CAP);
	data_read("rpmdb/expected.json", &truth);
	assert_int_equal(json_parse(lc_buf_get(&truth), 0, NULL, &a, &d, NULL), 0);
	json_each(&d, json_get(&d, json_root(&d), "cases"), c) {
		check_case(&d, c);
		cases++;
	}
	assert_true(cases >= 4);
	lc_arena_done(&a);
	lc_buf_done(&truth);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_gives_every_header_once),
		cmocka_unit_test(kinds_are_told_by_content),
		cmocka_unit_test(the_callback_ends_the_walk),
		cmocka_unit_test(a_deadline_ends_the_walk),
		cmocka_unit_test(no_memory_is_an_error),
		cmocka_unit_test(real_databases_hold_what_rpm_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
