#include "oci/source.h"

#include <stdio.h>

#include "base/log.h"
#include "base/map.h"
#include "base/shim.h"
#include "oci/descriptor.h"
#include "oci/document.h"
#include "oci/layout.h"
#include "oci/registry.h"
#include "oci/source_remote.h"

/*
 * A repository seen as a layout whose index.json, made here, holds the one manifest or index that
 * the reference names. Blobs are taken to be there until they are asked for.
 */

enum { PATH_MAX_BYTES = 1024, DOCUMENT_TRIES = 3 };

struct source_registry {
	struct oci_source base;
	struct registry registry;
	struct lc_map documents; /* location -> struct lc_slice, in the registry's arena */
	struct digest top;       /* of what the reference names */
	struct lc_slice top_type;
};

static const struct http_header accept_all[] = {
	{ LC_S_INIT("Accept"),
	  LC_S_INIT("application/vnd.oci.image.index.v1+json, "
		    "application/vnd.oci.image.manifest.v1+json, "
		    "application/vnd.docker.distribution.manifest.list.v2+json, "
		    "application/vnd.docker.distribution.manifest.v2+json, "
		    "application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.1, */*;q=0.1") },
};

/* ---- documents ---- */

static int keep(struct source_registry *s, struct lc_slice location, struct lc_slice text,
		struct lc_err *e)
{
	struct lc_arena *a = &s->registry.arena;
	struct lc_slice *value = lc_new(a, struct lc_slice);
	struct lc_slice key;
	int rc = value ? lc_arena_dup(a, location, &key) : lc_arena_err(a);
	if (rc == 0)
		rc = lc_arena_dup(a, text, value);
	if (rc == 0)
		rc = lc_map_put(&s->documents, key, value);
	return rc ? lc_fail(e, rc, "no memory for the image's documents") : 0;
}

/* "blobs/sha256/HEX" as the digest that requests name; locations are our own. */
static bool digest_at(struct lc_slice location, char ret[DIGEST_TEXT_MAX])
{
	struct lc_slice algorithm;
	struct lc_slice hex;
	if (!lc_chop_prefix(&location, LC_S("blobs/")) ||
	    !lc_cut(location, '/', &algorithm, &hex) || algorithm.n + hex.n + 2 > DIGEST_TEXT_MAX)
		return false;
	(void)snprintf(ret, DIGEST_TEXT_MAX, "%.*s:%.*s", LC_FMT(algorithm), LC_FMT(hex));
	return true;
}

/* GET below the repository; anything but 200 is an error. */
static int get(struct source_registry *s, const char *kind, struct lc_slice what,
	       struct http_response **ret, struct lc_err *e)
{
	char path[PATH_MAX_BYTES];
	struct http_response *r = NULL;
	bool manifest = strcmp(kind, "manifests") == 0;
	int n = snprintf(path, sizeof(path), "/v2/%.*s/%s/%.*s", LC_FMT(s->registry.ref.repository),
			 kind, LC_FMT(what));
	if (n < 0 || (size_t)n >= sizeof(path))
		return lc_fail(e, LC_EUSAGE, "a name that is too long");
	int rc = registry_send(&s->registry, path, manifest ? accept_all : NULL, manifest ? 1 : 0,
			       &r, e);
	if (rc)
		return rc;
	if (r->status == 200) {
		*ret = r;
		return 0;
	}
	rc = http_refusal(r, e);
	http_close(r);
	return rc;
}

/* A document as a whole; a cut one is asked for again. */
static int get_text(struct source_registry *s, const char *kind, struct lc_slice what,
		    struct lc_buf *text, struct http_response **ret, struct lc_err *e)
{
	lc_buf_init(text, (size_t)lc_min64(s->base.limits->manifest_bytes_max, SIZE_MAX));
	for (unsigned tries = 1;; tries++) {
		struct lc_err why = { 0 };
		struct http_response *r = NULL;
		int rc = get(s, kind, what, &r, &why);
		if (rc == 0)
			rc = http_read_all(r, text, &why);
		if (rc == 0) {
			*ret = r;
			return 0;
		}
		bool cut = r && http_may_pass(&why);
		http_close(r);
		lc_buf_clear(text);
		if (!cut || tries == DOCUMENT_TRIES) {
			if (e)
				*e = why;
			return rc;
		}
	}
}

