#include "oci/source.h"

#include <pthread.h>

#include "base/arith.h"
#include "base/shim.h"
#include "io/file.h"
#include "io/inflate.h"
#include "oci/tar_index.h"

/*
 * A plain archive is read in place. Of a compressed one, inflating readers that were used and
 * closed are parked with their position: the next blob takes the one nearest before it, and only
 * without such one inflates from the start. Blobs read in the archive's order therefore cost one
 * pass.
 *
 * A reader inside a large zstd window is not parked: all other threads would wait for a window that
 * nobody uses. Such archives are inflated again for each blob.
 */

enum { PARKED_MAX = 4, SNIFF_BYTES = 8 };

/* An inflating reader of the whole archive. */
struct cursor {
	struct lc_content_stream file; /* what plain reads, unless it was opened elsewhere */
	struct lc_stream *plain;
	uint64_t at;
};

struct source_tar {
	struct oci_source base;
	struct lc_content content;
	struct lc_limits limits;      /* for the archive as a whole */
	struct oci_tar_opener opener; /* in place of content */
	struct tar_index index;
	bool forward; /* read forward only: compressed, or not a file */
	pthread_mutex_t lock;
	struct cursor *parked[PARKED_MAX]; /* guarded by lock */
};

static struct lc_limits archive_limits(const struct lc_limits *l)
{
	struct lc_limits all = lc_limits_copy(l);
	/* A whole image, not one layer; of a plain archive the file's own size is the bound. */
	if (__builtin_mul_overflow(l->layer_bytes_max, 4, &all.layer_bytes_max))
		all.layer_bytes_max = UINT64_MAX;
	return all;
}

static void cursor_free(struct cursor *c)
{
	if (!c)
		return;
	lc_stream_close(c->plain);
	lc_free(c);
}

static int cursor_new(struct source_tar *t, struct cursor **ret, struct lc_err *e)
{
	enum io_compression kind;
	struct cursor *c = lc_alloc0(1, sizeof(*c));
	if (!c)
		return lc_fail(e, LC_ENOMEM, "no memory for a reader");
	int rc;
	if (t->opener.open) {
		rc = t->opener.open(t->opener.ctx, &c->plain, e);
	} else {
		lc_content_stream_init(&c->file, &t->content, 0, t->content.size);
		rc = io_inflate_open(&c->file.base, &t->limits, &c->plain, &kind, e);
	}
	if (rc) {
		cursor_free(c);
		return rc;
	}
	*ret = c;
	return 0;
}

/* The parked cursor nearest before offset, or NULL. */
static struct cursor *unpark(struct source_tar *t, uint64_t offset)
{
	struct cursor **best = NULL;
	struct cursor *c = NULL;
	(void)pthread_mutex_lock(&t->lock); /* of an initialised default mutex: cannot fail */
	for (size_t i = 0; i < PARKED_MAX; i++) {
		struct cursor *p = t->parked[i];
		if (p && p->at <= offset && (!best || p->at > (*best)->at))
			best = &t->parked[i];
	}
	if (best) {
		c = *best;
		*best = NULL;
	}
	(void)pthread_mutex_unlock(&t->lock);
	return c;
}

/* Keep c for the next blob, instead of the one that is furthest on when there are too many. */
static void park(struct source_tar *t, struct cursor *c)
{
	struct cursor *drop = c;
	struct cursor **worst = NULL;
	(void)pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < PARKED_MAX && drop; i++) {
		if (!t->parked[i]) {
			t->parked[i] = c;
			drop = NULL;
		} else if (!worst || t->parked[i]->at > (*worst)->at) {
			worst = &t->parked[i];
		}
	}
	if (drop && worst && (*worst)->at > c->at) {
		drop = *worst;
		*worst = c;
	}
	(void)pthread_mutex_unlock(&t->lock);
	cursor_free(drop);
}

/* ---- blob streams ---- */

struct plain_stream {
	struct lc_content_stream range;
};

static void plain_close(struct lc_stream *s)
{
	lc_free(s);
}

static int plain_blob(struct source_tar *t, const struct tar_member *m, struct lc_stream **ret,
		      struct lc_err *e)
{
	struct plain_stream *p = lc_alloc0(1, sizeof(*p));
	if (!p)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	lc_content_stream_init(&p->range, &t->content, m->offset, m->size);
	p->range.base.close = plain_close;
	*ret = &p->range.base;
	return 0;
}

struct member_stream {
	struct lc_stream base;
	struct source_tar *tar;
	struct cursor *cursor;
	uint64_t left;
	int err;
};

