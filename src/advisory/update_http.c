#include "advisory/update_http.h"

#include <stdio.h>

#include "base/shim.h"

struct transfer {
	struct lc_stream base;
	const struct adv_http *http;
	char *url;
	struct lc_slice etag;
	struct lc_stream *body;
	struct lc_arena arena; /* url, etag */
};

static int transfer_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct transfer *t = (struct transfer *)(void *)s;
	return lc_stream_read(t->body, buf, n, ret_n, e);
}

static void transfer_close(struct lc_stream *s)
{
	struct transfer *t = (struct transfer *)(void *)s;
	lc_stream_close(t->body);
	lc_arena_done(&t->arena);
	lc_free(t);
}

/* The rest of a file, if it is still the same one: without a strong tag nobody can tell. */
static int reopen(void *ctx, uint64_t from, struct http_response **ret, struct lc_err *e)
{
	struct transfer *t = ctx;
	char range[48];
	(void)snprintf(range, sizeof(range), "bytes=%llu-", (unsigned long long)from);
	const struct http_header headers[] = { { LC_S("Range"), lc_str(range) },
					       { LC_S("If-Range"), t->etag } };
	struct http_request q = { .url = t->url,
				  .headers = headers,
				  .headers_n = t->etag.n ? 2 : 1,
				  .plain_http = t->http->plain_http };
	return http_send(t->http->client, &q, ret, e);
}

static bool is_strong(struct lc_slice etag)
{
	return etag.n && !lc_starts(etag, LC_S("W/"));
}

static int open_transfer(const struct adv_http *http, const struct adv_fetch *what,
			 struct http_response *r, struct lc_stream **ret, struct lc_err *e)
{
	struct transfer *t = lc_alloc0(1, sizeof(*t));
	struct lc_slice etag = http_header_get(&r->headers, "ETag");
	if (!t) {
		http_close(r);
		return lc_fail(e, LC_ENOMEM, "no memory for a feed");
	}
	t->base = (struct lc_stream){ .read = transfer_read, .close = transfer_close };
	t->http = http;
	t->url = lc_arena_str(&t->arena, lc_str(what->url));
	int rc = t->url ? 0 : LC_ENOMEM;
	if (!rc && is_strong(etag))
		rc = lc_arena_dup(&t->arena, etag, &t->etag);
	if (rc)
		http_close(r);
	else
		rc = http_resuming(http->client, r, is_strong(etag) ? reopen : NULL, t, &t->body,
				   e);
	if (rc) {
		transfer_close(&t->base);
		return rc == LC_ENOMEM ? lc_fail(e, rc, "no memory for a feed") : rc;
	}
	*ret = &t->base;
	return 0;
}

static int keep(const struct http_response *r, const char *name, struct lc_arena *a,
		struct lc_slice *ret)
{
	return lc_arena_dup(a, http_header_get(&r->headers, name), ret);
}

int adv_fetch_http(void *ctx, const struct adv_fetch *what, struct lc_arena *a,
		   struct adv_fetched *ret, struct lc_err *e)
{
	const struct adv_http *http = ctx;
	struct http_response *r = NULL;
	struct adv_fetched f = { 0 };
	struct http_header headers[2];
	struct http_request q = { .url = what->url,
				  .headers = headers,
				  .plain_http = http->plain_http };
	if (what->etag.n)
		headers[q.headers_n++] = (struct http_header){ LC_S("If-None-Match"), what->etag };
	if (what->last_modified.n)
		headers[q.headers_n++] =
			(struct http_header){ LC_S("If-Modified-Since"), what->last_modified };
	int rc = http_send(http->client, &q, &r, e);
	if (rc)
		return rc;
	f.unchanged = r->status == 304;
	if (r->status != 200 && !f.unchanged)
		rc = http_refusal(r, e);
	if (!rc && (keep(r, "ETag", a, &f.etag) || keep(r, "Last-Modified", a, &f.last_modified)))
		rc = lc_fail(e, lc_arena_err(a), "no memory for a feed");
	if (rc || f.unchanged)
		http_close(r);
	else
		rc = open_transfer(http, what, r, &f.body, e);
	if (!rc)
		*ret = f;
	return rc;
}
