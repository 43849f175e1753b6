/*
 * What parent and nursery say to each other. Private to io/.
 */
#pragma once

#include "io/worker.h"

/* Parent to nursery, with two descriptors: the worker's own end, and the nursery's about it. */
struct nursery_order {
	uint32_t number;
};

/* Nursery to parent, once, on the pair they share. */
struct nursery_level {
	struct io_sandbox_level level;
	int32_t failed; /* errno of what stopped it, 0 nothing */
};

/*
 * Nursery to parent, once, on the ward of a worker that ended. Whatever the parent says on it, its
 * end included, kills.
 */
struct nursery_death {
	int32_t status;   /* of waitpid(2) */
	int32_t not_made; /* errno of fork(2), 0: it was there */
};

enum { WORKER_NOT_CONFINED = 98 }; /* exit status of a worker that would have worked unconfined */

/** The nursery's life; does not return. */
void nursery_live(const struct io_nursery_options *o, int control, int parent)
	__attribute__((noreturn));
