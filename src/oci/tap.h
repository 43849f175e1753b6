/*
 * A tap on a stream: reads it in large pieces, counts and hashes what passes. Private to oci/.
 *
 * Its pieces let the reader above take headers of 512 bytes and pass over contents without a call
 * into the layers below for each. Skipping hashes but does not copy; where the stream below lends
 * its bytes nothing is copied at all, and who reads in large pieces gets them without a detour.
 * Borrows the stream it reads.
 */
#pragma once

#include "base/limits.h"
#include "base/stream.h"
#include "crypt/digest.h"

struct oci_tap {
	struct lc_stream base;
	struct lc_stream *from;
	struct digester *digester;      /* NULL: counts only */
	uint8_t *buf;                   /* NULL where the stream below lends */
	struct lc_slice have;           /* what was taken from below and not given yet */
	uint64_t bytes;                 /* taken from below */
	uint64_t bytes_max;             /* more is LC_EBAD: longer than promised */
	const struct lc_limits *limits; /* deadline */
	int err;                        /* sticky */
	bool end;
};

/** @param hash  false: count only. Zeroed struct first; release with oci_tap_done() also after
 * failure. */
int oci_tap_init(struct oci_tap *t, struct lc_stream *from, bool hash, enum digest_algorithm a,
		 uint64_t bytes_max, const struct lc_limits *limits,
		 struct lc_err *e) LC_MUST_CHECK;
void oci_tap_done(struct oci_tap *t);
/** Read to the end of what is below. */
int oci_tap_drain(struct oci_tap *t, struct lc_err *e) LC_MUST_CHECK;
