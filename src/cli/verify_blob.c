/*
 * lacre verify-blob, verify-blob-attestation: is this file signed, by whom?
 */
#include "base/shim.h"
#include "cli/artefact.h"
#include "cli/commands.h"
#include "cli/demand.h"
#include "cli/talk.h"
#include "cli/verdict.h"
#include "io/file.h"
#include "trust/certificate.h"
#include "trust/file_signature.h"

enum { BUNDLE_BYTES_MAX = 64 << 20, ALL_BYTES_MAX = 512 << 20 };

static const enum cli_opt blob_options[] = {
	CLI_OPT_BUNDLE,     CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_SIGNATURE,  CLI_OPT_CERTIFICATE,
	CLI_DEMAND_OPTIONS, CLI_OPT_RFC3161_TIMESTAMP,
	CLI_OPT_FORMAT,     CLI_OPT_OUTPUT,
	CLI_OPT_QUIET,      CLI_OPT_DEBUG,
	CLI_OPT_HELP,       CLI_OPT_N,
};
static const enum cli_opt attestation_options[] = {
	CLI_OPT_BUNDLE,         CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_PREDICATE_TYPE, CLI_DEMAND_OPTIONS,
	CLI_OPT_CHECK_CLAIMS,   CLI_OPT_RFC3161_TIMESTAMP,
	CLI_OPT_FORMAT,         CLI_OPT_OUTPUT,
	CLI_OPT_QUIET,          CLI_OPT_DEBUG,
	CLI_OPT_HELP,           CLI_OPT_N,
};

struct work {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_demand d;
	struct cli_artefact artefact;
	struct bundle bundle;
	bool attestation; /* that is asked for */
	bool old;         /* of a form from before bundles */
	bool any;         /* whatever file the attestation is about */
	struct lc_slice predicate;
	struct lc_err e;
	struct cli_verdict verdict;
	struct cli_signature *found;
};

static int load(struct work *w, struct lc_slice path, struct lc_slice *ret)
{
	return io_read_text(path, BUNDLE_BYTES_MAX, &w->a, ret, &w->e);
}

/* ---- the signature ---- */

static int read_bundle(struct work *w)
{
	struct lc_slice text;
	int rc = load(w, w->v->v[CLI_OPT_BUNDLE].text, &text);
	if (rc)
		return rc;
	w->old = file_signature_is_old(text, &w->a);
	w->found->rc = w->old ? file_signature_read_old(text, &w->a, &w->bundle, &w->found->why)
			      : bundle_parse(text, &w->a, &w->bundle, &w->found->why);
	return 0;
}

/* A file of that name, else the text itself. */
static int read_signature(struct work *w)
{
	struct lc_slice given = w->v->v[CLI_OPT_SIGNATURE].text;
	struct lc_slice certificate = { NULL, 0 };
	struct lc_slice text = given;
	bool is_dir;
	const char *name = lc_arena_str(&w->a, given);
	int rc = name ? 0 : lc_arena_err(&w->a);
	if (!rc && io_exists(name, &is_dir) && !is_dir)
		rc = load(w, given, &text);
	if (!rc && w->v->v[CLI_OPT_CERTIFICATE].text.n)
		rc = load(w, w->v->v[CLI_OPT_CERTIFICATE].text, &certificate);
	if (rc)
		return rc;
	w->old = true;
	w->found->rc = file_signature_read(text, certificate, &w->a, &w->bundle, &w->found->why);
	return 0;
}

/* One that lies beside the signature counts as those in a bundle do. */
static int read_timestamp(struct work *w)
{
	struct lc_slice path = w->v->v[CLI_OPT_RFC3161_TIMESTAMP].text;
	struct lc_slice text;
	if (!path.n || w->found->rc)
		return 0;
	int rc = load(w, path, &text);
	if (!rc)
		w->found->rc = timestamp_read(text, &w->a, &w->bundle, &w->found->why);
	return rc;
}

static int read_what_signs(struct work *w)
{
	bool bundle = w->v->v[CLI_OPT_BUNDLE].text.n != 0;
	bool signature = w->v->v[CLI_OPT_SIGNATURE].text.n != 0;
	if (bundle == signature && w->attestation)
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("which attestation? give --bundle FILE"));
	if (bundle == signature)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       bundle ? _("--bundle and --signature: not both")
				      : _("which signature? give --bundle FILE or --signature "
					  "FILE"));
	w->found->where = w->v->v[bundle ? CLI_OPT_BUNDLE : CLI_OPT_SIGNATURE].text;
	int rc = bundle ? read_bundle(w) : read_signature(w);
	return rc ? rc : read_timestamp(w);
}

/* ---- the file ---- */

/* Which digests, and whether the bytes: what the keys that may have signed need. */
static unsigned needs_of(struct work *w)
{
	const struct bundle *b = &w->bundle;
	struct certificate c = { 0 };
	unsigned needs = b->has_digest ? 1u << b->message_digest.algorithm : 0;
	if (b->has_envelope) /* subjects may be known by any of them */
		return needs | 1u << DIGEST_SHA256 | 1u << DIGEST_SHA384 | 1u << DIGEST_SHA512;
	for (size_t i = 0; b->material == BUNDLE_KEY && i < w->d.demand.keys_n; i++)
		needs |= cli_artefact_needs(w->d.keys[i]);
	if (b->certificates.n && certificate_read(b->certificates.v[0], &w->a, &c, NULL) == 0)
		needs |= cli_artefact_needs(c.key);
	certificate_done(&c);
	return needs;
}

static void set_digest(struct work *w)
{
	const struct crypt_message *m = &w->artefact.message;
	w->verdict.has_digest = m->digests_n != 0;
	if (w->verdict.has_digest)
		w->verdict.digest = m->digests[0];
}

