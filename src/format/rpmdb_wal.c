/*
 * SQLite's write-ahead log. Numbers are big endian.
 *
 *	header  377f0682 | 377f0683:4 version:4 page size:4 checkpoint:4 salt:8 checksum:8
 *	frame   page:4 pages after commit (else 0):4 salt:8 checksum:8  the page's bytes
 *
 * Checksums run on from the header through all frames, over words of the byte order that the
 * magic's last bit tells (1: big endian). The first frame whose salt or checksum differs ends the
 * log; frames behind the last commit belong to no transaction. Source: SQLite "Database File
 * Format" 4, "WAL-mode File Format".
 */
#include "base/arith.h"
#include "base/shim.h"
#include "format/rpmdb_impl.h"

enum {
	HEADER_BYTES = 32,
	HEADER_SUMMED = 24,
	FRAME_BYTES = 24,
	FRAME_SUMMED = 8,
	VERSION = 3007000,
	PAGE_MIN = 512,
	PAGE_MAX = 65536
};

struct sum {
	bool big;
	uint32_t s0, s1;
};

struct wal {
	const struct lc_content *content;
	struct sum sum; /* as the header leaves it */
	uint32_t page_bytes;
	uint64_t salt;
	uint8_t *frame;   /* one frame with its page */
	uint64_t commits; /* frames up to the last commit */
	uint32_t pages;   /* of the database after it */
};

static void sum_add(struct sum *s, struct lc_slice bytes)
{
	struct lc_rd r = lc_rd_of(bytes);
	while (lc_rd_left(&r)) {
		s->s0 += (s->big ? lc_rd_be32(&r) : lc_rd_le32(&r)) + s->s1;
		s->s1 += (s->big ? lc_rd_be32(&r) : lc_rd_le32(&r)) + s->s0;
	}
}

static bool sum_matches(const struct sum *s, struct lc_rd *r)
{
	uint32_t s0 = lc_rd_be32(r);
	uint32_t s1 = lc_rd_be32(r);
	return s->s0 == s0 && s->s1 == s1;
}

static int read_header(struct wal *w, struct lc_err *e)
{
	uint8_t bytes[HEADER_BYTES] = { 0 };
	struct lc_slice all = lc_slice_of(bytes, HEADER_BYTES);
	struct lc_rd r = lc_rd_of(all);
	int rc = lc_content_read(w->content, 0, bytes, HEADER_BYTES, e);
	if (rc)
		return lc_wrap(e, rc, "write-ahead log");
	uint32_t magic = lc_rd_be32(&r);
	uint32_t version = lc_rd_be32(&r);
	w->page_bytes = lc_rd_be32(&r);
	(void)lc_rd_be32(&r); /* checkpoint */
	w->salt = lc_rd_be64(&r);
	w->sum.big = magic & 1;
	sum_add(&w->sum, lc_sub(all, 0, HEADER_SUMMED));
	if ((magic | 1) != 0x377f0683 || !sum_matches(&w->sum, &r))
		return lc_fail(e, LC_EBAD, "write-ahead log: header is damaged");
	if (version != VERSION)
		return lc_fail(e, LC_EUNSUP, "write-ahead log of version %u", version);
	if (w->page_bytes < PAGE_MIN || w->page_bytes > PAGE_MAX ||
	    (w->page_bytes & (w->page_bytes - 1)))
		return lc_fail(e, LC_EBAD, "write-ahead log: pages of %u bytes", w->page_bytes);
	return 0;
}

