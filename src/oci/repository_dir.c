/*
 * A directory as skopeo's "dir:" writes it: manifest.json, of an index also <hex>.manifest.json for
 * each image, blobs by their hex, signatures in signature-1, -2, … Read only. Source:
 * containers/image directory/directory_transport.go.
 */
#include <stdio.h>

#include "base/shim.h"
#include "oci/repository_impl.h"
#include "oci/source.h"

struct dir_repository {
	struct oci_repository base;
	struct oci_source *source;
};

static struct dir_repository *dir_of(struct oci_repository *r)
{
	return (struct dir_repository *)r;
}

enum { NAME_BYTES_MAX = DIGEST_TEXT_MAX + 48 };

/* "<hex>", or of another algorithm than SHA-256 "<algorithm>-<hex>". */
static struct lc_slice file_name(const struct digest *d, const char *suffix,
				 char ret[NAME_BYTES_MAX])
{
	char hex[DIGEST_TEXT_MAX];
	bool plain = d->algorithm == DIGEST_SHA256;
	int n = snprintf(ret, NAME_BYTES_MAX, "%s%s%s%s", plain ? "" : digest_name(d->algorithm),
			 plain ? "" : "-", digest_hex(d, hex), suffix);
	return lc_slice_of(ret, n > 0 && n < NAME_BYTES_MAX ? (size_t)n : 0);
}

/* ---- documents ---- */

static int read_verified(struct dir_repository *r, struct lc_slice name, const struct digest *d,
			 struct lc_arena *a, struct oci_document *ret, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	int rc = r->source->document(r->source, name, a, &ret->bytes, e);
	rc = rc ? rc : digest_of(d->algorithm, ret->bytes, &ret->digest, e);
	if (!rc && !digest_eq(&ret->digest, d))
		rc = lc_fail(e, LC_EBAD, "%s: its content has another digest",
			     digest_text(d, text));
	return rc;
}

static int dir_manifest(struct oci_repository *base, struct lc_slice name, struct lc_arena *a,
			struct oci_document *ret, struct lc_err *e)
{
	struct dir_repository *r = dir_of(base);
	char file[NAME_BYTES_MAX];
	struct digest d = { 0 };
	struct lc_slice top = LC_S("manifest.json");
	bool by_digest = lc_find(name, ':') != SIZE_MAX;
	if (name.n && !by_digest)
		return LC_ENOTFOUND; /* there are no tags */
	int rc = by_digest ? digest_parse(name, &d, e) : 0;
	rc = rc ? rc : r->source->document(r->source, top, a, &ret->bytes, e);
	rc = rc ? rc
		: digest_of(by_digest ? d.algorithm : DIGEST_SHA256, ret->bytes, &ret->digest, e);
	if (rc || !by_digest || digest_eq(&ret->digest, &d))
		return rc;
	return read_verified(r, file_name(&d, ".manifest.json", file), &d, a, ret, e);
}

static int dir_blob(struct oci_repository *base, const struct digest *d, struct lc_stream **ret,
		    struct lc_err *e)
{
	char file[NAME_BYTES_MAX];
	struct oci_source *s = dir_of(base)->source;
	return s->blob(s, file_name(d, "", file), ret, e);
}

static int dir_has_blob(struct oci_repository *base, const struct digest *d, bool *ret,
			struct lc_err *e)
{
	char file[NAME_BYTES_MAX];
	uint64_t size;
	struct oci_source *s = dir_of(base)->source;
	int rc = s->find(s, file_name(d, "", file), &size, e);
	*ret = rc == 0;
	return rc == LC_ENOTFOUND ? 0 : rc;
}

/* Nothing there refers to an image. */
static int dir_referrers(struct oci_repository *base, const struct digest *d, struct lc_arena *a,
			 struct oci_referrers *ret, struct lc_err *e)
{
	(void)base;
	(void)d;
	(void)a;
	(void)ret;
	(void)e;
	return 0;
}

static int dir_tags(struct oci_repository *base, struct lc_arena *a, struct lc_slices *ret,
		    struct lc_err *e)
{
	(void)base;
	(void)a;
	(void)ret;
	(void)e;
	return 0;
}

static int dir_signature(struct oci_repository *base, const struct digest *instance, unsigned n,
			 struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	char suffix[32];
	char file[NAME_BYTES_MAX];
	struct oci_source *s = dir_of(base)->source;
	(void)snprintf(suffix, sizeof(suffix), "%ssignature-%u", instance ? "." : "", n);
	return s->document(s, instance ? file_name(instance, suffix, file) : lc_str(suffix), a, ret,
			   e);
}

/* ---- nothing is written ---- */

static int read_only(struct lc_err *e)
{
	return lc_fail(e, LC_EUNSUP, "directories of skopeo (dir:) are not written to");
}

static int dir_put_blob(struct oci_repository *base, const struct digest *d, struct lc_slice bytes,
			struct lc_stream *from, uint64_t size, struct lc_err *e)
{
	(void)base;
	(void)d;
	(void)bytes;
	(void)from;
	(void)size;
	return read_only(e);
}

static int dir_put_manifest(struct oci_repository *base, struct lc_slice tag,
			    const struct digest *d, struct lc_slice media_type,
			    struct lc_slice bytes, bool *ret_indexed, struct lc_err *e)
{
	(void)base;
	(void)tag;
	(void)d;
	(void)media_type;
	(void)bytes;
	(void)ret_indexed;
	return read_only(e);
}

static int dir_delete(struct oci_repository *base, struct lc_slice name, struct lc_err *e)
{
	(void)base;
	(void)name;
	return read_only(e);
}

/* ---- opening ---- */

static void dir_close(struct oci_repository *base)
{
	struct dir_repository *r = dir_of(base);
	if (r->source)
		r->source->close(r->source);
	lc_free(r);
}

int oci_repository_open_dir(const char *path, const struct lc_limits *limits,
			    struct oci_repository **ret, struct lc_err *e)
{
	struct dir_repository *r = lc_alloc0(1, sizeof(*r));
	if (!r)
		return lc_fail(e, LC_ENOMEM, "no memory for a directory");
	r->base = (struct oci_repository){
		.manifest = dir_manifest,
		.blob = dir_blob,
		.referrers = dir_referrers,
		.tags = dir_tags,
		.has_blob = dir_has_blob,
		.signature = dir_signature,
		.put_blob = dir_put_blob,
		.put_manifest = dir_put_manifest,
		.delete = dir_delete,
		.close = dir_close,
		.limits = limits,
	};
	int rc = oci_source_dir(path, limits, &r->source, e);
	if (rc) {
		dir_close(&r->base);
		return rc;
	}
	*ret = &r->base;
	return 0;
}
