/*
 * Inside of the tar reader: header blocks, extended headers and sparse maps. For format/tar*.c
 * only.
 */
#pragma once

#include "format/tar.h"

enum {
	TAR_BLOCK_BYTES = 512,
	TAR_META_MAX = 1 << 20,   /* one pax header */
	TAR_SPARSE_MAX = 1 << 16, /* data parts of one sparse file */
	TAR_META_ROW_MAX = 1024,  /* extended headers before one entry */
};

/** A number of a header field: octal text or base-256. False when it is neither. */
bool tar_number(struct lc_slice field, int64_t *ret);
/** Bytes up to the first NUL. */
struct lc_slice tar_text(struct lc_slice field);
/** True when the stored checksum fits the block, summed as unsigned or as signed bytes. */
bool tar_checksum_ok(const uint8_t block[TAR_BLOCK_BYTES]);
/** Compute and store it. */
void tar_checksum_put(uint8_t block[TAR_BLOCK_BYTES]);

enum tar_magic { TAR_V7, TAR_USTAR, TAR_STAR, TAR_GNU };

/** One header block taken apart; slices point into it. */
struct tar_header {
	enum tar_magic magic;
	uint8_t flag; /* type flag as stored */
	struct lc_slice name, prefix, link;
	uint64_t size;
	uint64_t uid, gid;
	int64_t mtime;
	uint32_t mode;
};
/** LC_EBAD for a wrong checksum or size. */
int tar_header_parse(const uint8_t block[TAR_BLOCK_BYTES], struct tar_header *ret,
		     struct lc_err *e) LC_MUST_CHECK;
/** Type of a flag other than those of extended headers; name decides for old archives' directories.
 */
enum tar_type tar_type_of(uint8_t flag, struct lc_slice name);

struct tar_part {
	uint64_t off; /* in the file */
	uint64_t n;
};

/** Where a sparse file has data, in order. */
struct tar_sparse {
	struct tar_part *v; /* heap */
	size_t n;
	size_t room;
};
void tar_sparse_done(struct tar_sparse *s);
/** Append; zero lengths are dropped. LC_EBAD unless it lies behind the others; LC_ELIMIT;
 * LC_ENOMEM. */
int tar_sparse_add(struct tar_sparse *s, uint64_t off, uint64_t n, struct lc_err *e) LC_MUST_CHECK;
/** Parts end before size and their data fits what is stored, else LC_EBAD. */
int tar_sparse_check(const struct tar_sparse *s, uint64_t size, uint64_t stored,
		     struct lc_err *e) LC_MUST_CHECK;
/** "off,n,off,n": the map of GNU sparse format 0.1. */
int tar_sparse_text(struct tar_sparse *s, struct lc_slice map, struct lc_err *e) LC_MUST_CHECK;
/** count descriptors of 24 bytes as in old GNU headers; an empty one ends them. */
int tar_sparse_old(struct tar_sparse *s, struct lc_slice from, size_t count,
		   struct lc_err *e) LC_MUST_CHECK;

/** Values of one pax header, slices of its body; p NULL where there is none. */
struct tar_pax {
	struct lc_slice path, linkpath, sparse_name, sparse_map;
	uint64_t size, uid, gid, sparse_size;
	int64_t mtime;
	bool has_size, has_uid, has_gid, has_mtime, has_sparse_size;
	int sparse_major, sparse_minor; /* -1 where not said */
	bool has_parts;                 /* 0.0: offset and numbytes records went to the map */
};
/**
 * @param body  records "length key=value\n", all of them
 * @param map   parts of a 0.0 sparse map are added here
 */
int tar_pax_parse(struct lc_slice body, struct tar_pax *ret, struct tar_sparse *map,
		  struct lc_err *e) LC_MUST_CHECK;

struct tar_reader {
	struct lc_stream content; /* first: tar_content() hands it out */
	struct lc_stream *from;
	struct lc_limits limits;
	uint64_t offset; /* bytes taken from the stream */
	uint64_t start;  /* of the header being read */
	uint64_t count;
	uint64_t stored; /* bytes of the current content still in the stream */
	uint64_t pad;    /* behind them, to the next block */
	uint64_t size;   /* of a sparse file, holes included */
	uint64_t at;     /* place in it */
	struct tar_sparse map;
	size_t part; /* of the map, at or behind the place */
	bool sparse;
	bool ended;
	struct lc_err failed; /* code not 0: given again at each further call */
	struct lc_buf pax, long_name, long_link, name, target;
	bool has_pax, has_long_name, has_long_link;
	uint8_t block[TAR_BLOCK_BYTES];
};

/** The failure kept in t->failed. */
int tar_fail_again(const struct tar_reader *t, struct lc_err *e);
/** A block into t->block; *ret_end at a clean end of the stream. */
int tar_take_block(struct tar_reader *t, bool *ret_end, struct lc_err *e) LC_MUST_CHECK;
/** Skip bytes of the stream, counting them. */
int tar_pass_over(struct tar_reader *t, uint64_t n, struct lc_err *e) LC_MUST_CHECK;
/** Does the pax header make its entry a sparse file that we can read? */
bool tar_is_pax_sparse(const struct tar_pax *p);
/** Look for a sparse map of the entry whose content begins, and take it. */
int tar_set_sparse(struct tar_reader *t, const struct tar_header *h, const struct tar_pax *p,
		   struct tar_entry *entry, struct lc_err *e) LC_MUST_CHECK;
/* The stream of an entry's content. */
int tar_content_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e);
int tar_content_skip(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e);
