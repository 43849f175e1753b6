#include "io/http_impl.h"

#include "base/shim.h"

bool http_is_loopback(struct lc_slice host)
{
	size_t colon = lc_rfind(host, ':');
	uint64_t v;
	if (lc_starts(host, LC_S("["))) {
		size_t close = lc_find(host, ']');
		return close != SIZE_MAX && lc_eq(lc_sub(host, 1, close - 1), LC_S("::1"));
	}
	if (lc_eq(host, LC_S("::1")))
		return true;
	if (colon != SIZE_MAX && colon == lc_find(host, ':'))
		host = lc_sub(host, 0, colon);
	if (lc_eq_nocase(host, LC_S("localhost")))
		return true;
	struct lc_slice part;
	size_t parts = 0;
	bool first = lc_starts(host, LC_S("127."));
	while (host.p && lc_split(&host, '.', &part)) {
		if (!lc_u64(part, 10, 255, &v))
			return false;
		parts++;
	}
	return first && parts == 4;
}

void http_put_escaped(struct lc_buf *b, struct lc_slice s)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (lc_is_alpha(c) || lc_is_digit(c) || (c && memchr("-._~", c, 4))) {
			(void)lc_buf_byte(b, c); /* the buffer keeps its first failure */
			continue;
		}
		(void)lc_buf_byte(b, '%');
		(void)lc_buf_byte(b, (uint8_t)hex[c >> 4]);
		(void)lc_buf_byte(b, (uint8_t)hex[c & 15]);
	}
}

static bool part_of(CURLU *u, CURLUPart part, unsigned flags, struct lc_arena *a,
		    struct lc_slice *ret)
{
	char *text = NULL;
	*ret = (struct lc_slice){ NULL, 0 };
	if (http_curl.url_get(u, part, &text, flags) != CURLUE_OK || !text)
		return false;
	bool ok = lc_arena_dup(a, lc_str(text), ret) == 0;
	http_curl.free_text(text);
	return ok;
}

/* Parts, and what is refused: other schemes, users in URLs. */
static int take_apart(struct http_url *u, struct lc_arena *a, struct lc_err *e)
{
	struct lc_slice path;
	struct lc_slice user;
	bool ok = part_of(u->u, CURLUPART_SCHEME, 0, a, &u->scheme) &&
		  part_of(u->u, CURLUPART_HOST, 0, a, &u->host) &&
		  part_of(u->u, CURLUPART_PORT, CURLU_DEFAULT_PORT, a, &u->port) &&
		  part_of(u->u, CURLUPART_PATH, 0, a, &path);
	if (!ok)
		return lc_fail(e, a->err ? a->err : LC_EBAD, "a URL without a host");
	if (!lc_eq(u->scheme, LC_S("https")) && !lc_eq(u->scheme, LC_S("http")))
		return lc_fail(e, LC_EBAD, "%s: neither https nor http", lc_quote(u->scheme).s);
	if (part_of(u->u, CURLUPART_USER, 0, a, &user) ||
	    part_of(u->u, CURLUPART_PASSWORD, 0, a, &user))
		return lc_fail(e, LC_EBAD, "%s: a URL that carries credentials",
			       lc_quote(u->host).s);
	u->shown = lc_arena_fmt(a, "%.*s://%.*s:%.*s%.*s", LC_FMT(u->scheme), LC_FMT(u->host),
				LC_FMT(u->port), LC_FMT(path));
	return u->shown.p ? 0 : lc_fail(e, lc_arena_err(a), "no memory for a URL");
}

static int set(CURLU *u, const char *text, struct lc_err *e)
{
	CURLUcode code = http_curl.url_set(u, CURLUPART_URL, text, 0);
	if (code == CURLUE_OUT_OF_MEMORY)
		return lc_fail(e, LC_ENOMEM, "no memory for a URL");
	return code == CURLUE_OK ? 0 : lc_fail(e, LC_EBAD, "not a URL");
}

int http_url_parse(const char *text, struct lc_arena *a, struct http_url *ret, struct lc_err *e)
{
	struct http_url u = { .u = http_curl.url() };
	if (!u.u)
		return lc_fail(e, LC_ENOMEM, "no memory for a URL");
	int rc = set(u.u, text, e);
	if (rc == 0)
		rc = take_apart(&u, a, e);
	if (rc) {
		http_url_done(&u);
		return rc;
	}
	*ret = u;
	return 0;
}

int http_url_move(struct http_url *u, struct lc_slice location, struct lc_arena *a,
		  struct lc_err *e)
{
	const char *text = lc_arena_str(a, location);
	if (!text)
		return lc_fail(e, lc_arena_err(a), "no memory for a URL");
	if (location.n == 0 || lc_find(location, 0) != SIZE_MAX)
		return lc_fail(e, LC_EBAD, "a redirect to nowhere");
	bool was_https = lc_eq(u->scheme, LC_S("https"));
	int rc = set(u->u, text, e);
	if (rc == 0)
		rc = take_apart(u, a, e);
	if (rc)
		return lc_wrap(e, rc, "redirect");
	if (was_https && !lc_eq(u->scheme, LC_S("https")))
		return lc_fail(e, LC_EREMOTE,
			       "%s: a redirect from https to http is not followed: "
			       "anyone between could change what comes",
			       lc_quote(u->host).s);
	return 0;
}

bool http_url_same_origin(const struct http_url *a, const struct http_url *b)
{
	return lc_eq(a->scheme, b->scheme) && lc_eq_nocase(a->host, b->host) &&
	       lc_eq(a->port, b->port);
}

void http_url_done(struct http_url *u)
{
	if (u->u)
		http_curl.url_cleanup(u->u);
	u->u = NULL;
}
