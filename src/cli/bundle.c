/*
 * lacre bundle create, bundle upgrade: make sigstore bundles of older forms.
 */
#include "base/shim.h"
#include "cli/artefact.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "crypt/key_source.h"
#include "crypt/pem.h"
#include "format/base64.h"
#include "io/file.h"
#include "trust/bundle_make.h"
#include "trust/certificate.h"
#include "trust/file_signature.h"
#include "trust/rekor.h"

enum { FILE_BYTES_MAX = 128 << 20 };
static const size_t work_bytes_max = (size_t)512 << 20;

static const enum cli_opt create_options[] = {
	CLI_OPT_ARTIFACT,
	CLI_OPT_OLD_BUNDLE,
	CLI_OPT_SIGNATURE,
	CLI_OPT_ATTESTATION,
	CLI_OPT_CERTIFICATE,
	CLI_OPT_KEY,
	CLI_OPT_RFC3161_TIMESTAMP,
	CLI_OPT_IGNORE_TLOG,
	CLI_OPT_ENTRY_REKOR_URL,
	CLI_OPT_OUT,
	CLI_OPT_OUTPUT,
	CLI_OPT_TIMEOUT,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_HELP,
	CLI_OPT_N,
};
static const enum cli_opt upgrade_options[] = {
	CLI_OPT_ENTRY_REKOR_URL, CLI_OPT_OUT,   CLI_OPT_OUTPUT, CLI_OPT_TIMEOUT,
	CLI_OPT_QUIET,           CLI_OPT_DEBUG, CLI_OPT_HELP,   CLI_OPT_N,
};

struct work {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct lc_limits limits;
	struct http_client *http;
	struct bundle b;
	struct crypt_public *key; /* that was given */
	struct certificate certificate;
	struct cli_artefact artefact;
	struct trust_why why;
};

static struct lc_slice given(const struct work *w, enum cli_opt option)
{
	return w->v->v[option].text;
}

static struct lc_err *err(struct work *w)
{
	return &w->why.err;
}

static int no_memory(struct work *w)
{
	return lc_fail(err(w), LC_ENOMEM, "%s", _("no memory for a bundle"));
}

static int read_text(struct work *w, struct lc_slice path, struct lc_slice *ret)
{
	int rc = io_read_text(path, FILE_BYTES_MAX, &w->a, ret, err(w));
	return rc == LC_ENOTFOUND
		       ? lc_fail(err(w), LC_EUSAGE, _("%s: no such file"), lc_quote(path).s)
		       : rc;
}

/* ---- what a log still has to say ---- */

static int open_client(struct work *w)
{
	const struct http_options o = { .environment = w->io->environment, .limits = &w->limits };
	return w->http ? 0 : http_client_new(&o, &w->http, err(w));
}

static int no_log(struct work *w, const char *text)
{
	return lc_fail(err(w), LC_EUSAGE, "%s", text);
}

static int add_proofs(struct work *w)
{
	struct lc_slice url = given(w, CLI_OPT_ENTRY_REKOR_URL);
	for (size_t i = 0; i < w->b.entries_n; i++) {
		struct log_entry *entry = &w->b.entries[i];
		struct log_entry now = { 0 };
		if (entry->has_proof)
			continue;
		if (!url.n)
			return no_log(w, _("the log entry has no inclusion proof, which a bundle "
					   "of version 0.3 needs: give --rekor-url to fetch it"));
		int rc = open_client(w);
		rc = rc ? rc : rekor_fetch(w->http, url, entry->index, &w->a, &now, err(w));
		rc = rc ? rc : bundle_take_proof(entry, &now, &w->why);
		if (rc)
			return rc;
	}
	return 0;
}

static int write_bundle(struct work *w, struct lc_buf *out)
{
	w->b.version = BUNDLE_V03;
	if (w->b.material != BUNDLE_KEY) {
		w->b.material = BUNDLE_CERTIFICATE;
		w->b.certificates.n = 1; /* the leaf; what is above it, verifiers have */
	}
	return bundle_write(&w->b, out) || lc_buf_byte(out, '\n') ? no_memory(w) : 0;
}