static int fetch(struct source_registry *s, const char *kind, struct lc_slice location,
		 struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	char digest[DIGEST_TEXT_MAX];
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct http_response *r LC_CLEANUP(http_closep) = NULL;
	const struct lc_slice *known = lc_map_get(&s->documents, location);
	if (known) {
		*ret = *known;
		return 0;
	}
	if (!digest_at(location, digest))
		return LC_ENOTFOUND;
	int rc = get_text(s, kind, lc_str(digest), &text, &r, e);
	if (rc)
		return rc;
	rc = keep(s, location, lc_buf_get(&text), e);
	return rc ? rc : lc_arena_dup(a, lc_buf_get(&text), ret);
}

static int registry_document(struct oci_source *base, struct lc_slice location, struct lc_arena *a,
			     struct lc_slice *ret, struct lc_err *e)
{
	return fetch((struct source_registry *)base, "blobs", location, a, ret, e);
}

static int registry_manifest(struct oci_source *base, struct lc_slice location, struct lc_arena *a,
			     struct lc_slice *ret, struct lc_err *e)
{
	return fetch((struct source_registry *)base, "manifests", location, a, ret, e);
}

/* ---- blobs ---- */

struct blob_stream {
	struct lc_stream base;
	struct source_registry *source;
	struct lc_stream *body;
	char digest[DIGEST_TEXT_MAX];
};

static int blob_read(struct lc_stream *base, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct blob_stream *b = (struct blob_stream *)base;
	return lc_stream_read(b->body, buf, n, ret_n, e);
}

static void blob_close(struct lc_stream *base)
{
	struct blob_stream *b = (struct blob_stream *)base;
	lc_stream_close(b->body);
	lc_free(b);
}

static int blob_reopen(void *ctx, uint64_t from, struct http_response **ret, struct lc_err *e)
{
	struct blob_stream *b = ctx;
	char path[PATH_MAX_BYTES];
	char range[48];
	const struct oci_reference *ref = &b->source->registry.ref;
	(void)snprintf(path, sizeof(path), "/v2/%.*s/blobs/%s", LC_FMT(ref->repository), b->digest);
	(void)snprintf(range, sizeof(range), "bytes=%llu-", (unsigned long long)from);
	const struct http_header h = { LC_S("Range"), lc_str(range) };
	lc_debug("registry blob=%s goes on at %llu", b->digest, (unsigned long long)from);
	return registry_send(&b->source->registry, path, &h, from ? 1 : 0, ret, e);
}

static int registry_blob(struct oci_source *base, struct lc_slice location, struct lc_stream **ret,
			 struct lc_err *e)
{
	struct source_registry *s = (struct source_registry *)base;
	struct http_response *r = NULL;
	struct blob_stream *b = lc_alloc0(1, sizeof(*b));
	if (!b)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	b->base = (struct lc_stream){ .read = blob_read, .close = blob_close };
	b->source = s;
	int rc = digest_at(location, b->digest) ? get(s, "blobs", lc_str(b->digest), &r, e)
						: LC_ENOTFOUND;
	if (rc == 0)
		rc = http_resuming(s->registry.client, r, blob_reopen, b, &b->body, e);
	if (rc) {
		lc_free(b);
		return rc == LC_ENOTFOUND
			       ? lc_fail(e, LC_EREMOTE,
					 "%s does not have it: the image was not pushed whole",
					 lc_quote(s->registry.ref.registry).s)
			       : rc;
	}
	*ret = &b->base;
	return 0;
}

static int registry_find(struct oci_source *base, struct lc_slice location, uint64_t *ret_size,
			 struct lc_err *e)
{
	struct source_registry *s = (struct source_registry *)base;
	const struct lc_slice *known = lc_map_get(&s->documents, location);
	(void)e;
	if (!known && !lc_starts(location, LC_S("blobs/")))
		return LC_ENOTFOUND;
	*ret_size = known ? known->n : UINT64_MAX;
	return 0;
}

/* Layers that may be elsewhere only are worth a question. */
static int registry_probe(struct oci_source *base, struct lc_slice location, uint64_t *ret_size,
			  struct lc_err *e)
{
	char digest[DIGEST_TEXT_MAX];
	struct http_response *r LC_CLEANUP(http_closep) = NULL;
	struct source_registry *s = (struct source_registry *)base;
	if (!digest_at(location, digest))
		return LC_ENOTFOUND;
	int rc = get(s, "blobs", lc_str(digest), &r, e);
	if (rc == 0)
		*ret_size = r->length;
	return rc;
}

static void registry_close(struct oci_source *base)
{
	struct source_registry *s = (struct source_registry *)base;
	lc_map_done(&s->documents);
	registry_done(&s->registry);
	lc_free(s);
}

/* ---- what the reference names ---- */

