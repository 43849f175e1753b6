#include "format/tar_impl.h"

#include "base/arith.h"
#include "base/shim.h"

struct tar_reader {
	struct lc_stream content; /* first: tar_content() hands it out */
	struct lc_stream *from;
	struct lc_limits limits;
	uint64_t offset; /* bytes taken from the stream */
	uint64_t start;  /* of the header being read */
	uint64_t count;
	uint64_t stored; /* bytes of the current content still in the stream */
	uint64_t pad;    /* behind them, to the next block */
	uint64_t size;   /* of a sparse file, holes included */
	uint64_t at;     /* place in it */
	struct tar_sparse map;
	size_t part; /* of the map, at or behind the place */
	bool sparse;
	bool ended;
	struct lc_err failed; /* code not 0: given again at each further call */
	struct lc_buf pax, long_name, long_link, name, target;
	bool has_pax, has_long_name, has_long_link;
	uint8_t block[TAR_BLOCK_BYTES];
};

static int fail_again(const struct tar_reader *t, struct lc_err *e)
{
	return lc_fail(e, t->failed.code, "%s", t->failed.msg);
}

/* A block into t->block; *ret_end at a clean end of the stream. */
static int take_block(struct tar_reader *t, bool *ret_end, struct lc_err *e)
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

/* A block that must be there. */
static int need_block(struct tar_reader *t, struct lc_err *e)
{
	bool end = false;
	int rc = take_block(t, &end, e);

	if (!rc && end)
		rc = lc_fail(e, LC_ETRUNC, "archive ends too early");
	return rc;
}

static bool is_zero_block(const uint8_t *block)
{
	return block[0] == 0 && memcmp(block, block + 1, TAR_BLOCK_BYTES - 1) == 0;
}

/* The next header block, or the end: two zero blocks, one before the end of the stream, or none. */
static int take_header(struct tar_reader *t, struct lc_err *e)
{
	bool end;
	int rc;

	t->start = t->offset;
	rc = take_block(t, &end, e);
	if (rc)
		return rc;
	if (!end && is_zero_block(t->block)) {
		rc = take_block(t, &end, e);
		if (rc)
			return rc;
		if (!end && !is_zero_block(t->block))
			return lc_fail(e, LC_EBAD, "a zero block stands before a header");
		end = true;
	}
	t->ended = end;
	return 0;
}

static int pass_over(struct tar_reader *t, uint64_t n, struct lc_err *e)
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
	int rc = pass_over(t, t->stored, e);

	if (!rc)
		rc = pass_over(t, t->pad, e);
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
	return pass_over(t, padding(size), e);
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
	if (p->sparse_name.n)
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

static int set_sparse(struct tar_reader *t, const struct tar_header *h, const struct tar_pax *p,
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

static int content_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct tar_reader *t = (struct tar_reader *)(void *)s;
	int rc;

	if (t->failed.code)
		return fail_again(t, e);
	if (t->sparse)
		rc = read_sparse(t, buf, n, ret_n, &t->failed);
	else
		rc = read_stored(t, buf, n, ret_n, &t->failed);
	return rc ? fail_again(t, e) : 0;
}

static int content_skip(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	struct tar_reader *t = (struct tar_reader *)(void *)s;
	bool hole = false;
	uint64_t run = lc_min64(n, t->sparse ? run_length(t, &hole) : t->stored);
	int rc = 0;

	if (t->failed.code)
		return fail_again(t, e);
	if (!hole)
		rc = pass_over(t, run, &t->failed);
	if (rc)
		return fail_again(t, e);
	if (!hole)
		t->stored -= run;
	if (t->sparse)
		move_on(t, run);
	*ret_n = run;
	return 0;
}

/* ---- the face ---- */

int tar_open(struct lc_stream *from, const struct lc_limits *limits, struct tar_reader **ret,
	     struct lc_err *e)
{
	struct tar_reader *t = lc_alloc0(1, sizeof(*t));
	size_t name_max = (size_t)limits->name_bytes_max + 256; /* header fields are joined first */

	if (!t)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	t->content = (struct lc_stream){ .read = content_read, .skip = content_skip };
	t->from = from;
	t->limits = *limits;
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
		rc = set_sparse(t, h, &p, ret, e);
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
		return fail_again(t, e);
	if (t->ended)
		return LC_ENOTFOUND;
	rc = next_entry(t, &entry, &t->failed);
	if (rc == LC_ENOTFOUND)
		return rc;
	if (rc) {
		t->failed.code = rc;
		(void)lc_wrap(&t->failed, rc, "tar: entry %llu at byte %llu",
			      (unsigned long long)t->count, (unsigned long long)t->start);
		return fail_again(t, e);
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
