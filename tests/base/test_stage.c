#include "base/stage.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/arith.h"
#include "base/pool.h"
#include "base/shim.h"
#include "support/slice_assert.h"

enum { LONG = 5 * 1024 * 1024 + 77, SHORT = 100 * 1000 };

/* Gives size bytes that follow from their place, in pieces; then its end or a failure. */
struct source {
	struct lc_stream base;
	uint64_t at, size;
	size_t piece;
	int fails;
	const void *owner;   /* of the last read */
	atomic_bool foreign; /* some read was on a thread other than this one */
	pthread_t home;
	uint8_t lent[4096];
};

static uint8_t byte_at(uint64_t i)
{
	return (uint8_t)(i * 31 + (i >> 9));
}

static int source_read(struct lc_stream *base, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct source *s = (struct source *)base;
	s->owner = lc_stage_owner();
	if (!pthread_equal(s->home, pthread_self()))
		atomic_store(&s->foreign, true);
	if (s->at == s->size && s->fails)
		return lc_fail(e, s->fails, "broken at %llu", (unsigned long long)s->at);
	n = (size_t)lc_min64(lc_min(n, s->piece), s->size - s->at);
	for (size_t i = 0; i < n; i++)
		((uint8_t *)buf)[i] = byte_at(s->at + i);
	s->at += n;
	*ret_n = n;
	return 0;
}

static int source_lend(struct lc_stream *base, struct lc_slice *ret, struct lc_err *e)
{
	struct source *s = (struct source *)base;
	size_t n = 0;
	int rc = source_read(base, s->lent, sizeof(s->lent), &n, e);
	*ret = lc_slice_of(s->lent, n);
	return rc;
}

static struct source *source_new(uint64_t size, size_t piece, bool lends)
{
	struct source *s = lc_alloc0(1, sizeof(*s));
	assert_non_null(s);
	s->base = (struct lc_stream){ .read = source_read, .lend = lends ? source_lend : NULL };
	s->size = size;
	s->piece = piece;
	s->home = pthread_self();
	return s;
}

static void nothing(void *ctx, size_t i)
{
	(void)ctx;
	(void)i;
}

/* As many processors as the test says. */
static void pretend_cpus(unsigned n)
{
	(void)lc_each(n, 0, nothing, NULL); /* always 0 */
}

static struct lc_stream *open_stage(struct source *s, bool allowed)
{
	struct lc_stream *stage = NULL;
	assert_int_equal(lc_stage_open(&s->base, LC_TRACE_READ, 3, &stage, NULL), 0);
	if (allowed)
		lc_stage_allow(stage);
	return stage;
}

static void expect_bytes(const uint8_t *p, size_t n, uint64_t at)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != byte_at(at + i))
			fail_msg("byte %llu is wrong", (unsigned long long)(at + i));
}

/* To the end, by turns reading n bytes and borrowing. How many bytes there were. */
static uint64_t read_all(struct lc_stream *stage, size_t n, bool lend, int *ret_rc)
{
	static uint8_t buf[300000];
	uint64_t total = 0;
	for (unsigned turn = 0;; turn++) {
		struct lc_slice got = { buf, 0 };
		if (lend && turn % 2)
			*ret_rc = stage->lend(stage, &got, NULL);
		else
			*ret_rc = lc_stream_read(stage, buf, n, &got.n, NULL);
		if (*ret_rc || got.n == 0)
			return total;
		expect_bytes(got.p, got.n, total);
		total += got.n;
	}
}

static void gives_the_same_bytes_however_it_is_read(void **state)
{
	static const size_t reads[] = { 511, 65536, 131072, 300000 };
	static const size_t pieces[] = { 4000, 1 << 20 };
	(void)state;
	for (unsigned i = 0; i < 4 * 2 * 2 * 2; i++) {
		struct source *s = source_new(LONG, pieces[i / 4 % 2], i / 8 % 2);
		int rc = -1;
		pretend_cpus(8);
		struct lc_stream *stage = open_stage(s, true);
		assert_int_equal(read_all(stage, reads[i % 4], i / 16, &rc), LONG);
		assert_int_equal(rc, 0);
		assert_int_equal(read_all(stage, 100, true, &rc), 0);
		assert_int_equal(rc, 0);
		lc_stream_close(stage);
		assert_true(atomic_load(&s->foreign));
		lc_free(s);
	}
}