/* Is the body what was asked for, and what the registry says it is? */
static int check_top(struct source_registry *s, const struct http_response *r, struct lc_slice text,
		     struct lc_err *e)
{
	struct digest want;
	struct oci_descriptor d = { .has_digest = true };
	struct lc_slice asked = s->registry.ref.digest;
	struct lc_slice said = http_header_get(&r->headers, "Docker-Content-Digest");
	int rc = asked.n ? digest_parse(asked, &want, e) : digest_of(DIGEST_SHA256, text, &want, e);
	if (rc == 0 && asked.n) {
		d.digest = want;
		rc = document_verify(&d, text, "manifest", e);
	}
	if (rc == 0 && !asked.n && said.n && digest_parse(said, &d.digest, NULL) == 0)
		rc = document_verify(&d, text, "manifest", e);
	if (rc == 0)
		s->top = want;
	return rc;
}

static struct lc_slice type_of(const struct http_response *r)
{
	struct lc_slice type = http_header_get(&r->headers, "Content-Type");
	struct lc_slice head;
	struct lc_slice tail;
	if (lc_cut(type, ';', &head, &tail))
		type = lc_trim(head);
	enum media_kind kind = media_kind_of(type);
	bool known = kind == MEDIA_INDEX || kind == MEDIA_MANIFEST || kind == MEDIA_SCHEMA1;
	return known ? type : LC_S("");
}

static int keep_index(struct source_registry *s, struct lc_slice type, size_t size,
		      struct lc_err *e)
{
	struct lc_slice text;
	int rc = oci_index_of_one(&s->top, type, size, &s->registry.arena, &text, e);
	if (rc == 0)
		rc = keep(s, LC_S("index.json"), text, e);
	return rc ? rc : keep(s, LC_S("oci-layout"), LC_S(OCI_LAYOUT_TEXT), e);
}

static int fetch_top(struct source_registry *s, struct lc_err *e)
{
	const struct oci_reference *ref = &s->registry.ref;
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct http_response *r LC_CLEANUP(http_closep) = NULL;
	struct lc_slice what = ref->digest.n ? ref->digest : ref->tag;
	int rc = get_text(s, "manifests", what.n ? what : LC_S("latest"), &text, &r, e);
	if (rc == 0)
		rc = check_top(s, r, lc_buf_get(&text), e);
	if (rc)
		return rc;
	struct lc_slice location = oci_blob_location(&s->top, &s->registry.arena);
	if (!location.p)
		return lc_fail(e, LC_ENOMEM, "no memory for a path");
	rc = keep(s, location, lc_buf_get(&text), e);
	return rc ? rc : keep_index(s, type_of(r), text.n, e);
}

int oci_source_registry(const struct oci_reference *ref, const struct oci_remote *remote,
			const struct lc_limits *limits, struct oci_source **ret, struct lc_err *e)
{
	struct source_registry *s = lc_alloc0(1, sizeof(*s));
	if (!s)
		return lc_fail(e, LC_ENOMEM, "no memory for a registry");
	s->base = (struct oci_source){
		.kind = OCI_REGISTRY,
		.document = registry_document,
		.manifest = registry_manifest,
		.blob = registry_blob,
		.find = registry_find,
		.probe = registry_probe,
		.close = registry_close,
		.limits = limits,
	};
	int rc = registry_open(&s->registry, remote, ref, limits, e);
	if (rc == 0)
		rc = fetch_top(s, e);
	if (rc) {
		registry_close(&s->base);
		return rc;
	}
	*ret = &s->base;
	return 0;
}

/* Names as the registry knows them: the digest is that of the index where there is one. */
int oci_source_registry_names(struct oci_image *i, const struct oci_reference *named,
			      struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct source_registry *s = (struct source_registry *)i->source;
	struct oci_reference r = *named;
	int rc = 0;
	i->repo_tags = (struct lc_slices){ 0 };
	i->repo_digests = (struct lc_slices){ 0 };
	if (!r.tag.n && !r.digest.n)
		r.tag = LC_S("latest");
	i->reference = oci_reference_familiar(&r, &i->arena);
	if (!i->reference.p)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for the image's names");
	struct oci_reference tagged = r;
	tagged.digest = LC_S("");
	if (r.tag.n)
		rc = document_push(i, &i->repo_tags, oci_reference_familiar(&tagged, &i->arena), e);
	r.tag = LC_S("");
	r.digest = lc_str(digest_text(&s->top, text));
	return rc ? rc
		  : document_push(i, &i->repo_digests, oci_reference_familiar(&r, &i->arena), e);
}
