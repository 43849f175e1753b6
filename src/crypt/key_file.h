/*
 * Private key files as cosign writes them: PKCS#8 in a secretbox under a key that scrypt derives
 * from a password, as JSON in PEM ENCRYPTED SIGSTORE PRIVATE KEY (older: ENCRYPTED COSIGN PRIVATE
 * KEY). Sources: sigstore/cosign pkg/cosign/keys.go; go-securesystemslib encrypted.
 */
#pragma once

#include "crypt/key.h"

/** Is this text such a file (and not a key in clear)? */
bool key_file_is(struct lc_slice pem);
/**
 * @return 0; LC_EAUTH wrong password or damaged content (they cannot be told apart); LC_EBAD no
 *         such file; LC_EUNSUP other algorithms or scrypt costs; LC_ENOMEM
 */
int key_file_open(struct lc_slice pem, struct lc_slice password, struct crypt_signer **ret,
		  struct lc_err *e) LC_MUST_CHECK;
/** Append the file's text for a key in memory. */
int key_file_write(const struct crypt_signer *s, struct lc_slice password, struct lc_buf *out,
		   struct lc_err *e) LC_MUST_CHECK;
