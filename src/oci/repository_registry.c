#include <stdio.h>

#include "base/shim.h"
#include "oci/registry.h"
#include "oci/repository_impl.h"

enum { PAGES_MAX = 1000 };

struct remote_repository {
	struct oci_repository base;
	struct registry registry;
	struct lc_arena arena; /* of the name */
};

static const struct http_header accept_all[] = {
	{ LC_S_INIT("Accept"),
	  LC_S_INIT("application/vnd.oci.image.index.v1+json, "
		    "application/vnd.oci.image.manifest.v1+json, "
		    "application/vnd.docker.distribution.manifest.list.v2+json, "
		    "application/vnd.docker.distribution.manifest.v2+json, */*;q=0.1") },
};

static struct remote_repository *remote_of(struct oci_repository *r)
{
	return (struct remote_repository *)r;
}

/* "/v2/NAME/KIND/WHAT" in the arena. */
static int path_of(struct remote_repository *r, const char *kind, struct lc_slice what,
		   struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	*ret = lc_arena_fmt(a, "/v2/%.*s/%s/%.*s", LC_FMT(r->registry.ref.repository), kind,
			    LC_FMT(what));
	return ret->p ? 0 : lc_fail(e, lc_arena_err(a), "no memory for a path");
}

/* Send; any status but those of ok is an error, 404 LC_ENOTFOUND. */
static int ask(struct remote_repository *r, const struct registry_request *q, unsigned ok,
	       struct http_response **ret, struct lc_err *e)
{
	struct http_response *answer = NULL;
	int rc = registry_request(&r->registry, q, &answer, e);
	if (rc)
		return rc;
	if (answer->status == ok || (ok == 201 && answer->status == 202)) {
		*ret = answer;
		return 0;
	}
	rc = http_refusal(answer, e);
	http_close(answer);
	return rc;
}

static int get(struct remote_repository *r, const char *kind, struct lc_slice what,
	       struct lc_arena *a, struct http_response **ret, struct lc_err *e)
{
	struct registry_request q = { .headers = accept_all, .headers_n = 1 };
	int rc = path_of(r, kind, what, a, &q.location, e);
	return rc ? rc : ask(r, &q, 200, ret, e);
}

/* ---- reading ---- */

static int verify(struct lc_slice name, struct lc_slice bytes, struct digest *ret, struct lc_err *e)
{
	struct digest want;
	bool by_digest = lc_find(name, ':') != SIZE_MAX;
	int rc = by_digest ? digest_parse(name, &want, e) : 0;
	rc = rc ? rc : digest_of(by_digest ? want.algorithm : DIGEST_SHA256, bytes, ret, e);
	if (!rc && by_digest && !digest_eq(ret, &want))
		rc = lc_fail(e, LC_EBAD, "the registry gave another manifest than %s",
			     lc_quote(name).s);
	return rc;
}

static int remote_manifest(struct oci_repository *base, struct lc_slice name, struct lc_arena *a,
			   struct oci_document *ret, struct lc_err *e)
{
	struct http_response *r LC_CLEANUP(http_closep) = NULL;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice type;
	struct lc_slice tail;
	lc_buf_init(&b, OCI_DOCUMENT_MAX);
	int rc = get(remote_of(base), "manifests", name, a, &r, e);
	rc = rc ? rc : http_read_all(r, &b, e);
	rc = rc ? rc : verify(name, lc_buf_get(&b), &ret->digest, e);
	if (rc)
		return rc;
	type = http_header_get(&r->headers, "Content-Type");
	if (lc_cut(type, ';', &type, &tail))
		type = lc_trim(type);
	rc = lc_arena_dup(a, lc_buf_get(&b), &ret->bytes);
	rc = rc ? rc : lc_arena_dup(a, type, &ret->media_type);
	return rc ? lc_fail(e, rc, "no memory for a manifest") : 0;
}

struct body_stream {
	struct lc_stream base;
	struct http_response *response;
};

static int body_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct body_stream *b = (struct body_stream *)s;
	return lc_stream_read(b->response->body, buf, n, ret_n, e);
}

static void body_close(struct lc_stream *s)
{
	struct body_stream *b = (struct body_stream *)s;
	http_close(b->response);
	lc_free(b);
}

static int remote_blob(struct oci_repository *base, const struct digest *d, struct lc_stream **ret,
		       struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_arena a = { 0 };
	struct body_stream *s = lc_alloc0(1, sizeof(*s));
	if (!s)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	s->base = (struct lc_stream){ .read = body_read, .close = body_close };
	int rc = get(remote_of(base), "blobs", lc_str(digest_text(d, text)), &a, &s->response, e);
	lc_arena_done(&a);
	if (rc) {
		lc_free(s);
		return rc;
	}
	*ret = &s->base;
	return 0;
}

