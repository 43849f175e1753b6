/*
 * lacre sign-blob: sign a file with a key.
 */
#include "base/shim.h"
#include "cli/artefact.h"
#include "cli/commands.h"
#include "cli/password.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "crypt/key_source.h"
#include "crypt/pem.h"
#include "format/base64.h"
#include "io/file.h"
#include "trust/file_signature.h"

enum { SIGNATURE_BYTES_MAX = 1 << 20, CERTIFICATE_BYTES_MAX = 1 << 18 };

static const enum cli_opt options[] = {
	CLI_OPT_KEY,
	CLI_OPT_BUNDLE,
	CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_OUTPUT_SIGNATURE,
	CLI_OPT_OUTPUT_CERTIFICATE,
	CLI_OPT_CERTIFICATE,
	CLI_OPT_B64,
	CLI_OPT_TLOG_UPLOAD,
	CLI_OPT_YES,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_HELP,
	CLI_OPT_N,
};

struct work {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct crypt_signer *signer;
	enum crypt_scheme scheme;
	struct cli_artefact artefact;
	struct lc_buf signature;
	struct lc_slice certificate; /* PEM; "" none */
	struct lc_slice der;         /* of its leaf */
	struct lc_err e;
};

static bool is_set(const struct work *w, enum cli_opt o)
{
	return w->v->v[o].text.n != 0;
}

/* ---- signing ---- */

/* A certificate that goes into the bundle must be of this very key. */
static int read_certificate(struct work *w)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct crypt_public *key LC_CLEANUP(crypt_public_unrefp) = NULL;
	struct pem_block block;
	if (!is_set(w, CLI_OPT_CERTIFICATE))
		return 0;
	lc_buf_init(&text, CERTIFICATE_BYTES_MAX);
	const char *path = lc_arena_str(&w->a, w->v->v[CLI_OPT_CERTIFICATE].text);
	int rc = path ? io_read_file(path, &text, &w->e) : lc_arena_err(&w->a);
	rc = rc ? rc : lc_arena_dup(&w->a, lc_buf_get(&text), &w->certificate);
	rc = rc ? rc : crypt_public_pem(w->certificate, &key, &w->e);
	if (!rc && !crypt_public_eq(key, w->signer->key))
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("--certificate is of another key"));
	struct lc_slice rest = w->certificate;
	rc = rc ? rc : pem_next(&rest, &w->a, &block, &w->e);
	if (!rc && !lc_eq(block.label, LC_S("CERTIFICATE")))
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("--certificate holds none"));
	if (rc)
		return lc_wrap(&w->e, rc, "--certificate");
	w->der = block.der;
	return 0;
}

static int sign(struct work *w)
{
	enum crypt_scheme schemes[CRYPT_SCHEMES_MAX];
	const struct key_source source = {
		.environment = w->io->environment,
		.password = cli_password_of_key,
		.ctx = w->io,
	};
	const struct lc_slices *keys = &w->v->v[CLI_OPT_KEY].list;
	if (keys->n != 1)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("which key? give --key once: files are signed by keys"));
	int rc = key_source_signer(&source, keys->v[0], &w->signer, &w->e);
	rc = rc ? rc : read_certificate(w);
	if (rc)
		return rc;
	(void)crypt_schemes(w->signer->key, false, schemes); /* at least one */
	w->scheme = schemes[0];
	rc = cli_artefact(w->v->arguments.v[0], cli_artefact_needs(w->signer->key), &w->a,
			  &w->artefact, &w->e);
	return rc ? rc
		  : crypt_sign(w->signer, w->scheme, &w->artefact.message, &w->signature, &w->e);
}

/* ---- writing ---- */

static int write_to(struct work *w, enum cli_opt option, struct lc_slice s)
{
	const char *path = lc_arena_str(&w->a, w->v->v[option].text);
	int rc = path ? io_write_file(path, 0644, s, &w->e)
		      : lc_fail(&w->e, lc_arena_err(&w->a), "%s", _("no memory for options"));
	return rc ? lc_wrap(&w->e, rc, "--%s", cli_options[option].name) : 0;
}

/* The certificate, else the public key, in PEM. */
static int put_signer(struct work *w, struct lc_buf *b)
{
	return w->certificate.n ? lc_buf_slice(b, w->certificate)
				: crypt_public_write(w->signer->key, b, &w->e);
}

