/*
 * Build steps of layers. Private to oci/. Source: OCI image-spec config.md "history".
 */
#pragma once

#include "oci/image.h"

/**
 * Give each layer its step: entries without empty_layer correspond in order to the layers. When the
 * counts differ no layer gets one (and a note says so), since any pairing would be a guess. Reads
 * i->config_doc; layers are in place.
 */
int history_pair(struct oci_image *i, struct lc_err *e) LC_MUST_CHECK;
