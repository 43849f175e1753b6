/*
 * Certificates and paths, over OpenSSL. Times are given, never the clock's, and closed at both ends
 * as RFC 5280 4.1.2.5 has them (OpenSSL's own check leaves the last second out). Private to trust/.
 */
#pragma once

#include <openssl/x509.h>

#include "base/slice.h"
#include "trust/why.h"

enum { X509_DER_MAX = 1 << 16, X509_PATH_MAX = 8 };

/** Exactly one certificate. Owned by the caller: X509_free(). LC_EBAD, LC_ENOMEM. */
int x509_parse(struct lc_slice der, X509 **ret, struct lc_err *e) LC_MUST_CHECK;
bool x509_self_signed(X509 *x);
/** Is x valid at t, both ends included? */
bool x509_valid_at(const X509 *x, int64_t t);
/** ASN.1 time in seconds since 1970; false for what is no time. */
bool x509_time(const ASN1_TIME *t, int64_t *ret);

/** A verified path: leaf first, anchor last; borrowed from the arguments of x509_path(). */
struct x509_path {
	X509 *v[X509_PATH_MAX];
	size_t n;
};

/**
 * Find a path from leaf over intermediates to one of anchors (which end it, self-signed or not):
 * signatures, CA bits, path lengths, critical extensions. Times are not looked at.
 * @return 0; LC_EBAD with the reason; LC_ENOMEM
 */
int x509_find_path(X509 *leaf, X509 *const *intermediates, size_t intermediates_n,
		   X509 *const *anchors, size_t anchors_n, struct x509_path *ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** Do the certificates above the leaf that restrict their use (XKU_…) allow this one? */
bool x509_path_allows(const struct x509_path *p, uint32_t use);
/** LC_EBAD names the first certificate of the path that is not valid at t. */
int x509_path_valid_at(const struct x509_path *p, int64_t t, struct lc_err *e) LC_MUST_CHECK;

/** "/CN=…" of a subject, fit for a message. */
struct lc_quoted x509_subject(const X509 *x);
