/*
 * An OCI image layout, directory or archive. Private to oci/. Source: OCI image-spec 1.1
 * image-layout.md.
 */
#pragma once

#include "oci/image.h"

/** Choose by index.json and load. */
int layout_load(struct oci_image *i, const struct oci_open_options *o,
		struct lc_err *e) LC_MUST_CHECK;
