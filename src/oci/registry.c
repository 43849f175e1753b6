#include "oci/registry.h"

#include "base/log.h"
#include "base/shim.h"
#include "io/environment.h"
#include "io/file.h"

enum { PEM_BYTES_MAX = 4 << 20, CERTS_MAX = 64 };

/* ---- where it is ---- */

static struct lc_slice host_of(const struct registry *r)
{
	return lc_eq(r->ref.registry, LC_S("docker.io")) ? LC_S("registry-1.docker.io")
							 : r->ref.registry;
}

/* Files of a certs.d directory: *.crt are authorities, NAME.cert with NAME.key is who we are. */
struct certs {
	struct registry *r;
	const char *dir;
	struct lc_buf pem;
};

static int take_cert(struct certs *c, struct lc_slice name, struct lc_err *e)
{
	struct lc_arena *a = &c->r->arena;
	struct lc_slice path = lc_arena_fmt(a, "%s/%.*s", c->dir, LC_FMT(name));
	if (!path.p)
		return lc_fail(e, lc_arena_err(a), "no memory for certificates");
	if (lc_ends(name, LC_S(".crt"))) {
		struct lc_buf one LC_CLEANUP(lc_buf_done) = { 0 };
		lc_buf_init(&one, PEM_BYTES_MAX);
		int rc = io_read_file((const char *)path.p, &one, e);
		if (rc == 0)
			rc = lc_buf_slice(&c->pem, lc_buf_get(&one));
		return rc ? rc : lc_buf_byte(&c->pem, '\n');
	}
	if (lc_chop_suffix(&name, LC_S(".cert"))) {
		struct lc_slice key = lc_arena_fmt(a, "%s/%.*s.key", c->dir, LC_FMT(name));
		c->r->host.tls.cert_path = (const char *)path.p;
		c->r->host.tls.key_path = (const char *)key.p;
	}
	return 0;
}

static int take_certs(struct certs *c, struct lc_err *e)
{
	struct lc_slices names = { 0 };
	bool is_dir = false;
	if (!io_exists(c->dir, &is_dir) || !is_dir)
		return 0;
	int rc = io_list_dir(c->dir, &c->r->arena, CERTS_MAX, &names, e);
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = take_cert(c, names.v[i], e);
	if (rc == 0)
		lc_debug("registry certificates=%s", c->dir);
	return rc ? lc_wrap(e, rc, "%s", c->dir) : 0;
}

static int find_certs(struct registry *r, struct lc_err *e)
{
	const char *home = io_env(r->remote->environment, "HOME");
	struct lc_slice own =
		home ? lc_arena_fmt(&r->arena, "%s/.config/containers/certs.d", home) : LC_S("");
	const char *const roots[] = { (const char *)own.p, "/etc/containers/certs.d",
				      "/etc/docker/certs.d" };
	struct certs c = { .r = r };
	int rc = 0;
	lc_buf_init(&c.pem, PEM_BYTES_MAX);
	(void)lc_buf_slice(&c.pem, r->remote->ca_pem); /* the buffer keeps its first failure */
	(void)lc_buf_byte(&c.pem, '\n');
	for (size_t i = 0; rc == 0 && i < 3; i++) {
		size_t before = c.pem.n;
		if (!roots[i] || !roots[i][0]) /* no HOME, not the file system's root */
			continue;
		struct lc_slice dir =
			lc_arena_fmt(&r->arena, "%s/%.*s", roots[i], LC_FMT(r->ref.registry));
		c.dir = (const char *)dir.p;
		rc = dir.p ? take_certs(&c, e) : lc_fail(e, LC_ENOMEM, "no memory for a path");
		if (c.pem.n != before || r->host.tls.cert_path)
			break; /* the first directory that has any */
	}
	if (rc == 0 && c.pem.n > 1)
		rc = lc_arena_dup(&r->arena, lc_buf_get(&c.pem), &r->host.tls.ca_pem);
	lc_buf_done(&c.pem);
	return rc;
}

static int url_of(struct registry *r, const char *scheme, struct lc_err *e)
{
	r->host.url = lc_arena_fmt(&r->arena, "%s://%.*s", scheme, LC_FMT(host_of(r)));
	return r->host.url.p ? 0 : lc_fail(e, lc_arena_err(&r->arena), "no memory for a URL");
}

