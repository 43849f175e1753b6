#include "oci/engine_address.h"

#include "base/log.h"
#include "base/shim.h"
#include "crypt/digest.h"
#include "format/json.h"
#include "io/environment.h"
#include "io/file.h"

enum { FILE_BYTES_MAX = 4 << 20 };

static int text_of(struct lc_arena *a, struct lc_slice s, const char **ret, struct lc_err *e)
{
	*ret = lc_find(s, 0) == SIZE_MAX ? lc_arena_str(a, s) : NULL;
	return *ret ? 0 : lc_fail(e, LC_EUSAGE, "not the address of an engine");
}

int engine_address_parse(struct lc_slice text, struct lc_arena *a, struct engine_address *ret,
			 struct lc_err *e)
{
	struct engine_address out = { .url = LC_S("http://localhost") };
	struct lc_slice rest = text;
	struct lc_quoted shown = lc_quote(text);
	if (lc_chop_prefix(&rest, LC_S("unix://")) || lc_starts(rest, LC_S("/"))) {
		int rc = text_of(a, rest, &out.unix_socket, e);
		*ret = out;
		return rc;
	}
	if (lc_starts(text, LC_S("ssh://")) || lc_starts(text, LC_S("npipe://")))
		return lc_fail(e, LC_EUNSUP,
			       "%s: engines are reached by socket or TCP; forward its socket with "
			       "ssh -L, and give that",
			       shown.s);
	out.plain = lc_chop_prefix(&rest, LC_S("tcp://")) || lc_chop_prefix(&rest, LC_S("http://"));
	if (!out.plain && !lc_chop_prefix(&rest, LC_S("https://")))
		return lc_fail(e, LC_EUSAGE, "%s: not the address of an engine", shown.s);
	(void)lc_chop_suffix(&rest, LC_S("/")); /* there or not */
	out.url = lc_arena_fmt(a, "%s://%.*s", out.plain ? "http" : "https", LC_FMT(rest));
	if (!out.url.p)
		return lc_fail(e, lc_arena_err(a), "no memory for an address");
	*ret = out;
	return 0;
}

/* ---- TLS as docker's environment says it ---- */

static struct lc_slice docker_dir(const struct oci_remote *r, struct lc_arena *a)
{
	const char *dir = io_env(r->environment, "DOCKER_CONFIG");
	const char *home = io_env(r->environment, "HOME");
	if (dir)
		return lc_str(dir);
	return home ? lc_arena_fmt(a, "%s/.docker", home) : (struct lc_slice){ NULL, 0 };
}

static int add_tls(const struct oci_remote *r, struct lc_arena *a, struct engine_address *to,
		   struct lc_err *e)
{
	struct lc_slice dir = lc_str(io_env(r->environment, "DOCKER_CERT_PATH"));
	bool verify = io_env(r->environment, "DOCKER_TLS_VERIFY") != NULL;
	if (to->unix_socket || (!verify && (to->plain || !dir.n)))
		return 0;
	/* Where docker looks by itself: what asks for TLS must never be answered in clear. */
	if (!dir.n)
		dir = docker_dir(r, a);
	struct lc_slice ca = lc_arena_fmt(a, "%.*s/ca.pem", LC_FMT(dir));
	struct lc_slice cert = lc_arena_fmt(a, "%.*s/cert.pem", LC_FMT(dir));
	struct lc_slice key = lc_arena_fmt(a, "%.*s/key.pem", LC_FMT(dir));
	struct lc_slice rest = to->url;
	(void)lc_chop_prefix(&rest, LC_S("http://")); /* of tcp:// */
	if (to->plain)
		to->url = lc_arena_fmt(a, "https://%.*s", LC_FMT(rest));
	if (!ca.p || !cert.p || !key.p || !to->url.p)
		return lc_fail(e, lc_arena_err(a), "no memory for an address");
	to->plain = false;
	to->tls.insecure = r->insecure;
	to->tls.cert_path = (const char *)cert.p;
	to->tls.key_path = (const char *)key.p;
	return io_read_text(ca, FILE_BYTES_MAX, a, &to->tls.ca_pem, e);
}

/* ---- docker's contexts ---- */

