/*
 * lacre attach signature, attach attestation, attach sbom; lacre clean IMAGE: put what others made
 * beside an image, and take away what is attached.
 */
#include "base/shim.h"
#include "base/time.h"
#include "cli/clean_image.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/talk.h"
#include "cli/value.h"
#include "format/base64.h"
#include "io/file.h"
#include "trust/attach.h"
#include "trust/bundle.h"
#include "trust/statement.h"

enum { FILE_BYTES_MAX = 128 << 20 };

static const enum cli_opt signature_options[] = { CLI_OPT_SIGNATURE,
						  CLI_OPT_PAYLOAD,
						  CLI_OPT_CERTIFICATE,
						  CLI_OPT_CERTIFICATE_CHAIN,
						  CLI_OPT_ATTACHMENT_TAG_PREFIX,
						  CLI_PLACE_OPTIONS,
						  CLI_OPT_N };
static const enum cli_opt attestation_options[] = { CLI_OPT_ATTESTATION,
						    CLI_OPT_ATTACHMENT_TAG_PREFIX,
						    CLI_PLACE_OPTIONS, CLI_OPT_N };
static const enum cli_opt sbom_options[] = { CLI_OPT_SBOM, CLI_OPT_PREDICATE_TYPE,
					     CLI_OPT_ATTACHMENT_TAG_PREFIX, CLI_PLACE_OPTIONS,
					     CLI_OPT_N };

struct attaching {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_place place;
};

typedef int (*attaching_fn)(struct attaching *k, struct lc_err *e);

static int with_image(const struct cli_values *v, struct cli_io *io, attaching_fn fn)
{
	struct attaching k = { .io = io, .v = v };
	struct lc_err e = { 0 };
	lc_arena_init(&k.a, (size_t)512 << 20);
	int rc = cli_place_open(io, v, v->arguments.v[0], false, true, &k.a, &k.place, &e);
	rc = rc ? rc : cli_place_image(&k.place, &k.a, &e);
	rc = rc ? rc : fn(&k, &e);
	rc = rc ? rc : cli_place_commit(&k.place, &e);
	int status = rc ? cli_place_fail(io, v, &k.place, &e) : CLI_OK;
	cli_place_close(&k.place);
	lc_arena_done(&k.a);
	return status;
}

static int read_file(struct attaching *k, enum cli_opt option, struct lc_slice path,
		     struct lc_slice *ret, struct lc_err *e)
{
	const char *name = cli_options[option].name;
	if (!path.n)
		return lc_fail(e, LC_EUSAGE, _("what is to be attached? give --%s FILE"), name);
	int rc = io_read_text(path, FILE_BYTES_MAX, &k->a, ret, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUSAGE, _("--%s: %s: no such file"), name, lc_quote(path).s);
	return rc ? lc_wrap(e, rc, "--%s", name) : 0;
}

static int attach_under(struct attaching *k, const char *suffix, const struct attach_layer *l,
			bool replace, struct lc_err *e)
{
	struct lc_slice prefix = k->v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text;
	struct lc_slice tag = oci_attachment_tag(&k->place.image.digest, suffix, &k->a);
	if (tag.p && prefix.n)
		tag = lc_arena_fmt(&k->a, "%.*s%.*s", LC_FMT(prefix), LC_FMT(tag));
	int rc = tag.p ? attach_to_tag(k->place.repository, tag, l, replace, e)
		       : lc_fail(e, lc_arena_err(&k->a), "no memory for a tag");
	if (!rc)
		cli_place_note(&k->place, &k->a,
			       lc_arena_fmt(&k->a, _("attached to %.*s"), LC_FMT(tag)));
	return rc;
}

/* ---- a signature ---- */

/* A file with the signature in base64, or the base64 itself. */
static int read_signature(struct attaching *k, struct lc_slice *ret, struct lc_err *e)
{
	struct lc_slice given = k->v->v[CLI_OPT_SIGNATURE].text;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	bool is_dir;
	const char *text = lc_arena_str(&k->a, given);
	int rc = 0;
	*ret = given;
	if (!given.n || (text && io_exists(text, &is_dir)))
		rc = read_file(k, CLI_OPT_SIGNATURE, given, ret, e);
	*ret = lc_trim(*ret);
	lc_buf_init(&b, ret->n + 4);
	if (!rc && base64_decode(*ret, &b))
		rc = lc_fail(e, LC_EUSAGE, "%s",
			     _("--signature: neither a file nor a signature in base64"));
	return rc;
}

