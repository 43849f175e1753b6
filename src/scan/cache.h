/*
 * The fact cache: what the layers of images were found to hold, kept so that a layer is read once.
 *
 * An entry is the facts of one layer (inventory/fact.h) and the numbers that reports tell of it.
 * Its name is drawn from the diff id, the analysers with their versions, the options and limits,
 * the program's version and a key of the user's: other keys give other names. Where that the layer
 * has this diff id was seen only by a process that the layer may have taken over, the digest of the
 * bytes as stored is in the name, too, and the entry counts for no other blob. Entries carry a MAC
 * under that key over name and content. One that does not hold (damaged, cut, swapped, made by
 * somebody else) is removed and told; the layer is read. So whoever can write into the cache
 * directory can cost time and no finding; whoever can read the key can forge.
 *
 * Any number of processes may use one directory. Entries appear whole, by rename; readers take no
 * lock. The least recently used go first: an entry's mtime is when it was last used, so mounts
 * without atime do. Thread-safe but for opening and closing.
 */
#pragma once

#include "inventory/matcher.h"
#include "inventory/walk.h"
#include "io/remove.h"

/** Keys and entries are made of these bytes. */
enum { SCAN_CACHE_ID_BYTES = 32 };

struct scan_cache;

struct scan_cache_options {
	const char *dir;     /* made when it is not there, below it all that is ours */
	const char *key_dir; /* where the key is, and is made; made when it is not there */
	uint64_t bytes_max;  /* of all entries */
	const char *version; /* of the program: others' entries are not used */
};

/**
 * @return 0; LC_EDENIED for a directory or key that is a link, not the user's own, or open to
 * others: the message says which; LC_EIO; LC_ENOMEM
 */
int scan_cache_open(const struct scan_cache_options *o, struct scan_cache **ret,
		    struct lc_err *e) LC_MUST_CHECK;
void scan_cache_close(struct scan_cache *c);
void scan_cache_closep(struct scan_cache **c);

/** What tells entries of a scan from those of others: analysers, options, limits. */
struct scan_cache_scope {
	uint8_t bytes[SCAN_CACHE_ID_BYTES];
};
int scan_cache_scope(const struct scan_cache *c, const struct inv_matcher *m,
		     const struct lc_limits *limits, struct scan_cache_scope *ret,
		     struct lc_err *e) LC_MUST_CHECK;

struct scan_cache_id {
	uint8_t bytes[SCAN_CACHE_ID_BYTES];
};
/** @param stored  of the blob that the entry counts for; NULL: for all that have this diff id */
int scan_cache_id(const struct scan_cache *c, const struct scan_cache_scope *scope,
		  const struct digest *diff_id, const struct digest *stored,
		  struct scan_cache_id *ret, struct lc_err *e) LC_MUST_CHECK;

/** Is there an entry? What it is worth only reading it tells. */
bool scan_cache_has(const struct scan_cache *c, const struct scan_cache_id *id);
/**
 * @param facts  cleared first; gets the facts' stream, within its cap
 * @param ret    as the walk gave it, with the stored form that the layer had then
 * @return 0; LC_ENOTFOUND; LC_EBAD it does not hold, and was removed; LC_EIO; LC_ENOMEM
 */
int scan_cache_get(struct scan_cache *c, const struct scan_cache_id *id, struct lc_buf *facts,
		   struct inv_walk_stats *ret, struct lc_err *e) LC_MUST_CHECK;
/** Keep a layer's facts, in place of an entry that is there; may remove entries to stay in bounds.
 */
int scan_cache_put(struct scan_cache *c, const struct scan_cache_id *id, struct lc_slice facts,
		   const struct inv_walk_stats *stats, struct lc_err *e) LC_MUST_CHECK;

/** Names below the cache directory: what is removed by `lacre clean --scan-cache`. */
#define SCAN_CACHE_DIR "facts"
/**
 * Remove all entries and what else a cache keeps; nothing that is not the cache's, and nothing
 * behind a link. Adds to count. LC_ENOTFOUND where there is none; LC_EDENIED for a link.
 */
int scan_cache_clean(const char *dir, struct io_removed *count, struct lc_err *e) LC_MUST_CHECK;
