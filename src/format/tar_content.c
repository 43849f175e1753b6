/* Content of an entry: as stored, or with the holes of a sparse file put back. */
#include "format/tar_impl.h"

#include "base/arith.h"

/* A block that must be there. */
static int need_block(struct tar_reader *t, struct lc_err *e)
{
	bool end = false;
	int rc = tar_take_block(t, &end, e);

	if (!rc && end)
		rc = lc_fail(e, LC_ETRUNC, "archive ends too early");
	return rc;
}

/* ---- sparse files ---- */

/* Old GNU: four parts in the header, 21 in each block behind it while the one before says so. */
static int sparse_old(struct tar_reader *t, uint64_t *ret_size, struct lc_err *e)
{
	bool more = t->block[482] != 0;
	int64_t size;
	int rc;

	if (!tar_number(lc_slice_of(t->block + 483, 12), &size) || size < 0)
		return lc_fail(e, LC_EBAD, "size of a sparse file is no number");
	rc = tar_sparse_old(&t->map, lc_slice_of(t->block + 386, 4 * 24), 4, e);
	while (!rc && more) {
		rc = need_block(t, e);
		if (rc)
			return rc;
		more = t->block[504] != 0;
		rc = tar_sparse_old(&t->map, lc_slice_of(t->block, 21 * 24), 21, e);
		if (!rc && more && t->map.n == 0)
			rc = lc_fail(e, LC_EBAD, "sparse map goes on without parts");
	}
	*ret_size = (uint64_t)size;
	return rc;
}

/* The map in front of the content: decimal lines in whole blocks. */
struct map_lines {
	struct tar_reader *t;
	size_t pos;
};

static int map_byte(struct map_lines *m, uint8_t *ret, struct lc_err *e)
{
	struct tar_reader *t = m->t;

	if (m->pos == TAR_BLOCK_BYTES) {
		if (t->stored < TAR_BLOCK_BYTES)
			return lc_fail(e, LC_EBAD, "sparse map passes the end of its file");
		int rc = need_block(t, e);
		if (rc)
			return rc;
		t->stored -= TAR_BLOCK_BYTES;
		m->pos = 0;
	}
	*ret = t->block[m->pos++];
	return 0;
}

static int map_number(struct map_lines *m, uint64_t *ret, struct lc_err *e)
{
	uint8_t digits[20];
	size_t n = 0;
	uint8_t c = 0;

	for (;;) {
		int rc = map_byte(m, &c, e);
		if (rc)
			return rc;
		if (c == '\n' || n == sizeof(digits))
			break;
		digits[n++] = c;
	}
	if (c != '\n' || !lc_u64(lc_slice_of(digits, n), 10, INT64_MAX, ret))
		return lc_fail(e, LC_EBAD, "sparse map holds a bad number");
	return 0;
}

static int sparse_in_content(struct tar_reader *t, struct lc_err *e)
{
	struct map_lines m = { t, TAR_BLOCK_BYTES };
	uint64_t count;
	int rc = map_number(&m, &count, e);

	if (!rc && count > TAR_SPARSE_MAX)
		rc = lc_fail(e, LC_ELIMIT, "sparse file of more than %d parts", TAR_SPARSE_MAX);
	for (uint64_t i = 0; !rc && i < count; i++) {
		uint64_t off;
		uint64_t n;
		rc = map_number(&m, &off, e);
		if (!rc)
			rc = map_number(&m, &n, e);
		if (!rc)
			rc = tar_sparse_add(&t->map, off, n, e);
	}
	return rc;
}

static bool is_sparse_version(const struct tar_pax *p, int major, int minor)
{
	return p->sparse_major == major && p->sparse_minor == minor;
}

/* Parts of 0.0 were added while the pax header was read. Unknown versions are plain files. */
static bool is_sparse_0(const struct tar_pax *p)
{
	bool said = p->sparse_major >= 0 || p->sparse_minor >= 0;
	bool known = is_sparse_version(p, 0, 0) || is_sparse_version(p, 0, 1);

	return known || (!said && (p->sparse_map.n || p->has_parts));
}

