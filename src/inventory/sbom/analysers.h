/*
 * Bills of materials that lie among the files: what their authors say is there.
 * The one list of all analysers is in scan/.
 */
#pragma once

#include "inventory/analyser.h"

extern const struct inv_analyser inv_spdx;      /* *.spdx.json, *.spdx */
extern const struct inv_analyser inv_cyclonedx; /* *.cdx.json, *.cdx */
