#include "format/zip.h"

#include <stdio.h>

#include <zip.h>

#include "base/arith.h"
#include "base/shim.h"

/* Past this much output of one member, its ratio to what is stored is judged. */
#define RATIO_FROM (UINT64_C(64) << 20)

enum { EOCD_BYTES = 22, EOCD_COMMENT_MAX = 65535, LOCATOR_BYTES = 20, EOCD64_BYTES = 56 };

struct zip_reader {
	zip_t *zip;
	struct lc_content
		content;   /* a view of the caller's: what stands before the archive is cut off */
	uint64_t at;       /* of libzip in it */
	zip_error_t error; /* of the source */
	struct lc_limits limits;
	uint64_t members;
	uint64_t made; /* bytes given by all members: overlapping ones cannot multiply */
};

/* ---- the source that libzip reads ---- */

static zip_int64_t source_read(struct zip_reader *z, void *buf, zip_uint64_t n)
{
	size_t got = 0;

	if (lc_content_some(&z->content, z->at, buf, (size_t)lc_min64(n, INT64_MAX), &got, NULL)) {
		zip_error_set(&z->error, ZIP_ER_READ, 0);
		return -1;
	}
	z->at += got;
	return (zip_int64_t)got;
}

static zip_int64_t source_seek(struct zip_reader *z, void *data, zip_uint64_t n)
{
	zip_int64_t to = zip_source_seek_compute_offset(z->at, z->content.size, data, n, &z->error);

	if (to < 0)
		return -1;
	z->at = (uint64_t)to;
	return 0;
}

static zip_int64_t source_stat(const struct zip_reader *z, zip_stat_t *st)
{
	zip_stat_init(st);
	st->valid = ZIP_STAT_SIZE;
	st->size = z->content.size;
	return (zip_int64_t)sizeof(*st);
}

