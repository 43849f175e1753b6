#include "io/http_headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Header lines and the values that have a syntax; a challenge's text only gets shorter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct http_headers h = { 0 };
	struct http_challenge c;
	struct lc_slice rest = lc_slice_of(data, size);
	struct lc_slice line;
	uint64_t n[3];
	int64_t at;
	while (lc_line(&rest, &line) && http_headers_add(&h, line, &a, NULL) == 0)
		;
	for (size_t i = 0; i < h.n; i++) {
		struct lc_slice value = h.v[i].value;
		(void)http_date(value, &at);
		(void)http_retry_after(value, 0, n);
		if (http_content_range(value, &n[0], &n[1], &n[2]) && (n[1] < n[0] || n[1] >= n[2]))
			__builtin_trap();
		for (size_t left = value.n + 1; http_challenge_next(&value, &a, &c);
		     left = value.n) {
			if (value.n >= left)
				__builtin_trap();
		}
	}
	lc_arena_done(&a);
	return 0;
}
