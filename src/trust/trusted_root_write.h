/*
 * Making a trusted_root.json of keys and certificates. What is written is read again by
 * trusted_root_parse(), so that nothing leaves here that could not be used.
 *
 * Source: sigstore/protobuf-specs sigstore_trustroot.proto, version 0.1.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "trust/window.h"

enum root_party_kind { ROOT_CA, ROOT_TLOG, ROOT_CTLOG, ROOT_TSA, ROOT_KIND_N };

struct root_party {
	enum root_party_kind kind;
	struct lc_slice url;
	struct lc_slice pem; /* chains nearest first, anchor last; the key of a log */
	/* Of authorities without a start: that of the anchor, or of the leaf that stamps. */
	struct trust_window valid;
	struct lc_slice origin; /* of logs that are named by it and their key; "" by the key */
};

/**
 * Append it, compact.
 * @param base  a trusted_root.json whose parties stand in front; "" none
 * @param drop  which kinds of base are left out: 1 << enum root_party_kind
 * @return 0; LC_EBAD what is given cannot be used; LC_ENOMEM
 */
int trusted_root_write(const struct root_party *v, size_t n, struct lc_slice base, unsigned drop,
		       struct lc_buf *out, struct lc_err *e) LC_MUST_CHECK;
