/*
 * Signing configurations: what is chosen is among what was listed, and as many as asked for; what
 * parses is written back to the same meaning.
 */
#include "trust/signing_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void choose(const struct signing_config *c, enum signing_kind k, struct lc_arena *a)
{
	static const int64_t times[] = { INT64_MIN, 0, 1735689600, INT64_MAX };
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct signing_services s = { 0 };
		if (signing_config_choose(c, k, times[i], a, &s, NULL))
			continue;
		if (s.n > c->of[k].n || (c->of[k].n && !s.n))
			__builtin_trap();
		for (size_t j = 0; j < s.n; j++)
			if (s.v[j].version != s.v[0].version ||
			    !trust_window_has(&s.v[j].valid, times[i]))
				__builtin_trap();
	}
}

static void write_twice(const struct signing_config *c, struct lc_arena *a)
{
	struct signing_config back;
	struct lc_buf one;
	struct lc_buf two;
	lc_buf_init(&one, 1 << 20);
	lc_buf_init(&two, 1 << 20);
	if (signing_config_write(c, &one) ||
	    signing_config_parse(lc_buf_get(&one), a, &back, NULL) ||
	    signing_config_write(&back, &two) || !lc_eq(lc_buf_get(&one), lc_buf_get(&two)))
		__builtin_trap();
	lc_buf_done(&one);
	lc_buf_done(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct signing_config c;
	struct lc_arena a;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	if (signing_config_parse(lc_slice_of(data, n), &a, &c, NULL) == 0) {
		for (unsigned k = 0; k < SIGNING_KIND_N; k++)
			choose(&c, (enum signing_kind)k, &a);
		write_twice(&c, &a);
	}
	lc_arena_done(&a);
	return 0;
}
