/*
 * Checkpoints: a log's signed word on how large it is and which hash its tree has. Rules L6, L7.
 *
 *	origin LF size LF base64(root hash) LF [extension LF]... LF
 *	("— " name " " base64(4 bytes of key id, signature) LF)...
 *
 * Sources: C2SP tlog-checkpoint.md and signed-note.md.
 */
#pragma once

#include "base/vec.h"
#include "trust/trusted_root.h"

enum { CHECKPOINT_HASH_BYTES = 32, CHECKPOINT_LINES_MAX = 64 };

struct checkpoint {
	struct lc_slice text; /* what is signed, its last LF included */
	struct lc_slice signatures;
	struct lc_slice origin;
	uint64_t size;
	uint8_t root[CHECKPOINT_HASH_BYTES];
};

/** How a log's key is named beside its origin; notes begin their signatures with 4 bytes of it. */
int checkpoint_key_id(const struct crypt_public *key, struct lc_slice name, struct digest *ret,
		      struct lc_err *e) LC_MUST_CHECK;
/** Slices of note. */
int checkpoint_parse(struct lc_slice note, struct checkpoint *ret,
		     struct trust_why *w) LC_MUST_CHECK;
/**
 * One of its lines must be the log's own; lines of witnesses and others do not matter.
 * @param named  the line's name, the origin and the log's host must be the same (Rekor v2)
 */
int checkpoint_verify(const struct checkpoint *c, const struct trust_log *log, bool named,
		      struct trust_why *w) LC_MUST_CHECK;

/**
 * Does the leaf at index belong to a tree of this size and root? Source: RFC 9162 2.1.3.2.
 */
bool checkpoint_includes(const struct checkpoint *c, uint64_t index, struct lc_slice leaf,
			 const struct lc_slices *hashes);
