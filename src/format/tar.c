#include "format/tar_impl.h"

#include "base/arith.h"
#include "base/shim.h"

int tar_fail_again(const struct tar_reader *t, struct lc_err *e)
{
	return lc_fail(e, t->failed.code, "%s", t->failed.msg);
}

int tar_take_block(struct tar_reader *t, bool *ret_end, struct lc_err *e)
{
	size_t n = 0;
	size_t got = 1;

	while (n < TAR_BLOCK_BYTES && got > 0) {
		int rc = lc_stream_read(t->from, t->block + n, TAR_BLOCK_BYTES - n, &got, e);
		if (rc)
			return rc;
		n += got;
	}
	t->offset += n;
	if (n > 0 && n < TAR_BLOCK_BYTES)
		return lc_fail(e, LC_ETRUNC, "archive ends inside a block");
	*ret_end = n == 0;
	return 0;
}

static bool is_zero_block(const uint8_t *block)
{
	return block[0] == 0 && memcmp(block, block + 1, TAR_BLOCK_BYTES - 1) == 0;
}

/* The next header block, or the end: two zero blocks, one before the end of the stream, or none. */
static int take_header(struct tar_reader *t, struct lc_err *e)
{
	bool end = false;
	int rc;

	t->start = t->offset;
	rc = tar_take_block(t, &end, e);
	if (rc)
		return rc;
	if (!end && is_zero_block(t->block)) {
		rc = tar_take_block(t, &end, e);
		if (rc)
			return rc;
		if (!end && !is_zero_block(t->block))
			return lc_fail(e, LC_EBAD, "a zero block stands before a header");
		end = true;
	}
	t->ended = end;
	return 0;
}

int tar_pass_over(struct tar_reader *t, uint64_t n, struct lc_err *e)
{
	int rc = lc_stream_skip(t->from, n, e);

	if (!rc)
		t->offset += n;
	return rc;
}

