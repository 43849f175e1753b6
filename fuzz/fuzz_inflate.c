/* Inflate: every engine ends, within the limits, and both give the same bytes where both succeed.
 */
#include "io/inflate_impl.h"

#include <stdlib.h>

enum { OUT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run(const struct deflate_engine *engine, struct lc_slice in, struct lc_buf *out)
{
	struct lc_limits limits = lc_limits_default;
	struct lc_slice_stream from;
	struct lc_stream *s = NULL;
	uint8_t buf[5000];
	size_t n = 1;

	limits.layer_bytes_max = OUT_MAX;
	limits.window_bytes_max = OUT_MAX;
	lc_slice_stream_init(&from, in);
	int rc = inflate_open_with(engine, &from.base, &limits, &s, NULL, NULL);
	while (!rc && n > 0) {
		rc = lc_stream_read(s, buf, sizeof(buf), &n, NULL);
		if (!rc && lc_buf_add(out, buf, n))
			abort(); /* past the limit */
	}
	lc_stream_close(s);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_buf a;
	struct lc_buf b;

	lc_buf_init(&a, OUT_MAX);
	lc_buf_init(&b, OUT_MAX);
	int rc_a = run(NULL, lc_slice_of(data, size), &a);
	int rc_b = run(&deflate_zlib, lc_slice_of(data, size), &b);
	if (!rc_a && !rc_b && !lc_eq(lc_buf_get(&a), lc_buf_get(&b)))
		abort();
	lc_buf_done(&a);
	lc_buf_done(&b);
	return 0;
}
