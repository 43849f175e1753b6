/*
 * lacre tree, triangulate and download: what is attached to an image.
 */
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/talk.h"
#include "trust/attached.h"
#include "trust/statement.h"

enum { OUTPUT_BYTES_MAX = 256 << 20 };

static const enum cli_opt tree_options[] = { CLI_OPT_LOCAL_IMAGE, CLI_OPT_ATTACHMENT_TAG_PREFIX,
					     CLI_PLACE_OPTIONS, CLI_OPT_N };
static const enum cli_opt triangulate_options[] = { CLI_OPT_PREDICATE_TYPE,
						    CLI_OPT_ATTACHMENT_TAG_PREFIX,
						    CLI_PLACE_OPTIONS, CLI_OPT_N };
static const enum cli_opt download_options[] = { CLI_OPT_PREDICATE_TYPE, CLI_OPT_LOCAL_IMAGE,
						 CLI_OPT_ATTACHMENT_TAG_PREFIX, CLI_PLACE_OPTIONS,
						 CLI_OPT_N };

struct look {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_place place;
	struct attached_list list;
	struct lc_buf out;
};

/* What a command does once the image and what is attached to it are known. */
typedef int (*look_fn)(struct look *l, struct lc_err *e);

static int with_attached(const struct cli_values *v, struct cli_io *io, look_fn fn)
{
	struct look l = { .io = io, .v = v };
	struct lc_err e = { 0 };
	lc_arena_init(&l.a, (size_t)512 << 20);
	lc_buf_init(&l.out, OUTPUT_BYTES_MAX);
	int rc = cli_place_open(io, v, v->arguments.v[0], v->v[CLI_OPT_LOCAL_IMAGE].flag, false,
				&l.a, &l.place, &e);
	rc = rc ? rc : cli_place_image(&l.place, &l.a, &e);
	rc = rc ? rc
		: attached_find(l.place.repository, &l.place.image.digest,
				v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text, &l.a, &l.list, &e);
	rc = rc ? rc : fn(&l, &e);
	int status = rc ? cli_place_fail(io, v, &l.place, &e) : cli_put(io, &l.out);
	cli_place_close(&l.place);
	lc_buf_done(&l.out);
	lc_arena_done(&l.a);
	return status;
}

/* ---- tree ---- */

static const char *kind_of(const struct attached *a)
{
	switch (a->kind) {
	case ATTACHED_SIGNATURE:
		return _("signature");
	case ATTACHED_ENVELOPE:
		return _("attestation");
	case ATTACHED_BUNDLE:
		return _("bundle");
	case ATTACHED_SBOM:
		return _("SBOM, not signed");
	default:
		return _("artifact");
	}
}

static void put_group(struct look *l, size_t i)
{
	char text[DIGEST_TEXT_MAX];
	const struct attached *a = &l->list.v[i];
	if (i && digest_eq(&a->manifest, &l->list.v[i - 1].manifest))
		return;
	if (a->tag.n)
		lc_buf_fmt(&l->out, "  %.*s\n", LC_FMT(a->tag));
	else
		lc_buf_fmt(&l->out, _("  referrer %s\n"), digest_text(&a->manifest, text));
}

static int put_tree(struct look *l, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	(void)e;
	lc_buf_fmt(&l->out, "%s %s\n", lc_quote(l->place.given).s,
		   digest_text(&l->place.image.digest, text));
	for (size_t i = 0; i < l->list.n; i++) {
		const struct attached *a = &l->list.v[i];
		put_group(l, i);
		lc_buf_fmt(&l->out, "    %s %s", kind_of(a), digest_text(&a->blob, text));
		if (a->predicate_type.n)
			lc_buf_fmt(&l->out, " %s", lc_quote(a->predicate_type).s);
		else if (a->kind == ATTACHED_OTHER || a->kind == ATTACHED_SBOM)
			lc_buf_fmt(
				&l->out, " %s",
				lc_quote(a->artifact_type.n ? a->artifact_type : a->media_type).s);
		if (a->rc)
			lc_buf_fmt(&l->out, _(" (broken: %s)"), a->why.err.msg);
		lc_buf_str(&l->out, "\n");
	}
	if (!l->list.n)
		lc_buf_fmt(&l->out, "  %s\n", _("nothing is attached"));
	return 0;
}

