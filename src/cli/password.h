/*
 * Where keys come from on a command line, and what opens them. Passwords of key files:
 * LACRE_PASSWORD or COSIGN_PASSWORD (also when it is empty), else a line of standard input when it
 * is no terminal, else asked for on the terminal, unseen. PINs of tokens: LACRE_PKCS11_PIN or
 * COSIGN_PKCS11_PIN, else asked for on the terminal. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "crypt/key_source.h"

/** @param twice  a new one: asked for again, and both must be equal. LC_EAUTH, LC_EIO, LC_ENOMEM */
int cli_password(struct cli_io *io, bool twice, struct secret *ret, struct lc_err *e) LC_MUST_CHECK;
/** As struct token_source has it; ctx is the struct cli_io. */
int cli_pin_of_token(void *ctx, const struct token_asked *who, struct secret *ret,
		     struct lc_err *e) LC_MUST_CHECK;
/** Keys as options name them, opened by what is asked for as above. */
struct key_source cli_key_source(struct cli_io *io);
