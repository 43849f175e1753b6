#include "oci/layer.h"

#include "base/shim.h"
#include "base/stage.h"
#include "oci/part.h"
#include "oci/source.h"
#include "oci/tap.h"
#include "oci/whiteout.h"

/*
 * stored blob -> (read) -> tap (blob digest, size) -> [transform] -> (hash) -> inflate -> (inflate)
 *   -> tap (diff id) -> tar
 *
 * Names in brackets are stages: where one is allowed, what stands before it may run on a thread of
 * its own. A compressed blob is small: it is read and hashed in one; a plain one is hashed beside
 * the tar.
 */

struct oci_layer_reader {
	const struct oci_image *image;
	const struct oci_layer *layer;
	size_t number;
	const struct oci_layer_transform *transform;
	struct lc_stream *blob;
	struct lc_stream *read; /* stage */
	struct oci_tap stored;
	struct lc_stream *clear;  /* what the transform gave, or NULL */
	struct lc_stream *hashed; /* stage */
	struct lc_stream *inflated;
	struct lc_stream *ahead; /* stage */
	struct oci_tap plain;
	struct tar_reader *tar;
	enum io_compression compression;
	struct lc_buf path; /* of a whiteout */
	uint64_t unsafe, entries;
	int err; /* sticky */
};

void oci_layer_close(struct oci_layer_reader *r)
{
	if (!r)
		return;
	tar_close(r->tar);
	oci_tap_done(&r->plain);
	lc_stream_close(r->ahead); /* a stage's thread ends before what it reads goes */
	lc_stream_close(r->inflated);
	lc_stream_close(r->hashed);
	lc_stream_close(r->clear);
	oci_tap_done(&r->stored);
	lc_stream_close(r->read);
	lc_stream_close(r->blob);
	lc_buf_done(&r->path);
	lc_free(r);
}

void oci_layer_closep(struct oci_layer_reader **r)
{
	oci_layer_close(*r);
}

static int wrap(const struct oci_layer_reader *r, int rc, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	const struct oci_layer *l = r->layer;
	if (l->blob.has_digest)
		return lc_wrap(e, rc, "layer %zu %s", r->number,
			       digest_text(&l->blob.digest, text));
	return lc_wrap(e, rc, "layer %zu %s", r->number, lc_quote(l->location).s);
}

/* ---- opening ---- */

static bool is_transformed(const struct oci_layer_reader *r)
{
	return r->layer->encrypted && r->transform && r->transform->open;
}

/* Whoever gives the stored bytes hashes them, too. */
static bool is_hashed_below(const struct oci_layer_reader *r)
{
	return r->image->source->digest != NULL;
}

/* A plain blob is its own tar: one digest serves as both. */
static bool same_bytes(const struct oci_layer_reader *r)
{
	return r->compression == IO_PLAIN && !r->clear &&
	       (r->stored.digester || is_hashed_below(r)) &&
	       oci_part_algorithm(r->layer) == r->layer->diff_id.algorithm;
}

static int open_stored(struct oci_layer_reader *r, const struct lc_limits *limits, struct lc_err *e)
{
	const struct oci_descriptor *b = &r->layer->blob;
	int rc = oci_layer_blob(r->image, r->number, &r->blob, e);
	rc = rc ? rc : lc_stage_open(r->blob, LC_TRACE_READ, (int64_t)r->number, &r->read, e);
	if (rc == 0)
		rc = oci_tap_init(&r->stored, r->read, b->has_digest && !is_hashed_below(r),
				  b->digest.algorithm, b->has_size ? b->size : UINT64_MAX, limits,
				  e);
	if (rc || !is_transformed(r))
		return rc;
	return r->transform->open(r->transform->ctx, r->image, r->number, &r->stored.base,
				  &r->clear, e);
}

static void allow_stages(struct oci_layer_reader *r)
{
	bool plain = r->compression == IO_PLAIN && !r->clear;
	if (!plain)
		lc_stage_allow(r->ahead);
	if (!is_hashed_below(r)) /* else they are read ahead there */
		lc_stage_allow(plain ? r->read : r->hashed);
}

