#include "oci/image.h"

#include "base/shim.h"
#include "io/file.h"
#include "oci/docker_archive.h"
#include "oci/document.h"
#include "oci/layout.h"
#include "oci/source.h"
#include "oci/source_remote.h"

enum { IMAGE_BYTES_MAX = 128 * 1024 * 1024 };

const char *oci_source_name(enum oci_source_kind k)
{
	static const char *const names[OCI_SOURCE_N] = {
		[OCI_DOCKER_ARCHIVE] = "docker-archive", [OCI_LAYOUT_DIR] = "oci-dir",
		[OCI_LAYOUT_TAR] = "oci-archive",        [OCI_REGISTRY] = "registry",
		[OCI_DOCKER_ENGINE] = "docker",          [OCI_PODMAN_ENGINE] = "podman",
		[OCI_CONTAINERD_STORE] = "containerd",
	};
	return k < OCI_SOURCE_N ? names[k] : "unknown";
}

void oci_close(struct oci_image *i)
{
	if (!i)
		return;
	if (i->source)
		i->source->close(i->source);
	lc_arena_done(&i->arena);
	lc_free(i);
}

void oci_closep(struct oci_image **i)
{
	oci_close(*i);
}

int oci_layer_blob(const struct oci_image *i, size_t layer, struct lc_stream **ret,
		   struct lc_err *e)
{
	const struct oci_layer *l = layer < i->layers_n ? &i->layers[layer] : NULL;
	if (!l)
		return lc_fail(e, LC_EUSAGE, "no layer %zu; there are %zu", layer, i->layers_n);
	if (l->foreign && !l->encrypted)
		return lc_fail(e, LC_EUNSUP, "layer %zu: %s", layer, l->foreign);
	return i->source->blob(i->source, l->location, ret, e);
}

/* ---- finding out what it is ---- */

static bool has(struct oci_image *i, struct lc_slice location)
{
	uint64_t size;
	return i->source->find(i->source, location, &size, NULL) == 0;
}

/* For what decides how the image is read: only "not there" counts as no. */
static int is_there(struct oci_image *i, struct lc_slice location, bool *ret, struct lc_err *e)
{
	uint64_t size;
	int rc = i->source->find(i->source, location, &size, e);
	if (rc && rc != LC_ENOTFOUND)
		return rc;
	if (rc)
		lc_err_clear(e);
	*ret = rc == 0;
	return 0;
}

static int not_an_image(struct oci_image *i, struct lc_err *e)
{
	if (has(i, LC_S("etc/os-release")) || has(i, LC_S("usr/lib/os-release")) ||
	    has(i, LC_S("etc/alpine-release")))
		return lc_fail(e, LC_EUNSUP,
			       "a root file system, not an image: unpack it and use "
			       "`lacre rootfs DIR`");
	if (has(i, LC_S("repositories")))
		return lc_fail(e, LC_EUNSUP,
			       "a docker archive from before docker 1.10: load it and "
			       "save it again with a current engine");
	if (i->source->no_end)
		return lc_fail(e, LC_ETRUNC,
			       "no manifest.json and no index.json, and the archive "
			       "has no end mark: it was cut off, copy or save it again");
	return lc_fail(e, LC_EUNSUP,
		       "neither a docker archive nor an OCI layout: no manifest.json, "
		       "no index.json; make one with `docker save -o FILE IMAGE` or "
		       "`skopeo copy docker://IMAGE oci:DIR`");
}

/* What an attempt left behind; the documents it read stay in the arena. */
static void forget(struct oci_image *i)
{
	struct oci_image fresh = { .arena = i->arena, .name = i->name, .source = i->source };
	*i = fresh;
	i->source->incomplete = false;
}

/*
 * docker 25 and later: an index and a manifest.json over the same blobs. The index holds more; the
 * manifest.json counts where the index has no such image or not all of its blobs are stored.
 */
static int load_both(struct oci_image *i, const struct oci_open_options *o, struct lc_err *e)
{
	struct lc_err second = { 0 };
	int rc = layout_load(i, o, e);
	if (rc == 0)
		return docker_archive_names(i, o, e);
	bool missing = i->source->incomplete && (rc == LC_EBAD || rc == LC_ETRUNC);
	if (!missing && rc != LC_ENOTFOUND)
		return rc;
	forget(i);
	int again = docker_archive_load(i, o, &second);
	if (again == 0)
		return document_note(i,
				     LC_S("index.json has no such image, or not all of its blobs "
					  "are stored; manifest.json is what was read"),
				     e);
	if (rc == LC_ENOTFOUND && again == LC_ENOTFOUND)
		return rc;
	if (e)
		*e = second;
	return again;
}