static int member_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct member_stream *m = (struct member_stream *)s;
	if (m->err)
		return lc_fail(e, m->err, "read after a failure");
	*ret_n = 0;
	if (m->left == 0)
		return 0;
	int rc = lc_stream_read(m->cursor->plain, buf, (size_t)lc_min64(n, m->left), ret_n, e);
	if (rc == 0 && *ret_n == 0)
		rc = lc_fail(e, LC_ETRUNC, "the archive became shorter while it was read");
	m->err = rc;
	if (rc)
		return rc;
	m->left -= *ret_n;
	m->cursor->at += *ret_n;
	return 0;
}

static void member_close(struct lc_stream *s)
{
	struct member_stream *m = (struct member_stream *)s;
	bool inflating = !m->tar->opener.open;
	if (m->err || (inflating && io_inflate_is_large(m->cursor->plain)))
		cursor_free(m->cursor);
	else
		park(m->tar, m->cursor);
	lc_free(m);
}

static int cursor_at(struct source_tar *t, uint64_t offset, struct cursor **ret, struct lc_err *e)
{
	struct cursor *c = unpark(t, offset);
	int rc = c ? 0 : cursor_new(t, &c, e);
	if (!c)
		return rc;
	rc = lc_stream_skip(c->plain, offset - c->at, e);
	if (rc) {
		cursor_free(c);
		return rc;
	}
	c->at = offset;
	*ret = c;
	return 0;
}

static int inflated_blob(struct source_tar *t, const struct tar_member *m, struct lc_stream **ret,
			 struct lc_err *e)
{
	struct member_stream *s = lc_alloc0(1, sizeof(*s));
	if (!s)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	s->base = (struct lc_stream){ .read = member_read, .close = member_close };
	s->tar = t;
	s->left = m->size;
	int rc = cursor_at(t, m->offset, &s->cursor, e);
	if (rc) {
		lc_free(s);
		return rc;
	}
	*ret = &s->base;
	return 0;
}

/* ---- the source's face ---- */

static int tar_blob(struct oci_source *s, struct lc_slice location, struct lc_stream **ret,
		    struct lc_err *e)
{
	struct source_tar *t = (struct source_tar *)s;
	const struct tar_member *m;
	int rc = tar_index_find(&t->index, location, &m, e);
	if (rc)
		return rc;
	return t->forward ? inflated_blob(t, m, ret, e) : plain_blob(t, m, ret, e);
}

static int read_document(struct source_tar *t, const struct tar_member *m, struct lc_arena *a,
			 struct lc_slice *ret, struct lc_err *e)
{
	LC_AUTOSTREAM struct lc_stream *from = NULL;
	uint8_t *p = lc_arena_alloc(a, (size_t)m->size + 1);
	if (!p)
		return lc_fail(e, lc_arena_err(a), "no memory for %s", lc_quote(m->name).s);
	int rc = tar_blob(&t->base, m->name, &from, e);
	if (rc == 0 && m->size)
		rc = lc_stream_exact(from, p, (size_t)m->size, e);
	if (rc)
		return rc;
	*ret = lc_slice_of(p, (size_t)m->size);
	return 0;
}

static int tar_document(struct oci_source *s, struct lc_slice location, struct lc_arena *a,
			struct lc_slice *ret, struct lc_err *e)
{
	struct source_tar *t = (struct source_tar *)s;
	const struct tar_member *m;
	int rc = tar_index_find(&t->index, location, &m, e);
	if (rc)
		return rc;
	if (m->size > s->limits->manifest_bytes_max)
		return lc_fail(e, LC_ELIMIT, "%s: a document of %llu bytes; at most %llu are read",
			       lc_quote(location).s, (unsigned long long)m->size,
			       (unsigned long long)s->limits->manifest_bytes_max);
	if (m->kept.p) {
		*ret = m->kept; /* lives as long as the source, which the image owns */
		return 0;
	}
	return read_document(t, m, a, ret, e);
}

static int tar_find(struct oci_source *s, struct lc_slice location, uint64_t *ret_size,
		    struct lc_err *e)
{
	struct source_tar *t = (struct source_tar *)s;
	const struct tar_member *m;
	int rc = tar_index_find(&t->index, location, &m, e);
	if (rc == 0)
		*ret_size = m->size;
	return rc;
}

