#include "format/bbolt.h"

#include <stdio.h>

#include "format/bbolt_make.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

enum { MANY = 200 };

static char keys[MANY][8];
static char large[20000];
static struct make_pair many[MANY];
static const struct make_pair inner[] = { { .key = "digest", .value = "sha256:1" },
					  { .key = "size", .value = "\x02" } };
static const struct make_pair middle[] = {
	{ .key = "empty", .is_bucket = true },
	{ .key = "target", .sub = inner, .n = 2, .is_bucket = true },
	{ .key = "updated", .value = "now" },
};
static const struct make_pair top[] = {
	{ .key = "images", .sub = middle, .n = 3, .is_bucket = true },
	{ .key = "large", .value = large },
	{ .key = "many", .sub = many, .n = MANY, .is_bucket = true },
	{ .key = "nothing", .value = "" },
};

static int prepare(void **state)
{
	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "k%03zu", i);
		many[i] = (struct make_pair){ .key = keys[i], .value = keys[i] + 1 };
	}
	return 0;
}

/* A database of all of it. */
static struct make_bbolt made(uint32_t page_bytes, size_t per_page)
{
	struct make_bbolt m = { .page_bytes = page_bytes, .per_page = per_page, .txid = 8 };
	make_bbolt(&m, top, 4);
	return m;
}

static struct make_bbolt usual(void)
{
	return made(4096, 3);
}

/* ---- reading ---- */

struct seen {
	size_t items, buckets, bytes;
	const struct bbolt *db;
	unsigned depth;
};

static int see(void *ctx, const struct bbolt_item *item, struct lc_err *e)
{
	struct seen *s = ctx;
	struct bbolt_bucket b;
	s->items++;
	s->buckets += item->is_bucket;
	s->bytes += item->key.n + item->value.n;
	for (size_t i = 0; i < item->value.n; i++) /* touch it: the sanitizer looks */
		s->depth += item->value.p[i] == 0xff && i > 1U << 30;
	if (!item->is_bucket || s->depth > 3)
		return 0;
	int rc = bbolt_item_bucket(item, &b, e);
	s->depth++;
	rc = rc ? rc : bbolt_foreach(s->db, &b, see, s, e);
	s->depth--;
	return rc;
}

static int see_all(struct lc_slice bytes, struct seen *s, struct lc_err *e)
{
	struct bbolt db;
	struct lc_content c = lc_content_slice(bytes);
	*s = (struct seen){ .db = &db };
	int rc = bbolt_open(&c, &lc_limits_default, &db, e);
	return rc ? rc : bbolt_foreach(&db, &db.root, see, s, e);
}

static int way(const struct bbolt *db, const char *a, const char *b, const char *key,
	       struct lc_arena *arena, struct lc_slice *ret)
{
	struct bbolt_bucket in = db->root;
	struct bbolt_bucket to = { 0 };
	int rc = a ? bbolt_bucket(db, &in, lc_str(a), arena, &to, NULL) : 0;
	in = a ? to : in;
	if (rc == 0 && b) {
		rc = bbolt_bucket(db, &in, lc_str(b), arena, &to, NULL);
		in = to;
	}
	return rc ? rc : bbolt_get(db, &in, lc_str(key), arena, ret, NULL);
}

static void each_key_is_found_and_no_other(void **state)
{
	(void)state;
	static const uint32_t sizes[] = { 1024, 4096, 16384, 65536 };
	static const struct {
		const char *a, *b, *key, *value;
	} rows[] = {
		{ NULL, NULL, "nothing", "" },
		{ "images", NULL, "updated", "now" },
		{ "images", "target", "digest", "sha256:1" },
		{ "images", "target", "size", "\x02" },
		{ "many", NULL, "k000", "000" },
		{ "many", NULL, "k101", "101" },
		{ "many", NULL, "k199", "199" },
		{ NULL, NULL, "large", large },
		{ NULL, NULL, "many", NULL }, /* a bucket, no value */
		{ NULL, NULL, "", NULL },
		{ "many", NULL, "a", NULL }, /* before all */
		{ "many", NULL, "k0015", NULL },
		{ "many", NULL, "k2", NULL }, /* behind all */
		{ "images", "empty", "k", NULL },
		{ "images", "updated", "k", NULL }, /* a value, no bucket */
		{ "none", NULL, "k", NULL },
	};
	for (size_t k = 0; k < 8; k++) {
		struct make_bbolt m = { .page_bytes = sizes[k % 4],
					.per_page = k < 4 ? 3 : 64,
					.txid = 3,
					.apart = k % 2 };
		struct lc_arena a = { 0 };
		struct bbolt db;
		make_bbolt(&m, top, 4);
		struct lc_content c = lc_content_slice(lc_buf_get(&m.out));
		assert_int_equal(bbolt_open(&c, &lc_limits_default, &db, NULL), 0);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct lc_slice got = { NULL, 0 };
			int rc = way(&db, rows[i].a, rows[i].b, rows[i].key, &a, &got);
			if (rc != (rows[i].value ? 0 : LC_ENOTFOUND))
				fail_msg("size %u, row %zu: %d", sizes[k % 4], i, rc);
			if (rows[i].value)
				assert_slice(got, lc_str(rows[i].value));
		}
		assert_false(bbolt_changed(&db));
		lc_arena_done(&a);
		lc_buf_done(&m.out);
	}
}

