/*
 * All numbers are little endian (those of the machine that wrote the file, really).
 *
 *	page     id:8 flags:2 entries:2 overflow:4      16 bytes
 *	         overflow: so many pages behind it belong to it
 *	meta     (page) magic:4 version:4 page size:4 flags:4 root:8 sequence:8 freelist:8
 *	         pages:8 transaction:8 checksum:8       pages 0 and 1
 *	         the checksum is FNV-1a of what is before it
 *	branch   (page) entries × offset:4 key size:4 page:8
 *	leaf     (page) entries × flags:4 offset:4 key size:4 value size:4
 *	bucket   (value of a leaf's entry with flag 1) root:8 sequence:8, then a leaf if root is 0
 *
 * Offsets count from the entry that has them; keys and values follow each other in its order.
 */
#include "format/bbolt.h"

#include "base/buf.h"
#include "base/shim.h"

enum {
	HEADER_BYTES = 16,
	ENTRY_BYTES = 16,
	META_BYTES = 64,
	META_SUMMED = 56,
	VERSION = 2,
	PAGE_MIN = 1024,
	PAGE_MAX = 65536,
	BUCKET_BYTES = 16,
	KEY_MAX = 32768,
	SPAN_MAX = 4 << 20, /* bytes of one page with its overflow */
	DEPTH_MAX = 16
};

static const uint32_t magic = 0xed0cdaed;

enum page_flags { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_META = 4 };

struct page {
	struct lc_slice bytes;
	uint64_t number;
	bool branch;
	uint16_t entries, next; /* next: the one that next_entry() gives */
	size_t used;            /* where its key may begin */
	uint8_t *own;           /* the bytes, unless they lie in a value */
};

struct entry {
	struct bbolt_item item;
	uint64_t page; /* of a branch's */
};

/* ---- meta pages ---- */

static uint64_t fnv1a(struct lc_slice s)
{
	uint64_t h = 0xcbf29ce484222325;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 0x100000001b3;
	return h;
}

static int parse_meta(struct lc_slice bytes, struct bbolt *ret, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(bytes);
	struct lc_slice summed = lc_sub(bytes, HEADER_BYTES, META_SUMMED);
	struct bbolt m = { 0 };
	lc_rd_seek(&r, 8);
	uint16_t flags = lc_rd_le16(&r);
	lc_rd_seek(&r, HEADER_BYTES);
	if (lc_rd_le32(&r) != magic || !(flags & PAGE_META))
		return lc_fail(e, LC_EBAD, "no bbolt database");
	uint32_t version = lc_rd_le32(&r);
	m.page_bytes = lc_rd_le32(&r);
	(void)lc_rd_le32(&r); /* flags, unused */
	m.root.page = lc_rd_le64(&r);
	(void)lc_rd_le64(&r); /* sequence */
	(void)lc_rd_le64(&r); /* freelist */
	m.pages = lc_rd_le64(&r);
	m.txid = lc_rd_le64(&r);
	if (lc_rd_le64(&r) != fnv1a(summed))
		return lc_fail(e, LC_EBAD, "bbolt database: checksum of the meta page is wrong");
	if (version != VERSION)
		return lc_fail(e, LC_EUNSUP, "bbolt database of version %u", version);
	if (m.page_bytes < PAGE_MIN || m.page_bytes > PAGE_MAX ||
	    (m.page_bytes & (m.page_bytes - 1)))
		return lc_fail(e, LC_EBAD, "bbolt database with pages of %u bytes", m.page_bytes);
	*ret = m;
	return 0;
}

static int read_meta(const struct lc_content *c, uint64_t at, struct bbolt *ret, struct lc_err *e)
{
	uint8_t bytes[HEADER_BYTES + META_BYTES] = { 0 };
	int rc = lc_content_read(c, at, bytes, sizeof(bytes), e);
	return rc ? rc : parse_meta(lc_slice_of(bytes, sizeof(bytes)), ret, e);
}

