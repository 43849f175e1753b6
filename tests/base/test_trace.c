#include "base/trace.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/shim.h"
#include "support/slice_assert.h"

enum { SPANS = 70000 };

static void costs_nothing_while_it_is_off(void **state)
{
	struct lc_trace_span s;
	struct lc_trace_event event;
	uint64_t dropped = 7;
	(void)state;
	lc_trace_begin(&s, LC_TRACE_READ, 1);
	assert_int_equal(s.name, LC_TRACE_OFF);
	assert_int_equal(s.start_ns, 0);
	lc_trace_busy(&s, lc_trace_now());
	lc_trace_end(&s, 5);
	assert_int_equal(lc_trace_count(&dropped), 0);
	assert_int_equal(dropped, 0);
	assert_false(lc_trace_get(0, &event));
}

static void span(void *ctx, size_t i)
{
	struct lc_trace_span s;
	lc_trace_begin(&s, LC_TRACE_LAYER, (int64_t)i);
	lc_trace_end(&s, i);
	(void)ctx;
}

static void spans_of_all_threads_are_kept_and_what_is_too_much_is_counted(void **state)
{
	uint64_t dropped = 0;
	(void)state;
	assert_int_equal(lc_trace_start(NULL), 0);
	assert_int_equal(lc_each(4, SPANS, span, NULL), 0);
	size_t n = lc_trace_count(&dropped);
	assert_int_equal(n + dropped, SPANS);
	assert_true(dropped > 0);
	for (size_t i = 0; i < n; i++) {
		struct lc_trace_event event;
		assert_true(lc_trace_get(i, &event));
		assert_int_equal(event.name, LC_TRACE_LAYER);
		assert_int_equal(event.bytes, event.number);
		assert_int_equal(event.busy_ns, -1);
		assert_true(event.thread < 4 && event.start_ns <= event.end_ns);
	}
	lc_trace_stop();
}

static void spans_of_a_child_are_seen(void **state)
{
	struct lc_trace_event event;
	struct lc_trace_span s;
	int status;
	(void)state;
	assert_int_equal(lc_trace_start(NULL), 0);
	pid_t pid = fork();
	if (pid == 0) {
		lc_trace_begin(&s, LC_TRACE_INFLATE, LC_TRACE_NO_NUMBER);
		lc_trace_end(&s, 11);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_true(lc_trace_get(0, &event));
	assert_string_equal(lc_trace_text(event.name), "inflate");
	assert_int_equal(event.bytes, 11);
	assert_false(lc_trace_get(1, &event));
	lc_trace_stop();
}

/* A child that was taken over writes what it likes; readers index and subtract. */
static void what_no_span_is_is_not_given(void **state)
{
	static const struct lc_trace_span lies[] = {
		{ .name = LC_TRACE_NAME_N },
		{ .name = (enum lc_trace_name)UINT32_MAX },
		{ .name = LC_TRACE_READ, .number = INT64_MIN },
		{ .name = LC_TRACE_READ, .number = INT64_MAX },
		{ .name = LC_TRACE_READ, .start_ns = -1 },
		{ .name = LC_TRACE_READ, .start_ns = INT64_MAX },
		{ .name = LC_TRACE_READ, .busy_ns = INT64_MIN },
		{ .name = LC_TRACE_READ, .busy_ns = INT64_MAX },
	};
	const size_t n = sizeof(lies) / sizeof(lies[0]);
	struct lc_trace_event event;
	(void)state;
	assert_int_equal(lc_trace_start(NULL), 0);
	for (size_t i = 0; i < n; i++) {
		struct lc_trace_span s = lies[i];
		lc_trace_end(&s, 1);
	}
	assert_int_equal(lc_trace_count(NULL), n);
	for (size_t i = 0; i < n; i++)
		assert_false(lc_trace_get(i, &event));
	lc_trace_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_nothing_while_it_is_off),
		cmocka_unit_test(spans_of_all_threads_are_kept_and_what_is_too_much_is_counted),
		cmocka_unit_test(spans_of_a_child_are_seen),
		cmocka_unit_test(what_no_span_is_is_not_given),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