bool tar_is_pax_sparse(const struct tar_pax *p)
{
	return is_sparse_version(p, 1, 0) || is_sparse_0(p);
}

static int sparse_map(struct tar_reader *t, const struct tar_header *h, const struct tar_pax *p,
		      uint64_t *size, struct lc_err *e)
{
	int rc = 0;

	if (p->has_sparse_size)
		*size = p->sparse_size;
	t->sparse = true;
	if (h->flag == 'S')
		rc = sparse_old(t, size, e);
	else if (is_sparse_version(p, 1, 0))
		rc = sparse_in_content(t, e);
	else if (is_sparse_0(p) && !p->has_parts)
		rc = tar_sparse_text(&t->map, p->sparse_map, e);
	else if (!is_sparse_0(p))
		t->sparse = false;
	return rc;
}

int tar_set_sparse(struct tar_reader *t, const struct tar_header *h, const struct tar_pax *p,
		   struct tar_entry *entry, struct lc_err *e)
{
	uint64_t size = entry->size;
	int rc = sparse_map(t, h, p, &size, e);

	if (!rc && t->sparse)
		rc = tar_sparse_check(&t->map, size, t->stored, e);
	if (rc || !t->sparse)
		return rc;
	t->size = size;
	t->at = 0;
	t->part = 0;
	entry->sparse = true;
	entry->size = size;
	return 0;
}

/* ---- content ---- */

static int read_stored(struct tar_reader *t, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	size_t want = (size_t)lc_min64(n, t->stored);
	int rc;

	*ret_n = 0;
	if (want == 0)
		return 0;
	rc = lc_stream_read(t->from, buf, want, ret_n, e);
	if (!rc && *ret_n == 0)
		rc = lc_fail(e, LC_ETRUNC, "archive ends inside a file");
	if (rc)
		return rc;
	t->stored -= *ret_n;
	t->offset += *ret_n;
	return 0;
}

/* Bytes from the place to the end of the part or hole it is in; 0 at the end of the file. */
static uint64_t run_length(const struct tar_reader *t, bool *ret_hole)
{
	const struct tar_part *p = t->part < t->map.n ? &t->map.v[t->part] : NULL;

	*ret_hole = !p || t->at < p->off;
	if (!*ret_hole)
		return p->off + p->n - t->at;
	return (p ? p->off : t->size) - t->at;
}

static void move_on(struct tar_reader *t, uint64_t n)
{
	t->at += n;
	if (t->part < t->map.n && t->at == t->map.v[t->part].off + t->map.v[t->part].n)
		t->part++;
}

static int read_sparse(struct tar_reader *t, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	bool hole;
	size_t run = (size_t)lc_min64(n, run_length(t, &hole));
	int rc = 0;

	*ret_n = run;
	if (hole && run)
		memset(buf, 0, run);
	else if (!hole)
		rc = read_stored(t, buf, run, ret_n, e);
	if (!rc)
		move_on(t, *ret_n);
	return rc;
}

int tar_content_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct tar_reader *t = (struct tar_reader *)(void *)s;
	int rc;

	if (t->failed.code)
		return tar_fail_again(t, e);
	if (t->sparse)
		rc = read_sparse(t, buf, n, ret_n, &t->failed);
	else
		rc = read_stored(t, buf, n, ret_n, &t->failed);
	return rc ? tar_fail_again(t, e) : 0;
}

int tar_content_skip(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	struct tar_reader *t = (struct tar_reader *)(void *)s;
	bool hole = false;
	uint64_t run = lc_min64(n, t->sparse ? run_length(t, &hole) : t->stored);
	int rc = 0;

	if (t->failed.code)
		return tar_fail_again(t, e);
	if (!hole)
		rc = tar_pass_over(t, run, &t->failed);
	if (rc)
		return tar_fail_again(t, e);
	if (!hole)
		t->stored -= run;
	if (t->sparse)
		move_on(t, run);
	*ret_n = run;
	return 0;
}
