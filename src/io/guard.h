/*
 * A process that outlives this one for one purpose: to remove a directory of ours when we were
 * killed, or stopped at once, and could not. It holds no file of ours open, and no terminal.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

struct io_guard {
	pid_t pid; /* 0 none */
	int line;  /* its end is ours, and tells it of our end */
};

/** Watch over a directory, which need not be there. Before there are threads. LC_EIO. */
int io_guard_start(const char *path, struct io_guard *ret, struct lc_err *e) LC_MUST_CHECK;
/** It is of no more use: the directory is gone, or stays. Accepts one that was never started. */
void io_guard_end(struct io_guard *g);