static int open_plain(struct oci_layer_reader *r, const struct lc_limits *limits, struct lc_err *e)
{
	struct lc_stream *from = r->clear ? r->clear : &r->stored.base;
	int64_t n = (int64_t)r->number;
	int rc = lc_stage_open(from, LC_TRACE_HASH, n, &r->hashed, e);
	rc = rc ? rc : io_inflate_open(r->hashed, limits, &r->inflated, &r->compression, e);
	rc = rc ? rc : lc_stage_open(r->inflated, LC_TRACE_INFLATE, n, &r->ahead, e);
	rc = rc ? rc
		: oci_tap_init(&r->plain, r->ahead, !same_bytes(r), r->layer->diff_id.algorithm,
			       UINT64_MAX, limits, e);
	if (rc)
		return rc;
	allow_stages(r);
	return tar_open(&r->plain.base, limits, &r->tar, e);
}

int oci_layer_open(const struct oci_image *i, size_t layer, const struct lc_limits *limits,
		   const struct oci_layer_transform *transform, struct oci_layer_reader **ret,
		   struct lc_err *e)
{
	if (layer >= i->layers_n)
		return lc_fail(e, LC_EUSAGE, "no layer %zu; there are %zu", layer, i->layers_n);
	struct oci_layer_reader *r = lc_alloc0(1, sizeof(*r));
	if (!r)
		return lc_fail(e, LC_ENOMEM, "no memory for a layer");
	if (!limits)
		limits = &lc_limits_default;
	r->image = i;
	r->layer = &i->layers[layer];
	r->number = layer;
	r->transform = transform;
	lc_buf_init(&r->path, (size_t)limits->name_bytes_max + 1);
	int rc = 0;
	if (r->layer->foreign && !is_transformed(r))
		rc = lc_fail(e, LC_EUNSUP, "%s", r->layer->foreign);
	if (rc == 0)
		rc = open_stored(r, limits, e);
	if (rc == 0)
		rc = open_plain(r, limits, e);
	if (rc) {
		(void)wrap(r, rc, e);
		oci_layer_close(r);
		return rc;
	}
	*ret = r;
	return 0;
}

/* ---- entries ---- */

static int removed_path(struct oci_layer_reader *r, const struct whiteout *w, struct lc_slice *ret)
{
	lc_buf_clear(&r->path);
	if (w->directory.n) {
		(void)lc_buf_slice(&r->path, w->directory); /* the buffer keeps its first failure */
		(void)lc_buf_byte(&r->path, '/');
	}
	(void)lc_buf_slice(&r->path, w->name);
	*ret = lc_buf_get(&r->path);
	return lc_buf_err(&r->path);
}

/* 1: an entry to give; 0: one to pass over; negative: failure. */
static int classify(struct oci_layer_reader *r, struct oci_entry *en)
{
	if (en->tar.unsafe) {
		r->unsafe++;
		return 0;
	}
	struct whiteout w = whiteout_of(en->tar.name);
	int rc = 0;
	switch (w.kind) {
	case WHITEOUT_NONE:
		en->kind = OCI_ENTRY;
		en->path = en->tar.name;
		return 1;
	case WHITEOUT_OPAQUE:
		en->kind = OCI_OPAQUE;
		en->path = w.directory;
		return 1;
	case WHITEOUT_REMOVE:
		en->kind = OCI_WHITEOUT;
		rc = removed_path(r, &w, &en->path);
		return rc ? rc : 1;
	case WHITEOUT_BAD:
		r->unsafe++;
		return 0;
	case WHITEOUT_AUFS:
		break;
	}
	return 0;
}

int oci_layer_next(struct oci_layer_reader *r, struct oci_entry *ret, struct lc_err *e)
{
	struct oci_entry en = { 0 };
	int rc = 0;
	if (r->err)
		return lc_fail(e, r->err, "layer %zu: read after a failure", r->number);
	while (rc == 0) {
		rc = tar_next(r->tar, &en.tar, e);
		if (rc == LC_ENOTFOUND)
			return rc;
		if (rc == 0)
			rc = classify(r, &en);
	}
	if (rc < 0) {
		r->err = rc;
		return wrap(r, rc, e);
	}
	r->entries++;
	*ret = en;
	return 0;
}

struct lc_stream *oci_layer_content(struct oci_layer_reader *r)
{
	return tar_content(r->tar);
}

uint64_t oci_layer_unsafe(const struct oci_layer_reader *r)
{
	return r->unsafe;
}

/* ---- verifying ---- */

