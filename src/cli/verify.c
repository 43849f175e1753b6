/*
 * lacre verify, lacre verify-attestation: is an image signed, or attested, by whom was asked for?
 */
#include "base/shim.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/demand.h"
#include "cli/place.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "cli/image_verdict.h"
#include "cli/verify_policy.h"

enum { OUTPUT_BYTES_MAX = 1 << 28 };

static const enum cli_opt verify_options[] = {
	CLI_DEMAND_OPTIONS,
	CLI_POLICY_OPTIONS,
	CLI_OPT_ANNOTATIONS,
	CLI_OPT_LOCAL_IMAGE,
	CLI_OPT_CHECK_CLAIMS,
	CLI_OPT_RECURSIVE,
	CLI_OPT_THRESHOLD,
	CLI_OPT_OUTPUT,
	CLI_OPT_ATTACHMENT_TAG_PREFIX,
	CLI_PLACE_OPTIONS,
	CLI_OPT_N,
};
static const enum cli_opt attestation_options[] = {
	CLI_DEMAND_OPTIONS,  CLI_OPT_PREDICATE_TYPE,
	CLI_OPT_LOCAL_IMAGE, CLI_OPT_CHECK_CLAIMS,
	CLI_OPT_RECURSIVE,   CLI_OPT_THRESHOLD,
	CLI_OPT_OUTPUT,      CLI_OPT_ATTACHMENT_TAG_PREFIX,
	CLI_PLACE_OPTIONS,   CLI_OPT_N,
};

struct verify {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_demand who;
	struct image_demand demand;
	struct cli_place place;
	struct lc_buf out, told; /* standard output; for people */
	struct json_writer w;
	struct cli_tally tally;
};

/* ---- what is asked for ---- */

static int read_demand(struct verify *s, bool attestations, struct lc_err *e)
{
	const struct cli_values *v = s->v;
	struct image_demand *d = &s->demand;
	int rc = cli_demand(s->io, v, &s->a, &s->who, e);
	if (rc)
		return rc;
	*d = (struct image_demand){
		.who = s->who.demand,
		.attestations = attestations,
		.threshold = (size_t)v->v[CLI_OPT_THRESHOLD].number,
		.tags_prefix = v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text,
	};
	if (s->place.name.n && !s->place.by_digest)
		d->tag = s->place.tag;
	d->who.any_artefact = !v->v[CLI_OPT_CHECK_CLAIMS].flag;
	if (attestations &&
	    !statement_predicate_type(v->v[CLI_OPT_PREDICATE_TYPE].text, &d->predicate))
		return lc_fail(e, LC_EUSAGE, _("--type: %s is neither a known type nor a URI"),
			       lc_quote(v->v[CLI_OPT_PREDICATE_TYPE].text).s);
	return attestations ? 0 : cli_annotations(v, &s->a, &d->annotations, &d->annotations_n, e);
}

/* ---- one image ---- */

static void put_payloads(struct verify *s, const struct image_judgement *j)
{
	struct lc_slice name = s->place.name.n ? s->place.name : s->place.given;
	for (size_t i = 0; i < j->n; i++) {
		if (j->v[i].rc)
			continue;
		if (s->demand.attestations) /* a line each, as cosign has it */
			json_writer_init(&s->w, &s->out, 0);
		cli_image_payload(j, &j->v[i], name, &s->w);
		if (s->demand.attestations)
			lc_buf_str(&s->out, "\n");
	}
}

static int verify_one(struct verify *s, const struct digest *image, struct lc_err *e)
{
	struct lc_arena a;
	struct image_judgement j;
	lc_arena_init(&a, (size_t)512 << 20);
	int rc = trust_verify_image(s->place.repository, image, &s->demand, &a, &j, e);
	if (!rc) {
		cli_tally_add(&s->tally, j.outcome);
		cli_image_text(&j, s->place.given, s->demand.attestations,
			       cli_image_form_is(s->v, "text") ? &s->out : &s->told);
		if (cli_image_form_is(s->v, "report"))
			cli_image_report(&j, s->place.given, &s->w);
		else if (cli_image_form_is(s->v, "json") && j.outcome == IMAGE_TRUSTED)
			put_payloads(s, &j);
	}
	lc_arena_done(&a);
	return rc;
}

/* ---- and what it is made of ---- */

static int verify_children(struct verify *s, struct lc_err *e)
{
	struct lc_slices children = { 0 };
	int rc = cli_children(&s->place.image, &s->a, &children, e);
	for (size_t i = 0; !rc && i < children.n; i++) {
		struct digest d;
		rc = digest_parse(children.v[i], &d, e);
		rc = rc ? rc : verify_one(s, &d, e);
	}
	return rc;
}

