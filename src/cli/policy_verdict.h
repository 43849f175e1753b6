/*
 * What came of a policy of the containers tools, told to people and to programs. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "cli/image_verdict.h"
#include "trust/policy_judge.h"

/** Where signatures were looked for. */
struct policy_looked {
	bool looked;               /* false: the policy asks for none */
	struct lc_slice lookaside; /* URL; "" not there */
	bool attachments;          /* among what is attached */
	struct stored_signatures found;
};

struct policy_told {
	const struct policy_judgement *judgement;
	const struct policy_looked *looked;
	const struct image_scope *scope;
	struct lc_slice policy, name; /* as they were given */
	const struct digest *image;
};

/** Lines for people: each requirement, whether it holds, and each signature before it. */
void cli_policy_text(const struct policy_told *t, struct lc_buf *out);
/** A document with all that the text says. */
void cli_policy_report(const struct policy_told *t, struct json_writer *w);
/** The payloads that count, each once. */
void cli_policy_payloads(const struct policy_judgement *j, struct json_writer *w);
