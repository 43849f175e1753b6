/*
 * What reports tell of a commit. Private to the room.
 */
#pragma once

#include "report/report.h"
#include "scan/git.h"

/** Commit, message, author, committer and tags of a commit that the repository holds. */
int git_about(const struct git *g, const char *commit, struct report_repository *ret,
	      struct lc_err *e) LC_MUST_CHECK;
