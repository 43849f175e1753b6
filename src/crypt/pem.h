/*
 * PEM blocks in bounded text. Source: RFC 7468, strict in labels and base64; lines of any length,
 * LF or CRLF. Headers inside a block (RFC 1421) are refused: nothing here is encrypted that way.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct pem_block {
	struct lc_slice label; /* "PUBLIC KEY"; of the text */
	struct lc_slice der;   /* in the arena */
};

/**
 * Next block of *rest; text between blocks is passed over. *rest moves behind the block.
 * @return 0; LC_ENOTFOUND no more; LC_EBAD broken; LC_ELIMIT, LC_ENOMEM of the arena
 */
int pem_next(struct lc_slice *rest, struct lc_arena *a, struct pem_block *ret,
	     struct lc_err *e) LC_MUST_CHECK;
/** Append a block, lines of 64 characters. As lc_buf_add(). */
int pem_write(struct lc_buf *out, const char *label, struct lc_slice der);
