/*
 * Source: Unicode 15, section 3.9 (table 3-7, well-formed UTF-8) and the general categories Cc, Cf,
 * Cs, Zl, Zp and the noncharacters.
 */
#include "base/slice.h"

/* Bytes in the sequence that starts with c, its payload bits in *ret_bits; 0 for no such start. */
static size_t utf8_start(uint8_t c, uint32_t *ret_bits)
{
	size_t n = 0;
	if (c < 0x80)
		n = 1;
	else if (c >= 0xc2 && c < 0xe0)
		n = 2;
	else if (c >= 0xe0 && c < 0xf0)
		n = 3;
	else if (c >= 0xf0 && c < 0xf5)
		n = 4;
	*ret_bits = n <= 1 ? c : c & (0x7fu >> n);
	return n;
}

size_t lc_utf8(struct lc_slice s, uint32_t *ret_cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (s.n == 0)
		return 0;
	uint32_t cp;
	size_t n = utf8_start(s.p[0], &cp);
	if (n == 0 || n > s.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (s.p[i] & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	if (ret_cp)
		*ret_cp = cp;
	return n;
}

bool lc_cp_unsafe(uint32_t cp)
{
	static const struct {
		uint32_t from;
		uint32_t to;
	} ranges[] = {
		{ 0x0000, 0x001f },   /* C0 */
		{ 0x007f, 0x009f },   /* DEL, C1 */
		{ 0x00ad, 0x00ad },   /* soft hyphen: shown or not, as the terminal likes */
		{ 0x061c, 0x061c },   /* Arabic letter mark */
		{ 0x180e, 0x180e },   /* Mongolian vowel separator */
		{ 0x200b, 0x200f },   /* zero width, direction marks */
		{ 0x2028, 0x202e },   /* line and paragraph separator, embeddings, overrides */
		{ 0x2060, 0x206f },   /* word joiner, isolates, deprecated and unassigned format */
		{ 0xd800, 0xdfff },   /* surrogates */
		{ 0xfdd0, 0xfdef },   /* noncharacters */
		{ 0xfeff, 0xfeff },   /* byte order mark */
		{ 0xfff0, 0xfffb },   /* unassigned, interlinear annotation */
		{ 0xe0000, 0xe0fff }, /* tags and what is set aside beside them */
	};
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	}
	return cp > 0x10ffff || (cp & 0xfffe) == 0xfffe;
}

/* Text for the first character or byte of s into out (at most 4 bytes); *ret_out says how many. */
static size_t show_one(struct lc_slice s, char out[4], size_t *ret_out)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t cp = 0;
	size_t n = lc_utf8(s, &cp);
	if (n && !lc_cp_unsafe(cp)) {
		memcpy(out, s.p, n);
		*ret_out = n;
		return n;
	}
	/* The further bytes of an unsafe character start none, so they are escaped next. */
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex[s.p[0] >> 4];
	out[3] = hex[s.p[0] & 15];
	*ret_out = 4;
	return 1;
}

struct lc_quoted lc_quote(struct lc_slice s)
{
	static const char more[] = "…";
	struct lc_quoted q = { { 0 } };
	size_t n = 0;
	size_t cut = 0; /* the last place where the mark still fits */
	while (s.n) {
		char one[4];
		size_t one_n;
		size_t used = show_one(s, one, &one_n);
		if (n + one_n > LC_QUOTE_MAX - 1) {
			memset(q.s + cut, 0, LC_QUOTE_MAX - cut);
			memcpy(q.s + cut, more, sizeof(more));
			return q;
		}
		memcpy(q.s + n, one, one_n);
		n += one_n;
		if (n + sizeof(more) <= LC_QUOTE_MAX)
			cut = n;
		s = lc_skip(s, used);
	}
	return q;
}
