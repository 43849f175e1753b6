/* Exploit prediction scores. */
#include "fuzz_collector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf out;
	uint64_t records = 0;
	lc_buf_init(&out, FUZZ_TOLD_MAX);
	struct feed_collector c = fuzz_collector(&out);
	if (feed_epss(lc_slice_of(data, size), &c, &a, &records, &e) && !e.code)
		abort();
	lc_buf_done(&out);
	lc_arena_done(&a);
	return 0;
}
