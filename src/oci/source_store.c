#include "oci/source_remote.h"

#include "base/shim.h"
#include "oci/containerd.h"
#include "oci/document.h"
#include "oci/layout.h"

/*
 * Directories that hold an image's blobs, but no index of their own: one is made that names what is
 * wanted. skopeo's "dir:" keeps blobs by bare hex beside manifest.json; containerd's content store
 * has a layout's blobs/<algorithm>/<hex>. Sources: containers-transports(5) "dir:path"; containerd
 * content store.
 */

struct store {
	struct oci_source base;
	struct oci_source *below;
	struct lc_arena arena;
	struct lc_slice index;
	struct digest top;
	bool flat;
};

int oci_index_of_one(const struct digest *d, struct lc_slice type, uint64_t size,
		     struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	lc_buf_init(&b, 4096);
	json_writer_init(&w, &b, 0);
	json_begin_object(&w);
	json_member_u64(&w, "schemaVersion", 2);
	json_write_key(&w, "manifests");
	json_begin_array(&w);
	json_begin_object(&w);
	json_member_str_opt(&w, "mediaType", type);
	json_member_cstr(&w, "digest", digest_text(d, text));
	json_member_u64(&w, "size", size);
	json_end_object(&w);
	json_end_array(&w);
	json_end_object(&w);
	int rc = json_writer_err(&w);
	if (rc == 0)
		rc = lc_arena_dup(a, lc_buf_get(&b), ret);
	return rc ? lc_fail(e, rc, "no memory for an index") : 0;
}

/* Where the directory keeps a location. */
static struct lc_slice below_of(const struct store *s, struct lc_slice location)
{
	char hex[DIGEST_TEXT_MAX];
	struct lc_slice rest = location;
	if (!s->flat || !lc_chop_prefix(&rest, LC_S("blobs/")))
		return location;
	size_t slash = lc_find(rest, '/');
	rest = lc_skip(rest, slash == SIZE_MAX ? rest.n : slash + 1);
	return lc_eq(rest, lc_str(digest_hex(&s->top, hex))) ? LC_S("manifest.json") : rest;
}

static int store_document(struct oci_source *base, struct lc_slice location, struct lc_arena *a,
			  struct lc_slice *ret, struct lc_err *e)
{
	struct store *s = (struct store *)base;
	if (lc_eq(location, LC_S("index.json"))) {
		*ret = s->index;
		return 0;
	}
	if (lc_eq(location, LC_S("oci-layout"))) {
		*ret = LC_S(OCI_LAYOUT_TEXT);
		return 0;
	}
	return s->below->document(s->below, below_of(s, location), a, ret, e);
}

static int store_blob(struct oci_source *base, struct lc_slice location, struct lc_stream **ret,
		      struct lc_err *e)
{
	struct store *s = (struct store *)base;
	return s->below->blob(s->below, below_of(s, location), ret, e);
}

static int store_find(struct oci_source *base, struct lc_slice location, uint64_t *ret_size,
		      struct lc_err *e)
{
	struct store *s = (struct store *)base;
	*ret_size = s->index.n;
	if (lc_eq(location, LC_S("index.json")))
		return 0;
	if (lc_eq(location, LC_S("manifest.json")))
		return LC_ENOTFOUND; /* no docker archive's */
	return s->below->find(s->below, below_of(s, location), ret_size, e);
}

static void store_close(struct oci_source *base)
{
	struct store *s = (struct store *)base;
	if (s->below)
		s->below->close(s->below);
	lc_arena_done(&s->arena);
	lc_free(s);
}

static struct store *store_new(struct oci_source *below, enum oci_source_kind kind)
{
	struct store *s = lc_alloc0(1, sizeof(*s));
	if (!s)
		return NULL;
	s->base = (struct oci_source){
		.kind = kind,
		.document = store_document,
		.blob = store_blob,
		.find = store_find,
		.close = store_close,
		.limits = below->limits,
	};
	lc_arena_init(&s->arena, (size_t)32 << 20);
	s->below = below;
	return s;
}

/* ---- dir: ---- */

/* A small file of that name? Only running out of memory is no answer. */
static int has_small(struct oci_source *dir, const char *name, uint64_t max, bool *ret,
		     struct lc_err *e)
{
	uint64_t size = 0;
	int rc = dir->find(dir, lc_str(name), &size, e);
	if (rc == LC_ENOMEM)
		return rc;
	*ret = rc == 0 && size <= max;
	return 0;
}

static int looks_flat(struct oci_source *dir, bool *ret, struct lc_err *e)
{
	bool index = false;
	bool version = false;
	bool manifest = false;
	struct lc_err why = { 0 };
	int rc = has_small(dir, "index.json", UINT64_MAX, &index, &why);
	if (rc == 0 && !index)
		rc = has_small(dir, "version", 256, &version, &why);
	if (rc == 0 && version)
		rc = has_small(dir, "manifest.json", UINT64_MAX, &manifest, &why);
	if (rc && e)
		*e = why;
	*ret = rc == 0 && manifest;
	return rc;
}

