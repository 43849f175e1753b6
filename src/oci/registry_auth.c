#include "oci/registry.h"

#include <stdio.h>

#include "base/log.h"
#include "base/shim.h"
#include "crypt/secret.h"
#include "format/base64.h"
#include "format/json.h"

enum { TOKEN_REPLY_MAX = 1 << 20, HEADER_MAX = 60 * 1024 };

static const char client_id[] = "lacre";

/* ---- what is sent ---- */

static int take_header(struct registry *r, struct lc_buf *b, struct lc_err *e)
{
	(void)lc_buf_byte(b, 0); /* the buffer keeps its first failure */
	int rc = lc_buf_err(b);
	char *copy = rc ? NULL : lc_alloc(b->n);
	if (!copy)
		return lc_fail(e, rc ? rc : LC_ENOMEM, "credentials too long, or no memory");
	memcpy(copy, b->p, b->n);
	if (r->authorization)
		explicit_bzero(r->authorization, strlen(r->authorization));
	lc_free(r->authorization);
	r->authorization = copy;
	r->generation++;
	return 0;
}

static int bearer(struct registry *r, struct lc_slice token, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(secret_buf_done) = { 0 };
	lc_buf_init(&b, HEADER_MAX);
	(void)lc_buf_str(&b, "Bearer "); /* the buffer keeps its first failure */
	(void)lc_buf_slice(&b, token);
	return take_header(r, &b, e);
}

static void put_basic(const struct io_credential *c, struct lc_buf *b)
{
	struct lc_buf pair LC_CLEANUP(secret_buf_done) = { 0 };
	lc_buf_init(&pair, HEADER_MAX / 2);
	(void)lc_buf_str(&pair, c->username ? c->username : ""); /* buffers keep their failures */
	(void)lc_buf_byte(&pair, ':');
	(void)lc_buf_str(&pair, c->password ? c->password : "");
	(void)lc_buf_str(b, "Basic ");
	(void)base64_encode(lc_buf_get(&pair), b);
}

/* Who we are, looked up once: what was given goes before what files say. */
static int look_up(struct registry *r, struct lc_err *e)
{
	struct io_credential_query q = {
		.environment = r->remote->environment,
		.registry = r->ref.registry,
		.repository = r->ref.repository,
	};
	if (r->asked_files)
		return 0;
	int rc = r->remote->username.n
			 ? io_credential_set(&r->own, r->remote->username, r->remote->password)
			 : io_credential_find(&q, &r->own, e);
	if (rc)
		return r->remote->username.n ? lc_fail(e, rc, "--username, --password: not usable")
					     : rc;
	r->asked_files = true;
	lc_debug("registry %.*s credentials=%s", LC_FMT(r->ref.registry),
		 r->own.username         ? "user"
		 : r->own.identity_token ? "identity token"
		 : r->own.registry_token ? "registry token"
					 : "none");
	return 0;
}

bool registry_knows_us(struct registry *r)
{
	(void)pthread_mutex_lock(&r->lock); /* of an initialised default mutex: cannot fail */
	bool known = look_up(r, NULL) == 0 &&
		     (r->own.username || r->own.identity_token || r->own.registry_token);
	(void)pthread_mutex_unlock(&r->lock);
	return known;
}

int registry_authorization(struct registry *r, char **ret, unsigned *ret_generation,
			   struct lc_err *e)
{
	int rc = 0;
	char *copy = NULL;
	(void)pthread_mutex_lock(&r->lock); /* of an initialised default mutex: cannot fail */
	if (!r->authorization && r->remote->registry_token.n)
		rc = bearer(r, r->remote->registry_token, e);
	if (rc == 0 && r->authorization) {
		size_t n = strlen(r->authorization) + 1;
		copy = lc_alloc(n);
		if (copy)
			memcpy(copy, r->authorization, n);
		else
			rc = lc_fail(e, LC_ENOMEM, "no memory for credentials");
	}
	*ret_generation = r->generation;
	(void)pthread_mutex_unlock(&r->lock);
	*ret = copy;
	return rc;
}

/* ---- token servers ---- */

