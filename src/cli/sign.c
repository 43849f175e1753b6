/*
 * lacre sign, lacre attest: sign an image, or a claim about it, with a key or by an identity.
 */
#include "base/shim.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/predicate.h"
#include "cli/signing.h"
#include "cli/talk.h"
#include "io/file.h"
#include "trust/sign.h"

enum { PAYLOAD_BYTES_MAX = 1 << 20 };

static const enum cli_opt sign_options[] = {
	CLI_SIGNING_OPTIONS,
	CLI_OPT_ANNOTATIONS,
	CLI_OPT_RECURSIVE,
	CLI_OPT_LOCAL_IMAGE,
	CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_REGISTRY_REFERRERS_MODE,
	CLI_OPT_SIGN_CONTAINER_IDENTITY,
	CLI_OPT_PAYLOAD,
	CLI_OPT_ATTACHMENT_TAG_PREFIX,
	CLI_PLACE_OPTIONS,
	CLI_OPT_N,
};
static const enum cli_opt attest_options[] = {
	CLI_SIGNING_OPTIONS,
	CLI_OPT_PREDICATE,
	CLI_OPT_PREDICATE_TYPE,
	CLI_OPT_RECURSIVE,
	CLI_OPT_LOCAL_IMAGE,
	CLI_OPT_NEW_BUNDLE_FORMAT,
	CLI_OPT_REGISTRY_REFERRERS_MODE,
	CLI_OPT_ATTACHMENT_TAG_PREFIX,
	CLI_PLACE_OPTIONS,
	CLI_OPT_N,
};

struct sign {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_place place;
	struct cli_signing signing;
	struct image_signing s;
};

/* ---- what is signed ---- */

/* Bundles sign a statement, and never the payload of the older form. */
static int read_payload(struct sign *k, struct lc_err *e)
{
	struct lc_slice path = k->v->v[CLI_OPT_PAYLOAD].text;
	if (!path.n)
		return 0;
	if (k->v->v[CLI_OPT_NEW_BUNDLE_FORMAT].set_by != CLI_BY_DEFAULT && k->s.bundle)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("--payload is of the older form: --new-bundle-format=false"));
	if (k->v->v[CLI_OPT_ANNOTATIONS].list.n || k->v->v[CLI_OPT_SIGN_CONTAINER_IDENTITY].text.n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("--payload says all that is signed: no --annotations and no "
				 "--sign-container-identity beside it"));
	k->s.bundle = false;
	int rc = io_read_text(path, PAYLOAD_BYTES_MAX, &k->a, &k->s.payload, e);
	if (!rc && !k->s.payload.n)
		rc = lc_fail(e, LC_EUSAGE, "%s", _("it is empty"));
	return rc ? lc_wrap(e, rc, "--payload") : 0;
}

static int prepare(struct sign *k, bool attestation, struct lc_err *e)
{
	const struct cli_values *v = k->v;
	struct lc_slice identity = v->v[CLI_OPT_SIGN_CONTAINER_IDENTITY].text;
	int rc = cli_signing_open(k->io, v, &k->place.limits, &k->a, &k->signing, e);
	k->s = (struct image_signing){
		.signer = k->signing.signer,
		.witness = cli_signing_witness(&k->signing),
		.bundle = v->v[CLI_OPT_NEW_BUNDLE_FORMAT].flag,
		.referrers = lc_eq(v->v[CLI_OPT_REGISTRY_REFERRERS_MODE].text, LC_S("oci-1-1")),
		.tags_prefix = v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text,
		.name = !attestation && identity.n ? identity : k->place.name,
		.attestation = attestation,
		.now = lc_now_seconds(true),
	};
	if (!rc && !attestation)
		rc = read_payload(k, e);
	rc = rc ? rc : trust_sign_fits(&k->s, e);
	if (rc || attestation)
		return rc ? rc
			  : cli_predicate(v, k->s.now, &k->a, &k->s.predicate_type, &k->s.predicate,
					  e);
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
	(void)digest_text(&image->digest, text);
	struct lc_slice done =
		again ? lc_arena_fmt(&k->a,
				     _("%s: this key signed the same before; nothing was added"),
				     text)
		      : lc_arena_fmt(&k->a, k->s.attestation ? _("attested %s") : _("signed %s"),
				     text);
	cli_place_note(&k->place, &k->a, done);
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
	rc = cli_signing_certify(&k->signing, k->v, &k->a, e);
	if (!rc && k->v->v[CLI_OPT_RECURSIVE].flag)
		rc = sign_children(k, e);
	rc = rc ? rc : sign_one(k, &k->place.image, e);
	return rc ? rc : cli_place_commit(&k->place, e);
}

static int run_kind(const struct cli_values *v, struct cli_io *io, bool attestation)
{
	struct sign k = { .io = io, .v = v };
	struct lc_err e = { 0 };
	int status = CLI_OK;
	lc_arena_init(&k.a, (size_t)512 << 20);
	int rc = cli_place_open(io, v, v->arguments.v[0], v->v[CLI_OPT_LOCAL_IMAGE].flag, true,
				&k.a, &k.place, &e);
	if (rc == 0 && prepare(&k, attestation, &e))
		status = cli_fail(io, &e);
	if (rc == 0 && !status)
		rc = sign_all(&k, &e);
	if (rc)
		status = cli_place_fail(io, v, &k.place, &e);
	cli_signing_done(&k.signing);
	cli_place_close(&k.place);
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
	.synopsis = N_("[--key KEY] [flags] IMAGE"),
	.summary = N_("sign an image"),
	.description = N_(
		"Signs the digest that IMAGE has now and attaches the signature to it in its "
		"repository: as a sigstore bundle among the image's referrers, or with "
		"--new-bundle-format=false under cosign's tag (sha256-....sig). What the same key "
		"signed before is not added twice, so an interrupted run can be run again. "
		"With a key nothing is published unless a log is named. Without a key an identity "
		"token says who signs: the services that --signing-config or the URLs name are "
		"asked for a certificate, a log entry and timestamps, and what they answer is "
		"verified before anything is attached. IMAGE is a name in a registry or "
		"oci:DIR[:TAG]."),
	.examples = N_("an image in a registry\n"
		       "  lacre sign --key lacre.key registry.example/app:1\n"
		       "all platforms of it, with a note, as older cosign reads it\n"
		       "  lacre sign --key lacre.key --recursive -a build=42 "
		       "--new-bundle-format=false registry.example/app:1\n"
		       "without a key, by the identity of a CI job\n"
		       "  lacre sign --signing-config signing_config.json --trusted-root "
		       "trusted_root.json registry.example/app:1\n"),
	.options = sign_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_sign,
};

const struct cli_command cli_command_attest = {
	.name = "attest",
	.synopsis = N_("[--key KEY] --predicate FILE [--type TYPE] [flags] IMAGE"),
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
