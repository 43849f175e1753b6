#include "cli/scan_trust.h"

#include "base/shim.h"
#include "cli/demand.h"
#include "cli/image_verdict.h"
#include "cli/place.h"
#include "cli/talk.h"
#include "io/file.h"

struct look {
	struct cli_job *j;
	struct cli_demand who;
	struct cli_place place;
	struct cli_scan_trust *ret;
};

/* An option that is given asks, also when it is empty, or of no use alone: that is told. */
static bool is_asked(const struct cli_values *v)
{
	static const enum cli_opt asking[] = {
		CLI_OPT_KEY,
		CLI_OPT_CERTIFICATE_IDENTITY,
		CLI_OPT_CERTIFICATE_IDENTITY_REGEXP,
		CLI_OPT_CERTIFICATE_OIDC_ISSUER,
		CLI_OPT_CERTIFICATE_OIDC_ISSUER_REGEXP,
	};
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (v->v[asking[i]].list.n)
			return true;
	return v->v[CLI_OPT_REQUIRE_SIGNATURE].flag;
}

static int no_signatures(const struct oci_open_options *o, struct lc_err *e)
{
	return lc_fail(e, LC_EUSAGE,
		       _("%s: signatures are looked up in registries, OCI layouts and "
			 "archives, not in engines"),
		       lc_quote(o->input).s);
}

static bool may_be_of_a_registry(const struct oci_remote *r)
{
	for (size_t i = 0; i < r->order_n; i++)
		if (r->order[i] == OCI_FROM_REGISTRY)
			return true;
	return r->order_n == 0;
}

/* Whoever says so loads it by manifest.json: an index beside that must not be judged for it. */
static bool is_docker_archive(const struct cli_job *j)
{
	const struct lc_slices *given = &j->v->arguments;
	return given->n && lc_starts(given->v[0], LC_S("docker-archive:")) &&
	       !lc_eq(given->v[0], j->q.open.input); /* no file is called that */
}

/* Where the scan will find it: signatures are beside images there, or nowhere. */
static int open_place(struct look *l, struct lc_err *e)
{
	struct cli_job *j = l->j;
	const struct oci_open_options *o = &j->q.open;
	const char *transport = o->remote              ? "docker://"
				: is_docker_archive(j) ? "docker-archive:"
						       : "";
	struct lc_slice name = lc_arena_fmt(j->a, "%s%.*s", transport, LC_FMT(o->input));
	if (!name.p)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
	if (o->remote && !may_be_of_a_registry(o->remote))
		return no_signatures(o, e);
	int rc = cli_place_open(j->io, j->v, name, !o->remote, false, j->a, &l->place, e);
	l->place.given = o->input;
	/* The one image of a docker archive has no tag there: by its name the scan finds it. */
	if (rc || o->remote || oci_repository_is_docker(l->place.repository))
		return rc;
	l->place.tag = o->reference;
	(void)lc_chop_prefix(&l->place.tag, LC_S("@")); /* of a digest */
	l->place.by_digest = lc_find(l->place.tag, ':') != SIZE_MAX;
	return 0;
}

static int signer_text(struct look *l, const struct trust_signer *s, struct lc_slice *ret)
{
	char id[DIGEST_TEXT_MAX];
	*ret = s->key ? lc_arena_fmt(l->j->a, "%s", digest_text(&s->key_id, id))
		      : lc_arena_fmt(l->j->a, "%s (%s)", lc_quote(s->name).s,
				     lc_quote(s->issuer).s);
	return ret->p ? 0 : LC_ENOMEM;
}

static int keep(struct look *l, const struct image_judgement *j)
{
	char text[DIGEST_TEXT_MAX];
	struct report_trust *t = &l->ret->report;
	int rc = 0;
	t->outcome = image_outcome_name(j->outcome);
	t->found = j->n;
	t->counted = j->counted;
	t->digest = lc_arena_fmt(l->j->a, "%s", digest_text(&j->image, text));
	for (size_t i = 0; !rc && i < j->n; i++) {
		const struct image_proof *p = &j->v[i];
		if (p->rc == 0 && !t->signer.n)
			rc = signer_text(l, &p->signer, &t->signer);
		if (p->rc && !t->reason.n) {
			t->rule = p->why.rule;
			t->reason = lc_arena_fmt(l->j->a, "%s", p->why.err.msg);
		}
	}
	return rc || !t->digest.p ? LC_ENOMEM : 0;
}

