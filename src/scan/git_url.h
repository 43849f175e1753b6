/*
 * Addresses of git repositories: which are taken, and how they are shown. Private to the room.
 *
 * https, ssh (as a URL or as user@host:path) and file; http and git only where the user takes
 * servers as they are. Whatever could be read as an option or as a program's name (leading dashes,
 * "ext::") is refused. Credentials in an address go to git alone.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

struct git_url {
	const char *url;          /* for git */
	struct lc_slice shown;    /* without credentials, query and fragment */
	struct lc_slice protocol; /* "https", "ssh", "file", … */
	struct lc_slice host;     /* without port; "" of a file */
	struct lc_slice origin;   /* "https://host:port/" of http and https, else "" */
	struct lc_slices secrets; /* parts that must not be shown */
};

enum { GIT_URL_BYTES_MAX = 2048 };

/**
 * @param insecure  http and git are taken, too
 * @return 0; LC_EUSAGE with what is wrong (never quoting credentials)
 */
int git_url_parse(struct lc_slice text, bool insecure, struct lc_arena *a, struct git_url *ret,
		  struct lc_err *e) LC_MUST_CHECK;
/** An address as it may be shown, whatever it looks like: of a remote's configuration. */
struct lc_slice git_url_shown(struct lc_slice text, struct lc_arena *a);
/** A name of a branch or tag that git cannot take for anything else. */
bool git_ref_valid(struct lc_slice name);
/** A commit: 4 to 64 hex digits. */
bool git_commit_valid(struct lc_slice name);
