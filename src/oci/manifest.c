#include "oci/manifest.h"

#include "oci/descriptor.h"
#include "oci/document.h"
#include "oci/history.h"

static const char encrypted_reason[] = "encrypted, no key given";
static const char foreign_reason[] = "foreign layer, only its urls are recorded";

/* ---- config ---- */

static int exact_config(const struct json_doc *d, struct lc_err *e)
{
	static const char *const names[] = { "os",     "architecture", "variant",
					     "rootfs", "history",      NULL };
	static const char *const rootfs[] = { "diff_ids", NULL };
	json_ref root = json_root(d);
	int rc = descriptor_exact_names(d, root, names, e);
	rc = rc ? rc : descriptor_exact_names(d, json_get(d, root, "rootfs"), rootfs, e);
	return rc ? lc_wrap(e, rc, "config") : 0;
}

int config_load(struct oci_image *i, struct lc_slice text, struct lc_err *e)
{
	struct json_doc *d = &i->config_doc;
	int rc = document_parse(i, text, JSON_OBJECT, "config", d, e);
	rc = rc ? rc : exact_config(d, e);
	if (rc)
		return rc;
	i->config = text;
	i->platform = descriptor_platform(d, json_root(d));
	i->created = json_get_str(d, json_root(d), "created");
	return 0;
}

int layers_make(struct oci_image *i, size_t n, struct lc_err *e)
{
	if (n > i->source->limits->layers_max)
		return lc_fail(e, LC_ELIMIT, "%zu layers; at most %u are read", n,
			       i->source->limits->layers_max);
	i->layers = lc_new_array(&i->arena, struct oci_layer, n + 1); /* never NULL for n 0 */
	if (!i->layers)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for layers");
	i->layers_n = n;
	for (size_t k = 0; k < n; k++) {
		i->layers[k].history = SIZE_MAX;
		i->layers[k].blob.annotations = JSON_NONE;
	}
	return 0;
}

int layers_pair(struct oci_image *i, struct lc_err *e)
{
	const struct json_doc *d = &i->config_doc;
	json_ref ids = json_at(d, json_root(d), "rootfs", "diff_ids", NULL);
	size_t k = 0;
	if (json_count(d, ids) != i->layers_n)
		return lc_fail(e, LC_EBAD,
			       "manifest has %zu layers, its config %u diff ids: "
			       "they do not belong together",
			       i->layers_n, json_count(d, ids));
	json_each(d, ids, id) {
		int rc = digest_parse(json_str(d, id), &i->layers[k].diff_id, e);
		if (rc)
			return lc_wrap(e, rc, "config: diff id of layer %zu", k);
		k++;
	}
	return history_pair(i, e);
}

/* ---- manifest ---- */

int manifest_shape(const struct json_doc *d, struct lc_slice media_type, enum manifest_shape *ret,
		   struct lc_err *e)
{
	static const char *const names[] = { "mediaType", "config",   "layers",
					     "manifests", "fsLayers", NULL };
	json_ref root = json_root(d);
	struct lc_slice own = json_get_str(d, root, "mediaType");
	bool index = json_get(d, root, "manifests") != JSON_NONE;
	bool manifest = json_get(d, root, "layers") != JSON_NONE ||
			json_get(d, root, "config") != JSON_NONE;
	bool schema1 = json_get(d, root, "fsLayers") != JSON_NONE;
	int rc = descriptor_exact_names(d, root, names, e);
	if (rc)
		return rc;
	if (own.n && media_type.n && !lc_eq(own, media_type))
		return lc_fail(e, LC_EBAD, "media type %s where its descriptor says %s",
			       lc_quote(own).s, lc_quote(media_type).s);
	if (index + manifest + schema1 > 1)
		return lc_fail(e, LC_EBAD,
			       "both an index and a manifest: readers would disagree "
			       "on what it holds");
	*ret = index ? SHAPE_INDEX : manifest ? SHAPE_MANIFEST : SHAPE_OTHER;
	if (schema1)
		*ret = SHAPE_SCHEMA1;
	return 0;
}

bool manifest_is_artifact(const struct json_doc *d)
{
	json_ref root = json_root(d);
	json_ref layers = json_get(d, root, "layers");
	enum media_kind config =
		media_kind_of(json_get_str(d, json_get(d, root, "config"), "mediaType"));
	size_t other = 0;
	if (config != MEDIA_CONFIG && config != MEDIA_UNKNOWN)
		return true;
	json_each(d, layers, layer)
		other += media_kind_of(json_get_str(d, layer, "mediaType")) == MEDIA_OTHER;
	return other && other == json_count(d, layers);
}

