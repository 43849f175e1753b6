/*
 * Signatures of what is scanned: looked up before a layer is read, when options ask for them; the
 * digest that was judged is the one that is scanned. Private to cli/.
 */
#pragma once

#include "cli/job.h"
#include "trust/image.h"

struct cli_scan_trust {
	bool asked;
	struct digest image; /* that was judged */
	struct report_trust report;
};

/**
 * Judge what the job is to scan, and pin the job to it.
 *
 * @param j    prepared; its arena holds the result
 * @param ret  outlives the job
 * @return exit status: CLI_OK, also of an unsigned image unless --require-signature
 */
int cli_scan_trust(struct cli_job *j, struct cli_scan_trust *ret);
/** Say in the report what came of it. LC_ENOMEM. */
int cli_scan_trust_report(const struct cli_scan_trust *t, struct report *r,
			  struct lc_err *e) LC_MUST_CHECK;