/* ---- upgrade ---- */

static int upgrade(struct work *w)
{
	struct lc_slice text;
	int rc = read_text(w, w->v->arguments.v[0], &text);
	if (rc)
		return rc;
	if (file_signature_is_old(text, &w->a))
		return lc_fail(err(w), LC_EUSAGE, "%s",
			       _("this is cosign's file from before bundles: lacre bundle create "
				 "--bundle takes it, with --artifact"));
	rc = bundle_parse(text, &w->a, &w->b, &w->why);
	return rc ? rc : add_proofs(w);
}

/* ---- create: what is signed, and by whom ---- */

/* An envelope may stand where a signature does, as attest-blob of older cosign wrote it. */
static int take_envelope(struct work *w, struct lc_slice text)
{
	int rc = dsse_parse(text, &w->a, &w->b.envelope, err(w));
	if (!rc && w->b.envelope.signatures_n != 1)
		rc = lc_fail(err(w), LC_EBAD, _("an envelope of %zu signatures, not one"),
			     w->b.envelope.signatures_n);
	w->b.has_envelope = true;
	return rc;
}

static bool is_envelope(const struct work *w)
{
	return w->b.signature.n && w->b.signature.p[0] == '{';
}

static int read_old(struct work *w)
{
	struct lc_slice text;
	int rc = read_text(w, given(w, CLI_OPT_OLD_BUNDLE), &text);
	rc = rc ? rc : file_signature_read_old(text, &w->a, &w->b, &w->why);
	if (!rc && is_envelope(w))
		rc = take_envelope(w, w->b.signature);
	if (!rc && w->b.entries_n && w->v->v[CLI_OPT_IGNORE_TLOG].flag)
		rc = lc_fail(err(w), LC_EUSAGE, "%s",
			     _("--ignore-tlog: the file has a log entry, which stays in"));
	return rc;
}

static int read_signature(struct work *w)
{
	struct lc_slice text;
	int rc = read_text(w, given(w, CLI_OPT_SIGNATURE), &text);
	return rc ? rc : file_signature_read(text, LC_S(""), &w->a, &w->b, &w->why);
}

static int read_signed(struct work *w)
{
	struct lc_slice text;
	bool old = given(w, CLI_OPT_OLD_BUNDLE).n != 0;
	bool signature = given(w, CLI_OPT_SIGNATURE).n != 0;
	bool attestation = given(w, CLI_OPT_ATTESTATION).n != 0;
	if ((old && signature) || (!old && !signature && !attestation))
		return lc_fail(err(w), LC_EUSAGE, "%s",
			       _("which signature? give one of --bundle (cosign's older file), "
				 "--signature and --attestation"));
	w->b = (struct bundle){ .version = BUNDLE_V03, .material = BUNDLE_KEY };
	int rc = old ? read_old(w) : 0;
	rc = rc || !signature ? rc : read_signature(w);
	if (rc || !attestation)
		return rc;
	rc = read_text(w, given(w, CLI_OPT_ATTESTATION), &text);
	return rc ? rc : take_envelope(w, text);
}

/* PEM, or the base64 of it, as cosign's --output-certificate wrote it once. */
static int read_certificate(struct work *w)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice text;
	struct pem_block block;
	struct lc_slice path = given(w, CLI_OPT_CERTIFICATE);
	if (!path.n)
		return 0;
	int rc = read_text(w, path, &text);
	if (rc)
		return rc;
	lc_buf_init(&b, text.n + 1);
	if (base64_decode(lc_trim(text), &b) == 0 && lc_arena_dup(&w->a, lc_buf_get(&b), &text))
		return no_memory(w);
	rc = pem_next(&text, &w->a, &block, err(w));
	if (rc == LC_ENOTFOUND || (!rc && !lc_eq(block.label, LC_S("CERTIFICATE"))))
		rc = lc_fail(err(w), LC_EBAD, "%s", _("no certificate in PEM"));
	if (rc)
		return lc_wrap(err(w), rc, "--certificate");
	struct lc_slice *der = lc_vec_push(&w->a, &w->b.certificates);
	if (!der)
		return no_memory(w);
	*der = block.der;
	w->b.material = BUNDLE_CERTIFICATE;
	return 0;
}