static void threads_start_for_long_streams_on_spare_processors_alone(void **state)
{
	static const struct {
		uint64_t size;
		unsigned cpus;
		bool allowed, want;
	} cases[] = {
		{ LONG, 4, true, true },
		{ SHORT, 4, true, false },
		{ LONG, 4, false, false },
		{ LONG, 1, true, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source *s = source_new(cases[i].size, 1 << 20, false);
		int rc;
		pretend_cpus(cases[i].cpus);
		struct lc_stream *stage = open_stage(s, cases[i].allowed);
		assert_int_equal(read_all(stage, 70000, false, &rc), cases[i].size);
		lc_stream_close(stage);
		assert_int_equal(atomic_load(&s->foreign), cases[i].want);
		lc_free(s);
	}
}

static void a_failure_comes_behind_the_bytes_and_stays(void **state)
{
	(void)state;
	for (unsigned cpus = 1; cpus < 5; cpus += 3) {
		struct source *s = source_new(LONG, 50000, false);
		struct lc_err e = { 0 };
		size_t n;
		int rc;
		uint8_t byte;
		s->fails = LC_EBAD;
		pretend_cpus(cpus);
		struct lc_stream *stage = open_stage(s, true);
		assert_int_equal(read_all(stage, 70000, true, &rc), LONG);
		assert_int_equal(rc, LC_EBAD);
		assert_int_equal(lc_stream_read(stage, &byte, 1, &n, &e), LC_EBAD);
		assert_string_equal(e.msg, "broken at 5242957");
		lc_stream_close(stage);
		lc_free(s);
	}
}

static void closing_early_stops_a_thread_that_waits(void **state)
{
	(void)state;
	for (uint64_t stop = 0; stop < LONG; stop += 400000) {
		struct source *s = source_new((uint64_t)1 << 40, 1 << 20, false);
		pretend_cpus(4);
		struct lc_stream *stage = open_stage(s, true);
		assert_int_equal(lc_stream_skip(stage, stop, NULL), 0);
		lc_stream_close(stage);
		assert_true(s->at < stop + 3000000); /* the ring is bounded */
		lc_free(s);
	}
}

static void its_thread_works_for_whoever_opened_it(void **state)
{
	struct source *s = source_new(LONG, 1 << 20, false);
	int rc;
	(void)state;
	pretend_cpus(4);
	struct lc_stream *inner = open_stage(s, true);
	struct lc_stream *outer = NULL;
	assert_int_equal(lc_stage_open(inner, LC_TRACE_INFLATE, 0, &outer, NULL), 0);
	lc_stage_allow(outer);
	assert_int_equal(read_all(outer, 70000, false, &rc), LONG);
	lc_stream_close(outer);
	lc_stream_close(inner);
	assert_true(atomic_load(&s->foreign));
	assert_ptr_equal(s->owner, lc_stage_owner());
	lc_free(s);
}

static void spare_processors_are_counted(void **state)
{
	(void)state;
	pretend_cpus(1);
	assert_false(lc_spare_take());
	pretend_cpus(2);
	assert_true(lc_spare_take());
	assert_true(lc_spare_take());
	assert_false(lc_spare_take());
	lc_spare_give();
	assert_true(lc_spare_take());
	lc_spare_give();
	lc_spare_give();
}

static void no_others_count_makes_more_threads_than_there_may_be(void **state)
{
	struct lc_spare_counts shared = { 0 };
	(void)state;
	lc_spare_share(&shared);
	atomic_store(&shared.at_once, 1 << 20);
	atomic_store(&shared.working, 1000);
	assert_false(lc_spare_take());
	atomic_store(&shared.at_once, INT_MIN);
	assert_false(lc_spare_take());
	assert_int_equal(atomic_load(&shared.working), 1000);
	atomic_store(&shared.working, 0);
	atomic_store(&shared.at_once, 1);
	lc_spare_share(NULL);
}

static void its_work_is_traced(void **state)
{
	struct source *s = source_new(LONG, 1 << 20, false);
	struct lc_trace_event event;
	int rc;
	(void)state;
	assert_int_equal(lc_trace_start(NULL), 0);
	pretend_cpus(4);
	struct lc_stream *stage = open_stage(s, true);
	assert_int_equal(read_all(stage, 70000, false, &rc), LONG);
	lc_stream_close(stage);
	assert_int_equal(lc_trace_count(NULL), 1);
	assert_true(lc_trace_get(0, &event));
	assert_string_equal(lc_trace_text(event.name), "read");
	assert_int_equal(event.number, 3);
	assert_true(event.bytes > LONG / 2 && event.bytes < LONG);
	assert_true(event.busy_ns >= 0 && event.busy_ns <= event.end_ns - event.start_ns);
	lc_trace_stop();
	lc_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_same_bytes_however_it_is_read),
		cmocka_unit_test(threads_start_for_long_streams_on_spare_processors_alone),
		cmocka_unit_test(a_failure_comes_behind_the_bytes_and_stays),
		cmocka_unit_test(closing_early_stops_a_thread_that_waits),
		cmocka_unit_test(its_thread_works_for_whoever_opened_it),
		cmocka_unit_test(spare_processors_are_counted),
		cmocka_unit_test(no_others_count_makes_more_threads_than_there_may_be),
		cmocka_unit_test(its_work_is_traced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
