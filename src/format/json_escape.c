#include "format/json_escape.h"

enum { UNICODE_ESCAPE = 6, PAIR = 2 * UNICODE_ESCAPE };

static int hex_digit(uint8_t c)
{
	if (lc_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The "\uXXXX" that s starts with as a number, or UINT32_MAX where there is none. */
static uint32_t unicode_escape(struct lc_slice s)
{
	uint32_t v = 0;
	if (s.n < UNICODE_ESCAPE || s.p[0] != '\\' || s.p[1] != 'u')
		return UINT32_MAX;
	for (size_t i = 2; i < UNICODE_ESCAPE; i++) {
		int digit = hex_digit(s.p[i]);
		if (digit < 0)
			return UINT32_MAX;
		v = v << 4 | (uint32_t)digit;
	}
	return v;
}

size_t json_escape(struct lc_slice s, uint32_t *ret_cp)
{
	static const char simple[256] = {
		['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
	};
	uint32_t high;
	uint32_t low;
	if (s.n < 2)
		return 0;
	*ret_cp = (uint32_t)simple[s.p[1]];
	if (*ret_cp)
		return 2;
	high = unicode_escape(s);
	if (high == UINT32_MAX)
		return 0;
	*ret_cp = high;
	if (high < 0xD800 || high > 0xDFFF)
		return UNICODE_ESCAPE;
	*ret_cp = 0xFFFD;
	low = high < 0xDC00 ? unicode_escape(lc_skip(s, UNICODE_ESCAPE)) : UINT32_MAX;
	if (low < 0xDC00 || low > 0xDFFF)
		return UNICODE_ESCAPE;
	*ret_cp = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
	return PAIR;
}

bool json_escape_cut(struct lc_slice s)
{
	if (s.n < 2)
		return true;
	for (size_t i = 2; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0)
			return false;
	return s.n < UNICODE_ESCAPE && s.p[1] == 'u';
}

size_t json_utf8_put(uint8_t *to, uint32_t cp)
{
	if (cp < 0x80) {
		to[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		to[0] = (uint8_t)(0xC0 | cp >> 6);
		to[1] = (uint8_t)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		to[0] = (uint8_t)(0xE0 | cp >> 12);
		to[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
		to[2] = (uint8_t)(0x80 | (cp & 0x3F));
		return 3;
	}
	to[0] = (uint8_t)(0xF0 | cp >> 18);
	to[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
	to[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
	to[3] = (uint8_t)(0x80 | (cp & 0x3F));
	return 4;
}

void json_unescape(struct lc_slice raw, uint8_t *to)
{
	while (raw.n) {
		size_t slash = lc_find(raw, '\\');
		size_t run = slash < raw.n ? slash : raw.n;
		uint32_t cp = 0;
		memcpy(to, raw.p, run);
		to += run;
		raw = lc_skip(raw, run);
		if (!raw.n)
			break;
		raw = lc_skip(raw, json_escape(raw, &cp));
		to += json_utf8_put(to, cp);
	}
}
