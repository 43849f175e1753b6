/*
 * Berkeley DB 5 files: a hash, or a B-tree, of package number to header. All pages are walked in
 * the order of the file; freed ones have another type. Numbers have the byte order of the machine
 * that made the file.
 *
 *	page 0   lsn:8 page:4 magic:4 version:4 page size:4 encryption:1 type:1 flags:1 …
 *	         last page:4 at 32
 *	page     lsn:8 page:4 previous:4 next:4 entries:2 used:2 level:1 type:1, 26 bytes;
 *	         entries × offset:2; items from the page's end down, key and data in turns
 *	hash     item: type:1 data; type 1 here, 3 elsewhere: unused:3 page:4 length:4
 *	B-tree   item: length:2 type:1 data; type 1 here, 3 elsewhere: unused:1 page:4 length:4
 *	chain    pages of type 7, bound by next; used tells the bytes behind the page's header
 *
 * Key 0 holds the next number to be given. Source: Berkeley DB 5.3 dbinc/db_page.h; rpm 4.14
 * lib/backend/db3.c.
 */
#include "format/rpmdb_impl.h"

#include "base/arith.h"
#include "base/shim.h"

enum {
	META_BYTES = 72,
	HEADER_BYTES = 26,
	PAGE_MIN = 512,
	PAGE_MAX = 65536,
	META_CHECKSUM = 1, /* pages then begin with one */
	ITEM_HERE = 1,
	ITEM_ELSEWHERE = 3,
	ITEM_DELETED = 0x80
};

enum page_type {
	PAGE_HASH_UNSORTED = 2,
	PAGE_BTREE_LEAF = 5,
	PAGE_OVERFLOW = 7,
	PAGE_HASH = 13,
};

struct bdb {
	struct rpmdb_walk *w;
	bool big;
	uint32_t page_bytes;
	uint32_t last; /* highest page */
	uint8_t *page; /* the one being walked */
	uint8_t *link; /* one of a chain */
};

struct page {
	struct lc_slice bytes;
	uint32_t number, next;
	uint16_t entries, used;
	uint8_t type;
};

struct item {
	uint8_t kind;
	struct lc_slice bytes; /* here */
	uint32_t page, length; /* elsewhere */
};

static uint16_t get16(const struct bdb *b, struct lc_rd *r)
{
	return b->big ? lc_rd_be16(r) : lc_rd_le16(r);
}

static uint32_t get32(const struct bdb *b, struct lc_rd *r)
{
	return b->big ? lc_rd_be32(r) : lc_rd_le32(r);
}

/* ---- pages ---- */

static int read_meta(struct bdb *b, struct lc_err *e)
{
	uint8_t bytes[META_BYTES] = { 0 };
	struct lc_slice all = lc_slice_of(bytes, META_BYTES);
	struct lc_rd r = lc_rd_of(lc_skip(all, 12));
	int rc = lc_content_read(b->w->db, 0, bytes, META_BYTES, e);
	if (rc)
		return rc;
	b->big = lc_rd_u8(&r) == 0; /* of the magic */
	lc_rd_seek(&r, 4);
	uint32_t version = get32(b, &r);
	b->page_bytes = get32(b, &r);
	uint8_t encryption = lc_rd_u8(&r);
	(void)lc_rd_u8(&r); /* type: the magic says it */
	uint8_t flags = lc_rd_u8(&r);
	lc_rd_seek(&r, 32 - 12);
	b->last = get32(b, &r);
	if (version < 7 || version > 10)
		return lc_fail(e, LC_EUNSUP, "berkeley database of version %u", version);
	if (encryption || flags & META_CHECKSUM)
		return lc_fail(e, LC_EUNSUP, "berkeley database with encryption or checksums");
	if (b->page_bytes < PAGE_MIN || b->page_bytes > PAGE_MAX ||
	    (b->page_bytes & (b->page_bytes - 1)))
		return lc_fail(e, LC_EBAD, "berkeley database with pages of %u bytes",
			       b->page_bytes);
	return 0;
}

