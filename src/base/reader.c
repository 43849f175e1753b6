#include "base/slice.h"

/* n is at most 8; a failed take leaves no bytes and so gives 0. */
static uint64_t big(struct lc_rd *r, size_t n)
{
	struct lc_slice s = lc_rd_take(r, n);
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

static uint64_t little(struct lc_rd *r, size_t n)
{
	struct lc_slice s = lc_rd_take(r, n);
	uint64_t v = 0;
	for (size_t i = s.n; i > 0; i--)
		v = v << 8 | s.p[i - 1];
	return v;
}

uint16_t lc_rd_be16(struct lc_rd *r)
{
	return (uint16_t)big(r, 2);
}

uint32_t lc_rd_be32(struct lc_rd *r)
{
	return (uint32_t)big(r, 4);
}

uint64_t lc_rd_be64(struct lc_rd *r)
{
	return big(r, 8);
}

uint16_t lc_rd_le16(struct lc_rd *r)
{
	return (uint16_t)little(r, 2);
}

uint32_t lc_rd_le32(struct lc_rd *r)
{
	return (uint32_t)little(r, 4);
}

uint64_t lc_rd_le64(struct lc_rd *r)
{
	return little(r, 8);
}

uint64_t lc_rd_long_uleb(struct lc_rd *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t c = lc_rd_u8(r);
		if (r->bad || (shift == 63 && c > 1)) /* the tenth byte holds one bit */
			break;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}
