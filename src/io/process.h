/*
 * Programs that lacre runs: credential helpers, git. Never through a shell.
 *
 * The child gets standard input and output (one socket), the environment that is named and nothing
 * else of ours; signals as a fresh program has them. It is ended when its time is up, when the scan
 * is stopped, or when whoever watches it says so, together with what it started itself where it has
 * a group of its own. What it left running does not hold us.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

struct io_process {
	const char *program;      /* a name is looked for in PATH */
	char *const *arguments;   /* its own name first, NULL ends */
	char *const *environment; /* NULL: empty */
	struct lc_slice input;
	unsigned timeout_ms; /* 0 none */
	unsigned linger_ms;  /* how long it may go on after its output ended; 0: as long as it likes
			      */
	const struct lc_limits *limits; /* whose deadline ends it, too; NULL none */
	bool group;                     /* a process group of its own */
	struct lc_buf
		*errors; /* what it says on standard error, as far as fits; NULL nobody hears it */
	/** Its output, piece by piece; non-zero ends it and is what the run returns. */
	int (*put)(void *ctx, struct lc_slice bytes, struct lc_err *e);
	void *ctx;
	/** Called some times a second while it runs, NULL nobody; as put. */
	int (*watch)(void *ctx, struct lc_err *e);
	void *watch_ctx;
};

/**
 * Run it and wait for its end.
 *
 * @param ret_status  its exit status; 128 and the signal that ended it
 * @return 0 it ended by itself; LC_EUNSUP it cannot be run; LC_ECANCEL its time was up; LC_EIO;
 * what put and watch gave
 */
int io_process_run(const struct io_process *p, int *ret_status, struct lc_err *e) LC_MUST_CHECK;
