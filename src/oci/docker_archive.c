#include "oci/docker_archive.h"

#include "oci/choose.h"
#include "oci/descriptor.h"
#include "oci/document.h"
#include "oci/manifest.h"

enum { IMAGES_MAX = 1024 };

struct archive {
	struct oci_image *image;
	struct json_doc doc; /* manifest.json */
	struct candidates all;
};

static int read_manifest(struct oci_image *i, struct json_doc *ret, struct lc_err *e)
{
	struct lc_slice text;
	int rc = i->source->document(i->source, LC_S("manifest.json"), &i->arena, &text, e);
	return rc ? rc : document_parse(i, text, JSON_ARRAY, "manifest.json", ret, e);
}

/* The digest that a path promises: "blobs/<algorithm>/<hex>", or "<sha256 in hex>.json" of a
 * config. */
static bool path_digest(struct lc_slice path, struct digest *ret)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice algorithm = LC_S("sha256");
	struct lc_slice hex = path;
	struct lc_slice rest = path;
	if (lc_chop_prefix(&rest, LC_S("blobs/"))) {
		if (!lc_cut(rest, '/', &algorithm, &hex))
			return false;
	} else if (!lc_chop_suffix(&hex, LC_S(".json"))) {
		return false;
	}
	if (algorithm.n + hex.n + 1 > sizeof(text))
		return false;
	memcpy(text, algorithm.p, algorithm.n);
	text[algorithm.n] = ':';
	if (hex.n)
		memcpy(text + algorithm.n + 1, hex.p, hex.n);
	return digest_parse(lc_slice_of(text, algorithm.n + hex.n + 1), ret, NULL) == 0;
}

static int config_location(struct archive *x, json_ref entry, struct lc_slice *ret,
			   struct lc_err *e)
{
	struct lc_slice path = json_get_str(&x->doc, entry, "Config");
	if (path.n == 0)
		return lc_fail(e, LC_EBAD, "manifest.json: an image without a Config");
	return oci_location(path, &x->image->arena, ret, e);
}

/* ---- candidates ---- */