static int knock(struct registry *r, struct http_response **ret, struct lc_err *e)
{
	struct lc_slice url = lc_arena_fmt(&r->arena, "%.*s/v2/", LC_FMT(r->host.url));
	if (!url.p)
		return lc_fail(e, lc_arena_err(&r->arena), "no memory for a URL");
	struct http_request q = { .url = (const char *)url.p, .tls = &r->host.tls, .once = true };
	return http_send(r->client, &q, ret, e);
}

/*
 * On loopback plain HTTP is asked for first: nobody stands between, nothing is told, and setting up
 * TLS costs more than the rest of a small image. A server that wants TLS answers 400, or not.
 */
static int probe_plain(struct registry *r, struct lc_err *e)
{
	struct http_response *answer LC_CLEANUP(http_closep) = NULL;
	int rc = url_of(r, "http", e);
	if (rc)
		return rc;
	rc = knock(r, &answer, e);
	r->host.plain = rc == 0 && answer->status != 400;
	if (r->host.plain)
		lc_debug("registry %.*s speaks plain HTTP", LC_FMT(r->ref.registry));
	if (rc == LC_ENOMEM || rc == LC_ECANCEL || rc == LC_EUNSUP)
		return rc;
	lc_err_clear(e);
	return 0;
}

/* Does it speak TLS? Asked only where plain HTTP may be the answer. */
static int probe_tls(struct registry *r, struct lc_err *e)
{
	struct lc_err why = { 0 };
	struct http_response *answer LC_CLEANUP(http_closep) = NULL;
	int rc = knock(r, &answer, &why);
	if (rc == LC_ENET && http_no_tls(&why)) {
		lc_debug("registry %.*s speaks plain HTTP", LC_FMT(r->ref.registry));
		r->host.plain = true;
		return url_of(r, "http", e);
	}
	if (rc && e)
		*e = why;
	return rc;
}

int registry_host_find(struct registry *r, struct lc_err *e)
{
	bool loopback = http_is_loopback(r->ref.registry);
	r->host.tls.insecure = r->remote->insecure;
	int rc = find_certs(r, e);
	if (rc == 0 && loopback && !r->host.tls.ca_pem.n)
		rc = probe_plain(r, e);
	if (rc || r->host.plain)
		return rc;
	rc = url_of(r, "https", e);
	return rc == 0 && (r->remote->insecure || loopback) ? probe_tls(r, e) : rc;
}

/* ---- requests ---- */

int registry_open(struct registry *r, const struct oci_remote *remote,
		  const struct oci_reference *ref, const struct lc_limits *limits, struct lc_err *e)
{
	const struct http_options o = { .environment = remote->environment, .limits = limits };
	*r = (struct registry){ .remote = remote, .ref = *ref };
	lc_arena_init(&r->arena, (size_t)32 << 20);
	(void)pthread_mutex_init(&r->lock, NULL); /* of a default mutex: cannot fail on Linux */
	int rc = http_client_new(&o, &r->client, e);
	return rc ? rc : registry_host_find(r, e);
}

void registry_done(struct registry *r)
{
	if (r->authorization)
		explicit_bzero(r->authorization, strlen(r->authorization));
	lc_free(r->authorization);
	io_credential_done(&r->own);
	http_client_free(r->client);
	lc_arena_done(&r->arena);
	(void)pthread_mutex_destroy(&r->lock);
}

static int send_once(struct registry *r, struct http_request *q, unsigned *ret_generation,
		     struct http_response **ret, struct lc_err *e)
{
	char *authorization = NULL;
	int rc = registry_authorization(r, &authorization, ret_generation, e);
	if (rc)
		return rc;
	q->authorization = lc_str(authorization);
	rc = http_send(r->client, q, ret, e);
	if (authorization)
		explicit_bzero(authorization, strlen(authorization));
	lc_free(authorization);
	return rc;
}

/*
 * Some have no such thing, or nothing for nobody, until they know who asks, and do not say so: what
 * answers below /v2/ may.
 */
