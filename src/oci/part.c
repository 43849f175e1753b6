#include "oci/part.h"

#include "base/arith.h"
#include "base/shim.h"
#include "oci/source.h"

/*
 * number, flags, [algorithm, digest], [size], algorithm, diff id, location, [foreign]
 * Numbers are uleb128; texts are length and bytes; digests have the length of their algorithm.
 */
enum part_flags {
	PART_DIGEST = 1u << 0,
	PART_SIZE = 1u << 1,
	PART_FOREIGN = 1u << 2,
	PART_ENCRYPTED = 1u << 3,
	PART_ALL = (1u << 4) - 1,
};

static void put_digest(struct lc_buf *out, const struct digest *d)
{
	(void)lc_buf_uleb(out, d->algorithm); /* the buffer keeps its first failure */
	(void)lc_buf_add(out, d->bytes, digest_size(d->algorithm));
}

static void put_text(struct lc_buf *out, struct lc_slice s)
{
	(void)lc_buf_uleb(out, s.n); /* the buffer keeps its first failure */
	(void)lc_buf_slice(out, s);
}

int oci_part_pack(const struct oci_image *i, size_t layer, struct lc_buf *out, struct lc_err *e)
{
	if (layer >= i->layers_n)
		return lc_fail(e, LC_EUSAGE, "no layer %zu; there are %zu", layer, i->layers_n);
	const struct oci_layer *l = &i->layers[layer];
	(void)lc_buf_uleb(out, layer); /* the buffer keeps its first failure */
	(void)lc_buf_uleb(out, (l->blob.has_digest ? PART_DIGEST : 0u) |
				       (l->blob.has_size ? PART_SIZE : 0u) |
				       (l->foreign ? PART_FOREIGN : 0u) |
				       (l->encrypted ? PART_ENCRYPTED : 0u));
	if (l->blob.has_digest)
		put_digest(out, &l->blob.digest);
	if (l->blob.has_size)
		(void)lc_buf_uleb(out, l->blob.size);
	put_digest(out, &l->diff_id);
	put_text(out, l->location);
	if (l->foreign)
		put_text(out, lc_str(l->foreign));
	return lc_buf_err(out) ? lc_fail(e, lc_buf_err(out), "no room for a layer's description")
			       : 0;
}

enum digest_algorithm oci_part_algorithm(const struct oci_layer *l)
{
	return l->blob.has_digest ? l->blob.digest.algorithm : l->diff_id.algorithm;
}

/* ---- the image of one layer ---- */

struct source_part {
	struct oci_source base;
	struct oci_part_opener from;
};

static int part_document(struct oci_source *s, struct lc_slice location, struct lc_arena *a,
			 struct lc_slice *ret, struct lc_err *e)
{
	(void)s;
	(void)location;
	(void)a;
	(void)ret;
	(void)e;
	return LC_ENOTFOUND;
}

static int part_blob(struct oci_source *s, struct lc_slice location, struct lc_stream **ret,
		     struct lc_err *e)
{
	const struct source_part *p = (const struct source_part *)s;
	(void)location; /* the only one */
	return p->from.open(p->from.ctx, ret, e);
}

static int part_find(struct oci_source *s, struct lc_slice location, uint64_t *ret_size,
		     struct lc_err *e)
{
	(void)s;
	(void)location;
	(void)ret_size;
	(void)e;
	return LC_ENOTFOUND;
}

static int part_digest(struct oci_source *s, struct digest *ret, struct lc_err *e)
{
	const struct source_part *p = (const struct source_part *)s;
	return p->from.digest(p->from.ctx, ret, e);
}

static void part_close(struct oci_source *s)
{
	lc_free(s);
}

static void take_digest(struct lc_rd *r, struct digest *ret)
{
	uint64_t algorithm = lc_rd_uleb(r);
	if (algorithm >= DIGEST_ALGORITHM_N) {
		r->bad = true;
		return;
	}
	ret->algorithm = (enum digest_algorithm)algorithm;
	struct lc_slice bytes = lc_rd_take(r, digest_size(ret->algorithm));
	if (bytes.n)
		memcpy(ret->bytes, bytes.p, bytes.n);
}

static struct lc_slice take_text(struct lc_rd *r)
{
	size_t n;
	if (!lc_size(lc_rd_uleb(r), &n))
		r->bad = true;
	return r->bad ? LC_S("") : lc_rd_take(r, n);
}

static void take_layer(struct lc_rd *r, uint64_t flags, struct lc_arena *a, struct oci_layer *ret)
{
	ret->blob.has_digest = flags & PART_DIGEST;
	ret->blob.has_size = flags & PART_SIZE;
	ret->encrypted = flags & PART_ENCRYPTED;
	if (ret->blob.has_digest)
		take_digest(r, &ret->blob.digest);
	if (ret->blob.has_size)
		ret->blob.size = lc_rd_uleb(r);
	take_digest(r, &ret->diff_id);
	ret->location = take_text(r);
	if (flags & PART_FOREIGN)
		ret->foreign = lc_arena_str(a, take_text(r));
}

static int unpack(struct oci_image *i, struct lc_slice packed, const struct lc_limits *limits,
		  size_t *ret_layer, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(packed);
	uint64_t number = lc_rd_uleb(&r);
	uint64_t flags = lc_rd_uleb(&r);
	if (r.bad || number >= limits->layers_max || flags & ~(uint64_t)PART_ALL)
		return lc_fail(e, LC_EBAD, "not the description of a layer");
	i->layers_n = (size_t)number + 1;
	i->layers = lc_new_array(&i->arena, struct oci_layer, i->layers_n);
	if (!i->layers)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for a layer");
	take_layer(&r, flags, &i->arena, &i->layers[number]);
	if (r.bad || lc_rd_left(&r))
		return lc_fail(e, LC_EBAD, "not the description of a layer");
	if (i->arena.err)
		return lc_fail(e, i->arena.err, "no memory for a layer");
	*ret_layer = (size_t)number;
	return 0;
}

int oci_part_image(struct lc_slice packed, const struct oci_part_opener *from,
		   const struct lc_limits *limits, struct oci_image **ret, size_t *ret_layer,
		   struct lc_err *e)
{
	struct oci_image *i = lc_alloc0(1, sizeof(*i));
	struct source_part *s = lc_alloc0(1, sizeof(*s));
	if (!i || !s) {
		lc_free(i);
		lc_free(s);
		return lc_fail(e, LC_ENOMEM, "no memory for a layer");
	}
	lc_arena_init(&i->arena, (size_t)16 << 20);
	s->base = (struct oci_source){
		.kind = OCI_LAYOUT_DIR,
		.document = part_document,
		.blob = part_blob,
		.find = part_find,
		.digest = part_digest,
		.close = part_close,
		.limits = limits,
	};
	s->from = *from;
	i->source = &s->base;
	int rc = unpack(i, packed, limits, ret_layer, e);
	if (rc) {
		oci_close(i);
		return rc;
	}
	*ret = i;
	return 0;
}
