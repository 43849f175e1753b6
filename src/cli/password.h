/*
 * Passwords of key files: LACRE_PASSWORD or COSIGN_PASSWORD (also when it is empty), else a line of
 * standard input when it is no terminal, else asked for on the terminal, unseen. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "crypt/secret.h"

/** @param twice  a new one: asked for again, and both must be equal. LC_EAUTH, LC_EIO, LC_ENOMEM */
int cli_password(struct cli_io *io, bool twice, struct secret *ret, struct lc_err *e) LC_MUST_CHECK;
/** As struct key_source has it; ctx is the struct cli_io. */
int cli_password_of_key(void *ctx, struct secret *ret, struct lc_err *e);
