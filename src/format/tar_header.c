/*
 * Header blocks. All text is padded with NUL, numbers are octal text or (high bit set) base-256.
 *
 *     0 name(100)  100 mode(8)  108 uid(8)  116 gid(8)  124 size(12)  136 mtime(12)
 *   148 checksum(8)  156 type  157 link(100)  257 magic(6)  263 version(2)  265 user(32)
 *   297 group(32)  329 major(8)  337 minor(8)  345 prefix(155; star 131)  508 "tar\0" (star)
 */
#include "format/tar_impl.h"

#include "base/arith.h"

enum { CHECKSUM_AT = 148, CHECKSUM_BYTES = 8, PREFIX_STAR = 131 };

struct lc_slice tar_text(struct lc_slice field)
{
	size_t n = lc_find(field, '\0');

	return n == SIZE_MAX ? field : lc_sub(field, 0, n);
}

static bool is_padding(uint8_t c)
{
	return c == ' ' || c == '\0';
}

static bool octal(struct lc_slice s, int64_t *ret)
{
	uint64_t v = 0;

	while (s.n && is_padding(s.p[0]))
		s = lc_skip(s, 1);
	while (s.n && is_padding(s.p[s.n - 1]))
		s.n--;
	s = tar_text(s);
	if (s.n && !lc_u64(s, 8, INT64_MAX, &v))
		return false;
	*ret = (int64_t)v;
	return true;
}

/* Two's complement, big-endian, the top bit of the first byte apart: it marks the form. */
static bool base256(struct lc_slice s, int64_t *ret)
{
	bool negative = s.p[0] & 0x40;
	uint8_t flip = negative ? 0xff : 0;
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] ^ flip;
		if (i == 0)
			c &= 0x7f;
		if (v >> 56)
			return false;
		v = v << 8 | c;
	}
	if (v > INT64_MAX)
		return false;
	*ret = negative ? -(int64_t)v - 1 : (int64_t)v;
	return true;
}

bool tar_number(struct lc_slice field, int64_t *ret)
{
	if (field.n && field.p[0] & 0x80)
		return base256(field, ret);
	return octal(field, ret);
}

/*
 * The bytes of n words: their sum, and how many are negative as signed chars. In lanes of a word:
 * of 16 bits for the sums, which hold 2 * 255 * 64, of 8 bits for the counts.
 */
static void sum_words(const uint8_t *p, size_t words, int64_t *sum, int64_t *negative)
{
	const uint64_t bytes = 0x00ff00ff00ff00ff;
	uint64_t sums = 0;
	uint64_t highs = 0;

	for (size_t i = 0; i < words; i++) {
		uint64_t w;
		memcpy(&w, p + 8 * i, sizeof(w));
		sums += (w & bytes) + (w >> 8 & bytes);
		highs += w >> 7 & 0x0101010101010101;
	}
	*sum = 0;
	*negative = 0;
	for (unsigned i = 0; i < 64; i += 16)
		*sum += (int64_t)(sums >> i & 0xffff);
	for (unsigned i = 0; i < 64; i += 8)
		*negative += (int64_t)(highs >> i & 0xff);
}

/* Old Sun tars summed signed chars; both sums are in the wild. */
static void sums(const uint8_t *block, int64_t *ret_unsigned, int64_t *ret_signed)
{
	int64_t all;
	int64_t own; /* the field itself, which counts as spaces */
	int64_t all_negative;
	int64_t own_negative;

	sum_words(block, TAR_BLOCK_BYTES / 8, &all, &all_negative);
	sum_words(block + CHECKSUM_AT, CHECKSUM_BYTES / 8, &own, &own_negative);
	*ret_unsigned = all - own + CHECKSUM_BYTES * ' ';
	*ret_signed = *ret_unsigned - 256 * (all_negative - own_negative);
}

bool tar_checksum_ok(const uint8_t block[TAR_BLOCK_BYTES])
{
	int64_t stored;
	int64_t u;
	int64_t s;

	if (!octal(lc_slice_of(block + CHECKSUM_AT, CHECKSUM_BYTES), &stored))
		return false;
	sums(block, &u, &s);
	return stored == u || stored == s;
}

void tar_checksum_put(uint8_t block[TAR_BLOCK_BYTES])
{
	int64_t u;
	int64_t s;

	sums(block, &u, &s);
	for (size_t i = 0; i < 6; i++)
		block[CHECKSUM_AT + i] = (uint8_t)('0' + (u >> (15 - 3 * i) & 7));
	block[CHECKSUM_AT + 6] = '\0';
	block[CHECKSUM_AT + 7] = ' ';
}

static enum tar_magic magic_of(const uint8_t *block)
{
	struct lc_slice magic = lc_slice_of(block + 257, 8);

	if (lc_eq(magic, LC_S("ustar  \0")))
		return TAR_GNU;
	if (!lc_starts(magic, LC_S("ustar\0")))
		return TAR_V7;
	return lc_eq(lc_slice_of(block + 508, 4), LC_S("tar\0")) ? TAR_STAR : TAR_USTAR;
}

/* Owner, time and mode of sloppy writers are no reason to lose an entry: 0 where unreadable. */
static int64_t lenient(const uint8_t *p, size_t n)
{
	int64_t v = 0;

	return tar_number(lc_slice_of(p, n), &v) ? v : 0;
}

static uint64_t not_negative(int64_t v)
{
	return v > 0 ? (uint64_t)v : 0;
}

int tar_header_parse(const uint8_t block[TAR_BLOCK_BYTES], struct tar_header *ret, struct lc_err *e)
{
	struct tar_header h = { .magic = magic_of(block), .flag = block[156] };
	size_t prefix = h.magic == TAR_STAR ? PREFIX_STAR : 155;
	int64_t size;

	if (!tar_checksum_ok(block))
		return lc_fail(e, LC_EBAD, "checksum of the header is wrong");
	if (!tar_number(lc_slice_of(block + 124, 12), &size) || size < 0)
		return lc_fail(e, LC_EBAD, "size is no number that a file can have");
	h.size = (uint64_t)size;
	h.mode = (uint32_t)(lenient(block + 100, 8) & 07777);
	h.uid = not_negative(lenient(block + 108, 8));
	h.gid = not_negative(lenient(block + 116, 8));
	h.mtime = lenient(block + 136, 12);
	h.name = tar_text(lc_slice_of(block, 100));
	h.link = tar_text(lc_slice_of(block + 157, 100));
	if (h.magic == TAR_USTAR || h.magic == TAR_STAR)
		h.prefix = tar_text(lc_slice_of(block + 345, prefix));
	*ret = h;
	return 0;
}

enum tar_type tar_type_of(uint8_t flag, struct lc_slice name)
{
	switch (flag) {
	case '\0': /* before POSIX: a directory is a file whose name ends in a slash */
		return lc_ends(name, LC_S("/")) ? TAR_DIR : TAR_FILE;
	case '0':
	case '7':
	case 'S':
		return TAR_FILE;
	case '1':
		return TAR_HARDLINK;
	case '2':
		return TAR_SYMLINK;
	case '3':
		return TAR_CHAR;
	case '4':
		return TAR_BLOCK;
	case '5':
		return TAR_DIR;
	case '6':
		return TAR_FIFO;
	default:
		return TAR_OTHER;
	}
}
