/*
 * Words set into lines of a width: what help is made of. Private to cli/.
 */
#pragma once

#include "base/buf.h"

/**
 * Append text in lines of at most width columns, each after indent spaces but the first, which goes
 * on at column at (its caller wrote that much). Ends with a line feed. Words longer than a line
 * stay whole; a line feed in the text begins a new line.
 */
void cli_page_wrap(struct lc_buf *b, const char *text, unsigned at, unsigned indent,
		   unsigned width);
/** Columns of a text: one for each code point, which holds for the languages of the catalogue. */
unsigned cli_page_columns(struct lc_slice s);
void cli_page_pad(struct lc_buf *b, unsigned n);
