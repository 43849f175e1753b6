/*
 * lacre sign, lacre attest: sign an image, or a claim about it, with a key.
 */
#include "base/shim.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/password.h"
#include "cli/place.h"
#include "cli/talk.h"
#include "crypt/key_source.h"
#include "io/file.h"
#include "trust/sign.h"

enum { PREDICATE_BYTES_MAX = 64 << 20 };

static const enum cli_opt sign_options[] = {
	CLI_OPT_KEY,
	CLI_OPT_ANNOTATIONS,
	CLI_OPT_RECURSIVE,
	CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_REGISTRY_REFERRERS_MODE,
	CLI_OPT_SIGN_CONTAINER_IDENTITY,
	CLI_OPT_TLOG_UPLOAD,
	CLI_OPT_USE_SIGNING_CONFIG,
	CLI_OPT_YES,
	CLI_OPT_ATTACHMENT_TAG_PREFIX,
	CLI_PLACE_OPTIONS,
	CLI_OPT_N,
};
static const enum cli_opt attest_options[] = {
	CLI_OPT_KEY,
	CLI_OPT_PREDICATE,
	CLI_OPT_PREDICATE_TYPE,
	CLI_OPT_RECURSIVE,
	CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_REGISTRY_REFERRERS_MODE,
	CLI_OPT_TLOG_UPLOAD,
	CLI_OPT_USE_SIGNING_CONFIG,
	CLI_OPT_YES,
	CLI_OPT_ATTACHMENT_TAG_PREFIX,
	CLI_PLACE_OPTIONS,
	CLI_OPT_N,
};

struct sign {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_place place;
	struct crypt_signer *signer;
	struct image_signing s;
};

/* ---- what is signed ---- */

static int open_key(struct sign *k, struct lc_err *e)
{
	const struct lc_slices *keys = &k->v->v[CLI_OPT_KEY].list;
	const struct key_source source = {
		.environment = k->io->environment,
		.password = cli_password_of_key,
		.ctx = k->io,
	};
	if (keys->n != 1)
		return lc_fail(e, LC_EUSAGE, "%s", _("with which key? give --key once"));
	int rc = key_source_signer(&source, keys->v[0], &k->signer, e);
	return rc ? lc_wrap(e, rc, "--key") : 0;
}

/* cosign's "custom": any file, as text with the time. */
static int wrap_text(struct sign *k, struct lc_slice file, bool with_time, struct lc_buf *out)
{
	char time[LC_TIME_MAX];
	struct json_writer w;
	json_writer_init(&w, out, 0);
	if (!with_time) {
		json_write_str(&w, file);
		return json_writer_err(&w);
	}
	lc_time_format(k->s.now, 0, time);
	json_begin_object(&w);
	json_member_str(&w, "Data", file);
	json_member_cstr(&w, "Timestamp", time);
	json_end_object(&w);
	return json_writer_err(&w);
}

/* A JSON object, written again without its spaces. */
static int take_object(struct sign *k, struct lc_slice file, struct lc_buf *out, struct lc_err *e)
{
	struct json_doc d;
	struct json_writer w;
	int rc = json_parse(file, JSON_DUP_REFUSE, NULL, &k->a, &d, e);
	if (!rc && json_type_of(&d, json_root(&d)) != JSON_OBJECT)
		rc = lc_fail(e, LC_EBAD, "%s", _("no JSON object"));
	if (rc)
		return rc;
	json_writer_init(&w, out, 0);
	json_write_node(&w, &d, json_root(&d));
	return json_writer_err(&w) ? lc_fail(e, LC_ELIMIT, "too large") : 0;
}

static int make_predicate(struct sign *k, struct lc_slice type, struct lc_slice file,
			  struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	bool custom = type.n == 0 || lc_eq(type, LC_S("custom"));
	int rc;
	lc_buf_init(&b, PREDICATE_BYTES_MAX * 2);
	if (custom || lc_eq(type, LC_S("spdx")))
		rc = wrap_text(k, file, custom, &b) ? lc_fail(e, LC_ELIMIT, "too large") : 0;
	else
		rc = take_object(k, file, &b, e);
	if (!rc && lc_arena_dup(&k->a, lc_buf_get(&b), &k->s.predicate))
		rc = lc_fail(e, LC_ENOMEM, "no memory for a predicate");
	return rc;
}

static int read_predicate(struct sign *k, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice path = k->v->v[CLI_OPT_PREDICATE].text;
	struct lc_slice type = k->v->v[CLI_OPT_PREDICATE_TYPE].text;
	const char *text = lc_arena_str(&k->a, path);
	lc_buf_init(&b, PREDICATE_BYTES_MAX);
	if (!path.n)
		return lc_fail(e, LC_EUSAGE, "%s", _("attest what? give --predicate FILE"));
	if (!statement_predicate_type(type, &k->s.predicate_type))
		return lc_fail(e, LC_EUSAGE, _("--type: %s is neither a known type nor a URI"),
			       lc_quote(type).s);
	int rc = text ? io_read_file(text, &b, e) : lc_fail(e, LC_ENOMEM, "no memory");
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUSAGE, _("--predicate: %s: no such file"), lc_quote(path).s);
	rc = rc ? rc : make_predicate(k, type, lc_buf_get(&b), e);
	return rc ? lc_wrap(e, rc, "--predicate: %s", lc_quote(path).s) : 0;
}

