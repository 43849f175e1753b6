/*
 * Processes that do one piece of work each, confined (sandbox.h), and die without harm to us.
 *
 * They are forked by a nursery: a process made while its parent is small and has one thread, which
 * holds none of the parent's descriptors and is itself confined. What one worker reads can thus
 * reach neither the parent nor another worker. A worker talks to the parent through one end of a
 * message pair (message.h) and ends when its function returns. The parent's end does not block: a
 * worker that takes no messages, or has none, holds nobody up (io_message_wait()). Workers die with
 * the nursery, the nursery with the thread that opened it, whatever way that goes.
 *
 * Of the parent's memory a worker sees a copy, as it was when the nursery was opened; only what
 * was mapped as shared is shared. Spawning is thread-safe; one worker, one thread.
 */
#pragma once

#include "io/message.h"
#include "io/sandbox.h"

struct io_nursery;

struct io_nursery_options {
	/* A worker's work, in the worker. */
	void (*work)(void *ctx, int fd, unsigned number);
	/* In the nursery, before it is confined: wipe what no worker should see; NULL nothing. */
	void (*forget)(void *ctx);
	void *ctx;
	struct io_sandbox_bounds bounds; /* of each worker */
};

struct io_worker {
	int fd;   /* to talk with it; -1 none */
	int ward; /* to the nursery, about it */
};

/**
 * Fork the nursery. The options' ctx outlives it.
 * @return 0; LC_EIO no process could be made
 */
int io_nursery_open(const struct io_nursery_options *o, struct io_nursery **ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** No more workers are wanted: what is left dies while the caller goes on. */
void io_nursery_hang_up(struct io_nursery *n);
/** Kill what is left, wait for it, release. Accepts NULL. */
void io_nursery_close(struct io_nursery *n);
/** What confines its workers. Waits for the nursery; from one thread. LC_EIO it is gone. */
int io_nursery_level(struct io_nursery *n, struct io_sandbox_level *ret,
		     struct lc_err *e) LC_MUST_CHECK;

/** Ask for a worker, which gets the number given. LC_EIO */
int io_worker_spawn(struct io_nursery *n, unsigned number, struct io_worker *ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** Hang up and kill it; it may take a moment to be gone. io_worker_done() is still due. */
void io_worker_end(struct io_worker *w);
/** Is a worker that was ended gone? Waits for that when told to. */
bool io_worker_is_gone(struct io_worker *w, bool wait);
/** Kill it unless it ended, and forget it. */
void io_worker_done(struct io_worker *w);

enum { IO_DEATH_TEXT_MAX = 96 };
/**
 * How it ended: "was killed by SIGSEGV", "stopped with status 1" ... Waits for its end, which the
 * end of its messages announced; one that only hung up is killed after some seconds.
 */
const char *io_worker_death(struct io_worker *w, char ret[IO_DEATH_TEXT_MAX]);
