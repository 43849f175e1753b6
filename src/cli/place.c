#include "cli/place.h"

#include "base/shim.h"
#include "cli/interrupt.h"
#include "cli/remote.h"
#include "cli/talk.h"
#include "format/json.h"
#include "io/file.h"
#include "trust/simple_signing.h"

enum { CHILDREN_MAX = 1000 };

struct layout_name {
	struct lc_slice path, tag; /* tag: a docker archive's name */
	bool archive, docker;
};

/*
 * "oci:DIR[:TAG]", "oci-archive:FILE[:TAG]" and "docker-archive:FILE[:NAME]", as skopeo writes
 * them; a path may not have a colon then. The one image of a docker archive needs no name.
 */
static bool is_layout(struct lc_slice given, struct layout_name *ret)
{
	*ret = (struct layout_name){ .path = given };
	ret->docker = lc_chop_prefix(&given, LC_S("docker-archive:"));
	ret->archive = ret->docker || lc_chop_prefix(&given, LC_S("oci-archive:"));
	if (!ret->archive && !lc_chop_prefix(&given, LC_S("oci:")))
		return false;
	ret->path = given;
	(void)lc_cut(given, ':', &ret->path, &ret->tag); /* without a tag all of it is the path */
	return true;
}

/* Its signatures are files, which the rules of policies alone know how to judge. */
static int open_dir(struct cli_place *p, struct lc_slice dir, struct lc_arena *a, struct lc_err *e)
{
	p->kind = CLI_PLACE_DIR;
	p->path = lc_arena_str(a, dir);
	if (!p->path)
		return lc_fail(e, lc_arena_err(a), "no memory for a path");
	int rc = oci_repository_open_dir(p->path, &p->limits, &p->repository, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUSAGE, _("%s: there is no such directory"),
			       lc_quote(p->given).s);
	return rc;
}

static int open_layout(struct cli_place *p, const struct layout_name *n, bool write,
		       struct lc_arena *a, struct lc_err *e)
{
	const struct lc_slice *docker = n->docker ? &n->tag : NULL;
	p->kind = CLI_PLACE_LAYOUT;
	p->path = lc_arena_str(a, n->path);
	if (!docker)
		p->tag = n->tag;
	if (!p->path)
		return lc_fail(e, lc_arena_err(a), "no memory for a path");
	int rc = n->archive ? oci_repository_open_archive(p->path, write, docker, &p->limits,
							  &p->repository, e)
			    : oci_repository_open_layout(p->path, write, &p->limits, &p->repository,
							 e);
	if (rc == LC_ENOTFOUND)
		e->code = rc = LC_EUSAGE;
	return rc;
}

static int open_remote(struct cli_place *p, struct cli_io *io, const struct cli_values *v,
		       bool write, struct lc_arena *a, struct lc_err *e)
{
	struct oci_reference ref;
	struct lc_slice name = p->given;
	(void)lc_chop_prefix(&name, LC_S("docker://")); /* as skopeo writes it */
	int rc = cli_remote(io, v, a, &p->remote, e);
	if (rc)
		return rc;
	rc = oci_reference_parse(name, a, &ref, e);
	if (rc == LC_EBAD)
		e->code = rc = LC_EUSAGE;
	if (rc)
		return rc;
	p->reference = ref;
	p->by_digest = ref.digest.n != 0;
	p->tag = p->by_digest ? ref.digest : ref.tag;
	if (!p->tag.n)
		p->tag = LC_S("latest");
	/* Signatures have Docker Hub's older name. */
	if (lc_eq(ref.registry, LC_S("docker.io")))
		p->name = lc_arena_fmt(a, "index.docker.io/%.*s", LC_FMT(ref.repository));
	else
		p->name = oci_reference_name(&ref, a);
	if (!p->name.p)
		return lc_fail(e, lc_arena_err(a), "no memory for a name");
	return oci_repository_open(&ref, &p->remote, write, &p->limits, &p->repository, e);
}

int cli_place_open(struct cli_io *io, const struct cli_values *v, struct lc_slice given,
		   bool layout, bool write, struct lc_arena *a, struct cli_place *ret,
		   struct lc_err *e)
{
	int64_t timeout = v->v[CLI_OPT_TIMEOUT].number;
	struct lc_slice dir = given;
	*ret = (struct cli_place){ .given = given, .limits = lc_limits_default, .io = io, .v = v };
	if (timeout)
		ret->limits.deadline_ns = lc_ticks_ns() + timeout;
	struct layout_name name;
	int rc;
	if (v->v[CLI_OPT_POLICY].text.n && lc_chop_prefix(&dir, LC_S("dir:")))
		rc = open_dir(ret, dir, a, e);
	else if (is_layout(given, &name) || layout)
		rc = open_layout(ret, &name, write, a, e);
	else
		rc = open_remote(ret, io, v, write, a, e);
	if (rc)
		return rc;
	ret->by_digest = lc_find(ret->tag, ':') != SIZE_MAX;
	cli_interrupt_limits(&ret->limits);
	return 0;
}

int cli_place_image(struct cli_place *p, struct lc_arena *a, struct lc_err *e)
{
	int rc = oci_repository_manifest(p->repository, p->tag, a, &p->image, e);
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, rc, _("%s: there is no such image"), lc_quote(p->given).s);
	else if (rc)
		rc = lc_wrap(e, rc, "%s", lc_quote(p->given).s);
	return rc;
}

void cli_place_note(struct cli_place *p, struct lc_arena *a, struct lc_slice text)
{
	struct lc_slice *waiting;
	if (!oci_repository_defers(p->repository)) {
		if (text.n)
			cli_note(p->io, p->v, "%.*s", LC_FMT(text));
		return;
	}
	waiting = text.n ? lc_vec_push(a, &p->notes) : NULL;
	if (waiting)
		*waiting = text;
}

