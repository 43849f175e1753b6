/*
 * One layer taken out of its image, for a reader in another process: what its manifest and config
 * say of it as a few bytes, and its stored bytes as a stream.
 *
 * The reader's image has that layer alone, under its own number; nothing else of it may be asked.
 * Stored bytes are hashed by whoever gives them, so that a reader which they take over cannot say
 * that they are others.
 */
#pragma once

#include "base/buf.h"
#include "oci/image.h"

/** Append the description of a layer. LC_EUSAGE no such layer; LC_ENOMEM; LC_ELIMIT of the buffer.
 */
int oci_part_pack(const struct oci_image *i, size_t layer, struct lc_buf *out,
		  struct lc_err *e) LC_MUST_CHECK;

/** What the digest of a layer's stored bytes is taken by: as was promised, else as its diff id. */
enum digest_algorithm oci_part_algorithm(const struct oci_layer *l);

/** Outlives the image. */
struct oci_part_opener {
	/* Gives the stored bytes from their start, again for each call. */
	int (*open)(void *ctx, struct lc_stream **ret, struct lc_err *e);
	/* Their digest, by oci_part_algorithm(), once a stream was read to its end: the reader
	 * takes none. */
	int (*digest)(void *ctx, struct digest *ret, struct lc_err *e);
	void *ctx;
};

/**
 * The image that a description makes.
 *
 * @param packed     outlives the image
 * @param ret_layer  the number of its layer
 * @return 0; LC_EBAD not a description; LC_ENOMEM. The image is the caller's: oci_close()
 */
int oci_part_image(struct lc_slice packed, const struct oci_part_opener *from,
		   const struct lc_limits *limits, struct oci_image **ret, size_t *ret_layer,
		   struct lc_err *e) LC_MUST_CHECK;
