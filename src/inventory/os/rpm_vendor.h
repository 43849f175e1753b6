/*
 * Who built an rpm package, as its header says: the distribution, or somebody whose versions the
 * distribution's advisories do not speak of.
 */
#pragma once

#include "base/slice.h"

/** Is a package of this vendor and release not the distribution's? */
bool rpm_third_party(struct lc_slice vendor, struct lc_slice release);
