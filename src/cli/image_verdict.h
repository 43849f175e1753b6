/*
 * What came of looking for signatures, told to people and to programs. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "trust/image.h"

/** Exit status of an outcome. */
int cli_image_status(enum image_outcome o);

/** How images fared; the exit status is that of the first failure, and of what was changed above
 * all. */
struct cli_tally {
	size_t images, trusted;
	int status;
};
void cli_tally_add(struct cli_tally *t, enum image_outcome o);

/**
 * Is --output this one? "json" (also when none is given): the payloads that count, as cosign prints
 * them; "text"; "report": all that was found, as JSON.
 */
bool cli_image_form_is(const struct cli_values *v, const char *form);
/** LC_EUSAGE for another. */
int cli_image_form_check(const struct cli_values *v, struct lc_err *e) LC_MUST_CHECK;

/** Lines for people: what was found, what counted, and why each other one did not. */
void cli_image_text(const struct image_judgement *j, struct lc_slice name, bool attestations,
		    struct lc_buf *out);
/** A document with all that the text says; times, rules and digests spelt out. */
void cli_image_report(const struct image_judgement *j, struct lc_slice name, struct json_writer *w);
/** What cosign prints of one that counts: its payload, or its envelope. */
void cli_image_payload(const struct image_judgement *j, const struct image_proof *p,
		       struct lc_slice name, struct json_writer *w);
