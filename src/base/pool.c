#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/arith.h"

enum { THREADS_MAX = 256 };

static struct lc_spare_counts own;
static struct lc_spare_counts *counts = &own; /* set before threads start */

struct run {
	atomic_size_t next;
	size_t count;
	lc_job_fn fn;
	void *ctx;
};

static void *work(void *arg)
{
	struct run *r = arg;
	for (;;) {
		size_t i = atomic_fetch_add_explicit(&r->next, 1, memory_order_relaxed);
		if (i >= r->count)
			break;
		r->fn(r->ctx, i);
	}
	lc_spare_give();
	return NULL;
}

/* Start up to n threads into ids; how many were started. Signals stay with the caller's thread. */
static unsigned start(struct run *r, pthread_t *ids, unsigned n)
{
	sigset_t all;
	sigset_t old;
	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old); /* fails for a wrong first argument only */
	unsigned started = 0;
	atomic_fetch_add(&counts->working, (int)n);
	while (started < n && pthread_create(&ids[started], NULL, work, r) == 0)
		started++;
	atomic_fetch_sub(&counts->working, (int)(n - started));
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return started;
}

int lc_each(unsigned threads, size_t count, lc_job_fn fn, void *ctx)
{
	struct run r = { .count = count, .fn = fn, .ctx = ctx };
	pthread_t ids[THREADS_MAX];
	unsigned n = threads ? threads : lc_cpus();
	atomic_store(&counts->at_once, (int)lc_min(n, THREADS_MAX));
	if (n > count)
		n = (unsigned)count;
	if (n > THREADS_MAX)
		n = THREADS_MAX;
	unsigned started = n > 1 ? start(&r, ids, n - 1) : 0;
	work(&r);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(ids[i], NULL); /* ids of ours, joined once */
	atomic_fetch_add(&counts->working, 1);    /* the caller's, which work() gave back */
	return 0;
}

void lc_spare_share(struct lc_spare_counts *with)
{
	struct lc_spare_counts *from = counts;
	counts = with ? with : &own;
	if (counts == from)
		return;
	atomic_store(&counts->working, atomic_load(&from->working));
	atomic_store(&counts->at_once, atomic_load(&from->at_once));
}

bool lc_spare_take(void)
{
	int cpus = atomic_load(&counts->at_once);
	if (cpus < 1 || cpus > THREADS_MAX) /* not asked yet, or no word of ours */
		cpus = (int)lc_min(lc_cpus(), THREADS_MAX);
	int most = cpus == 1 ? 0 : cpus + cpus / 2 - 1;
	if (atomic_fetch_add(&counts->working, 1) < most)
		return true;
	atomic_fetch_sub(&counts->working, 1);
	return false;
}

void lc_spare_give(void)
{
	atomic_fetch_sub(&counts->working, 1);
}

unsigned lc_cpus(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	int n = 0;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	if (n < 1) /* more processors than cpu_set_t has bits */
		n = (int)sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : (unsigned)n;
}
