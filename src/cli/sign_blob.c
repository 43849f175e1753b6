/*
 * lacre sign-blob, attest-blob: sign a file, or a claim about it, with a key or by an identity.
 */
#include "base/shim.h"
#include "base/time.h"
#include "cli/artefact.h"
#include "cli/commands.h"
#include "cli/predicate.h"
#include "cli/result.h"
#include "cli/signing.h"
#include "cli/talk.h"
#include "crypt/pem.h"
#include "format/base64.h"
#include "io/file.h"
#include "trust/bundle_sign.h"
#include "trust/file_signature.h"

enum { CERTIFICATE_BYTES_MAX = 1 << 18, STATEMENT_BYTES_MAX = 128 << 20 };
static const size_t work_bytes_max = (size_t)512 << 20;

static const enum cli_opt blob_options[] = {
	CLI_SIGNING_OPTIONS,
	CLI_OPT_BUNDLE,
	CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_OUTPUT_SIGNATURE,
	CLI_OPT_OUTPUT_CERTIFICATE,
	CLI_OPT_CERTIFICATE,
	CLI_OPT_B64,
	CLI_OPT_CACERT,
	CLI_OPT_TIMEOUT,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_HELP,
	CLI_OPT_N,
};
static const enum cli_opt attest_options[] = {
	CLI_SIGNING_OPTIONS,
	CLI_OPT_PREDICATE,
	CLI_OPT_PREDICATE_TYPE,
	CLI_OPT_STATEMENT,
	CLI_OPT_HASH,
	CLI_OPT_BUNDLE,
	CLI_OPT_OUTPUT_ATTESTATION,
	CLI_OPT_OUTPUT_CERTIFICATE,
	CLI_OPT_CERTIFICATE,
	CLI_OPT_CACERT,
	CLI_OPT_TIMEOUT,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_HELP,
	CLI_OPT_N,
};

struct work {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	bool attestation;
	struct cli_signing signing;
	struct cli_artefact artefact;
	struct crypt_message subject; /* the artefact, or what a statement is about */
	struct digest digest;         /* of a statement's first subject */
	struct lc_slice statement;
	struct bundle b;
	struct lc_slice certificate; /* PEM; "" none */
	struct lc_slice der;         /* of its leaf */
	struct lc_err e;
};

static bool is_set(const struct work *w, enum cli_opt o)
{
	return w->v->v[o].text.n != 0;
}

static int no_memory(struct work *w)
{
	return lc_fail(&w->e, LC_ENOMEM, "%s", _("no memory for a signature"));
}

static int read_text(struct work *w, enum cli_opt option, size_t max, struct lc_slice *ret)
{
	int rc = io_read_text(w->v->v[option].text, max, &w->a, ret, &w->e);
	return rc ? lc_wrap(&w->e, rc, "--%s", cli_options[option].name) : 0;
}

/* ---- who ---- */

/* A certificate that goes into the bundle must be of this very key. */
static int read_certificate(struct work *w)
{
	struct crypt_public *key LC_CLEANUP(crypt_public_unrefp) = NULL;
	struct pem_block block;
	if (!is_set(w, CLI_OPT_CERTIFICATE))
		return 0;
	if (w->signing.ca.n)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("--certificate is for a key; without one a new certificate is "
				 "asked for"));
	int rc = read_text(w, CLI_OPT_CERTIFICATE, CERTIFICATE_BYTES_MAX, &w->certificate);
	rc = rc ? rc : crypt_public_pem(w->certificate, &key, &w->e);
	if (!rc && !crypt_public_eq(key, w->signing.signer->key))
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("--certificate is of another key"));
	struct lc_slice rest = w->certificate;
	rc = rc ? rc : pem_next(&rest, &w->a, &block, &w->e);
	if (!rc && !lc_eq(block.label, LC_S("CERTIFICATE")))
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("--certificate holds none"));
	if (rc)
		return lc_wrap(&w->e, rc, "--certificate");
	w->der = block.der;
	w->signing.witness.certificate = w->der;
	return 0;
}

