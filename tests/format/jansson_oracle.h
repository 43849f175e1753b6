/*
 * jansson as a second opinion on JSON, behind a face of its own: its header and format/json.h use
 * the same names and cannot meet in one file.
 */
#pragma once

#include "base/slice.h"

struct oracle; /* a jansson value */

enum oracle_verdict {
	ORACLE_ACCEPTS,
	ORACLE_REFUSES,
	ORACLE_ABSTAINS, /* refused for a limit of jansson's own, where RFC 8259 leaves the choice
			  */
};

/** Parse; *ret is released with oracle_free() and stays NULL unless the verdict is to accept. */
enum oracle_verdict oracle_parse(struct lc_slice text, struct oracle **ret);
void oracle_free(struct oracle *v);

/** One of n t f # " [ { for the kind of the value. */
char oracle_kind(const struct oracle *v);
/** Items or distinct keys. */
size_t oracle_count(const struct oracle *v);
/** Item of an array; borrowed. */
const struct oracle *oracle_item(const struct oracle *v, size_t i);
/** Value of the last member of that name, or NULL; borrowed. */
const struct oracle *oracle_member(const struct oracle *v, struct lc_slice key);
struct lc_slice oracle_str(const struct oracle *v);
double oracle_number(const struct oracle *v);

/** Read with jansson's defaults and drop the result; for timing. True when accepted. */
bool oracle_read(struct lc_slice text);
