/*
 * io.containerd.metadata.v1.bolt/meta.db has buckets within buckets:
 *
 *	v1 / <namespace> / images / <name> / target: digest, mediatype, size
 *	                                     labels, createdat ...
 */
#include "oci/containerd.h"

#include <errno.h>

#include "base/log.h"
#include "format/bbolt.h"
#include "io/environment.h"
#include "io/file.h"

enum { TRIES = 5, NAMESPACES = 3 };

/* ctr's and nerdctl's, the kubelet's, docker's. */
static const char *const usual[NAMESPACES] = { "default", "k8s.io", "moby" };

/* ---- where ---- */

static const struct {
	const char *variable, *path;
} roots[] = {
	{ "CONTAINERD_ROOT", "" },
	{ NULL, "/var/lib/containerd" },
	{ "XDG_DATA_HOME", "/containerd" },
	{ "HOME", "/.local/share/containerd" },
	{ NULL, "/var/lib/rancher/k3s/agent/containerd" },
};

static bool has_content(const char *root, struct lc_arena *a)
{
	bool dir = false;
	struct lc_slice path = lc_arena_fmt(a, "%s/io.containerd.content.v1.content", root);
	return path.p && io_exists((const char *)path.p, &dir) && dir;
}

const char *containerd_root(const struct oci_remote *r, struct lc_arena *a)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		const char *at = roots[i].variable ? io_env(r->environment, roots[i].variable) : "";
		struct lc_slice root = { NULL, 0 };
		if (at)
			root = lc_arena_fmt(a, "%s%s", at, roots[i].path);
		if (root.p && has_content((const char *)root.p, a))
			return (const char *)root.p;
		if (at && i == 0)
			return NULL; /* the one that was named, or none */
	}
	return NULL;
}

/* ---- one image ---- */

struct search {
	const struct bbolt *db;
	struct bbolt_bucket images;
	struct lc_arena *a;
};

static int read_target(const struct search *s, struct lc_slice name, struct containerd_image *ret,
		       struct lc_err *e)
{
	struct bbolt_bucket image;
	struct bbolt_bucket target;
	struct containerd_image out = { .name = name };
	struct lc_slice digest;
	int rc = bbolt_bucket(s->db, &s->images, name, s->a, &image, e);
	if (rc)
		return rc;
	rc = bbolt_bucket(s->db, &image, LC_S("target"), s->a, &target, e);
	if (rc == 0)
		rc = bbolt_get(s->db, &target, LC_S("digest"), s->a, &digest, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EBAD, "%s has no target", lc_quote(name).s);
	if (rc == 0)
		rc = digest_parse(digest, &out.target, e);
	if (rc)
		return lc_wrap(e, rc, "%s", lc_quote(name).s);
	rc = bbolt_get(s->db, &target, LC_S("mediatype"), s->a, &out.media_type, e);
	if (rc && rc != LC_ENOTFOUND)
		return rc;
	*ret = out;
	return 0;
}

/* By the full name, as all tools store it; else by what was written, as ctr may have. */
static int find_named(const struct search *s, struct lc_slice wanted,
		      const struct oci_reference *ref, struct containerd_image *ret,
		      struct lc_err *e)
{
	int rc = LC_ENOTFOUND;
	if (ref) {
		struct lc_slice tag = ref->tag.n ? ref->tag : LC_S("latest");
		struct lc_slice name = lc_arena_fmt(s->a, "%.*s/%.*s:%.*s", LC_FMT(ref->registry),
						    LC_FMT(ref->repository), LC_FMT(tag));
		if (!name.p)
			return lc_fail(e, lc_arena_err(s->a), "no memory for a name");
		rc = read_target(s, name, ret, e);
	}
	return rc == LC_ENOTFOUND ? read_target(s, wanted, ret, e) : rc;
}

static int find_in(const struct bbolt *db, const char *namespace, struct lc_slice wanted,
		   const struct oci_reference *ref, struct lc_arena *a,
		   struct containerd_image *ret, struct lc_err *e)
{
	struct search s = { .db = db, .images = db->root, .a = a };
	const struct lc_slice way[] = { LC_S("v1"), lc_str(namespace), LC_S("images") };
	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		struct bbolt_bucket in = s.images;
		int rc = bbolt_bucket(db, &in, way[i], a, &s.images, e);
		if (rc)
			return rc;
	}
	int rc = find_named(&s, wanted, ref, ret, e);
	if (rc == 0)
		lc_debug("containerd: found in namespace %s", lc_quote(lc_str(namespace)).s);
	return rc;
}

/* ---- the database ---- */

static int search(const struct bbolt *db, const char *namespace, struct lc_slice wanted,
		  const struct oci_reference *ref, struct lc_arena *a, struct containerd_image *ret,
		  struct lc_err *e)
{
	int rc = LC_ENOTFOUND;
	if (namespace)
		return find_in(db, namespace, wanted, ref, a, ret, e);
	for (size_t i = 0; i < NAMESPACES && rc == LC_ENOTFOUND; i++)
		rc = find_in(db, usual[i], wanted, ref, a, ret, e);
	return rc;
}

/* Once; *ret_again when containerd wrote meanwhile, and what was found is worth nothing. */
static int search_file(const char *path, const char *namespace, struct lc_slice wanted,
		       const struct oci_reference *ref, const struct lc_limits *limits,
		       struct lc_arena *a, struct containerd_image *ret, bool *ret_again,
		       struct lc_err *e)
{
	struct bbolt db;
	struct lc_content c = { 0 };
	struct lc_err why = { 0 };
	*ret_again = false;
	int rc = io_open_content(path, &c, &why);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUNSUP, "no names of images are kept there");
	if (why.sys == EACCES || why.sys == EPERM)
		return lc_fail(e, LC_EUNSUP, "only root may read it");
	if (rc && e)
		*e = why;
	if (rc)
		return rc;
	rc = bbolt_open(&c, limits, &db, e);
	if (rc == 0) {
		rc = search(&db, namespace, wanted, ref, a, ret, e);
		*ret_again = rc != LC_ENOMEM && rc != LC_ECANCEL && bbolt_changed(&db);
	}
	lc_content_done(&c);
	return rc;
}

int containerd_find(const char *root, const struct oci_remote *r, struct lc_slice wanted,
		    const struct oci_reference *ref, const struct lc_limits *limits,
		    struct lc_arena *a, struct containerd_image *ret, struct lc_err *e)
{
	struct containerd_image out = { 0 };
	const char *namespace = io_env(r->environment, "CONTAINERD_NAMESPACE");
	struct lc_slice path = lc_arena_fmt(a, "%s/io.containerd.metadata.v1.bolt/meta.db", root);
	int rc = path.p ? 0 : lc_fail(e, lc_arena_err(a), "no memory for a path");
	bool again = rc == 0;
	for (unsigned i = 0; again && i < TRIES; i++) {
		lc_err_clear(e);
		rc = search_file((const char *)path.p, namespace, wanted, ref, limits, a, &out,
				 &again, e);
	}
	if (again)
		return lc_fail(e, LC_EIO, "%.*s: is written to all the time; try again",
			       LC_FMT(path));
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, rc, "no image %s in namespace %s of %s", lc_quote(wanted).s,
			       namespace ? lc_quote(lc_str(namespace)).s
					 : "default, k8s.io or moby",
			       root);
	if (rc)
		return lc_wrap(e, rc, "%.*s", LC_FMT(path));
	*ret = out;
	return 0;
}
