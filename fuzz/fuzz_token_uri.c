/* Names of keys on tokens: what is read is written and read again as the same, without its PIN. */
#include "crypt/token_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void same_again(struct token_uri *u, struct lc_arena *a)
{
	struct token_uri again = { 0 };
	struct lc_buf b;
	lc_buf_init(&b, (size_t)1 << 16);
	token_uri_wipe(u);
	if (token_uri_write(u, &b) ||
	    (b.n <= 4096 && token_uri_parse(lc_buf_get(&b), a, &again, NULL)))
		__builtin_trap();
	for (unsigned i = 0; b.n <= 4096 && i < TOKEN_ATTRIBUTE_N; i++)
		if (u->has[i] != again.has[i] || !lc_eq(u->v[i], again.v[i]))
			__builtin_trap();
	lc_buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_arena a = { 0 };
	struct token_uri u = { 0 };
	if (n > 8192)
		return 0;
	if (token_uri_parse(lc_slice_of(data, n), &a, &u, NULL) == 0)
		same_again(&u, &a);
	lc_arena_done(&a);
	return 0;
}
