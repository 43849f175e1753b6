/*
 * Base64 (RFC 4648 section 4), strict: padding where it belongs, no line breaks, no spare bits set.
 */
#pragma once

#include "base/buf.h"

/** Append the decoded bytes; LC_EBAD for text that is no base64, else as lc_buf_add(). */
int base64_decode(struct lc_slice text, struct lc_buf *ret) LC_MUST_CHECK;
/**
 * The same for readers that must take either alphabet (RFC 4648 section 5, too, not both mixed) and
 * text without its padding. Spare bits and other characters are LC_EBAD here as well.
 */
int base64_decode_any(struct lc_slice text, struct lc_buf *ret) LC_MUST_CHECK;
/** Append the text with padding; as lc_buf_add(), whose buffer keeps its first failure. */
int base64_encode(struct lc_slice bytes, struct lc_buf *ret);
