#include "packing.h"

#include <pthread.h>
#include <unistd.h>

#include "base/shim.h"
#include "support/slice_assert.h"

enum { CAP = 64 << 20, MIB = 1 << 20 };

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

static int run(struct bufs *b, size_t step, size_t piece, struct lc_err *e)
{
	lc_buf_clear(&b->got);
	return unpack_with(NULL, &lc_limits_default, lc_buf_get(&b->packed), step, piece, &b->got,
			   e);
}

static void check_same(struct bufs *b, size_t step, size_t piece)
{
	struct lc_err e = { 0 };

	if (run(b, step, piece, &e))
		fail_msg("%s", e.msg);
	assert_slice(lc_buf_get(&b->got), lc_buf_get(&b->plain));
}

static void check_fails(struct bufs *b, int code, const char *text)
{
	struct lc_err e = { 0 };

	assert_int_equal(run(b, SIZE_MAX, 65536, &e), code);
	assert_non_null(strstr(e.msg, text));
}

static void add_frame(struct bufs *b, size_t n, uint64_t seed, int window_log)
{
	size_t at = b->plain.n;

	pack_sample(&b->plain, n, seed);
	pack_zstd(&b->packed, lc_skip(lc_buf_get(&b->plain), at), window_log);
}

static void frames_and_skippable_frames_follow_one_another(void **state)
{
	struct bufs *b = *state;

	pack_zstd_skippable(&b->packed, 0);
	add_frame(b, 1000, 1, 0);
	pack_zstd_skippable(&b->packed, 100000);
	add_frame(b, 0, 2, 0);
	add_frame(b, 300000, 3, 17);
	pack_zstd_skippable(&b->packed, 17);
	check_same(b, SIZE_MAX, 65536);
	check_same(b, SIZE_MAX, 1 << 20);
}

static void any_split_of_input_and_output_gives_the_same(void **state)
{
	struct bufs *b = *state;
	static const size_t steps[] = { 1, 2, 3, 17, 18, 19, 4096, 65536 };

	add_frame(b, 20000, 1, 0);
	pack_zstd_skippable(&b->packed, 5);
	add_frame(b, 90000, 2, 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		for (size_t j = 0; j < sizeof(steps) / sizeof(*steps); j += 2)
			check_same(b, steps[i], steps[j]);
}

/* Cuts are truncations but where a frame has just ended. */
static void a_cut_at_every_byte_is_truncation(void **state)
{
	struct bufs *b = *state;
	size_t ends[2];

	add_frame(b, 300, 1, 0);
	ends[0] = b->packed.n;
	pack_zstd_skippable(&b->packed, 30);
	ends[1] = b->packed.n;
	add_frame(b, 200, 2, 0);
	for (size_t cut = 4; cut < b->packed.n; cut++) {
		struct lc_slice part = lc_sub(lc_buf_get(&b->packed), 0, cut);
		bool whole = cut == ends[0] || cut == ends[1];
		lc_buf_clear(&b->got);
		int rc = unpack_with(NULL, &lc_limits_default, part, 100, 50, &b->got, NULL);
		if (rc != (whole ? 0 : LC_ETRUNC))
			fail_msg("cut at %zu: %d", cut, rc);
		assert_true(lc_starts(lc_buf_get(&b->plain), lc_buf_get(&b->got)));
	}
}

static void garbage_behind_the_last_frame_is_malformed(void **state)
{
	struct bufs *b = *state;
	static const struct lc_slice tails[] = {
		LC_S_INIT("g"),
		LC_S_INIT("\0"),
		LC_S_INIT("\x28\xb6"),
		LC_S_INIT("\x50\x2b"),
		LC_S_INIT("\x1f\x8b\x08\0\0\0\0\0\0\x03"),
		LC_S_INIT("\0\0\0\0\0\0\0\0"),
	};

	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		lc_buf_clear(&b->packed);
		add_frame(b, 100, 1, 0);
		lc_buf_slice(&b->packed, tails[i]);
		check_fails(b, LC_EBAD, "garbage");
	}
}

static void a_skippable_frame_before_lz4_is_unsupported(void **state)
{
	struct bufs *b = *state;

	pack_zstd_skippable(&b->packed, 3);
	lc_buf_add(&b->packed, "\x04\x22\x4d\x18\0\0\0\0\0\0", 10);
	check_fails(b, LC_EUNSUP, "lz4");
}

static void a_damaged_block_or_checksum_is_malformed(void **state)
{
	struct bufs *b = *state;

	add_frame(b, 3000, 1, 0);
	b->packed.p[b->packed.n - 1] ^= 1;
	check_fails(b, LC_EBAD, "damaged");
	b->packed.p[b->packed.n - 1] ^= 1;
	b->packed.p[b->packed.n / 2] ^= 1;
	check_fails(b, LC_EBAD, "damaged");
}

static void a_dictionary_is_unsupported(void **state)
{
	struct bufs *b = *state;

	lc_buf_add(&b->packed, "\x28\xb5\x2f\xfd\x01\x50\x07\x01\0\0", 10);
	check_fails(b, LC_EUNSUP, "dictionary");
}

static int run_window(struct bufs *b, uint64_t max, struct lc_err *e)
{
	struct lc_limits l = lc_limits_default;

	l.window_bytes_max = max;
	lc_buf_clear(&b->got);
	return unpack_with(NULL, &l, lc_buf_get(&b->packed), SIZE_MAX, 65536, &b->got, e);
}

