/*
 * lacre bundle inspect: what a bundle says, whether it is true or not.
 */
#include <stdio.h>

#include "base/shim.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "io/file.h"
#include "trust/certificate.h"
#include "trust/checkpoint.h"
#include "trust/file_signature.h"
#include "trust/statement.h"
#include "trust/timestamp.h"

enum { BUNDLE_BYTES_MAX = 128 << 20, OUT_BYTES_MAX = 16 << 20, INDENT = 2 };

static const enum cli_opt options[] = {
	CLI_OPT_OUTPUT, CLI_OPT_QUIET, CLI_OPT_DEBUG, CLI_OPT_HELP, CLI_OPT_N,
};

struct work {
	struct lc_arena a;
	struct bundle b;
	bool old;
	struct lc_buf out;
	struct trust_why why;
};

/* ---- lines ---- */

static void line(struct work *w, unsigned depth, const char *name, const char *value)
{
	(void)lc_buf_fmt(&w->out, "%*s- %s:%s%s\n", (int)(depth * INDENT), "", name,
			 *value ? " " : "", value);
}

static void line_slice(struct work *w, unsigned depth, const char *name, struct lc_slice s)
{
	if (s.n)
		line(w, depth, name, lc_quote(s).s);
}

static void line_number(struct work *w, unsigned depth, const char *name, int64_t v)
{
	char text[32];
	(void)snprintf(text, sizeof(text), "%lld", (long long)v); /* it fits */
	line(w, depth, name, text);
}

static void line_time(struct work *w, unsigned depth, const char *name, int64_t t)
{
	char text[LC_TIME_MAX];
	lc_time_format(t, 0, text);
	line(w, depth, name, text);
}

static void line_hex(struct work *w, unsigned depth, const char *name, struct lc_slice bytes)
{
	(void)lc_buf_fmt(&w->out, "%*s- %s: ", (int)(depth * INDENT), "", name);
	for (size_t i = 0; i < bytes.n; i++)
		(void)lc_buf_fmt(&w->out, "%02x", bytes.p[i]);
	(void)lc_buf_byte(&w->out, '\n'); /* the buffer keeps its failure */
}

/* ---- who ---- */

/* Fulcio's, by number; 7 stands among the names. */
static const char *const extension_names[CERTIFICATE_EXTENSIONS] = {
	[1] = "OIDC Issuer",
	[2] = "GitHub Workflow Trigger",
	[3] = "GitHub Workflow SHA",
	[4] = "GitHub Workflow Name",
	[5] = "GitHub Workflow Repository",
	[6] = "GitHub Workflow Ref",
	[8] = "Issuer (V2)",
	[9] = "Build Signer URI",
	[10] = "Build Signer Digest",
	[11] = "Runner Environment",
	[12] = "Source Repository URI",
	[13] = "Source Repository Digest",
	[14] = "Source Repository Ref",
	[15] = "Source Repository Identifier",
	[16] = "Source Repository Owner URI",
	[17] = "Source Repository Owner Identifier",
	[18] = "Build Config URI",
	[19] = "Build Config Digest",
	[20] = "Build Trigger",
	[21] = "Run Invocation URI",
	[22] = "Source Repository Visibility At Signing",
	[23] = "Deployment Environment",
	[24] = "Token Subject",
};

static void put_certificate(struct work *w, unsigned depth, struct lc_slice der)
{
	struct certificate c = { 0 };
	struct trust_why why = { 0 };
	int64_t from;
	int64_t to;
	if (certificate_read(der, &w->a, &c, &why)) {
		line(w, depth, "Unreadable", why.err.msg);
		return;
	}
	line_slice(w, depth, "Subject Alternative Name", c.name);
	line(w, depth, "Public Key", crypt_key_type_name(crypt_public_type(c.key)));
	line_hex(w, depth, "Public Key SHA-256",
		 lc_slice_of(crypt_public_id(c.key)->bytes, digest_size(DIGEST_SHA256)));
	if (x509_time(X509_get0_notBefore(c.x), &from) && x509_time(X509_get0_notAfter(c.x), &to)) {
		line_time(w, depth, "Not Before", from);
		line_time(w, depth, "Not After", to);
	}
	for (size_t i = 1; i < CERTIFICATE_EXTENSIONS; i++)
		if (extension_names[i])
			line_slice(w, depth, extension_names[i], c.extensions[i]);
	certificate_done(&c);
}

static void put_signer(struct work *w)
{
	const struct bundle *b = &w->b;
	if (b->material == BUNDLE_KEY) {
		line(w, 1, "Content", "Public Key Identifier");
		line_slice(w, 2, "Hint", b->key_hint);
		return;
	}
	line(w, 1, "Content",
	     b->material == BUNDLE_CHAIN ? "X.509 Certificate Chain" : "X.509 Certificate");
	for (size_t i = 0; i < b->certificates.n; i++) {
		line_number(w, 2, "Certificate", (int64_t)i);
		put_certificate(w, 3, b->certificates.v[i]);
	}
}

/* ---- witnesses ---- */