static int in_order(void *ctx, const struct bbolt_item *item, struct lc_err *e)
{
	size_t *n = ctx;
	assert_true(*n < MANY);
	assert_slice(item->key, lc_str(keys[*n]));
	assert_slice(item->value, lc_str(keys[*n] + 1));
	assert_false(item->is_bucket);
	return ++*n == MANY + 1 ? lc_fail(e, LC_EBAD, "too many") : 0;
}

static int stop(void *ctx, const struct bbolt_item *item, struct lc_err *e)
{
	(void)item;
	return ++*(size_t *)ctx == 5 ? lc_fail(e, LC_EUSAGE, "enough") : 0;
}

static void a_walk_gives_all_in_order_and_can_be_ended(void **state)
{
	(void)state;
	struct make_bbolt m = usual();
	struct lc_arena a = { 0 };
	struct lc_content c = lc_content_slice(lc_buf_get(&m.out));
	struct bbolt_bucket b;
	struct bbolt db;
	struct seen s;
	size_t n = 0;
	assert_int_equal(bbolt_open(&c, &lc_limits_default, &db, NULL), 0);
	assert_int_equal(bbolt_bucket(&db, &db.root, LC_S("many"), &a, &b, NULL), 0);
	assert_int_equal(bbolt_foreach(&db, &b, in_order, &n, NULL), 0);
	assert_int_equal(n, MANY);
	n = 0;
	assert_int_equal(bbolt_foreach(&db, &b, stop, &n, NULL), LC_EUSAGE);
	assert_int_equal(n, 5);
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), 0);
	assert_int_equal(s.items, 4 + 3 + 2 + MANY);
	assert_int_equal(s.buckets, 4);
	lc_arena_done(&a);
	lc_buf_done(&m.out);
}

/* ---- meta pages ---- */

static int open_made(struct make_bbolt *m, struct bbolt *ret)
{
	struct lc_content c = lc_content_slice(lc_buf_get(&m->out));
	return bbolt_open(&c, &lc_limits_default, ret, NULL);
}

static void the_last_whole_transaction_is_read(void **state)
{
	(void)state;
	for (unsigned spoilt = 0; spoilt < 4; spoilt++) {
		struct bbolt db;
		struct make_bbolt m = made(16384, 3);
		for (unsigned i = 0; i < 2; i++) {
			if (spoilt & 1U << i)
				make_bbolt_page(&m, i)[16 + 40] ^= 1;
		}
		int rc = open_made(&m, &db);
		assert_int_equal(rc, spoilt == 3 ? LC_EBAD : 0);
		if (rc == 0)
			assert_int_equal(db.txid, spoilt == 1 ? 7 : 8);
		lc_buf_done(&m.out);
	}
}

static void what_is_written_meanwhile_is_noticed(void **state)
{
	(void)state;
	struct make_bbolt m = usual();
	struct lc_content c = lc_content_slice(lc_buf_get(&m.out));
	struct bbolt db;
	assert_int_equal(bbolt_open(&c, &lc_limits_default, &db, NULL), 0);
	assert_false(bbolt_changed(&db));
	make_le(make_bbolt_page(&m, 1) + 16 + 48, 9, 8);
	assert_false(bbolt_changed(&db)); /* not whole yet */
	make_bbolt_sum(&m, 1);
	assert_true(bbolt_changed(&db));
	lc_buf_done(&m.out);
}

static void other_files_and_versions_are_refused(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint64_t value;
		unsigned bytes;
		int want;
	} rows[] = {
		{ 8, 2, 2, LC_EBAD },                                  /* no meta page */
		{ 16, 0xedda0ced, 4, LC_EBAD },                        /* magic */
		{ 20, 1, 4, LC_EUNSUP },                               /* version */
		{ 20, 3, 4, LC_EUNSUP },        { 24, 0, 4, LC_EBAD }, /* page size */
		{ 24, 512, 4, LC_EBAD },        { 24, 4095, 4, LC_EBAD },
		{ 24, 1 << 20, 4, LC_EBAD },    { 32, 0, 8, LC_EBAD }, /* root */
		{ 72, 0, 8, LC_EBAD },                                 /* checksum */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bbolt db;
		struct make_bbolt m = usual();
		make_le(m.out.p + rows[i].at, rows[i].value, rows[i].bytes);
		if (rows[i].at < 72)
			make_bbolt_sum(&m, 0);
		/* The other is damaged, too. */
		make_bbolt_page(&m, 1)[16] = 0;
		if (open_made(&m, &db) != rows[i].want)
			fail_msg("row %zu", i);
		lc_buf_done(&m.out);
	}
}

