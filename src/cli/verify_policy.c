#include "cli/verify_policy.h"

#include <unistd.h>

#include "base/shim.h"
#include "base/time.h"
#include "cli/place.h"
#include "cli/policy_verdict.h"
#include "cli/talk.h"
#include "io/environment.h"
#include "io/file.h"
#include "trust/registries_d.h"

enum { OUTPUT_BYTES_MAX = 1 << 28 };

struct by_policy {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_place place;
	struct image_policy policy;
	struct image_scope scope;
	struct registries_d registries;
	struct lc_buf out, told; /* standard output; for people */
	struct json_writer w;
	struct cli_tally tally;
	bool unusable; /* a key or certificate that the policy names */
};

/* ---- what is asked for ---- */

/* None of these was set, by what is named or what ranks above it. */
static int check_beside(const struct by_policy *s, const enum cli_opt *v, size_t n,
			enum cli_set_by least, struct lc_err *e)
{
	for (size_t i = 0; i < n; i++)
		if (s->v->v[v[i]].set_by >= least)
			return lc_fail(e, LC_EUSAGE,
				       _("--policy says who is to have signed: --%s does not go "
					 "with it"),
				       cli_options[v[i]].name);
	return 0;
}

/* The policy says who is to have signed, and how: nothing beside it. */
static int check_options(const struct by_policy *s, struct lc_err *e)
{
	struct oci_platform platform;
	struct lc_slice given = s->v->v[CLI_OPT_PLATFORM].text;
	static const enum cli_opt others[] = {
		CLI_OPT_KEY,
		CLI_OPT_CERTIFICATE_IDENTITY,
		CLI_OPT_CERTIFICATE_IDENTITY_REGEXP,
		CLI_OPT_CERTIFICATE_OIDC_ISSUER,
		CLI_OPT_CERTIFICATE_OIDC_ISSUER_REGEXP,
		CLI_OPT_TRUSTED_ROOT,
		CLI_OPT_ANNOTATIONS,
		CLI_OPT_THRESHOLD,
		CLI_OPT_MAX_AGE,
		CLI_OPT_ATTACHMENT_TAG_PREFIX,
	};
	/* Who is denied is never passed over, wherever it was said. */
	static const enum cli_opt denials[] = { CLI_OPT_DENY_KEY, CLI_OPT_DENY_IDENTITY,
						CLI_OPT_DENY_DIGEST, CLI_OPT_DENY_LIST };
	int rc = check_beside(s, others, sizeof(others) / sizeof(others[0]), CLI_BY_ARG, e);
	rc = rc ? rc
		: check_beside(s, denials, sizeof(denials) / sizeof(denials[0]), CLI_BY_ENV, e);
	if (rc)
		return rc;
	if (given.n && oci_platform_parse(given, &platform, e))
		return lc_wrap(e, LC_EUSAGE, "--platform");
	return cli_image_form_check(s->v, e);
}

static int read_policy(struct by_policy *s, struct lc_err *e)
{
	struct lc_slice text;
	struct lc_slice given = s->v->v[CLI_OPT_POLICY].text;
	int rc = io_read_text(given, IMAGE_POLICY_BYTES_MAX, &s->a, &text, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, rc, _("--policy %s: there is no such file"), lc_quote(given).s);
	rc = rc ? rc : image_policy_parse(text, &s->a, &s->policy, e);
	return rc ? lc_wrap(e, rc, "--policy %s", lc_quote(given).s) : 0;
}

/* The user's own directory in place of the system's, as the tools have it. */
static const char *registries_dir(struct by_policy *s)
{
	bool is_dir = false;
	struct lc_slice path = { NULL, 0 };
	const char *config = io_env(s->io->environment, "XDG_CONFIG_HOME");
	const char *home = io_env(s->io->environment, "HOME");
	if (config)
		path = lc_arena_fmt(&s->a, "%s/containers/registries.d", config);
	else if (home)
		path = lc_arena_fmt(&s->a, "%s/.config/containers/registries.d", home);
	if (path.p && io_exists((const char *)path.p, &is_dir) && is_dir)
		return (const char *)path.p;
	return "/etc/containers/registries.d";
}

static int read_registries(struct by_policy *s, struct lc_err *e)
{
	struct lc_slice given = s->v->v[CLI_OPT_REGISTRIES_D].text;
	const char *path = given.n ? lc_arena_str(&s->a, given) : registries_dir(s);
	if (!path)
		return lc_fail(e, lc_arena_err(&s->a), "no memory for a path");
	int rc = registries_d_read(path, &s->a, &s->registries, e);
	if (rc == LC_ENOTFOUND && !given.n)
		return 0; /* most machines have none */
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, rc, _("--registries-d %s: there is no such directory"),
			       lc_quote(given).s);
	return rc;
}

