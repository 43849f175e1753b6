/* OSV records: whatever they hold, they are taken, passed over or refused with a reason. */
#include <stdlib.h>

#include "fuzz_collector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf out;
	enum feed_outcome outcome = FEED_TAKEN;
	lc_buf_init(&out, FUZZ_TOLD_MAX);
	struct feed_collector c = fuzz_collector(&out);
	if (feed_osv(lc_slice_of(data, size), &c, &a, &outcome, &e) == 0 &&
	    (outcome == FEED_BROKEN) != (e.code != 0))
		abort();
	lc_buf_done(&out);
	lc_arena_done(&a);
	return 0;
}