static void put_entry(struct work *w, const struct log_entry *e)
{
	struct checkpoint c;
	line_number(w, 2, "Log Index", e->index);
	line_hex(w, 3, "Log ID", e->log_id);
	line_slice(w, 3, "Kind", e->kind);
	line_slice(w, 3, "Version", e->version);
	if (e->integrated_time)
		line_time(w, 3, "Integrated Time", e->integrated_time);
	line(w, 3, "Inclusion Promise", e->set.n ? "yes" : "no");
	line(w, 3, "Inclusion Proof", e->has_proof ? "yes" : "no");
	if (!e->has_proof)
		return;
	line_number(w, 4, "Log Index", e->proof_index);
	line_number(w, 4, "Tree Size", e->tree_size);
	line_hex(w, 4, "Root Hash", e->root_hash);
	line_number(w, 4, "Hashes", (int64_t)e->hashes.n);
	if (checkpoint_parse(e->checkpoint, &c, NULL) == 0)
		line_slice(w, 4, "Checkpoint Origin", c.origin);
}

static void put_witnesses(struct work *w)
{
	const struct bundle *b = &w->b;
	line_number(w, 1, "Transparency Log Entries", (int64_t)b->entries_n);
	for (size_t i = 0; i < b->entries_n; i++)
		put_entry(w, &b->entries[i]);
	line_number(w, 1, "RFC 3161 Timestamps", (int64_t)b->timestamps.n);
	for (size_t i = 0; i < b->timestamps.n; i++) {
		int64_t t;
		if (timestamp_time(b->timestamps.v[i], &t, NULL))
			line(w, 2, "Time", "unreadable");
		else
			line_time(w, 2, "Time", t);
	}
}

/* ---- what ---- */

static void put_subjects(struct work *w, const struct statement *s)
{
	json_each(&s->doc, s->subjects, child) {
		line(w, 2, "Subject", lc_quote(json_get_str(&s->doc, child, "name")).s);
		json_each(&s->doc, json_get(&s->doc, child, "digest"), digest) {
			(void)lc_buf_fmt(&w->out,
					 "      - %s: ", lc_quote(json_key(&s->doc, digest)).s);
			(void)lc_buf_fmt(&w->out, "%s\n", lc_quote(json_str(&s->doc, digest)).s);
		}
	}
}

static void put_envelope(struct work *w)
{
	struct statement s;
	line(w, 0, "Content", "DSSE Envelope");
	line_slice(w, 1, "Payload Type", w->b.envelope.payload_type);
	if (!lc_eq(w->b.envelope.payload_type, dsse_in_toto))
		return;
	if (statement_parse(w->b.envelope.payload, &w->a, &s, &w->why.err)) {
		line(w, 1, "Unreadable", w->why.err.msg);
		return;
	}
	line(w, 1, "Statement", "");
	line_slice(w, 2, "Predicate Type", s.predicate_type);
	put_subjects(w, &s);
}

static void put_content(struct work *w)
{
	const struct digest *d = &w->b.message_digest;
	if (w->b.has_envelope) {
		put_envelope(w);
		return;
	}
	line(w, 0, "Content", "Message Signature");
	if (!w->b.has_digest)
		return;
	line(w, 1, "Digest Algorithm", digest_name(d->algorithm));
	line_hex(w, 1, "Digest", lc_slice_of(d->bytes, digest_size(d->algorithm)));
}

static const char *version_name(const struct work *w)
{
	static const char *const names[] = { "0.1", "0.2", "0.3" };
	return w->old ? "none: cosign's file from before bundles" : names[w->b.version];
}

/* ---- all ---- */

static int inspect(struct work *w, struct lc_slice path)
{
	struct lc_slice bytes;
	int rc = io_read_text(path, BUNDLE_BYTES_MAX, &w->a, &bytes, &w->why.err);
	if (rc)
		return rc;
	w->old = file_signature_is_old(bytes, &w->a);
	rc = w->old ? file_signature_read_old(bytes, &w->a, &w->b, &w->why)
		    : bundle_parse(bytes, &w->a, &w->b, &w->why);
	if (rc)
		return lc_wrap(&w->why.err, rc, "%s%s%s", lc_quote(path).s, w->why.rule ? ": " : "",
			       w->why.rule ? w->why.rule : "");
	line(w, 0, "Bundle Version", version_name(w));
	line(w, 0, "Verification Material", "");
	put_signer(w);
	put_witnesses(w);
	put_content(w);
	return 0;
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct work w = { 0 };
	(void)cmd;
	lc_arena_init(&w.a, (size_t)512 << 20);
	lc_buf_init(&w.out, OUT_BYTES_MAX);
	int rc = inspect(&w, v->arguments.v[0]);
	if (!rc)
		cli_note(
			io, v, "%s",
			_("this is what the bundle says; whether it holds says lacre verify-blob"));
	int status = rc ? cli_fail(io, &w.why.err) : cli_output(io, v, &w.out);
	lc_buf_done(&w.out);
	lc_arena_done(&w.a);
	return status;
}

const struct cli_command cli_command_bundle_inspect = {
	.name = "bundle inspect",
	.synopsis = N_("BUNDLE"),
	.summary = N_("show what a bundle says"),
	.description =
		N_("Lists who signed, log entries, timestamps and what was signed. Nothing of "
		   "it is verified: verify-blob does that."),
	.examples = N_("a file\n"
		       "  lacre bundle inspect app.bundle\n"),
	.options = options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run,
};