/* Docker archives have the scope "" alone; "docker-archive:FILE:NAME" says the image's name. */
static int scope_of_docker_archive(struct by_policy *s, struct lc_err *e)
{
	struct lc_slice name = s->place.given;
	struct lc_slice file;
	s->scope = (struct image_scope){ .transport = LC_S("docker-archive") };
	if (!lc_chop_prefix(&name, LC_S("docker-archive:")) || !lc_cut(name, ':', &file, &name))
		return 0;
	int rc = oci_reference_parse(name, &s->a, &s->scope.reference, e);
	s->scope.has_reference = rc == 0;
	return rc == LC_EBAD ? lc_wrap(e, LC_EUSAGE, "%s", lc_quote(s->place.given).s) : rc;
}

static int find_scope(struct by_policy *s, struct lc_err *e)
{
	const struct cli_place *p = &s->place;
	bool is_dir = false;
	switch (p->kind) {
	case CLI_PLACE_DIR:
		return image_scope_path("dir", p->path, &s->a, &s->scope, e);
	case CLI_PLACE_LAYOUT:
		if (oci_repository_is_docker(p->repository))
			return scope_of_docker_archive(s, e);
		return image_scope_path(io_exists(p->path, &is_dir) && is_dir ? "oci"
									      : "oci-archive",
					p->path, &s->a, &s->scope, e);
	default:
		return image_scope_name(&p->reference, &s->a, &s->scope, e);
	}
}

/* ---- where signatures are ---- */

/* What is used where nothing is configured. */
static struct lc_slice default_lookaside(struct by_policy *s, struct lc_arena *a)
{
	const char *home = io_env(s->io->environment, "HOME");
	return !home || geteuid() == 0
		       ? LC_S("file:///var/lib/containers/sigstore")
		       : lc_arena_fmt(a, "file://%s/.local/share/containers/sigstore", home);
}

static int find_in_registry(struct by_policy *s, const struct digest *image, struct lc_arena *a,
			    struct policy_looked *looked, struct lc_err *e)
{
	struct stored_lookaside aside = {
		.url = registries_d_lookaside(&s->registries, &s->scope),
		.repository = s->place.reference.repository,
		.http = { .environment = s->io->environment,
			  .tls = { .ca_pem = s->place.remote.ca_pem,
				   .insecure = s->place.remote.insecure },
			  .limits = &s->place.limits },
	};
	if (!aside.url.n)
		aside.url = default_lookaside(s, a);
	if (!aside.url.p)
		return lc_fail(e, lc_arena_err(a), "no memory for a URL");
	looked->lookaside = aside.url;
	looked->attachments = registries_d_attachments(&s->registries, &s->scope);
	int rc = stored_signatures_aside(&aside, image, a, &looked->found, e);
	if (!rc && looked->attachments)
		rc = stored_signatures_attached(s->place.repository, image, a, &looked->found, e);
	return rc;
}

static int find_signatures(struct by_policy *s, const struct digest *image, bool instance,
			   struct lc_arena *a, struct policy_looked *looked, struct lc_err *e)
{
	switch (s->place.kind) {
	case CLI_PLACE_DIR:
		return stored_signatures_beside(s->place.repository, instance ? image : NULL, a,
						&looked->found, e);
	case CLI_PLACE_LAYOUT:
		looked->attachments = true;
		return stored_signatures_attached(s->place.repository, image, a, &looked->found, e);
	default:
		return find_in_registry(s, image, a, looked, e);
	}
}

/* ---- one image ---- */

static void tell_one(struct by_policy *s, const struct policy_told *t)
{
	cli_tally_add(&s->tally, t->judgement->outcome);
	cli_policy_text(t, cli_image_form_is(s->v, "text") ? &s->out : &s->told);
	if (cli_image_form_is(s->v, "report"))
		cli_policy_report(t, &s->w);
	else if (cli_image_form_is(s->v, "json") && t->judgement->outcome == IMAGE_TRUSTED)
		cli_policy_payloads(t->judgement, &s->w);
}

static int verify_one(struct by_policy *s, const struct oci_document *m, bool instance,
		      struct lc_err *e)
{
	struct lc_arena a;
	struct policy_judgement j = { 0 };
	struct policy_looked looked = { 0 };
	struct policy_question q = {
		.policy = &s->policy,
		.scope = &s->scope,
		.manifest = m->bytes,
		.image = &m->digest,
		.signatures = &looked.found,
		.now = lc_now_seconds(false),
		.environment = s->io->environment,
	};
	struct policy_choice c = image_policy_find(&s->policy, &s->scope);
	int rc = 0;
	lc_arena_init(&a, (size_t)512 << 20);
	looked.looked = policy_needs_signatures(&c);
	if (looked.looked)
		rc = find_signatures(s, &m->digest, instance, &a, &looked, e);
	if (!rc) {
		rc = policy_judge(&q, &a, &j, e);
		s->unusable = rc && rc != LC_EUNSUP;
	}
	if (!rc) {
		struct policy_told t = { .judgement = &j,
					 .looked = &looked,
					 .scope = &s->scope,
					 .policy = s->v->v[CLI_OPT_POLICY].text,
					 .name = s->place.given,
					 .image = &m->digest };
		tell_one(s, &t);
	}
	policy_judgement_done(&j);
	lc_arena_done(&a);
	return rc;
}