static int read_json(const char *path, struct lc_arena *a, struct json_doc *ret, struct lc_err *e)
{
	struct lc_slice text;
	int rc = io_read_text(lc_str(path), FILE_BYTES_MAX, a, &text, e);
	return rc ? rc : json_parse(text, 0, NULL, a, ret, e);
}

static struct lc_slice context_name(const struct oci_remote *r, struct lc_slice dir,
				    struct lc_arena *a)
{
	struct json_doc d;
	const char *named = io_env(r->environment, "DOCKER_CONTEXT");
	struct lc_slice path = lc_arena_fmt(a, "%.*s/config.json", LC_FMT(dir));
	if (named)
		return lc_str(named);
	if (!path.p || read_json((const char *)path.p, a, &d, NULL))
		return LC_S("");
	return json_get_str(&d, json_root(&d), "currentContext");
}

/* The host of the context in use; empty when there is none, or it is "default". */
static int context_host(const struct oci_remote *r, struct lc_arena *a, struct lc_slice *ret,
			struct lc_err *e)
{
	char hex[DIGEST_TEXT_MAX];
	struct digest id;
	struct json_doc d;
	struct lc_slice dir = docker_dir(r, a);
	struct lc_slice name = dir.n ? context_name(r, dir, a) : LC_S("");
	*ret = LC_S("");
	if (!name.n || lc_eq(name, LC_S("default")))
		return 0;
	int rc = digest_of(DIGEST_SHA256, name, &id, e);
	struct lc_slice path = lc_arena_fmt(a, "%.*s/contexts/meta/%s/meta.json", LC_FMT(dir),
					    rc ? "" : digest_hex(&id, hex));
	if (rc == 0 && !path.p)
		rc = lc_fail(e, lc_arena_err(a), "no memory for an address");
	if (rc == 0)
		rc = read_json((const char *)path.p, a, &d, e);
	if (rc)
		return lc_wrap(e, rc == LC_ENOTFOUND ? LC_EUSAGE : rc, "docker context %s",
			       lc_quote(name).s);
	*ret = json_str(&d, json_at(&d, json_root(&d), "Endpoints", "docker", "Host", NULL));
	return 0;
}

/* ---- usual places ---- */

struct place {
	const char *variable; /* its value goes before path; NULL none */
	const char *path;
};

static const struct place docker_places[] = {
	{ NULL, "/var/run/docker.sock" },
	{ "XDG_RUNTIME_DIR", "/docker.sock" },
	{ "HOME", "/.docker/run/docker.sock" },
	{ "HOME", "/.docker/desktop/docker.sock" },
};
static const struct place podman_places[] = {
	{ "XDG_RUNTIME_DIR", "/podman/podman.sock" },
	{ NULL, "/run/podman/podman.sock" },
};

static int usual(const struct oci_remote *r, const struct place *v, size_t n, struct lc_arena *a,
		 struct engine_address *ret, struct lc_err *e)
{
	bool dir;
	for (size_t i = 0; i < n; i++) {
		const char *root = v[i].variable ? io_env(r->environment, v[i].variable) : "";
		struct lc_slice path = root ? lc_arena_fmt(a, "%s%s", root, v[i].path)
					    : (struct lc_slice){ NULL, 0 };
		if (path.p && io_exists((const char *)path.p, &dir) && !dir)
			return engine_address_parse(path, a, ret, e);
	}
	return lc_fail(e, LC_ENOTFOUND, "no socket where one usually is");
}

int engine_address_find(enum oci_from from, const struct oci_remote *r, struct lc_arena *a,
			struct engine_address *ret, struct lc_err *e)
{
	bool docker = from == OCI_FROM_DOCKER;
	const char *given = docker ? r->docker_host : r->podman_host;
	struct lc_slice text;
	int rc = 0;
	if (!given)
		given = io_env(r->environment, docker ? "DOCKER_HOST" : "CONTAINER_HOST");
	text = lc_str(given);
	if (!text.n && docker)
		rc = context_host(r, a, &text, e);
	if (rc)
		return rc;
	if (!text.n && docker)
		return usual(r, docker_places, sizeof(docker_places) / sizeof(docker_places[0]), a,
			     ret, e);
	if (!text.n)
		return usual(r, podman_places, sizeof(podman_places) / sizeof(podman_places[0]), a,
			     ret, e);
	rc = engine_address_parse(text, a, ret, e);
	return rc ? rc : add_tls(r, a, ret, e);
}