int registry_token_parse(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret,
			 struct lc_err *e)
{
	static const struct json_limits limits = { .depth_max = 16, .nodes_max = 4096 };
	struct json_doc d;
	int rc = json_parse(text, 0, &limits, a, &d, e);
	if (rc)
		return lc_wrap(e, rc == LC_ENOMEM ? rc : LC_EBAD, "token");
	struct lc_slice token = json_get_str(&d, json_root(&d), "token");
	if (!token.n)
		token = json_get_str(&d, json_root(&d), "access_token");
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] <= 0x20 || token.p[i] >= 0x7f)
			return lc_fail(e, LC_EBAD, "token: with characters that no header takes");
	}
	if (!token.n)
		return lc_fail(e, LC_EBAD, "token: none in the answer");
	*ret = token;
	return 0;
}

static void put_scope(const struct registry *r, const struct http_challenge *c, struct lc_buf *b)
{
	struct lc_slice scope = http_challenge_param(c, "scope");
	char own[320];
	int n = snprintf(own, sizeof(own), "repository:%.*s:%s", LC_FMT(r->ref.repository),
			 r->write ? "pull,push" : "pull");
	/* Whoever only reads a repository gets no more than that. */
	http_put_escaped(b, r->ref.repository.n ? lc_slice_of(own, (size_t)n) : scope);
}

/* realm?service=…&scope=…, the URL of a GET. */
static void put_query(const struct registry *r, const struct http_challenge *c, struct lc_buf *b)
{
	struct lc_slice realm = http_challenge_param(c, "realm");
	struct lc_slice service = http_challenge_param(c, "service");
	(void)lc_buf_slice(b, realm); /* the buffer keeps its first failure */
	(void)lc_buf_str(b, lc_find(realm, '?') == SIZE_MAX ? "?service=" : "&service=");
	http_put_escaped(b, service);
	if (r->ref.repository.n || http_challenge_param(c, "scope").n) {
		(void)lc_buf_str(b, "&scope=");
		put_scope(r, c, b);
	}
	if (r->own.username) {
		(void)lc_buf_str(b, "&account=");
		http_put_escaped(b, lc_str(r->own.username));
	}
}

/* The form of a POST that trades an identity token. */
static void put_form(const struct registry *r, const struct http_challenge *c, struct lc_buf *b)
{
	(void)lc_buf_fmt(b, "grant_type=refresh_token&client_id=%s&scope=", client_id);
	put_scope(r, c, b);
	(void)lc_buf_str(b, "&service=");
	http_put_escaped(b, http_challenge_param(c, "service"));
	(void)lc_buf_str(b, "&refresh_token=");
	http_put_escaped(b, lc_str(r->own.identity_token));
}

/* A registry by TLS whose tokens come in clear would give them, and passwords, to anyone between.
 */
static int check_realm(const struct registry *r, struct lc_slice realm, struct lc_err *e)
{
	struct lc_slice rest = realm;
	if (realm.n && lc_find(realm, 0) == SIZE_MAX &&
	    (lc_chop_prefix(&rest, LC_S("https://")) ||
	     (r->host.plain && lc_chop_prefix(&rest, LC_S("http://")))))
		return 0;
	return lc_fail(e, LC_EREMOTE, "%s: tokens would come from %s, which is not https",
		       lc_quote(r->ref.registry).s, lc_quote(realm).s);
}

static int fetch_token(struct registry *r, const struct http_challenge *c, struct lc_buf *reply,
		       struct lc_err *e)
{
	struct lc_buf url LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf form LC_CLEANUP(secret_buf_done) = { 0 };
	struct lc_buf basic LC_CLEANUP(secret_buf_done) = { 0 };
	struct http_response *answer LC_CLEANUP(http_closep) = NULL;
	const struct http_header type = { LC_S("Content-Type"),
					  LC_S("application/x-www-form-urlencoded") };
	lc_buf_init(&url, HEADER_MAX);
	lc_buf_init(&form, HEADER_MAX);
	lc_buf_init(&basic, HEADER_MAX);
	struct http_request q = { .tls = &r->host.tls, .plain_http = r->remote->insecure };
	if (r->own.identity_token) {
		(void)lc_buf_slice(&url, http_challenge_param(c, "realm"));
		put_form(r, c, &form);
		q.method = "POST";
		q.headers = &type;
		q.headers_n = 1;
		q.body = lc_buf_get(&form);
	} else {
		put_query(r, c, &url);
		if (r->own.username)
			put_basic(&r->own, &basic);
		q.authorization = lc_buf_get(&basic);
	}
	(void)lc_buf_byte(&url, 0);
	if (lc_buf_err(&url) || lc_buf_err(&form) || lc_buf_err(&basic))
		return lc_fail(e, LC_ELIMIT, "credentials or challenge too long");
	q.url = (const char *)url.p;
	int rc = http_send(r->client, &q, &answer, e);
	if (rc)
		return rc == LC_EUSAGE ? lc_wrap(e, LC_EREMOTE, "token server") : rc;
	if (answer->status != 200)
		return lc_wrap(e, http_refusal(answer, e), "token");
	return http_read_all(answer, reply, e);
}