static void a_window_over_the_limit_is_refused_before_its_memory_is_taken(void **state)
{
	struct bufs *b = *state;
	struct lc_err e = { 0 };

	add_frame(b, 2 * MIB, 1, 21);
	assert_int_equal(run_window(b, 2 * MIB - 1, &e), LC_ELIMIT);
	assert_non_null(strstr(e.msg, "window"));
	assert_int_equal(b->got.n, 0);
	assert_int_equal(run_window(b, 2 * MIB, &e), 0);
	assert_slice(lc_buf_get(&b->got), lc_buf_get(&b->plain));
}

/* Descriptor 0, window byte 0xff: 2^41 + 7/8 of it. And a single segment of 2^62 bytes. */
static void giant_windows_are_refused(void **state)
{
	struct bufs *b = *state;

	lc_buf_add(&b->packed, "\x28\xb5\x2f\xfd\x00\xff\x01\0\0\0\0\0", 12);
	check_fails(b, LC_ELIMIT, "window");
	lc_buf_clear(&b->packed);
	lc_buf_add(&b->packed, "\x28\xb5\x2f\xfd\xe0\0\0\0\0\0\0\0\x40\x01\0\0", 16);
	check_fails(b, LC_ELIMIT, "window");
}

static void a_window_of_128_mib_is_read_by_default(void **state)
{
	struct bufs *b = *state;

	add_frame(b, 100000, 1, 27);
	check_same(b, SIZE_MAX, 65536);
}

struct large {
	struct drip d;
	struct lc_stream *s;
};

static void open_large(struct large *l, struct lc_slice packed, const struct lc_limits *limits)
{
	drip_init(&l->d, packed, 1000);
	assert_int_equal(io_inflate_open(&l->d.base, limits, &l->s, NULL, NULL), 0);
}

static void one_thread_may_hold_two_large_windows(void **state)
{
	struct bufs *b = *state;
	struct large l[2];
	uint8_t buf[1000];
	size_t n[2] = { 1, 1 };
	uint64_t total = 0;

	add_frame(b, 200000, 1, 24);
	open_large(&l[0], lc_buf_get(&b->packed), &lc_limits_default);
	open_large(&l[1], lc_buf_get(&b->packed), &lc_limits_default);
	while (n[0] || n[1])
		for (int i = 0; i < 2; i++) {
			assert_int_equal(lc_stream_read(l[i].s, buf, sizeof(buf), &n[i], NULL), 0);
			total += n[i];
		}
	lc_stream_close(l[0].s);
	lc_stream_close(l[1].s);
	assert_true(total == 2 * b->plain.n);
}

struct other {
	struct lc_slice packed;
	struct lc_limits limits;
	int rc;
	bool done; /* atomic by the builtins */
};

static void *read_in_thread(void *ctx)
{
	struct other *o = ctx;
	struct lc_buf got;

	lc_buf_init(&got, CAP);
	o->rc = unpack_with(NULL, &o->limits, o->packed, SIZE_MAX, 65536, &got, NULL);
	lc_buf_done(&got);
	__atomic_store_n(&o->done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static void another_thread_waits_for_its_turn(void **state)
{
	struct bufs *b = *state;
	struct large mine;
	struct other o = { .limits = lc_limits_default };
	pthread_t thread;
	uint8_t byte;

	add_frame(b, 200000, 1, 24);
	o.packed = lc_buf_get(&b->packed);
	open_large(&mine, o.packed, &lc_limits_default);
	assert_int_equal(lc_stream_exact(mine.s, &byte, 1, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_in_thread, &o), 0);
	usleep(100000);
	assert_false(__atomic_load_n(&o.done, __ATOMIC_SEQ_CST));
	lc_stream_close(mine.s);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(o.rc, 0);
}

static void waiting_ends_at_the_deadline(void **state)
{
	struct bufs *b = *state;
	struct large mine;
	struct other o = { .limits = lc_limits_default };
	pthread_t thread;
	uint8_t byte;

	add_frame(b, 200000, 1, 24);
	o.packed = lc_buf_get(&b->packed);
	open_large(&mine, o.packed, &lc_limits_default);
	assert_int_equal(lc_stream_exact(mine.s, &byte, 1, NULL), 0);
	o.limits.deadline_ns = lc_ticks_ns() + 100 * 1000 * 1000;
	assert_int_equal(pthread_create(&thread, NULL, read_in_thread, &o), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(o.rc, LC_ECANCEL);
	lc_stream_close(mine.s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(frames_and_skippable_frames_follow_one_another),
		T(any_split_of_input_and_output_gives_the_same),
		T(a_cut_at_every_byte_is_truncation),
		T(garbage_behind_the_last_frame_is_malformed),
		T(a_skippable_frame_before_lz4_is_unsupported),
		T(a_damaged_block_or_checksum_is_malformed),
		T(a_dictionary_is_unsupported),
		T(a_window_over_the_limit_is_refused_before_its_memory_is_taken),
		T(giant_windows_are_refused),
		T(a_window_of_128_mib_is_read_by_default),
		T(one_thread_may_hold_two_large_windows),
		T(another_thread_waits_for_its_turn),
		T(waiting_ends_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
