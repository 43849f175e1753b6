#include "base/shim.h"
#include "format/json.h"
#include "io/environment.h"
#include "io/file.h"
#include "io/http.h"
#include "trust/identity_token.h"

static const char *const kubernetes_file = "/var/run/sigstore/cosign/oidc-token";

static int take(struct lc_slice text, struct secret *ret, struct lc_err *e)
{
	return secret_copy(lc_trim(text), ret, e);
}

static int of_file(const char *path, struct secret *ret, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(secret_buf_done) = { 0 };
	lc_buf_init(&b, IDENTITY_TOKEN_MAX);
	int rc = io_read_file(path, &b, e);
	return rc ? rc : take(lc_buf_get(&b), ret, e);
}

/* A file of that name, else the token itself: no token has a slash, few file names two dots. */
static int of_option(struct lc_slice given, struct secret *ret, struct lc_err *e)
{
	bool is_dir;
	LC_AUTOFREE char *path = given.n < 4096 ? lc_alloc(given.n + 1) : NULL;
	if (!path)
		return take(given, ret, e);
	memcpy(path, given.p, given.n);
	path[given.n] = '\0';
	if (lc_eq(given, LC_S("-")) || (io_exists(path, &is_dir) && !is_dir))
		return of_file(path, ret, e);
	return take(given, ret, e);
}

/* ---- GitHub Actions ---- */

static int read_value(struct http_response *answer, struct secret *ret, struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(secret_buf_done) = { 0 };
	struct lc_arena a;
	struct json_doc d;
	lc_buf_init(&text, IDENTITY_TOKEN_MAX * 2);
	int rc = answer->status == 200 ? http_read_all(answer, &text, e) : http_refusal(answer, e);
	if (rc)
		return rc;
	lc_arena_init(&a, 1 << 20);
	rc = json_parse(lc_buf_get(&text), 0, NULL, &a, &d, NULL);
	struct lc_slice value = rc ? LC_S("") : json_get_str(&d, json_root(&d), "value");
	rc = value.n ? take(value, ret, e)
		     : lc_fail(e, LC_EREMOTE, "its answer holds no token (value)");
	lc_arena_done(&a);
	return rc;
}

static int ask(const struct identity_source *s, const char *url, const char *token,
	       struct secret *ret, struct lc_err *e)
{
	struct lc_buf address LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf bearer LC_CLEANUP(secret_buf_done) = { 0 };
	struct http_response *answer = NULL;
	lc_buf_init(&address, 8192);
	lc_buf_init(&bearer, IDENTITY_TOKEN_MAX);
	(void)lc_buf_fmt(&address, "%s%caudience=", url, strchr(url, '?') ? '&' : '?');
	http_put_escaped(&address, s->audience);
	(void)lc_buf_byte(&address, '\0');
	(void)lc_buf_fmt(&bearer, "bearer %s", token);
	if (address.err || bearer.err)
		return lc_fail(e, LC_EUSAGE, "too long to be used");
	const struct http_header accept = { LC_S("Accept"), LC_S("application/json") };
	const struct http_request q = {
		.url = (const char *)address.p,
		.headers = &accept,
		.headers_n = 1,
		.authorization = lc_buf_get(&bearer),
	};
	int rc = http_send(s->http, &q, &answer, e);
	rc = rc ? rc : read_value(answer, ret, e);
	http_close(answer);
	return rc;
}

/* ---- all ---- */

int identity_token_find(const struct identity_source *s, struct secret *ret, struct lc_err *e)
{
	const char *variable = io_env(s->environment, "SIGSTORE_ID_TOKEN");
	const char *url = io_env(s->environment, "ACTIONS_ID_TOKEN_REQUEST_URL");
	const char *token = io_env(s->environment, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	bool is_dir;
	int rc;
	if (s->given.n) {
		rc = of_option(s->given, ret, e);
		return rc ? lc_wrap(e, rc, "--identity-token") : 0;
	}
	if (s->given_alone)
		return LC_ENOTFOUND;
	if (variable)
		return take(lc_str(variable), ret, e);
	if (url && token) {
		rc = ask(s, url, token, ret, e);
		return rc ? lc_wrap(e, rc, "ACTIONS_ID_TOKEN_REQUEST_URL") : 0;
	}
	if (io_exists(kubernetes_file, &is_dir) && !is_dir)
		return of_file(kubernetes_file, ret, e);
	return LC_ENOTFOUND;
}