static int read_page(struct bdb *b, uint32_t number, uint8_t *into, struct page *ret,
		     struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(lc_slice_of(into, b->page_bytes));
	int rc =
		lc_content_read(b->w->db, (uint64_t)number * b->page_bytes, into, b->page_bytes, e);
	if (rc)
		return rc;
	*ret = (struct page){ .bytes = r.in };
	lc_rd_seek(&r, 8);
	ret->number = get32(b, &r);
	(void)get32(b, &r); /* previous */
	ret->next = get32(b, &r);
	ret->entries = get16(b, &r);
	ret->used = get16(b, &r);
	(void)lc_rd_u8(&r); /* level */
	ret->type = lc_rd_u8(&r);
	return 0;
}

/* ---- items ---- */

static struct lc_slice item_bytes(const struct bdb *b, const struct page *p, uint32_t i)
{
	struct lc_rd r = lc_rd_of(p->bytes);
	size_t from;
	size_t end = p->bytes.n;
	lc_rd_seek(&r, HEADER_BYTES + (size_t)2 * (i ? i - 1 : 0));
	if (i && p->type != PAGE_BTREE_LEAF) /* a hash's items lie one before the other */
		end = get16(b, &r);
	else if (i)
		(void)get16(b, &r);
	from = get16(b, &r);
	if (r.bad || from < HEADER_BYTES + (size_t)2 * p->entries || from > end || end > p->bytes.n)
		return lc_slice_of(NULL, 0);
	return lc_sub(p->bytes, from, end - from);
}

static int read_item(const struct bdb *b, const struct page *p, uint32_t i, struct item *ret,
		     struct lc_err *e)
{
	bool btree = p->type == PAGE_BTREE_LEAF;
	struct lc_rd r = lc_rd_of(item_bytes(b, p, i));
	uint16_t length = btree ? get16(b, &r) : 0;
	*ret = (struct item){ .kind = lc_rd_u8(&r) };
	if (ret->kind == ITEM_HERE) {
		ret->bytes = lc_rd_take(&r, btree ? length : lc_rd_left(&r));
	} else if (ret->kind == ITEM_ELSEWHERE) {
		(void)lc_rd_take(&r, btree ? 1 : 3);
		ret->page = get32(b, &r);
		ret->length = get32(b, &r);
	}
	if (r.bad)
		return lc_fail(e, LC_EBAD, "page %u: item %u lies outside of it", p->number, i);
	return 0;
}

/* ---- chains ---- */

static int add_link(struct bdb *b, const struct page *p, uint32_t left, struct lc_err *e)
{
	uint32_t room = b->page_bytes - HEADER_BYTES;
	if (p->type != PAGE_OVERFLOW || p->used == 0 || p->used > room || p->used > left)
		return lc_fail(e, LC_EBAD, "page %u is no part of a header", p->number);
	/* The whole page was read; counted by its bytes in use a cycle would be cheap. */
	int rc = rpmdb_spend(b->w, b->page_bytes, e);
	if (rc)
		return rc;
	if (lc_buf_slice(&b->w->b, lc_sub(p->bytes, HEADER_BYTES, p->used)))
		return lc_fail(e, lc_buf_err(&b->w->b), "out of memory");
	return 0;
}

/* Every page of a chain adds to a length that was told before: a cycle ends there. */
static int read_chain(struct bdb *b, const struct item *it, struct lc_err *e)
{
	uint32_t number = it->page;
	if (it->length > RPMDB_HEADER_MAX || it->length > b->w->db->size)
		return lc_fail(e, LC_EBAD, "header of %u bytes", it->length);
	lc_buf_clear(&b->w->b);
	while (b->w->b.n < it->length) {
		struct page p;
		if (number == 0 || number > b->last)
			return lc_fail(e, LC_EBAD, "header at page %u ends too early", it->page);
		int rc = read_page(b, number, b->link, &p, e);
		rc = rc ? rc : add_link(b, &p, it->length - (uint32_t)b->w->b.n, e);
		if (rc)
			return rc;
		number = p.next;
	}
	return number ? lc_fail(e, LC_EBAD, "header at page %u does not end", it->page) : 0;
}

