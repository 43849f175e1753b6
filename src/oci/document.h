/*
 * Documents of an image (index, manifest, config): read, verified, parsed. Private to oci/.
 *
 * Equal keys in one object are refused: two readers could see two different images.
 */
#pragma once

#include "oci/image.h"
#include "oci/source.h"

/**
 * A document by its descriptor: size and digest hold, or LC_EBAD. One that is missing is as
 * document_missing() says.
 *
 * @param what  "index", "manifest", "config": for messages
 */
int document_read(struct oci_image *i, const struct oci_descriptor *d, const char *what,
		  struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
/** Does a text that was read have the descriptor's size and digest? LC_EBAD when not. */
int document_verify(const struct oci_descriptor *d, struct lc_slice text, const char *what,
		    struct lc_err *e) LC_MUST_CHECK;
/** A blob that must be there is not: LC_ETRUNC when the archive has no end, else LC_EBAD. */
int document_missing(struct oci_image *i, struct lc_slice location, const char *what,
		     struct lc_err *e);
/** Parse; the root must be of that type. */
int document_parse(struct oci_image *i, struct lc_slice text, enum json_type root, const char *what,
		   struct json_doc *ret, struct lc_err *e) LC_MUST_CHECK;
/** Remember something a reader of the report should know. Bytes of the input quoted by the caller.
 */
int document_note(struct oci_image *i, struct lc_slice note, struct lc_err *e) LC_MUST_CHECK;
/** A string copied into a list of the image. */
int document_push(struct oci_image *i, struct lc_slices *list, struct lc_slice s,
		  struct lc_err *e) LC_MUST_CHECK;