static bool is_old(const struct work *w)
{
	return !w->attestation && !w->v->v[CLI_OPT_NEW_BUNDLE_FORMAT].flag;
}

static bool fits_old(const struct witness *w)
{
	return !w->tsas_n && (!w->logs_n || (w->logs_n == 1 && w->logs[0].version == 1));
}

static int open_signer(struct work *w)
{
	int rc = cli_signing_open(w->io, w->v, NULL, &w->a, &w->signing, &w->e);
	if (!rc && w->signing.ca.n && !is_set(w, CLI_OPT_BUNDLE))
		rc = lc_fail(&w->e, LC_EUSAGE, "%s",
			     _("where to? give --bundle FILE: without its certificate and log "
			       "entry such a signature cannot be verified"));
	if (!rc && is_old(w) && !fits_old(&w->signing.witness))
		rc = lc_fail(&w->e, LC_EUSAGE, "%s",
			     _("the form before bundles holds one log entry of version 1 and no "
			       "timestamp: name fewer services, or write a bundle"));
	return rc ? rc : read_certificate(w);
}

/* The certificate that came, as the user's would be. */
static int take_certificate(struct work *w)
{
	struct lc_buf pem LC_CLEANUP(lc_buf_done) = { 0 };
	int rc = cli_signing_certify(&w->signing, w->v, &w->a, &w->e);
	if (rc || !w->signing.ca.n)
		return rc;
	w->der = w->signing.witness.certificate;
	lc_buf_init(&pem, CERTIFICATE_BYTES_MAX);
	if (pem_write(&pem, "CERTIFICATE", w->der) ||
	    lc_arena_dup(&w->a, lc_buf_get(&pem), &w->certificate))
		return no_memory(w);
	return 0;
}

/* ---- what ---- */

static int read_artefact(struct work *w)
{
	struct lc_slice hash = w->v->v[CLI_OPT_HASH].text;
	struct lc_slice name = w->v->arguments.n ? w->v->arguments.v[0] : LC_S("");
	if (hash.n && lc_find(hash, ':') == SIZE_MAX)
		hash = lc_arena_fmt(&w->a, "sha256:%.*s", LC_FMT(hash));
	if (!hash.p && is_set(w, CLI_OPT_HASH))
		return no_memory(w);
	if (hash.n)
		name = hash;
	if (!name.n)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("which file? name it, or give --hash or --statement"));
	int rc = cli_artefact(name, cli_artefact_needs(w->signing.signer->key), &w->a, &w->artefact,
			      &w->e);
	w->subject = w->artefact.message;
	return rc;
}

/* Whole, from a file: signed as it is, when it is one and about the file that is named. */
static int read_statement(struct work *w)
{
	struct statement s;
	struct lc_slice text;
	int rc = read_text(w, CLI_OPT_STATEMENT, STATEMENT_BYTES_MAX, &w->statement);
	rc = rc ? rc : statement_parse(w->statement, &w->a, &s, &w->e);
	if (rc)
		return lc_wrap(&w->e, rc, "--statement");
	if (w->v->arguments.n || is_set(w, CLI_OPT_HASH)) {
		rc = read_artefact(w);
		if (!rc && !statement_is_about(&s, w->subject.digests, w->subject.digests_n))
			rc = lc_fail(&w->e, LC_EUSAGE, "%s",
				     _("--statement is about another file than this one"));
		return rc;
	}
	json_ref first = json_first(&s.doc, s.subjects);
	text = json_get_str(&s.doc, json_get(&s.doc, first, "digest"), "sha256");
	text = lc_arena_fmt(&w->a, "sha256:%.*s", LC_FMT(text));
	if (digest_parse(text, &w->digest, NULL))
		return lc_fail(&w->e, LC_EBAD, "%s",
			       _("--statement: its first subject has no SHA-256"));
	w->subject = (struct crypt_message){ .digests = &w->digest, .digests_n = 1 };
	return 0;
}

