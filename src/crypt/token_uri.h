/*
 * Names of tokens and of keys on them: "pkcs11:token=Build;object=release?module-path=/usr/…".
 *
 * Values are held as bytes, decoded. An attribute that is not known could tell keys apart, so it is
 * refused and never passed over; the same attribute twice as well. Source: RFC 7512; slot-id and
 * module-path as cosign's documents about PKCS#11 use them.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum token_attribute {
	/* path: all of them must fit */
	TOKEN_LABEL, /* "token" */
	TOKEN_MANUFACTURER,
	TOKEN_MODEL,
	TOKEN_SERIAL,
	TOKEN_SLOT_ID, /* a number, see slot_id */
	TOKEN_SLOT_DESCRIPTION,
	TOKEN_SLOT_MANUFACTURER,
	TOKEN_LIBRARY_DESCRIPTION,
	TOKEN_LIBRARY_MANUFACTURER,
	TOKEN_LIBRARY_VERSION,
	TOKEN_OBJECT, /* a key's label */
	TOKEN_ID,
	TOKEN_TYPE, /* private, public or cert */
	/* query: how to get there */
	TOKEN_MODULE_NAME,
	TOKEN_MODULE_PATH,
	TOKEN_PIN_SOURCE,
	TOKEN_PIN_VALUE,
	TOKEN_ATTRIBUTE_N
};

struct token_uri {
	struct lc_slice v[TOKEN_ATTRIBUTE_N];
	bool has[TOKEN_ATTRIBUTE_N];
	uint64_t slot_id;
};

/** Does this name something on a token? */
bool token_uri_is(struct lc_slice text);
/**
 * @param a  holds the values; token_uri_wipe() before it is released
 * @return 0; LC_EUSAGE with what is wrong (never with a PIN in it); LC_ENOMEM
 */
int token_uri_parse(struct lc_slice text, struct lc_arena *a, struct token_uri *ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** Overwrite the PIN that came with it. */
void token_uri_wipe(struct token_uri *u);
/** Append it with each byte that is not plain encoded; without its PIN. As lc_buf_add(). */
int token_uri_write(const struct token_uri *u, struct lc_buf *out) LC_MUST_CHECK;
/** As much of a name as may be shown: without the query, where a PIN may stand. */
struct lc_slice token_uri_shown(struct lc_slice text);
