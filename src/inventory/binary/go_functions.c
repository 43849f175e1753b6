#include "inventory/binary/go_functions.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"

enum {
	BITS_SPARE = 12, /* one in 2^12 is taken for another */
	BITS_MAX = 60,
	ASKED_MAX = 256, /* at a time */
};

uint64_t go_function_hash(struct lc_slice package, struct lc_slice symbol)
{
	static const uint64_t key[2] = { 0x6c61637265000001, 0x676f66756e637300 };
	uint8_t text[GO_FUNCTION_BYTES_MAX + 1];
	size_t n = 0;
	if (package.n > GO_FUNCTION_BYTES_MAX || symbol.n > GO_FUNCTION_BYTES_MAX - package.n)
		return lc_siphash(package, key) ^ lc_siphash(symbol, key);
	if (package.n)
		memcpy(text, package.p, package.n);
	n = package.n;
	text[n++] = ' ';
	if (symbol.n)
		memcpy(text + n, symbol.p, symbol.n);
	return lc_siphash(lc_slice_of(text, n + symbol.n), key);
}

static int by_value(const void *va, const void *vb)
{
	const uint64_t a = *(const uint64_t *)va;
	const uint64_t b = *(const uint64_t *)vb;
	return (a > b) - (a < b);
}

struct lc_slice go_functions_pack(uint64_t *hashes, size_t n, struct lc_arena *a)
{
	struct lc_slice ret = { NULL, 0 };
	struct lc_buf b;
	unsigned bits = BITS_SPARE;
	while (bits < BITS_MAX && n >> (bits - BITS_SPARE))
		bits++;
	if (n)
		qsort(hashes, n, sizeof(*hashes), by_value);
	lc_buf_init(&b, n > (SIZE_MAX - 1) / 10 ? SIZE_MAX : 1 + n * 10);
	(void)lc_buf_byte(&b, (uint8_t)bits); /* sticky: looked at below */
	uint64_t last = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t v = hashes[i] >> (64 - bits);
		if (i == 0 || v != last)
			(void)lc_buf_uleb(&b, v - last);
		last = v;
	}
	if (lc_buf_err(&b) || lc_arena_dup(a, lc_buf_get(&b), &ret)) {
		a->err = a->err ? a->err : LC_ENOMEM;
		ret = lc_slice_of(NULL, 0);
	}
	lc_buf_done(&b);
	return ret;
}

/* ---- asking ---- */

struct asked {
	uint64_t v[ASKED_MAX];
	size_t n;
};

/* Both are sorted: one pass. */
static bool meets(struct lc_slice packed, struct asked *q)
{
	struct lc_rd rd = lc_rd_of(packed);
	unsigned bits = lc_rd_u8(&rd);
	if (bits < BITS_SPARE || bits > BITS_MAX)
		return true; /* not ours: nothing can be said to be missing */
	for (size_t i = 0; i < q->n; i++)
		q->v[i] >>= 64 - bits;
	if (q->n)
		qsort(q->v, q->n, sizeof(*q->v), by_value);
	uint64_t at = 0;
	for (size_t i = 0; lc_rd_left(&rd) && i < q->n;) {
		at += lc_rd_uleb(&rd);
		while (i < q->n && q->v[i] < at)
			i++;
		if (rd.bad || (i < q->n && q->v[i] == at))
			return true;
	}
	return false;
}

static bool ask(struct lc_slice packed, struct asked *q, struct lc_slice package,
		struct lc_slice symbol)
{
	q->v[q->n++] = go_function_hash(package, symbol);
	if (q->n < ASKED_MAX)
		return false;
	bool met = meets(packed, q);
	q->n = 0;
	return met;
}

enum go_linked go_functions_any(struct lc_slice packed, const struct lc_slice *symbols, size_t n)
{
	struct asked q = { .n = 0 };
	if (packed.n == 0 || n == 0)
		return GO_UNKNOWN;
	for (size_t i = 0; i < n; i++) {
		struct lc_slice rest = symbols[i];
		struct lc_slice package;
		struct lc_slice symbol;
		if (!lc_split(&rest, ' ', &package))
			return GO_UNKNOWN;
		if (!rest.p && ask(packed, &q, package, LC_S("")))
			return GO_LINKED;
		while (lc_split(&rest, ' ', &symbol)) {
			if (ask(packed, &q, package, symbol))
				return GO_LINKED;
		}
	}
	return meets(packed, &q) ? GO_LINKED : GO_NOT_LINKED;
}
