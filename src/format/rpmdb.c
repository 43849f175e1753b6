#include "format/rpmdb.h"

#include "format/rpmdb_impl.h"

enum { HEAD_BYTES = 16 };

const char *rpmdb_kind_name(enum rpmdb_kind kind)
{
	static const char *const names[] = { "sqlite", "ndb", "bdb" };
	return names[kind];
}

/* The number at 12 of a Berkeley DB: a hash or a B-tree, written on either kind of machine. */
static bool is_bdb(struct lc_slice magic)
{
	return lc_eq(magic, LC_S("\x61\x15\x06\0")) || lc_eq(magic, LC_S("\0\x06\x15\x61")) ||
	       lc_eq(magic, LC_S("\x62\x31\x05\0")) || lc_eq(magic, LC_S("\0\x05\x31\x62"));
}

int rpmdb_kind_of(const struct lc_content *db, enum rpmdb_kind *ret, struct lc_err *e)
{
	uint8_t bytes[HEAD_BYTES] = { 0 };
	struct lc_slice head = lc_slice_of(bytes, HEAD_BYTES);
	if (db->size < HEAD_BYTES)
		return lc_fail(e, LC_ETRUNC, "rpm database of %u bytes", (unsigned)db->size);
	int r = lc_content_read(db, 0, bytes, HEAD_BYTES, e);
	if (r)
		return r;
	if (lc_eq(head, LC_S("SQLite format 3\0")))
		*ret = RPMDB_SQLITE;
	else if (lc_starts(head, LC_S("RpmP")))
		*ret = RPMDB_NDB;
	else if (is_bdb(lc_skip(head, 12)))
		*ret = RPMDB_BDB;
	else
		return lc_fail(e, LC_EBAD, "not a database of rpm's");
	return 0;
}

int rpmdb_spend(struct rpmdb_walk *w, uint64_t n, struct lc_err *e)
{
	if (n > w->left) {
		w->over = true;
		return lc_fail(e, LC_EBAD, "headers overlap: they are larger than the database");
	}
	w->left -= n;
	return 0;
}

int rpmdb_pass_over(struct rpmdb_walk *w, int r, const struct lc_err *own, struct lc_err *e)
{
	bool local = r == LC_EBAD || r == LC_ETRUNC || r == LC_EUNSUP;
	if (r && local && !w->over) {
		if (!w->bad)
			w->first = *own;
		w->bad = w->bad ? w->bad : r;
		return 0;
	}
	if (r && e)
		*e = *own;
	return r;
}

int rpmdb_give(struct rpmdb_walk *w, struct lc_slice header, struct lc_err *e)
{
	if (lc_limits_expired(w->limits))
		return lc_fail(e, LC_ECANCEL, "rpm database: time is up");
	return w->fn(w->ctx, header, e);
}

static int run(struct rpmdb_walk *w, struct lc_err *e)
{
	enum rpmdb_kind kind;
	int r = rpmdb_kind_of(w->db, &kind, e);
	if (r)
		return r;
	switch (kind) {
	case RPMDB_SQLITE:
		return rpmdb_sqlite(w, e);
	case RPMDB_NDB:
		return rpmdb_ndb(w, e);
	case RPMDB_BDB:
		return rpmdb_bdb(w, e);
	}
	return lc_fail(e, LC_EUNSUP, "not a database of rpm's");
}

int rpmdb_foreach(const struct lc_content *db, const struct lc_content *wal,
		  const struct lc_limits *limits, rpmdb_fn fn, void *ctx, struct lc_err *e)
{
	struct rpmdb_walk w = {
		.db = db,
		.wal = wal && wal->size ? wal : NULL,
		.limits = limits,
		.fn = fn,
		.ctx = ctx,
		.left = db->size,
	};
	lc_buf_init(&w.b, (size_t)RPMDB_HEADER_MAX);
	int r = run(&w, e);
	lc_buf_done(&w.b);
	if (r == 0 && w.bad) {
		r = w.bad;
		if (e)
			*e = w.first;
	}
	return r;
}
