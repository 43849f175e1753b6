/*
 * The rows of all commands; commands.c lists them.
 */
#pragma once

#include "cli/command.h"

extern const struct cli_command cli_command_root; /* what stands before or without a command */
extern const struct cli_command cli_command_image;
extern const struct cli_command cli_command_fs;
extern const struct cli_command cli_command_rootfs;
extern const struct cli_command cli_command_repo;
extern const struct cli_command cli_command_explain;
extern const struct cli_command cli_command_clean;
extern const struct cli_command cli_command_db_build;
extern const struct cli_command cli_command_db_info;
extern const struct cli_command cli_command_db_match;
extern const struct cli_command cli_command_db_update;
extern const struct cli_command cli_command_login;
extern const struct cli_command cli_command_logout;
extern const struct cli_command cli_command_generate_key_pair;
extern const struct cli_command cli_command_import_key_pair;
extern const struct cli_command cli_command_public_key;
extern const struct cli_command cli_command_list_tokens;
extern const struct cli_command cli_command_list_keys_uris;
extern const struct cli_command cli_command_sign;
extern const struct cli_command cli_command_attest;
extern const struct cli_command cli_command_verify;
extern const struct cli_command cli_command_verify_attestation;
extern const struct cli_command cli_command_tree;
extern const struct cli_command cli_command_triangulate;
extern const struct cli_command cli_command_copy;
extern const struct cli_command cli_command_save;
extern const struct cli_command cli_command_load;
extern const struct cli_command cli_command_download_signature;
extern const struct cli_command cli_command_download_attestation;
extern const struct cli_command cli_command_download_sbom;
extern const struct cli_command cli_command_attach_signature;
extern const struct cli_command cli_command_attach_attestation;
extern const struct cli_command cli_command_attach_sbom;
extern const struct cli_command cli_command_initialize;
extern const struct cli_command cli_command_bundle_create;
extern const struct cli_command cli_command_bundle_inspect;
extern const struct cli_command cli_command_bundle_upgrade;
extern const struct cli_command cli_command_trusted_root_create;
extern const struct cli_command cli_command_signing_config_create;
extern const struct cli_command cli_command_sign_blob;
extern const struct cli_command cli_command_attest_blob;
extern const struct cli_command cli_command_verify_blob;
extern const struct cli_command cli_command_verify_blob_attestation;
extern const struct cli_command cli_command_version;
extern const struct cli_command cli_command_help;
extern const struct cli_command cli_command_completion;
extern const struct cli_command cli_command_docs;

/** The whole program: argv[0] is its name. Exit status. */
int cli_run(int argc, char **argv, struct cli_io *io);
/**
 * A command by its words ("db", "build") or an alias of it; *ret_words says how many words named
 * it.
 * @return NULL when there is none
 */
const struct cli_command *cli_command_of(int argc, char **argv, int *ret_words);
/** True for the first word of commands of two words ("db"). */
bool cli_is_group(struct lc_slice word);
/** The error line for words that name no command, as a usage error. */
int cli_unknown_command(struct cli_io *io, int argc, char **argv);

/**
 * Print help of one command, of those that share a first word, or of the program (both NULL) to
 * io->out. Exit status.
 */
int cli_help(const struct cli_command *cmd, const char *group, struct cli_io *io);
/** Print "Version: ..." to io->out. Exit status. */
int cli_version(struct cli_io *io);
