#include "cli/exit_code.h"

#include "report/text.h"

const struct cli_exit_row cli_exit_rows[] = {
	{ CLI_CHOSEN, false, "--exit-on-eol N",
	  N_("the operating system is past its end of life (asked for; goes before the others)") },
	{ CLI_CHOSEN, false, "--exit-code N",
	  N_("something was found after all filters (asked for)") },
	{ CLI_CHOSEN, false, "--fail-on-partial N",
	  N_("something in the image was not understood (asked for)") },
	{ CLI_OK, false, "fine", N_("the work is done, whatever was found") },
	{ CLI_ERROR, false, "error", N_("the work could not be done; standard error says why") },
	{ CLI_USAGE, false, "usage", N_("the command line or the environment makes no sense") },
	{ CLI_NO_SIGNATURE, true, "no-signature", N_("kept for signatures: there is none") },
	{ CLI_WRONG_SIGNATURE, true, "wrong-signature",
	  N_("kept for signatures: one does not hold") },
	{ CLI_NO_CERTIFICATE, true, "no-certificate",
	  N_("kept for signatures: the certificate is missing") },
	{ CLI_NO_MATCHING_SIGNATURE, true, "no-matching-signature",
	  N_("kept for signatures: none is of who was asked for") },
	{ CLI_TAMPERED, true, "tampered", N_("kept for signatures: the content was changed") },
	{ CLI_NOT_LOOKED, true, "not-looked", N_("kept for signatures: nobody could be asked") },
	{ CLI_GATE_REFUSED, true, "gate-refused", N_("kept for policies: one says no") },
	{ CLI_INTERRUPTED, false, "interrupted",
	  N_("stopped by Ctrl-C; nothing half-written is left") },
	{ CLI_TERMINATED, false, "terminated",
	  N_("stopped by SIGTERM; nothing half-written is left") },
};
const unsigned cli_exit_rows_n = sizeof(cli_exit_rows) / sizeof(cli_exit_rows[0]);
