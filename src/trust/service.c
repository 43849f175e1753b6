#include "trust/service.h"

#include "base/shim.h"

enum { ANSWER_BYTES_MAX = 16 << 20, URL_BYTES_MAX = 8192 };

static int read_answer(const struct service_request *q, struct http_response *r, struct lc_arena *a,
		       struct service_answer *ret, struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct service_answer answer = { .status = r->status };
	bool good = r->status / 100 == 2 || (r->status == 409 && q->conflict);
	lc_buf_init(&text, ANSWER_BYTES_MAX);
	int rc = good ? http_read_all(r, &text, e) : http_refusal(r, e);
	if (rc)
		return rc;
	if (lc_arena_dup(a, lc_buf_get(&text), &answer.body) ||
	    lc_arena_dup(a, http_header_get(&r->headers, "Location"), &answer.location))
		return lc_fail(e, lc_arena_err(a), "no memory for an answer");
	*ret = answer;
	return 0;
}

static int send_it(const struct service_request *q, const char *url, struct lc_arena *a,
		   struct service_answer *ret, struct lc_err *e)
{
	struct http_response *answer = NULL;
	const struct http_header headers[] = {
		{ LC_S("Accept"), lc_str(q->wants) },
		{ LC_S("Content-Type"), lc_str(q->type) },
	};
	const struct http_request request = {
		.method = q->type ? "POST" : NULL,
		.url = url,
		.headers = headers,
		.headers_n = q->type ? 2 : 1,
		.authorization = q->authorization,
		.body = q->body,
	};
	int rc = http_send(q->http, &request, &answer, e);
	rc = rc ? rc : read_answer(q, answer, a, ret, e);
	http_close(answer);
	return rc;
}

int service_ask(const struct service_request *q, struct lc_arena *a, struct service_answer *ret,
		struct lc_err *e)
{
	struct lc_buf url LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice base = q->url;
	lc_buf_init(&url, URL_BYTES_MAX);
	if (q->path)
		(void)lc_chop_suffix(&base, LC_S("/")); /* there or not */
	(void)lc_buf_slice(&url, base);
	(void)lc_buf_str(&url, q->path ? q->path : "");
	int rc = lc_buf_byte(&url, '\0');
	if (rc)
		return lc_fail(e, LC_EUSAGE, "%s: its address is too long", q->what);
	rc = send_it(q, (const char *)url.p, a, ret, e);
	return rc ? lc_wrap(e, rc, "%s %s", q->what, lc_quote(q->url).s) : 0;
}
