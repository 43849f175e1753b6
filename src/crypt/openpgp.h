/*
 * OpenPGP messages that are signed (RFC 4880 11.3), checked by the user's gpg through gpgme: in a
 * home directory of its own that is removed again, with the keys that are given and no others. The
 * user's key ring, agent and the network are not touched. libgpgme is opened on first use.
 *
 * A ring belongs to one thread. Source: the GPGME Reference Manual; gpg(1).
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum { OPENPGP_KEYS_MAX = 64, OPENPGP_FINGERPRINT_MAX = 65 };

struct openpgp_ring;

/**
 * A ring of public keys.
 * @param environment  for TMPDIR; NULL none
 * @param blobs        exported keys, plain or armoured; each may hold several
 * @return 0, also with no key at all; LC_EUNSUP without libgpgme or gpg; LC_ELIMIT; LC_EIO;
 *         LC_ENOMEM
 */
int openpgp_ring_open(char *const *environment, const struct lc_slice *blobs, size_t n,
		      struct openpgp_ring **ret, struct lc_err *e) LC_MUST_CHECK;
/** Accepts NULL. */
void openpgp_ring_close(struct openpgp_ring *r);
/** How many keys it holds, subkeys not counted. */
size_t openpgp_ring_keys(const struct openpgp_ring *r);

enum openpgp_verdict {
	OPENPGP_GOOD,
	OPENPGP_NO_MESSAGE,  /* not one message with one signature */
	OPENPGP_UNKNOWN_KEY, /* none of the ring's made it */
	OPENPGP_BAD,         /* it does not hold, has expired, or its key was not to sign */
};

struct openpgp_signer {
	enum openpgp_verdict verdict;
	char fingerprint[OPENPGP_FINGERPRINT_MAX]; /* of the primary key when good; "" unknown */
	int64_t time;                              /* by its own word; when good */
};

/**
 * @param message  one binary message; hostile
 * @param content  gets what was signed when it is good, up to its cap; empty else
 * @param e        says why when the verdict is not good
 * @return 0 when it was judged; LC_EUNSUP, LC_ENOMEM
 */
int openpgp_verify(struct openpgp_ring *r, struct lc_slice message, struct lc_buf *content,
		   struct openpgp_signer *ret, struct lc_err *e) LC_MUST_CHECK;
