/* Sigstore bundles and envelopes: what parses as v0.3 is written back to the same meaning. */
#include "trust/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void write_twice(const struct bundle *b, struct lc_arena *a)
{
	struct bundle back;
	struct lc_buf one;
	struct lc_buf two;
	lc_buf_init(&one, 1 << 20);
	lc_buf_init(&two, 1 << 20);
	if (bundle_write(b, &one) || bundle_parse(lc_buf_get(&one), a, &back, NULL) ||
	    bundle_write(&back, &two) || !lc_eq(lc_buf_get(&one), lc_buf_get(&two)))
		__builtin_trap();
	lc_buf_done(&one);
	lc_buf_done(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_slice text = lc_slice_of(data, n);
	struct dsse_envelope v;
	struct lc_arena a;
	struct bundle b;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	if (bundle_parse(text, &a, &b, NULL) == 0 && b.version == BUNDLE_V03)
		write_twice(&b, &a);
	if (dsse_parse(text, &a, &v, NULL) == 0 && v.signatures_n > DSSE_SIGNATURES_MAX)
		__builtin_trap();
	lc_arena_done(&a);
	return 0;
}
