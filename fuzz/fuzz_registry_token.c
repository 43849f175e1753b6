#include "oci/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A token server's answer: what is taken is fit for a header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct lc_slice token;
	if (registry_token_parse(lc_slice_of(data, size), &a, &token, NULL) == 0) {
		for (size_t i = 0; i < token.n; i++) {
			if (token.p[i] <= 0x20 || token.p[i] >= 0x7f)
				__builtin_trap();
		}
	}
	lc_arena_done(&a);
	return 0;
}
