/*
 * Analysers of languages' packages: locked in a project, or installed.
 * The one list of all analysers is in scan/; a new one here is a row there.
 */
#pragma once

#include "inventory/analyser.h"

/* JavaScript */
extern const struct inv_analyser inv_npm_lock; /* package-lock.json, npm-shrinkwrap.json */

/** Targets of what a project asks for: source trees. */
enum { LOCKED = INV_TARGET_FS | INV_TARGET_REPO };
/** Targets of what is there to run. */
enum { INSTALLED = INV_TARGET_IMAGE | INV_TARGET_ROOTFS };
