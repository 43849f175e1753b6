#include "io/credentials_impl.h"

#include <unistd.h>

#include "base/shim.h"
#include "format/base64.h"
#include "io/environment.h"
#include "io/file.h"

static const struct json_limits file_limits = { .depth_max = 16, .nodes_max = 1u << 18 };

/* ---- secrets ---- */

static void wipe(char **s)
{
	if (*s)
		explicit_bzero(*s, strlen(*s));
	lc_free(*s);
	*s = NULL;
}

void io_credential_done(struct io_credential *c)
{
	wipe(&c->username);
	wipe(&c->password);
	wipe(&c->identity_token);
	wipe(&c->registry_token);
}

void credential_wipe(struct lc_buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->room);
	lc_buf_done(b);
}

/* A heap copy; text with NUL or control bytes is no credential. */
static int keep(char **to, struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 0x20)
			return LC_EBAD;
	}
	if (s.n == 0)
		return 0;
	char *copy = lc_alloc(s.n + 1);
	if (!copy)
		return LC_ENOMEM;
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	wipe(to);
	*to = copy;
	return 0;
}

int io_credential_set(struct io_credential *c, struct lc_slice username, struct lc_slice password)
{
	int rc = keep(&c->username, username);
	return rc ? rc : keep(&c->password, password);
}

/* ---- keys ---- */

struct lc_slice io_credential_host(struct lc_slice key, struct lc_arena *a)
{
	struct lc_slice head;
	struct lc_slice tail;
	if (!lc_chop_prefix(&key, LC_S("https://")))
		(void)lc_chop_prefix(&key, LC_S("http://")); /* either or none */
	if (lc_cut(key, '/', &head, &tail))
		key = head;
	uint8_t *low = lc_arena_alloc(a, key.n + 1);
	if (!low)
		return (struct lc_slice){ NULL, 0 };
	for (size_t i = 0; i < key.n; i++)
		low[i] = lc_lower(key.p[i]);
	struct lc_slice host = lc_slice_of(low, key.n);
	if (lc_eq(host, LC_S("index.docker.io")) || lc_eq(host, LC_S("registry-1.docker.io")))
		return LC_S("docker.io");
	return host;
}

struct lc_slice credential_key(struct lc_slice registry)
{
	return lc_eq(registry, LC_S("docker.io")) ? LC_S("https://index.docker.io/v1/") : registry;
}

/* How well a key fits: 0 not at all, 1 the registry, more the longer the namespace. */
static size_t fit(struct lc_slice key, const struct io_credential_query *q, struct lc_arena *a)
{
	struct lc_slice head;
	struct lc_slice space = { NULL, 0 };
	struct lc_slice host = io_credential_host(key, a);
	struct lc_slice registry = io_credential_host(q->registry, a);
	if (!host.n || !lc_eq(host, registry))
		return 0;
	if (lc_find_slice(key, LC_S("://")) != SIZE_MAX || !lc_cut(key, '/', &head, &space) ||
	    space.n == 0 || lc_eq(space, LC_S("v1/")) || lc_eq(space, LC_S("v2/")))
		return 1;
	struct lc_slice rest = q->repository;
	if (!lc_chop_prefix(&rest, space) || (rest.n && rest.p[0] != '/'))
		return 0;
	return 1 + space.n;
}

/* ---- one file ---- */

static json_ref best(const struct json_doc *d, json_ref object, const struct io_credential_query *q,
		     struct lc_arena *a)
{
	json_ref found = JSON_NONE;
	size_t score = 0;
	json_each(d, object, item) {
		size_t f = fit(json_key(d, item), q, a);
		if (f > score) {
			score = f;
			found = item;
		}
	}
	return found;
}

int credential_in_file(struct lc_slice text, const struct io_credential_query *q,
		       struct lc_arena *a, struct credential_entry *ret, struct lc_err *e)
{
	struct json_doc d;
	struct credential_entry out = { 0 };
	int rc = json_parse(text, 0, &file_limits, a, &d, e);
	if (rc)
		return rc;
	json_ref root = json_root(&d);
	if (json_type_of(&d, root) != JSON_OBJECT)
		return lc_fail(e, LC_EBAD, "not a JSON object");
	out.helper = json_str(&d, best(&d, json_get(&d, root, "credHelpers"), q, a));
	if (!out.helper.n)
		out.helper = json_get_str(&d, root, "credsStore");
	json_ref auth = best(&d, json_get(&d, root, "auths"), q, a);
	if (!out.helper.n && auth != JSON_NONE) {
		out.auth = json_get_str(&d, auth, "auth");
		out.username = json_get_str(&d, auth, "username");
		out.password = json_get_str(&d, auth, "password");
		out.identity_token = json_get_str(&d, auth, "identitytoken");
		out.registry_token = json_get_str(&d, auth, "registrytoken");
	}
	if (a->err) /* a host that could not be written down fits no key */
		return lc_fail(e, a->err, "no memory for credentials");
	*ret = out;
	return 0;
}

/* ---- from entry to credential ---- */

static int from_auth(struct lc_slice auth, struct io_credential *ret, struct lc_err *e)
{
	struct lc_slice user;
	struct lc_slice password;
	struct lc_buf plain LC_CLEANUP(credential_wipe) = { 0 };
	lc_buf_init(&plain, CREDENTIAL_REPLY_MAX);
	int rc = base64_decode(auth, &plain);
	if (rc == 0 && !lc_cut(lc_buf_get(&plain), ':', &user, &password))
		rc = LC_EBAD;
	/* docker pads some with NUL */
	while (rc == 0 && password.n && password.p[password.n - 1] == 0)
		password.n--;
	if (rc == 0)
		rc = io_credential_set(ret, user, password);
	return rc ? lc_fail(e, rc, "\"auth\" is not base64 of user:password") : 0;
}

