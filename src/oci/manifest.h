/*
 * Manifest and config into an image's layers. Private to oci/.
 *
 * Sources: OCI image-spec 1.1 manifest.md and config.md; Docker image manifest v2 schema 2.
 */
#pragma once

#include "oci/image.h"

/** Everything from the manifest on: config, layers, diff ids, history. Missing blobs:
 * document_missing(). */
int manifest_load(struct oci_image *i, const struct oci_descriptor *d,
		  struct lc_err *e) LC_MUST_CHECK;
/** Take a verified config: bytes, platform, date. */
int config_load(struct oci_image *i, struct lc_slice text, struct lc_err *e) LC_MUST_CHECK;
/** Room for n layers, within limits. */
int layers_make(struct oci_image *i, size_t n, struct lc_err *e) LC_MUST_CHECK;
/** Diff ids and build steps of layers in place; LC_EBAD when the config counts other layers. */
int layers_pair(struct oci_image *i, struct lc_err *e) LC_MUST_CHECK;

enum manifest_shape { SHAPE_OTHER, SHAPE_INDEX, SHAPE_MANIFEST, SHAPE_SCHEMA1 };
/**
 * What a document is by its members, and that its own mediaType agrees with its descriptor's.
 * A document that is both index and manifest is LC_EBAD: two readers would see two images.
 */
int manifest_shape(const struct json_doc *d, struct lc_slice media_type, enum manifest_shape *ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** Is it, by config and layer types, something else than a container image (signature, chart, …)?
 */
bool manifest_is_artifact(const struct json_doc *d);
