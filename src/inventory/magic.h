/*
 * What the first bytes of a file say: program or text. Pure.
 */
#pragma once

#include "base/slice.h"

/** ELF, PE (its MZ stub) or Mach-O (thin, 32 and 64 bits, either byte order, or fat). */
bool magic_is_executable(struct lc_slice head);
/** Not empty and without the control bytes that text has no use for; UTF-16 by its byte order mark.
 */
bool magic_is_text(struct lc_slice head);