/* Only one of the two is ever being written. Without the first the second may be anywhere. */
static int last_meta(const struct lc_content *c, struct bbolt *ret, struct lc_err *e)
{
	struct bbolt other;
	int rc = read_meta(c, 0, ret, e);
	if (rc == 0) {
		if (read_meta(c, ret->page_bytes, &other, NULL) == 0 && other.txid > ret->txid &&
		    other.page_bytes == ret->page_bytes)
			*ret = other;
		return 0;
	}
	if (rc == LC_EUNSUP || rc == LC_EIO || rc == LC_ETRUNC)
		return rc;
	for (uint32_t at = PAGE_MIN; at <= PAGE_MAX; at *= 2) {
		if (read_meta(c, at, &other, NULL) == 0 && other.page_bytes == at) {
			*ret = other;
			lc_err_clear(e);
			return 0;
		}
	}
	return rc;
}

int bbolt_open(const struct lc_content *c, const struct lc_limits *limits, struct bbolt *ret,
	       struct lc_err *e)
{
	struct bbolt db;
	int rc = last_meta(c, &db, e);
	if (rc)
		return rc;
	if (db.root.page == 0)
		return lc_fail(e, LC_EBAD, "bbolt database without a root");
	db.content = c;
	db.limits = limits;
	*ret = db;
	return 0;
}

bool bbolt_changed(const struct bbolt *db)
{
	struct bbolt now;
	return last_meta(db->content, &now, NULL) || now.txid != db->txid;
}

/* ---- pages ---- */

static int parse_page(struct page *p, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(p->bytes);
	lc_rd_seek(&r, 8);
	uint16_t flags = lc_rd_le16(&r);
	p->entries = lc_rd_le16(&r);
	p->branch = flags == PAGE_BRANCH;
	p->next = 0;
	p->used = HEADER_BYTES + (size_t)ENTRY_BYTES * p->entries;
	if (r.bad || p->used > p->bytes.n || (flags != PAGE_BRANCH && flags != PAGE_LEAF) ||
	    (p->branch && p->entries == 0))
		return lc_fail(e, LC_EBAD, "page %llu of the database is damaged",
			       (unsigned long long)p->number);
	return 0;
}

/* How many bytes the page has with its overflow. */
static int page_span(const struct bbolt *db, uint64_t number, size_t *ret, struct lc_err *e)
{
	uint8_t bytes[HEADER_BYTES] = { 0 };
	struct lc_rd r = lc_rd_of(lc_slice_of(bytes, sizeof(bytes)));
	if (number < 2 || number >= db->pages)
		return lc_fail(e, LC_EBAD, "the database leads to page %llu of %llu",
			       (unsigned long long)number, (unsigned long long)db->pages);
	if (number >= db->content->size / db->page_bytes)
		return lc_fail(e, LC_ETRUNC, "the database ends before its page %llu",
			       (unsigned long long)number);
	int rc = lc_content_read(db->content, number * db->page_bytes, bytes, sizeof(bytes), e);
	if (rc)
		return rc;
	uint64_t id = lc_rd_le64(&r);
	(void)lc_rd_le32(&r); /* flags, entries */
	uint64_t n = (uint64_t)lc_rd_le32(&r) + 1;
	if (id != number || n > db->pages - number)
		return lc_fail(e, LC_EBAD, "page %llu of the database is damaged",
			       (unsigned long long)number);
	if (n > SPAN_MAX / db->page_bytes)
		return lc_fail(e, LC_ELIMIT, "page %llu of the database is larger than %d bytes",
			       (unsigned long long)number, SPAN_MAX);
	*ret = (size_t)n * db->page_bytes;
	return 0;
}

static void page_done(struct page *p)
{
	lc_free(LC_STEAL(p->own));
}