/* The scan of a docker archive knows its image by its configuration, which names all layers. */
static int pin_config(struct look *l)
{
	struct json_doc d;
	int rc = json_parse(l->place.image.bytes, JSON_DUP_REFUSE, NULL, l->j->a, &d, NULL);
	json_ref config = rc ? JSON_NONE : json_get(&d, json_root(&d), "config");
	return rc ? rc : digest_parse(json_get_str(&d, config, "digest"), &l->ret->image, NULL);
}

/*
 * What was judged is what is scanned, wherever the tag is moved to meanwhile, and whichever image
 * of a layout the scan would take.
 */
static int pin(struct look *l)
{
	struct cli_job *j = l->j;
	struct oci_open_options *o = &j->q.open;
	struct lc_slice name = l->place.name;
	o->pinned = &l->ret->image;
	o->pinned_config = oci_repository_is_docker(l->place.repository);
	if (o->pinned_config)
		return pin_config(l);
	if (!o->remote) {
		o->reference = o->reference.n ? o->reference : l->ret->report.digest;
		return 0;
	}
	bool hub = lc_chop_prefix(&name, LC_S("index.docker.io/"));
	o->input = lc_arena_fmt(j->a, "%s%.*s@%.*s", hub ? "docker.io/" : "", LC_FMT(name),
				LC_FMT(l->ret->report.digest));
	j->remote.order[0] = OCI_FROM_REGISTRY; /* an engine may have something else so named */
	j->remote.order_n = 1;
	return o->input.p ? 0 : LC_ENOMEM;
}

static int judge(struct look *l, enum image_outcome *ret_outcome, struct lc_err *e)
{
	struct image_judgement j;
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_arena a;
	const struct image_demand d = { .who = l->who.demand };
	int rc = cli_place_image(&l->place, l->j->a, e);
	if (rc)
		return rc;
	lc_arena_init(&a, (size_t)512 << 20);
	lc_buf_init(&text, (size_t)64 << 20);
	rc = trust_verify_image(l->place.repository, &l->place.image.digest, &d, &a, &j, e);
	l->ret->image = l->place.image.digest;
	if (!rc && (keep(l, &j) || pin(l)))
		rc = lc_fail(e, LC_ENOMEM, "no memory for signatures");
	if (!rc && j.outcome != IMAGE_TRUSTED) {
		cli_image_text(&j, l->place.given, false, &text);
		(void)cli_write(l->j->io, l->j->io->err,
				lc_buf_get(&text)); /* told; the status counts */
	}
	*ret_outcome = rc ? IMAGE_UNSIGNED : j.outcome;
	lc_arena_done(&a);
	return rc;
}

int cli_scan_trust(struct cli_job *j, struct cli_scan_trust *ret)
{
	const struct cli_values *v = j->v;
	struct look l = { .j = j, .ret = ret };
	struct lc_err e = { 0 };
	enum image_outcome outcome = IMAGE_TRUSTED;
	int status = CLI_OK;
	*ret = (struct cli_scan_trust){ .asked = is_asked(v) };
	if (!ret->asked)
		return CLI_OK;
	int rc = cli_demand(j->io, v, j->a, &l.who, &e);
	if (rc)
		status = cli_fail(j->io, &e);
	rc = rc ? 0 : open_place(&l, &e);
	if (!rc && !status)
		rc = judge(&l, &outcome, &e);
	if (rc)
		status = cli_place_fail(j->io, v, &l.place, &e);
	else if (!status && outcome != IMAGE_TRUSTED && v->v[CLI_OPT_REQUIRE_SIGNATURE].flag)
		status = cli_error(j->io, cli_image_status(outcome),
				   _("%s: not scanned, since --require-signature asks for a "
				     "signature that counts"),
				   lc_quote(l.place.given).s);
	cli_place_close(&l.place);
	cli_demand_done(&l.who);
	return status;
}

int cli_scan_trust_report(const struct cli_scan_trust *t, struct report *r, struct lc_err *e)
{
	if (!t->asked)
		return 0;
	bool good = t->report.counted > 0;
	struct report_warning *w = lc_vec_push(&r->arena, &r->warnings);
	if (!w)
		return lc_fail(e, lc_arena_err(&r->arena), "no memory for the report");
	r->trust = t->report;
	if (good)
		*w = (struct report_warning){ N_("signed as asked for, by {0}"),
					      { t->report.signer } };
	else
		*w = (struct report_warning){ N_("not signed as asked for ({0}): {1}"),
					      { lc_str(t->report.outcome),
						t->report.reason.n ? t->report.reason
								   : LC_S("no signature") } };
	return 0;
}
