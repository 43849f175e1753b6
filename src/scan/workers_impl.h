/* clang-format off */
/*
 * What the scan and the process that walks one of its layers share and say. Private to scan/.
 *
 * A message is its kind and numbers (uleb128), then text or bytes to its end:
 *
 *	scan to process
 *	WALK  description
 *	TREE  threads, files left out, of each size and text of its path and of what is told of it
 *	                                        (with the root, and the store if there is one)
 *	DATA  pass, slot, size, digest          (size 0: the end; the digest is then there)
 *	FAIL  pass, code, errno, text           the stored bytes' failure
 *
 *	process to scan
 *	OPEN  pass                              the stored bytes from their start, please;
 *	                                        those of the first pass may come before
 *	FREE  pass, slot                        the slot's bytes were read
 *	FACTS bytes                             a piece of the facts, in order
 *	DONE  code, errno, statistics, text
 *
 * Stored bytes come through slots of memory, which the scan writes and the process can only read;
 * of the slots the scan writes those that it knows to be free. The scan takes the digest of what it
 * gave: that a layer's bytes are those which its manifest names is not for a process to say that
 * they may have taken over.
 */
/* clang-format on */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/pool.h"
#include "io/worker.h"
#include "scan/workers.h"

enum { WORKER_SLOTS = 4, WORKER_SLOT_BYTES = 256 * 1024, WORKER_PASSES_MAX = 2 };
enum { WORKER_ANALYSER_MAX = 32, WORKER_PATH_MAX = 4096 };
/* So many files of a tree may end its process, one after the other. */
enum { WORKER_LEFT_OUT_MAX = 8 };

/** Memory that a process shares with the scan, which believes nothing of it. */
struct worker_shared {
	atomic_uint_least64_t progress;  /* moves while the process gets on */
	atomic_uint_least8_t analyser_n; /* of the two below; read once */
	atomic_uint_least16_t path_n;
	uint8_t analyser[WORKER_ANALYSER_MAX]; /* what runs, and on which file */
	uint8_t path[WORKER_PATH_MAX];
} __attribute__((aligned(4096)));

/** Memory that a process reads, and the scan alone writes. */
struct worker_slots {
	uint8_t v[WORKER_SLOTS][WORKER_SLOT_BYTES];
};

/*
 * A process and its memory, each piece a file of its own: a mapping can be made longer, and shows
 * no neighbour then. The memory is nobody else's before the process is gone.
 */
struct worker_place {
	enum { WORKER_FREE_PLACE, WORKER_SPARE, WORKER_BUSY, WORKER_ENDING } state;
	struct io_worker worker;
	struct worker_shared *shared;
	struct worker_slots *written;     /* in no process but the scan's; NULL for trees */
	const struct worker_slots *slots; /* the same, to be read */
	size_t used[WORKER_SLOTS];        /* bytes of a slot that hold a layer's */
};

struct scan_workers {
	const struct scan_request *q;
	const struct inv_matcher *m;
	const struct io_tree *tree;  /* NULL: layers are walked */
	const struct io_tree *store; /* beside it; NULL none */
	struct io_nursery *nursery;
	bool sealed;                    /* the kernel lets nobody else write what they read */
	struct lc_spare_counts *counts; /* so that stages of all use each processor once */
	unsigned numbers_n;
	unsigned ready_max; /* processes ahead of need: the threads of the scan */
	bool level_known;
	struct io_sandbox_level level;
	pthread_mutex_t lock;        /* guards what follows */
	struct worker_place *places; /* numbers_n */
	size_t to_come;              /* layers without a process yet */
};

enum worker_message {
	WORKER_WALK = 1,
	WORKER_DATA,
	WORKER_FAIL,
	WORKER_OPEN,
	WORKER_FREE,
	WORKER_FACTS,
	WORKER_DONE,
	WORKER_TREE,
};

enum { WORKER_NUMBERS_MAX = 12 };

struct worker_head {
	uint8_t bytes[1 + 10 * WORKER_NUMBERS_MAX];
	size_t n;
};
/** Kind and numbers as a message begins. */
struct worker_head worker_head_of(enum worker_message kind, const uint64_t *numbers, size_t n);
/** Send kind, n numbers and what follows them. */
int worker_say(int fd, enum worker_message kind, const uint64_t *numbers, size_t n,
	       struct lc_slice rest, struct lc_err *e);
/** Take n numbers off a message; false when they are not there. The rest stays in r. */
bool worker_numbers(struct lc_rd *r, uint64_t *ret, size_t n);
/** All that is left. */
struct lc_slice worker_rest(struct lc_rd *r);

/** An error as two numbers and a text; foreign ones become some error, fit to show. */
void worker_err_put(const struct lc_err *e, int code, uint64_t ret[2]);
int worker_err_take(const uint64_t numbers[2], struct lc_slice text, struct lc_err *ret);

/** The memory of a place, as far as it is mapped. */
void worker_place_unmap(const struct worker_place *p);
/** In the process: its work. */
void worker_serve(void *workers, int fd, unsigned number);

/**
 * In the process: what to walk a tree with; ret->left_out lies in a, ret->store is store or NULL.
 * Takes the descriptors.
 */
int worker_tree_take(const struct io_message *m, struct lc_arena *a, struct io_tree *tree,
		     struct io_tree *store, struct inv_tree_options *ret, struct lc_err *e);
/** In the scan: send that. LC_ENOMEM, LC_ELIMIT nothing was sent; else the process is gone. */
int worker_tree_send(int fd, const struct io_tree *tree, const struct inv_tree_options *how);
enum worker_end {
	WORKER_ENDED,  /* with an answer */
	WORKER_LOST,   /* before its time, by what it read: err says how */
	WORKER_STRAYED /* from what it was asked: nothing that it says counts */
};

/** In the scan: a tree walked by a process, which the caller forgets afterwards. */
int worker_ask_tree(struct scan_workers *w, unsigned number, const struct inv_tree_options *how,
		    struct scan_layer *ret, enum worker_end *ret_end);
/** In the scan: one layer walked by a process, which the caller forgets afterwards. */
int worker_ask(struct scan_workers *w, unsigned number, const struct oci_image *image, size_t layer,
	       struct scan_layer *ret);