static int from_reply(struct lc_slice text, struct io_credential *ret, struct lc_err *e)
{
	struct lc_arena a;
	struct json_doc d;
	lc_arena_init(&a, (size_t)4 << 20);
	int rc = json_parse(text, 0, &file_limits, &a, &d, e);
	if (rc == 0) {
		struct lc_slice user = json_get_str(&d, json_root(&d), "Username");
		struct lc_slice secret = json_get_str(&d, json_root(&d), "Secret");
		if (lc_eq(user, LC_S("<token>")))
			rc = keep(&ret->identity_token, secret);
		else
			rc = io_credential_set(ret, user, secret);
	}
	lc_arena_done(&a);
	return rc;
}

/* The helpers' own way to say "none". */
static bool says_none(struct lc_slice reply)
{
	return lc_find_slice(reply, LC_S("credentials not found")) != SIZE_MAX;
}

static int from_helper(struct lc_slice helper, const struct io_credential_query *q,
		       struct io_credential *ret, struct lc_err *e)
{
	struct lc_buf reply LC_CLEANUP(credential_wipe) = { 0 };
	lc_buf_init(&reply, CREDENTIAL_REPLY_MAX);
	int rc = credential_helper_run(helper, "get", credential_key(q->registry), q->environment,
				       &reply, e);
	if (rc == LC_ENOTFOUND && says_none(lc_buf_get(&reply)))
		return 0;
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EAUTH, "docker-credential-%s failed: lacre login %s again",
			       lc_quote(helper).s, lc_quote(q->registry).s);
	if (rc)
		return rc;
	rc = from_reply(lc_buf_get(&reply), ret, NULL);
	return rc ? lc_fail(e, rc, "docker-credential-%s: its answer is no credential",
			    lc_quote(helper).s)
		  : 0;
}

int credential_resolve(const struct credential_entry *entry, const struct io_credential_query *q,
		       struct io_credential *ret, struct lc_err *e)
{
	int rc = 0;
	if (entry->helper.n)
		return from_helper(entry->helper, q, ret, e);
	if (entry->auth.n)
		rc = from_auth(entry->auth, ret, e);
	else if (entry->username.n)
		rc = io_credential_set(ret, entry->username, entry->password);
	if (rc == 0)
		rc = keep(&ret->identity_token, entry->identity_token);
	if (rc == 0)
		rc = keep(&ret->registry_token, entry->registry_token);
	if (rc)
		io_credential_done(ret);
	return rc;
}

/* ---- the files ---- */

static struct lc_slice path_below(const char *dir, const char *rest, struct lc_arena *a)
{
	return dir ? lc_arena_fmt(a, "%s%s", dir, rest) : (struct lc_slice){ NULL, 0 };
}

const char *credential_docker_file(char **environment, struct lc_arena *a)
{
	const char *dir = io_env(environment, "DOCKER_CONFIG");
	struct lc_slice path =
		dir ? path_below(dir, "/config.json", a)
		    : path_below(io_env(environment, "HOME"), "/.docker/config.json", a);
	return (const char *)path.p;
}

size_t credential_files(char **environment, unsigned uid, struct lc_arena *a,
			const char *ret[CREDENTIAL_FILES_MAX])
{
	size_t n = 0;
	const char *only = io_env(environment, "REGISTRY_AUTH_FILE");
	const char *config = io_env(environment, "XDG_CONFIG_HOME");
	struct lc_slice own = path_below(config, "/containers/auth.json", a);
	if (only) {
		ret[0] = only;
		return 1;
	}
	if (!own.p)
		own = path_below(io_env(environment, "HOME"), "/.config/containers/auth.json", a);
	ret[n++] = credential_docker_file(environment, a);
	const char *runtime = io_env(environment, "XDG_RUNTIME_DIR");
	struct lc_slice kept = path_below(runtime, "/containers/auth.json", a);
	if (!runtime) /* where podman login keeps them then, as root's on servers */
		kept = lc_arena_fmt(a, "/run/containers/%u/auth.json", uid);
	ret[n++] = (const char *)kept.p;
	ret[n++] = (const char *)own.p;
	return n;
}

static bool is_empty(const struct io_credential *c)
{
	return !c->username && !c->password && !c->identity_token && !c->registry_token;
}

static int find_in(const char *path, const struct io_credential_query *q, struct lc_arena *a,
		   struct io_credential *ret, struct lc_err *e)
{
	struct credential_entry entry;
	struct lc_buf text LC_CLEANUP(credential_wipe) = { 0 };
	lc_buf_init(&text, CREDENTIAL_FILE_MAX);
	int rc = io_read_file(path, &text, e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		return 0;
	}
	if (rc == 0)
		rc = credential_in_file(lc_buf_get(&text), q, a, &entry, e);
	if (rc == 0)
		rc = credential_resolve(&entry, q, ret, e);
	return rc ? lc_wrap(e, rc, "%s", lc_quote(lc_str(path)).s) : 0;
}

int io_credential_find(const struct io_credential_query *q, struct io_credential *ret,
		       struct lc_err *e)
{
	const char *files[CREDENTIAL_FILES_MAX];
	struct lc_arena a;
	int rc = 0;
	lc_arena_init(&a, (size_t)32 << 20);
	size_t n = credential_files(q->environment, geteuid(), &a, files);
	for (size_t i = 0; i < n && rc == 0 && is_empty(ret); i++) {
		if (files[i])
			rc = find_in(files[i], q, &a, ret, e);
	}
	lc_arena_done(&a);
	return rc;
}
