#include "trust/image_scope.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "crypt/digest.h"

static int push(struct image_scope *s, struct lc_slice scope, struct lc_arena *a, struct lc_err *e)
{
	struct lc_slice *item = scope.p ? lc_vec_push(a, &s->scopes) : NULL;
	if (!item)
		return lc_fail(e, lc_arena_err(a), "no memory for scopes");
	*item = scope;
	return 0;
}

/* ---- names ---- */

/* The name and each namespace above it, down to the host. */
static int push_namespaces(struct image_scope *s, struct lc_slice name, struct lc_arena *a,
			   struct lc_err *e)
{
	int rc = push(s, name, a, e);
	while (!rc && lc_find(name, '/') != SIZE_MAX) {
		name = lc_path_dir(name);
		rc = push(s, name, a, e);
	}
	return rc;
}

/* "*.example.com" for each domain that the host, without its port, is below. */
static int push_wildcards(struct image_scope *s, struct lc_slice host, struct lc_arena *a,
			  struct lc_err *e)
{
	struct lc_slice port;
	struct lc_slice label;
	int rc = 0;
	(void)lc_cut(host, ':', &host, &port); /* without a port all of it is the host */
	while (!rc && lc_cut(host, '.', &label, &host))
		rc = push(s, lc_arena_fmt(a, "*.%.*s", LC_FMT(host)), a, e);
	return rc;
}

int image_scope_name(const struct oci_reference *ref, struct lc_arena *a, struct image_scope *ret,
		     struct lc_err *e)
{
	struct image_scope s = { .transport = LC_S("docker"),
				 .has_reference = true,
				 .reference = *ref };
	struct lc_slice name = oci_reference_name(ref, a);
	struct lc_slice whole;
	if (s.reference.digest.n)
		s.reference.tag = (struct lc_slice){ NULL, 0 };
	else if (!s.reference.tag.n)
		s.reference.tag = LC_S("latest");
	whole = lc_arena_fmt(a, "%.*s%s%.*s", LC_FMT(name), ref->digest.n ? "@" : ":",
			     LC_FMT(ref->digest.n ? ref->digest : s.reference.tag));
	int rc = push(&s, whole, a, e);
	rc = rc ? rc : push_namespaces(&s, name, a, e);
	rc = rc ? rc : push_wildcards(&s, ref->registry, a, e);
	if (!rc)
		*ret = s;
	return rc;
}

/* ---- paths ---- */

int image_scope_path(const char *transport, const char *path, struct lc_arena *a,
		     struct image_scope *ret, struct lc_err *e)
{
	char whole[PATH_MAX];
	struct image_scope s = { .transport = lc_str(transport) };
	struct lc_slice at;
	if (!realpath(path, whole)) {
		int sys = errno;
		int rc = lc_fail_sys(e, sys, "%s", lc_quote(lc_str(path)).s);
		if (sys != ENOENT && sys != ENOTDIR)
			return rc;
		if (e)
			e->code = LC_ENOTFOUND;
		return LC_ENOTFOUND;
	}
	int rc = lc_arena_dup(a, lc_str(whole), &at);
	if (rc)
		return lc_fail(e, rc, "no memory for a path");
	while (!rc && at.n > 1) { /* "/" is no scope: "" means all */
		rc = push(&s, at, a, e);
		at = lc_path_dir(at);
	}
	if (!rc)
		*ret = s;
	return rc;
}

/* ---- what a policy may have ---- */

static const char *wrong_path(struct lc_slice scope)
{
	struct lc_slice rest = lc_skip(scope, 1);
	struct lc_slice part;
	if (!lc_starts(scope, LC_S("/")))
		return "a scope of this transport is an absolute path";
	if (scope.n == 1)
		return "write \"\" in place of \"/\"";
	while (lc_split(&rest, '/', &part))
		if (!part.n || lc_eq(part, LC_S(".")) || lc_eq(part, LC_S("..")))
			return "a scope is a path without \".\", \"..\" and doubled or final \"/\"";
	return NULL;
}

/* HOST[/NAMESPACE[/STREAM[:TAG]]] */
static const char *wrong_atomic(struct lc_slice scope)
{
	struct lc_slice part;
	unsigned n = 0;
	while (lc_split(&scope, '/', &part)) {
		struct lc_slice tag = { NULL, 0 };
		n++;
		if (n > 3 || (n == 2 && lc_find(part, ':') != SIZE_MAX))
			return "not HOST[/NAMESPACE[/STREAM[:TAG]]]";
		if (n == 3 && lc_cut(part, ':', &part, &tag) && lc_find(tag, ':') != SIZE_MAX)
			return "not HOST[/NAMESPACE[/STREAM[:TAG]]]";
	}
	return NULL;
}

static const char *wrong_daemon(struct lc_slice scope)
{
	struct digest d;
	return digest_parse(scope, &d, NULL) == 0 ? "an image id is no scope" : NULL;
}

static const char *wrong_any(struct lc_slice scope)
{
	(void)scope;
	return "this transport has the scope \"\" alone";
}

const char *image_scope_wrong(struct lc_slice transport, struct lc_slice scope)
{
	/* Others take any text: what does not exist is never asked for. */
	static const struct {
		struct lc_slice transport;
		const char *(*wrong)(struct lc_slice scope);
	} rows[] = {
		{ LC_S_INIT("dir"), wrong_path },
		{ LC_S_INIT("oci"), wrong_path },
		{ LC_S_INIT("oci-archive"), wrong_path },
		{ LC_S_INIT("sif"), wrong_path },
		{ LC_S_INIT("atomic"), wrong_atomic },
		{ LC_S_INIT("docker-daemon"), wrong_daemon },
		{ LC_S_INIT("docker-archive"), wrong_any },
		{ LC_S_INIT("tarball"), wrong_any },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq(rows[i].transport, transport))
			return rows[i].wrong(scope);
	return NULL;
}
