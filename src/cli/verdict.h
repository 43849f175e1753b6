/*
 * What came of signatures: who signed, which did not count and why, and the exit status. The same
 * words and JSON for files and images. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "format/json.h"
#include "trust/verify.h"

/** One signature that was found. */
struct cli_signature {
	const char *kind;      /* "signature" or "attestation", as far as it is known */
	struct lc_slice where; /* it was found: a file, a tag, a digest */
	int rc;                /* 0: it holds, signer and content are set; else why is */
	struct trust_why why;
	struct trust_signer signer;
	struct trust_content content;
};

struct cli_verdict {
	struct lc_slice artefact; /* as the user named it */
	struct digest digest;
	bool has_digest;
	struct cli_signature *v; /* in the order found; lc_vec_push() */
	size_t n, room;
};

/** "json" when --output or --format says so. */
bool cli_verdict_as_json(const struct cli_values *v);
/**
 * Print it to standard output (or the file of --output): as text, where what does not count goes to
 * standard error, or as one JSON object.
 * @return the exit status: 0 when one holds, else cli_trust_status() of what speaks most against
 */
int cli_verdict_show(struct cli_io *io, const struct cli_values *v,
		     const struct cli_verdict *verdict);
/** The exit status of one that failed: CLI_NO_MATCHING_SIGNATURE, CLI_TAMPERED, … */
int cli_trust_status(int rc, const struct trust_why *w);
/** The member "Signer" of an object. */
void cli_verdict_write_signer(struct json_writer *w, const struct trust_signer *s);
