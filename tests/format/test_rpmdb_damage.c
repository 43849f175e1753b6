/* Spoilt NDB and Berkeley databases: as many headers as can be had, never more. */
#include "rpmdb_see.h"

#include "support/slice_assert.h"

/* No header is made up, none given twice, and what was lost is told. */
static void a_database_cut_anywhere_says_so(void **state)
{
	static struct make_headers h;
	(void)state;
	make_headers(&h, SMALL);
	for (size_t k = 0; k < KINDS; k++) {
		struct lc_buf b;
		size_t kept = 0;
		make(kinds[k], &h, &b);
		size_t step = b.n > 40000 ? 509 : 61;
		for (size_t n = 0; n < b.n; n += n < 700 ? 1 : step) {
			struct seen s;
			int r = read_db(lc_sub(lc_buf_get(&b), 0, n), no_wal, &s);
			if (r != LC_ETRUNC && r != LC_EBAD)
				fail_msg("%s cut at %zu of %zu: %d", kinds[k], n, b.n, r);
			assert_int_equal(s.unreadable, 0);
			assert_true(s.n <= SMALL);
			kept += s.n;
		}
		assert_true(kept > 0); /* what is whole is read */
		lc_buf_done(&b);
	}
	make_headers_done(&h);
}

static void any_byte_may_be_wrong(void **state)
{
	static struct make_headers h;
	uint64_t random = 7;
	(void)state;
	make_headers(&h, SMALL);
	for (size_t k = 0; k < KINDS; k++) {
		struct lc_buf b;
		make(kinds[k], &h, &b);
		for (size_t i = 0; i < 3000; i++) {
			struct seen s;
			size_t at = i < 600 ? i % b.n : next_below(&random, b.n);
			uint8_t was = b.p[at];
			b.p[at] = (uint8_t)next_number(&random);
			(void)read_db(lc_buf_get(&b), no_wal, &s); /* any result, no harm */
			if (s.n > (size_t)4 * SMALL)
				fail_msg("%s: %zu headers", kinds[k], s.n);
			b.p[at] = was;
		}
		lc_buf_done(&b);
	}
	make_headers_done(&h);
}

struct patch {
	size_t at;
	uint32_t value;
	int want;
	size_t headers;
};

static void check_patches(const char *kind, bool big, const struct patch *rows, size_t n)
{
	static struct make_headers h;
	make_headers(&h, SMALL);
	for (size_t i = 0; i < n; i++) {
		struct lc_buf b;
		struct seen s;
		make(kind, &h, &b);
		if (big)
			put_be32(&b, rows[i].at, rows[i].value);
		else
			put_le32(&b, rows[i].at, rows[i].value);
		int r = read_db(lc_buf_get(&b), no_wal, &s);
		if (r != rows[i].want || s.n != rows[i].headers)
			fail_msg("%s, row %zu: %d and %zu headers", kind, i, r, s.n);
		lc_buf_done(&b);
	}
	make_headers_done(&h);
}

#define CHECK(kind, big, rows) check_patches(kind, big, rows, sizeof(rows) / sizeof((rows)[0]))

/* Slots begin at 32, blobs at 4096; the first header is 83 bytes in 7 blocks. */
static void damaged_ndb_costs_what_is_damaged(void **state)
{
	static const struct patch rows[] = {
		{ 4, 1, LC_EUNSUP, 0 },                 /* version */
		{ 12, 0, LC_EBAD, 0 },                  /* no pages */
		{ 12, UINT32_MAX, LC_ETRUNC, SMALL },   /* pages up to the end and past it */
		{ 32, 0x12345678, LC_EBAD, SMALL - 1 }, /* no slot */
		{ 36, 0, 0, SMALL - 1 },                /* free */
		{ 36, 2, LC_EBAD, SMALL - 1 },          /* of another package */
		{ 40, 0, 0, SMALL - 1 },                /* free, too */
		{ 40, 1, LC_EBAD, SMALL - 1 },
		{ 40, UINT32_MAX, LC_ETRUNC, SMALL - 1 },
		{ 44, 0, LC_EBAD, SMALL - 1 },
		{ 44, 1, LC_EBAD, SMALL - 1 },
		{ 44, 6, LC_EBAD, SMALL - 1 },
		{ 44, 8, LC_EBAD, SMALL - 1 },
		{ 44, UINT32_MAX, LC_ETRUNC, SMALL - 1 },
		{ 4096, 0, LC_EBAD, SMALL - 1 },
		{ 4100, 9, LC_EBAD, SMALL - 1 },
		{ 4108, 0, LC_EBAD, SMALL - 1 },
		{ 4108, UINT32_MAX, LC_EBAD, SMALL - 1 },
		{ 4112, 9, LC_EBAD, SMALL - 1 }, /* the checksum tells */
	};
	(void)state;
	CHECK("ndb", false, rows);
}