static int make_statement(struct work *w)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice type;
	struct lc_slice predicate;
	bool by_digest = is_set(w, CLI_OPT_HASH) || !w->v->arguments.n ||
			 lc_starts(w->v->arguments.v[0], LC_S("sha256:"));
	int rc = cli_predicate(w->v, lc_now_seconds(true), &w->a, &type, &predicate, &w->e);
	rc = rc ? rc : read_artefact(w);
	if (rc)
		return rc;
	struct statement_subject subject = {
		.name = by_digest ? LC_S("") : lc_path_name(w->v->arguments.v[0]),
		.annotations = JSON_NONE,
	};
	rc = crypt_message_digest(&w->subject, DIGEST_SHA256, &subject.digest, &w->e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("a statement names files by SHA-256"));
	lc_buf_init(&text, STATEMENT_BYTES_MAX);
	if (!rc && (statement_write(true, &subject, 1, type, predicate, NULL, &text) ||
		    lc_arena_dup(&w->a, lc_buf_get(&text), &w->statement)))
		rc = no_memory(w);
	return rc;
}

static int read_what(struct work *w)
{
	if (!w->attestation)
		return read_artefact(w);
	if (is_set(w, CLI_OPT_STATEMENT) && is_set(w, CLI_OPT_PREDICATE))
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("--statement and --predicate: not both"));
	return is_set(w, CLI_OPT_STATEMENT) ? read_statement(w) : make_statement(w);
}

static int sign(struct work *w)
{
	struct crypt_signer *signer = w->signing.signer;
	const struct witness *witness = cli_signing_witness(&w->signing);
	enum crypt_scheme scheme = witness_scheme(witness, signer->key, w->attestation);
	int rc = w->attestation
			 ? bundle_sign_statement(signer, scheme, w->statement, &w->a, &w->b, &w->e)
			 : bundle_sign_message(signer, scheme, &w->subject, &w->a, &w->b, &w->e);
	if (!rc && witness)
		return witness_finish(witness, signer->key, scheme, &w->subject, &w->a, &w->b,
				      &w->e);
	if (!rc && w->der.n) {
		w->b.material = BUNDLE_CERTIFICATE;
		w->b.certificates = (struct lc_slices){ .v = &w->der, .n = 1 };
	}
	return rc;
}

/* ---- writing ---- */

static int write_to(struct work *w, enum cli_opt option, struct lc_slice s)
{
	const char *path = lc_arena_str(&w->a, w->v->v[option].text);
	int rc = path ? io_write_file(path, 0644, s, &w->e) : no_memory(w);
	return rc ? lc_wrap(&w->e, rc, "--%s", cli_options[option].name) : 0;
}

/* The certificate, else the public key, in PEM. */
static int put_signer(struct work *w, struct lc_buf *b)
{
	return w->certificate.n ? lc_buf_slice(b, w->certificate)
				: crypt_public_write(w->signing.signer->key, b, &w->e);
}

static int put_old(struct work *w, struct lc_buf *b)
{
	struct lc_buf pem LC_CLEANUP(lc_buf_done) = { 0 };
	const struct log_entry *entry = w->b.entries_n ? &w->b.entries[0] : NULL;
	lc_buf_init(&pem, CERTIFICATE_BYTES_MAX);
	int rc = put_signer(w, &pem);
	return rc ? rc : file_signature_write_old(w->b.signature, lc_buf_get(&pem), entry, b);
}

static int write_bundle(struct work *w)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	if (!is_set(w, CLI_OPT_BUNDLE))
		return 0;
	lc_buf_init(&b, work_bytes_max);
	int rc = is_old(w) ? put_old(w, &b) : bundle_write(&w->b, &b);
	return rc ? rc : write_to(w, CLI_OPT_BUNDLE, lc_buf_get(&b));
}

static int write_certificate(struct work *w)
{
	struct lc_buf pem LC_CLEANUP(lc_buf_done) = { 0 };
	if (!is_set(w, CLI_OPT_OUTPUT_CERTIFICATE))
		return 0;
	lc_buf_init(&pem, CERTIFICATE_BYTES_MAX);
	int rc = put_signer(w, &pem);
	return rc ? rc : write_to(w, CLI_OPT_OUTPUT_CERTIFICATE, lc_buf_get(&pem));
}

