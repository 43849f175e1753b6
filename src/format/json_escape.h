/*
 * Escapes of JSON strings (RFC 8259, section 7) and the UTF-8 that they stand for.
 */
#pragma once

#include "base/slice.h"

/** Length of the escape that s starts with (0: none) and its code point; half a pair is U+FFFD. */
size_t json_escape(struct lc_slice s, uint32_t *ret_cp);
/** True when s is the beginning of an escape and ends too early. */
bool json_escape_cut(struct lc_slice s);
/** A code point as UTF-8 into room for 4 bytes: the bytes it takes. */
size_t json_utf8_put(uint8_t *to, uint32_t cp);
/** The bytes of a checked string, escapes resolved, into room for as many as they are. */
void json_unescape(struct lc_slice raw, uint8_t *to);