static int introduce(struct registry *r, unsigned generation, bool *ret_known, struct lc_err *e)
{
	struct http_response *answer LC_CLEANUP(http_closep) = NULL;
	*ret_known = false;
	if (generation || !registry_knows_us(r))
		return 0;
	int rc = knock(r, &answer, e);
	if (rc || answer->status != 401 || answer->elsewhere)
		return rc;
	*ret_known = true;
	return registry_authorize(r, answer, generation, e);
}

/* May it be answered otherwise now? 401 is, once; others when we had not said who we are. */
static int answer_refusal(struct registry *r, struct http_response *answer, unsigned generation,
			  bool *ret_again, struct lc_err *e)
{
	*ret_again = answer->status == 401;
	if (answer->status == 403 || answer->status == 404)
		return introduce(r, generation, ret_again, e);
	if (answer->status != 401)
		return 0;
	/* Whoever a redirect leads to must not choose where credentials go. */
	return answer->elsewhere ? http_refusal(answer, e)
				 : registry_authorize(r, answer, generation, e);
}

/* The whole URL of a location; *ret_own: it is the registry's. Freed by the caller. */
static int url_at(const struct registry *r, struct lc_slice location, char **ret, bool *ret_own,
		  struct lc_err *e)
{
	bool below = location.n && location.p[0] == '/';
	struct lc_slice base = below ? r->host.url : (struct lc_slice){ NULL, 0 };
	struct lc_slice rest = location;
	char *url = lc_alloc(base.n + location.n + 1);
	if (!url)
		return lc_fail(e, LC_ENOMEM, "no memory for a URL");
	if (base.n)
		memcpy(url, base.p, base.n);
	if (location.n)
		memcpy(url + base.n, location.p, location.n);
	url[base.n + location.n] = '\0';
	*ret_own = below || (lc_chop_prefix(&rest, r->host.url) && rest.n && rest.p[0] == '/');
	*ret = url;
	return 0;
}

int registry_request(struct registry *r, const struct registry_request *want,
		     struct http_response **ret, struct lc_err *e)
{
	LC_AUTOFREE char *url = NULL;
	bool own = false;
	int rc = url_at(r, want->location, &url, &own, e);
	if (rc)
		return rc;
	struct http_request q = {
		.method = want->method,
		.url = url,
		.headers = want->headers,
		.headers_n = want->headers_n,
		.body = want->body,
		.upload = want->upload,
		.upload_size = want->upload_size,
		.tls = &r->host.tls,
		.plain_http = r->remote->insecure, /* loopback needs no leave */
		.once = want->method && strcmp(want->method, "POST") == 0,
	};
	if (!own)
		return http_send(r->client, &q, ret, e);
	for (bool again = !want->upload;; again = false) {
		bool otherwise = false;
		unsigned generation = 0;
		struct http_response *answer = NULL;
		rc = send_once(r, &q, &generation, &answer, e);
		if (rc)
			return rc;
		if (again)
			rc = answer_refusal(r, answer, generation, &otherwise, e);
		else if (answer->status == 401)
			rc = http_refusal(answer, e);
		if (rc == 0 && !otherwise) {
			*ret = answer;
			return 0;
		}
		http_close(answer);
		if (rc)
			return rc;
	}
}

int registry_send(struct registry *r, const char *path, const struct http_header *headers,
		  size_t headers_n, struct http_response **ret, struct lc_err *e)
{
	const struct registry_request q = {
		.location = lc_str(path),
		.headers = headers,
		.headers_n = headers_n,
	};
	return registry_request(r, &q, ret, e);
}

int oci_login(const struct oci_remote *remote, struct lc_slice registry,
	      const struct lc_limits *limits, struct lc_err *e)
{
	struct registry r;
	struct http_response *answer LC_CLEANUP(http_closep) = NULL;
	const struct oci_reference ref = { .registry = registry };
	int rc = registry_open(&r, remote, &ref, limits, e);
	if (rc == 0)
		rc = registry_send(&r, "/v2/", NULL, 0, &answer, e);
	/* Below /v2/ some answer 404 to everybody, which tells as much as 200. */
	if (rc == 0 && answer->status != 200 && answer->status != 404)
		rc = http_refusal(answer, e);
	http_close(LC_STEAL(answer));
	registry_done(&r);
	return rc;
}
