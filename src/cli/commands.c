#include "cli/commands.h"

#include <stdio.h>

#include "cli/talk.h"
#include "cli/value.h"

const struct cli_command *const cli_commands[] = {
	/* clang-format off: one a line */
	&cli_command_image,
	&cli_command_fs,
	&cli_command_rootfs,
	&cli_command_repo,
	&cli_command_explain,
	&cli_command_clean,
	&cli_command_db_build,
	&cli_command_db_info,
	&cli_command_db_match,
	&cli_command_db_update,
	&cli_command_login,
	&cli_command_logout,
	&cli_command_generate_key_pair,
	&cli_command_import_key_pair,
	&cli_command_public_key,
	&cli_command_list_tokens,
	&cli_command_list_keys_uris,
	&cli_command_initialize,
	&cli_command_bundle_create,
	&cli_command_bundle_inspect,
	&cli_command_bundle_upgrade,
	&cli_command_trusted_root_create,
	&cli_command_signing_config_create,
	&cli_command_sign_blob,
	&cli_command_attest_blob,
	&cli_command_verify_blob,
	&cli_command_verify_blob_attestation,
	&cli_command_sign,
	&cli_command_attest,
	&cli_command_verify,
	&cli_command_verify_attestation,
	&cli_command_tree,
	&cli_command_triangulate,
	&cli_command_copy,
	&cli_command_save,
	&cli_command_load,
	&cli_command_download_signature,
	&cli_command_download_attestation,
	&cli_command_download_sbom,
	&cli_command_attach_signature,
	&cli_command_attach_attestation,
	&cli_command_attach_sbom,
	&cli_command_version,
	&cli_command_completion,
	&cli_command_help,
	&cli_command_docs,
	/* clang-format on */
};
const unsigned cli_commands_n = sizeof(cli_commands) / sizeof(cli_commands[0]);

const struct cli_absent cli_absent[] = {
	{ "sbom", CLI_TRIVY, NULL },
	{ "config,conf", CLI_TRIVY, NULL },
	{ "kubernetes,k8s", CLI_TRIVY, NULL },
	{ "vm", CLI_TRIVY, NULL },
	{ "server", CLI_TRIVY, N_("scans run where lacre runs") },
	{ "client", CLI_TRIVY, N_("scans run where lacre runs") },
	{ "convert", CLI_TRIVY, N_("scan again with another --format") },
	{ "plugin", CLI_TRIVY, N_("there are no plugins") },
	{ "module", CLI_TRIVY, N_("there are no modules") },
	{ "registry", CLI_TRIVY, N_("use lacre login and lacre logout") },
	{ "vex", CLI_TRIVY, N_("use --ignorefile until VEX is read") },
};
const unsigned cli_absent_n = sizeof(cli_absent) / sizeof(cli_absent[0]);

static bool is_one_of(const char *list, struct lc_slice word)
{
	struct lc_slice rest = lc_str(list);
	struct lc_slice one;
	while (rest.n && lc_split(&rest, ',', &one))
		if (lc_eq(one, word))
			return true;
	return false;
}

/* How many of the words name this command: 0, 1 or 2. */
static int words_of(const struct cli_command *cmd, int argc, char **argv)
{
	struct lc_slice first;
	struct lc_slice second;
	if (argc < 1)
		return 0;
	if (!lc_cut(lc_str(cmd->name), ' ', &first, &second))
		return lc_eq(lc_str(cmd->name), lc_str(argv[0])) ||
		       is_one_of(cmd->aliases, lc_str(argv[0]));
	return argc > 1 && lc_eq(first, lc_str(argv[0])) && lc_eq(second, lc_str(argv[1])) ? 2 : 0;
}

const struct cli_command *cli_command_of(int argc, char **argv, int *ret_words)
{
	for (unsigned i = 0; i < cli_commands_n; i++) {
		int words = words_of(cli_commands[i], argc, argv);
		if (!words)
			continue;
		*ret_words = words;
		return cli_commands[i];
	}
	return NULL;
}

bool cli_is_group(struct lc_slice word)
{
	struct lc_slice first;
	struct lc_slice second;
	for (unsigned i = 0; i < cli_commands_n; i++)
		if (lc_cut(lc_str(cli_commands[i]->name), ' ', &first, &second) &&
		    lc_eq(first, word))
			return true;
	return false;
}

static const struct cli_absent *absent_of(struct lc_slice word)
{
	for (unsigned i = 0; i < cli_absent_n; i++)
		if (is_one_of(cli_absent[i].names, word))
			return &cli_absent[i];
	return NULL;
}

/* The command nearest to what was typed, NULL when none is near. */
static const char *nearest(struct lc_slice typed)
{
	const char *best = NULL;
	unsigned least = typed.n < 6 ? 2 : 3;
	for (unsigned i = 0; i < cli_commands_n; i++) {
		unsigned d = cli_distance(lc_str(cli_commands[i]->name), typed);
		if (cli_commands[i]->hidden || d >= least)
			continue;
		least = d;
		best = cli_commands[i]->name;
	}
	return best;
}

int cli_unknown_command(struct cli_io *io, int argc, char **argv)
{
	struct lc_slice word = lc_str(argv[0]);
	char both[LC_QUOTE_MAX];
	const struct cli_absent *absent = absent_of(word);
	if (absent && absent->note)
		return cli_error(io, CLI_USAGE, _("lacre %s is not there yet: %s"), argv[0],
				 _(absent->note));
	if (absent)
		return cli_error(io, CLI_USAGE,
				 _("lacre %s is not there yet: this release scans images, "
				   "directories and repositories"),
				 argv[0]);
	if (cli_is_group(word) && argc > 1) {
		(void)snprintf(both, sizeof(both), "%s %s", argv[0], argv[1]); /* cut is fine */
		word = lc_str(both);
	}
	const char *near = nearest(word);
	if (near)
		return cli_error(io, CLI_USAGE, _("unknown command %s; did you mean lacre %s?"),
				 lc_quote(word).s, near);
	return cli_error(io, CLI_USAGE, _("unknown command %s; see lacre --help"),
			 lc_quote(word).s);
}
