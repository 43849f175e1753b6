#include "oci/source_remote.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/shim.h"
#include "oci/descriptor.h"
#include "oci/document.h"
#include "oci/engine_address.h"

/*
 * An engine gives an image as a docker archive, made while it is read, with manifest.json at its
 * end. A small one is kept in memory. A larger one is asked for twice: once to find out where
 * everything is, once to read the layers in the order in which they come; nothing is stored.
 * The image is asked for by its id, so both are the same image. Source: Docker Engine API 1.41.
 */

enum { REPLY_BYTES_MAX = 8 << 20, KEPT_BYTES_MAX = 24 << 20 };

struct engine {
	struct lc_arena arena;
	struct http_client *client;
	struct engine_address at;
	struct lc_slice id;
	uint64_t size;
};

/* What the engine says of the image. */
struct inspected {
	struct json_doc doc;
	struct oci_platform platform;
};

static void engine_free(void *ctx)
{
	struct engine *g = ctx;
	if (!g)
		return;
	http_client_free(g->client);
	lc_arena_done(&g->arena);
	lc_free(g);
}

static int engine_get(struct engine *g, struct lc_slice name, const char *verb,
		      struct http_response **ret, struct lc_err *e)
{
	struct lc_buf url LC_CLEANUP(lc_buf_done) = { 0 };
	struct http_response *r = NULL;
	lc_buf_init(&url, 4096);
	(void)lc_buf_slice(&url, g->at.url); /* the buffer keeps its first failure */
	(void)lc_buf_str(&url, "/images/");
	/* Slashes stand as they are, the rest of a name needs no escape but ":" and "@". */
	(void)lc_buf_slice(&url, name);
	(void)lc_buf_fmt(&url, "/%s", verb);
	(void)lc_buf_byte(&url, 0);
	if (lc_buf_err(&url))
		return lc_fail(e, LC_EUSAGE, "a name that is too long");
	struct http_request q = {
		.url = (const char *)url.p,
		.unix_socket = g->at.unix_socket,
		.tls = &g->at.tls,
		.plain_http = g->at.plain,
	};
	int rc = http_send(g->client, &q, &r, e);
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

/* ---- the archive as a stream ---- */

struct export
{
	struct lc_stream base;
	struct http_response *response;
};

static int export_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	return lc_stream_read(((struct export *)s)->response->body, buf, n, ret_n, e);
}

static void export_close(struct lc_stream *s)
{
	http_close(((struct export *)s)->response);
	lc_free(s);
}

static int export_open(void *ctx, struct lc_stream **ret, struct lc_err *e)
{
	struct engine *g = ctx;
	struct export *x = lc_alloc0(1, sizeof(*x));
	if (!x)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	lc_debug("engine exports %.*s", LC_FMT(g->id));
	x->base = (struct lc_stream){ .read = export_read, .close = export_close };
	int rc = engine_get(g, g->id, "get", &x->response, e);
	if (rc) {
		lc_free(x);
		return rc;
	}
	*ret = &x->base;
	return 0;
}

/* ---- what it is ---- */

static int inspect(struct engine *g, struct lc_slice name, struct inspected *ret, struct lc_err *e)
{
	struct lc_slice text;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct http_response *r LC_CLEANUP(http_closep) = NULL;
	lc_buf_init(&b, REPLY_BYTES_MAX);
	int rc = engine_get(g, name, "json", &r, e);
	if (rc == 0)
		rc = http_read_all(r, &b, e);
	if (rc == 0)
		rc = lc_arena_dup(&g->arena, lc_buf_get(&b), &text);
	if (rc == 0)
		rc = json_parse(text, 0, NULL, &g->arena, &ret->doc, e);
	if (rc)
		return rc;
	json_ref root = json_root(&ret->doc);
	struct digest id;
	g->id = json_get_str(&ret->doc, root, "Id");
	if (digest_parse(g->id, &id, NULL))
		return lc_fail(e, LC_EREMOTE, "its answer names no image");
	if (!json_u64(&ret->doc, json_get(&ret->doc, root, "Size"), &g->size))
		g->size = UINT64_MAX;
	ret->platform = (struct oci_platform){
		.os = json_get_str(&ret->doc, root, "Os"),
		.architecture = json_get_str(&ret->doc, root, "Architecture"),
		.variant = json_get_str(&ret->doc, root, "Variant"),
	};
	return 0;
}

static int check_platform(const struct inspected *in, const struct oci_open_options *o,
			  struct lc_err *e)
{
	if (!o->has_platform || !in->platform.architecture.n ||
	    oci_platform_match(&o->platform, &in->platform))
		return 0;
	return lc_fail(e, LC_ENOTFOUND, "no image for platform %s here; there is: %s",
		       oci_platform_text(&o->platform).s, oci_platform_text(&in->platform).s);
}