static uint64_t padding(uint64_t n)
{
	return (TAR_BLOCK_BYTES - n % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES;
}

static int set_content(struct tar_reader *t, uint64_t size, struct lc_err *e)
{
	uint64_t end;

	if (!lc_add64(t->offset, size, &end) || end > t->limits.layer_bytes_max)
		return lc_fail(e, LC_ELIMIT, "content of %llu bytes passes the limit of %llu",
			       (unsigned long long)size,
			       (unsigned long long)t->limits.layer_bytes_max);
	t->stored = size;
	t->pad = padding(size);
	return 0;
}

static int end_content(struct tar_reader *t, struct lc_err *e)
{
	int rc = tar_pass_over(t, t->stored, e);

	if (!rc)
		rc = tar_pass_over(t, t->pad, e);
	if (rc)
		return rc;
	t->stored = 0;
	t->pad = 0;
	t->sparse = false;
	tar_sparse_done(&t->map);
	return 0;
}

/* ---- extended headers ---- */

static int take_body(struct tar_reader *t, uint64_t size, uint64_t max, struct lc_buf *body,
		     struct lc_err *e)
{
	lc_buf_clear(body);
	if (size > max)
		return lc_fail(e, LC_ELIMIT, "extended header of %llu bytes, at most %llu allowed",
			       (unsigned long long)size, (unsigned long long)max);
	if (size == 0)
		return 0;
	uint8_t *p = lc_buf_grow(body, (size_t)size);
	if (!p)
		return lc_fail(e, lc_buf_err(body), "out of memory");
	int rc = lc_stream_exact(t->from, p, (size_t)size, e);
	if (rc)
		return rc;
	t->offset += size;
	return tar_pass_over(t, padding(size), e);
}

/* Consumes an extended header; *ret_is false when it is an entry's. */
static int take_meta(struct tar_reader *t, const struct tar_header *h, bool *ret_is,
		     struct lc_err *e)
{
	uint64_t name_max = (uint64_t)t->limits.name_bytes_max + 1; /* GNU counts the NUL */
	int rc;

	*ret_is = true;
	switch (h->flag) {
	case 'x':
		t->has_pax = true;
		return take_body(t, h->size, TAR_META_MAX, &t->pax, e);
	case 'L':
		t->has_long_name = true;
		return take_body(t, h->size, name_max, &t->long_name, e);
	case 'K':
		t->has_long_link = true;
		return take_body(t, h->size, name_max, &t->long_link, e);
	case 'g':
		rc = set_content(t, h->size, e);
		return rc ? rc : end_content(t, e);
	default:
		*ret_is = false;
		return 0;
	}
}

/* Reads up to the header of the next entry, or sets t->ended. */
static int take_headers(struct tar_reader *t, struct tar_header *h, struct lc_err *e)
{
	bool meta = true;
	int row = 0;

	t->has_pax = false;
	t->has_long_name = false;
	t->has_long_link = false;
	while (meta) {
		if (row++ > TAR_META_ROW_MAX)
			return lc_fail(e, LC_ELIMIT, "too many extended headers in a row");
		int rc = take_header(t, e);
		if (rc)
			return rc;
		if (t->ended && (t->has_pax || t->has_long_name || t->has_long_link))
			return lc_fail(e, LC_ETRUNC, "an extended header without its entry");
		if (t->ended)
			return 0;
		rc = tar_header_parse(t->block, h, e);
		if (!rc)
			rc = take_meta(t, h, &meta, e);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- names ---- */

static int keep_text(const struct tar_reader *t, struct lc_slice s, struct lc_buf *to,
		     struct lc_err *e)
{
	lc_buf_clear(to);
	if (s.n > t->limits.name_bytes_max)
		return lc_fail(e, LC_ELIMIT, "name of %zu bytes, at most %u allowed", s.n,
			       t->limits.name_bytes_max);
	if (lc_buf_slice(to, s))
		return lc_fail(e, lc_buf_err(to), "out of memory");
	return 0;
}

/* Components joined by single slashes, in place. True when it climbs or holds a NUL. */
static bool normalise(struct lc_buf *name)
{
	struct lc_slice rest = lc_buf_get(name);
	bool unsafe = lc_find(rest, '\0') != SIZE_MAX;
	struct lc_slice part;
	size_t n = 0;

	while (rest.p && lc_split(&rest, '/', &part)) {
		if (part.n == 0 || lc_eq(part, LC_S(".")))
			continue;
		unsafe |= lc_eq(part, LC_S(".."));
		if (n > 0)
			name->p[n++] = '/';
		memmove(name->p + n, part.p, part.n);
		n += part.n;
	}
	name->n = n;
	return unsafe;
}

static int header_name(struct tar_reader *t, const struct tar_header *h, struct lc_err *e)
{
	struct lc_slice name = h->name;
	int rc = keep_text(t, h->prefix, &t->name, e);

	if (!rc && h->prefix.n)
		rc = lc_buf_byte(&t->name, '/');
	if (!rc)
		rc = lc_buf_slice(&t->name, name);
	if (lc_buf_err(&t->name))
		return lc_fail(e, lc_buf_err(&t->name), "name does not fit");
	return rc;
}

/* The name as written, by precedence, into t->name. */
static int raw_name(struct tar_reader *t, const struct tar_header *h, const struct tar_pax *p,
		    struct lc_err *e)
{
	/* Only of what is a sparse file: else it could lend a file a name that no engine sees. */
	if (p->sparse_name.n && h->flag != 'S' && tar_is_pax_sparse(p))
		return keep_text(t, p->sparse_name, &t->name, e);
	if (t->has_long_name)
		return keep_text(t, tar_text(lc_buf_get(&t->long_name)), &t->name, e);
	if (p->path.n)
		return keep_text(t, p->path, &t->name, e);
	return header_name(t, h, e);
}

static int raw_target(struct tar_reader *t, const struct tar_header *h, const struct tar_pax *p,
		      struct lc_err *e)
{
	if (t->has_long_link)
		return keep_text(t, tar_text(lc_buf_get(&t->long_link)), &t->target, e);
	return keep_text(t, p->linkpath.n ? p->linkpath : h->link, &t->target, e);
}

/* ---- the face ---- */

int tar_open(struct lc_stream *from, const struct lc_limits *limits, struct tar_reader **ret,
	     struct lc_err *e)
{
	struct tar_reader *t = lc_alloc0(1, sizeof(*t));
	size_t name_max = (size_t)limits->name_bytes_max + 256; /* header fields are joined first */

	if (!t)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	t->content = (struct lc_stream){ .read = tar_content_read, .skip = tar_content_skip };
	t->from = from;
	t->limits = lc_limits_copy(limits);
	lc_buf_init(&t->pax, TAR_META_MAX);
	lc_buf_init(&t->long_name, name_max);
	lc_buf_init(&t->long_link, name_max);
	lc_buf_init(&t->name, name_max);
	lc_buf_init(&t->target, name_max);
	*ret = t;
	return 0;
}

void tar_close(struct tar_reader *t)
{
	if (!t)
		return;
	lc_buf_done(&t->pax);
	lc_buf_done(&t->long_name);
	lc_buf_done(&t->long_link);
	lc_buf_done(&t->name);
	lc_buf_done(&t->target);
	tar_sparse_done(&t->map);
	lc_free(t);
}

void tar_closep(struct tar_reader **t)
{
	tar_close(*t);
	*t = NULL;
}

static struct tar_entry basics(const struct tar_header *h, const struct tar_pax *p)
{
	return (struct tar_entry){
		.mode = h->mode,
		.uid = p->has_uid ? p->uid : h->uid,
		.gid = p->has_gid ? p->gid : h->gid,
		.mtime = p->has_mtime ? p->mtime : h->mtime,
	};
}

static int set_names(struct tar_reader *t, const struct tar_header *h, const struct tar_pax *p,
		     struct tar_entry *entry, struct lc_err *e)
{
	int rc = raw_name(t, h, p, e);

	if (!rc)
		rc = raw_target(t, h, p, e);
	if (rc)
		return rc;
	entry->type = tar_type_of(h->flag, lc_buf_get(&t->name));
	entry->unsafe = normalise(&t->name);
	if (t->name.n > t->limits.name_bytes_max)
		return lc_fail(e, LC_ELIMIT, "name of %zu bytes, at most %u allowed", t->name.n,
			       t->limits.name_bytes_max);
	entry->name = lc_buf_get(&t->name);
	if (entry->type == TAR_HARDLINK)
		entry->unsafe |= normalise(&t->target);
	if (entry->type == TAR_HARDLINK || entry->type == TAR_SYMLINK)
		entry->target = lc_buf_get(&t->target);
	return 0;
}

static int make_entry(struct tar_reader *t, const struct tar_header *h, struct tar_entry *ret,
		      struct lc_err *e)
{
	struct tar_pax p = { .sparse_major = -1, .sparse_minor = -1 };
	int rc = 0;

	if (t->has_pax)
		rc = tar_pax_parse(lc_buf_get(&t->pax), &p, &t->map, e);
	if (rc)
		return rc;
	*ret = basics(h, &p);
	rc = set_names(t, h, &p, ret, e);
	if (rc || (ret->type != TAR_FILE && ret->type != TAR_OTHER))
		return rc;
	rc = set_content(t, p.has_size ? p.size : h->size, e);
	if (rc)
		return rc;
	if (ret->type == TAR_FILE) {
		ret->size = t->stored;
		rc = tar_set_sparse(t, h, &p, ret, e);
	}
	ret->offset = t->offset;
	return rc;
}

static int next_entry(struct tar_reader *t, struct tar_entry *ret, struct lc_err *e)
{
	struct tar_header h;
	int rc = end_content(t, e);

	if (!rc)
		rc = take_headers(t, &h, e);
	if (rc)
		return rc;
	if (t->ended)
		return LC_ENOTFOUND;
	if (t->count >= t->limits.entries_max)
		return lc_fail(e, LC_ELIMIT, "more than %llu entries",
			       (unsigned long long)t->limits.entries_max);
	if (lc_limits_expired(&t->limits))
		return lc_fail(e, LC_ECANCEL, "out of time");
	rc = make_entry(t, &h, ret, e);
	if (rc)
		return rc;
	t->count++;
	if (ret->type == TAR_OTHER)
		return end_content(t, e);
	return 0;
}

int tar_next(struct tar_reader *t, struct tar_entry *ret, struct lc_err *e)
{
	struct tar_entry entry = { 0 };
	int rc;

	if (t->failed.code)
		return tar_fail_again(t, e);
	if (t->ended)
		return LC_ENOTFOUND;
	rc = next_entry(t, &entry, &t->failed);
	if (rc == LC_ENOTFOUND)
		return rc;
	if (rc) {
		t->failed.code = rc;
		(void)lc_wrap(&t->failed, rc, "tar: entry %llu at byte %llu",
			      (unsigned long long)t->count, (unsigned long long)t->start);
		return tar_fail_again(t, e);
	}
	*ret = entry;
	return 0;
}

struct lc_stream *tar_content(struct tar_reader *t)
{
	return &t->content;
}

uint64_t tar_offset(const struct tar_reader *t)
{
	return t->offset;
}

uint64_t tar_count(const struct tar_reader *t)
{
	return t->count;
}
