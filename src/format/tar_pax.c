/*
 * Extended headers and sparse maps.
 *
 *   pax body = record*,  record = LENGTH SP KEY "=" VALUE LF,  LENGTH counts the whole record
 *   an empty VALUE takes the key back
 *   GNU sparse: 0.0 repeats GNU.sparse.offset / numbytes, 0.1 has GNU.sparse.map "off,n,off,n",
 *   1.0 keeps the map as decimal lines in front of the content
 */
#include "format/tar_impl.h"

#include "base/arith.h"
#include "base/shim.h"

void tar_sparse_done(struct tar_sparse *s)
{
	lc_free(s->v);
	*s = (struct tar_sparse){ 0 };
}

static int sparse_room(struct tar_sparse *s, struct lc_err *e)
{
	size_t room = s->room ? s->room * 2 : 16;
	struct tar_part *v;

	if (s->n < s->room)
		return 0;
	if (s->n >= TAR_SPARSE_MAX)
		return lc_fail(e, LC_ELIMIT, "sparse file of more than %d parts", TAR_SPARSE_MAX);
	v = lc_realloc(s->v, room * sizeof(*v));
	if (!v)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	s->v = v;
	s->room = room;
	return 0;
}

int tar_sparse_add(struct tar_sparse *s, uint64_t off, uint64_t n, struct lc_err *e)
{
	uint64_t before = s->n ? s->v[s->n - 1].off + s->v[s->n - 1].n : 0;
	uint64_t end;
	int rc;

	if (!lc_add64(off, n, &end) || end > INT64_MAX || off < before)
		return lc_fail(e, LC_EBAD, "parts of a sparse file overlap");
	if (n == 0)
		return 0;
	rc = sparse_room(s, e);
	if (!rc)
		s->v[s->n++] = (struct tar_part){ off, n };
	return rc;
}

int tar_sparse_check(const struct tar_sparse *s, uint64_t size, uint64_t stored, struct lc_err *e)
{
	uint64_t data = 0;

	for (size_t i = 0; i < s->n; i++)
		data += s->v[i].n; /* disjoint below 2^63: no wrap */
	if (s->n && s->v[s->n - 1].off + s->v[s->n - 1].n > size)
		return lc_fail(e, LC_EBAD, "sparse file has data past its end");
	if (data > stored)
		return lc_fail(e, LC_EBAD, "sparse file has less data than its map says");
	return 0;
}

static bool decimal(struct lc_slice s, uint64_t *ret)
{
	return lc_u64(s, 10, INT64_MAX, ret);
}

int tar_sparse_text(struct tar_sparse *s, struct lc_slice map, struct lc_err *e)
{
	struct lc_slice off;
	struct lc_slice n;

	while (map.n && lc_split(&map, ',', &off)) {
		uint64_t o;
		uint64_t len;
		if (!lc_split(&map, ',', &n) || !decimal(off, &o) || !decimal(n, &len))
			return lc_fail(e, LC_EBAD, "sparse map is no list of number pairs");
		int rc = tar_sparse_add(s, o, len, e);
		if (rc)
			return rc;
	}
	return 0;
}