/* ---- together ---- */

static void judge(struct work *w)
{
	struct cli_signature *s = w->found;
	struct trust_demand demand = w->d.demand;
	demand.any_artefact = w->any;
	/* A key that is given goes before a certificate beside an older signature. */
	if (w->old && demand.keys_n && !demand.identities_n)
		w->bundle.material = BUNDLE_KEY;
	if (w->old && demand.ignore_tlog)
		demand.now = lc_now_ns() / 1000000000;
	s->rc = trust_verify_bundle(&w->bundle, &demand, &w->artefact.message, w->predicate, &w->a,
				    &s->signer, &s->content, &s->why);
	if (!s->rc && w->attestation && !s->content.has_statement)
		s->rc = trust_fail(&s->why, "V3", LC_EBAD, "a plain signature is no attestation");
	s->kind = w->bundle.has_envelope ? "attestation" : "signature";
}

/* The most common surprise: a key signs without a log, and then none is to be asked for. */
static void hint(struct work *w)
{
	const struct trust_why *why = &w->found->why;
	if (w->found->rc == 0 || !why->rule || !lc_eq(lc_str(why->rule), LC_S("L1")))
		return;
	if (!w->bundle.entries_n && w->bundle.material == BUNDLE_KEY)
		cli_note(w->io, w->v, "%s",
			 _("a key that signs without a log is verified with "
			   "--insecure-ignore-tlog"));
	else if (!w->d.demand.root)
		cli_note(w->io, w->v, "%s",
			 _("give --trusted-root FILE, which says whom logs and certificates are "
			   "judged by"));
}

static int work(struct work *w)
{
	struct lc_slice type = w->v->v[CLI_OPT_PREDICATE_TYPE].text;
	w->any = w->attestation && !w->v->v[CLI_OPT_CHECK_CLAIMS].flag;
	w->verdict.artefact = w->v->arguments.n ? w->v->arguments.v[0] : LC_S("");
	w->found = lc_vec_push(&w->a, &w->verdict);
	if (!w->found)
		return lc_fail(&w->e, LC_ENOMEM, "%s", _("no memory for options"));
	w->found->kind = w->attestation ? "attestation" : "signature";
	if (type.n && !statement_predicate_type(type, &w->predicate))
		return lc_fail(&w->e, LC_EUSAGE,
			       _("--type: %s is neither a name that is known nor a URI"),
			       lc_quote(type).s);
	int rc = cli_demand(w->io, w->v, &w->a, &w->d, &w->e);
	rc = rc ? rc : read_what_signs(w);
	if (rc)
		return rc;
	if (w->verdict.artefact.n)
		rc = cli_artefact(w->verdict.artefact, w->found->rc ? 0 : needs_of(w), &w->a,
				  &w->artefact, &w->e);
	else if (!w->any)
		rc = lc_fail(&w->e, LC_EUSAGE, "%s",
			     _("which file? name it, or give --check-claims=false to verify the "
			       "envelope alone"));
	else if (w->d.demand.denied && w->d.demand.denied->artefacts_n)
		rc = lc_fail(&w->e, LC_EUSAGE, "%s",
			     _("--deny-digest needs the file: name it, or its sha256:DIGEST"));
	if (rc)
		return rc;
	set_digest(w);
	if (!w->found->rc)
		judge(w);
	return 0;
}

static int run_work(struct cli_io *io, const struct cli_values *v, bool attestation)
{
	struct work w = { .io = io, .v = v, .attestation = attestation };
	lc_arena_init(&w.a, ALL_BYTES_MAX);
	int rc = work(&w);
	int status = rc ? cli_fail(io, &w.e) : cli_verdict_show(io, v, &w.verdict);
	if (!rc)
		hint(&w);
	cli_artefact_done(&w.artefact);
	cli_demand_done(&w.d);
	lc_arena_done(&w.a);
	return status;
}

static int run_blob(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_work(io, v, false);
}

static int run_attestation(const struct cli_command *cmd, const struct cli_values *v,
			   struct cli_io *io)
{
	(void)cmd;
	return run_work(io, v, true);
}

const struct cli_command cli_command_verify_blob = {
	.name = "verify-blob",
	.synopsis = N_("--bundle FILE [flags] FILE|sha256:DIGEST|-"),
	.summary = N_("verify who signed a file"),
	.description =
		N_("Checks the signature of a file, offline: with the key that is given, or the "
		   "identity in a certificate, judged by a trusted root. Bundles of sigstore and "
		   "cosign's older forms are read. What is refused is told with the rule that "
		   "failed; docs/signing.md lists them."),
	.examples = N_(
		"by a key that signs without a log\n"
		"  lacre verify-blob --key lacre.pub --insecure-ignore-tlog --bundle a.bundle a\n"
		"by an identity\n"
		"  lacre verify-blob --bundle a.bundle --certificate-identity me@example.com "
		"--certificate-oidc-issuer https://accounts.example.com --trusted-root root.json "
		"a\n"),
	.options = blob_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_blob,
};

const struct cli_command cli_command_verify_blob_attestation = {
	.name = "verify-blob-attestation",
	.synopsis = N_("--bundle FILE [flags] [FILE|sha256:DIGEST|-]"),
	.summary = N_("verify what somebody says of a file"),
	.description = N_(
		"Checks an attestation of a file, offline, as verify-blob checks signatures: the "
		"file must be one of its subjects. With --type it must say that. With "
		"--check-claims=false the envelope alone is verified, and no file is needed."),
	.examples = N_("its provenance\n"
		       "  lacre verify-blob-attestation --bundle a.bundle --type slsaprovenance1 "
		       "--key lacre.pub --insecure-ignore-tlog a\n"),
	.options = attestation_options,
	.arguments_min = 0,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_attestation,
};
