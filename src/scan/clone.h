/*
 * Repositories of git: what is known of one that lies here, and a private copy of one that does
 * not.
 *
 * A copy is one commit's files in a directory of ours below $TMPDIR that nobody else may enter; it
 * is removed when it is closed, and when the program is killed before. Sizes are bounded before
 * anything is written out. See git.h for what git may do.
 */
#pragma once

#include "base/arena.h"
#include "base/limits.h"
#include "io/guard.h"
#include "report/report.h"

struct scan_clone_options {
	struct lc_slice url;
	struct lc_slice branch, tag, commit; /* "" not asked for; one at most */
	bool insecure;                       /* http and git too, certificates unchecked */
	struct lc_slice cacert;              /* "" the system's */
	char *const *environment;
	const struct lc_limits *limits;
};

struct scan_clone {
	struct lc_arena arena;
	const char *dir;       /* private; NULL: there is none */
	struct io_guard guard; /* of dir: removes it when nobody else can */
	const char *path;      /* of the files, in it */
	struct lc_slice name;  /* the address as it may be shown */
	struct report_repository about;
};

/**
 * @return 0; LC_EUSAGE the address, branch, tag or commit cannot be one; LC_EREMOTE git could not
 * get it; LC_EUNSUP there is no git; LC_ELIMIT; LC_ECANCEL. Nothing is left behind on failure.
 */
int scan_clone_open(const struct scan_clone_options *o, struct scan_clone *ret,
		    struct lc_err *e) LC_MUST_CHECK;
void scan_clone_close(struct scan_clone *c);
/** Is it an address, and no path of this machine? */
bool scan_clone_is_address(const char *text);

/**
 * What is known of the repository whose files lie at path: of a directory that has .git in it and
 * that git takes for the user's own.
 * @return 0 (all empty when there is nothing to know); LC_ENOMEM, LC_ECANCEL
 */
int scan_repository_about(const char *path, char *const *environment,
			  const struct lc_limits *limits, struct lc_arena *a,
			  struct report_repository *ret, struct lc_err *e) LC_MUST_CHECK;
