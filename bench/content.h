/*
 * What benchmark images are made of: file contents that only a number decides, so that each run
 * measures the same bytes. Text of words, code-like bytes and bytes that do not compress.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum bench_kind { BENCH_TEXT, BENCH_CODE, BENCH_NOISE };

struct bench_random {
	uint64_t state; /* never 0 */
};

uint64_t bench_next(struct bench_random *r);
/** A number below n. */
uint64_t bench_below(struct bench_random *r, uint64_t n);
/** n bytes of a kind. */
void bench_fill(struct bench_random *r, enum bench_kind kind, uint8_t *to, size_t n);

/** The next file of an image: mixed as in images of today by bytes, text by number. */
struct bench_file {
	char name[64];
	enum bench_kind kind;
	size_t size;
};
void bench_file_next(struct bench_random *r, uint64_t number, struct bench_file *ret);
