#include "support/alloc_fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/shim.h"

/* A parse of a test's small input that needs more than this will never end. */
enum { RUNS_MAX = 1000000 };

static const struct lc_shim *before;
static struct lc_shim table;
static size_t fail_at;
static size_t count;
static bool happened;

static void *failing_alloc(void *ctx, void *old, size_t n)
{
	if (++count == fail_at) {
		happened = true;
		return NULL;
	}
	return before->alloc(ctx, old, n);
}

void alloc_fail_at(size_t n)
{
	if (!before) {
		before = lc_shim;
		table = *before;
		table.alloc = failing_alloc;
		lc_shim = &table;
	}
	fail_at = n;
	count = 0;
	happened = false;
}

bool alloc_fail_happened(void)
{
	return happened;
}

size_t alloc_fail_count(void)
{
	return count;
}

void alloc_fail_reset(void)
{
	if (before)
		lc_shim = before;
	before = NULL;
	fail_at = 0;
	count = 0;
	happened = false;
}

size_t alloc_fail_each(int (*fn)(void *ctx), void *ctx)
{
	for (size_t n = 1; n < RUNS_MAX; n++) {
		alloc_fail_at(n);
		int r = fn(ctx);
		bool failed = alloc_fail_happened();
		alloc_fail_reset();
		if (failed && r == 0)
			fail_msg("allocation %zu failed and nothing was reported", n);
		if (!failed && r)
			fail_msg("error %d though no allocation failed", r);
		if (!failed)
			return n - 1;
	}
	fail_msg("still failing at allocation %d", RUNS_MAX);
	return 0;
}
