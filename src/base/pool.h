/*
 * Worker threads for jobs that are independent of one another (layers, files, advisories).
 *
 * A job owns its input and arena and writes its result to its own place; after that it touches
 * nothing. Jobs start in index order and may finish in any; callers read results after the run.
 */
#pragma once

#include "base/err.h"

typedef void (*lc_job_fn)(void *ctx, size_t index);

/**
 * Run fn(ctx, 0 … count-1) on up to threads threads, the caller's included, and wait for all.
 *
 * @param threads  0 means one per online processor; 1 runs everything in the caller
 * @return 0; never fails for want of threads: those that could be started do the work
 */
int lc_each(unsigned threads, size_t count, lc_job_fn fn, void *ctx);

/** Online processors this process may use, at least 1. */
unsigned lc_cpus(void);
