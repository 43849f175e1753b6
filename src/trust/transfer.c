#include "trust/transfer.h"

#include "format/json.h"

/* Indexes of indexes, and what refers to what refers to an image. */
enum { DEPTH_MAX = 8 };

static const struct json_limits limits = { .depth_max = 32, .nodes_max = 1 << 20 };

static int copy_manifest(struct transfer *t, const struct oci_document *m, struct lc_slice tag,
			 unsigned depth, struct lc_err *e);

/* ---- what a manifest names ---- */

static int copy_blob(struct transfer *t, const struct json_doc *d, json_ref desc, struct lc_err *e)
{
	LC_AUTOSTREAM struct lc_stream *s = NULL;
	struct digest digest;
	uint64_t size = 0;
	bool there = false;
	struct lc_slice text = json_get_str(d, desc, "digest");
	int rc = digest_parse(text, &digest, e);
	if (!rc && !json_u64(d, json_get(d, desc, "size"), &size))
		rc = lc_fail(e, LC_EBAD, "a descriptor without its size");
	rc = rc ? rc : oci_repository_has_blob(t->to, &digest, &there, e);
	if (rc || there)
		return rc;
	rc = oci_repository_blob_stream(t->from, &digest, &s, e);
	if (rc == LC_ENOTFOUND && json_count(d, json_get(d, desc, "urls")) > 0) {
		lc_err_clear(e); /* kept elsewhere, as its manifest says */
		return 0;
	}
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, LC_EBAD, "it is not there");
	rc = rc ? rc : oci_repository_put_stream(t->to, &digest, size, s, e);
	return rc ? lc_wrap(e, rc, "blob %s", lc_quote(text).s) : 0;
}

static int copy_blobs(struct transfer *t, const struct json_doc *d, struct lc_err *e)
{
	json_ref config = json_get(d, json_root(d), "config");
	int rc = config == JSON_NONE ? 0 : copy_blob(t, d, config, e);
	json_each(d, rc ? JSON_NONE : json_get(d, json_root(d), "layers"), layer) {
		rc = copy_blob(t, d, layer, e);
		if (rc)
			return rc;
	}
	return rc;
}

static int copy_child(struct transfer *t, struct lc_slice digest, unsigned depth, struct lc_err *e)
{
	struct lc_arena a;
	struct oci_document m = { 0 };
	struct digest d;
	if (lc_map_has(&t->seen, digest))
		return 0;
	lc_arena_init(&a, (size_t)64 << 20);
	int rc = digest_parse(digest, &d, e); /* and not a tag, or a way to another place */
	rc = rc ? rc : oci_repository_manifest(t->from, digest, &a, &m, e);
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, LC_EBAD, "%s is listed, but not there", lc_quote(digest).s);
	rc = rc ? rc : copy_manifest(t, &m, (struct lc_slice){ NULL, 0 }, depth, e);
	lc_arena_done(&a);
	return rc;
}

/* ---- what is attached to it ---- */

static int copy_tag(struct transfer *t, const struct digest *image, const char *suffix,
		    unsigned depth, struct lc_err *e)
{
	struct lc_arena a;
	struct oci_document m = { 0 };
	lc_arena_init(&a, (size_t)64 << 20);
	struct lc_slice tag = oci_attachment_tag(image, suffix, &a);
	if (tag.p && t->tags_prefix.n)
		tag = lc_arena_fmt(&a, "%.*s%.*s", LC_FMT(t->tags_prefix), LC_FMT(tag));
	int rc = tag.p ? oci_repository_manifest(t->from, tag, &a, &m, e)
		       : lc_fail(e, lc_arena_err(&a), "no memory for a tag");
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		rc = 0;
	} else if (!rc) {
		t->attached++;
		rc = copy_manifest(t, &m, tag, depth, e);
	}
	lc_arena_done(&a);
	return rc;
}

