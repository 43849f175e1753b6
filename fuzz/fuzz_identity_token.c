/* Identity tokens, whole and as claims alone: whoever is accepted is named and not expired. */
#include "format/base64.h"
#include "trust/identity_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const int64_t now = 1735689600;

static void read_token(struct lc_slice token)
{
	struct identity_claims c;
	struct lc_arena a;
	lc_arena_init(&a, 16 << 20);
	if (identity_token_read(token, LC_S("sigstore"), now, &a, &c, NULL) == 0 &&
	    (!c.name.n || !c.issuer.n || c.expires <= now))
		__builtin_trap();
	lc_arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_buf b;
	if (n > 32768)
		return 0;
	read_token(lc_slice_of(data, n));
	lc_buf_init(&b, 1 << 17);
	(void)lc_buf_str(&b, "e30.");
	(void)base64_encode(lc_slice_of(data, n), &b);
	if (lc_buf_str(&b, ".c2ln") == 0)
		read_token(lc_buf_get(&b));
	lc_buf_done(&b);
	return 0;
}
