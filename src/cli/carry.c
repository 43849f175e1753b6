/*
 * lacre copy, save, load: move an image with everything that is attached to it.
 */
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/talk.h"
#include "trust/transfer.h"

static const enum cli_opt copy_options[] = { CLI_OPT_ATTACHMENT_TAG_PREFIX, CLI_PLACE_OPTIONS,
					     CLI_OPT_N };
static const enum cli_opt save_options[] = { CLI_OPT_DIR, CLI_OPT_ATTACHMENT_TAG_PREFIX,
					     CLI_PLACE_OPTIONS, CLI_OPT_N };

struct carry {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct cli_place from, to;
	const struct cli_place *failed; /* where the last of it was tried */
};

/* The tag that it gets: the one asked for, else the one it has; by a digest none. */
static struct lc_slice target_tag(struct carry *c)
{
	struct lc_slice own = c->from.by_digest ? LC_S("") : c->from.tag;
	if (c->to.by_digest)
		return LC_S("");
	if (oci_repository_is_layout(c->to.repository) && !c->to.tag.n)
		return own.n ? own : oci_attachment_tag(&c->from.image.digest, "", &c->a);
	return c->to.tag;
}

/* Their manifest is made up, and their layers are under other names: nothing that moves as it is.
 */
static int refuse_docker(const struct carry *c, struct lc_slice to, struct lc_err *e)
{
	if (oci_repository_is_docker(c->from.repository))
		return lc_fail(e, LC_EUSAGE,
			       _("%s: a docker archive is not copied with its signatures: sign it "
				 "where it goes"),
			       lc_quote(c->from.given).s);
	if (lc_starts(to, LC_S("docker-archive:")))
		return lc_fail(e, LC_EUSAGE,
			       _("%s: docker archives are not made: give oci-archive:FILE"),
			       lc_quote(to).s);
	return 0;
}

static int carry(struct carry *c, struct lc_slice from, bool from_layout, struct lc_slice to,
		 bool to_layout, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	c->failed = &c->from;
	int rc = cli_place_open(c->io, c->v, from, from_layout, false, &c->a, &c->from, e);
	rc = rc ? rc : cli_place_image(&c->from, &c->a, e);
	rc = rc ? rc : refuse_docker(c, to, e);
	if (!rc)
		c->failed = &c->to;
	rc = rc ? rc : cli_place_open(c->io, c->v, to, to_layout, true, &c->a, &c->to, e);
	if (rc)
		return rc;
	c->from.limits.original = &c->to.limits; /* one deadline, and one Ctrl-C */
	struct transfer t = {
		.from = c->from.repository,
		.to = c->to.repository,
		.tags_prefix = c->v->v[CLI_OPT_ATTACHMENT_TAG_PREFIX].text,
	};
	rc = transfer_image(&t, &c->from.image, target_tag(c), e);
	rc = rc ? rc : cli_place_commit(&c->to, e);
	if (!rc)
		cli_note(c->io, c->v, _("copied %s: %zu manifests, %zu of them attached"),
			 digest_text(&c->from.image.digest, text), t.manifests, t.attached);
	return rc;
}

static int finish(struct carry *c, int rc, const struct lc_err *e)
{
	int status = CLI_OK;
	if (rc)
		status = cli_place_fail(c->io, c->v, c->failed, e);
	cli_place_close(&c->to);
	cli_place_close(&c->from);
	lc_arena_done(&c->a);
	return status;
}

static int run_copy(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct carry c = { .io = io, .v = v };
	struct lc_err e = { 0 };
	(void)cmd;
	lc_arena_init(&c.a, (size_t)64 << 20);
	int rc = carry(&c, v->arguments.v[0], false, v->arguments.v[1], false, &e);
	return finish(&c, rc, &e);
}

static int run_save(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct carry c = { .io = io, .v = v };
	struct lc_err e = { 0 };
	struct lc_slice dir = v->v[CLI_OPT_DIR].text;
	bool load = lc_eq(lc_str(cmd->name), LC_S("load"));
	if (!dir.n)
		return cli_error(io, CLI_USAGE, "%s", _("which directory? give --dir DIR"));
	lc_arena_init(&c.a, (size_t)64 << 20);
	int rc = load ? carry(&c, dir, true, v->arguments.v[0], false, &e)
		      : carry(&c, v->arguments.v[0], false, dir, true, &e);
	return finish(&c, rc, &e);
}

const struct cli_command cli_command_copy = {
	.name = "copy",
	.synopsis = N_("[flags] FROM TO"),
	.summary = N_("copy an image with everything that is attached to it"),
	.description = N_(
		"The image, those of an index, cosign's tags, referrers, and what refers to those: "
		"all keep their digests. Either may be a name in a registry, oci:DIR[:TAG] or "
		"oci-archive:FILE[:TAG]. "
		"What is there already is not sent again."),
	.examples = N_("to another registry\n"
		       "  lacre copy registry.example/app:1 mirror.example/app:1\n"),
	.options = copy_options,
	.arguments_min = 2,
	.arguments_max = 2,
	.origin = CLI_COSIGN,
	.run = run_copy,
};

const struct cli_command cli_command_save = {
	.name = "save",
	.synopsis = N_("--dir DIR [flags] IMAGE"),
	.summary = N_("save an image with everything that is attached to it to a directory"),
	.description = N_("An OCI layout that `verify --local-image` and `load` read, and cosign."),
	.examples = N_("for a place without a network\n"
		       "  lacre save --dir app registry.example/app:1\n"
		       "  lacre verify --local-image --key lacre.pub --insecure-ignore-tlog app\n"),
	.options = save_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_save,
};

const struct cli_command cli_command_load = {
	.name = "load",
	.synopsis = N_("--dir DIR [flags] IMAGE"),
	.summary = N_("push what `save` wrote to a registry"),
	.description = N_("With everything that is attached; what cosign saved is read as well."),
	.examples = N_("behind the gap\n"
		       "  lacre load --dir app inside.example/app:1\n"),
	.options = save_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_save,
};
