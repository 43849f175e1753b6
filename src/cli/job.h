/*
 * From the command line to a scan: what `lacre image` and the commands that explain its results
 * share. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "scan/scan.h"

struct cli_scan_trust;

/** Everything a scan needs. Zeroed but for the first three, which the caller sets. */
struct cli_job {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena *a;
	struct lc_limits limits;
	struct scan_request q;
	struct match_options match;
	struct judge_options judge;
	struct ignore_rules rules;
	struct oci_remote remote;
	const struct cli_scan_trust *trust; /* NULL: signatures were not looked up */
	struct scan_tree tree;              /* its path NULL: an image is scanned */
};

/**
 * Fill it from the options.
 *
 * @param target  the argument that names the image; NULL where there is none: then --input does
 * @return 0; LC_EUSAGE, or what reading ignore files and the like gives
 */
int cli_job_prepare(struct cli_job *j, const struct lc_slice *target,
		    struct lc_err *e) LC_MUST_CHECK;
/**
 * The same for a directory or file.
 *
 * @param path    as the user wrote it, or where a repository was copied to
 * @param target  what kind of target it is
 */
int cli_job_prepare_tree(struct cli_job *j, const char *path, enum inv_target target,
			 struct lc_err *e) LC_MUST_CHECK;
/** Say which of --scanners are not done yet; what is done is set. */
void cli_job_scanners(struct cli_job *j);
/** Scan, write the report, and give the exit status that options ask for. */
int cli_job_report(struct cli_job *j);
/**
 * Run the scan, with progress and signals as they should be.
 *
 * @param ret  the report; the caller's, as report_free() has it
 * @return exit status: CLI_OK, or that of a failure after its line
 */
int cli_job_scan(struct cli_job *j, struct report **ret);
