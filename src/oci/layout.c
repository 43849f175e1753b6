#include "oci/layout.h"

#include "oci/choose.h"
#include "oci/descriptor.h"
#include "oci/document.h"
#include "oci/manifest.h"

enum { NESTING_MAX = 4, DOCUMENTS_MAX = 64, ENTRIES_MAX = 4096 };

/* The way from index.json down to an entry: names and digests on it lead to what is below. */
struct trail {
	const struct trail *up;
	struct lc_slice containerd_name, ref_name;
	struct lc_slice digest; /* as text */
};

struct walk {
	struct oci_image *image;
	struct candidates all;
	unsigned documents;
	size_t entries;
};

static int walk_index(struct walk *w, const struct json_doc *d, const struct trail *up,
		      unsigned depth, struct lc_err *e);

/* ---- what is no image ---- */

/* "sha256-<hex>.sig", ".att", ".sbom": the tags that cosign gives what it attaches. */
static bool is_attachment_tag(struct lc_slice name)
{
	return (lc_find_slice(name, LC_S("sha256-")) != SIZE_MAX ||
		lc_find_slice(name, LC_S("sha512-")) != SIZE_MAX) &&
	       (lc_ends(name, LC_S(".sig")) || lc_ends(name, LC_S(".att")) ||
		lc_ends(name, LC_S(".sbom")));
}

static bool is_artifact(const struct json_doc *d, json_ref entry, const struct oci_descriptor *m)
{
	json_ref notes = m->annotations;
	struct lc_slice kind = json_get_str(d, notes, "kind");
	struct lc_slice type = json_get_str(d, entry, "artifactType");
	struct lc_slice reference_type = json_get_str(d, notes, "vnd.docker.reference.type");
	if (lc_eq(m->platform.os, LC_S("unknown")) &&
	    lc_eq(m->platform.architecture, LC_S("unknown")))
		return true;
	if (reference_type.n || (type.n && media_kind_of(type) != MEDIA_CONFIG))
		return true;
	if (lc_starts(kind, LC_S("dev.cosignproject.cosign/")) && !lc_ends(kind, LC_S("/image")) &&
	    !lc_ends(kind, LC_S("/imageIndex")))
		return true;
	return is_attachment_tag(json_get_str(d, notes, "org.opencontainers.image.ref.name"));
}

/* ---- candidates ---- */

static int add_name(struct oci_image *i, struct candidate *c, struct lc_slice name,
		    struct lc_err *e)
{
	for (size_t k = 0; k < c->names.n; k++) {
		if (lc_eq(c->names.v[k], name))
			return 0;
	}
	return name.n ? document_push(i, &c->names, name, e) : 0;
}

static int add_trail(struct oci_image *i, struct candidate *c, const struct trail *t,
		     struct lc_err *e)
{
	for (; t; t = t->up) {
		int rc = add_name(i, c, t->containerd_name, e);
		if (rc == 0)
			rc = add_name(i, c, t->ref_name, e);
		if (rc == 0)
			rc = document_push(i, &c->digests, t->digest, e);
		if (rc)
			return rc;
	}
	return 0;
}

static int add_candidate(struct walk *w, const struct oci_descriptor *m, const struct trail *t,
			 struct lc_err *e)
{
	struct oci_image *i = w->image;
	struct candidate *c = candidate_add(&w->all, t->digest, &i->arena);
	struct lc_slice location = oci_blob_location(&m->digest, &i->arena);
	uint64_t size;
	if (!c || !location.p)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for the images in it");
	if (!c->digests.n) {
		int rc = i->source->find(i->source, location, &size, e);
		if (rc && rc != LC_ENOTFOUND)
			return rc;
		c->manifest = *m;
		c->platform = m->platform;
		c->present = rc == 0;
	}
	return add_trail(i, c, t, e);
}