static int run_tree(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return with_attached(v, io, put_tree);
}

/* ---- triangulate ---- */

static int put_name(struct look *l, struct lc_err *e)
{
	struct lc_slice type = l->v->v[CLI_OPT_PREDICATE_TYPE].text;
	const char *suffix = lc_eq(type, LC_S("attestation")) ? ".att"
			     : lc_eq(type, LC_S("sbom"))      ? ".sbom"
			     : lc_eq(type, LC_S("digest"))    ? ""
							      : ".sig";
	char text[DIGEST_TEXT_MAX];
	struct lc_slice prefix = l->v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text;
	struct lc_slice tag = oci_attachment_tag(&l->place.image.digest, suffix, &l->a);
	struct lc_slice name = l->place.name.n ? l->place.name : l->place.given;
	if (!tag.p)
		return lc_fail(e, lc_arena_err(&l->a), "no memory for a tag");
	if (suffix[0])
		lc_buf_fmt(&l->out, "%.*s:%.*s%.*s\n", LC_FMT(name), LC_FMT(prefix), LC_FMT(tag));
	else
		lc_buf_fmt(&l->out, "%.*s@%s\n", LC_FMT(name),
			   digest_text(&l->place.image.digest, text));
	return 0;
}

static int run_triangulate(const struct cli_command *cmd, const struct cli_values *v,
			   struct cli_io *io)
{
	struct look l = { .io = io, .v = v };
	struct lc_err e = { 0 };
	(void)cmd;
	lc_arena_init(&l.a, (size_t)64 << 20);
	lc_buf_init(&l.out, OUTPUT_BYTES_MAX);
	int rc = cli_place_open(io, v, v->arguments.v[0], false, false, &l.a, &l.place, &e);
	rc = rc ? rc : cli_place_image(&l.place, &l.a, &e);
	rc = rc ? rc : put_name(&l, &e);
	int status = rc ? cli_place_fail(io, v, &l.place, &e) : cli_put(io, &l.out);
	cli_place_close(&l.place);
	lc_buf_done(&l.out);
	lc_arena_done(&l.a);
	return status;
}

/* ---- download ---- */

static int read_one(struct look *l, const struct attached *a, struct lc_slice *ret,
		    struct lc_err *e)
{
	struct trust_why why = { 0 };
	int rc = a->rc;
	if (rc)
		why = a->why;
	rc = rc ? rc : attached_read(l->place.repository, a, &l->a, ret, &why);
	if (rc)
		*e = why.err;
	return rc;
}

/* As cosign prints one: a JSON object a line, in its names. */
static int put_signature(struct look *l, const struct attached *a, struct lc_err *e)
{
	struct lc_slice payload;
	struct json_writer w;
	int rc = read_one(l, a, &payload, e);
	if (rc)
		return rc;
	json_writer_init(&w, &l->out, 0);
	json_begin_object(&w);
	json_member_str(&w, "Base64Signature", a->signature);
	json_member_base64(&w, "Payload", payload);
	json_write_key(&w, "Cert");
	if (a->certificate.n)
		json_write_str(&w, a->certificate);
	else
		json_write_null(&w);
	json_write_key(&w, "Chain");
	if (a->chain.n)
		json_write_str(&w, a->chain);
	else
		json_write_null(&w);
	json_write_key(&w, "Bundle");
	if (a->log_bundle.n)
		json_write_str(&w, a->log_bundle);
	else
		json_write_null(&w);
	json_write_key(&w, "RFC3161Timestamp");
	if (a->timestamp.n)
		json_write_str(&w, a->timestamp);
	else
		json_write_null(&w);
	json_end_object(&w);
	lc_buf_str(&l->out, "\n");
	return 0;
}

static int put_content(struct look *l, const struct attached *a, struct lc_err *e)
{
	struct lc_slice content;
	int rc = read_one(l, a, &content, e);
	if (rc)
		return rc;
	lc_buf_slice(&l->out, content);
	if (!lc_ends(content, LC_S("\n")))
		lc_buf_str(&l->out, "\n");
	return 0;
}

