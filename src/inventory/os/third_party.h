/*
 * Packages of other people's repositories, told by who maintains them. Their versions are their
 * own: a distribution's advisories do not speak of them.
 */
#pragma once

#include "base/slice.h"

/** Does a package with this Maintainer field come from a known repository outside the distribution?
 */
bool third_party_maintainer(struct lc_slice maintainer);
