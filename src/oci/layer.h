/*
 * A layer as entries: stored blob -> [transform] -> digest -> inflate -> digest -> tar, in one
 * pass.
 *
 * What is read counts only after oci_layer_finish() said that blob digest, size and diff id hold.
 * The transform hook is where decryption plugs in: it gets the stored stream and gives the plain
 * one. Whiteouts are told apart here (OCI image-spec layer.md "Whiteouts"): ".wh.NAME" removes NAME
 * of lower layers, ".wh..wh..opq" hides everything lower in its directory, other ".wh..wh.*" is
 * aufs' own and skipped. One reader, one thread; several readers of one image may run at once.
 */
#pragma once

#include "format/tar.h"
#include "io/inflate.h"
#include "oci/image.h"

enum oci_entry_kind { OCI_ENTRY, OCI_WHITEOUT, OCI_OPAQUE };

struct oci_entry {
	enum oci_entry_kind kind;
	struct tar_entry tar; /* of an OCI_ENTRY */
	struct lc_slice path; /* the entry's path; of a whiteout what it removes; of an opaque its
				 directory */
};

struct oci_layer_transform {
	/* Asked for encrypted layers alone. Wraps stored into a stream that gives the blob in
	 * clear; owned by the reader afterwards. NULL fn: none. check is called once all was read:
	 * its MAC must hold or LC_EBAD. */
	int (*open)(void *ctx, const struct oci_image *i, size_t layer, struct lc_stream *stored,
		    struct lc_stream **ret, struct lc_err *e);
	int (*check)(void *ctx, struct lc_stream *s, struct lc_err *e);
	void *ctx;
};

struct oci_layer_reader;

struct oci_layer_stats {
	uint64_t stored_bytes;   /* of the blob as stored */
	uint64_t inflated_bytes; /* of the tar */
	uint64_t entries;
	enum io_compression compression;
	struct digest blob_digest;
	bool has_blob_digest; /* false: no digest of the stored form was promised, so none was taken
			       */
	struct digest diff_id;
};

int oci_layer_open(const struct oci_image *i, size_t layer, const struct lc_limits *limits,
		   const struct oci_layer_transform *transform, struct oci_layer_reader **ret,
		   struct lc_err *e) LC_MUST_CHECK;
void oci_layer_close(struct oci_layer_reader *r);
void oci_layer_closep(struct oci_layer_reader **r);

/** Next entry; unsafe names are given as notes (count in stats), never as entries. LC_ENOTFOUND at
 * the end. */
int oci_layer_next(struct oci_layer_reader *r, struct oci_entry *ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** Content of the current regular file. */
struct lc_stream *oci_layer_content(struct oci_layer_reader *r);
/** Read what is left (padding behind the tar's end counts for the digests) and verify. */
int oci_layer_finish(struct oci_layer_reader *r, struct oci_layer_stats *ret,
		     struct lc_err *e) LC_MUST_CHECK;
/**
 * Read a layer's stored bytes once more, for nothing but their digest: tells a transfer that went
 * wrong from content that is broken.
 * @return 0 they are as promised, or nothing was; LC_EBAD they are not
 */
int oci_layer_verify(const struct oci_image *i, size_t layer, const struct lc_limits *limits,
		     struct lc_err *e) LC_MUST_CHECK;
/** Entries whose names climb or hold NUL, so far. */
uint64_t oci_layer_unsafe(const struct oci_layer_reader *r);