/* The next page, of <URL>; rel="next" (RFC 8288); "" none. */
static struct lc_slice next_page(const struct http_response *r, struct lc_arena *a)
{
	struct lc_slice link = http_header_get(&r->headers, "Link");
	struct lc_slice copy = { NULL, 0 };
	size_t from = lc_find(link, '<');
	size_t to = lc_find(link, '>');
	if (from == SIZE_MAX || to == SIZE_MAX || to < from ||
	    lc_find_slice(lc_skip(link, to), LC_S("next")) == SIZE_MAX)
		return copy;
	return lc_arena_dup(a, lc_sub(link, from + 1, to - from - 1), &copy)
		       ? (struct lc_slice){ 0 }
		       : copy;
}

typedef int (*page_fn)(struct lc_slice text, struct lc_arena *a, void *ctx, struct lc_err *e);

/* All pages of a list, each a document. */
static int pages(struct remote_repository *r, struct lc_slice location, struct lc_arena *a,
		 page_fn take, void *ctx, struct lc_err *e)
{
	for (unsigned n = 0; location.n; n++) {
		struct http_response *answer LC_CLEANUP(http_closep) = NULL;
		struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
		struct registry_request q = { .location = location };
		struct lc_slice text;
		if (n == PAGES_MAX)
			return lc_fail(e, LC_ELIMIT, "a list of over %d pages", PAGES_MAX);
		lc_buf_init(&b, OCI_DOCUMENT_MAX);
		int rc = ask(r, &q, 200, &answer, e);
		if (rc == LC_ENOTFOUND && n) /* there is such a list, and a part of it is missing */
			return lc_wrap(e, LC_EREMOTE, "page %u", n + 1);
		rc = rc ? rc : http_read_all(answer, &b, e);
		rc = rc ? rc : lc_arena_dup(a, lc_buf_get(&b), &text);
		rc = rc ? rc : take(text, a, ctx, e);
		if (rc)
			return rc;
		location = next_page(answer, a);
	}
	return 0;
}

static int take_referrers(struct lc_slice text, struct lc_arena *a, void *ctx, struct lc_err *e)
{
	return repository_referrers_in(text, a, ctx, e);
}

/*
 * A 404 of the API means that there is no API (an image without referrers gives an empty list). Of
 * other failures none means "no signatures".
 */
static int remote_referrers(struct oci_repository *base, const struct digest *d, struct lc_arena *a,
			    struct oci_referrers *ret, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice path;
	int rc = path_of(remote_of(base), "referrers", lc_str(digest_text(d, text)), a, &path, e);
	rc = rc ? rc : pages(remote_of(base), path, a, take_referrers, ret, e);
	ret->api = rc == 0;
	return rc == LC_ENOTFOUND ? LC_EUNSUP : rc;
}

static int take_tags(struct lc_slice text, struct lc_arena *a, void *ctx, struct lc_err *e)
{
	struct lc_slices *all = ctx;
	struct json_doc d;
	int rc = repository_parse(text, a, "tags", &d, e);
	json_each(&d, rc ? JSON_NONE : json_get(&d, json_root(&d), "tags"), tag) {
		struct lc_slice *item = all->n < OCI_TAGS_MAX ? lc_vec_push(a, all) : NULL;
		if (!item)
			return lc_fail(e, LC_ELIMIT, "over %d tags, or no memory", OCI_TAGS_MAX);
		*item = json_str(&d, tag);
	}
	return rc;
}

static int remote_tags(struct oci_repository *base, struct lc_arena *a, struct lc_slices *ret,
		       struct lc_err *e)
{
	struct lc_slice path;
	struct lc_slices all = { 0 };
	int rc = path_of(remote_of(base), "tags", LC_S("list"), a, &path, e);
	rc = rc ? rc : pages(remote_of(base), path, a, take_tags, &all, e);
	if (rc)
		return rc;
	rc = lc_slices_sort(&all);
	if (rc)
		return lc_fail(e, rc, "no memory for %zu tags", all.n);
	*ret = all;
	return 0;
}

/* ---- writing ---- */

static int remote_has_blob(struct oci_repository *base, const struct digest *d, bool *ret,
			   struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_arena a = { 0 };
	struct http_response *r = NULL;
	struct registry_request q = { .method = "HEAD" };
	int rc =
		path_of(remote_of(base), "blobs", lc_str(digest_text(d, text)), &a, &q.location, e);
	rc = rc ? rc : ask(remote_of(base), &q, 200, &r, e);
	http_close(r);
	lc_arena_done(&a);
	*ret = rc == 0;
	if (rc != LC_ENOTFOUND)
		return rc;
	lc_err_clear(e);
	return 0;
}

/* Where to put it: as the registry says, with the digest among the query's values. */
static int upload_location(struct remote_repository *r, const struct digest *d, struct lc_arena *a,
			   struct lc_slice *ret, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct http_response *answer LC_CLEANUP(http_closep) = NULL;
	struct registry_request q = { .method = "POST" };
	int rc = path_of(r, "blobs", LC_S("uploads/"), a, &q.location, e);
	rc = rc ? rc : ask(r, &q, 202, &answer, e);
	if (rc)
		return rc;
	struct lc_slice to = http_header_get(&answer->headers, "Location");
	if (!to.n)
		return lc_fail(e, LC_EREMOTE, "the registry does not say where uploads go");
	*ret = lc_arena_fmt(a, "%.*s%sdigest=%s", LC_FMT(to),
			    lc_find(to, '?') == SIZE_MAX ? "?" : "&", digest_text(d, text));
	return ret->p ? 0 : lc_fail(e, lc_arena_err(a), "no memory for a URL");
}

