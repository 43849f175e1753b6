#include "packing.h"

#include "support/slice_assert.h"

enum { CAP = 64 << 20 };

struct bufs {
	struct lc_buf plain, packed, got;
};

static int set_up(void **state)
{
	static struct bufs b;

	lc_buf_init(&b.plain, CAP);
	lc_buf_init(&b.packed, CAP);
	lc_buf_init(&b.got, CAP);
	*state = &b;
	return 0;
}

static int tear_down(void **state)
{
	struct bufs *b = *state;

	lc_buf_done(&b->plain);
	lc_buf_done(&b->packed);
	lc_buf_done(&b->got);
	return 0;
}

static int run(struct bufs *b, const struct deflate_engine *engine, size_t step, size_t piece,
	       struct lc_err *e)
{
	lc_buf_clear(&b->got);
	return unpack_with(engine, &lc_limits_default, lc_buf_get(&b->packed), step, piece, &b->got,
			   e);
}

static void check_same(struct bufs *b, size_t step, size_t piece)
{
	for (size_t i = 0; engines[i]; i++) {
		struct lc_err e = { 0 };
		int rc = run(b, engines[i], step, piece, &e);
		if (rc)
			fail_msg("%s: %s", engines[i]->name, e.msg);
		assert_int_equal(b->got.n, b->plain.n);
		if (b->plain.n)
			assert_memory_equal(b->got.p, b->plain.p, b->plain.n);
	}
}

/* Every engine fails with the code and a message that holds the text. */
static void check_fails(struct bufs *b, int code, const char *text)
{
	for (size_t i = 0; engines[i]; i++) {
		struct lc_err e = { 0 };
		assert_int_equal(run(b, engines[i], SIZE_MAX, 65536, &e), code);
		assert_non_null(strstr(e.msg, text));
	}
}

static void add_member(struct bufs *b, size_t n, uint64_t seed, int level,
		       const struct pack_header *h)
{
	size_t at = b->plain.n;

	pack_sample(&b->plain, n, seed);
	pack_gzip(&b->packed, lc_skip(lc_buf_get(&b->plain), at), h, level);
}