static int compare(const char *what, const struct digest *want, const struct digest *have,
		   struct lc_err *e)
{
	char a[DIGEST_TEXT_MAX];
	char b[DIGEST_TEXT_MAX];
	if (digest_eq(want, have))
		return 0;
	return lc_fail(e, LC_EBAD,
		       "%s does not hold: %s was promised, the bytes are %s; "
		       "the image is corrupt or was altered",
		       what, digest_text(want, a), digest_text(have, b));
}

/* All that is left, on both sides: padding behind the tar, bytes behind the compressed data. */
static int drain(struct oci_layer_reader *r, struct lc_err *e)
{
	uint64_t n;
	int rc = oci_tap_drain(&r->plain, e);
	rc = rc ? rc : lc_stream_drain(r->hashed, &n, e);
	return rc ? rc : oci_tap_drain(&r->stored, e);
}

static int stored_digest(const struct oci_layer_reader *r, struct digest *ret, struct lc_err *e)
{
	struct oci_source *s = r->image->source;
	return is_hashed_below(r) ? s->digest(s, ret, e) : digester_get(r->stored.digester, ret, e);
}

static int check_stored(struct oci_layer_reader *r, struct oci_layer_stats *st, struct lc_err *e)
{
	const struct oci_descriptor *b = &r->layer->blob;
	if (b->has_size && st->stored_bytes != b->size)
		return lc_fail(e, LC_EBAD, "%llu bytes where its descriptor says %llu",
			       (unsigned long long)st->stored_bytes, (unsigned long long)b->size);
	if (!b->has_digest)
		return 0;
	int rc = stored_digest(r, &st->blob_digest, e);
	st->has_blob_digest = rc == 0;
	return rc ? rc : compare("blob digest", &b->digest, &st->blob_digest, e);
}

static int check_plain(struct oci_layer_reader *r, struct oci_layer_stats *st, struct lc_err *e)
{
	int rc = r->plain.digester ? digester_get(r->plain.digester, &st->diff_id, e)
				   : stored_digest(r, &st->diff_id, e);
	return rc ? rc : compare("diff id", &r->layer->diff_id, &st->diff_id, e);
}

static int verify(struct oci_layer_reader *r, struct oci_layer_stats *st, struct lc_err *e)
{
	int rc = drain(r, e);
	if (rc)
		return rc;
	*st = (struct oci_layer_stats){
		.stored_bytes = r->stored.bytes,
		.inflated_bytes = r->plain.bytes,
		.entries = r->entries,
		.compression = r->compression,
	};
	rc = check_stored(r, st, e);
	if (rc == 0 && r->clear && r->transform->check)
		rc = r->transform->check(r->transform->ctx, r->clear, e);
	return rc ? rc : check_plain(r, st, e);
}

int oci_layer_finish(struct oci_layer_reader *r, struct oci_layer_stats *ret, struct lc_err *e)
{
	struct oci_layer_stats st;
	if (r->err)
		return lc_fail(e, r->err, "layer %zu: read after a failure", r->number);
	int rc = verify(r, &st, e);
	if (rc) {
		r->err = rc;
		return wrap(r, rc, e);
	}
	*ret = st;
	return 0;
}

int oci_layer_verify(const struct oci_image *i, size_t layer, const struct lc_limits *limits,
		     struct lc_err *e)
{
	LC_AUTOSTREAM struct lc_stream *stored = NULL;
	const struct oci_descriptor *b = layer < i->layers_n ? &i->layers[layer].blob : NULL;
	struct oci_tap tap = { 0 };
	struct digest have;
	if (!b || !b->has_digest)
		return 0;
	int rc = oci_layer_blob(i, layer, &stored, e);
	if (rc)
		return rc;
	rc = oci_tap_init(&tap, stored, true, b->digest.algorithm,
			  b->has_size ? b->size : UINT64_MAX, limits, e);
	if (rc == 0)
		rc = oci_tap_drain(&tap, e);
	if (rc == 0 && b->has_size && tap.bytes != b->size)
		rc = lc_fail(e, LC_EBAD, "%llu bytes where its descriptor says %llu",
			     (unsigned long long)tap.bytes, (unsigned long long)b->size);
	if (rc == 0)
		rc = digester_get(tap.digester, &have, e);
	if (rc == 0)
		rc = compare("blob digest", &b->digest, &have, e);
	oci_tap_done(&tap);
	return rc;
}
