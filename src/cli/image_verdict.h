/*
 * What came of looking for signatures, told to people and to programs. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "trust/image.h"

/** Exit status of an outcome. */
int cli_image_status(enum image_outcome o);
/** Lines for people: what was found, what counted, and why each other one did not. */
void cli_image_text(const struct image_judgement *j, struct lc_slice name, bool attestations,
		    struct lc_buf *out);
/** A document with all that the text says; times, rules and digests spelt out. */
void cli_image_report(const struct image_judgement *j, struct lc_slice name, struct json_writer *w);
/** What cosign prints of one that counts: its payload, or its envelope. */
void cli_image_payload(const struct image_judgement *j, const struct image_proof *p,
		       struct lc_slice name, struct json_writer *w);