/* Put as a referrer: a registry that does not index it gets the fallback tag. */
static int put_referrer(struct transfer *t, const struct digest *image,
			const struct oci_referrer *from, struct lc_arena *a, unsigned depth,
			struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct oci_document m = { 0 };
	struct lc_slice name = lc_str(digest_text(&from->digest, text));
	int rc = oci_repository_manifest(t->from, name, a, &m, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EBAD, "%s is listed, but not there", text);
	rc = rc ? rc : copy_manifest(t, &m, (struct lc_slice){ NULL, 0 }, depth, e);
	t->attached++;
	return rc ? rc
		  : oci_repository_attach(t->to, image, m.digest.algorithm, m.media_type,
					  from->artifact_type, m.bytes, e);
}

static int copy_attached(struct transfer *t, const struct digest *image, unsigned depth,
			 struct lc_err *e)
{
	struct oci_referrers all = { 0 };
	struct lc_arena a;
	lc_arena_init(&a, (size_t)512 << 20);
	int rc = oci_repository_referrers(t->from, image, &a, &all, e);
	for (size_t i = 0; !rc && i < all.n; i++)
		rc = put_referrer(t, image, &all.v[i], &a, depth, e);
	rc = rc ? rc : copy_tag(t, image, ".sig", depth, e);
	rc = rc ? rc : copy_tag(t, image, ".att", depth, e);
	rc = rc ? rc : copy_tag(t, image, ".sbom", depth, e);
	lc_arena_done(&a);
	return rc;
}

/* ---- a manifest with all that belongs to it ---- */

static int copy_document(struct transfer *t, const struct oci_document *m, unsigned depth,
			 struct lc_err *e)
{
	const struct lc_slice by_digest = { NULL, 0 };
	struct lc_arena a;
	struct json_doc d;
	if (depth == DEPTH_MAX)
		return lc_fail(e, LC_ELIMIT, "over %d levels of indexes and attachments",
			       DEPTH_MAX);
	lc_arena_init(&a, (size_t)64 << 20);
	int rc = json_parse(m->bytes, JSON_DUP_REFUSE, &limits, &a, &d, e);
	rc = rc ? rc : copy_blobs(t, &d, e);
	json_each(&d, rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests"), child)
		if (!rc)
			rc = copy_child(t, json_get_str(&d, child, "digest"), depth + 1, e);
	rc = rc ? rc
		: oci_repository_put_manifest(t->to, by_digest, m->digest.algorithm, m->media_type,
					      m->bytes, NULL, e);
	lc_arena_done(&a);
	t->manifests += rc == 0;
	return rc;
}

static int note_seen(struct transfer *t, const struct digest *d, bool *ret_new, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice name;
	int rc = lc_arena_dup(&t->names, lc_str(digest_text(d, text)), &name);
	rc = rc ? rc : lc_map_add(&t->seen, name, NULL, ret_new);
	return rc ? lc_fail(e, rc, "no memory for names of manifests") : 0;
}

static int copy_manifest(struct transfer *t, const struct oci_document *m, struct lc_slice tag,
			 unsigned depth, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	bool is_new = false;
	int rc = note_seen(t, &m->digest, &is_new, e);
	if (!rc && is_new) {
		rc = copy_document(t, m, depth, e);
		if (rc)
			return lc_wrap(e, rc, "%s", digest_text(&m->digest, text));
		rc = copy_attached(t, &m->digest, depth + 1, e);
	}
	if (rc || !tag.n)
		return rc;
	rc = oci_repository_put_manifest(t->to, tag, m->digest.algorithm, m->media_type, m->bytes,
					 NULL, e);
	return rc ? lc_wrap(e, rc, "%.*s", LC_FMT(tag)) : 0;
}

int transfer_image(struct transfer *t, const struct oci_document *m, struct lc_slice tag,
		   struct lc_err *e)
{
	int rc = oci_repository_takes(t->to, tag, m->digest.algorithm, e); /* before anything */
	lc_arena_init(&t->names, (size_t)64 << 20);
	rc = rc ? rc : copy_manifest(t, m, tag, 0, e);
	lc_map_done(&t->seen);
	lc_arena_done(&t->names);
	return rc;
}
