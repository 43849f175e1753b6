/*
 * Every exit status of every command, in one table: help, man pages and docs are made from it.
 */
#pragma once

#include <stdbool.h>

enum cli_exit {
	CLI_CHOSEN = -1, /* in the table: the user chooses the number */
	CLI_OK = 0,
	CLI_ERROR = 1,         /* the work could not be done */
	CLI_USAGE = 2,         /* the command line makes no sense */
	CLI_NO_SIGNATURE = 10, /* 10 to 13 are cosign's */
	CLI_NO_TAG = 11,
	CLI_NO_MATCHING_SIGNATURE = 12,
	CLI_NO_CERTIFICATE = 13,
	CLI_TAMPERED = 14,
	CLI_NOT_LOOKED = 15,   /* a look-up failed: never taken for "unsigned" */
	CLI_GATE_REFUSED = 20, /* a policy says no */
	CLI_INTERRUPTED = 130, /* 128 and the signal, as shells say it */
	CLI_TERMINATED = 143,
};

struct cli_exit_row {
	int code;
	bool kept;           /* for commands to come: left out of --help */
	const char *name;    /* for documents: "usage", or the option that chooses the code */
	const char *meaning; /* English, translated when shown */
};
/** Rows in order of code; what users choose comes first, in the order in which it is judged. */
extern const struct cli_exit_row cli_exit_rows[];
extern const unsigned cli_exit_rows_n;