/* The caller's p is empty or done. */
static int page_read(const struct bbolt *db, uint64_t number, struct page *p, struct lc_err *e)
{
	size_t n = 0;
	if (lc_limits_expired(db->limits))
		return lc_fail(e, LC_ECANCEL, "time is up");
	int rc = page_span(db, number, &n, e);
	if (rc)
		return rc;
	*p = (struct page){ .number = number, .own = lc_alloc(n) };
	if (!p->own)
		return lc_fail(e, LC_ENOMEM, "no memory for a page of the database");
	p->bytes = lc_slice_of(p->own, n);
	rc = lc_content_read(db->content, number * db->page_bytes, p->own, n, e);
	rc = rc ? rc : parse_page(p, e);
	if (rc)
		page_done(p);
	return rc;
}

static int bucket_page(const struct bbolt *db, const struct bbolt_bucket *b, struct page *p,
		       struct lc_err *e)
{
	if (b->page)
		return page_read(db, b->page, p, e);
	*p = (struct page){ .bytes = b->inside };
	int rc = parse_page(p, e);
	if (rc == 0 && p->branch)
		rc = lc_fail(e, LC_EBAD, "a branch within a value of the database");
	return rc;
}

/* The entries in order; false behind the last. None begins before the one before it ends. */
static int next_entry(struct page *p, struct entry *ret, bool *ret_has, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(p->bytes);
	size_t at = HEADER_BYTES + (size_t)ENTRY_BYTES * p->next;
	struct entry x = { 0 };
	*ret_has = p->next < p->entries;
	if (!*ret_has)
		return 0;
	lc_rd_seek(&r, at);
	x.item.is_bucket = !p->branch && lc_rd_le32(&r) & 1;
	size_t offset = lc_rd_le32(&r);
	uint32_t key = lc_rd_le32(&r);
	uint32_t value = 0;
	if (p->branch)
		x.page = lc_rd_le64(&r);
	else
		value = lc_rd_le32(&r);
	if (offset <= p->bytes.n)
		lc_rd_seek(&r, at + offset);
	if (offset > p->bytes.n || at + offset < p->used || key > KEY_MAX)
		r.bad = true;
	x.item.key = lc_rd_take(&r, key);
	x.item.value = lc_rd_take(&r, value);
	if (r.bad)
		return lc_fail(e, LC_EBAD, "page %llu of the database: entry %u lies outside of it",
			       (unsigned long long)p->number, p->next);
	p->used = r.off;
	p->next++;
	*ret = x;
	return 0;
}

/* ---- one key ---- */

/* The last child whose first key is not past key; a key before all is in none. */
static int child_for(struct page *p, struct lc_slice key, uint64_t *ret, struct lc_err *e)
{
	struct entry x;
	bool has = false;
	*ret = 0;
	for (;;) {
		int rc = next_entry(p, &x, &has, e);
		if (rc || !has || lc_cmp(x.item.key, key) > 0)
			return rc;
		*ret = x.page;
	}
}

static int leaf_for(const struct bbolt *db, const struct bbolt_bucket *in, struct lc_slice key,
		    struct page *ret, struct lc_err *e)
{
	uint64_t below = 0;
	int rc = bucket_page(db, in, ret, e);
	for (unsigned depth = 0; rc == 0 && ret->branch; depth++) {
		rc = child_for(ret, key, &below, e);
		page_done(ret);
		if (rc == 0 && depth == DEPTH_MAX)
			rc = lc_fail(e, LC_EBAD, "the database's tree has no end");
		if (rc == 0)
			rc = below ? page_read(db, below, ret, e) : LC_ENOTFOUND;
	}
	return rc;
}

static int find_item(struct page *leaf, struct lc_slice key, bool bucket, struct lc_slice *ret,
		     struct lc_err *e)
{
	struct entry x;
	bool has = false;
	int rc = next_entry(leaf, &x, &has, e);
	while (rc == 0 && has && !lc_eq(x.item.key, key))
		rc = next_entry(leaf, &x, &has, e);
	if (rc)
		return rc;
	if (!has || x.item.is_bucket != bucket)
		return LC_ENOTFOUND;
	*ret = x.item.value;
	return 0;
}

