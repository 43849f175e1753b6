/*
 * Make allocations through the shim fail, one by one.
 *
 * The table in use is kept and only its alloc replaced, so this goes together with shim_fake when
 * that is set first. Counts are per process: not for tests that allocate in several threads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** From now on the n-th allocation fails, once; 0 is never. Starts counting anew. */
void alloc_fail_at(size_t n);
/** True once an allocation was made to fail since alloc_fail_at(). */
bool alloc_fail_happened(void);
/** Allocations since alloc_fail_at(), the failed one included. */
size_t alloc_fail_count(void);
/** Put the table back that was in use before. */
void alloc_fail_reset(void);

/**
 * Run fn(ctx) with the first, second, third … allocation failing, until one run needs no failure.
 *
 * The test fails when fn gives 0 though an allocation failed, or an error though none did. fn must
 * release what it holds in either case, so that the leak checker sees what is lost.
 *
 * @return how many allocations were made to fail; a caller checks that it is not 0
 */
size_t alloc_fail_each(int (*fn)(void *ctx), void *ctx);