static int optional_note(struct attaching *k, enum cli_opt option, const char *note,
			 struct trust_annotation *v, size_t *n, struct lc_err *e)
{
	struct lc_slice path = k->v->v[option].text;
	if (!path.n)
		return 0;
	v[*n].key = lc_str(note);
	return read_file(k, option, path, &v[(*n)++].value, e);
}

static int attach_signature(struct attaching *k, struct lc_err *e)
{
	struct trust_annotation notes[3] = { { .key = lc_str(attached_signature_note) } };
	struct attach_layer l = { .media_type = simple_signing_media_type,
				  .annotations = notes,
				  .annotations_n = 1 };
	int rc = read_signature(k, &notes[0].value, e);
	rc = rc ? rc : read_file(k, CLI_OPT_PAYLOAD, k->v->v[CLI_OPT_PAYLOAD].text, &l.content, e);
	rc = rc ? rc
		: optional_note(k, CLI_OPT_CERTIFICATE, attached_certificate_note, notes,
				&l.annotations_n, e);
	rc = rc ? rc
		: optional_note(k, CLI_OPT_CERTIFICATE_CHAIN, attached_chain_note, notes,
				&l.annotations_n, e);
	return rc ? rc : attach_under(k, ".sig", &l, false, e);
}

/* ---- attestations ---- */

static int attach_bundle(struct attaching *k, struct lc_slice text, const struct bundle *b,
			 struct lc_err *e)
{
	struct statement s = { 0 };
	if (b->has_envelope && statement_parse(b->envelope.payload, &k->a, &s, e))
		return e->code;
	const struct attach_referrer what = {
		.image = &k->place.image,
		.artifact_type = bundle_media_type,
		.predicate_type = s.predicate_type,
		.content_kind = b->has_envelope ? LC_S("dsse-envelope") : LC_S("message-signature"),
		.created = lc_now_seconds(true),
		.layer = { .media_type = bundle_media_type, .content = text },
	};
	int rc = attach_as_referrer(k->place.repository, &what, e);
	if (!rc)
		cli_place_note(&k->place, &k->a, lc_str(_("attached as a referrer")));
	return rc;
}

static int attach_envelope(struct attaching *k, struct lc_slice text, struct lc_err *e)
{
	struct dsse_envelope v = { 0 };
	struct statement s = { 0 };
	struct trust_annotation notes[] = { { lc_str(attached_signature_note), LC_S("") },
					    { .key = LC_S("predicateType") } };
	struct attach_layer l = { .media_type = attached_envelope_type,
				  .content = text,
				  .annotations = notes,
				  .annotations_n = 2 };
	int rc = dsse_parse(text, &k->a, &v, e);
	rc = rc ? rc : statement_parse(v.payload, &k->a, &s, e);
	if (rc)
		return rc;
	notes[1].value = s.predicate_type;
	return attach_under(k, ".att", &l, false, e);
}

/* A bundle, or envelopes, one a line. */
static int attach_attestation(struct attaching *k, struct lc_err *e)
{
	struct lc_slice path = k->v->v[CLI_OPT_ATTESTATION].text;
	struct lc_slice text;
	struct lc_slice line;
	struct bundle b = { 0 };
	struct trust_why why = { 0 };
	int rc = read_file(k, CLI_OPT_ATTESTATION, path, &text, e);
	if (rc)
		return rc;
	if (bundle_parse(text, &k->a, &b, &why) == 0)
		return attach_bundle(k, lc_trim(text), &b, e);
	while (!rc && lc_line(&text, &line))
		if (lc_trim(line).n)
			rc = attach_envelope(k, lc_trim(line), e);
	return rc == LC_EBAD ? lc_wrap(e, LC_EUSAGE, "--attestation") : rc;
}

/* ---- SBOMs ---- */

