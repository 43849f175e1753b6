#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "support/slice_assert.h"

enum { JOBS = 3000 };

static atomic_int done[JOBS];

static void mark(void *ctx, size_t index)
{
	atomic_size_t *sum = ctx;
	atomic_fetch_add(&done[index], 1);
	atomic_fetch_add(sum, index);
}

static void every_job_runs_once_on_any_number_of_threads(void **state)
{
	(void)state;
	static const unsigned threads[] = { 0, 1, 2, 3, 8, 1000 };
	static const size_t counts[] = { 0, 1, 2, 7, JOBS };
	for (size_t t = 0; t < 6; t++) {
		for (size_t c = 0; c < 5; c++) {
			atomic_size_t sum = 0;
			size_t n = counts[c];
			for (size_t i = 0; i < JOBS; i++)
				atomic_store(&done[i], 0);
			assert_int_equal(lc_each(threads[t], n, mark, &sum), 0);
			assert_int_equal(atomic_load(&sum), n ? n * (n - 1) / 2 : 0);
			for (size_t i = 0; i < JOBS; i++)
				assert_int_equal(atomic_load(&done[i]), i < n);
		}
	}
}

struct order {
	pthread_t caller;
	size_t next;
	bool elsewhere;
};

static void follow(void *ctx, size_t index)
{
	struct order *o = ctx;
	assert_int_equal(index, o->next);
	o->next++;
	o->elsewhere |= !pthread_equal(o->caller, pthread_self());
}

static void one_thread_means_the_caller_in_order(void **state)
{
	(void)state;
	struct order o = { .caller = pthread_self() };
	lc_each(1, 100, follow, &o);
	assert_int_equal(o.next, 100);
	assert_false(o.elsewhere);
}

static void meet(void *ctx, size_t index)
{
	(void)index;
	/* Both must be here at once, or this never ends. */
	pthread_barrier_wait(ctx);
}

static void two_threads_work_at_the_same_time(void **state)
{
	(void)state;
	pthread_barrier_t b;
	assert_int_equal(pthread_barrier_init(&b, NULL, 2), 0);
	assert_int_equal(lc_each(2, 2, meet, &b), 0);
	pthread_barrier_destroy(&b);
}

static void there_is_at_least_one_processor(void **state)
{
	(void)state;
	assert_in_range(lc_cpus(), 1, sysconf(_SC_NPROCESSORS_CONF));
}

static void affinity_counts(void **state)
{
	(void)state;
	cpu_set_t old;
	cpu_set_t one;
	assert_int_equal(sched_getaffinity(0, sizeof(old), &old), 0);
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, &old)) {
			CPU_SET(i, &one);
			break;
		}
	}
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(lc_cpus(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(old), &old), 0);
	assert_int_equal(lc_cpus(), CPU_COUNT(&old));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_runs_once_on_any_number_of_threads),
		cmocka_unit_test(one_thread_means_the_caller_in_order),
		cmocka_unit_test(two_threads_work_at_the_same_time),
		cmocka_unit_test(there_is_at_least_one_processor),
		cmocka_unit_test(affinity_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
