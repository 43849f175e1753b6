/*
 * One layer taken out of its image, for a reader in another process: what its manifest and config
 * say of it as a few bytes, and its stored bytes as a range of a file or as a stream.
 *
 * The reader's image has that layer alone, under its own number; nothing else of it may be asked.
 */
#pragma once

#include "base/buf.h"
#include "base/content.h"
#include "oci/image.h"

/** Append the description of a layer. LC_EUSAGE no such layer; LC_ENOMEM; LC_ELIMIT of the buffer.
 */
int oci_part_pack(const struct oci_image *i, size_t layer, struct lc_buf *out,
		  struct lc_err *e) LC_MUST_CHECK;

/** Gives the stored bytes from their start, again for each call. Outlives the image. */
struct oci_part_opener {
	int (*open)(void *ctx, struct lc_stream **ret, struct lc_err *e);
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

/**
 * A layer's stored bytes as a range of an open file that nobody can write through.
 *
 * @param ret  release with lc_content_done(), before the image
 * @return 0; LC_ENOTFOUND they are to be had as a stream only (oci_layer_blob())
 */
int oci_part_range(const struct oci_image *i, size_t layer, struct lc_content *ret) LC_MUST_CHECK;