static int add_names(struct archive *x, json_ref entry, struct lc_slices *names, struct lc_err *e)
{
	json_each(&x->doc, json_get(&x->doc, entry, "RepoTags"), tag) {
		struct lc_slice s = json_str(&x->doc, tag);
		int rc = s.n ? document_push(x->image, names, s, e) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

static int add_candidate(struct archive *x, json_ref entry, struct lc_err *e)
{
	static const char *const names[] = { "Config", "RepoTags", "Layers", NULL };
	char text[DIGEST_TEXT_MAX];
	struct digest id;
	struct lc_slice location;
	struct oci_image *i = x->image;
	if (json_type_of(&x->doc, entry) != JSON_OBJECT)
		return lc_fail(e, LC_EBAD, "manifest.json: an image that is not an object");
	int rc = descriptor_exact_names(&x->doc, entry, names, e);
	if (rc)
		return lc_wrap(e, rc, "manifest.json");
	rc = config_location(x, entry, &location, e);
	if (rc)
		return rc;
	struct candidate *c = candidate_add(&x->all, location, &i->arena);
	if (!c)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for the images in it");
	if (c->entry == JSON_NONE)
		c->entry = entry;
	c->present = true;
	rc = add_names(x, entry, &c->names, e);
	if (rc == 0 && path_digest(location, &id))
		rc = document_push(i, &c->digests, lc_str(digest_text(&id, text)), e);
	return rc;
}

static int list_images(struct archive *x, struct lc_err *e)
{
	json_ref root = json_root(&x->doc);
	if (json_count(&x->doc, root) == 0)
		return lc_fail(e, LC_EUNSUP, "manifest.json names no image");
	if (json_count(&x->doc, root) > IMAGES_MAX)
		return lc_fail(e, LC_ELIMIT, "manifest.json: more than %d images", IMAGES_MAX);
	json_each(&x->doc, root, entry) {
		int rc = add_candidate(x, entry, e);
		if (rc)
			return rc;
	}
	return 0;
}

static int learn(void *ctx, struct candidate *c)
{
	struct archive *x = ctx;
	struct json_doc d;
	struct lc_slice text;
	struct oci_source *s = x->image->source;
	int rc = s->document(s, c->identity, &x->image->arena, &text, NULL);
	if (rc == 0)
		rc = document_parse(x->image, text, JSON_OBJECT, "config", &d, NULL);
	if (rc == 0)
		c->platform = descriptor_platform(&d, json_root(&d));
	return rc;
}

/* ---- loading ---- */

static int load_config(struct oci_image *i, struct lc_slice location, struct lc_err *e)
{
	struct lc_slice text;
	struct oci_descriptor d = { .has_digest = true };
	int rc = i->source->document(i->source, location, &i->arena, &text, e);
	if (rc == LC_ENOTFOUND)
		return document_missing(i, location, "config", e);
	if (rc)
		return rc;
	if (path_digest(location, &d.digest))
		rc = document_verify(&d, text, "config", e);
	if (rc == 0)
		rc = digest_of(DIGEST_SHA256, text, &i->config_digest, e);
	return rc ? rc : config_load(i, text, e);
}

static int load_layer(struct oci_image *i, struct oci_layer *l, struct lc_slice path,
		      struct lc_err *e)
{
	int rc = oci_location(path, &i->arena, &l->location, e);
	if (rc)
		return rc;
	rc = i->source->find(i->source, l->location, &l->blob.size, e);
	if (rc == LC_ENOTFOUND)
		return document_missing(i, l->location, "layer", e);
	if (rc)
		return rc;
	l->blob.has_size = l->blob.size != UINT64_MAX;
	l->blob.has_digest =
		lc_starts(l->location, LC_S("blobs/")) && path_digest(l->location, &l->blob.digest);
	return 0;
}

static int load_layers(struct archive *x, json_ref entry, struct lc_err *e)
{
	struct oci_image *i = x->image;
	json_ref layers = json_get(&x->doc, entry, "Layers");
	size_t k = 0;
	int rc = layers_make(i, json_count(&x->doc, layers), e);
	if (rc)
		return rc;
	json_each(&x->doc, layers, layer) {
		rc = load_layer(i, &i->layers[k], json_str(&x->doc, layer), e);
		if (rc)
			return lc_wrap(e, rc, "layer %zu", k);
		k++;
	}
	return layers_pair(i, e);
}

static void choose_reference(struct oci_image *i, const struct oci_open_options *o)
{
	for (size_t k = 0; k < i->repo_tags.n; k++) {
		struct lc_slice tag = i->repo_tags.v[k];
		if (k == 0 ||
		    (o->reference.n && candidate_name_matches(tag, o->reference, &i->arena)))
			i->reference = tag;
	}
}

int docker_archive_load(struct oci_image *i, const struct oci_open_options *o, struct lc_err *e)
{
	struct archive x = { .image = i };
	struct candidate *c = NULL;
	int rc = read_manifest(i, &x.doc, e);
	if (rc == 0)
		rc = list_images(&x, e);
	if (rc)
		return rc;
	struct choice ch = {
		.options = o,
		.arena = &i->arena,
		.all = &x.all,
		.learn = learn,
		.ctx = &x,
	};
	rc = candidate_choose(&ch, &c, e);
	if (rc == 0)
		rc = load_config(i, c->identity, e);
	if (rc == 0)
		rc = load_layers(&x, c->entry, e);
	if (rc)
		return rc;
	i->kind = OCI_DOCKER_ARCHIVE;
	i->repo_tags = c->names;
	choose_reference(i, o);
	return 0;
}

/* ---- names beside an index ---- */

static bool is_this_image(struct archive *x, json_ref entry)
{
	struct lc_slice location;
	struct digest id;
	return json_type_of(&x->doc, entry) == JSON_OBJECT &&
	       config_location(x, entry, &location, NULL) == 0 && path_digest(location, &id) &&
	       digest_eq(&id, &x->image->config_digest);
}

int docker_archive_names(struct oci_image *i, const struct oci_open_options *o, struct lc_err *e)
{
	struct archive x = { .image = i };
	struct lc_slices names = { 0 };
	bool found = false;
	int rc = read_manifest(i, &x.doc, NULL);
	if (rc == LC_ENOMEM)
		return lc_fail(e, rc, "no memory for manifest.json");
	if (rc)
		return document_note(i, LC_S("manifest.json beside index.json is not readable"), e);
	json_each(&x.doc, json_root(&x.doc), entry) {
		if (!is_this_image(&x, entry))
			continue;
		found = true;
		rc = add_names(&x, entry, &names, e);
		if (rc)
			return rc;
	}
	if (!found)
		return document_note(i,
				     LC_S("manifest.json and index.json do not describe the same "
					  "image; index.json is what was read"),
				     e);
	if (names.n == 0)
		return 0;
	i->repo_tags = names;
	choose_reference(i, o);
	return 0;
}