static int attach_sbom(struct attaching *k, struct lc_err *e)
{
	static const struct {
		const char *type, *json, *other;
	} rows[] = {
		{ "spdx", "text/spdx+json", "text/spdx" },
		{ "cyclonedx", "application/vnd.cyclonedx+json", "application/vnd.cyclonedx+xml" },
		{ "syft", "application/vnd.syft+json", "application/vnd.syft+json" },
	};
	struct lc_slice type = k->v->v[CLI_OPT_PREDICATE_TYPE].text;
	struct attach_layer l = { 0 };
	int rc = read_file(k, CLI_OPT_SBOM, k->v->v[CLI_OPT_SBOM].text, &l.content, e);
	if (rc)
		return rc;
	if (!type.n)
		type = LC_S("spdx");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq(type, lc_str(rows[i].type)))
			l.media_type =
				lc_str(lc_starts(lc_trim(l.content), LC_S("{")) ? rows[i].json
										: rows[i].other);
	if (!l.media_type.n)
		return lc_fail(e, LC_EUSAGE, _("--type: %s is none of spdx, cyclonedx, syft"),
			       lc_quote(type).s);
	cli_warn(k->io, k->v, "%s",
		 _("nobody signs an SBOM that is attached so: `attest` makes one that can be "
		   "verified"));
	return attach_under(k, ".sbom", &l, true, e);
}

/* ---- clean ---- */

static bool is_cleaned(const struct attached *a, struct lc_slice type)
{
	bool sign = lc_eq(a->predicate_type, statement_sign_type);
	bool all = !type.n || lc_eq(type, LC_S("all"));
	switch (a->kind) {
	case ATTACHED_SIGNATURE:
		return all || lc_eq(type, LC_S("signature"));
	case ATTACHED_ENVELOPE:
		return all || lc_eq(type, LC_S("attestation"));
	case ATTACHED_BUNDLE:
		return all || lc_eq(type, sign ? LC_S("signature") : LC_S("attestation"));
	case ATTACHED_SBOM:
		return all || lc_eq(type, LC_S("sbom"));
	default:
		/* Others' artifacts are not ours to remove, and images may be given such a tag. */
		return false;
	}
}

static int clean_one(struct attaching *k, const struct attached *a, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice name = a->tag.n ? a->tag : lc_str(digest_text(&a->manifest, text));
	int rc = a->tag.n ? oci_repository_delete(k->place.repository, a->tag, e)
			  : oci_repository_detach(k->place.repository, &k->place.image.digest,
						  &a->manifest, e);
	if (rc == LC_ENOTFOUND)
		rc = 0;
	if (!rc)
		cli_place_note(&k->place, &k->a,
			       lc_arena_fmt(&k->a, _("removed %.*s"), LC_FMT(name)));
	return rc ? lc_wrap(e, rc, "%.*s", LC_FMT(name)) : 0;
}

/* What is in doubt stays. Of a directory the attachments themselves are gone, whatever fails. */
static int sweep(struct attaching *k, struct lc_err *e)
{
	struct oci_swept swept;
	struct lc_err why = { 0 };
	struct lc_slice text = { NULL, 0 };
	int rc = oci_repository_sweep(k->place.repository, &k->place.image.digest, &swept, &why);
	bool is_note = rc == LC_EUNSUP ||
		       (rc && rc != LC_ECANCEL && !oci_repository_defers(k->place.repository));
	if (is_note)
		text = lc_arena_fmt(&k->a, _("what only they needed stays there: %s"), why.msg);
	else if (rc)
		*e = why;
	else if (swept.blobs)
		text = lc_arena_fmt(&k->a,
				    _("blobs removed that nothing else names: %zu (%llu kB)"),
				    swept.blobs, (unsigned long long)(swept.bytes / 1000));
	cli_place_note(&k->place, &k->a, text);
	return is_note ? 0 : rc;
}

static int find_attached(struct attaching *k, struct attached_list *ret, struct lc_err *e)
{
	return attached_find(k->place.repository, &k->place.image.digest,
			     k->v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text, &k->a, ret, e);
}