static int take_list(struct oci_image *i, const struct inspected *in, const char *key,
		     struct lc_slices *list, struct lc_err *e)
{
	struct lc_slices out = { 0 };
	json_each(&in->doc, json_get(&in->doc, json_root(&in->doc), key), item) {
		struct lc_slice s = json_str(&in->doc, item);
		int rc = s.n ? document_push(i, &out, s, e) : 0;
		if (rc)
			return rc;
	}
	if (out.n)
		*list = out;
	return 0;
}

/* ---- opening ---- */

static int source_small(struct engine *g, const struct lc_limits *limits, struct oci_source **ret,
			struct lc_err *e)
{
	LC_AUTOSTREAM struct lc_stream *from = NULL;
	struct lc_content content;
	int rc = export_open(g, &from, e);
	if (rc == 0)
		rc = lc_content_spool(from, KEPT_BYTES_MAX, (uint64_t)2 * KEPT_BYTES_MAX, &content,
				      e);
	return rc ? rc : oci_source_tar_content(&content, limits, ret, e);
}

/* The engine is needed no longer once a small archive was read. */
static int source_of(struct engine *g, const struct lc_limits *limits, struct oci_source **ret,
		     bool *ret_forward, struct lc_err *e)
{
	*ret_forward = g->size > KEPT_BYTES_MAX;
	if (*ret_forward) {
		const struct oci_tar_opener opener = { export_open, engine_free, g };
		return oci_source_tar_forward(&opener, limits, ret, e);
	}
	int rc = source_small(g, limits, ret, e);
	engine_free(g);
	return rc;
}

struct placed {
	uint64_t offset;
	size_t layer;
};

static int by_offset(const void *a, const void *b)
{
	const struct placed *x = a;
	const struct placed *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (x->layer > y->layer) - (x->layer < y->layer);
}

static int set_order(struct oci_image *i, struct lc_err *e)
{
	struct placed *v = lc_new_array(&i->arena, struct placed, i->layers_n + 1);
	size_t *order = lc_new_array(&i->arena, size_t, i->layers_n + 1);
	if (!v || !order)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for layers");
	for (size_t k = 0; k < i->layers_n; k++)
		v[k] = (struct placed){ oci_source_tar_offset(i->source, i->layers[k].location),
					k };
	qsort(v, i->layers_n, sizeof(*v), by_offset);
	for (size_t k = 0; k < i->layers_n; k++)
		order[k] = v[k].layer;
	i->read_order = order;
	return 0;
}

static int engine_new(enum oci_from from, const struct oci_remote *r,
		      const struct lc_limits *limits, struct engine **ret, struct lc_err *e)
{
	const struct http_options o = { .environment = r->environment, .limits = limits };
	struct engine *g = lc_alloc0(1, sizeof(*g));
	if (!g)
		return lc_fail(e, LC_ENOMEM, "no memory for an engine");
	lc_arena_init(&g->arena, (size_t)64 << 20);
	int rc = engine_address_find(from, r, &g->arena, &g->at, e);
	if (rc == 0)
		rc = http_client_new(&o, &g->client, e);
	if (rc) {
		engine_free(g);
		return rc;
	}
	*ret = g;
	return 0;
}

/* Names are copied into the image before the engine may go. */
static int load_names(struct oci_image *i, const struct inspected *in, struct lc_slices *tags,
		      struct lc_slices *digests, struct lc_err *e)
{
	int rc = take_list(i, in, "RepoTags", tags, e);
	return rc ? rc : take_list(i, in, "RepoDigests", digests, e);
}

int oci_engine_load(struct oci_image *i, enum oci_from from, const struct oci_open_options *o,
		    const struct lc_limits *limits, struct lc_err *e)
{
	struct engine *g = NULL;
	struct inspected in = { 0 };
	struct lc_slices tags = { 0 };
	struct lc_slices digests = { 0 };
	struct oci_open_options only = *o;
	bool forward = false;
	int rc = engine_new(from, o->remote, limits, &g, e);
	if (rc)
		return rc;
	rc = inspect(g, o->input, &in, e);
	if (rc == 0)
		rc = check_platform(&in, o, e);
	if (rc == 0)
		rc = load_names(i, &in, &tags, &digests, e);
	if (rc) {
		engine_free(g);
		return rc;
	}
	rc = source_of(g, limits, &i->source, &forward, e);
	only.reference = LC_S("");
	if (rc == 0)
		rc = oci_image_load(i, &only, e);
	if (rc == 0 && forward)
		rc = set_order(i, e);
	if (rc)
		return rc;
	i->kind = from == OCI_FROM_DOCKER ? OCI_DOCKER_ENGINE : OCI_PODMAN_ENGINE;
	i->repo_tags = tags;
	i->repo_digests = digests;
	return lc_arena_dup(&i->arena, o->input, &i->reference);
}