int oci_image_load(struct oci_image *i, const struct oci_open_options *o, struct lc_err *e)
{
	bool index = false;
	bool manifest = false;
	int rc = is_there(i, LC_S("index.json"), &index, e);
	if (rc == 0)
		rc = is_there(i, LC_S("manifest.json"), &manifest, e);
	if (rc)
		return rc;
	if (index && manifest)
		return load_both(i, o, e);
	if (index)
		return layout_load(i, o, e);
	return manifest ? docker_archive_load(i, o, e) : not_an_image(i, e);
}

/* What the config says counts: an index may be wrong or silent. */
static int check_platform(struct oci_image *i, const struct oci_open_options *o, struct lc_err *e)
{
	if (i->platform.architecture.n == 0)
		return document_note(i, LC_S("neither config nor index names a platform"), e);
	if (!o->has_platform || oci_platform_match(&o->platform, &i->platform))
		return 0;
	return lc_fail(e, LC_ENOTFOUND, "no image for platform %s; there are: %s",
		       oci_platform_text(&o->platform).s, oci_platform_text(&i->platform).s);
}

/* Another one must not pass for what somebody judged, whatever name or fallback led to it. */
static int check_pinned(const struct oci_image *i, const struct oci_open_options *o,
			struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	const struct digest *want = o->pinned;
	if (!want)
		return 0;
	/* A manifest may be called the config of something else. */
	if (o->pinned_config && digest_eq(&i->config_digest, want))
		return 0;
	for (size_t k = 0; !o->pinned_config && k < i->digests.n; k++)
		if (lc_eq(i->digests.v[k], lc_str(digest_text(want, text))))
			return 0;
	return lc_fail(e, LC_EBAD, "another image than %s is read", digest_text(want, text));
}

static int open_source(const char *path, const struct lc_limits *limits, struct oci_source **ret,
		       struct lc_err *e)
{
	bool directory = false;
	if (!io_exists(path, &directory))
		return lc_fail(e, LC_ENOTFOUND, "no such file or directory");
	if (!directory)
		return oci_source_tar(path, limits, ret, e);
	int rc = oci_source_dir(path, limits, ret, e);
	return rc ? rc : oci_source_flat(ret, e);
}

static int open_image(struct oci_image *i, struct lc_content *content,
		      const struct oci_open_options *o, struct lc_err *e)
{
	const struct lc_limits *limits = o->limits ? o->limits : &lc_limits_default;
	int rc = 0;
	lc_arena_init(&i->arena, IMAGE_BYTES_MAX);
	char *path = lc_arena_str(&i->arena, o->input);
	if (!path)
		rc = lc_fail(e, LC_ENOMEM, "no memory for an image");
	else if (!content && (o->input.n == 0 || lc_find(o->input, 0) != SIZE_MAX))
		rc = lc_fail(e, LC_EUSAGE, "not a path");
	if (rc) {
		if (content)
			lc_content_done(content);
		return rc;
	}
	i->name = lc_slice_of(path, o->input.n);
	if (content)
		rc = oci_source_tar_content(content, limits, &i->source, e);
	else if (o->remote)
		rc = oci_remote_load(i, o, limits, e);
	else
		rc = open_source(path, limits, &i->source, e);
	if (rc == 0 && !o->remote)
		rc = oci_image_load(i, o, e);
	rc = rc ? rc : check_pinned(i, o, e);
	return rc ? rc : check_platform(i, o, e);
}

static int open_any(struct lc_content *content, const struct oci_open_options *o,
		    struct oci_image **ret, struct lc_err *e)
{
	struct oci_image *i = lc_alloc0(1, sizeof(*i));
	if (!i) {
		if (content)
			lc_content_done(content);
		return lc_fail(e, LC_ENOMEM, "no memory for an image");
	}
	int rc = open_image(i, content, o, e);
	/* Names compared and candidates looked at may have met it without saying so. */
	if (i->arena.err)
		rc = lc_fail(e, i->arena.err, "no memory for an image, or past %d MiB of it",
			     IMAGE_BYTES_MAX >> 20);
	if (rc) {
		oci_close(i);
		return lc_wrap(e, rc, "%s", lc_quote(o->input).s);
	}
	*ret = i;
	return 0;
}

int oci_open(const struct oci_open_options *o, struct oci_image **ret, struct lc_err *e)
{
	return open_any(NULL, o, ret, e);
}

int oci_open_content(struct lc_content *content, const struct oci_open_options *o,
		     struct oci_image **ret, struct lc_err *e)
{
	return open_any(content, o, ret, e);
}
