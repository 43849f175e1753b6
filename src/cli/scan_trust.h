/*
 * Signatures of what is scanned: looked up before a layer is read, when options ask for them; the
 * digest that was judged is the one that is scanned. Private to cli/.
 */
#pragma once

#include "cli/job.h"
#include "trust/image.h"

struct cli_scan_trust {
	bool asked;
	struct lc_slice target; /* to scan in place of what was given; "" as it was given */
	struct report_trust report;
};

/**
 * @param target  the argument; NULL: --input
 * @param a       holds the result
 * @return exit status: CLI_OK, also of an unsigned image unless --require-signature
 */
int cli_scan_trust(struct cli_io *io, const struct cli_values *v, const struct lc_slice *target,
		   struct lc_arena *a, struct cli_scan_trust *ret);
/** Say in the report what came of it. LC_ENOMEM. */
int cli_scan_trust_report(const struct cli_scan_trust *t, struct report *r,
			  struct lc_err *e) LC_MUST_CHECK;