static zip_int64_t source(void *ctx, void *data, zip_uint64_t n, zip_source_cmd_t cmd)
{
	struct zip_reader *z = ctx;

	switch (cmd) {
	case ZIP_SOURCE_OPEN:
		z->at = 0;
		return 0;
	case ZIP_SOURCE_READ:
		return source_read(z, data, n);
	case ZIP_SOURCE_SEEK:
		return source_seek(z, data, n);
	case ZIP_SOURCE_TELL:
		return (zip_int64_t)z->at;
	case ZIP_SOURCE_STAT:
		return source_stat(z, data);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&z->error, data, n);
	case ZIP_SOURCE_CLOSE:
	case ZIP_SOURCE_FREE:
		return 0;
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(
			ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
			ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
			ZIP_SOURCE_SUPPORTS, -1);
	default:
		zip_error_set(&z->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* ---- the end of the archive, looked at before libzip takes memory for it ---- */

/* What the end of central directory record says. Source: APPNOTE 4.3.14 to 4.3.16. */
struct directory {
	uint64_t entries, size, off;
	uint64_t at; /* of the record that says it */
};

static int read_zip64(const struct lc_content *c, uint64_t eocd, struct directory *d,
		      struct lc_err *e)
{
	uint8_t b[EOCD64_BYTES];
	struct lc_rd r = lc_rd_of(lc_slice_of(b, LOCATOR_BYTES));
	int rc;

	if (eocd < LOCATOR_BYTES + EOCD64_BYTES)
		return 0;
	rc = lc_content_read(c, eocd - LOCATOR_BYTES, b, LOCATOR_BYTES, e);
	if (rc || lc_rd_le32(&r) != 0x07064b50)
		return rc;
	/* The record stands right before its locator unless it is extended, which nobody does. */
	uint64_t at = eocd - LOCATOR_BYTES - EOCD64_BYTES;
	rc = lc_content_read(c, at, b, EOCD64_BYTES, e);
	r = lc_rd_of(lc_slice_of(b, EOCD64_BYTES));
	if (rc || lc_rd_le32(&r) != 0x06064b50)
		return rc;
	lc_rd_seek(&r, 32);
	d->entries = lc_rd_le64(&r);
	d->size = lc_rd_le64(&r);
	d->off = lc_rd_le64(&r);
	d->at = at;
	return 0;
}

static size_t find_eocd(struct lc_slice tail)
{
	for (size_t i = tail.n - EOCD_BYTES + 1; i-- > 0;) {
		struct lc_rd r = lc_rd_of(lc_skip(tail, i));
		if (lc_rd_le32(&r) != 0x06054b50)
			continue;
		lc_rd_seek(&r, 20);
		if (lc_rd_le16(&r) == tail.n - i - EOCD_BYTES)
			return i;
	}
	return SIZE_MAX;
}

static int read_directory(const struct lc_content *c, struct directory *ret, struct lc_err *e)
{
	size_t n = (size_t)lc_min64(c->size, EOCD_BYTES + EOCD_COMMENT_MAX);
	LC_AUTOFREE uint8_t *tail = lc_alloc(n);
	size_t at;
	int rc;

	if (!tail)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	if (n < EOCD_BYTES)
		return lc_fail(e, LC_EBAD, "zip: too short for an archive");
	rc = lc_content_read(c, c->size - n, tail, n, e);
	if (rc)
		return rc;
	at = find_eocd(lc_slice_of(tail, n));
	if (at == SIZE_MAX)
		return lc_fail(e, LC_EBAD, "zip: no end of the central directory found");
	struct lc_rd r = lc_rd_of(lc_slice_of(tail + at, EOCD_BYTES));
	lc_rd_seek(&r, 10);
	ret->entries = lc_rd_le16(&r);
	ret->size = lc_rd_le32(&r);
	ret->off = lc_rd_le32(&r);
	ret->at = c->size - n + at;
	if (ret->entries == UINT16_MAX || ret->size == UINT32_MAX || ret->off == UINT32_MAX)
		return read_zip64(c, ret->at, ret, e);
	return 0;
}

/*
 * A launcher script or program may stand before the archive, its length not counted in the offsets:
 * the directory ends where its end record begins, so the rest of the sum is that length.
 */
static struct lc_content without_prefix(const struct lc_content *c, const struct directory *d)
{
	uint64_t end;
	uint64_t prefix;

	if (!lc_add64(d->off, d->size, &end) || end >= d->at)
		prefix = 0;
	else
		prefix = d->at - end;
	if (c->mem.p)
		return lc_content_slice(lc_skip(c->mem, (size_t)prefix));
	return lc_content_range(c->fd, c->off + prefix, c->size - prefix);
}

/* ---- opening ---- */

static int code_of(int zip_code)
{
	switch (zip_code) {
	case ZIP_ER_MEMORY:
		return LC_ENOMEM;
	case ZIP_ER_READ:
	case ZIP_ER_SEEK:
	case ZIP_ER_TELL:
		return LC_EIO;
	case ZIP_ER_EOF:
		return LC_ETRUNC;
	case ZIP_ER_NOENT:
		return LC_ENOTFOUND;
	case ZIP_ER_COMPNOTSUPP:
	case ZIP_ER_ENCRNOTSUPP:
	case ZIP_ER_MULTIDISK:
	case ZIP_ER_OPNOTSUPP:
	case ZIP_ER_NOPASSWD:
	case ZIP_ER_WRONGPASSWD:
		return LC_EUNSUP;
	default:
		return LC_EBAD;
	}
}

/* Texts of our own: libzip's may name system errors of its source, and it caches them on the heap.
 */
static const char *text_of(int zip_code)
{
	switch (zip_code) {
	case ZIP_ER_MEMORY:
		return "out of memory";
	case ZIP_ER_CRC:
		return "checksum of the content is wrong";
	case ZIP_ER_INCONS:
		return "directory and members contradict each other";
	case ZIP_ER_COMPNOTSUPP:
		return "compression method is not supported";
	case ZIP_ER_MULTIDISK:
		return "archives of several volumes are not supported";
	case ZIP_ER_ENCRNOTSUPP:
	case ZIP_ER_NOPASSWD:
	case ZIP_ER_WRONGPASSWD:
		return "member is encrypted";
	case ZIP_ER_EOF:
		return "ends too early";
	case ZIP_ER_NOENT:
		return "no such member";
	default:
		return "damaged archive";
	}
}

static int fail_zip(const zip_error_t *ze, struct lc_err *e)
{
	int code = ze->zip_err;

	return lc_fail(e, code_of(code), "zip: %s", text_of(code));
}

static int open_libzip(struct zip_reader *z, struct lc_err *e)
{
	zip_error_t ze;
	zip_source_t *src;
	int rc = 0;

	zip_error_init(&ze);
	src = zip_source_function_create(source, z, &ze);
	if (src)
		z->zip = zip_open_from_source(src, ZIP_RDONLY, &ze);
	if (!z->zip) {
		rc = fail_zip(&ze, e);
		zip_source_free(src); /* takes NULL; on success the archive owns it */
	}
	zip_error_fini(&ze);
	return rc;
}

static int too_many(uint64_t n, const struct lc_limits *limits, struct lc_err *e)
{
	if (n <= limits->entries_max)
		return 0;
	return lc_fail(e, LC_ELIMIT, "zip: %llu members, at most %llu allowed",
		       (unsigned long long)n, (unsigned long long)limits->entries_max);
}

static int open_reader(struct zip_reader *z, const struct lc_content *c, struct lc_err *e)
{
	struct directory d = { 0 };
	zip_int64_t n;
	int rc = read_directory(c, &d, e);

	if (!rc)
		rc = too_many(d.entries, &z->limits, e);
	if (rc)
		return rc;
	z->content = without_prefix(c, &d);
	rc = open_libzip(z, e);
	if (rc)
		return rc;
	n = zip_get_num_entries(z->zip, 0);
	z->members = n > 0 ? (uint64_t)n : 0;
	return too_many(z->members, &z->limits, e);
}

int zip_open_content(const struct lc_content *c, const struct lc_limits *limits,
		     struct zip_reader **ret, struct lc_err *e)
{
	struct zip_reader *z = lc_alloc0(1, sizeof(*z));
	int rc;

	if (!z)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	zip_error_init(&z->error);
	z->limits = lc_limits_copy(limits);
	if (z->limits.ratio_max == 0)
		z->limits.ratio_max = 1;
	rc = open_reader(z, c, e);
	if (rc) {
		zip_reader_close(z);
		return rc;
	}
	*ret = z;
	return 0;
}

void zip_reader_close(struct zip_reader *z)
{
	if (!z)
		return;
	if (z->zip)
		zip_discard(z->zip);
	zip_error_fini(&z->error);
	lc_free(z);
}

void zip_reader_closep(struct zip_reader **z)
{
	zip_reader_close(*z);
	*z = NULL;
}

/* ---- members ---- */

uint64_t zip_members(const struct zip_reader *z)
{
	return z->members;
}

uint64_t zip_inflated(const struct zip_reader *z)
{
	return z->made;
}

int zip_member_at(struct zip_reader *z, uint64_t index, struct zip_member *ret, struct lc_err *e)
{
	zip_stat_t st;

	if (index >= z->members)
		return lc_fail(e, LC_ENOTFOUND, "zip: no member %llu", (unsigned long long)index);
	if (zip_stat_index(z->zip, index, ZIP_FL_ENC_RAW, &st) != 0)
		return fail_zip(zip_get_error(z->zip), e);
	struct lc_slice name = lc_str(st.name);
	if (name.n > z->limits.name_bytes_max)
		return lc_fail(e, LC_ELIMIT, "zip: name of %zu bytes, at most %u allowed", name.n,
			       z->limits.name_bytes_max);
	*ret = (struct zip_member){
		.index = index,
		.name = name,
		.size = st.valid & ZIP_STAT_SIZE ? st.size : 0,
		.stored = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0,
		.encrypted = st.valid & ZIP_STAT_ENCRYPTION_METHOD && st.encryption_method,
	};
	return 0;
}

int zip_find(struct zip_reader *z, struct lc_slice name, uint64_t *ret, struct lc_err *e)
{
	for (uint64_t i = 0; i < z->members; i++) {
		const char *have = zip_get_name(z->zip, i, ZIP_FL_ENC_RAW);
		if (!have)
			return fail_zip(zip_get_error(z->zip), e);
		if (lc_eq(lc_str(have), name)) {
			*ret = i;
			return 0;
		}
	}
	return LC_ENOTFOUND;
}

struct member_stream {
	struct lc_stream base;
	struct zip_reader *reader;
	zip_file_t *file;
	uint64_t stored;
	uint64_t size; /* that the directory promises; libzip does not hold the member to it */
	uint64_t made;
	int failed; /* code of the first failure, given again */
};

static int judge(struct member_stream *m, size_t n, struct lc_err *e)
{
	const struct lc_limits *l = &m->reader->limits;

	m->made += n; /* counts real bytes: cannot wrap */
	m->reader->made += n;
	if (m->made > m->size || (n == 0 && m->made < m->size))
		return lc_fail(e, LC_EBAD, "zip: member is not as long as the directory says");
	if (m->reader->made > l->layer_bytes_max)
		return lc_fail(e, LC_ELIMIT, "zip: more than %llu bytes when inflated",
			       (unsigned long long)l->layer_bytes_max);
	if (m->made > RATIO_FROM && m->made / l->ratio_max > m->stored)
		return lc_fail(e, LC_ELIMIT, "zip: inflates to more than %u times its size",
			       l->ratio_max);
	if (lc_limits_expired(l))
		return lc_fail(e, LC_ECANCEL, "zip: out of time");
	return 0;
}

static int member_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct member_stream *m = (struct member_stream *)(void *)s;
	zip_int64_t got;

	if (m->failed)
		return lc_fail(e, m->failed, "zip: the member failed before");
	got = zip_fread(m->file, buf, lc_min64(n, INT32_MAX));
	if (got < 0)
		m->failed = fail_zip(zip_file_get_error(m->file), e);
	else
		m->failed = judge(m, (size_t)got, e);
	if (m->failed)
		return m->failed;
	*ret_n = (size_t)got;
	return 0;
}

static void member_close(struct lc_stream *s)
{
	struct member_stream *m = (struct member_stream *)(void *)s;

	(void)zip_fclose(m->file); /* errors were seen while reading */
	lc_free(m);
}

int zip_member_stream(struct zip_reader *z, uint64_t index, struct lc_stream **ret,
		      struct lc_err *e)
{
	struct zip_member about = { 0 };
	struct member_stream *m;
	int rc = zip_member_at(z, index, &about, e);

	if (rc)
		return rc;
	if (about.encrypted)
		return lc_fail(e, LC_EUNSUP, "zip: member is encrypted");
	m = lc_alloc0(1, sizeof(*m));
	if (!m)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	m->base = (struct lc_stream){ .read = member_read, .close = member_close };
	m->reader = z;
	m->stored = about.stored;
	m->size = about.size;
	m->file = zip_fopen_index(z->zip, index, 0);
	if (!m->file) {
		lc_free(m);
		return fail_zip(zip_get_error(z->zip), e);
	}
	*ret = &m->base;
	return 0;
}

static int read_into(struct lc_stream *s, struct lc_buf *buf, struct lc_err *e)
{
	uint8_t part[16 * 1024];
	size_t n = 1;

	while (n > 0) {
		int rc = lc_stream_read(s, part, sizeof(part), &n, e);
		if (rc)
			return rc;
		rc = lc_buf_add(buf, part, n);
		if (rc == LC_ELIMIT)
			return lc_fail(e, rc, "zip: member of more than %zu bytes", buf->max);
		if (rc)
			return lc_fail(e, rc, "out of memory");
	}
	return 0;
}

int zip_member_read(struct zip_reader *z, uint64_t index, struct lc_buf *buf, struct lc_err *e)
{
	struct lc_stream *s;
	int rc;

	lc_buf_clear(buf);
	rc = zip_member_stream(z, index, &s, e);
	if (rc)
		return rc;
	rc = read_into(s, buf, e);
	lc_stream_close(s);
	return rc;
}
