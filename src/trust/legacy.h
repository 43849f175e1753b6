/*
 * Signatures and attestations in the form before bundles, where everything stands in annotations of
 * a layer: turned into a struct bundle, so that there is one way to verify. Private to trust/.
 *
 * Sources: sigstore/cosign specs/SIGNATURE_SPEC.md, pkg/oci/static/options.go (the log's promise).
 */
#pragma once

#include "trust/attached.h"
#include "trust/bundle.h"

/**
 * @param content  of the blob, which outlives the result: the payload, or the envelope
 * @return 0; LC_EBAD with the rule of form that fails; LC_ENOMEM
 */
int legacy_bundle(const struct attached *what, struct lc_slice content, struct lc_arena *a,
		  struct bundle *ret, struct trust_why *w) LC_MUST_CHECK;
