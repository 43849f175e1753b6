#include "format/base64.h"

#include "base/arith.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* plus and slash: the last two letters of the alphabet. */
static bool value_of(uint8_t c, const char last[2], uint32_t *ret)
{
	if (c >= 'A' && c <= 'Z')
		*ret = (uint32_t)(c - 'A');
	else if (c >= 'a' && c <= 'z')
		*ret = (uint32_t)(c - 'a') + 26;
	else if (lc_is_digit(c))
		*ret = (uint32_t)(c - '0') + 52;
	else if (c == last[0] || c == last[1])
		*ret = c == last[0] ? 62 : 63;
	else
		return false;
	return true;
}

/* Four characters, of which have carry bits. */
static int decode_group(struct lc_slice s, size_t have, const char last[2], struct lc_buf *ret)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < 4; i++) {
		uint32_t v = 0;
		if (i < have && !value_of(s.p[i], last, &v))
			return LC_EBAD;
		bits = bits << 6 | v;
	}
	const uint8_t out[3] = { (uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits };
	for (size_t i = have - 1; i < 3; i++) {
		if (out[i])
			return LC_EBAD; /* spare bits: two texts for the same bytes */
	}
	return lc_buf_add(ret, out, have - 1);
}

int base64_decode(struct lc_slice text, struct lc_buf *ret)
{
	if (text.n % 4)
		return LC_EBAD;
	while (text.n) {
		size_t have = 4;
		if (text.n == 4 && text.p[3] == '=')
			have = text.p[2] == '=' ? 2 : 3;
		int rc = decode_group(text, have, "+/", ret);
		if (rc)
			return rc;
		text = lc_skip(text, 4);
	}
	return 0;
}

int base64_decode_any(struct lc_slice text, struct lc_buf *ret)
{
	bool url = lc_find(text, '-') != SIZE_MAX || lc_find(text, '_') != SIZE_MAX;
	if (text.n % 4 == 0 && text.n && text.p[text.n - 1] == '=')
		text.n -= text.p[text.n - 2] == '=' ? 2 : 1;
	if (text.n % 4 == 1)
		return LC_EBAD;
	while (text.n) {
		int rc = decode_group(text, lc_min(text.n, 4), url ? "-_" : "+/", ret);
		if (rc)
			return rc;
		text = lc_skip(text, 4);
	}
	return 0;
}

int base64_encode(struct lc_slice s, struct lc_buf *ret)
{
	while (s.n) {
		size_t have = s.n < 3 ? s.n : 3;
		uint32_t bits = (uint32_t)s.p[0] << 16;
		if (have > 1)
			bits |= (uint32_t)s.p[1] << 8;
		if (have > 2)
			bits |= s.p[2];
		char out[4];
		for (unsigned i = 0; i < 4; i++)
			out[i] = i <= have ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
		int rc = lc_buf_add(ret, out, sizeof(out));
		if (rc)
			return rc;
		s = lc_skip(s, have);
	}
	return 0;
}