static int read_signer(struct work *w)
{
	struct lc_buf hint LC_CLEANUP(lc_buf_done) = { 0 };
	const struct key_source source = { .environment = w->io->environment };
	const struct lc_slices *keys = &w->v->v[CLI_OPT_KEY].list;
	int rc = read_certificate(w);
	if (rc)
		return rc;
	if (w->b.material == BUNDLE_CERTIFICATE && keys->n)
		return lc_fail(err(w), LC_EUSAGE, "%s",
			       _("a certificate says who signed: no --key beside it"));
	if (w->b.material == BUNDLE_CERTIFICATE)
		return certificate_read(w->b.certificates.v[0], &w->a, &w->certificate, &w->why);
	if (keys->n != 1)
		return lc_fail(err(w), LC_EUSAGE, "%s",
			       _("who signed? give --certificate FILE or --key KEY"));
	rc = key_source_public(&source, keys->v[0], &w->key, err(w));
	if (rc)
		return lc_wrap(err(w), rc, "--key");
	const struct digest *id = crypt_public_id(w->key);
	lc_buf_init(&hint, 64);
	if (base64_encode(lc_slice_of(id->bytes, digest_size(id->algorithm)), &hint) ||
	    lc_arena_dup(&w->a, lc_buf_get(&hint), &w->b.key_hint))
		return no_memory(w);
	return 0;
}

static int read_timestamp(struct work *w)
{
	struct lc_slice path = given(w, CLI_OPT_RFC3161_TIMESTAMP);
	struct lc_slice text;
	int rc = path.n ? read_text(w, path, &text) : 0;
	return rc || !path.n ? rc : timestamp_read(text, &w->a, &w->b, &w->why);
}

/* ---- create: where it was published ---- */

static struct crypt_public *signer_of(const struct work *w)
{
	return w->key ? w->key : w->certificate.key;
}

static int find_entry(struct work *w)
{
	struct lc_buf pae LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice url = given(w, CLI_OPT_ENTRY_REKOR_URL);
	struct crypt_message content = w->artefact.message;
	enum crypt_scheme schemes[CRYPT_SCHEMES_MAX];
	if (!url.n)
		return no_log(w, _("which log? give --rekor-url URL, or --ignore-tlog when it was "
				   "never published"));
	(void)crypt_schemes(signer_of(w), false, schemes); /* at least one */
	enum digest_algorithm hash = crypt_scheme_digest(schemes[0]);
	w->b.entries = lc_new(&w->a, struct log_entry);
	lc_buf_init(&pae, FILE_BYTES_MAX * 2);
	if (!w->b.entries || (w->b.has_envelope &&
			      dsse_pae(w->b.envelope.payload_type, w->b.envelope.payload, &pae)))
		return no_memory(w);
	if (w->b.has_envelope)
		content = crypt_message_of(lc_buf_get(&pae));
	const struct log_subject subject = {
		.signature = w->b.has_envelope ? w->b.envelope.signatures[0].sig : w->b.signature,
		.key = signer_of(w),
		.certificate = w->b.certificates.n ? w->b.certificates.v[0] : LC_S(""),
		.content = &content,
		.envelope = w->b.has_envelope ? &w->b.envelope : NULL,
	};
	int rc = open_client(w);
	rc = rc ? rc
		: rekor_find(w->http, url, &subject,
			     hash == DIGEST_ALGORITHM_N ? DIGEST_SHA512 : hash, &w->a, w->b.entries,
			     err(w));
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(err(w), rc, _("%s has no entry for this signature"), lc_quote(url).s);
	w->b.entries_n = rc ? 0 : 1;
	return rc;
}

static int set_digest(struct work *w)
{
	enum crypt_scheme schemes[CRYPT_SCHEMES_MAX];
	(void)crypt_schemes(signer_of(w), false, schemes); /* at least one */
	enum digest_algorithm hash = crypt_scheme_digest(schemes[0]);
	if (w->b.has_envelope || hash == DIGEST_ALGORITHM_N)
		return 0;
	w->b.has_digest = true;
	return crypt_message_digest(&w->artefact.message, hash, &w->b.message_digest, err(w));
}

