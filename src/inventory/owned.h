/*
 * Packed lists of owned files, for the two ends of the facts stream. Readers of facts have
 * inv_owned_start() and its like in fact.h. Private to inventory/.
 *
 * An entry: path (uleb length, bytes), then u8: 0 no digest; 1 its text (uleb length, bytes);
 * 2 + enum digest_algorithm: its bytes.
 */
#pragma once

#include "inventory/fact.h"

/** Failures stay in the buffer. */
void owned_pack(struct lc_buf *out, const struct inv_owned *o);
/** Pass over n entries; in->bad when they are none. */
void owned_skip(struct lc_rd *in, size_t n);