static int verify_all(struct verify *s, struct lc_err *e)
{
	bool array = cli_image_form_is(s->v, "report") || !s->demand.attestations;
	int rc = cli_place_image(&s->place, &s->a, e);
	if (rc)
		return rc;
	json_writer_init(&s->w, &s->out, cli_image_form_is(s->v, "report") ? 2 : 0);
	if (array && !cli_image_form_is(s->v, "text"))
		json_begin_array(&s->w);
	rc = verify_one(s, &s->place.image.digest, e);
	if (!rc && s->v->v[CLI_OPT_RECURSIVE].flag)
		rc = verify_children(s, e);
	if (array && !cli_image_form_is(s->v, "text")) {
		json_end_array(&s->w);
		lc_buf_str(&s->out, "\n");
	}
	return rc;
}

static int tell(struct verify *s)
{
	bool quiet = s->v->v[CLI_OPT_QUIET].flag && s->tally.status == CLI_OK;
	if (lc_buf_err(&s->told) || json_writer_err(&s->w))
		return cli_error(s->io, CLI_ERROR, "%s", _("no memory for the output"));
	int status = quiet ? CLI_OK : cli_write(s->io, s->io->err, lc_buf_get(&s->told));
	/* As with cosign, nothing is printed of an image that fails. */
	if (!status && (s->tally.status == CLI_OK || !cli_image_form_is(s->v, "json")))
		status = cli_put(s->io, &s->out);
	if (!status && s->tally.status && s->demand.who.identities_n + s->demand.who.keys_n > 0)
		status = cli_error(s->io, s->tally.status,
				   _("%s: %zu of %zu images are as asked for"),
				   lc_quote(s->place.given).s, s->tally.trusted, s->tally.images);
	return status ? status : s->tally.status;
}

static int run_kind(const struct cli_values *v, struct cli_io *io, bool attestations)
{
	struct verify s = { .io = io, .v = v };
	struct lc_err e = { 0 };
	lc_arena_init(&s.a, (size_t)64 << 20);
	lc_buf_init(&s.out, OUTPUT_BYTES_MAX);
	lc_buf_init(&s.told, OUTPUT_BYTES_MAX);
	int rc = cli_place_open(io, v, v->arguments.v[0], v->v[CLI_OPT_LOCAL_IMAGE].flag, false,
				&s.a, &s.place, &e);
	int status = CLI_OK;
	if (rc == 0 && (cli_image_form_check(v, &e) || read_demand(&s, attestations, &e)))
		status = cli_fail(io, &e); /* of what was asked: nothing was looked up */
	if (rc == 0 && !status)
		rc = verify_all(&s, &e);
	if (rc)
		status = cli_place_fail(io, v, &s.place, &e);
	else if (!status)
		status = tell(&s);
	cli_place_close(&s.place);
	cli_demand_done(&s.who);
	lc_buf_done(&s.out);
	lc_buf_done(&s.told);
	lc_arena_done(&s.a);
	return status;
}

static int run_verify(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	if (v->v[CLI_OPT_POLICY].text.n)
		return cli_verify_policy(v, io);
	return run_kind(v, io, false);
}

static int run_attestation(const struct cli_command *cmd, const struct cli_values *v,
			   struct cli_io *io)
{
	(void)cmd;
	return run_kind(v, io, true);
}

const struct cli_command cli_command_verify = {
	.name = "verify",
	.synopsis = N_("[flags] IMAGE"),
	.summary = N_("say whether an image is signed by whom you trust"),
	.description = N_(
		"Looks up every signature of the image, in the tags that cosign writes and among "
		"the referrers, and says which count and why each other one does not. Nobody but "
		"the image's registry is asked: logs, certificates and timestamps are judged by "
		"the trusted root that is given. An attestation is never taken for a signature, "
		"and a failing look-up never for a missing one. IMAGE is a name in a registry, "
		"oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE, or with --local-image "
		"a directory that `save` wrote, or an archive. With "
		"--policy a policy.json of podman and skopeo says what is asked of the image, by "
		"where it is; dir:DIR is read, too, and OpenPGP signatures count."),
	.examples =
		N_("by a key, without a transparency log\n"
		   "  lacre verify --key lacre.pub --insecure-ignore-tlog registry.example/app:1\n"
		   "by a pipeline, offline\n"
		   "  lacre verify --certificate-identity "
		   "https://git.example/app/.ci/release.yml@refs/tags/v1 "
		   "--certificate-oidc-issuer https://oidc.example "
		   "--trusted-root trusted_root.json registry.example/app:1\n"
		   "by two of three people\n"
		   "  lacre verify --key a.pub --key b.pub --key c.pub --threshold 2 "
		   "--insecure-ignore-tlog registry.example/app:1\n"
		   "as podman would\n"
		   "  lacre verify --policy /etc/containers/policy.json registry.example/app:1\n"),
	.options = verify_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_verify,
};

const struct cli_command cli_command_verify_attestation = {
	.name = "verify-attestation",
	.synopsis = N_("[flags] IMAGE"),
	.summary = N_("say whether an image is attested by whom you trust"),
	.description = N_("As verify, for attestations of one type: provenance, SBOMs, scan "
			  "results and the like. Prints their envelopes."),
	.examples = N_("provenance by a key\n"
		       "  lacre verify-attestation --type slsaprovenance1 --key lacre.pub "
		       "--insecure-ignore-tlog registry.example/app:1\n"),
	.options = attestation_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_attestation,
};
