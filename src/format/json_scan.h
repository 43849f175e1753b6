/*
 * The inner loop of reading and writing JSON strings: how far bytes need no look of their own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* JSON_NO_SSE2 is for a test of what other processors run. */
#if defined(__SSE2__) && !defined(JSON_NO_SSE2)
#define JSON_SSE2 1
#include <emmintrin.h>
#else
#define JSON_SSE2 0
#endif

/** True for a byte that a JSON string holds as it is: ASCII less controls, quote and backslash. */
static inline int json_is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#if JSON_SSE2
/* As signed bytes both controls and non-ASCII are below space: one comparison finds them. */
static inline unsigned json_block_special(const uint8_t *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
	__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));
}

enum { JSON_BLOCK = 16 };

static inline size_t json_block_first(unsigned special)
{
	return (size_t)__builtin_ctz(special);
}
#else
/*
 * The same eight bytes at a time. Borrows can mark a byte above a special one by mistake, never
 * below, so the lowest mark is exact.
 */
static inline uint64_t json_block_special(const uint8_t *p)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t v;
	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	uint64_t quote = v ^ ones * '"';
	uint64_t slash = v ^ ones * '\\';
	uint64_t marks = (v - ones * 0x20) | (quote - ones) | (slash - ones) | v;
	return marks & ones * 0x80;
}

enum { JSON_BLOCK = 8 };

static inline size_t json_block_first(uint64_t special)
{
	return (size_t)__builtin_ctzll(special) / 8;
}
#endif

/** Length of the run of plain bytes at p, at most n. */
static inline size_t json_plain_run(const uint8_t *p, size_t n)
{
	size_t i = 0;
	for (; n - i >= JSON_BLOCK; i += JSON_BLOCK) {
		__typeof__(json_block_special(p)) special = json_block_special(p + i);
		if (special)
			return i + json_block_first(special);
	}
	while (i < n && json_is_plain(p[i]))
		i++;
	return i;
}

/** True for a byte that stands as it is in JSON that may be put into HTML. */
static inline int json_is_html_plain(uint8_t c)
{
	return json_is_plain(c) && c != '<' && c != '>' && c != '&';
}

#if JSON_SSE2
static inline unsigned json_block_html_special(const uint8_t *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	/* '<' is '>' without its second bit; no other byte becomes '>' by it. */
	__m128i angle = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(2)), _mm_set1_epi8('>'));
	__m128i ampersand = _mm_cmpeq_epi8(v, _mm_set1_epi8('&'));
	return json_block_special(p) | (unsigned)_mm_movemask_epi8(_mm_or_si128(angle, ampersand));
}
#endif

/** The same for such JSON. */
static inline size_t json_html_run(const uint8_t *p, size_t n)
{
	size_t i = 0;
#if JSON_SSE2
	for (; n - i >= JSON_BLOCK; i += JSON_BLOCK) {
		unsigned special = json_block_html_special(p + i);
		if (special)
			return i + json_block_first(special);
	}
	if (i && i < n) { /* the last block once more from its end: what was seen is plain */
		unsigned special = json_block_html_special(p + n - JSON_BLOCK);
		return special ? n - JSON_BLOCK + json_block_first(special) : n;
	}
#endif
	while (i < n && json_is_html_plain(p[i]))
		i++;
	return i;
}
