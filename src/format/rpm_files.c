/*
 * Lists of files: BASENAMES, DIRINDEXES, FILEDIGESTS and FILEMODES run side by side, an index leads
 * into DIRNAMES. Before rpm 4 there was one list of whole paths, OLDFILENAMES.
 */
#include "format/rpm_header.h"

#include "base/arith.h"
#include "base/vec.h"

enum { TYPE_INT16 = 3, TYPE_INT32 = 4, TYPE_STRINGS = 8 };

static int bad_list(struct lc_err *e)
{
	return lc_fail(e, LC_EBAD, "header: the lists of files do not fit each other");
}

/* A reader at the entry's values, which are count of this type. */
static bool list_of(const struct rpm_header *h, const struct rpm_entry *en, uint32_t type,
		    size_t size, struct lc_rd *ret)
{
	struct lc_rd r = lc_rd_of(h->data);
	size_t n;
	lc_rd_seek(&r, en->offset);
	if (r.bad || en->type != type || !lc_mul(en->count, size, &n) || n > lc_rd_left(&r))
		return false;
	*ret = r;
	return true;
}

static bool next_string(struct lc_rd *r, struct lc_slice *ret)
{
	size_t n = lc_find(lc_skip(r->in, r->off), '\0');
	if (n == SIZE_MAX)
		return false;
	*ret = lc_rd_take(r, n);
	(void)lc_rd_u8(r); /* the NUL: it was found */
	return true;
}

static int read_strings(const struct rpm_header *h, const struct rpm_entry *en, struct lc_arena *a,
			struct lc_slices *ret, struct lc_err *e)
{
	struct lc_rd r;
	if (!list_of(h, en, TYPE_STRINGS, 1, &r)) /* each has its NUL at least */
		return bad_list(e);
	ret->v = lc_new_array(a, struct lc_slice, en->count);
	if (!ret->v)
		return lc_fail(e, lc_arena_err(a), "list of files");
	for (; ret->n < en->count; ret->n++) {
		if (!next_string(&r, &ret->v[ret->n]))
			return bad_list(e);
	}
	return 0;
}

static int set_dirs(const struct rpm_header *h, struct lc_arena *a, struct rpm_files *f,
		    struct lc_err *e)
{
	struct lc_slices dirs = { 0 };
	struct lc_rd indexes;
	if (h->dir_indexes.count != f->n || !list_of(h, &h->dir_indexes, TYPE_INT32, 4, &indexes))
		return bad_list(e);
	int r = read_strings(h, &h->dir_names, a, &dirs, e);
	for (size_t i = 0; i < f->n && r == 0; i++) {
		uint32_t at = lc_rd_be32(&indexes);
		if (at >= dirs.n)
			return bad_list(e);
		f->v[i].dir = dirs.v[at];
	}
	return r;
}

/* Both may be missing: packages without regular files have no digests. */
static int set_digests(const struct rpm_header *h, struct rpm_files *f, struct lc_err *e)
{
	struct lc_rd r;
	if (h->digests.type == 0)
		return 0;
	if (h->digests.count != f->n || !list_of(h, &h->digests, TYPE_STRINGS, 1, &r))
		return bad_list(e);
	for (size_t i = 0; i < f->n; i++) {
		if (!next_string(&r, &f->v[i].digest))
			return bad_list(e);
	}
	return 0;
}

static int set_modes(const struct rpm_header *h, struct rpm_files *f, struct lc_err *e)
{
	struct lc_rd r;
	if (h->modes.type == 0)
		return 0;
	if (h->modes.count != f->n || !list_of(h, &h->modes, TYPE_INT16, 2, &r))
		return bad_list(e);
	for (size_t i = 0; i < f->n; i++)
		f->v[i].mode = lc_rd_be16(&r);
	return 0;
}

/* Numbers of OpenPGP (RFC 4880 9.4); MD5 where none is written. */
static const char *algo_of(const struct rpm_header *h)
{
	static const struct {
		uint32_t id;
		const char *name;
	} rows[] = {
		{ 1, "md5" },     { 2, "sha1" },    { 8, "sha256" },    { 9, "sha384" },
		{ 10, "sha512" }, { 11, "sha224" }, { 12, "sha3-256" }, { 14, "sha3-512" },
	};
	struct lc_rd r;
	uint32_t id = 1;
	if (h->digest_algo.type && list_of(h, &h->digest_algo, TYPE_INT32, 4, &r))
		id = lc_rd_be32(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].id == id)
			return rows[i].name;
	}
	return NULL;
}

int rpm_header_files(const struct rpm_header *h, struct lc_arena *a, struct rpm_files *ret,
		     struct lc_err *e)
{
	bool old = h->base_names.type == 0;
	const struct rpm_entry *list = old ? &h->old_names : &h->base_names;
	struct rpm_files f = { .digest_algo = algo_of(h) };
	struct lc_slices names = { 0 };
	if (list->type == 0) {
		*ret = f;
		return 0;
	}
	int r = read_strings(h, list, a, &names, e);
	if (r)
		return r;
	f.n = names.n;
	f.v = lc_new_array(a, struct rpm_file, f.n);
	if (!f.v)
		return lc_fail(e, lc_arena_err(a), "list of files");
	for (size_t i = 0; i < f.n; i++)
		f.v[i].name = names.v[i];
	r = old ? 0 : set_dirs(h, a, &f, e);
	r = r ? r : set_digests(h, &f, e);
	r = r ? r : set_modes(h, &f, e);
	if (r == 0)
		*ret = f;
	return r;
}