static int verify_child(struct by_policy *s, struct lc_slice name, struct lc_err *e)
{
	struct oci_document m = { 0 };
	int rc = oci_repository_manifest(s->place.repository, name, &s->a, &m, e);
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, LC_EBAD, "%s: the index names it, and it is not there",
			     lc_quote(name).s);
	return rc ? rc : verify_one(s, &m, true, e);
}

static int verify_children(struct by_policy *s, struct lc_err *e)
{
	struct lc_slices children = { 0 };
	int rc = cli_children(&s->place.image, &s->a, &children, e);
	for (size_t i = 0; !rc && i < children.n; i++)
		rc = verify_child(s, children.v[i], e);
	return rc;
}

static int verify_for_platform(struct by_policy *s, struct lc_err *e)
{
	struct lc_slice child;
	struct oci_platform platform = oci_platform_host();
	struct lc_slice given = s->v->v[CLI_OPT_PLATFORM].text;
	int rc = given.n ? oci_platform_parse(given, &platform, e) : 0;
	rc = rc ? rc : cli_child_for(&s->place.image, &platform, &s->a, &child, e);
	return rc || !child.n ? rc : verify_child(s, child, e);
}

/* As those who pull it do: the images of an index are judged, never the index itself. */
static int verify_images(struct by_policy *s, struct lc_err *e)
{
	int rc =
		s->v->v[CLI_OPT_RECURSIVE].flag ? verify_children(s, e) : verify_for_platform(s, e);
	return rc || s->tally.images ? rc : verify_one(s, &s->place.image, false, e);
}

static int verify_all(struct by_policy *s, struct lc_err *e)
{
	int rc = cli_place_image(&s->place, &s->a, e);
	if (rc)
		return rc;
	json_writer_init(&s->w, &s->out, cli_image_form_is(s->v, "report") ? 2 : 0);
	if (!cli_image_form_is(s->v, "text"))
		json_begin_array(&s->w);
	rc = verify_images(s, e);
	if (!cli_image_form_is(s->v, "text")) {
		json_end_array(&s->w);
		lc_buf_str(&s->out, "\n");
	}
	return rc;
}

/* ---- all ---- */

static int tell(struct by_policy *s)
{
	bool quiet = s->v->v[CLI_OPT_QUIET].flag && s->tally.status == CLI_OK;
	if (lc_buf_err(&s->told) || (!cli_image_form_is(s->v, "text") && json_writer_err(&s->w)))
		return cli_error(s->io, CLI_ERROR, "%s", _("no memory for the output"));
	int status = quiet ? CLI_OK : cli_write(s->io, s->io->err, lc_buf_get(&s->told));
	if (!status && (s->tally.status == CLI_OK || !cli_image_form_is(s->v, "json")))
		status = cli_put(s->io, &s->out);
	if (!status && s->tally.status)
		status = cli_error(s->io, s->tally.status,
				   _("%s: %zu of %zu images pass the policy"),
				   lc_quote(s->place.given).s, s->tally.trusted, s->tally.images);
	return status ? status : s->tally.status;
}

static int prepare(struct by_policy *s, struct lc_err *e)
{
	int rc = check_options(s, e);
	rc = rc ? rc : read_policy(s, e);
	rc = rc ? rc : find_scope(s, e);
	return rc || s->place.kind != CLI_PLACE_REGISTRY ? rc : read_registries(s, e);
}

int cli_verify_policy(const struct cli_values *v, struct cli_io *io)
{
	struct by_policy s = { .io = io, .v = v };
	struct lc_err e = { 0 };
	int status = CLI_OK;
	lc_arena_init(&s.a, (size_t)128 << 20);
	lc_buf_init(&s.out, OUTPUT_BYTES_MAX);
	lc_buf_init(&s.told, OUTPUT_BYTES_MAX);
	int rc = cli_place_open(io, v, v->arguments.v[0], v->v[CLI_OPT_LOCAL_IMAGE].flag, false,
				&s.a, &s.place, &e);
	if (rc == 0 && prepare(&s, &e))
		status = cli_fail(io, &e); /* of what was asked: nothing was looked up */
	if (rc == 0 && !status)
		rc = verify_all(&s, &e);
	if (rc)
		status = s.unusable ? cli_fail(io, &e) : cli_place_fail(io, v, &s.place, &e);
	else if (!status)
		status = tell(&s);
	cli_place_close(&s.place);
	lc_buf_done(&s.out);
	lc_buf_done(&s.told);
	lc_arena_done(&s.a);
	return status;
}