static int put_signature(struct work *w, bool file, struct lc_buf *b)
{
	bool b64 = w->v->v[CLI_OPT_B64].flag;
	int rc = b64 ? base64_encode(w->b.signature, b) : lc_buf_slice(b, w->b.signature);
	return !rc && !file && b64 ? lc_buf_byte(b, '\n') : rc;
}

static int put_envelope(struct work *w, bool file, struct lc_buf *b)
{
	struct json_writer j;
	json_writer_init(&j, b, 0);
	int rc = dsse_write(&w->b.envelope, &j);
	return rc || file ? rc : lc_buf_byte(b, '\n');
}

/* Signature or envelope alone: to its file, else to standard output when there is no bundle. */
static int write_alone(struct work *w, int *ret_status)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	enum cli_opt option =
		w->attestation ? CLI_OPT_OUTPUT_ATTESTATION : CLI_OPT_OUTPUT_SIGNATURE;
	bool file = is_set(w, option);
	lc_buf_init(&b, work_bytes_max);
	if (!file && is_set(w, CLI_OPT_BUNDLE))
		return 0;
	int rc = w->attestation ? put_envelope(w, file, &b) : put_signature(w, file, &b);
	if (!rc && file)
		return write_to(w, option, lc_buf_get(&b));
	if (!rc)
		*ret_status = cli_put(w->io, &b);
	return rc;
}

static int run_kind(const struct cli_values *v, struct cli_io *io, bool attestation)
{
	struct work w = { .io = io, .v = v, .attestation = attestation };
	int status = CLI_OK;
	lc_arena_init(&w.a, work_bytes_max);
	int rc = open_signer(&w);
	rc = rc ? rc : read_what(&w);
	rc = rc ? rc : take_certificate(&w);
	rc = rc ? rc : sign(&w);
	rc = rc ? rc : write_bundle(&w);
	rc = rc ? rc : write_certificate(&w);
	rc = rc ? rc : write_alone(&w, &status);
	if (rc && !w.e.len)
		(void)no_memory(&w);
	if (rc)
		status = cli_fail_in_time(io, v, &w.signing.limits, &w.e);
	cli_artefact_done(&w.artefact);
	cli_signing_done(&w.signing);
	lc_arena_done(&w.a);
	return status;
}

static int run_blob(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_kind(v, io, false);
}

static int run_attestation(const struct cli_command *cmd, const struct cli_values *v,
			   struct cli_io *io)
{
	(void)cmd;
	return run_kind(v, io, true);
}

const struct cli_command cli_command_sign_blob = {
	.name = "sign-blob",
	.synopsis = N_("[--key KEY] [flags] FILE|sha256:DIGEST|-"),
	.summary = N_("sign a file"),
	.description = N_(
		"Signs a file and writes a bundle, or the signature alone in base64. With a key "
		"nothing is published unless a log is named. Without a key an identity token says "
		"who signs: the services that --signing-config or the URLs name are asked for a "
		"certificate, a log entry and timestamps, and what they answer is verified before "
		"the bundle is written. Larger files are read once, in constant memory; an "
		"Ed25519 key needs the whole file in memory."),
	.examples = N_("a bundle beside the file\n"
		       "  lacre sign-blob --key lacre.key --bundle app.bundle app\n"
		       "without a key, by the identity of a CI job\n"
		       "  lacre sign-blob --signing-config signing_config.json --trusted-root "
		       "trusted_root.json --bundle app.bundle app\n"),
	.options = blob_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_blob,
};

const struct cli_command cli_command_attest_blob = {
	.name = "attest-blob",
	.synopsis = N_("[--key KEY] --predicate FILE [--type TYPE] [flags] [FILE]"),
	.summary = N_("make a signed claim about a file"),
	.description = N_(
		"Makes an in-toto statement about FILE (or --hash) of the predicate, or takes a "
		"whole one with --statement, signs it as sign-blob does, and writes a bundle, or "
		"the envelope alone."),
	.examples = N_("its provenance\n"
		       "  lacre attest-blob --key lacre.key --type slsaprovenance1 --predicate "
		       "provenance.json --bundle app.bundle app\n"),
	.options = attest_options,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_attestation,
};