static void every_level_and_size_comes_back(void **state)
{
	struct bufs *b = *state;
	static const size_t sizes[] = { 0, 1, 100, 16384, 32768, 65536, 100000, 1000000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (int level = 0; level <= 9; level += 3) {
			lc_buf_clear(&b->plain);
			lc_buf_clear(&b->packed);
			add_member(b, sizes[i], i, level, NULL);
			check_same(b, SIZE_MAX, 65536);
		}
}

static void any_split_of_input_and_output_gives_the_same(void **state)
{
	struct bufs *b = *state;
	static const size_t steps[] = { 1, 2, 3, 7, 511, 4096, 65535, 65536, 65537 };

	add_member(b, 40000, 1, 6, NULL);
	add_member(b, 10, 2, 0, NULL);
	add_member(b, 0, 3, 6, NULL);
	add_member(b, 200000, 4, 1, &(struct pack_header){ .name = "n", .check = true });
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		for (size_t j = 0; j < sizeof(steps) / sizeof(*steps); j += 2)
			check_same(b, steps[i], steps[j]);
	check_same(b, 5, 1 << 20);
}

static void members_follow_one_another(void **state)
{
	struct bufs *b = *state;

	for (uint64_t i = 0; i < 50; i++)
		add_member(b, i * 37, i, (int)(i % 10), NULL);
	check_same(b, SIZE_MAX, 65536);
	check_same(b, 1, 65536);
}

/* As eStargz does: a member for each file and chunk, most of them tiny, at the end an empty one
 * with an extra field. */
static void thousands_of_tiny_members_come_back(void **state)
{
	struct bufs *b = *state;

	for (uint64_t i = 0; i < 4000; i++)
		add_member(b, i % 61, i, 9, NULL);
	add_member(b, 0, 0, 0, &(struct pack_header){ .extra = 26 });
	check_same(b, SIZE_MAX, 65536);
	check_same(b, 13, 3);
}

static void optional_header_fields_are_passed_over(void **state)
{
	struct bufs *b = *state;
	static const struct pack_header heads[] = {
		{ .name = "file.tar" },
		{ .name = "" },
		{ .comment = "no comment" },
		{ .extra = 1 },
		{ .extra = 65535 },
		{ .check = true },
		{ .name = "a", .comment = "b", .extra = 300, .check = true },
		{ .set_flags = 1 },
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		add_member(b, 1000, i, 6, &heads[i]);
	check_same(b, SIZE_MAX, 65536);
	check_same(b, 1, 65536);
}

static void a_wrong_header_checksum_is_malformed(void **state)
{
	struct bufs *b = *state;

	add_member(b, 10, 1, 6, &(struct pack_header){ .check = true, .wrong_check = true });
	check_fails(b, LC_EBAD, "checksum of the header");
}

static void reserved_flags_are_malformed(void **state)
{
	struct bufs *b = *state;

	for (uint8_t flag = 0x20; flag; flag = (uint8_t)(flag << 1)) {
		lc_buf_clear(&b->packed);
		add_member(b, 10, 1, 6, &(struct pack_header){ .set_flags = flag });
		check_fails(b, LC_EBAD, "reserved");
	}
}

static void another_method_is_unsupported(void **state)
{
	struct bufs *b = *state;

	add_member(b, 10, 1, 6, NULL);
	b->packed.p[2] = 7;
	check_fails(b, LC_EUNSUP, "method 7");
}

static void an_endless_name_hits_a_limit(void **state)
{
	struct bufs *b = *state;

	lc_buf_add(&b->packed, "\x1f\x8b\x08\x08\0\0\0\0\0\0", 10);
	memset(lc_buf_grow(&b->packed, 3 << 20), 'n', 3 << 20);
	check_fails(b, LC_ELIMIT, "too long");
}

static void zero_padding_behind_the_last_member_is_tolerated(void **state)
{
	struct bufs *b = *state;
	static const size_t zeros[] = { 1, 7, 512, 70000 };

	for (size_t i = 0; i < sizeof(zeros) / sizeof(*zeros); i++) {
		lc_buf_clear(&b->plain);
		lc_buf_clear(&b->packed);
		add_member(b, 100, 1, 6, NULL);
		memset(lc_buf_grow(&b->packed, zeros[i]), 0, zeros[i]);
		check_same(b, SIZE_MAX, 65536);
		check_same(b, 1, 65536);
	}
}

static void garbage_behind_the_last_member_is_malformed(void **state)
{
	struct bufs *b = *state;
	static const char *const tails[] = { "g", "garbage", "\x1f\x8c", "\x8b\x1f" };

	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		lc_buf_clear(&b->packed);
		add_member(b, 100, 1, 6, NULL);
		lc_buf_str(&b->packed, tails[i]);
		check_fails(b, LC_EBAD, "garbage");
	}
}

static void a_member_behind_padding_is_malformed(void **state)
{
	struct bufs *b = *state;

	add_member(b, 100, 1, 6, NULL);
	lc_buf_byte(&b->packed, 0);
	add_member(b, 100, 1, 6, NULL);
	check_fails(b, LC_EBAD, "behind the padding");
}

static void wrong_content_checksum_is_malformed(void **state)
{
	struct bufs *b = *state;

	add_member(b, 5000, 1, 6, NULL);
	for (size_t i = 0; i < 4; i++) {
		b->packed.p[b->packed.n - 8 + i] ^= 0x10;
		check_fails(b, LC_EBAD, "checksum of the content");
		b->packed.p[b->packed.n - 8 + i] ^= 0x10;
	}
	check_same(b, SIZE_MAX, 65536);
}

static void wrong_length_is_malformed(void **state)
{
	struct bufs *b = *state;

	add_member(b, 5000, 1, 6, NULL);
	for (size_t i = 0; i < 4; i++) {
		b->packed.p[b->packed.n - 4 + i] ^= 1;
		check_fails(b, LC_EBAD, "length of the content");
		b->packed.p[b->packed.n - 4 + i] ^= 1;
	}
}

static void the_content_is_given_before_its_wrong_checksum_is_told(void **state)
{
	struct bufs *b = *state;

	add_member(b, 100000, 1, 6, NULL);
	b->packed.p[b->packed.n - 5] ^= 1;
	for (size_t i = 0; engines[i]; i++) {
		assert_int_equal(run(b, engines[i], 1000, 777, NULL), LC_EBAD);
		assert_slice(lc_buf_get(&b->got), lc_buf_get(&b->plain));
	}
}

/* Two members: cuts are truncations everywhere but between them, where nothing is missing. */
static void a_cut_at_every_byte_is_truncation(void **state)
{
	struct bufs *b = *state;
	static const struct pack_header h = {
		.name = "x", .comment = "y", .extra = 5, .check = true
	};
	size_t first;

	add_member(b, 300, 1, 6, &h);
	first = b->packed.n;
	add_member(b, 200, 2, 6, NULL);
	for (size_t cut = 2; cut < b->packed.n; cut++)
		for (size_t i = 0; engines[i]; i++) {
			struct lc_slice part = lc_sub(lc_buf_get(&b->packed), 0, cut);
			lc_buf_clear(&b->got);
			int rc = unpack_with(engines[i], &lc_limits_default, part, 100, 50, &b->got,
					     NULL);
			assert_int_equal(rc, cut == first ? 0 : LC_ETRUNC);
			assert_true(lc_starts(lc_buf_get(&b->plain), lc_buf_get(&b->got)));
		}
}

/* Some bits mean nothing (padding behind the last block); none may give other content unnoticed. */
static void a_flipped_bit_never_gives_other_content(void **state)
{
	struct bufs *b = *state;

	size_t noticed = 0;

	add_member(b, 400, 7, 6, &(struct pack_header){ .check = true });
	for (size_t bit = 0; bit < b->packed.n * 8; bit++)
		for (size_t i = 0; engines[i]; i++) {
			uint8_t mask = (uint8_t)(1u << bit % 8);
			b->packed.p[bit / 8] ^= mask;
			int rc = run(b, engines[i], SIZE_MAX, 65536, NULL);
			b->packed.p[bit / 8] ^= mask;
			if (bit >= 16 && rc == 0) /* before, it is not gzip any more */
				assert_slice(lc_buf_get(&b->got), lc_buf_get(&b->plain));
			noticed += rc != 0;
		}
	assert_true(noticed > b->packed.n * 7);
}

static void a_failing_source_is_passed_on_and_stays(void **state)
{
	struct bufs *b = *state;
	struct lc_stream *s;
	struct drip d;
	uint8_t buf[1000];
	size_t n = 1;
	int rc = 0;

	add_member(b, 100000, 1, 6, NULL);
	drip_init(&d, lc_buf_get(&b->packed), 4096);
	d.fail_after = 50000;
	assert_int_equal(io_inflate_open(&d.base, &lc_limits_default, &s, NULL, NULL), 0);
	while (!rc && n)
		rc = lc_stream_read(s, buf, sizeof(buf), &n, NULL);
	assert_int_equal(rc, LC_EIO);
	for (int i = 0; i < 3; i++) {
		struct lc_err e = { 0 };
		assert_int_equal(lc_stream_read(s, buf, sizeof(buf), &n, &e), LC_EIO);
		assert_non_null(strstr(e.msg, "the source broke"));
		assert_int_equal(lc_stream_skip(s, 1, &e), LC_EIO);
	}
	lc_stream_close(s);
}

static void skipping_lands_on_the_same_byte(void **state)
{
	struct bufs *b = *state;
	uint64_t seed = 3;

	add_member(b, 300000, 1, 6, NULL);
	for (int round = 0; round < 30; round++) {
		size_t at = next_below(&seed, b->plain.n - 10);
		struct lc_stream *s;
		struct drip d;
		uint8_t buf[10];
		drip_init(&d, lc_buf_get(&b->packed), 1000);
		assert_int_equal(io_inflate_open(&d.base, &lc_limits_default, &s, NULL, NULL), 0);
		assert_int_equal(lc_stream_skip(s, at, NULL), 0);
		assert_int_equal(lc_stream_exact(s, buf, sizeof(buf), NULL), 0);
		assert_memory_equal(buf, b->plain.p + at, sizeof(buf));
		assert_int_equal(lc_stream_skip(s, b->plain.n, NULL), LC_ETRUNC);
		lc_stream_close(s);
	}
}

/* Deflate blocks made by hand, as no sane packer makes them. */
static void deflate_oddities_fare_alike_in_every_engine(void **state)
{
	struct bufs *b = *state;
	static const struct {
		const char *name;
		struct lc_slice bits;
		int rc;
	} rows[] = {
		{ "reserved block type", LC_S_INIT("\x07"), LC_EBAD },
		{ "stored length not repeated",
		  LC_S_INIT("\x01\x01\x00\x00\x00"
			    "a"),
		  LC_EBAD },
		{ "empty stored block, then the end", LC_S_INIT("\x00\x00\x00\xff\xff\x03\x00"),
		  0 },
		{ "distance before the start", LC_S_INIT("\x4b\x04\x22\x00"), LC_EBAD },
		{ "nothing", LC_S_INIT(""), LC_ETRUNC },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		lc_buf_clear(&b->packed);
		lc_buf_add(&b->packed, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
		lc_buf_slice(&b->packed, rows[i].bits);
		if (rows[i].rc != LC_ETRUNC)
			lc_buf_add(&b->packed, "\0\0\0\0\0\0\0\0", 8);
		for (size_t j = 0; engines[j]; j++) {
			int rc = run(b, engines[j], SIZE_MAX, 100, NULL);
			if (rc != rows[i].rc)
				fail_msg("%s, %s: %d", engines[j]->name, rows[i].name, rc);
		}
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(every_level_and_size_comes_back),
		T(any_split_of_input_and_output_gives_the_same),
		T(members_follow_one_another),
		T(thousands_of_tiny_members_come_back),
		T(optional_header_fields_are_passed_over),
		T(a_wrong_header_checksum_is_malformed),
		T(reserved_flags_are_malformed),
		T(another_method_is_unsupported),
		T(an_endless_name_hits_a_limit),
		T(zero_padding_behind_the_last_member_is_tolerated),
		T(garbage_behind_the_last_member_is_malformed),
		T(a_member_behind_padding_is_malformed),
		T(wrong_content_checksum_is_malformed),
		T(wrong_length_is_malformed),
		T(the_content_is_given_before_its_wrong_checksum_is_told),
		T(a_cut_at_every_byte_is_truncation),
		T(a_flipped_bit_never_gives_other_content),
		T(a_failing_source_is_passed_on_and_stays),
		T(skipping_lands_on_the_same_byte),
		T(deflate_oddities_fare_alike_in_every_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
