#include "cli/exit_code.h"

#include "report/text.h"

const struct cli_exit_row cli_exit_rows[] = {
	{ CLI_CHOSEN, "--exit-on-eol N",
	  N_("the operating system is past its end of life (asked for; goes before the others)") },
	{ CLI_CHOSEN, "--exit-code N", N_("something was found after all filters (asked for)") },
	{ CLI_CHOSEN, "--fail-on-partial N",
	  N_("something in the image was not understood (asked for)") },
	{ CLI_OK, "fine", N_("the work is done, whatever was found") },
	{ CLI_ERROR, "error", N_("the work could not be done; standard error says why") },
	{ CLI_USAGE, "usage", N_("the command line or the environment makes no sense") },
	{ CLI_NO_SIGNATURE, "no-signature", N_("kept for signatures: there is none"), true },
	{ CLI_WRONG_SIGNATURE, "wrong-signature", N_("kept for signatures: one does not hold"),
	  true },
	{ CLI_NO_CERTIFICATE, "no-certificate",
	  N_("kept for signatures: the certificate is missing"), true },
	{ CLI_NO_MATCHING_SIGNATURE, "no-matching-signature",
	  N_("kept for signatures: none is of who was asked for"), true },
	{ CLI_TAMPERED, "tampered", N_("kept for signatures: the content was changed"), true },
	{ CLI_NOT_LOOKED, "not-looked", N_("kept for signatures: nobody could be asked"), true },
	{ CLI_GATE_REFUSED, "gate-refused", N_("kept for policies: one says no"), true },
	{ CLI_INTERRUPTED, "interrupted", N_("stopped by Ctrl-C; nothing half-written is left") },
	{ CLI_TERMINATED, "terminated", N_("stopped by SIGTERM; nothing half-written is left") },
};
const unsigned cli_exit_rows_n = sizeof(cli_exit_rows) / sizeof(cli_exit_rows[0]);
