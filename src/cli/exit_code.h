/*
 * Every exit status of every command, in one table: help, man pages and docs are made from it.
 */
#pragma once

enum cli_exit {
	CLI_OK = 0,
	CLI_ERROR = 1,             /* the work could not be done */
	CLI_USAGE = 2,             /* the command line makes no sense */
	CLI_NO_SIGNATURE = 10,     /* cosign's 10 to 13, kept for signatures */
	CLI_WRONG_SIGNATURE = 11,
	CLI_NO_CERTIFICATE = 12,
	CLI_NO_MATCHING_SIGNATURE = 13,
	CLI_TAMPERED = 14,
	CLI_NOT_LOOKED = 15,       /* a look-up failed: never taken for "unsigned" */
	CLI_GATE_REFUSED = 20,     /* a policy says no */
};

struct cli_exit_row {
	int code;
	const char *name;   /* for documents: "usage" */
	const char *meaning; /* English, translated when shown */
};
/** Rows in order of code; the codes users choose (--exit-code and its like) are rows with code -1. */
extern const struct cli_exit_row cli_exit_rows[];
extern const unsigned cli_exit_rows_n;
