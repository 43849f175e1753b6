#include "oci/source.h"

#include <errno.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file.h"

struct source_dir {
	struct oci_source base;
	int fd;
};

/* A blob of a directory: stream and the file it owns. */
struct file_stream {
	struct lc_content_stream range; /* first: this is a struct lc_stream */
	struct lc_content content;
};

static void file_close(struct lc_stream *s)
{
	struct file_stream *f = (struct file_stream *)s;
	lc_content_done(&f->content);
	lc_free(f);
}

/* Locations hold no NUL: oci_location() and oci_blob_location() see to that. */
static int open_member(struct oci_source *s, struct lc_slice location, struct lc_content *ret,
		       struct lc_err *e)
{
	struct source_dir *d = (struct source_dir *)s;
	LC_AUTOFREE char *path = lc_alloc(location.n + 1);
	if (!path)
		return lc_fail(e, LC_ENOMEM, "no memory for a path");
	if (location.n)
		memcpy(path, location.p, location.n);
	path[location.n] = '\0';
	struct lc_err why = { 0 };
	int rc = io_open_content_at(d->fd, path, ret, &why);
	if (rc && why.sys == EXDEV)
		return lc_fail(e, LC_EBAD, "%s: a link that leaves the directory",
			       lc_quote(location).s);
	if (rc && why.sys == ELOOP)
		return lc_fail(e, LC_EBAD,
			       "%s: links in a circle, or a kernel that cannot follow one safely "
			       "(before Linux 5.6)",
			       lc_quote(location).s);
	if (rc && e)
		*e = why;
	return rc;
}

static int dir_document(struct oci_source *s, struct lc_slice location, struct lc_arena *a,
			struct lc_slice *ret, struct lc_err *e)
{
	struct lc_content c;
	int rc = open_member(s, location, &c, e);
	if (rc)
		return rc;
	if (c.size > s->limits->manifest_bytes_max)
		rc = lc_fail(e, LC_ELIMIT, "%s: a document of %llu bytes; at most %llu are read",
			     lc_quote(location).s, (unsigned long long)c.size,
			     (unsigned long long)s->limits->manifest_bytes_max);
	uint8_t *p = rc ? NULL : lc_arena_alloc(a, (size_t)c.size + 1);
	if (!rc && !p)
		rc = lc_fail(e, lc_arena_err(a), "no memory for %s", lc_quote(location).s);
	if (!rc && c.size)
		rc = lc_content_read(&c, 0, p, (size_t)c.size, e);
	if (!rc)
		*ret = lc_slice_of(p, (size_t)c.size);
	lc_content_done(&c);
	return rc;
}

static int dir_blob(struct oci_source *s, struct lc_slice location, struct lc_stream **ret,
		    struct lc_err *e)
{
	struct file_stream *f = lc_alloc0(1, sizeof(*f));
	if (!f)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	int rc = open_member(s, location, &f->content, e);
	if (rc) {
		lc_free(f);
		return rc;
	}
	lc_content_stream_init(&f->range, &f->content, 0, f->content.size);
	f->range.base.close = file_close;
	*ret = &f->range.base;
	return 0;
}

static int dir_find(struct oci_source *s, struct lc_slice location, uint64_t *ret_size,
		    struct lc_err *e)
{
	struct lc_content c;
	int rc = open_member(s, location, &c, e);
	if (rc)
		return rc;
	*ret_size = c.size;
	lc_content_done(&c);
	return 0;
}

static void dir_close(struct oci_source *s)
{
	struct source_dir *d = (struct source_dir *)s;
	if (d->fd >= 0)
		(void)close(d->fd); /* nothing was written through it */
	lc_free(d);
}

int oci_source_dir(const char *path, const struct lc_limits *limits, struct oci_source **ret,
		   struct lc_err *e)
{
	struct source_dir *d = lc_alloc0(1, sizeof(*d));
	if (!d)
		return lc_fail(e, LC_ENOMEM, "no memory for a directory");
	d->base = (struct oci_source){
		.kind = OCI_LAYOUT_DIR,
		.document = dir_document,
		.blob = dir_blob,
		.find = dir_find,
		.close = dir_close,
		.limits = limits,
	};
	d->fd = -1;
	int rc = io_open_dir(path, &d->fd, e);
	if (rc) {
		dir_close(&d->base);
		return rc;
	}
	*ret = &d->base;
	return 0;
}