static int read_flat(struct store *s, bool *ret_is, struct lc_err *e)
{
	struct lc_slice text;
	struct oci_source *dir = s->below;
	int rc = dir->document(dir, LC_S("version"), &s->arena, &text, e);
	if (rc)
		return rc;
	*ret_is = lc_starts(text, LC_S("Directory Transport Version: 1."));
	if (!*ret_is)
		return 0;
	rc = dir->document(dir, LC_S("manifest.json"), &s->arena, &text, e);
	if (rc == 0)
		rc = digest_of(DIGEST_SHA256, text, &s->top, e);
	return rc ? rc : oci_index_of_one(&s->top, LC_S(""), text.n, &s->arena, &s->index, e);
}

int oci_source_flat(struct oci_source **source, struct lc_err *e)
{
	bool flat = false;
	struct oci_source *dir = *source;
	int rc = looks_flat(dir, &flat, e);
	if (rc || !flat)
		return rc;
	struct store *s = store_new(dir, OCI_LAYOUT_DIR);
	if (!s)
		return lc_fail(e, LC_ENOMEM, "no memory for a directory");
	s->flat = true;
	*source = &s->base;
	rc = read_flat(s, &flat, e);
	if (rc || flat)
		return rc;
	s->below = NULL; /* some other directory */
	store_close(&s->base);
	*source = dir;
	return 0;
}

/* ---- containerd ---- */

static int containerd_names(struct oci_image *i, const struct oci_reference *ref,
			    const struct digest *top, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct oci_reference r = *ref;
	i->kind = OCI_CONTAINERD_STORE;
	i->reference = oci_reference_familiar(&r, &i->arena);
	i->repo_tags = (struct lc_slices){ 0 };
	i->repo_digests = (struct lc_slices){ 0 };
	r.digest = LC_S("");
	int rc = r.tag.n ? document_push(i, &i->repo_tags, oci_reference_familiar(&r, &i->arena), e)
			 : 0;
	r.tag = LC_S("");
	r.digest = lc_str(digest_text(top, text));
	return rc ? rc
		  : document_push(i, &i->repo_digests, oci_reference_familiar(&r, &i->arena), e);
}

static int open_store(struct oci_image *i, const char *root, const struct digest *top,
		      struct lc_slice type, const struct lc_limits *limits, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	uint64_t size = 0;
	struct oci_source *dir = NULL;
	struct lc_slice path = lc_arena_fmt(&i->arena, "%s/io.containerd.content.v1.content", root);
	int rc = path.p ? oci_source_dir((const char *)path.p, limits, &dir, e)
			: lc_fail(e, lc_arena_err(&i->arena), "no memory for a path");
	if (rc)
		return rc;
	struct store *s = store_new(dir, OCI_CONTAINERD_STORE);
	if (!s) {
		dir->close(dir);
		return lc_fail(e, LC_ENOMEM, "no memory for a content store");
	}
	i->source = &s->base;
	s->top = *top;
	struct lc_slice location = oci_blob_location(top, &s->arena);
	if (!location.p)
		return lc_fail(e, LC_ENOMEM, "no memory for a path");
	if (dir->find(dir, location, &size, NULL))
		return lc_fail(e, LC_ENOTFOUND, "%s is not in %s", digest_text(top, text), root);
	return oci_index_of_one(top, type, size, &s->arena, &s->index, e);
}

/* What is meant: by the digest in the name, else as containerd's metadata says. */
static int containerd_target(const char *root, const struct oci_open_options *o,
			     const struct lc_limits *limits, struct oci_image *i,
			     struct oci_reference *ret_ref, struct containerd_image *ret,
			     struct lc_err *e)
{
	struct oci_reference ref;
	int rc = oci_reference_parse(o->input, &i->arena, &ref, e);
	if (rc)
		return rc;
	if (ref.digest.n) {
		*ret_ref = ref;
		return digest_parse(ref.digest, &ret->target, e);
	}
	rc = containerd_find(root, o->remote, o->input, &ref, limits, &i->arena, ret, e);
	if (rc == 0 && oci_reference_parse(ret->name, &i->arena, ret_ref, NULL))
		*ret_ref = ref; /* a name of ctr's own making */
	return rc;
}

int oci_containerd_load(struct oci_image *i, const struct oci_open_options *o,
			const struct lc_limits *limits, struct lc_err *e)
{
	struct oci_reference ref;
	struct containerd_image found = { 0 };
	struct oci_open_options only = *o;
	const char *root = containerd_root(o->remote, &i->arena);
	if (!root)
		return lc_fail(e, LC_ENOTFOUND, "no content store that can be read");
	int rc = containerd_target(root, o, limits, i, &ref, &found, e);
	if (rc == 0)
		rc = open_store(i, root, &found.target, found.media_type, limits, e);
	only.reference = LC_S("");
	if (rc == 0)
		rc = layout_load(i, &only, e);
	/* Pulled for another platform, or fetched in part. */
	if (rc == LC_EBAD && i->source && i->source->incomplete)
		return lc_wrap(e, LC_ENOTFOUND, "not whole in %s", root);
	return rc ? rc : containerd_names(i, &ref, &found.target, e);
}
