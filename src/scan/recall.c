#include "scan/recall.h"

#include <stdio.h>

#include "base/log.h"

void scan_recall_init(struct scan_recall *r, const struct scan_request *q,
		      const struct inv_matcher *m)
{
	struct lc_err e = { 0 };
	*r = (struct scan_recall){ .q = q };
	if (!q->cache)
		return;
	if (scan_cache_scope(q->cache, m, q->limits, &r->scope, &e))
		lc_debug("cache: %s", e.msg);
	else
		r->cache = q->cache;
}

/*
 * The facts of an encrypted layer are what its encryption keeps from others: they go on no disk.
 * What a layer without content would hold is nobody's to tell.
 */
static bool may_keep(const struct scan_recall *r, const struct oci_layer *of)
{
	return r->cache && !of->encrypted && !of->foreign;
}

static bool is_type(const struct oci_descriptor *blob, const char *word)
{
	return lc_find_slice(blob->media_type, lc_str(word)) != SIZE_MAX;
}

/*
 * The tar is the one that was read, the blob that carries it here may be another: its size and
 * compression, as reading would find them. False where only reading can tell.
 */
static bool set_stored(const struct oci_descriptor *blob, struct oci_layer_stats *s)
{
	if (blob->has_digest && s->has_blob_digest && digest_eq(&blob->digest, &s->blob_digest))
		return true;
	if (!blob->has_size)
		return false;
	if (!blob->has_digest && !s->has_blob_digest && blob->size == s->stored_bytes)
		return true;
	if (blob->size == s->inflated_bytes)
		s->compression = IO_PLAIN;
	else if (is_type(blob, "gzip"))
		s->compression = IO_GZIP;
	else if (is_type(blob, "zstd"))
		s->compression = IO_ZSTD;
	else
		return false;
	s->stored_bytes = blob->size;
	s->has_blob_digest = blob->has_digest;
	s->blob_digest = blob->digest;
	return true;
}

/*
 * The digest that a layer's stored bytes are said to have: by its descriptor, or in an archive
 * without descriptors by its name, as those are made that hold compressed layers ("<hex>.tar.gz").
 */
static bool said_digest(const struct oci_layer *of, struct digest *ret)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice hex = of->location;
	struct lc_slice rest;
	*ret = of->blob.digest;
	if (of->blob.has_digest)
		return true;
	while (lc_cut(hex, '/', &rest, &hex))
		;
	(void)lc_cut(hex, '.', &hex, &rest); /* or the name has no ending */
	int n = snprintf(text, sizeof(text), "sha256:%.*s", LC_FMT(hex));
	return n > 0 && (size_t)n < sizeof(text) && digest_parse(lc_str(text), ret, NULL) == 0;
}

/*
 * The names under which its facts may be: as this blob's, else as those of all that have its diff
 * id. An image that lies about its own blobs gets what it asked for; nobody else does.
 */
static int ids_of(const struct scan_recall *r, const struct oci_layer *of,
		  struct scan_cache_id ret[2], size_t *ret_n, struct lc_err *e)
{
	struct digest said;
	size_t n = 0;
	int rc = 0;
	if (said_digest(of, &said) && !digest_eq(&said, &of->diff_id))
		rc = scan_cache_id(r->cache, &r->scope, &of->diff_id, &said, &ret[n++], e);
	rc = rc ? rc : scan_cache_id(r->cache, &r->scope, &of->diff_id, NULL, &ret[n++], e);
	*ret_n = n;
	return rc;
}

bool scan_recall_lacks(const struct scan_recall *r, const struct oci_layer *of)
{
	struct scan_cache_id ids[2];
	size_t n = 0;
	if (!may_keep(r, of) || r->q->verify_content || ids_of(r, of, ids, &n, NULL))
		return true;
	for (size_t i = 0; i < n; i++)
		if (scan_cache_has(r->cache, &ids[i]))
			return false;
	return true;
}

/* An entry that does not hold is removed: the next one may, and is as good. */
static int get(const struct scan_recall *r, const struct oci_layer *of, struct scan_layer *l,
	       struct lc_err *e)
{
	struct scan_cache_id ids[2];
	size_t n = 0;
	int rc = ids_of(r, of, ids, &n, e);
	int worst = LC_ENOTFOUND;
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++) {
		rc = scan_cache_get(r->cache, &ids[i], &l->sink.out, &l->stats, e);
		if (rc == 0)
			return 0;
		worst = rc == LC_ENOTFOUND ? worst : rc;
	}
	return worst;
}

bool scan_recall_layer(const struct scan_recall *r, const struct oci_layer *of,
		       struct scan_layer *l)
{
	struct lc_err e = { 0 };
	if (!may_keep(r, of) || r->q->verify_content)
		return false;
	int rc = inv_sink_init(&l->sink, r->q->limits);
	rc = rc ? rc : get(r, of, l, &e);
	l->stats.layer.diff_id = of->diff_id;
	l->cached = !rc && set_stored(&of->blob, &l->stats.layer);
	l->distrusted = rc == LC_EBAD;
	if (rc && rc != LC_ENOTFOUND)
		lc_debug("cache: %s", e.msg);
	if (!l->cached) {
		inv_sink_done(&l->sink);
		l->stats = (struct inv_walk_stats){ 0 };
	}
	return l->cached;
}

void scan_recall_keep(const struct scan_recall *r, const struct oci_layer *of,
		      const struct scan_layer *l)
{
	const unsigned unread = 1u << INV_TOO_LARGE | 1u << INV_UNREADABLE;
	const struct digest *stored = l->bound == SCAN_BOUND_TO_BLOB ? &l->stored : NULL;
	struct scan_cache_id id;
	struct lc_err e = { 0 };
	struct lc_slice facts = lc_buf_get(&l->sink.out);
	if (!may_keep(r, of) || l->err.code || l->bound == SCAN_BOUND_TO_NOTHING ||
	    (inv_facts_troubles(facts) & unread))
		return;
	int rc = scan_cache_id(r->cache, &r->scope, &of->diff_id, stored, &id, &e);
	if (!rc)
		rc = scan_cache_put(r->cache, &id, facts, &l->stats, &e);
	if (rc)
		lc_debug("cache: not kept: %s", e.msg); /* costs the next scan time, no more */
}
