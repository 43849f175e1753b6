#include "io/http_impl.h"

#include <stdio.h>

#include "base/arith.h"
#include "base/shim.h"
#include "format/json.h"

enum { REDIRECTS_MAX = 10, SAYS_BYTES = 2048, SAYS_SHOWN = 120 };

/* ---- redirects ---- */

static bool is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Plain HTTP only where nobody stands between, or where it was asked for. */
static int check_scheme(const struct http_request *q, const struct http_url *u, struct lc_err *e)
{
	if (q->unix_socket || q->plain_http || lc_eq(u->scheme, LC_S("https")) ||
	    http_is_loopback(u->host))
		return 0;
	return lc_fail(e, LC_EREMOTE, "%s: plain HTTP is refused; --insecure allows it",
		       lc_quote(u->host).s);
}

struct journey {
	struct http_client *client;
	struct http_request q; /* of the current leg */
	struct http_url url;
	struct http_url origin; /* where credentials may go */
	struct lc_arena arena;
	unsigned legs;
};

/* Where an answer sends on to; the method changes as browsers do it. */
static int move(struct journey *j, const struct http_response *r, struct lc_err *e)
{
	struct lc_slice to = http_header_get(&r->headers, "Location");
	if (++j->legs > REDIRECTS_MAX)
		return lc_fail(e, LC_EREMOTE, "%s: more than %d redirects", lc_quote(j->url.host).s,
			       REDIRECTS_MAX);
	if (j->q.unix_socket || j->q.upload)
		return lc_fail(e, LC_EREMOTE, "%s: a redirect where there can be none",
			       lc_quote(j->url.host).s);
	int rc = http_url_move(&j->url, to, &j->arena, e);
	if (rc)
		return rc == LC_EBAD ? lc_wrap(e, LC_EREMOTE, "%s", lc_quote(r->x->host).s) : rc;
	bool head = j->q.method && strcmp(j->q.method, "HEAD") == 0;
	if (r->status <= 303 && !head) {
		j->q.method = NULL;
		j->q.body = (struct lc_slice){ NULL, 0 };
	}
	/* A body may hold as much of a secret as the header that stays behind. */
	if (j->q.body.n && !http_url_same_origin(&j->url, &j->origin))
		return lc_fail(e, LC_EREMOTE, "%s: a redirect that would send a body to %s",
			       lc_quote(r->x->host).s, lc_quote(j->url.host).s);
	return 0;
}

static int travel(struct journey *j, struct http_response **ret, struct lc_err *e)
{
	for (;;) {
		struct http_response *r = NULL;
		bool at_home = http_url_same_origin(&j->url, &j->origin);
		int rc = check_scheme(&j->q, &j->url, e);
		if (rc == 0)
			rc = http_exchange_open(j->client, &j->q, &j->url, at_home, &r, e);
		if (rc)
			return rc;
		r->elsewhere = !at_home;
		if (!is_redirect(r->status)) {
			*ret = r;
			return 0;
		}
		rc = move(j, r, e);
		http_close(r);
		if (rc)
			return rc;
	}
}

static int send_once(struct http_client *c, const struct http_request *q,
		     struct http_response **ret, struct lc_err *e)
{
	struct journey j = { .client = c, .q = *q };
	lc_arena_init(&j.arena, (size_t)1 << 20);
	int rc = http_url_parse(q->url, &j.arena, &j.url, e);
	if (rc) {
		rc = lc_wrap(e, rc == LC_EBAD ? LC_EUSAGE : rc, "%s", lc_quote(lc_str(q->url)).s);
	} else {
		j.origin = j.url; /* its slices: the parser's handle is not used */
		j.origin.u = NULL;
		rc = travel(&j, ret, e);
	}
	http_url_done(&j.url);
	lc_arena_done(&j.arena);
	return rc;
}

/* ---- trying again ---- */

