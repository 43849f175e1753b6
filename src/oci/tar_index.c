#include "oci/tar_index.h"

#include "base/arith.h"

enum {
	TAR_BLOCK_BYTES = 512,
	LINK_STEPS_MAX = 16,
	KEEP_EACH_MAX = 128 * 1024,
	KEEP_ALL_MAX = 4 * 1024 * 1024,
	INDEX_BYTES_MAX = 256 * 1024 * 1024,
};

static uint64_t padded(uint64_t n)
{
	uint64_t over = n % TAR_BLOCK_BYTES;
	return over ? n + (TAR_BLOCK_BYTES - over) : n;
}

/* The member's entry in the map: the one there is, emptied, or a new one. */
static struct tar_member *member_for(struct tar_index *x, struct lc_slice name, enum tar_type type)
{
	struct tar_member *m = lc_map_get(&x->map, name);
	if (m) {
		struct lc_slice own = m->name;
		if (type != TAR_DIR || m->type != TAR_DIR)
			x->doubtful = own;
		*m = (struct tar_member){ .name = own };
		return m;
	}
	m = lc_new(&x->arena, struct tar_member);
	if (!m || lc_arena_dup(&x->arena, name, &m->name))
		return NULL;
	return lc_map_put(&x->map, m->name, m) ? NULL : m;
}

static int keep_content(struct tar_index *x, struct tar_member *m, struct tar_reader *t,
			struct lc_err *e)
{
	if (m->size == 0 || m->size > KEEP_EACH_MAX || x->kept_bytes + m->size > KEEP_ALL_MAX)
		return 0;
	uint8_t *p = lc_arena_alloc(&x->arena, (size_t)m->size);
	if (!p)
		return lc_fail(e, lc_arena_err(&x->arena), "no memory for a member");
	int rc = lc_stream_exact(tar_content(t), p, (size_t)m->size, e);
	if (rc)
		return rc;
	m->kept = lc_slice_of(p, (size_t)m->size);
	x->kept_bytes += m->size;
	return 0;
}

static int cut_off(const struct tar_member *m, uint64_t size, struct lc_err *e)
{
	uint64_t have = size > m->offset ? size - m->offset : 0;
	return lc_fail(e, LC_ETRUNC,
		       "the archive ends inside %s, after %llu of its %llu bytes: "
		       "copy or save it again",
		       lc_quote(m->name).s, (unsigned long long)have, (unsigned long long)m->size);
}

static int add(struct tar_index *x, const struct tar_entry *entry, uint64_t size,
	       struct tar_member **ret, struct lc_err *e)
{
	struct tar_member *m = member_for(x, entry->name, entry->type);
	if (!m || lc_arena_dup(&x->arena, entry->target, &m->target))
		return lc_fail(e, lc_arena_err(&x->arena), "no memory for the archive's members");
	m->type = entry->type;
	m->sparse = entry->sparse;
	m->offset = entry->offset;
	m->size = entry->size;
	if (!lc_add64(m->offset, m->size, &x->end))
		return lc_fail(e, LC_EBAD, "%s: size past any archive", lc_quote(m->name).s);
	if (x->end > size && !m->sparse)
		return cut_off(m, size, e);
	x->end = padded(x->end);
	*ret = m;
	return 0;
}

static int walk(struct tar_index *x, struct tar_reader *t, uint64_t size, bool keep,
		struct lc_err *e)
{
	struct tar_entry entry;
	struct tar_member *last = NULL;
	int rc;
	while ((rc = tar_next(t, &entry, e)) == 0) {
		if (entry.unsafe && lc_arena_dup(&x->arena, entry.name, &x->doubtful))
			return lc_fail(e, lc_arena_err(&x->arena), "no memory for a name");
		if (entry.unsafe || entry.name.n == 0)
			continue; /* nothing asks for such a name */
		rc = add(x, &entry, size, &last, e);
		if (rc == 0 && keep && last->type == TAR_FILE && !last->sparse)
			rc = keep_content(x, last, t, e);
		if (rc)
			break;
	}
	if (rc == LC_ENOTFOUND)
		return 0;
	if (rc == LC_ETRUNC && last && size == UINT64_MAX)
		return lc_wrap(e, rc, "the archive is cut off in or after %s",
			       lc_quote(last->name).s);
	return rc;
}

int tar_index_build(struct tar_index *x, struct lc_stream *from, uint64_t size, bool keep,
		    const struct lc_limits *limits, struct lc_err *e)
{
	struct tar_reader *t = NULL;
	lc_arena_init(&x->arena, INDEX_BYTES_MAX);
	int rc = tar_open(from, limits, &t, e);
	if (rc)
		return rc;
	rc = walk(x, t, size, keep, e);
	x->no_end = tar_offset(t) <= x->end;
	tar_close(t);
	return rc;
}

void tar_index_done(struct tar_index *x)
{
	lc_map_done(&x->map);
	lc_arena_done(&x->arena);
}

/* Drop the last component of out[0..n]; 0 when there is only one. */
static size_t parent(const uint8_t *out, size_t n)
{
	return lc_path_dir(lc_slice_of(out, n)).n;
}

/* Join a link's target to its directory inside the archive; false when it leaves or is too long. */
static bool join(struct lc_slice directory, struct lc_slice target, uint8_t out[TAR_INDEX_PATH_MAX],
		 size_t *ret_n)
{
	struct lc_slice part;
	size_t n = lc_starts(target, LC_S("/")) ? 0 : directory.n;
	if (n > TAR_INDEX_PATH_MAX)
		return false;
	if (n)
		memcpy(out, directory.p, n);
	while (target.p && lc_split(&target, '/', &part)) {
		if (part.n == 0 || lc_eq(part, LC_S(".")))
			continue;
		if (lc_eq(part, LC_S(".."))) {
			if (n == 0)
				return false;
			n = parent(out, n);
			continue;
		}
		if (part.n + 1 > TAR_INDEX_PATH_MAX - n)
			return false;
		if (n)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	*ret_n = n;
	return true;
}

int tar_index_step(const struct tar_member *m, uint8_t out[TAR_INDEX_PATH_MAX],
		   struct lc_slice *ret, struct lc_err *e)
{
	struct lc_slice directory = lc_path_dir(m->name);
	size_t n = 0;
	if (m->type == TAR_HARDLINK) {
		*ret = m->target; /* a name from the archive's root, normalised already */
		return 0;
	}
	if (!join(directory, m->target, out, &n))
		return lc_fail(e, LC_EBAD, "%s: a link that leaves the archive",
			       lc_quote(m->name).s);
	*ret = lc_slice_of(out, n);
	return 0;
}

int tar_index_find(const struct tar_index *x, struct lc_slice name, const struct tar_member **ret,
		   struct lc_err *e)
{
	uint8_t path[TAR_INDEX_PATH_MAX];
	struct lc_slice next = name;
	for (unsigned steps = 0; steps <= LINK_STEPS_MAX; steps++) {
		const struct tar_member *m = lc_map_get(&x->map, next);
		if (!m)
			return lc_fail(e, LC_ENOTFOUND, "%s: not in the archive", lc_quote(next).s);
		if (m->type == TAR_FILE && !m->sparse) {
			*ret = m;
			return 0;
		}
		if (m->type != TAR_SYMLINK && m->type != TAR_HARDLINK)
			return lc_fail(e, LC_EUNSUP, "%s: not a plain file", lc_quote(m->name).s);
		int rc = tar_index_step(m, path, &next, e);
		if (rc)
			return rc;
	}
	return lc_fail(e, LC_EBAD, "%s: links in a circle", lc_quote(name).s);
}
