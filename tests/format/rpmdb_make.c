#include "rpmdb_make.h"

#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "support/slice_assert.h"

enum { CAP = 64 << 20 };

static void be32(struct lc_buf *b, uint32_t v)
{
	const uint8_t p[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			      (uint8_t)v };
	assert_int_equal(lc_buf_add(b, p, 4), 0);
}

static void le32(struct lc_buf *b, uint32_t v)
{
	assert_int_equal(lc_buf_le32(b, v), 0);
}

static void bytes(struct lc_buf *b, struct lc_slice s)
{
	assert_int_equal(lc_buf_slice(b, s), 0);
}

static void zeros(struct lc_buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(lc_buf_byte(b, 0), 0);
}

void put_le32(struct lc_buf *b, size_t at, uint32_t v)
{
	assert_true(at + 4 <= b->n);
	for (size_t i = 0; i < 4; i++)
		b->p[at + i] = (uint8_t)(v >> 8 * i);
}

void put_be32(struct lc_buf *b, size_t at, uint32_t v)
{
	assert_true(at + 4 <= b->n);
	for (size_t i = 0; i < 4; i++)
		b->p[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

/* ---- headers ---- */

void make_header_init(struct make_header *m)
{
	m->entries = 0;
	lc_buf_init(&m->index, CAP);
	lc_buf_init(&m->data, CAP);
}

void make_header_done(struct make_header *m)
{
	lc_buf_done(&m->index);
	lc_buf_done(&m->data);
}

void make_entry_at(struct make_header *m, uint32_t tag, uint32_t type, uint32_t offset,
		   uint32_t count)
{
	be32(&m->index, tag);
	be32(&m->index, type);
	be32(&m->index, offset);
	be32(&m->index, count);
	m->entries++;
}

void make_entry(struct make_header *m, uint32_t tag, uint32_t type, uint32_t count,
		struct lc_slice value)
{
	make_entry_at(m, tag, type, (uint32_t)m->data.n, count);
	bytes(&m->data, value);
}

void make_tag(struct make_header *m, uint32_t tag, const char *text)
{
	make_entry(m, tag, RPM_TEXT, 1, lc_slice_of(text, strlen(text) + 1));
}

void make_int32(struct make_header *m, uint32_t tag, uint32_t value)
{
	make_entry_at(m, tag, RPM_INT32, (uint32_t)m->data.n, 1);
	be32(&m->data, value);
}

void make_header_end(struct make_header *m, struct lc_buf *out)
{
	be32(out, m->entries);
	be32(out, (uint32_t)m->data.n);
	bytes(out, lc_buf_get(&m->index));
	bytes(out, lc_buf_get(&m->data));
}

static void make_files(struct make_header *m, const char *name)
{
	char names[256];
	char dirs[256];
	int n = snprintf(names, sizeof(names), "%s%cbin%cREADME", name, 0, 0) + 1;
	int d = snprintf(dirs, sizeof(dirs), "/usr/bin/%c/usr/share/%s/%c", 0, name, 0);
	make_entry(m, 1117, RPM_TEXTS, 3, lc_slice_of(names, (size_t)n));
	make_entry(m, 1116, RPM_INT32, 3, LC_S("\0\0\0\0\0\0\0\1\0\0\0\1"));
	make_entry(m, 1118, RPM_TEXTS, 2, lc_slice_of(dirs, (size_t)d));
	make_entry(m, 1035, RPM_TEXTS, 3, LC_S("00ff\0\0abcd\0"));
	make_entry(m, 1030, RPM_INT16, 3, LC_S("\201\355\101\355\201\244"));
	make_int32(m, 5011, 8);
}

void make_package(struct lc_buf *out, const char *name, const char *version, const char *release)
{
	char source[256];
	struct make_header m;
	make_header_init(&m);
	(void)snprintf(source, sizeof(source), "%s-src-%s-%s.src.rpm", name, version, release);
	make_tag(&m, 1000, name);
	make_tag(&m, 1001, version);
	make_tag(&m, 1002, release);
	make_int32(&m, 1008, 1700000000);
	make_tag(&m, 1011, "Example Project");
	make_tag(&m, 1014, "MIT");
	make_tag(&m, 1022, "x86_64");
	make_tag(&m, 1044, source);
	make_tag(&m, 5096, "mod:1:2:3");
	make_entry(&m, 261, RPM_BYTES, 16, LC_S("0123456789abcdef"));
	make_files(&m, name);
	make_header_end(&m, out);
	make_header_done(&m);
}

void make_headers(struct make_headers *h, size_t n)
{
	assert_true(n <= MAKE_HEADERS_MAX);
	h->n = n;
	for (size_t i = 0; i < n; i++) {
		char name[32];
		struct make_header m;
		struct lc_buf padding;
		make_header_init(&m);
		lc_buf_init(&padding, CAP);
		lc_buf_init(&h->v[i], CAP);
		(void)snprintf(name, sizeof(name), "p%03zu", i);
		make_tag(&m, 1000, name);
		make_tag(&m, 1001, "1.0");
		make_tag(&m, 1002, "1");
		zeros(&padding, i * 400 % 20000);
		make_entry(&m, 1005, RPM_BYTES, (uint32_t)padding.n, lc_buf_get(&padding));
		make_header_end(&m, &h->v[i]);
		make_header_done(&m);
		lc_buf_done(&padding);
	}
}

void make_headers_done(struct make_headers *h)
{
	for (size_t i = 0; i < h->n; i++)
		lc_buf_done(&h->v[i]);
	h->n = 0;
}

/* ---- NDB ---- */

uint32_t make_adler32(struct lc_slice s)
{
	uint32_t a = 1;
	uint32_t b = 0;
	for (size_t i = 0; i < s.n; i++) {
		a = (a + s.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static void ndb_blob(struct lc_buf *out, uint32_t package, struct lc_slice header)
{
	size_t start = out->n;
	bytes(out, LC_S("BlbS"));
	le32(out, package);
	le32(out, 1);
	le32(out, (uint32_t)header.n);
	bytes(out, header);
	zeros(out, (16 - (header.n + 12) % 16) % 16);
	le32(out, make_adler32(lc_skip(lc_buf_get(out), start)));
	le32(out, (uint32_t)header.n);
	bytes(out, LC_S("BlbE"));
}

void make_ndb(struct lc_buf *out, const struct make_headers *h)
{
	uint32_t pages = (uint32_t)((h->n + 2) / 256 + 1);
	uint32_t block = pages * 256;
	bytes(out, LC_S("RpmP"));
	le32(out, 0);
	le32(out, 1);
	le32(out, pages);
	zeros(out, 16);
	for (uint32_t i = 0; i + 2 < pages * 256; i++) {
		uint32_t blocks = i < h->n ? (uint32_t)((h->v[i].n + 28 + 15) / 16) : 0;
		bytes(out, LC_S("Slot"));
		le32(out, blocks ? i + 1 : 0);
		le32(out, blocks ? block : 0);
		le32(out, blocks);
		block += blocks;
	}
	for (uint32_t i = 0; i < h->n; i++)
		ndb_blob(out, i + 1, lc_buf_get(&h->v[i]));
}

/* ---- Berkeley DB ---- */

struct bdb {
	struct lc_buf *out;
	uint32_t page_bytes;
	unsigned flags;
	size_t page; /* start of the page being filled */
	uint32_t entries;
	size_t end; /* of its free room */
};

static void bdb_put32(const struct bdb *b, size_t at, uint32_t v)
{
	if (b->flags & BDB_BIG)
		put_be32(b->out, at, v);
	else
		put_le32(b->out, at, v);
}

static void bdb_put16(const struct bdb *b, size_t at, size_t v)
{
	bool big = b->flags & BDB_BIG;
	b->out->p[at] = (uint8_t)(big ? v >> 8 : v);
	b->out->p[at + 1] = (uint8_t)(big ? v : v >> 8);
}

static uint32_t bdb_page(struct bdb *b, uint8_t type)
{
	b->page = b->out->n;
	b->entries = 0;
	b->end = b->page_bytes;
	zeros(b->out, b->page_bytes);
	b->out->p[b->page + 25] = type;
	bdb_put32(b, b->page + 8, (uint32_t)(b->page / b->page_bytes));
	return (uint32_t)(b->page / b->page_bytes);
}

static void bdb_item(struct bdb *b, uint8_t kind, struct lc_slice value)
{
	bool btree = b->flags & BDB_BTREE;
	size_t head = btree && kind == 1 ? 3 : 1;
	b->end -= head + value.n;
	assert_true(b->end > 26 + 2 * ((size_t)b->entries + 1));
	bdb_put16(b, b->page + 26 + 2 * (size_t)b->entries, b->end);
	bdb_put16(b, b->page + 20, ++b->entries);
	if (head == 3)
		bdb_put16(b, b->page + b->end, value.n);
	b->out->p[b->page + b->end + head - 1] = kind;
	memcpy(b->out->p + b->page + b->end + head, value.p, value.n);
}

/* {unused, page, length}, which a B-tree has two bytes of before the kind. */
static void bdb_item_elsewhere(struct bdb *b, uint32_t page, uint32_t length)
{
	bool btree = b->flags & BDB_BTREE;
	size_t at;
	b->end -= 12;
	assert_true(b->end > 26 + 2 * ((size_t)b->entries + 1));
	at = b->page + b->end;
	bdb_put16(b, b->page + 26 + 2 * (size_t)b->entries, b->end);
	bdb_put16(b, b->page + 20, ++b->entries);
	b->out->p[at + (btree ? 2 : 0)] = 3;
	bdb_put32(b, at + 4, page);
	bdb_put32(b, at + 8, length);
}

static uint32_t bdb_chain(struct bdb *b, struct lc_slice header)
{
	uint32_t first = 0;
	while (header.n) {
		struct lc_slice part = lc_sub(header, 0, b->page_bytes - 26);
		size_t before = b->page;
		uint32_t number = bdb_page(b, 7);
		if (first)
			bdb_put32(b, before + 16, number);
		else
			first = number;
		bdb_put16(b, b->page + 22, part.n);
		memcpy(b->out->p + b->page + 26, part.p, part.n);
		header = lc_skip(header, part.n);
	}
	return first;
}

static void bdb_key(struct bdb *b, uint32_t key)
{
	uint8_t p[4];
	for (size_t i = 0; i < 4; i++)
		p[i] = (uint8_t)(key >> (b->flags & BDB_BIG ? 24 - 8 * i : 8 * i));
	bdb_item(b, 1, lc_slice_of(p, 4));
}

/* Chains first, so that the pages with the pairs stand behind them, one pair a page. */
void make_bdb(struct lc_buf *out, const struct make_headers *h, uint32_t page_bytes, unsigned flags)
{
	struct bdb b = { .out = out, .page_bytes = page_bytes, .flags = flags };
	bool btree = flags & BDB_BTREE;
	uint8_t leaf = btree ? 5 : 13;
	bdb_page(&b, btree ? 9 : 8);
	bdb_put32(&b, 12, btree ? 0x00053162 : 0x00061561);
	bdb_put32(&b, 16, btree ? 10 : 9);
	bdb_put32(&b, 20, page_bytes);
	(void)bdb_page(&b, leaf);
	bdb_key(&b, 0); /* the next number to give */
	bdb_item(&b, 1, LC_S("\1\2\3\4"));
	for (size_t i = 0; i < h->n; i++) {
		struct lc_slice header = lc_buf_get(&h->v[i]);
		bool here = flags & BDB_INLINE && header.n < page_bytes - 100;
		uint32_t first = here ? 0 : bdb_chain(&b, header);
		(void)bdb_page(&b, leaf);
		bdb_key(&b, (uint32_t)i + 1);
		if (here)
			bdb_item(&b, 1, header);
		else
			bdb_item_elsewhere(&b, first, (uint32_t)header.n);
	}
	bdb_put32(&b, 32, (uint32_t)(out->n / page_bytes - 1));
}

/* ---- SQLite ---- */

void make_sqlite(struct lc_buf *out, const struct make_headers *h, const char *extra_sql)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	sqlite3_int64 n;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY "
				      "AUTOINCREMENT, blob BLOB NOT NULL)",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "INSERT INTO Packages (blob) VALUES (?)", -1, &s, NULL),
		SQLITE_OK);
	for (size_t i = 0; i < h->n; i++) {
		assert_int_equal(sqlite3_bind_blob(s, 1, h->v[i].p, (int)h->v[i].n, SQLITE_STATIC),
				 SQLITE_OK);
		assert_int_equal(sqlite3_step(s), SQLITE_DONE);
		assert_int_equal(sqlite3_reset(s), SQLITE_OK);
	}
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	if (extra_sql)
		assert_int_equal(sqlite3_exec(db, extra_sql, NULL, NULL, NULL), SQLITE_OK);
	unsigned char *image = sqlite3_serialize(db, "main", &n, 0);
	assert_non_null(image);
	size_t start = out->n;
	bytes(out, lc_slice_of(image, (size_t)n));
	out->p[start + 18] = 2;
	out->p[start + 19] = 2;
	sqlite3_free(image);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void wal_sum(uint32_t s[2], struct lc_slice words, bool big)
{
	struct lc_rd r = lc_rd_of(words);
	while (lc_rd_left(&r)) {
		s[0] += (big ? lc_rd_be32(&r) : lc_rd_le32(&r)) + s[1];
		s[1] += (big ? lc_rd_be32(&r) : lc_rd_le32(&r)) + s[0];
	}
}

void make_wal(struct lc_buf *out, struct lc_slice after, uint32_t page_bytes, bool big)
{
	uint32_t s[2] = { 0, 0 };
	uint32_t pages = (uint32_t)(after.n / page_bytes);
	be32(out, 0x377f0682 | big);
	be32(out, 3007000);
	be32(out, page_bytes);
	be32(out, 0);
	bytes(out, LC_S("saltsalt"));
	wal_sum(s, lc_buf_get(out), big);
	be32(out, s[0]);
	be32(out, s[1]);
	for (uint32_t i = 1; i <= pages; i++) {
		struct lc_slice page = lc_sub(after, (size_t)(i - 1) * page_bytes, page_bytes);
		size_t start = out->n;
		be32(out, i);
		be32(out, i == pages ? pages : 0);
		wal_sum(s, lc_skip(lc_buf_get(out), start), big);
		wal_sum(s, page, big);
		bytes(out, LC_S("saltsalt"));
		be32(out, s[0]);
		be32(out, s[1]);
		bytes(out, page);
	}
}
