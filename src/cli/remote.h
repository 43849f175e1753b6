/*
 * What options and environment say about registries and engines. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "oci/remote.h"

/**
 * --username, --password, --password-stdin, --registry-token, --insecure, --cacert, --image-src,
 * --docker-host and --podman-host. Slices of a and of the values.
 */
int cli_remote(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
	       struct oci_remote *ret, struct lc_err *e) LC_MUST_CHECK;