static int nested(struct walk *w, const struct oci_descriptor *m, const struct trail *t,
		  unsigned depth, struct lc_err *e)
{
	struct json_doc doc;
	struct lc_slice text;
	enum manifest_shape shape = SHAPE_OTHER;
	struct oci_image *i = w->image;
	if (depth >= NESTING_MAX || ++w->documents > DOCUMENTS_MAX)
		return lc_fail(e, LC_ELIMIT,
			       "indexes within indexes: at most %d deep and %d in all", NESTING_MAX,
			       DOCUMENTS_MAX);
	int rc = document_read(i, m, "index", &text, e);
	if (rc == 0)
		rc = document_parse(i, text, JSON_OBJECT, "index", &doc, e);
	if (rc == 0)
		rc = manifest_shape(&doc, m->media_type, &shape, e);
	if (rc)
		return rc;
	if (shape == SHAPE_INDEX)
		return walk_index(w, &doc, t, depth + 1, e);
	if (media_kind_of(m->media_type) == MEDIA_INDEX)
		return lc_fail(e, LC_EBAD, "index %.*s has no manifests", LC_FMT(t->digest));
	return add_candidate(w, m, t, e); /* no media type was given, and a look says manifest */
}

/* An index that is named but not stored is no reason to refuse what is. */
static int nested_if_stored(struct walk *w, const struct oci_descriptor *m, const struct trail *t,
			    unsigned depth, struct lc_err *e)
{
	uint64_t size;
	struct oci_image *i = w->image;
	struct lc_slice location = oci_blob_location(&m->digest, &i->arena);
	if (!location.p)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for a path");
	int rc = i->source->find(i->source, location, &size, e);
	if (rc == 0)
		return nested(w, m, t, depth, e);
	if (rc != LC_ENOTFOUND)
		return rc;
	return document_note(
		i, lc_arena_fmt(&i->arena, "index %.*s is named but not stored", LC_FMT(t->digest)),
		e);
}

static int walk_entry(struct walk *w, const struct json_doc *d, json_ref entry,
		      const struct trail *up, unsigned depth, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct oci_descriptor m;
	int rc = descriptor_parse(d, entry, "index entry", &m, e);
	if (rc)
		return rc;
	struct trail t = {
		.up = up,
		.containerd_name = json_get_str(d, m.annotations, "io.containerd.image.name"),
		.ref_name = json_get_str(d, m.annotations, "org.opencontainers.image.ref.name"),
		.digest = lc_str(digest_text(&m.digest, text)),
	};
	if (is_artifact(d, entry, &m))
		return 0;
	switch (media_kind_of(m.media_type)) {
	case MEDIA_INDEX:
	case MEDIA_UNKNOWN:
		return nested_if_stored(w, &m, &t, depth, e);
	case MEDIA_MANIFEST:
	case MEDIA_SCHEMA1:
		return add_candidate(w, &m, &t, e);
	default:
		return 0;
	}
}

