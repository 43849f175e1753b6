/*
 * bbolt databases made by hand, for tests to read and to spoil.
 */
#pragma once

#include "base/buf.h"

/** A pair, or with sub a bucket of n pairs; in the order of their keys. */
struct make_pair {
	const char *key, *value;
	const struct make_pair *sub;
	size_t n;
	bool is_bucket;
};

struct make_bbolt {
	struct lc_buf out;
	uint32_t page_bytes;
	size_t per_page; /* entries of one page, at most: small numbers make high trees */
	bool apart;      /* no bucket lies in a value */
	uint64_t root, txid;
};

/** Page 2 is the freelist, pages 0 and 1 the meta pages of transactions txid and txid - 1. */
void make_bbolt(struct make_bbolt *m, const struct make_pair *pairs, size_t n);
/** Put a meta page's checksum right after a change. */
void make_bbolt_sum(struct make_bbolt *m, unsigned meta);
/** Where a page begins; and numbers written over others. */
uint8_t *make_bbolt_page(struct make_bbolt *m, uint64_t page);
void make_le(uint8_t *at, uint64_t v, unsigned bytes);