/* ---- pairs ---- */

static int read_key(const struct bdb *b, const struct page *p, uint32_t i, uint32_t *ret,
		    struct lc_err *e)
{
	struct item it;
	int rc = read_item(b, p, i, &it, e);
	if (rc)
		return rc;
	struct lc_rd r = lc_rd_of(it.bytes);
	*ret = get32(b, &r);
	if (it.kind == ITEM_HERE && it.bytes.n == 4)
		return 0;
	/* What a B-tree has deleted stays until its place is needed. */
	*ret = 0;
	if (p->type == PAGE_BTREE_LEAF && it.kind & ITEM_DELETED)
		return 0;
	return lc_fail(e, LC_EBAD, "page %u: item %u is no package's number", p->number, i);
}

static int read_data(struct bdb *b, const struct page *p, uint32_t i, struct lc_slice *ret,
		     struct lc_err *e)
{
	struct item it;
	int rc = read_item(b, p, i, &it, e);
	if (rc)
		return rc;
	if (p->type == PAGE_BTREE_LEAF && it.kind & ITEM_DELETED) {
		*ret = lc_slice_of(NULL, 0);
		return 0;
	}
	if (it.kind == ITEM_HERE) {
		*ret = it.bytes;
		return rpmdb_spend(b->w, it.bytes.n, e);
	}
	if (it.kind != ITEM_ELSEWHERE)
		return lc_fail(e, LC_EBAD, "page %u: item %u is of kind %u", p->number, i, it.kind);
	rc = read_chain(b, &it, e);
	*ret = lc_buf_get(&b->w->b);
	return rc;
}

static int read_pair(struct bdb *b, const struct page *p, uint32_t i, struct lc_err *e)
{
	struct lc_slice header = { NULL, 0 };
	struct lc_err own = { 0 };
	uint32_t key;
	int rc = read_key(b, p, i, &key, &own);
	if (rc == 0 && key == 0)
		return 0;
	rc = rc ? rc : read_data(b, p, i + 1, &header, &own);
	if (rc)
		return rpmdb_pass_over(b->w, rc, &own, e);
	return header.n ? rpmdb_give(b->w, header, e) : 0;
}

static int walk_page(struct bdb *b, uint32_t number, struct lc_err *e)
{
	struct page p;
	int rc = read_page(b, number, b->page, &p, e);
	if (rc)
		return rc;
	if (p.type != PAGE_HASH && p.type != PAGE_HASH_UNSORTED && p.type != PAGE_BTREE_LEAF)
		return 0;
	if (p.number != number || p.entries % 2 ||
	    (size_t)2 * p.entries > b->page_bytes - HEADER_BYTES) {
		struct lc_err own = { 0 };
		rc = lc_fail(&own, LC_EBAD, "page %u is damaged", number);
		return rpmdb_pass_over(b->w, rc, &own, e);
	}
	for (uint32_t i = 0; i < p.entries && rc == 0; i += 2)
		rc = read_pair(b, &p, i, e);
	return rc;
}

int rpmdb_bdb(struct rpmdb_walk *w, struct lc_err *e)
{
	struct bdb b = { .w = w };
	int rc = read_meta(&b, e);
	if (rc)
		return rc;
	b.page = lc_alloc(b.page_bytes);
	b.link = lc_alloc(b.page_bytes);
	if (!b.page || !b.link)
		rc = lc_fail(e, LC_ENOMEM, "out of memory");
	/* A number that wraps is past the end of every file. */
	for (uint32_t i = 1; i <= b.last && i && rc == 0; i++)
		rc = walk_page(&b, i, e);
	lc_free(b.page);
	lc_free(b.link);
	return rc;
}