/* What one layout's index keeps is no reason to leave the others; the first such error counts. */
static int clean_each(struct attaching *k, const struct attached_list *list, struct lc_slice type,
		      struct lc_err *e)
{
	bool layout = oci_repository_is_layout(k->place.repository);
	int first = 0;
	for (size_t i = 0; i < list->n; i++) {
		const struct attached *a = &list->v[i];
		struct lc_err why = { 0 };
		bool again = i && digest_eq(&a->manifest, &list->v[i - 1].manifest) &&
			     lc_eq(a->tag, list->v[i - 1].tag);
		int rc = again || !is_cleaned(a, type) ? 0 : clean_one(k, a, &why);
		if (rc && !first) {
			first = rc;
			*e = why;
		}
		if (rc && !(layout && rc == LC_EUNSUP))
			return rc;
	}
	struct lc_err why = { 0 };
	int rc = sweep(k, &why);
	if (rc && !first)
		*e = why;
	return first ? first : rc;
}

/* Layouts may name a thing twice: nobody is told that all is gone while some of it counts. */
static int look_again(struct attaching *k, struct lc_slice type, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct attached_list list = { 0 };
	int rc = oci_repository_is_layout(k->place.repository) ? find_attached(k, &list, e) : 0;
	for (size_t i = 0; !rc && i < list.n; i++)
		if (is_cleaned(&list.v[i], type))
			rc = lc_fail(e, LC_EUNSUP, _("%s: still attached"),
				     digest_text(&list.v[i].manifest, text));
	return rc;
}

static int clean(struct attaching *k, struct lc_err *e)
{
	struct lc_slice type = k->v->v[CLI_OPT_PREDICATE_TYPE].text;
	struct attached_list list = { 0 };
	struct lc_slice choice;
	if (type.n && !cli_choice("signature,attestation,sbom,all", type, &choice))
		return lc_fail(e, LC_EUSAGE,
			       _("--type: %s is none of signature, attestation, sbom, all"),
			       lc_quote(type).s);
	int rc = find_attached(k, &list, e);
	rc = rc ? rc : clean_each(k, &list, type, e);
	return rc ? rc : look_again(k, type, e);
}

int cli_clean_image(const struct cli_values *v, struct cli_io *io)
{
	return with_image(v, io, clean);
}

/* ---- the commands ---- */

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_slice name = lc_str(cmd->name);
	attaching_fn fn = lc_ends(name, LC_S("signature"))     ? attach_signature
			  : lc_ends(name, LC_S("attestation")) ? attach_attestation
							       : attach_sbom;
	return with_image(v, io, fn);
}

const struct cli_command cli_command_attach_signature = {
	.name = "attach signature",
	.synopsis = N_("--signature FILE --payload FILE [flags] IMAGE"),
	.summary = N_("attach a signature that was made elsewhere"),
	.description = N_("Under cosign's tag, with the payload that it signs and the certificate "
			  "if there is one. Nothing is verified."),
	.examples = N_("made by a machine without a network\n"
		       "  lacre attach signature --signature app.sig --payload app.json "
		       "registry.example/app:1\n"),
	.options = signature_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run,
};

const struct cli_command cli_command_attach_attestation = {
	.name = "attach attestation",
	.synopsis = N_("--attestation FILE [flags] IMAGE"),
	.summary = N_("attach an attestation that was made elsewhere"),
	.description = N_("A sigstore bundle, or DSSE envelopes, one a line. Nothing is verified."),
	.examples = N_("a pipeline's provenance\n"
		       "  lacre attach attestation --attestation provenance.sigstore.json "
		       "registry.example/app:1\n"),
	.options = attestation_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run,
};

const struct cli_command cli_command_attach_sbom = {
	.name = "attach sbom",
	.synopsis = N_("--sbom FILE [--type spdx|cyclonedx|syft] [flags] IMAGE"),
	.summary = N_("attach an SBOM, unsigned"),
	.description = N_("Under cosign's tag, in place of one that is there."),
	.examples = N_("as older tools read it\n"
		       "  lacre attach sbom --sbom sbom.spdx registry.example/app:1\n"),
	.options = sbom_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run,
};