int tar_sparse_old(struct tar_sparse *s, struct lc_slice from, size_t count, struct lc_err *e)
{
	for (size_t i = 0; i < count; i++) {
		struct lc_slice off = lc_sub(from, i * 24, 12);
		struct lc_slice n = lc_sub(from, i * 24 + 12, 12);
		int64_t o;
		int64_t len;
		if (off.n == 0 || off.p[0] == '\0')
			return 0;
		if (!tar_number(off, &o) || !tar_number(n, &len) || o < 0 || len < 0)
			return lc_fail(e, LC_EBAD, "sparse map holds a bad number");
		int rc = tar_sparse_add(s, (uint64_t)o, (uint64_t)len, e);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- records ---- */

/* Seconds with an optional fraction, which is dropped downwards: -1.5 is -2. */
static bool pax_time(struct lc_slice s, int64_t *ret)
{
	bool negative = lc_chop_prefix(&s, LC_S("-"));
	struct lc_slice whole = s;
	struct lc_slice fraction = { 0 };
	uint64_t v;
	bool rest = false;

	(void)lc_cut(s, '.', &whole, &fraction); /* no point: all of it is whole */
	if (!decimal(whole, &v))
		return false;
	for (size_t i = 0; i < fraction.n; i++) {
		if (!lc_is_digit(fraction.p[i]))
			return false;
		rest |= fraction.p[i] != '0';
	}
	*ret = negative ? -(int64_t)v - (rest ? 1 : 0) : (int64_t)v;
	return true;
}

static int pax_number(struct lc_slice value, bool *has, uint64_t *ret, struct lc_err *e)
{
	*has = value.n > 0;
	if (value.n && !decimal(value, ret))
		return lc_fail(e, LC_EBAD, "pax header holds '%s' for a number", lc_quote(value).s);
	return 0;
}

/* Unreadable owners and times are left to the plain header. */
static void pax_lenient(struct lc_slice value, bool *has, uint64_t *ret)
{
	*has = decimal(value, ret);
}

static int pax_version(struct lc_slice value, int *ret, struct lc_err *e)
{
	uint64_t v;

	if (!lc_u64(value, 10, 1000, &v))
		return lc_fail(e, LC_EBAD, "pax header holds '%s' for a version",
			       lc_quote(value).s);
	*ret = (int)v;
	return 0;
}

struct sparse_state {
	struct tar_sparse *map;
	uint64_t off;
	bool has_off;
};

/* Offset and length are two records, the offset first. */
static int pax_part(struct sparse_state *st, struct lc_slice key, struct lc_slice value,
		    struct lc_err *e)
{
	bool is_off = lc_eq(key, LC_S("offset"));
	uint64_t v;

	if (!decimal(value, &v) || is_off == st->has_off)
		return lc_fail(e, LC_EBAD, "pax header holds a broken sparse map");
	st->has_off = is_off;
	if (!is_off)
		return tar_sparse_add(st->map, st->off, v, e);
	st->off = v;
	return 0;
}

static int pax_sparse(struct tar_pax *p, struct sparse_state *st, struct lc_slice key,
		      struct lc_slice value, struct lc_err *e)
{
	if (lc_eq(key, LC_S("major")))
		return pax_version(value, &p->sparse_major, e);
	if (lc_eq(key, LC_S("minor")))
		return pax_version(value, &p->sparse_minor, e);
	if (lc_eq(key, LC_S("size")) || lc_eq(key, LC_S("realsize")))
		return pax_number(value, &p->has_sparse_size, &p->sparse_size, e);
	if (lc_eq(key, LC_S("name")))
		p->sparse_name = value;
	else if (lc_eq(key, LC_S("map")))
		p->sparse_map = value;
	else if (lc_eq(key, LC_S("offset")) || lc_eq(key, LC_S("numbytes"))) {
		p->has_parts = true;
		return pax_part(st, key, value, e);
	}
	return 0;
}

static int pax_record(struct tar_pax *p, struct sparse_state *st, struct lc_slice key,
		      struct lc_slice value, struct lc_err *e)
{
	if (lc_chop_prefix(&key, LC_S("GNU.sparse.")))
		return pax_sparse(p, st, key, value, e);
	if (lc_eq(key, LC_S("size")))
		return pax_number(value, &p->has_size, &p->size, e);
	if (lc_eq(key, LC_S("path")))
		p->path = value;
	else if (lc_eq(key, LC_S("linkpath")))
		p->linkpath = value;
	else if (lc_eq(key, LC_S("uid")))
		pax_lenient(value, &p->has_uid, &p->uid);
	else if (lc_eq(key, LC_S("gid")))
		pax_lenient(value, &p->has_gid, &p->gid);
	else if (lc_eq(key, LC_S("mtime")))
		p->has_mtime = pax_time(value, &p->mtime);
	return 0;
}

static bool next_record(struct lc_rd *r, struct lc_slice *ret_key, struct lc_slice *ret_value)
{
	struct lc_slice rest = lc_skip(r->in, r->off);
	struct lc_slice digits;
	struct lc_slice tail;
	uint64_t n;

	if (!lc_cut(lc_sub(rest, 0, 20), ' ', &digits, &tail))
		return false;
	if (!lc_u64(digits, 10, TAR_META_MAX, &n) || n < digits.n + 4)
		return false;
	struct lc_slice record = lc_rd_take(r, (size_t)n);
	if (r->bad || record.p[record.n - 1] != '\n')
		return false;
	record = lc_sub(record, digits.n + 1, record.n - digits.n - 2);
	return lc_cut(record, '=', ret_key, ret_value) && ret_key->n > 0;
}

int tar_pax_parse(struct lc_slice body, struct tar_pax *ret, struct tar_sparse *map,
		  struct lc_err *e)
{
	struct tar_pax p = { .sparse_major = -1, .sparse_minor = -1 };
	struct sparse_state st = { .map = map };
	struct lc_rd r = lc_rd_of(body);
	struct lc_slice key;
	struct lc_slice value;

	while (lc_rd_left(&r) > 0) {
		/* Some writers pad the body with NULs and count them in its size. */
		if (body.p[r.off] == '\0')
			break;
		if (!next_record(&r, &key, &value))
			return lc_fail(e, LC_EBAD, "record of a pax header is malformed");
		int rc = pax_record(&p, &st, key, value, e);
		if (rc)
			return rc;
	}
	if (st.has_off)
		return lc_fail(e, LC_EBAD, "pax header holds a broken sparse map");
	*ret = p;
	return 0;
}
