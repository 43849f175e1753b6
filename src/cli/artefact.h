/*
 * A file that is signed or verified, read once: by its digests in constant memory, or with its
 * bytes where a key needs them. "sha256:HEX" stands for a file that is not at hand, "-" is standard
 * input. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "crypt/key.h"

/** What is needed of it: digests by 1 << algorithm. */
enum { CLI_ARTEFACT_BYTES = 1 << DIGEST_ALGORITHM_N };

/* Ed25519 signs the whole message, which must be held for it. */
enum { CLI_ARTEFACT_BYTES_MAX = 256 << 20 };

struct cli_artefact {
	struct digest digests[DIGEST_ALGORITHM_N];
	struct lc_buf bytes;
	struct crypt_message message; /* of these: not to be moved */
};

/** What signatures by such a key need. */
unsigned cli_artefact_needs(const struct crypt_public *k);
/**
 * The SHA-256 is always there, unless it is given by another digest.
 * @return 0; LC_ENOTFOUND; LC_EIO; LC_ELIMIT too large to be held. cli_artefact_done() it in any
 *         case
 */
int cli_artefact(struct lc_slice name, unsigned needs, struct lc_arena *a, struct cli_artefact *ret,
		 struct lc_err *e) LC_MUST_CHECK;
void cli_artefact_done(struct cli_artefact *f);
