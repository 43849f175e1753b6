/*
 * Commands: one file each, one row each. A command gets parsed values and answers with an exit
 * status; cli/ is the only room that prints or exits.
 */
#pragma once

#include "cli/exit_code.h"
#include "cli/option.h"

struct cli_io { /* where a command's words go; tests capture them */
	int out, err;
	bool out_tty, err_tty;
	char **environment;
};

struct cli_command {
	const char *name;            /* "image", "db build" */
	const char *aliases;         /* comma-separated, NULL none */
	const char *synopsis;        /* "[flags] IMAGE" */
	const char *summary;         /* one line */
	const char *description;     /* paragraphs for man page and help */
	const char *examples;        /* lines "what\n  command\n" */
	const enum cli_opt *options; /* CLI_OPT_N ends */
	unsigned arguments_min, arguments_max;
	enum cli_origin origin;
	bool hidden; /* in no list: for the build */
	int (*run)(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io);
};
extern const struct cli_command *const cli_commands[];
extern const unsigned cli_commands_n;

/** Commands of the neighbours that are known, and not there yet. */
struct cli_absent {
	const char *names; /* comma-separated: name, then aliases */
	enum cli_origin origin;
	const char *note; /* what to do instead, or NULL */
};
extern const struct cli_absent cli_absent[];
extern const unsigned cli_absent_n;
