/*
 * The user's git, run so that neither a repository nor anybody's configuration chooses programs.
 *
 * No configuration but ours is read (none of the system's or the user's; a repository's own cannot
 * override what is set here), no hooks, no submodules, no filters, no prompts, no helpers;
 * protocols are named one by one. Of the environment the user's ssh settings stay. Private to the
 * room.
 */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "scan/git_url.h"

enum { GIT_SETTINGS_MAX = 32 };

struct git {
	struct lc_arena *arena;
	const struct lc_limits *limits;
	const char *dir;     /* of the repository */
	const char *ceiling; /* no repository is looked for in this directory or above; NULL any */
	const char *protocols;    /* those that may be used, joined with ':'; "none" */
	struct lc_slices secrets; /* taken out of whatever git says */
	struct {
		const char *key, *value;
	} settings[GIT_SETTINGS_MAX]; /* beside those that are always made */
	size_t settings_n;
	char *const *from;  /* the user's environment */
	char **environment; /* made by git_start() */
	int (*watch)(void *ctx, struct lc_err *e);
	void *watch_ctx;
};

/** Make the environment, after everything else is set. */
int git_start(struct git *g, struct lc_err *e) LC_MUST_CHECK;
typedef int git_put_fn(void *ctx, struct lc_slice bytes, struct lc_err *e);
/**
 * git -C dir ARGUMENT…; its output goes to put.
 * @param arguments  NULL ends
 * @return 0; LC_EREMOTE it failed, with its last words; LC_EUNSUP there is no git; LC_ECANCEL
 */
int git_run(const struct git *g, const char *const *arguments, git_put_fn *put, void *ctx,
	    struct lc_err *e) LC_MUST_CHECK;
/** The same, its output added to a buffer. */
int git_ask(const struct git *g, const char *const *arguments, struct lc_buf *out,
	    struct lc_err *e) LC_MUST_CHECK;