static bool may_pass(unsigned status)
{
	return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

enum { ASKED_WAIT_MAX_S = 60 };

/* How long to wait after this answer; false: too long to be waited for. */
static bool wait_of(const struct http_response *r, unsigned tries, int64_t *ret_ns)
{
	uint64_t seconds;
	struct lc_slice asked = http_header_get(&r->headers, "Retry-After");
	*ret_ns = http_backoff_ns(tries);
	if (!asked.n || !http_retry_after(asked, lc_now_ns() / 1000000000, &seconds))
		return true;
	if (seconds > ASKED_WAIT_MAX_S)
		return false;
	int64_t ns = (int64_t)seconds * 1000000000;
	if (ns > *ret_ns)
		*ret_ns = ns;
	return true;
}

static bool in_time(const struct http_client *c, int64_t ns)
{
	int64_t deadline = c->o.limits ? c->o.limits->deadline_ns : 0;
	return !deadline || lc_ticks_ns() + ns < deadline;
}

int http_send(struct http_client *c, const struct http_request *q, struct http_response **ret,
	      struct lc_err *e)
{
	for (unsigned tries = 1;; tries++) {
		struct lc_err why = { 0 };
		struct http_response *r = NULL;
		int64_t ns = http_backoff_ns(tries);
		int rc = send_once(c, q, &r, &why);
		bool again = tries < c->o.tries && !q->once && !q->upload &&
			     (rc ? http_may_pass(&why) : may_pass(r->status));
		if (again && !rc)
			again = wait_of(r, tries, &ns);
		if (!again || !in_time(c, ns)) {
			if (rc && e)
				*e = why;
			*ret = r;
			return rc;
		}
		http_close(r);
		rc = http_pause(c, ns, e);
		if (rc)
			return rc;
	}
}

/* ---- what is done with answers ---- */

int http_read_all(struct http_response *r, struct lc_buf *buf, struct lc_err *e)
{
	uint8_t chunk[8192];
	size_t n = 1;
	if (r->length != UINT64_MAX && r->length > buf->max)
		return lc_fail(e, LC_ELIMIT, "%s: an answer of %llu bytes; at most %zu are read",
			       lc_quote(r->x->host).s, (unsigned long long)r->length, buf->max);
	while (n) {
		int rc = lc_stream_read(r->body, chunk, sizeof(chunk), &n, e);
		if (rc)
			return rc;
		rc = lc_buf_add(buf, chunk, n);
		if (rc == LC_ELIMIT)
			return lc_fail(e, rc, "%s: an answer of more than %zu bytes",
				       lc_quote(r->x->host).s, buf->max);
		if (rc)
			return lc_fail(e, rc, "no memory for an answer");
	}
	return 0;
}

struct meaning {
	unsigned status;
	int code;
	const char *text;
};

static const struct meaning meanings[] = {
	{ 400, LC_EREMOTE, "does not understand the request" },
	{ 401, LC_EAUTH, "wants credentials, or does not take these: lacre login" },
	{ 403, LC_EDENIED, "denies access: these credentials may not read it" },
	{ 404, LC_ENOTFOUND, "has no such thing" },
	{ 407, LC_EAUTH, "the proxy wants credentials" },
	{ 410, LC_ENOTFOUND, "has it no longer" },
	{ 416, LC_EREMOTE, "has fewer bytes than it said" },
	{ 429, LC_EBUSY, "too many requests: wait, or log in for a higher limit" },
	{ 503, LC_EREMOTE, "is not available now" },
};

/* What a registry or engine says of it, when it says it as JSON. */
static struct lc_slice said(struct http_response *r)
{
	static const struct json_limits limits = { .depth_max = 8, .nodes_max = 256 };
	uint8_t text[SAYS_BYTES];
	size_t n = 0;
	size_t got = 1;
	struct json_doc d;
	while (got && n < sizeof(text)) {
		if (lc_stream_read(r->body, text + n, sizeof(text) - n, &got, NULL))
			return (struct lc_slice){ NULL, 0 };
		n += got;
	}
	struct lc_slice copy;
	if (lc_arena_dup(&r->arena, lc_trim(lc_slice_of(text, n)), &copy) ||
	    json_parse(copy, 0, &limits, &r->arena, &d, NULL))
		return (struct lc_slice){ NULL, 0 };
	json_ref first = json_first(&d, json_get(&d, json_root(&d), "errors"));
	return lc_sub(json_get_str(&d, first == JSON_NONE ? json_root(&d) : first, "message"), 0,
		      SAYS_SHOWN);
}

int http_refusal(struct http_response *r, struct lc_err *e)
{
	struct lc_slice asked = http_header_get(&r->headers, "Retry-After");
	const char *text = r->status >= 500 ? "failed" : "gave an answer of a kind not known here";
	int code = LC_EREMOTE;
	uint64_t seconds;
	char wait[48] = "";
	struct lc_slice says = said(r);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].status != r->status)
			continue;
		code = meanings[i].code;
		text = meanings[i].text;
	}
	if (asked.n && http_retry_after(asked, lc_now_ns() / 1000000000, &seconds))
		(void)snprintf(wait, sizeof(wait), " (asks to wait %llu s)",
			       (unsigned long long)seconds);
	return lc_fail(e, code, "%s: %s%s: HTTP status %u%s%s", lc_quote(r->x->host).s, text, wait,
		       r->status, says.n ? ": " : "", says.n ? lc_quote(says).s : "");
}
