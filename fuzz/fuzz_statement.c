/* in-toto statements. */
#include "trust/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_slice text = lc_slice_of(data, n);
	struct statement s;
	struct digest d;
	struct lc_arena a;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	if (statement_parse(text, &a, &s, NULL) == 0 &&
	    digest_of(DIGEST_SHA256, text, &d, NULL) == 0 && statement_is_about(&s, &d, 1))
		__builtin_trap(); /* a text with its own digest in it */
	lc_arena_done(&a);
	return 0;
}