int cli_place_commit(struct cli_place *p, struct lc_err *e)
{
	int rc = oci_repository_commit(p->repository, e);
	for (size_t i = 0; !rc && i < p->notes.n; i++)
		cli_note(p->io, p->v, "%.*s", LC_FMT(p->notes.v[i]));
	return rc ? lc_wrap(e, rc, "%s", lc_quote(p->given).s) : 0;
}

void cli_place_close(struct cli_place *p)
{
	if (p->repository)
		cli_interrupt_limits(NULL);
	oci_repository_close(p->repository);
	p->repository = NULL;
}

bool cli_dir_has(const char *dir, const char *name, bool as_dir, struct lc_arena *a)
{
	bool is_dir = false;
	struct lc_slice path = lc_arena_fmt(a, "%s/%s", dir, name);
	return path.p && io_exists((const char *)path.p, &is_dir) && is_dir == as_dir;
}

/*
 * A name is a registry's, whatever lies in the directory: whoever meant a file is told how, where
 * the registry does not have the name or is not to be reached.
 */
static void hint_at_file(struct cli_io *io, const struct cli_values *v, const struct cli_place *p,
			 int why)
{
	struct lc_arena a = { 0 };
	bool is_meant = p->kind == CLI_PLACE_REGISTRY && p->given.n &&
			(why == LC_ENOTFOUND || why == LC_ENET);
	const char *path = is_meant ? lc_arena_str(&a, p->given) : NULL;
	bool is_dir = false;
	if (path && io_exists(path, &is_dir) &&
	    (!is_dir || cli_dir_has(path, "oci-layout", false, &a) ||
	     cli_dir_has(path, "index.json", false, &a)))
		cli_note(io, v, _("a name in a registry; the file there is %s%s"),
			 is_dir ? "oci:" : "oci-archive:", lc_quote(p->given).s);
	lc_arena_done(&a);
}

int cli_place_fail(struct cli_io *io, const struct cli_values *v, const struct cli_place *p,
		   const struct lc_err *e)
{
	int status = cli_fail_in_time(io, v, &p->limits, e);
	hint_at_file(io, v, p, e->code);
	if (status != CLI_ERROR)
		return status;
	if (lc_code_is_remote(e->code))
		return CLI_NOT_LOOKED;
	if (!p->repository) /* of an archive more is read than its name */
		return p->path && e->code == LC_EBAD ? CLI_TAMPERED : status;
	if (e->code == LC_ENOTFOUND)
		return CLI_NO_TAG;
	return e->code == LC_EBAD || e->code == LC_ETRUNC ? CLI_TAMPERED : CLI_NOT_LOOKED;
}

int cli_children(const struct oci_document *m, struct lc_arena *a, struct lc_slices *ret,
		 struct lc_err *e)
{
	struct json_doc d;
	int rc = json_parse(m->bytes, JSON_DUP_REFUSE, NULL, a, &d, e);
	json_ref all = rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests");
	json_each(&d, all, child) {
		struct digest digest;
		struct lc_slice *item = ret->n < CHILDREN_MAX ? lc_vec_push(a, ret) : NULL;
		if (digest_parse(json_get_str(&d, child, "digest"), &digest, e))
			return lc_wrap(e, LC_EBAD, "index");
		if (!item)
			return lc_fail(e, LC_ELIMIT, "an index of over %d manifests, or no memory",
				       CHILDREN_MAX);
		*item = json_get_str(&d, child, "digest");
	}
	return rc;
}

static struct oci_platform platform_of(const struct json_doc *d, json_ref entry)
{
	json_ref p = json_get(d, entry, "platform");
	return (struct oci_platform){ json_get_str(d, p, "os"), json_get_str(d, p, "architecture"),
				      json_get_str(d, p, "variant") };
}

int cli_child_for(const struct oci_document *m, const struct oci_platform *platform,
		  struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	struct json_doc d;
	struct digest digest;
	int rc = json_parse(m->bytes, JSON_DUP_REFUSE, NULL, a, &d, e);
	json_ref all = rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests");
	*ret = (struct lc_slice){ NULL, 0 };
	if (rc || all == JSON_NONE)
		return rc;
	json_each(&d, all, child) {
		const struct oci_platform have = platform_of(&d, child);
		if (!oci_platform_match(platform, &have))
			continue;
		*ret = json_get_str(&d, child, "digest");
		rc = digest_parse(*ret, &digest, e);
		return rc ? lc_wrap(e, LC_EBAD, "index") : 0;
	}
	return lc_fail(e, LC_ENOTFOUND, _("the index has no image for %s: say which by --platform"),
		       oci_platform_text(platform).s);
}

int cli_annotations(const struct cli_values *v, struct lc_arena *a,
		    const struct trust_annotation **ret, size_t *ret_n, struct lc_err *e)
{
	const struct lc_slices *given = &v->v[CLI_OPT_ANNOTATIONS].list;
	struct trust_annotation *pairs = lc_new_array(a, struct trust_annotation, given->n + 1);
	if (!pairs)
		return lc_fail(e, lc_arena_err(a), "no memory for annotations");
	for (size_t i = 0; i < given->n; i++)
		if (!lc_cut(given->v[i], '=', &pairs[i].key, &pairs[i].value) || !pairs[i].key.n)
			return lc_fail(e, LC_EUSAGE, _("--annotations: %s is no KEY=VALUE"),
				       lc_quote(given->v[i]).s);
	*ret = pairs;
	*ret_n = given->n;
	return 0;
}
