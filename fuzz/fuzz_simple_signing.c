/* Payloads of simple signing: what is read is written and read back to the same claim. */
#include "trust/simple_signing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct simple_signing s;
	struct simple_signing back;
	struct lc_arena a;
	struct lc_buf b;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	lc_buf_init(&b, 1 << 20);
	if (simple_signing_parse(lc_slice_of(data, n), &a, &s, NULL) == 0) {
		if (simple_signing_write(s.reference, &s.digest, NULL, 0, &a, &b) ||
		    simple_signing_parse(lc_buf_get(&b), &a, &back, NULL) ||
		    simple_signing_check(&back, &s.digest, NULL, 0, NULL))
			__builtin_trap();
	}
	lc_buf_done(&b);
	lc_arena_done(&a);
	return 0;
}