static int fits(struct work *w)
{
	return bundle_parts_fit(&w->b, signer_of(w), &w->artefact.message, &w->a, &w->why);
}

static int create(struct work *w)
{
	struct lc_slice name = given(w, CLI_OPT_ARTIFACT);
	if (!name.n)
		return lc_fail(err(w), LC_EUSAGE, "%s",
			       _("what was signed? give --artifact FILE or sha256:DIGEST"));
	int rc = read_signed(w);
	rc = rc ? rc : read_signer(w);
	rc = rc ? rc : read_timestamp(w);
	rc = rc ? rc
		: cli_artefact(name, cli_artefact_needs(signer_of(w)), &w->a, &w->artefact, err(w));
	rc = rc ? rc : set_digest(w);
	/* What does not belong together is told here, not to a log or to whoever verifies. */
	rc = rc ? rc : fits(w);
	if (!rc && w->b.entries_n)
		rc = add_proofs(w);
	else if (!rc && !w->v->v[CLI_OPT_IGNORE_TLOG].flag)
		rc = find_entry(w);
	return rc ? rc : fits(w);
}

/* ---- both ---- */

static int finish(struct work *w, int rc, struct lc_buf *out)
{
	if (rc && w->why.rule)
		(void)lc_wrap(err(w), rc, "%s", w->why.rule);
	if (rc)
		return cli_fail_in_time(w->io, w->v, &w->limits, err(w));
	return cli_output(w->io, w->v, out);
}

static int run_work(const struct cli_values *v, struct cli_io *io, int (*make)(struct work *))
{
	struct lc_buf out LC_CLEANUP(lc_buf_done) = { 0 };
	struct work w = { .io = io, .v = v, .limits = lc_limits_default };
	int64_t timeout = v->v[CLI_OPT_TIMEOUT].number;
	if (timeout)
		w.limits.deadline_ns = lc_ticks_ns() + timeout;
	cli_interrupt_limits(&w.limits);
	lc_arena_init(&w.a, work_bytes_max);
	lc_buf_init(&out, work_bytes_max);
	int rc = make(&w);
	rc = rc ? rc : write_bundle(&w, &out);
	cli_interrupt_limits(NULL);
	int status = finish(&w, rc, &out);
	http_client_free(w.http);
	cli_artefact_done(&w.artefact);
	certificate_done(&w.certificate);
	crypt_public_unref(w.key);
	lc_arena_done(&w.a);
	return status;
}

static int run_create(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_work(v, io, create);
}

static int run_upgrade(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_work(v, io, upgrade);
}

const struct cli_command cli_command_bundle_create = {
	.name = "bundle create",
	.synopsis = N_("--artifact FILE --bundle OLD|--signature FILE|--attestation FILE [flags]"),
	.summary = N_("make a bundle of parts, or of cosign's older file"),
	.description =
		N_("Puts a signature or attestation together with who made it (--certificate or "
		   "--key), its log entry (--rekor-url finds it; --ignore-tlog: it was never "
		   "published) and a timestamp. That the parts belong together is checked; whether "
		   "they are to be trusted says verify-blob."),
	.examples = N_("of cosign's older file\n"
		       "  lacre bundle create --artifact app --bundle app.cosign --rekor-url "
		       "https://rekor.example --out app.bundle\n"),
	.options = create_options,
	.origin = CLI_COSIGN,
	.run = run_create,
};

const struct cli_command cli_command_bundle_upgrade = {
	.name = "bundle upgrade",
	.synopsis = N_("[flags] BUNDLE"),
	.summary = N_("write a bundle of an older version anew"),
	.description = N_("Makes version 0.3 of a bundle of version 0.1 or 0.2: the certificate "
			  "alone in place of its chain, and for log entries without one their "
			  "inclusion proof, fetched from --rekor-url."),
	.examples = N_("to a new file\n"
		       "  lacre bundle upgrade --out new.bundle old.bundle\n"),
	.options = upgrade_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_upgrade,
};
