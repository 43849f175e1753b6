/*
 * bbolt databases (Go's embedded B+tree of nested buckets, as containerd keeps), read from hostile
 * bytes: nothing is written, no lock taken, the freelist not looked at, pages read as they are
 * needed.
 *
 * A database that another program writes to may be read: its pages are copied on write, so what a
 * transaction shows stands until two more are done. Whoever reads one calls bbolt_changed() in the
 * end and starts again when it says so. Read-only after opening; any number of threads. Source:
 * go.etcd.io/bbolt page.go, bucket.go, db.go, node.go (file format version 2).
 */
#pragma once

#include "base/arena.h"
#include "base/content.h"
#include "base/limits.h"

struct bbolt_bucket {
	uint64_t page;          /* of the tree's root; 0: it lies in the value itself */
	struct lc_slice inside; /* then that page's bytes, borrowed */
};

struct bbolt {
	const struct lc_content *content; /* borrowed */
	const struct lc_limits *limits;   /* borrowed: deadline */
	uint32_t page_bytes;
	uint64_t pages; /* in use, at most */
	uint64_t txid;  /* of the last transaction */
	struct bbolt_bucket root;
};

struct bbolt_item {
	struct lc_slice key, value;
	bool is_bucket;
};

/**
 * Find the last transaction that was written whole.
 *
 * @return 0; LC_ETRUNC too short for a database; LC_EBAD no meta page whose checksum holds;
 *         LC_EUNSUP of another version; LC_EIO
 */
int bbolt_open(const struct lc_content *c, const struct lc_limits *limits, struct bbolt *ret,
	       struct lc_err *e) LC_MUST_CHECK;
/** Were transactions written since db was opened? True also when that can no longer be told. */
bool bbolt_changed(const struct bbolt *db);

/** The bucket in a bucket; LC_ENOTFOUND none of that name; LC_EBAD, LC_ETRUNC, LC_ELIMIT damage. */
int bbolt_bucket(const struct bbolt *db, const struct bbolt_bucket *in, struct lc_slice key,
		 struct lc_arena *a, struct bbolt_bucket *ret, struct lc_err *e) LC_MUST_CHECK;
/** The value of a key, copied into the arena; else as bbolt_bucket(). */
int bbolt_get(const struct bbolt *db, const struct bbolt_bucket *in, struct lc_slice key,
	      struct lc_arena *a, struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;

/** An item, valid during the call. A result other than 0 ends the walk and is handed on. */
typedef int (*bbolt_fn)(void *ctx, const struct bbolt_item *item, struct lc_err *e);
/**
 * Call fn for each item of a bucket in the order of its keys. A tree's pages do not overlap and its
 * keys ascend: one where they do not is LC_EBAD, which bounds the work by the size of the file.
 */
int bbolt_foreach(const struct bbolt *db, const struct bbolt_bucket *in, bbolt_fn fn, void *ctx,
		  struct lc_err *e) LC_MUST_CHECK;
/** The bucket that an item is; borrows the item's value. LC_EBAD it is none. */
int bbolt_item_bucket(const struct bbolt_item *item, struct bbolt_bucket *ret,
		      struct lc_err *e) LC_MUST_CHECK;
