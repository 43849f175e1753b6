/*
 * What `docker save` and `podman save` write, old and new. Private to oci/.
 *
 * manifest.json = [ { "Config": path, "RepoTags": [ name … ], "Layers": [ path … ] } … ]
 * Old: Config "<hex>.json", layers "<id>/layer.tar", equal ones as links. New (docker 25):
 * everything in blobs/sha256/, index.json and oci-layout beside it. Layers are plain tar and carry
 * no digest of their own unless their path is one. Source: Docker image specification v1.2;
 * docker/docker image/tarexport.
 */
#pragma once

#include "oci/image.h"

/** Choose by manifest.json and load. */
int docker_archive_load(struct oci_image *i, const struct oci_open_options *o,
			struct lc_err *e) LC_MUST_CHECK;
/** Names that manifest.json gives an image loaded from the index beside it; disagreement becomes a
 * note. */
int docker_archive_names(struct oci_image *i, const struct oci_open_options *o,
			 struct lc_err *e) LC_MUST_CHECK;
