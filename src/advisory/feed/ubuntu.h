/*
 * Releases of Ubuntu as its own data names them. Private to feed/.
 */
#pragma once

#include "base/arena.h"

/**
 * "jammy" to "Ubuntu:22.04:LTS"; "esm-infra/focal" and "focal/esm" to "Ubuntu:Pro:20.04:LTS"; ""
 * for "upstream", "devel" and what is unknown.
 */
struct lc_slice ubuntu_ecosystem(struct lc_slice release, struct lc_arena *a);