/* ---- damage ---- */

/* The trees' pages are from 3 on; the root of all is the last one. */
static void damaged_pages_are_told(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint64_t value;
		unsigned bytes;
		int want;
	} rows[] = {
		{ 0, 77, 8, LC_EBAD },      /* another's number */
		{ 8, 4, 2, LC_EBAD },       /* a meta page */
		{ 8, 16, 2, LC_EBAD },      /* a freelist */
		{ 8, 3, 2, LC_EBAD },       /* two kinds at once */
		{ 10, 0, 2, LC_EBAD },      /* a branch of nothing */
		{ 10, 0xffff, 2, LC_EBAD }, /* entries past the page */
		{ 12, 1, 4, LC_EBAD },      /* overflow past the last page */
		{ 12, UINT32_MAX, 4, LC_EBAD },
		{ 16, 0, 4, LC_EBAD },    /* key within the entries */
		{ 16, 4096, 4, LC_EBAD }, /* past the page */
		{ 16, UINT32_MAX, 4, LC_EBAD },
		{ 20, UINT32_MAX, 4, LC_EBAD }, /* key's size */
		{ 20, 4096, 4, LC_EBAD },
		{ 24, 0, 8, LC_EBAD }, /* child: a meta page */
		{ 24, 2, 8, LC_EBAD }, /* the freelist */
		{ 24, UINT64_MAX, 8, LC_EBAD },
		{ 40, 3, 8, LC_EBAD }, /* another's leaf: keys out of order */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen s;
		struct make_bbolt m = usual();
		make_le(make_bbolt_page(&m, m.root) + rows[i].at, rows[i].value, rows[i].bytes);
		int rc = see_all(lc_buf_get(&m.out), &s, NULL);
		if (rc != rows[i].want)
			fail_msg("row %zu: %d", i, rc);
		lc_buf_done(&m.out);
	}
}

static void trees_without_an_end_are_refused(void **state)
{
	(void)state;
	struct seen s;
	struct lc_slice got;
	struct lc_arena a = { 0 };
	struct make_bbolt m = usual();
	uint8_t *root = make_bbolt_page(&m, m.root);
	for (unsigned i = 0; i < 2; i++) /* both children are the page itself */
		make_le(root + 24 + i * 16, m.root, 8);
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), LC_EBAD);
	assert_int_equal(s.items, 0);
	struct bbolt db;
	struct lc_content c = lc_content_slice(lc_buf_get(&m.out));
	assert_int_equal(bbolt_open(&c, &lc_limits_default, &db, NULL), 0);
	assert_int_equal(bbolt_get(&db, &db.root, LC_S("nothing"), &a, &got, NULL), LC_EBAD);
	lc_buf_done(&m.out);

	/* A bucket that lies in itself ends where the caller's patience does. */
	m = made(4096, 64);
	uint8_t *leaf = make_bbolt_page(&m, m.root);
	for (size_t i = 0; leaf + i + 20 <= m.out.p + m.out.n; i++) {
		if (memcmp(leaf + i, "many", 4) == 0)
			make_le(leaf + i + 4, m.root, 8);
	}
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), 0);
	assert_in_range(s.items, 5, 64);
	lc_buf_done(&m.out);
	lc_arena_done(&a);
}

/* A chain of branches, deeper than any real tree and each page another. */
static void deep_chains_are_refused(void **state)
{
	(void)state;
	struct seen s;
	struct make_bbolt m = made(1024, 2);
	for (uint64_t page = 3; page < 40; page++) {
		uint8_t *p = make_bbolt_page(&m, page);
		memset(p, 0, 64);
		make_le(p, page, 8);
		make_le(p + 8, 1, 2);
		make_le(p + 10, 1, 2);
		make_le(p + 16, 16, 4);
		make_le(p + 24, page + 1, 8);
	}
	for (unsigned i = 0; i < 2; i++) {
		make_le(make_bbolt_page(&m, i) + 32, 3, 8);
		make_bbolt_sum(&m, i);
	}
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), LC_EBAD);
	assert_int_equal(s.items, 0);
	lc_buf_done(&m.out);
}