static int check_shape(struct oci_image *i, const struct oci_descriptor *m, struct lc_err *e)
{
	const struct json_doc *d = &i->manifest_doc;
	enum manifest_shape shape = SHAPE_OTHER;
	int rc = manifest_shape(d, m->media_type, &shape, e);
	if (rc)
		return lc_wrap(e, rc, "manifest");
	if (shape == SHAPE_SCHEMA1)
		return lc_fail(e, LC_EUNSUP,
			       "a Docker schema 1 manifest: pull and save the image "
			       "again with a current engine");
	if (shape != SHAPE_MANIFEST)
		return lc_fail(e, LC_EBAD, "manifest without config and layers");
	if (manifest_is_artifact(d))
		return lc_fail(
			e, LC_EUNSUP, "an artifact (config %s), not a container image",
			lc_quote(json_get_str(d, json_get(d, json_root(d), "config"), "mediaType"))
				.s);
	return 0;
}

static int load_config(struct oci_image *i, struct lc_err *e)
{
	const struct json_doc *d = &i->manifest_doc;
	struct oci_descriptor config;
	struct lc_slice text;
	int rc = descriptor_parse(d, json_get(d, json_root(d), "config"), "config", &config, e);
	if (rc)
		return lc_wrap(e, rc, "manifest");
	rc = document_read(i, &config, "config", &text, e);
	if (rc)
		return rc;
	i->config_digest = config.digest;
	return config_load(i, text, e);
}

/* Where a layer's bytes are, or why they are not. */
static int locate(struct oci_image *i, struct oci_layer *l, bool has_urls, struct lc_err *e)
{
	uint64_t size = 0;
	enum media_kind kind = media_kind_of(l->blob.media_type);
	l->location = oci_blob_location(&l->blob.digest, &i->arena);
	if (!l->location.p)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for a path");
	bool elsewhere = kind == MEDIA_FOREIGN || has_urls;
	bool sure = elsewhere && i->source->probe;
	int rc = (sure ? i->source->probe : i->source->find)(i->source, l->location, &size, e);
	if (rc == LC_ENOTFOUND && elsewhere) {
		l->foreign = foreign_reason;
		return 0;
	}
	if (rc == LC_ENOTFOUND)
		return document_missing(i, l->location, "layer", e);
	if (rc)
		return rc;
	if (size != UINT64_MAX && size != l->blob.size)
		return lc_fail(e, LC_EBAD, "%s: %llu bytes where its descriptor says %llu",
			       lc_quote(l->location).s, (unsigned long long)size,
			       (unsigned long long)l->blob.size);
	l->encrypted = kind == MEDIA_ENCRYPTED;
	l->foreign = l->encrypted ? encrypted_reason : NULL;
	return 0;
}

static int load_layers(struct oci_image *i, struct lc_err *e)
{
	const struct json_doc *d = &i->manifest_doc;
	json_ref layers = json_get(d, json_root(d), "layers");
	size_t k = 0;
	if (json_type_of(d, layers) != JSON_ARRAY)
		return lc_fail(e, LC_EBAD, "manifest: layers is not an array");
	int rc = layers_make(i, json_count(d, layers), e);
	if (rc)
		return rc;
	json_each(d, layers, item) {
		struct oci_layer *l = &i->layers[k];
		rc = descriptor_parse(d, item, "layer", &l->blob, e);
		if (rc == 0)
			rc = locate(i, l, json_count(d, json_get(d, item, "urls")) > 0, e);
		if (rc)
			return lc_wrap(e, rc, "layer %zu", k);
		k++;
	}
	return 0;
}

int manifest_load(struct oci_image *i, const struct oci_descriptor *m, struct lc_err *e)
{
	int rc = document_read(i, m, "manifest", &i->manifest, e);
	if (rc)
		return rc;
	rc = document_parse(i, i->manifest, JSON_OBJECT, "manifest", &i->manifest_doc, e);
	if (rc == 0)
		rc = check_shape(i, m, e);
	if (rc == 0)
		rc = load_config(i, e);
	if (rc == 0)
		rc = load_layers(i, e);
	if (rc == 0)
		rc = layers_pair(i, e);
	if (rc)
		return rc;
	i->manifest_digest = m->digest;
	i->has_manifest = true;
	if (!descriptor_has_platform(&i->platform))
		i->platform = m->platform;
	return 0;
}
