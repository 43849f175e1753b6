/* Does a certificate name somebody who was asked for? Rules I1, I2. Private to trust/. */
#pragma once

#include "trust/verify.h"

/** One of ids fits wholly; *ret tells which. */
int identity_check(const struct certificate *c, const struct trust_identity *ids, size_t n,
		   const struct trust_identity **ret, struct trust_why *w) LC_MUST_CHECK;
