/*
 * Inside of the fact cache: for its files, their tests and the fuzz target.
 */
#pragma once

#include "crypt/mac.h"
#include "scan/cache.h"

#define CACHE_SPOOL   "tmp"
#define CACHE_WRITTEN "written" /* a byte for each block that was written since the last sweep */

enum {
	CACHE_NAME_CHARS = 2 * SCAN_CACHE_ID_BYTES,
	CACHE_TRAILER_BYTES = 168,
	CACHE_BLOCK_BYTES = 4096, /* what one byte of CACHE_WRITTEN stands for */
	CACHE_SHARE = 8,          /* after 1/8 of the bound was written a sweep frees as much */
};

struct scan_cache {
	int fd; /* of the directory with the entries */
	uint8_t key[MAC_BYTES];
	uint64_t bytes_max;
	char *version;
};

/*
 * An entry: the facts, then
 *	magic "LCFC" and version; u64 little endian each: facts, stored, inflated, entries, files
 *	read, bytes analysed, unsafe names; compression u8, algorithm of the blob's digest u8 (0xff
 *	none), six bytes 0; that digest, 64 bytes; MAC over name and all of the above.
 */
struct cache_trailer {
	uint64_t facts;
	struct inv_walk_stats stats;
	struct lc_slice authentic; /* the part of the trailer that the MAC covers */
	const uint8_t *mac;
};

/** @return 0; LC_EBAD */
int cache_trailer_read(struct lc_slice bytes, uint64_t file_size, struct cache_trailer *ret,
		       struct lc_err *e) LC_MUST_CHECK;
/** All of it but the MAC. */
void cache_trailer_write(struct lc_buf *out, uint64_t facts, const struct inv_walk_stats *stats);

const char *cache_name(const struct scan_cache_id *id, char ret[CACHE_NAME_CHARS + 1]);
bool cache_is_name(const char *s);

/** Tell that so many bytes were written; sweep when it is time. */
void cache_wrote(struct scan_cache *c, uint64_t bytes);
/** Remove the least recently used until at most bytes_left are left. */
void cache_sweep(int fd, uint64_t bytes_left);
