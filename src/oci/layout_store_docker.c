/*
 * The layout that a docker archive has for its signatures. Such an archive has no manifest, so
 * there is nothing to sign: containers/image makes one up for it, of docker's second schema, with
 * layers as they are unpacked, and that is what is signed here, so that `skopeo inspect` shows the
 * same digest. All layers are read and must be what the configuration says.
 *
 * Source: containers/image docker/internal/tarfile/src.go (GetManifest),
 * manifest/docker_schema2.go.
 */
#include "base/shim.h"
#include "format/json.h"
#include "oci/image.h"
#include "oci/layer.h"
#include "oci/layout_store_impl.h"

enum { MANIFEST_BYTES_MAX = 4 << 20 };

static const struct lc_slice manifest_type =
	LC_S_INIT("application/vnd.docker.distribution.manifest.v2+json");

static void put_descriptor(struct json_writer *w, const char *media_type, uint64_t size,
			   const struct digest *d)
{
	char text[DIGEST_TEXT_MAX];
	json_begin_object(w);
	json_member_cstr(w, "mediaType", media_type);
	json_member_u64(w, "size", size);
	json_member_cstr(w, "digest", digest_text(d, text));
	json_end_object(w);
}

static int read_layer(const struct oci_image *i, size_t layer, const struct lc_limits *limits,
		      uint64_t *ret_size, struct lc_err *e)
{
	struct oci_layer_reader *r LC_CLEANUP(oci_layer_closep) = NULL;
	struct oci_layer_stats stats;
	int rc = oci_layer_open(i, layer, limits, NULL, &r, e);
	rc = rc ? rc : oci_layer_finish(r, &stats, e);
	if (!rc)
		*ret_size = stats.inflated_bytes;
	return rc ? lc_wrap(e, rc, "layer %zu", layer) : 0;
}

static int write_manifest(const struct oci_image *i, const struct lc_limits *limits,
			  struct lc_buf *out, struct lc_err *e)
{
	struct json_writer w;
	int rc = 0;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_u64(&w, "schemaVersion", 2);
	json_member_str(&w, "mediaType", manifest_type);
	json_write_key(&w, "config");
	put_descriptor(&w, "application/vnd.docker.container.image.v1+json", i->config.n,
		       &i->config_digest);
	json_write_key(&w, "layers");
	json_begin_array(&w);
	for (size_t k = 0; !rc && k < i->layers_n; k++) {
		uint64_t size = 0;
		rc = read_layer(i, k, limits, &size, e);
		put_descriptor(&w, "application/vnd.docker.image.rootfs.diff.tar.gzip", size,
			       &i->layers[k].diff_id);
	}
	json_end_array(&w);
	json_end_object(&w);
	if (!rc && json_writer_err(&w))
		rc = lc_fail(e, LC_ELIMIT, "a manifest of over %d bytes", MANIFEST_BYTES_MAX);
	return rc;
}

/* ---- what was signed before ---- */

/* The images that index.json of the signatures names: is this one of them, are there others? */
static int compare(struct store_tar *t, struct lc_slice index, const char *digest, bool *ret_listed,
		   struct lc_err *e)
{
	struct json_doc d;
	bool others = false;
	*ret_listed = false;
	int rc = json_parse(index, JSON_DUP_REFUSE, NULL, &t->arena, &d, e);
	json_each(&d, rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests"), entry) {
		if (!lc_eq(json_get_str(&d, entry, "mediaType"), manifest_type))
			continue;
		if (lc_eq(json_get_str(&d, entry, "digest"), lc_str(digest)))
			*ret_listed = true;
		else
			others = true;
	}
	if (!rc && others && !*ret_listed)
		rc = lc_fail(
			e, LC_EBAD,
			"it was changed: its signatures are of another image than it holds, %s",
			digest);
	return rc;
}

static int put_index(struct store_tar *t, struct lc_slice manifest, const struct digest *d,
		     struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct store_change c = { .virtual = true };
	struct json_writer w;
	char text[DIGEST_TEXT_MAX];
	lc_buf_init(&b, MANIFEST_BYTES_MAX);
	json_writer_init(&w, &b, 0);
	json_begin_object(&w);
	json_member_u64(&w, "schemaVersion", 2);
	json_write_key(&w, "manifests");
	json_begin_array(&w);
	json_begin_object(&w);
	json_member_str(&w, "mediaType", manifest_type);
	json_member_u64(&w, "size", manifest.n);
	json_member_cstr(&w, "digest", digest_text(d, text));
	json_end_object(&w);
	json_end_array(&w);
	json_end_object(&w);
	if (json_writer_err(&w) || lc_arena_dup(&t->arena, lc_buf_get(&b), &c.bytes))
		return lc_fail(e, LC_ENOMEM, "no memory for an archive");
	int rc = store_tar_change(t, LC_S("index.json"), &c, e);
	c.bytes = LC_S("{\"imageLayoutVersion\":\"1.0.0\"}");
	return rc ? rc : store_tar_change(t, LC_S("oci-layout"), &c, e);
}

static int put_manifest(struct store_tar *t, struct lc_slice manifest, struct lc_err *e)
{
	struct store_change c = { .virtual = true };
	char text[DIGEST_TEXT_MAX];
	struct digest d;
	struct lc_slice index;
	bool listed = false;
	int rc = digest_of(DIGEST_SHA256, manifest, &d, e);
	if (!rc && lc_arena_dup(&t->arena, manifest, &c.bytes))
		rc = lc_fail(e, LC_ENOMEM, "no memory for an archive");
	struct lc_slice name = oci_blob_location(&d, &t->arena);
	uint64_t size;
	rc = rc ? rc : store_tar_change(t, name, &c, e);
	rc = rc ? rc : t->base.find(&t->base, LC_S("index.json"), &size, e);
	if (rc)
		return rc == LC_ENOTFOUND ? put_index(t, c.bytes, &d, e) : rc;
	rc = t->base.read(&t->base, LC_S("index.json"), MANIFEST_BYTES_MAX, &t->arena, &index, e);
	return rc ? rc : compare(t, index, digest_text(&d, text), &listed, e);
}

/* Of several everyone would take another one: by name, by platform, the first. */
static int check_single(struct store_tar *t, struct lc_err *e)
{
	struct json_doc d;
	struct lc_slice text;
	int rc = t->source->document(t->source, LC_S("manifest.json"), &t->arena, &text, e);
	rc = rc ? rc : json_parse(text, JSON_DUP_REFUSE, NULL, &t->arena, &d, e);
	size_t n = rc ? 0 : json_count(&d, json_root(&d));
	if (n > 1)
		rc = lc_fail(e, LC_EUNSUP, "%zu images in it: save one alone", n);
	return rc;
}

int store_tar_docker(struct store_tar *t, struct lc_slice name, struct lc_err *e)
{
	struct oci_image *i LC_CLEANUP(oci_closep) = NULL;
	struct lc_buf manifest LC_CLEANUP(lc_buf_done) = { 0 };
	const struct oci_open_options o = { .input = lc_str(t->path),
					    .reference = name,
					    .limits = t->limits };
	struct lc_content same = lc_content_range(t->file.fd, 0, t->file.size);
	lc_buf_init(&manifest, MANIFEST_BYTES_MAX);
	t->prefix = LC_S("signatures/");
	t->base.docker = true;
	int rc = check_single(t, e);
	rc = rc ? rc : oci_open_content(&same, &o, &i, e);
	rc = rc ? rc : write_manifest(i, t->limits, &manifest, e);
	return rc ? rc : put_manifest(t, lc_buf_get(&manifest), e);
}