static int put_kind(struct look *l, enum attached_kind kind, enum attached_kind or,
		    struct lc_slice predicate, struct lc_err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < l->list.n; i++) {
		const struct attached *a = &l->list.v[i];
		bool sign = lc_eq(a->predicate_type, LC_S("https://sigstore.dev/cosign/sign/v1"));
		if (a->kind != kind && a->kind != or)
			continue;
		/* Bundles say what they are in an annotation: good enough to choose by. */
		if (a->kind == ATTACHED_BUNDLE && sign != (kind == ATTACHED_SIGNATURE))
			continue;
		if (predicate.n && !lc_eq(a->predicate_type, predicate))
			continue;
		int rc = a->kind == ATTACHED_SIGNATURE ? put_signature(l, a, e)
						       : put_content(l, a, e);
		if (rc)
			return rc;
		n++;
	}
	return n ? 0
		 : lc_fail(e, LC_ENOTFOUND, _("%s: nothing of that kind is attached"),
			   lc_quote(l->place.given).s);
}

static int download_signature(struct look *l, struct lc_err *e)
{
	return put_kind(l, ATTACHED_SIGNATURE, ATTACHED_BUNDLE, LC_S(""), e);
}

static int download_attestation(struct look *l, struct lc_err *e)
{
	struct lc_slice type = l->v->v[CLI_OPT_PREDICATE_TYPE].text;
	struct lc_slice predicate = { NULL, 0 };
	if (type.n && !statement_predicate_type(type, &predicate))
		return lc_fail(e, LC_EUSAGE, _("--type: %s is neither a known type nor a URI"),
			       lc_quote(type).s);
	return put_kind(l, ATTACHED_ENVELOPE, ATTACHED_BUNDLE, predicate, e);
}

static int download_sbom(struct look *l, struct lc_err *e)
{
	return put_kind(l, ATTACHED_SBOM, ATTACHED_SBOM, LC_S(""), e);
}

static int run_download(const struct cli_command *cmd, const struct cli_values *v,
			struct cli_io *io)
{
	struct lc_slice name = lc_str(cmd->name);
	look_fn fn = lc_ends(name, LC_S("signature"))     ? download_signature
		     : lc_ends(name, LC_S("attestation")) ? download_attestation
							  : download_sbom;
	return with_attached(v, io, fn);
}

const struct cli_command cli_command_tree = {
	.name = "tree",
	.synopsis = N_("[flags] IMAGE"),
	.summary = N_("list what is attached to an image"),
	.description =
		N_("Signatures, attestations, SBOMs and other artifacts, under cosign's tags "
		   "and among the referrers. Nothing is verified."),
	.examples = N_("of an image in a registry\n"
		       "  lacre tree registry.example/app:1\n"),
	.options = tree_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_tree,
};

const struct cli_command cli_command_triangulate = {
	.name = "triangulate",
	.synopsis = N_("[flags] IMAGE"),
	.summary = N_("show the tag that an image's signatures have"),
	.description = N_("In the form before bundles they are under a tag made of the digest."),
	.examples = N_("of its signatures\n"
		       "  lacre triangulate registry.example/app:1\n"),
	.options = triangulate_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_triangulate,
};

#define DOWNLOAD(id, word, what, example)                                            \
	const struct cli_command cli_command_download_##id = {                       \
		.name = "download " word,                                            \
		.synopsis = N_("[flags] IMAGE"),                                     \
		.summary = what,                                                     \
		.description = N_("Prints what is attached, without verifying it."), \
		.examples = example,                                                 \
		.options = download_options,                                         \
		.arguments_min = 1,                                                  \
		.arguments_max = 1,                                                  \
		.origin = CLI_COSIGN,                                                \
		.run = run_download,                                                 \
	}

DOWNLOAD(signature, "signature", N_("print the signatures of an image"),
	 N_("one a line\n  lacre download signature registry.example/app:1\n"));
DOWNLOAD(attestation, "attestation", N_("print the attestations of an image"),
	 N_("provenance\n  lacre download attestation --type slsaprovenance1 "
	    "registry.example/app:1\n"));
DOWNLOAD(sbom, "sbom", N_("print the SBOMs attached to an image"),
	 N_("as it was attached\n  lacre download sbom registry.example/app:1\n"));
