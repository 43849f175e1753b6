/*
 * Who and what is never trusted, as options and a file say it. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "trust/verify.h"

/**
 * From --deny-key, --deny-identity, --deny-digest and --deny-list.
 * @param a  holds the lists
 * @return 0; LC_EUSAGE what is malformed, with its line in the file; else what a key or file gave
 */
int cli_denied(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
	       struct trust_denied *ret, struct lc_err *e) LC_MUST_CHECK;