static int prepare(struct sign *k, bool attestation, struct lc_err *e)
{
	const struct cli_values *v = k->v;
	struct lc_slice identity = v->v[CLI_OPT_SIGN_CONTAINER_IDENTITY].text;
	int rc = open_key(k, e);
	k->s = (struct image_signing){
		.signer = k->signer,
		.bundle = v->v[CLI_OPT_NEW_BUNDLE_FORMAT].flag,
		.referrers = lc_eq(v->v[CLI_OPT_REGISTRY_REFERRERS_MODE].text, LC_S("oci-1-1")),
		.tags_prefix = v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text,
		.name = !attestation && identity.n ? identity : k->place.name,
		.attestation = attestation,
		.now = lc_now_seconds(true),
	};
	if (rc || attestation)
		return rc ? rc : read_predicate(k, e);
	return cli_annotations(v, &k->a, &k->s.annotations, &k->s.annotations_n, e);
}

/* ---- where ---- */

static int sign_one(struct sign *k, const struct oci_document *image, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	bool again = false;
	int rc = trust_sign_image(k->place.repository, image, &k->s, &again, e);
	if (rc)
		return lc_wrap(e, rc, "%s", digest_text(&image->digest, text));
	if (again)
		cli_note(k->io, k->v, _("%s: this key signed the same before; nothing was added"),
			 digest_text(&image->digest, text));
	else
		cli_note(k->io, k->v, k->s.attestation ? _("attested %s") : _("signed %s"),
			 digest_text(&image->digest, text));
	return 0;
}

/* Children first: whoever finds the index signed finds them signed as well. */
static int sign_children(struct sign *k, struct lc_err *e)
{
	struct lc_slices children = { 0 };
	int rc = cli_children(&k->place.image, &k->a, &children, e);
	for (size_t i = 0; !rc && i < children.n; i++) {
		struct oci_document child = { 0 };
		rc = oci_repository_manifest(k->place.repository, children.v[i], &k->a, &child, e);
		if (rc == LC_ENOTFOUND)
			rc = lc_fail(e, rc, _("%s is listed in the index, but not there"),
				     lc_quote(children.v[i]).s);
		rc = rc ? rc : sign_one(k, &child, e);
	}
	return rc;
}

static int sign_all(struct sign *k, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	int rc = cli_place_image(&k->place, &k->a, e);
	if (rc)
		return rc;
	if (k->place.tag.n && !k->place.by_digest)
		cli_warn(k->io, k->v,
			 _("%s is a tag, which may be moved: what it names now is signed, %s"),
			 lc_quote(k->place.given).s, digest_text(&k->place.image.digest, text));
	if (k->v->v[CLI_OPT_RECURSIVE].flag)
		rc = sign_children(k, e);
	return rc ? rc : sign_one(k, &k->place.image, e);
}

static int run_kind(const struct cli_values *v, struct cli_io *io, bool attestation)
{
	struct sign k = { .io = io, .v = v };
	struct lc_err e = { 0 };
	int status = CLI_OK;
	lc_arena_init(&k.a, (size_t)512 << 20);
	int rc = cli_place_open(io, v, v->arguments.v[0], false, true, &k.a, &k.place, &e);
	if (rc == 0 && prepare(&k, attestation, &e))
		status = cli_fail(io, &e);
	if (rc == 0 && !status)
		rc = sign_all(&k, &e);
	if (rc)
		status = cli_place_fail(io, v, &k.place, &e);
	cli_place_close(&k.place);
	crypt_signer_free(k.signer);
	lc_arena_done(&k.a);
	return status;
}

static int run_sign(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_kind(v, io, false);
}

static int run_attest(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_kind(v, io, true);
}

const struct cli_command cli_command_sign = {
	.name = "sign",
	.synopsis = N_("--key KEY [flags] IMAGE"),
	.summary = N_("sign an image"),
	.description = N_(
		"Signs the digest that IMAGE has now and attaches the signature to it in its "
		"repository: as a sigstore bundle among the image's referrers, or with "
		"--new-bundle-format=false under cosign's tag (sha256-....sig). What the same key "
		"signed before is not added twice, so an interrupted run can be run again. "
		"Nothing is published in a log. IMAGE is a name in a registry or oci:DIR[:TAG]."),
	.examples = N_("an image in a registry\n"
		       "  lacre sign --key lacre.key registry.example/app:1\n"
		       "all platforms of it, with a note, as older cosign reads it\n"
		       "  lacre sign --key lacre.key --recursive -a build=42 "
		       "--new-bundle-format=false registry.example/app:1\n"),
	.options = sign_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_sign,
};

const struct cli_command cli_command_attest = {
	.name = "attest",
	.synopsis = N_("--key KEY --predicate FILE [--type TYPE] [flags] IMAGE"),
	.summary = N_("attach a signed claim to an image"),
	.description = N_("Makes an in-toto statement about the image of the file: provenance, an "
			  "SBOM, a scan result, signs it, and attaches it as sign does."),
	.examples = N_("an SBOM\n"
		       "  lacre attest --key lacre.key --type cyclonedx --predicate sbom.json "
		       "registry.example/app:1\n"),
	.options = attest_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_attest,
};
