/*
 * NDB, rpm's own: slots that point at blobs. All numbers are little endian; blocks have 16 bytes.
 *
 *	page 0   "RpmP" version:4 generation:4 pages:4 next:4 …(12)   32 bytes: slots 0 and 1
 *	slot     "Slot" package:4 (0 free) block:4 blocks:4           to the end of the pages
 *	blob     "BlbS" package:4 generation:4 length:4  bytes  zeros
 *	         adler32:4 length:4 "BlbE"                            ends with its last block
 *
 * The checksum is that of all before it in the blob.
 */
#include "format/rpmdb_impl.h"

enum {
	PAGE_BYTES = 4096,
	SLOT_BYTES = 16,
	HEADER_SLOTS = 2,
	BLOCK_BYTES = 16,
	HEAD_BYTES = 16,
	TAIL_BYTES = 12
};

struct slot {
	uint32_t package, block, blocks;
};

static uint32_t adler32(struct lc_slice s)
{
	enum { MODULUS = 65521, RUN = 5552 }; /* most bytes before b can pass 32 bits */
	uint32_t a = 1;
	uint32_t b = 0;
	while (s.n) {
		struct lc_slice part = lc_sub(s, 0, RUN);
		for (size_t i = 0; i < part.n; i++) {
			a += part.p[i];
			b += a;
		}
		a %= MODULUS;
		b %= MODULUS;
		s = lc_skip(s, part.n);
	}
	return b << 16 | a;
}

static int check_blob(struct lc_slice blob, const struct slot *slot, struct lc_slice *ret,
		      struct lc_err *e)
{
	struct lc_rd head = lc_rd_of(blob);
	struct lc_rd tail = lc_rd_of(lc_skip(blob, blob.n - TAIL_BYTES));
	struct lc_slice magic = lc_rd_take(&head, 4);
	uint32_t package = lc_rd_le32(&head);
	(void)lc_rd_le32(&head); /* generation */
	uint32_t length = lc_rd_le32(&head);
	uint32_t sum = lc_rd_le32(&tail);
	uint32_t again = lc_rd_le32(&tail);
	size_t room = blob.n - HEAD_BYTES - TAIL_BYTES;
	if (!lc_eq(magic, LC_S("BlbS")) || package != slot->package)
		return lc_fail(e, LC_EBAD, "package %u: no header where its slot points",
			       slot->package);
	if (length > room || room - length >= BLOCK_BYTES || again != length ||
	    !lc_eq(lc_rd_take(&tail, 4), LC_S("BlbE")))
		return lc_fail(e, LC_EBAD, "package %u: header and slot disagree on its length",
			       slot->package);
	if (adler32(lc_sub(blob, 0, blob.n - TAIL_BYTES)) != sum)
		return lc_fail(e, LC_EBAD, "package %u: checksum of the header is wrong",
			       slot->package);
	*ret = lc_sub(blob, HEAD_BYTES, length);
	return 0;
}

static int read_blob(struct rpmdb_walk *w, const struct slot *slot, struct lc_slice *ret,
		     struct lc_err *e)
{
	uint64_t at = (uint64_t)slot->block * BLOCK_BYTES;
	uint64_t n = (uint64_t)slot->blocks * BLOCK_BYTES;
	if (n < HEAD_BYTES + TAIL_BYTES)
		return lc_fail(e, LC_EBAD, "package %u: header of %u blocks", slot->package,
			       slot->blocks);
	if (at > w->db->size || n > w->db->size - at)
		return lc_fail(e, LC_ETRUNC, "package %u: header past the end of the database",
			       slot->package);
	int r = rpmdb_spend(w, n, e);
	if (r)
		return r;
	lc_buf_clear(&w->b);
	uint8_t *p = n > RPMDB_HEADER_MAX ? NULL : lc_buf_grow(&w->b, (size_t)n);
	if (!p && lc_buf_err(&w->b) == LC_ENOMEM)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	if (!p)
		return lc_fail(e, LC_EBAD, "package %u: header larger than rpm allows",
			       slot->package);
	r = lc_content_read(w->db, at, p, (size_t)n, e);
	return r ? r : check_blob(lc_buf_get(&w->b), slot, ret, e);
}

static int read_slot(struct rpmdb_walk *w, struct lc_rd *page, struct lc_err *e)
{
	struct lc_slice header;
	struct lc_err own = { 0 };
	struct lc_slice magic = lc_rd_take(page, 4);
	struct slot slot;
	slot.package = lc_rd_le32(page);
	slot.block = lc_rd_le32(page);
	slot.blocks = lc_rd_le32(page);
	if (!lc_eq(magic, LC_S("Slot"))) {
		int r = lc_fail(&own, LC_EBAD, "a slot of the database is damaged");
		return rpmdb_pass_over(w, r, &own, e);
	}
	if (slot.package == 0 || slot.block == 0)
		return 0;
	int r = read_blob(w, &slot, &header, &own);
	if (r == 0)
		return rpmdb_give(w, header, e);
	return rpmdb_pass_over(w, r, &own, e);
}

static int read_page(struct rpmdb_walk *w, uint32_t number, struct lc_err *e)
{
	uint8_t bytes[PAGE_BYTES] = { 0 };
	struct lc_rd page = lc_rd_of(lc_slice_of(bytes, PAGE_BYTES));
	int r = lc_content_read(w->db, (uint64_t)number * PAGE_BYTES, bytes, PAGE_BYTES, e);
	if (number == 0)
		lc_rd_seek(&page, (size_t)HEADER_SLOTS * SLOT_BYTES);
	while (r == 0 && lc_rd_left(&page))
		r = read_slot(w, &page, e);
	return r;
}

int rpmdb_ndb(struct rpmdb_walk *w, struct lc_err *e)
{
	uint8_t bytes[HEADER_SLOTS * SLOT_BYTES] = { 0 };
	struct lc_rd head = lc_rd_of(lc_slice_of(bytes, sizeof(bytes)));
	int r = lc_content_read(w->db, 0, bytes, sizeof(bytes), e);
	if (r)
		return r;
	lc_rd_seek(&head, 4);
	uint32_t version = lc_rd_le32(&head);
	(void)lc_rd_le32(&head); /* generation */
	uint32_t pages = lc_rd_le32(&head);
	if (version != 0)
		return lc_fail(e, LC_EUNSUP, "ndb database of version %u", version);
	if (pages == 0)
		return lc_fail(e, LC_EBAD, "ndb database without slots");
	for (uint32_t i = 0; i < pages && r == 0; i++) /* ends at the latest with the file */
		r = read_page(w, i, e);
	return r;
}