/* The frame's page number and bytes; LC_ENOTFOUND where the log ends, which is no trouble. */
static int read_frame(struct wal *w, uint64_t i, struct sum *sum, uint32_t *ret_page,
		      uint32_t *ret_pages, struct lc_err *e)
{
	size_t n = (size_t)FRAME_BYTES + w->page_bytes;
	struct lc_slice frame = lc_slice_of(w->frame, n);
	struct lc_rd r = lc_rd_of(frame);
	uint64_t at = HEADER_BYTES + i * n;
	if (at > w->content->size || n > w->content->size - at)
		return LC_ENOTFOUND;
	int rc = lc_content_read(w->content, at, w->frame, n, e);
	if (rc)
		return rc;
	uint32_t page = lc_rd_be32(&r);
	*ret_pages = lc_rd_be32(&r);
	uint64_t salt = lc_rd_be64(&r);
	sum_add(sum, lc_sub(frame, 0, FRAME_SUMMED));
	sum_add(sum, lc_skip(frame, FRAME_BYTES));
	if (page == 0 || salt != w->salt || !sum_matches(sum, &r))
		return LC_ENOTFOUND;
	*ret_page = page;
	return 0;
}

/* Up to where are the transactions whole? */
static int find_commit(struct wal *w, struct lc_err *e)
{
	struct sum sum = w->sum;
	for (uint64_t i = 0;; i++) {
		uint32_t page;
		uint32_t pages;
		int r = read_frame(w, i, &sum, &page, &pages, e);
		if (r)
			return r == LC_ENOTFOUND ? 0 : r;
		if (pages) {
			w->commits = i + 1;
			w->pages = pages;
		}
	}
}

static int wal_open(struct wal *w, struct lc_err *e)
{
	int r = read_header(w, e);
	if (r)
		return r;
	w->frame = lc_alloc((size_t)FRAME_BYTES + w->page_bytes);
	return w->frame ? find_commit(w, e) : lc_fail(e, LC_ENOMEM, "out of memory");
}

static int resize(struct lc_buf *image, size_t n, struct lc_err *e)
{
	size_t more = n > image->n ? n - image->n : 0;
	uint8_t *p = more ? lc_buf_grow(image, more) : NULL;
	if (more && !p)
		return lc_fail(e, lc_buf_err(image), "database with its write-ahead log: %s",
			       lc_code_name(lc_buf_err(image)));
	if (more)
		memset(p, 0, more);
	return 0;
}

static int apply(struct wal *w, struct lc_buf *image, struct lc_err *e)
{
	struct sum sum = w->sum;
	for (uint64_t i = 0; i < w->commits; i++) {
		uint32_t page;
		uint32_t pages;
		size_t end;
		int r = read_frame(w, i, &sum, &page, &pages, e);
		if (r)
			return r; /* never the log's end: it was walked before */
		if (!lc_mul(page, w->page_bytes, &end))
			return lc_fail(e, LC_ELIMIT, "write-ahead log: page %u", page);
		if (page > w->pages) /* a later commit cut it off */
			continue;
		r = resize(image, end, e);
		if (r)
			return r;
		memcpy(image->p + end - w->page_bytes, w->frame + FRAME_BYTES, w->page_bytes);
	}
	size_t n = 0;
	if (w->commits && lc_mul(w->pages, w->page_bytes, &n) && n < image->n)
		image->n = n;
	return 0;
}

/* SQLite's own way to say 65536 in two bytes is 1. */
static uint32_t image_page_bytes(const struct lc_buf *image)
{
	struct lc_rd r = lc_rd_of(lc_buf_get(image));
	lc_rd_seek(&r, 16);
	uint32_t n = lc_rd_be16(&r);
	return n == 1 ? PAGE_MAX : n;
}

int rpmdb_wal_replay(const struct lc_content *content, struct lc_buf *image, struct lc_err *e)
{
	struct wal w = { .content = content };
	int r = wal_open(&w, e);
	if (r == 0 && w.commits && w.page_bytes != image_page_bytes(image))
		r = lc_fail(e, LC_EBAD, "write-ahead log: its pages are not the database's");
	r = r ? r : apply(&w, image, e);
	lc_free(w.frame);
	return r;
}

int rpmdb_wal_pages(const struct lc_content *content, uint64_t *ret, struct lc_err *e)
{
	struct wal w = { .content = content };
	int r = wal_open(&w, e);
	if (r == 0)
		*ret = w.commits;
	lc_free(w.frame);
	return r;
}