static void slots_that_share_a_blob_are_refused(void **state)
{
	static struct make_headers h;
	struct lc_buf b;
	struct seen s;
	(void)state;
	make_headers(&h, 30);
	lc_buf_init(&b, CAP);
	make_ndb(&b, &h);
	/* All slots of the page lead to the last package. */
	for (size_t i = 0; i < 254; i++)
		memcpy(b.p + 32 + i * 16, b.p + 32 + 29 * 16, 16);
	assert_int_equal(read_db(lc_buf_get(&b), no_wal, &s), LC_EBAD);
	assert_true(s.n < 30);
	lc_buf_done(&b);
	make_headers_done(&h);
}

/*
 * Pages of the hash: 1 the next number, 2 a chain, 3 its pair, 4 a chain … The twelfth package has
 * a chain of two pages, 25 and 26, and its pair in 27.
 */
enum { P2 = 2 * 4096, P3 = 3 * 4096, P25 = 25 * 4096, P26 = 26 * 4096, ITEM = P3 + 4096 - 17 };

static void damaged_hash_costs_what_is_damaged(void **state)
{
	static const struct patch rows[] = {
		{ 16, 6, LC_EUNSUP, 0 },
		{ 16, 11, LC_EUNSUP, 0 },
		{ 20, 0, LC_EBAD, 0 },
		{ 20, 4095, LC_EBAD, 0 },
		{ 20, 256, LC_EBAD, 0 },
		{ 20, 131072, LC_EBAD, 0 },
		{ 20, UINT32_MAX, LC_EBAD, 0 },
		{ 24, 0x00000801, LC_EUNSUP, 0 }, /* encrypted */
		{ 24, 0x00010800, LC_EUNSUP, 0 }, /* with checksums */
		{ 32, 0, 0, 0 },                  /* no pages but the first */
		{ 32, UINT32_MAX, LC_ETRUNC, SMALL },
		{ P3 + 8, 77, LC_EBAD, SMALL - 1 }, /* the page's number */
		{ P3 + 20, 3, LC_EBAD, SMALL - 1 }, /* a key without data */
		{ P3 + 20, 0, 0, SMALL - 1 },       /* empty */
		{ P3 + 20, 0xfffe, LC_EBAD, SMALL - 1 },
		{ P3 + 22, 0x07000000, 0, SMALL - 1 },       /* the page's type */
		{ P3 + 26, 0x0ff00000, LC_EBAD, SMALL - 1 }, /* key at 0, data where it was */
		{ P3 + 26, 0xffff0ffb, LC_EBAD, SMALL - 1 }, /* data past the page */
		{ P3 + 26, 0x00100ffb, LC_EBAD, SMALL - 1 }, /* in the page's header */
		{ P3 + 26, 0x0ffb0ffb, LC_EBAD, SMALL - 1 }, /* of no bytes */
		{ ITEM, 4, LC_EBAD, SMALL - 1 },             /* of another kind */
		{ ITEM + 4, 0, LC_EBAD, SMALL - 1 },         /* chain at page 0 */
		{ ITEM + 4, 3, LC_EBAD, SMALL - 1 },         /* at the pair itself */
		{ ITEM + 4, 1000, LC_EBAD, SMALL - 1 },      /* past the last */
		{ ITEM + 8, 0, LC_EBAD, SMALL - 1 },         /* length */
		{ ITEM + 8, 1, LC_EBAD, SMALL - 1 },
		{ ITEM + 8, 4096, LC_EBAD, SMALL - 1 },
		{ ITEM + 8, UINT32_MAX, LC_EBAD, SMALL - 1 },
		{ P2 + 16, 2, LC_EBAD, SMALL - 1 },   /* the chain leads to itself */
		{ P2 + 16, 500, LC_EBAD, SMALL - 1 }, /* or past the last page */
		{ P2 + 20, 0, LC_EBAD, SMALL - 1 },   /* a page of no bytes */
		{ P2 + 20, 0xffff0000, LC_EBAD, SMALL - 1 },
		{ P25 + 16, 25, LC_EBAD, SMALL - 1 }, /* a cycle of one */
		{ P25 + 16, 0, LC_EBAD, SMALL - 1 },  /* half a chain */
		{ P26 + 16, 25, LC_EBAD, SMALL - 1 }, /* a cycle of two */
	};
	(void)state;
	CHECK("hash", false, rows);
}

