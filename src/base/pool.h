/*
 * Worker threads for jobs that are independent of one another (layers, files, advisories).
 *
 * A job owns its input and arena and writes its result to its own place; after that it touches
 * nothing. Jobs start in index order and may finish in any; callers read results after the run.
 */
#pragma once

#include <stdatomic.h>

#include "base/err.h"

typedef void (*lc_job_fn)(void *ctx, size_t index);

/**
 * Run fn(ctx, 0 … count-1) on up to threads threads, the caller's included, and wait for all.
 *
 * @param threads  0 means one per online processor; 1 runs everything in the caller
 * @return 0; never fails for want of threads: those that could be started do the work
 */
int lc_each(unsigned threads, size_t count, lc_job_fn fn, void *ctx);

/**
 * A processor that nobody uses, for a thread beside those of lc_each(): false when as many threads
 * work as may. The threads that lc_each() was last told to use are the measure (the processors,
 * before), and half as many more, since such threads wait for one another; with one there is none.
 * Give it back when the thread has ended.
 */
bool lc_spare_take(void);
void lc_spare_give(void);

/** Threads at work besides the first one, and how many there may be; 0: not asked yet. */
struct lc_spare_counts {
	atomic_int working, at_once;
};
/**
 * Count in memory that processes forked later share, so that all of them use the processors once;
 * NULL: in this process alone, as at first. To be called while there is one thread. What others
 * write there decides on how many threads work, and on nothing else.
 */
void lc_spare_share(struct lc_spare_counts *with);

/** Online processors this process may use, at least 1. */
unsigned lc_cpus(void);
