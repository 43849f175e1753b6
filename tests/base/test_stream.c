#include "base/stream.h"

#include "support/slice_assert.h"

/* Gives its bytes in small pieces, then ends or fails; knows no skip. */
struct dripping {
	struct lc_stream base;
	struct lc_slice left;
	size_t piece;
	int end; /* what comes after the bytes: 0 or a code */
	unsigned closed;
};

static int drip(struct lc_stream *base, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct dripping *d = (struct dripping *)base;
	size_t take = n < d->piece ? n : d->piece;
	if (take > d->left.n)
		take = d->left.n;
	if (take == 0 && d->end)
		return lc_fail(e, d->end, "dry");
	if (take)
		memcpy(buf, d->left.p, take);
	d->left = lc_skip(d->left, take);
	*ret_n = take;
	return 0;
}

static void count_close(struct lc_stream *base)
{
	((struct dripping *)base)->closed++;
}

static struct dripping dripping(struct lc_slice s, size_t piece, int end)
{
	return (struct dripping){
		.base = { .read = drip, .close = count_close },
		.left = s,
		.piece = piece,
		.end = end,
	};
}

static void exact_joins_the_pieces(void **state)
{
	(void)state;
	struct dripping d = dripping(LC_S("abcdefgh"), 3, 0);
	char buf[8];
	assert_int_equal(lc_stream_exact(&d.base, buf, 7, NULL), 0);
	assert_memory_equal(buf, "abcdefg", 7);
	assert_int_equal(lc_stream_exact(&d.base, buf, 0, NULL), 0);
	assert_int_equal(lc_stream_exact(&d.base, buf, 1, NULL), 0);
	assert_int_equal(buf[0], 'h');
}

static void an_early_end_is_a_truncation(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	struct dripping d = dripping(LC_S("abc"), 2, 0);
	char buf[8];
	assert_int_equal(lc_stream_exact(&d.base, buf, 5, &e), LC_ETRUNC);
	assert_string_equal(e.msg, "input ends 2 bytes early");
	d = dripping(LC_S("abc"), 2, 0);
	assert_int_equal(lc_stream_skip(&d.base, 4, &e), LC_ETRUNC);
	struct lc_slice_stream s;
	lc_slice_stream_init(&s, LC_S("abc"));
	assert_int_equal(lc_stream_skip(&s.base, UINT64_MAX, &e), LC_ETRUNC);
	assert_string_equal(e.msg, "input ends 18446744073709551612 bytes early");
}

static void failures_pass_through(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	struct dripping d = dripping(LC_S("abc"), 2, LC_EBAD);
	char buf[8];
	size_t n = 99;
	uint64_t total = 99;
	assert_int_equal(lc_stream_exact(&d.base, buf, 5, &e), LC_EBAD);
	assert_string_equal(e.msg, "dry");
	assert_int_equal(lc_stream_read(&d.base, buf, 1, &n, &e), LC_EBAD);
	assert_int_equal(n, 99);
	assert_int_equal(lc_stream_skip(&d.base, 1, &e), LC_EBAD);
	assert_int_equal(lc_stream_drain(&d.base, &total, &e), LC_EBAD);
	assert_true(total == 99);
}

static void skip_reads_where_there_is_no_skip(void **state)
{
	(void)state;
	struct dripping d = dripping(LC_S("abcdef"), 2, 0);
	char c = 0;
	assert_int_equal(lc_stream_skip(&d.base, 5, NULL), 0);
	assert_int_equal(lc_stream_exact(&d.base, &c, 1, NULL), 0);
	assert_int_equal(c, 'f');
}

static void drain_counts_to_the_end(void **state)
{
	(void)state;
	static const uint8_t zeros[100000];
	struct dripping d = dripping(lc_slice_of(zeros, sizeof(zeros)), 777, 0);
	uint64_t n;
	assert_int_equal(lc_stream_drain(&d.base, &n, NULL), 0);
	assert_int_equal(n, sizeof(zeros));
	assert_int_equal(lc_stream_drain(&d.base, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(lc_stream_drain(&d.base, NULL, NULL), 0);
}

static void reading_nothing_touches_nothing(void **state)
{
	(void)state;
	struct dripping d = dripping(LC_S(""), 1, LC_EBAD);
	size_t n = 5;
	assert_int_equal(lc_stream_read(&d.base, NULL, 0, &n, NULL), 0);
	assert_int_equal(n, 0);
}

static void scopes_close_their_stream_once(void **state)
{
	(void)state;
	struct dripping d = dripping(LC_S(""), 1, 0);
	{
		LC_AUTOSTREAM struct lc_stream *s = &d.base;
		assert_int_equal(d.closed, 0);
		assert_non_null(s);
	}
	assert_int_equal(d.closed, 1);
	struct lc_slice_stream plain;
	lc_slice_stream_init(&plain, LC_S(""));
	lc_stream_close(&plain.base);
	lc_stream_close(NULL);
}

/* Any run of reads and skips sees the bytes that belong at its place. */
static void any_split_gives_the_same_bytes(void **state)
{
	(void)state;
	uint8_t in[5000];
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + i / 256);
	uint64_t seed = 8;
	for (int round = 0; round < 300; round++) {
		struct lc_slice all = lc_slice_of(in, next_below(&seed, sizeof(in)));
		struct dripping d = dripping(all, next_below(&seed, 50) + 1, 0);
		struct lc_slice_stream s;
		lc_slice_stream_init(&s, all);
		struct lc_stream *from = round % 2 ? &d.base : &s.base;
		size_t at = 0;
		while (at < all.n) {
			uint8_t buf[100];
			size_t n = next_below(&seed, sizeof(buf)) + 1;
			n = n < all.n - at ? n : all.n - at;
			if (next_below(&seed, 2)) {
				assert_int_equal(lc_stream_skip(from, n, NULL), 0);
			} else {
				assert_int_equal(lc_stream_exact(from, buf, n, NULL), 0);
				assert_memory_equal(buf, in + at, n);
			}
			at += n;
		}
		uint8_t c;
		size_t got = 1;
		assert_int_equal(lc_stream_read(from, &c, 1, &got, NULL), 0);
		assert_int_equal(got, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_joins_the_pieces),
		cmocka_unit_test(an_early_end_is_a_truncation),
		cmocka_unit_test(failures_pass_through),
		cmocka_unit_test(skip_reads_where_there_is_no_skip),
		cmocka_unit_test(drain_counts_to_the_end),
		cmocka_unit_test(reading_nothing_touches_nothing),
		cmocka_unit_test(scopes_close_their_stream_once),
		cmocka_unit_test(any_split_gives_the_same_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
