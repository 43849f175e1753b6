/*
 * rpm headers and databases made by hand, for tests to read and to spoil.
 */
#pragma once

#include "base/buf.h"

/* ---- headers ---- */

enum {
	RPM_INT16 = 3,
	RPM_INT32 = 4,
	RPM_TEXT = 6,
	RPM_BYTES = 7,
	RPM_TEXTS = 8,
	RPM_I18N = 9,
};

struct make_header {
	uint32_t entries;
	struct lc_buf index, data;
};

void make_header_init(struct make_header *m);
void make_header_done(struct make_header *m);
/** An entry of count values whose bytes are given as they stand. */
void make_entry(struct make_header *m, uint32_t tag, uint32_t type, uint32_t count,
		struct lc_slice bytes);
/** An entry that says where its value is. */
void make_entry_at(struct make_header *m, uint32_t tag, uint32_t type, uint32_t offset,
		   uint32_t count);
void make_tag(struct make_header *m, uint32_t tag, const char *text);
void make_int32(struct make_header *m, uint32_t tag, uint32_t value);
/** Append the blob. */
void make_header_end(struct make_header *m, struct lc_buf *out);

/** A package with three files and all fields that are read, filled from its name. */
void make_package(struct lc_buf *out, const char *name, const char *version, const char *release);

/* ---- databases ---- */

enum { MAKE_HEADERS_MAX = 512 };

struct make_headers {
	struct lc_buf v[MAKE_HEADERS_MAX];
	size_t n;
};

/** n packages "p000", "p001", …, the later ones larger than a page. */
void make_headers(struct make_headers *h, size_t n);
void make_headers_done(struct make_headers *h);

void make_ndb(struct lc_buf *out, const struct make_headers *h);

enum { BDB_BIG = 1, BDB_BTREE = 2, BDB_INLINE = 4 };
void make_bdb(struct lc_buf *out, const struct make_headers *h, uint32_t page_bytes,
	      unsigned flags);

/** By SQLite itself; its header says that there is a write-ahead log, as rpm's does. */
void make_sqlite(struct lc_buf *out, const struct make_headers *h, const char *extra_sql);

/** A log that turns the database before into the one after; big: checksums of that byte order. */
void make_wal(struct lc_buf *out, struct lc_slice after, uint32_t page_bytes, bool big);

/** Numbers written over others in a copy. */
void put_le32(struct lc_buf *b, size_t at, uint32_t v);
void put_be32(struct lc_buf *b, size_t at, uint32_t v);
/** NDB's checksum, to be put right after a change. */
uint32_t make_adler32(struct lc_slice s);
