/* The end of a cache's entry: what is accepted is written back as it was. */
#include <stdlib.h>

#include "scan/cache_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cache_trailer t;
	struct lc_buf again;
	struct lc_slice all = lc_slice_of(data, size);
	struct lc_slice tail =
		lc_skip(all, size < CACHE_TRAILER_BYTES ? 0 : size - CACHE_TRAILER_BYTES);
	if (cache_trailer_read(tail, size, &t, NULL))
		return 0;
	lc_buf_init(&again, CACHE_TRAILER_BYTES);
	cache_trailer_write(&again, t.facts, &t.stats);
	/* Behind a digest shorter than its field there may be anything: the MAC covers it. */
	if (again.n != t.authentic.n || t.facts + CACHE_TRAILER_BYTES != size ||
	    memcmp(again.p, t.authentic.p, again.n - DIGEST_BYTES_MAX) != 0)
		abort();
	(void)inv_facts_troubles(lc_sub(all, 0, (size_t)t.facts)); /* must not crash */
	lc_buf_done(&again);
	return 0;
}