static void damaged_hash_of_the_other_endianness(void **state)
{
	static const struct patch rows[] = {
		{ 16, 11, LC_EUNSUP, 0 },
		{ 20, 0x100000, LC_EBAD, 0 },
		{ 32, UINT32_MAX, LC_ETRUNC, SMALL },
		{ P2 + 16, 2, LC_EBAD, SMALL - 1 },
		{ ITEM + 8, UINT32_MAX, LC_EBAD, SMALL - 1 },
		{ P26 + 16, 25, LC_EBAD, SMALL - 1 },
	};
	(void)state;
	CHECK("hash of the other endianness", true, rows);
}

static void pairs_that_share_a_chain_are_refused(void **state)
{
	static struct make_headers h;
	struct lc_buf b;
	struct seen s;
	(void)state;
	make_headers(&h, 50);
	lc_buf_init(&b, CAP);
	make_bdb(&b, &h, 4096, 0);
	/* Pages with pairs: the last package is the largest, copied over the others. */
	size_t last = b.n - 4096;
	for (size_t at = 4096; at < last; at += 4096) {
		if (b.p[at + 25] != 13)
			continue;
		memcpy(b.p + at, b.p + last, 4096);
		put_le32(&b, at + 8, (uint32_t)(at / 4096));
	}
	assert_int_equal(read_db(lc_buf_get(&b), no_wal, &s), LC_EBAD);
	assert_true(s.n < 50);
	lc_buf_done(&b);
	make_headers_done(&h);
}

/* A page that leads to itself with one byte in use: many reads for a header of few bytes. */
static void pages_hardly_used_cost_as_much_as_full_ones(void **state)
{
	static struct make_headers h;
	struct lc_buf b;
	struct seen s;
	(void)state;
	make_headers(&h, SMALL);
	lc_buf_init(&b, CAP);
	make_bdb(&b, &h, 4096, 0);
	put_le32(&b, P2 + 16, 2); /* next */
	b.p[P2 + 22] = 1;         /* in use */
	b.p[P2 + 23] = 0;
	put_le32(&b, ITEM + 8, (uint32_t)(b.n / 4096 * 2)); /* length */
	assert_int_equal(read_db(lc_buf_get(&b), no_wal, &s), LC_EBAD);
	assert_int_equal(s.n, 0); /* all that the file's size allows was spent */
	lc_buf_done(&b);
	make_headers_done(&h);
}

static void what_a_btree_has_deleted_is_passed_over(void **state)
{
	static struct make_headers h;
	struct lc_buf b;
	struct seen s;
	(void)state;
	make_headers(&h, 2);
	lc_buf_init(&b, CAP);
	make_bdb(&b, &h, 4096, BDB_BTREE);
	b.p[P3 + 4096 - 7 + 2] |= 0x80; /* the first package's key */
	b.p[P3 + 4096 - 7 - 12 + 2] |= 0x80;
	assert_int_equal(read_db(lc_buf_get(&b), no_wal, &s), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.count[1], 1);
	lc_buf_done(&b);
	make_headers_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_cut_anywhere_says_so),
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(damaged_ndb_costs_what_is_damaged),
		cmocka_unit_test(slots_that_share_a_blob_are_refused),
		cmocka_unit_test(damaged_hash_costs_what_is_damaged),
		cmocka_unit_test(damaged_hash_of_the_other_endianness),
		cmocka_unit_test(pairs_that_share_a_chain_are_refused),
		cmocka_unit_test(pages_hardly_used_cost_as_much_as_full_ones),
		cmocka_unit_test(what_a_btree_has_deleted_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