/* Entries that share their bytes would give more than the file has. */
static void entries_that_overlap_are_refused(void **state)
{
	(void)state;
	static const struct make_pair two[] = { { .key = "a", .value = large },
						{ .key = "b", .value = large } };
	struct seen s;
	struct make_bbolt m = { .page_bytes = 4096, .per_page = 2, .txid = 2 };
	make_bbolt(&m, two, 2);
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), 0);
	uint8_t *leaf = make_bbolt_page(&m, m.root);
	make_le(leaf + 32 + 4, 17, 4);
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), LC_EBAD);
	assert_int_equal(s.items, 1);
	lc_buf_done(&m.out);
}

static void a_page_larger_than_any_real_one_is_refused(void **state)
{
	(void)state;
	struct seen s;
	struct make_bbolt m = usual();
	for (unsigned i = 0; i < 2; i++) {
		make_le(make_bbolt_page(&m, i) + 16 + 40, 1 << 20, 8);
		make_bbolt_sum(&m, i);
	}
	make_le(make_bbolt_page(&m, m.root) + 12, 5000, 4);
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), LC_ELIMIT);
	make_le(make_bbolt_page(&m, m.root) + 12, 1000, 4); /* allowed, but not there */
	assert_int_equal(see_all(lc_buf_get(&m.out), &s, NULL), LC_ETRUNC);
	lc_buf_done(&m.out);
}

static void a_database_cut_anywhere_says_so(void **state)
{
	(void)state;
	struct make_bbolt m = usual();
	for (size_t n = 0; n < m.out.n; n += n < 300 ? 1 : 509) {
		struct seen s;
		int rc = see_all(lc_sub(lc_buf_get(&m.out), 0, n), &s, NULL);
		if (rc != LC_ETRUNC)
			fail_msg("cut at %zu of %zu: %d", n, m.out.n, rc);
	}
	lc_buf_done(&m.out);
}

static void any_byte_may_be_wrong(void **state)
{
	(void)state;
	uint64_t random = 11;
	struct make_bbolt m = made(1024, 5);
	for (size_t i = 0; i < 20000; i++) {
		struct seen s;
		size_t at = next_below(&random, m.out.n);
		if (i % 2) /* where the structure is */
			at = at / 1024 * 1024 + at % 96;
		uint8_t was = m.out.p[at];
		m.out.p[at] = (uint8_t)next_number(&random);
		(void)see_all(lc_buf_get(&m.out), &s, NULL); /* any result, no harm */
		assert_true(s.bytes <= 6 * m.out.n);
		m.out.p[at] = was;
	}
	lc_buf_done(&m.out);
}

/* ---- time and memory ---- */

static void a_deadline_ends_it(void **state)
{
	(void)state;
	struct lc_limits l = lc_limits_default;
	struct make_bbolt m = usual();
	struct lc_content c = lc_content_slice(lc_buf_get(&m.out));
	struct bbolt db;
	struct seen s = { .db = &db };
	l.deadline_ns = 1;
	assert_int_equal(bbolt_open(&c, &l, &db, NULL), 0);
	assert_int_equal(bbolt_foreach(&db, &db.root, see, &s, NULL), LC_ECANCEL);
	lc_buf_done(&m.out);
}

static int read_once(void *ctx)
{
	const struct make_bbolt *m = ctx;
	struct lc_content c = lc_content_slice(lc_buf_get(&m->out));
	struct lc_arena a = { 0 };
	struct lc_slice got;
	struct bbolt db;
	struct seen s = { .db = &db };
	int rc = bbolt_open(&c, &lc_limits_default, &db, NULL);
	rc = rc ? rc : way(&db, "images", "target", "digest", &a, &got);
	rc = rc ? rc : bbolt_foreach(&db, &db.root, see, &s, NULL);
	lc_arena_done(&a);
	return rc;
}

static void failing_allocations_lose_nothing(void **state)
{
	(void)state;
	struct make_bbolt m = usual();
	assert_true(alloc_fail_each(read_once, &m) > 50);
	lc_buf_done(&m.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_is_found_and_no_other),
		cmocka_unit_test(a_walk_gives_all_in_order_and_can_be_ended),
		cmocka_unit_test(the_last_whole_transaction_is_read),
		cmocka_unit_test(what_is_written_meanwhile_is_noticed),
		cmocka_unit_test(other_files_and_versions_are_refused),
		cmocka_unit_test(damaged_pages_are_told),
		cmocka_unit_test(trees_without_an_end_are_refused),
		cmocka_unit_test(deep_chains_are_refused),
		cmocka_unit_test(entries_that_overlap_are_refused),
		cmocka_unit_test(a_page_larger_than_any_real_one_is_refused),
		cmocka_unit_test(a_database_cut_anywhere_says_so),
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(a_deadline_ends_it),
		cmocka_unit_test(failing_allocations_lose_nothing),
	};
	return cmocka_run_group_tests(tests, prepare, NULL);
}