static int walk_index(struct walk *w, const struct json_doc *d, const struct trail *up,
		      unsigned depth, struct lc_err *e)
{
	json_ref manifests = json_get(d, json_root(d), "manifests");
	if (json_type_of(d, manifests) != JSON_ARRAY)
		return lc_fail(e, LC_EBAD, "index without manifests");
	json_each(d, manifests, entry) {
		if (++w->entries > ENTRIES_MAX)
			return lc_fail(e, LC_ELIMIT, "more than %d index entries", ENTRIES_MAX);
		int rc = walk_entry(w, d, entry, up, depth, e);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- platform of a manifest whose entry does not tell ---- */

static int learn(void *ctx, struct candidate *c)
{
	struct oci_image *i = ctx;
	struct json_doc manifest;
	struct json_doc config;
	struct oci_descriptor d;
	struct lc_slice text;
	int rc = document_read(i, &c->manifest, "manifest", &text, NULL);
	if (rc == 0)
		rc = document_parse(i, text, JSON_OBJECT, "manifest", &manifest, NULL);
	if (rc)
		return rc;
	c->drop = manifest_is_artifact(&manifest);
	rc = descriptor_parse(&manifest, json_get(&manifest, json_root(&manifest), "config"),
			      "config", &d, NULL);
	if (rc == 0)
		rc = document_read(i, &d, "config", &text, NULL);
	if (rc == 0)
		rc = document_parse(i, text, JSON_OBJECT, "config", &config, NULL);
	if (rc == 0)
		c->platform = descriptor_platform(&config, json_root(&config));
	return rc;
}

/* ---- the layout ---- */

static int check_version(struct oci_image *i, struct lc_err *e)
{
	struct json_doc d;
	struct lc_slice text;
	int rc = i->source->document(i->source, LC_S("oci-layout"), &i->arena, &text, e);
	if (rc == LC_ENOTFOUND)
		return document_note(i, LC_S("no oci-layout file beside index.json"), e);
	if (rc == 0)
		rc = document_parse(i, text, JSON_OBJECT, "oci-layout", &d, e);
	if (rc)
		return rc;
	struct lc_slice version = json_get_str(&d, json_root(&d), "imageLayoutVersion");
	if (!lc_starts(version, LC_S("1.")))
		return lc_fail(e, LC_EUNSUP, "oci-layout: version %s; 1.0.0 is what can be read",
			       lc_quote(version).s);
	return 0;
}

static int walk_layout(struct walk *w, struct lc_err *e)
{
	struct oci_image *i = w->image;
	struct json_doc d;
	struct lc_slice text;
	enum manifest_shape shape = SHAPE_OTHER;
	int rc = check_version(i, e);
	if (rc == 0)
		rc = i->source->document(i->source, LC_S("index.json"), &i->arena, &text, e);
	if (rc == 0)
		rc = document_parse(i, text, JSON_OBJECT, "index.json", &d, e);
	if (rc)
		return rc;
	rc = manifest_shape(&d, LC_S(""), &shape, e);
	if (rc == 0)
		rc = walk_index(w, &d, NULL, 0, e);
	return rc ? lc_wrap(e, rc, "index.json") : 0;
}

static int take_names(struct oci_image *i, const struct candidate *c,
		      const struct oci_open_options *o, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	for (size_t k = 0; k < c->names.n; k++) {
		struct oci_reference r;
		if (i->reference.n == 0 ||
		    (o->reference.n &&
		     candidate_name_matches(c->names.v[k], o->reference, &i->arena)))
			i->reference = c->names.v[k];
		if (oci_reference_parse(c->names.v[k], &i->arena, &r, NULL) || r.tag.n == 0)
			continue;
		r.digest = LC_S("");
		int rc = document_push(i, &i->repo_tags, oci_reference_familiar(&r, &i->arena), e);
		r.tag = LC_S("");
		r.digest = lc_str(digest_text(&c->manifest.digest, text));
		if (rc == 0)
			rc = document_push(i, &i->repo_digests,
					   oci_reference_familiar(&r, &i->arena), e);
		if (rc)
			return rc;
	}
	return 0;
}

int layout_load(struct oci_image *i, const struct oci_open_options *o, struct lc_err *e)
{
	struct walk w = { .image = i };
	struct candidate *c = NULL;
	int rc = walk_layout(&w, e);
	if (rc)
		return rc;
	struct choice ch = {
		.options = o,
		.arena = &i->arena,
		.all = &w.all,
		.learn = learn,
		.ctx = i,
	};
	rc = candidate_choose(&ch, &c, e);
	i->source->incomplete = false; /* whatever looking at others found missing */
	if (rc == 0)
		rc = manifest_load(i, &c->manifest, e);
	if (rc == 0)
		rc = take_names(i, c, o, e);
	if (rc == 0)
		i->digests = c->digests;
	i->kind = i->source->kind;
	return rc;
}