static void tar_source_close(struct oci_source *s)
{
	struct source_tar *t = (struct source_tar *)s;
	for (size_t i = 0; i < PARKED_MAX; i++)
		cursor_free(t->parked[i]);
	tar_index_done(&t->index);
	lc_content_done(&t->content);
	if (t->opener.close)
		t->opener.close(t->opener.ctx);
	(void)pthread_mutex_destroy(&t->lock);
	lc_free(t);
}

static int index_forward(struct source_tar *t, struct lc_err *e)
{
	struct cursor *c = NULL;
	uint64_t rest;
	int rc = cursor_new(t, &c, e);
	if (!c)
		return rc;
	rc = tar_index_build(&t->index, c->plain, UINT64_MAX, true, &t->limits, e);
	if (rc == 0)
		rc = lc_stream_drain(c->plain, &rest, e); /* its check sums count, too */
	cursor_free(c);
	return rc;
}

static int index_plain(struct source_tar *t, struct lc_err *e)
{
	struct lc_content_stream whole;
	t->limits.layer_bytes_max = UINT64_MAX;
	lc_content_stream_init(&whole, &t->content, 0, t->content.size);
	return tar_index_build(&t->index, &whole.base, t->content.size, false, &t->limits, e);
}

static int index_any(struct source_tar *t, struct lc_err *e)
{
	uint8_t head[SNIFF_BYTES];
	size_t n = (size_t)lc_min64(t->content.size, sizeof(head));
	if (n == 0)
		return lc_fail(e, LC_ETRUNC, "the file is empty");
	int rc = lc_content_read(&t->content, 0, head, n, e);
	if (rc)
		return rc;
	enum io_compression kind = io_sniff(lc_slice_of(head, n));
	t->forward = kind != IO_PLAIN;
	rc = t->forward ? index_forward(t, e) : index_plain(t, e);
	t->base.no_end = t->index.no_end;
	return rc;
}

/* Without content or opener yet. */
static struct source_tar *source_new(const struct lc_limits *limits)
{
	struct source_tar *t = lc_alloc0(1, sizeof(*t));
	if (!t)
		return NULL;
	t->base = (struct oci_source){
		.kind = OCI_LAYOUT_TAR,
		.document = tar_document,
		.blob = tar_blob,
		.find = tar_find,
		.close = tar_source_close,
		.limits = limits,
	};
	t->limits = archive_limits(limits);
	t->content.fd = -1;
	(void)pthread_mutex_init(&t->lock, NULL); /* of a default mutex: cannot fail on Linux */
	return t;
}

int oci_source_tar_forward(const struct oci_tar_opener *opener, const struct lc_limits *limits,
			   struct oci_source **ret, struct lc_err *e)
{
	struct source_tar *t = source_new(limits);
	if (!t) {
		opener->close(opener->ctx);
		return lc_fail(e, LC_ENOMEM, "no memory for an archive");
	}
	t->opener = *opener;
	t->forward = true;
	int rc = index_forward(t, e);
	t->base.no_end = t->index.no_end;
	if (rc) {
		tar_source_close(&t->base);
		return rc;
	}
	*ret = &t->base;
	return 0;
}

const struct lc_map *oci_source_tar_members(struct oci_source *s)
{
	return &((struct source_tar *)s)->index.map;
}

bool oci_source_tar_is_plain(struct oci_source *s)
{
	return !((struct source_tar *)s)->forward;
}

struct lc_slice oci_source_tar_doubtful(struct oci_source *s)
{
	return ((struct source_tar *)s)->index.doubtful;
}

uint64_t oci_source_tar_offset(struct oci_source *s, struct lc_slice location)
{
	const struct tar_member *m;
	struct source_tar *t = (struct source_tar *)s;
	return tar_index_find(&t->index, location, &m, NULL) ? UINT64_MAX : m->offset;
}

int oci_source_tar_content(struct lc_content *content, const struct lc_limits *limits,
			   struct oci_source **ret, struct lc_err *e)
{
	struct source_tar *t = source_new(limits);
	if (!t) {
		lc_content_done(content);
		return lc_fail(e, LC_ENOMEM, "no memory for an archive");
	}
	t->content = *content;
	int rc = index_any(t, e);
	if (rc) {
		tar_source_close(&t->base);
		return rc;
	}
	*ret = &t->base;
	return 0;
}

int oci_source_tar(const char *path, const struct lc_limits *limits, struct oci_source **ret,
		   struct lc_err *e)
{
	struct lc_content content;
	int rc = io_open_content(path, &content, e);
	return rc ? rc : oci_source_tar_content(&content, limits, ret, e);
}
