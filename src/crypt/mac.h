/*
 * Message authentication with a key: HMAC-SHA256 (RFC 2104, FIPS 180-4) by OpenSSL EVP.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

enum { MAC_BYTES = 32 };

/**
 * HMAC-SHA256 over parts, one behind the other. Whoever calls sees to it that no two lists of parts
 * run into one: fixed sizes, or lengths among them.
 *
 * @param ret  untouched on failure
 * @return 0; LC_ENOMEM where the library has no memory; LC_EIO where it lacks the algorithm
 *
 * Thread-safe.
 */
int mac_of(struct lc_slice key, const struct lc_slice *parts, size_t n, uint8_t ret[MAC_BYTES],
	   struct lc_err *e) LC_MUST_CHECK;
/** In a time that does not depend on where they differ. */
bool mac_eq(const uint8_t a[MAC_BYTES], const uint8_t b[MAC_BYTES]);