static int put_bundle(struct work *w, struct lc_buf *b)
{
	struct lc_buf hint LC_CLEANUP(lc_buf_done) = { 0 };
	const struct digest *id = crypt_public_id(w->signer->key);
	enum digest_algorithm signs = crypt_scheme_digest(w->scheme);
	struct bundle bundle = {
		.version = BUNDLE_V03,
		.material = w->der.n ? BUNDLE_CERTIFICATE : BUNDLE_KEY,
		.certificates = { .v = &w->der, .n = w->der.n ? 1 : 0 },
		.signature = lc_buf_get(&w->signature),
		.has_digest = signs != DIGEST_ALGORITHM_N,
	};
	lc_buf_init(&hint, 64);
	int rc = base64_encode(lc_slice_of(id->bytes, digest_size(id->algorithm)), &hint);
	bundle.key_hint = lc_buf_get(&hint);
	if (!rc && bundle.has_digest)
		rc = crypt_message_digest(&w->artefact.message, signs, &bundle.message_digest,
					  &w->e);
	return rc ? rc : bundle_write(&bundle, b);
}

static int put_old(struct work *w, struct lc_buf *b)
{
	struct lc_buf pem LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&pem, CERTIFICATE_BYTES_MAX);
	int rc = put_signer(w, &pem);
	return rc ? rc : file_signature_write_old(lc_buf_get(&w->signature), lc_buf_get(&pem), b);
}

static int write_bundle(struct work *w)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	if (!is_set(w, CLI_OPT_BUNDLE))
		return 0;
	lc_buf_init(&b, SIGNATURE_BYTES_MAX);
	int rc = w->v->v[CLI_OPT_NEW_BUNDLE_FORMAT].flag ? put_bundle(w, &b) : put_old(w, &b);
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

/* The signature alone: to its file, else to standard output when there is no bundle. */
static int write_signature(struct work *w, int *ret_status)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	bool file = is_set(w, CLI_OPT_OUTPUT_SIGNATURE);
	lc_buf_init(&b, SIGNATURE_BYTES_MAX);
	if (!file && is_set(w, CLI_OPT_BUNDLE))
		return 0;
	int rc = w->v->v[CLI_OPT_B64].flag ? base64_encode(lc_buf_get(&w->signature), &b)
					   : lc_buf_slice(&b, lc_buf_get(&w->signature));
	if (!rc && !file && w->v->v[CLI_OPT_B64].flag)
		rc = lc_buf_byte(&b, '\n');
	if (!rc && file)
		return write_to(w, CLI_OPT_OUTPUT_SIGNATURE, lc_buf_get(&b));
	if (!rc)
		*ret_status = cli_put(w->io, &b);
	return rc;
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct work w = { .io = io, .v = v };
	int status = CLI_OK;
	(void)cmd;
	lc_arena_init(&w.a, SIGNATURE_BYTES_MAX);
	lc_buf_init(&w.signature, SIGNATURE_BYTES_MAX);
	int rc = sign(&w);
	rc = rc ? rc : write_certificate(&w);
	rc = rc ? rc : write_signature(&w, &status);
	rc = rc ? rc : write_bundle(&w);
	if (rc && !w.e.len)
		(void)lc_fail(&w.e, rc, "%s", _("no memory for a signature"));
	status = rc ? cli_fail(io, &w.e) : status;
	cli_artefact_done(&w.artefact);
	crypt_signer_free(w.signer);
	lc_buf_done(&w.signature);
	lc_arena_done(&w.a);
	return status;
}

const struct cli_command cli_command_sign_blob = {
	.name = "sign-blob",
	.synopsis = N_("--key KEY [flags] FILE|sha256:DIGEST|-"),
	.summary = N_("sign a file"),
	.description = N_("Signs a file with a key, offline, and writes a bundle, or the signature "
			  "alone in base64. Nothing is published. Larger files are read once, in "
			  "constant memory; an Ed25519 key needs the whole file in memory."),
	.examples = N_("a bundle beside the file\n"
		       "  lacre sign-blob --key lacre.key --bundle app.bundle app\n"),
	.options = options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run,
};
