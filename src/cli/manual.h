/*
 * Manual pages in roff's man macros, made from the tables. Private to cli/.
 * Source: man(7), groff_man(7).
 */
#pragma once

#include "base/buf.h"

/** Append a page: "lacre.1" and the commands' ("lacre-image.1", …). False for another name. */
bool cli_manual(struct lc_buf *b, struct lc_slice page);