static int find(const struct bbolt *db, const struct bbolt_bucket *in, struct lc_slice key,
		bool bucket, struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	struct lc_slice value = { NULL, 0 };
	struct page leaf LC_CLEANUP(page_done) = { 0 };
	int rc = leaf_for(db, in, key, &leaf, e);
	rc = rc ? rc : find_item(&leaf, key, bucket, &value, e);
	if (rc)
		return rc;
	rc = lc_arena_dup(a, value, ret);
	return rc ? lc_fail(e, rc, "no memory for a value of the database") : 0;
}

int bbolt_get(const struct bbolt *db, const struct bbolt_bucket *in, struct lc_slice key,
	      struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	return find(db, in, key, false, a, ret, e);
}

int bbolt_item_bucket(const struct bbolt_item *item, struct bbolt_bucket *ret, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(item->value);
	uint64_t page = lc_rd_le64(&r);
	(void)lc_rd_le64(&r); /* sequence */
	if (r.bad || !item->is_bucket)
		return lc_fail(e, LC_EBAD, "a bucket of the database is damaged");
	*ret = (struct bbolt_bucket){ page, lc_skip(item->value, BUCKET_BYTES) };
	return 0;
}

int bbolt_bucket(const struct bbolt *db, const struct bbolt_bucket *in, struct lc_slice key,
		 struct lc_arena *a, struct bbolt_bucket *ret, struct lc_err *e)
{
	struct bbolt_item item = { .is_bucket = true };
	int rc = find(db, in, key, true, a, &item.value, e);
	return rc ? rc : bbolt_item_bucket(&item, ret, e);
}

/* ---- all of them ---- */

struct walk {
	const struct bbolt *db;
	bbolt_fn fn;
	void *ctx;
	uint64_t left; /* bytes that may still be read: no page is part of a tree twice */
	struct lc_buf last;
	bool any;
	struct page stack[DEPTH_MAX];
	size_t depth;
};

static int give(struct walk *w, const struct bbolt_item *item, struct lc_err *e)
{
	if (w->any && lc_cmp(lc_buf_get(&w->last), item->key) >= 0)
		return lc_fail(e, LC_EBAD, "keys of the database are out of order");
	w->any = true;
	lc_buf_clear(&w->last);
	if (lc_buf_slice(&w->last, item->key))
		return lc_fail(e, lc_buf_err(&w->last), "no memory for a key of the database");
	return w->fn(w->ctx, item, e);
}

static int enter(struct walk *w, uint64_t number, struct lc_err *e)
{
	if (w->depth == DEPTH_MAX)
		return lc_fail(e, LC_EBAD, "the database's tree has no end");
	struct page *p = &w->stack[w->depth];
	int rc = page_read(w->db, number, p, e);
	if (rc)
		return rc;
	w->depth++;
	if (p->bytes.n > w->left)
		return lc_fail(e, LC_EBAD, "the database's tree has no end");
	w->left -= p->bytes.n;
	return 0;
}

/* The next entry of the page on top: of a leaf to fn, of a branch onto the stack. */
static int step(struct walk *w, struct lc_err *e)
{
	struct entry x;
	bool has = false;
	struct page *p = &w->stack[w->depth - 1];
	int rc = next_entry(p, &x, &has, e);
	if (rc)
		return rc;
	if (has)
		return p->branch ? enter(w, x.page, e) : give(w, &x.item, e);
	page_done(p);
	w->depth--;
	return 0;
}

int bbolt_foreach(const struct bbolt *db, const struct bbolt_bucket *in, bbolt_fn fn, void *ctx,
		  struct lc_err *e)
{
	struct walk w = { .db = db, .fn = fn, .ctx = ctx, .left = db->content->size };
	lc_buf_init(&w.last, KEY_MAX);
	int rc = in->page ? enter(&w, in->page, e) : bucket_page(db, in, &w.stack[w.depth++], e);
	while (rc == 0 && w.depth)
		rc = step(&w, e);
	while (w.depth)
		page_done(&w.stack[--w.depth]);
	lc_buf_done(&w.last);
	return rc;
}
