#include "cli/scan_trust.h"

#include "base/shim.h"
#include "cli/demand.h"
#include "cli/image_verdict.h"
#include "cli/place.h"
#include "cli/talk.h"
#include "io/file.h"

struct look {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena *a;
	struct cli_demand who;
	struct cli_place place;
	struct cli_scan_trust *ret;
};

static bool is_asked(const struct cli_values *v)
{
	return v->v[CLI_OPT_KEY].list.n || v->v[CLI_OPT_CERTIFICATE_IDENTITY].text.n ||
	       v->v[CLI_OPT_CERTIFICATE_IDENTITY_REGEXP].text.n ||
	       v->v[CLI_OPT_REQUIRE_SIGNATURE].flag;
}

/* Signatures are beside images in registries and in OCI layouts, and nowhere else. */
static int open_place(struct look *l, const struct lc_slice *target, struct lc_err *e)
{
	const struct lc_slice input = l->v->v[CLI_OPT_INPUT].text;
	bool is_dir = false;
	const char *path = lc_arena_str(l->a, target ? *target : input);
	bool here = path && io_exists(path, &is_dir);
	if (here && !is_dir)
		return lc_fail(e, LC_EUSAGE,
			       _("%s: signatures are looked up in registries and OCI layout "
				 "directories, not in files"),
			       lc_quote(lc_str(path)).s);
	return cli_place_open(l->io, l->v, target ? *target : input, here || !target, false, l->a,
			      &l->place, e);
}

static int signer_text(struct look *l, const struct trust_signer *s, struct lc_slice *ret)
{
	char id[DIGEST_TEXT_MAX];
	*ret = s->key ? lc_arena_fmt(l->a, "%s", digest_text(&s->key_id, id))
		      : lc_arena_fmt(l->a, "%s (%s)", lc_quote(s->name).s, lc_quote(s->issuer).s);
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
	t->digest = lc_arena_fmt(l->a, "%s", digest_text(&j->image, text));
	for (size_t i = 0; !rc && i < j->n; i++) {
		const struct image_proof *p = &j->v[i];
		if (p->rc == 0 && !t->signer.n)
			rc = signer_text(l, &p->signer, &t->signer);
		if (p->rc && !t->reason.n) {
			t->rule = p->why.rule;
			t->reason = lc_arena_fmt(l->a, "%s", p->why.err.msg);
		}
	}
	return rc || !t->digest.p ? LC_ENOMEM : 0;
}

/* What was judged is what is scanned, wherever the tag is moved to meanwhile. */
static int pin(struct look *l)
{
	const struct cli_place *p = &l->place;
	struct lc_slice name = p->name;
	if (!name.n)
		return 0;
	if (lc_chop_prefix(&name, LC_S("index.docker.io/")))
		l->ret->target = lc_arena_fmt(l->a, "docker.io/%.*s@%.*s", LC_FMT(name),
					      LC_FMT(l->ret->report.digest));
	else
		l->ret->target = lc_arena_fmt(l->a, "%.*s@%.*s", LC_FMT(name),
					      LC_FMT(l->ret->report.digest));
	return l->ret->target.p ? 0 : LC_ENOMEM;
}

static int judge(struct look *l, enum image_outcome *ret_outcome, struct lc_err *e)
{
	struct image_judgement j;
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_arena a;
	const struct image_demand d = { .who = l->who.demand };
	int rc = cli_place_image(&l->place, l->a, e);
	if (rc)
		return rc;
	lc_arena_init(&a, (size_t)512 << 20);
	lc_buf_init(&text, (size_t)64 << 20);
	rc = trust_verify_image(l->place.repository, &l->place.image.digest, &d, &a, &j, e);
	if (!rc && (keep(l, &j) || pin(l)))
		rc = lc_fail(e, LC_ENOMEM, "no memory for signatures");
	if (!rc && j.outcome != IMAGE_TRUSTED) {
		cli_image_text(&j, l->place.given, false, &text);
		(void)cli_write(l->io, l->io->err, lc_buf_get(&text)); /* told; the status counts */
	}
	*ret_outcome = rc ? IMAGE_UNSIGNED : j.outcome;
	lc_arena_done(&a);
	return rc;
}

int cli_scan_trust(struct cli_io *io, const struct cli_values *v, const struct lc_slice *target,
		   struct lc_arena *a, struct cli_scan_trust *ret)
{
	struct look l = { .io = io, .v = v, .a = a, .ret = ret };
	struct lc_err e = { 0 };
	enum image_outcome outcome = IMAGE_TRUSTED;
	int status = CLI_OK;
	*ret = (struct cli_scan_trust){ .asked = is_asked(v) };
	if (!ret->asked || (!target && !v->v[CLI_OPT_INPUT].text.n))
		return CLI_OK;
	int rc = cli_demand(io, v, a, &l.who, &e);
	if (rc)
		status = cli_fail(io, &e);
	rc = rc ? 0 : open_place(&l, target, &e);
	if (!rc && !status)
		rc = judge(&l, &outcome, &e);
	if (rc)
		status = cli_place_fail(io, v, &l.place, &e);
	else if (!status && outcome != IMAGE_TRUSTED && v->v[CLI_OPT_REQUIRE_SIGNATURE].flag)
		status = cli_error(io, cli_image_status(outcome),
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