static int remote_put_blob(struct oci_repository *base, const struct digest *d,
			   struct lc_slice bytes, struct lc_stream *from, uint64_t size,
			   struct lc_err *e)
{
	static const struct http_header type[] = { { LC_S_INIT("Content-Type"),
						     LC_S_INIT("application/octet-stream") } };
	struct lc_arena a = { 0 };
	struct http_response *answer = NULL;
	struct registry_request q = {
		.method = "PUT",
		.headers = type,
		.headers_n = 1,
		.body = bytes,
		.upload = from,
		.upload_size = size,
	};
	int rc = upload_location(remote_of(base), d, &a, &q.location, e);
	rc = rc ? rc : ask(remote_of(base), &q, 201, &answer, e);
	http_close(answer);
	lc_arena_done(&a);
	return rc ? lc_wrap(e, rc, "upload") : 0;
}

/* Some know SHA-256 alone, and may say that they keep under it what was put by another. */
static int check_kept(const struct http_response *answer, const char *name, struct lc_err *e)
{
	struct lc_slice kept = http_header_get(&answer->headers, "Docker-Content-Digest");
	if (!kept.n || lc_eq(kept, lc_str(name)))
		return 0;
	return lc_fail(e, LC_EREMOTE, "the registry keeps it as %s, not as %s", lc_quote(kept).s,
		       name);
}

static int remote_put_manifest(struct oci_repository *base, struct lc_slice tag,
			       const struct digest *d, struct lc_slice media_type,
			       struct lc_slice bytes, bool *ret_indexed, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	const struct lc_slice name = tag.n ? tag : lc_str(digest_text(d, text));
	const struct http_header type = { LC_S("Content-Type"), media_type };
	struct lc_arena a = { 0 };
	struct http_response *answer = NULL;
	struct registry_request q = {
		.method = "PUT", .headers = &type, .headers_n = 1, .body = bytes
	};
	int rc = path_of(remote_of(base), "manifests", name, &a, &q.location, e);
	rc = rc ? rc : ask(remote_of(base), &q, 201, &answer, e);
	if (!rc)
		*ret_indexed = http_header_get(&answer->headers, "OCI-Subject").n != 0;
	if (!rc && d->algorithm != DIGEST_SHA256)
		rc = check_kept(answer, text, e);
	else if (rc == LC_EREMOTE && d->algorithm != DIGEST_SHA256)
		rc = lc_wrap(e, rc, "named by %s, which not all registries take",
			     digest_name(d->algorithm));
	http_close(answer);
	lc_arena_done(&a);
	return rc ? lc_wrap(e, rc, "manifest") : 0;
}

/* By tag where the registry can, else what the tag names. */
static int remote_delete(struct oci_repository *base, struct lc_slice name, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_arena a = { 0 };
	struct oci_document m;
	struct http_response *answer = NULL;
	struct registry_request q = { .method = "DELETE" };
	lc_arena_init(&a, (size_t)16 << 20);
	int rc = remote_manifest(base, name, &a, &m, e);
	rc = rc ? rc
		: path_of(remote_of(base), "manifests", lc_str(digest_text(&m.digest, text)), &a,
			  &q.location, e);
	rc = rc ? rc : ask(remote_of(base), &q, 201, &answer, e);
	http_close(answer);
	lc_arena_done(&a);
	return rc;
}

static void remote_close(struct oci_repository *base)
{
	struct remote_repository *r = remote_of(base);
	registry_done(&r->registry);
	lc_arena_done(&r->arena);
	lc_free(r);
}

int oci_repository_open(const struct oci_reference *ref, const struct oci_remote *remote,
			bool write, const struct lc_limits *limits, struct oci_repository **ret,
			struct lc_err *e)
{
	struct remote_repository *r = lc_alloc0(1, sizeof(*r));
	if (!r)
		return lc_fail(e, LC_ENOMEM, "no memory for a repository");
	r->base = (struct oci_repository){
		.manifest = remote_manifest,
		.blob = remote_blob,
		.referrers = remote_referrers,
		.tags = remote_tags,
		.has_blob = remote_has_blob,
		.put_blob = remote_put_blob,
		.put_manifest = remote_put_manifest,
		.delete = remote_delete,
		.close = remote_close,
		.limits = limits,
	};
	int rc = registry_open(&r->registry, remote, ref, limits, e);
	r->registry.write = write;
	if (!rc) {
		r->base.name = oci_reference_name(ref, &r->arena);
		rc = r->base.name.p ? 0 : lc_fail(e, lc_arena_err(&r->arena), "no memory");
	}
	if (rc) {
		remote_close(&r->base);
		return rc;
	}
	*ret = &r->base;
	return 0;
}
