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
	{ CLI_NO_SIGNATURE, false, "no-signature", N_("there is no signature") },
	{ CLI_NO_TAG, false, "no-tag", N_("the image that was named is not there") },
	{ CLI_NO_MATCHING_SIGNATURE, false, "no-matching-signature",
	  N_("there are signatures, and none is of who was asked for") },
	{ CLI_NO_CERTIFICATE, false, "no-certificate",
	  N_("an identity was asked for, and the signature has no certificate") },
	{ CLI_TAMPERED, false, "tampered",
	  N_("content, signature or proof was changed: they do not belong together") },
	{ CLI_NOT_LOOKED, false, "not-looked",
	  N_("it could not be looked at, or not be told with what was given") },
	{ CLI_GATE_REFUSED, true, "gate-refused", N_("kept for policies: one says no") },
	{ CLI_INTERRUPTED, false, "interrupted",
	  N_("stopped by Ctrl-C; nothing half-written is left") },
	{ CLI_TERMINATED, false, "terminated",
	  N_("stopped by SIGTERM; nothing half-written is left") },
};
const unsigned cli_exit_rows_n = sizeof(cli_exit_rows) / sizeof(cli_exit_rows[0]);