static int answer_bearer(struct registry *r, const struct http_challenge *c, struct lc_err *e)
{
	struct lc_arena a;
	struct lc_slice token;
	struct lc_buf reply LC_CLEANUP(secret_buf_done) = { 0 };
	int rc = check_realm(r, http_challenge_param(c, "realm"), e);
	if (rc)
		return rc;
	if (r->own.registry_token)
		return bearer(r, lc_str(r->own.registry_token), e);
	lc_arena_init(&a, (size_t)4 << 20);
	lc_buf_init(&reply, TOKEN_REPLY_MAX);
	rc = fetch_token(r, c, &reply, e);
	if (rc == 0) {
		rc = registry_token_parse(lc_buf_get(&reply), &a, &token, e);
		if (rc == LC_EBAD)
			rc = lc_wrap(e, LC_EREMOTE, "%s", lc_quote(r->ref.registry).s);
	}
	if (rc == 0)
		rc = bearer(r, token, e);
	lc_arena_done(&a);
	return rc;
}

static int answer_basic(struct registry *r, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(secret_buf_done) = { 0 };
	if (!r->own.username)
		return lc_fail(e, LC_EAUTH, "%s: wants a user and a password: lacre login %s",
			       lc_quote(r->ref.registry).s, lc_quote(r->ref.registry).s);
	lc_buf_init(&b, HEADER_MAX);
	put_basic(&r->own, &b);
	return take_header(r, &b, e);
}

/* ---- challenges ---- */

struct choice {
	struct http_challenge bearer, basic;
	bool has_bearer, has_basic;
};

static void read_challenges(const struct http_response *refused, struct lc_arena *a,
			    struct choice *ret)
{
	for (size_t i = 0; i < refused->headers.n; i++) {
		const struct http_header *h = &refused->headers.v[i];
		struct lc_slice rest = h->value;
		struct http_challenge c;
		if (!lc_eq_nocase(h->name, LC_S("WWW-Authenticate")))
			continue;
		while (http_challenge_next(&rest, a, &c)) {
			if (!ret->has_bearer && lc_eq_nocase(c.scheme, LC_S("Bearer"))) {
				ret->bearer = c;
				ret->has_bearer = true;
			} else if (!ret->has_basic && lc_eq_nocase(c.scheme, LC_S("Basic"))) {
				ret->basic = c;
				ret->has_basic = true;
			}
		}
	}
}

int registry_authorize(struct registry *r, const struct http_response *refused, unsigned generation,
		       struct lc_err *e)
{
	struct lc_arena a;
	struct choice c = { 0 };
	lc_arena_init(&a, (size_t)1 << 20);
	read_challenges(refused, &a, &c);
	(void)pthread_mutex_lock(&r->lock);
	int rc = 0;
	if (r->generation == generation) {
		rc = look_up(r, e);
		if (rc == 0 && c.has_bearer)
			rc = answer_bearer(r, &c.bearer, e);
		else if (rc == 0 && c.has_basic)
			rc = answer_basic(r, e);
		else if (rc == 0)
			rc = lc_fail(
				e, LC_EAUTH,
				"%s: wants credentials of a kind not known here (HTTP status 401)",
				lc_quote(r->ref.registry).s);
	}
	(void)pthread_mutex_unlock(&r->lock);
	lc_arena_done(&a);
	return rc;
}
