#include "content.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 1024, WORD_MAX = 11, OPS = 256, OP_BYTES = 4 };

uint64_t bench_next(struct bench_random *r)
{
	uint64_t x = r->state; /* xorshift64*, Vigna 2016 */
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->state = x;
	return x * UINT64_C(0x2545f4914f6cdd1d);
}

uint64_t bench_below(struct bench_random *r, uint64_t n)
{
	return (bench_next(r) >> 11) % n;
}

/* Few words are frequent, most are rare, as in a language. */
static size_t rank(struct bench_random *r, size_t n)
{
	uint64_t bits = 1 + bench_below(r, 10);
	return (size_t)(bench_next(r) >> 40) % (n >> (10 - bits));
}

struct words {
	uint8_t text[WORDS][WORD_MAX + 1]; /* with a blank behind */
	uint8_t len[WORDS];
};

static const struct words *words_of_all(void)
{
	static const char letters[] = "etaoinshrdlucmfwypvbgkqjxz";
	static struct words all;
	struct bench_random r = { UINT64_C(0x9e3779b97f4a7c15) };
	for (size_t w = 0; w < WORDS && !all.len[WORDS - 1]; w++) {
		size_t n = 2 + (size_t)bench_below(&r, WORD_MAX - 3);
		for (size_t i = 0; i < n; i++)
			all.text[w][i] = (uint8_t)letters[rank(&r, 1024) % (sizeof(letters) - 1)];
		all.text[w][n] = ' ';
		all.len[w] = (uint8_t)(n + 1);
	}
	return &all;
}

/* What stood before comes again, as phrases and idioms do; how much of it was put. */
static size_t put_again(struct bench_random *r, uint8_t *to, size_t at, size_t n)
{
	enum { NEAR = 8000 };
	size_t k = 12 + (size_t)bench_below(r, 52);
	if (at < NEAR || k > n - at)
		return 0;
	memcpy(to + at, to + at - NEAR + (size_t)bench_below(r, NEAR - 64), k);
	return k;
}

static void fill_text(struct bench_random *r, uint8_t *to, size_t n)
{
	const struct words *all = words_of_all();
	for (size_t at = 0; at < n;) {
		size_t again = bench_below(r, 4) == 0 ? put_again(r, to, at, n) : 0;
		if (again) {
			at += again;
			continue;
		}
		size_t w = rank(r, WORDS);
		size_t k = all->len[w] > n - at ? n - at : all->len[w];
		memcpy(to + at, all->text[w], k);
		at += k;
		if ((w & 15) == 3)
			to[at - 1] = '\n';
	}
}

/* Instructions that come again with other operands. */
static void fill_code(struct bench_random *r, uint8_t *to, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t again = bench_below(r, 6) == 0 ? put_again(r, to, at, n) : 0;
		if (again) {
			at += again;
			continue;
		}
		uint64_t op = rank(r, 1024) % OPS * UINT64_C(0x9e3779b97f4a7c15);
		uint8_t b[OP_BYTES] = { (uint8_t)(op >> 32), (uint8_t)(op >> 40),
					(uint8_t)(op >> 48), (uint8_t)bench_below(r, 64) };
		size_t k = n - at < OP_BYTES ? n - at : OP_BYTES;
		memcpy(to + at, b, k);
		at += k;
	}
}

static void fill_noise(struct bench_random *r, uint8_t *to, size_t n)
{
	for (size_t at = 0; at < n; at += 8) {
		uint64_t x = bench_next(r);
		memcpy(to + at, &x, n - at < 8 ? n - at : 8);
	}
}

void bench_fill(struct bench_random *r, enum bench_kind kind, uint8_t *to, size_t n)
{
	switch (kind) {
	case BENCH_TEXT:
		fill_text(r, to, n);
		break;
	case BENCH_CODE:
		fill_code(r, to, n);
		break;
	case BENCH_NOISE:
		fill_noise(r, to, n);
		break;
	}
}

void bench_file_next(struct bench_random *r, uint64_t number, struct bench_file *ret)
{
	uint64_t what = bench_below(r, 100);
	unsigned dir = (unsigned)(number / 200);
	unsigned n = (unsigned)(number % 200);
	if (what < 80) {
		ret->kind = BENCH_TEXT;
		ret->size = 200 + (size_t)bench_below(r, 24000);
		(void)snprintf(ret->name, sizeof(ret->name), "usr/share/doc%u/page-%u.txt", dir, n);
	} else if (what < 97) {
		ret->kind = BENCH_CODE;
		ret->size = 8000 + (size_t)bench_below(r, 400000);
		(void)snprintf(ret->name, sizeof(ret->name), "usr/lib/part%u/lib%u.so", dir, n);
	} else {
		ret->kind = BENCH_NOISE;
		ret->size = 4000 + (size_t)bench_below(r, 600000);
		(void)snprintf(ret->name, sizeof(ret->name), "usr/share/media%u/%u.png", dir, n);
	}
}
