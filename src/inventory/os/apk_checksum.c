#include "inventory/os/apk_checksum.h"

enum { SHA1_BYTES = 20, SHA256_BYTES = 32 };

static unsigned sextet(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26u;
	if (lc_is_digit(c))
		return c - '0' + 52u;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : 64;
}

/* Exactly n bytes of base64 with its padding (RFC 4648, section 4). */
static bool decode(struct lc_slice text, uint8_t *out, size_t n)
{
	size_t have = 0;
	uint32_t bits = 0;
	unsigned count = 0;
	if (text.n != (n + 2) / 3 * 4)
		return false;
	for (size_t pad = (3 - n % 3) % 3; pad > 0; pad--) {
		if (!lc_chop_suffix(&text, LC_S("=")))
			return false;
	}
	for (size_t i = 0; i < text.n; i++) {
		unsigned v = sextet(text.p[i]);
		if (v > 63)
			return false;
		bits = bits << 6 | v;
		count += 6;
		if (count >= 8 && have < n) {
			count -= 8;
			out[have++] = (uint8_t)(bits >> count);
		}
	}
	return have == n && (bits & ((1u << count) - 1)) == 0; /* left-over bits are zero */
}

int apk_checksum(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[SHA256_BYTES];
	char hex[2 * SHA256_BYTES];
	bool sha1 = lc_chop_prefix(&text, LC_S("Q1"));
	if (!sha1 && !lc_chop_prefix(&text, LC_S("Q2")))
		return LC_EBAD;
	size_t n = sha1 ? SHA1_BYTES : SHA256_BYTES;
	if (!decode(text, bytes, n))
		return LC_EBAD;
	for (size_t i = 0; i < n; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	*ret = lc_arena_fmt(a, "%s:%.*s", sha1 ? "sha1" : "sha256", (int)(2 * n), hex);
	return ret->p ? 0 : lc_arena_err(a);
}
