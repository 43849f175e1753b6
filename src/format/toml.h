/*
 * TOML reader. Source: TOML 1.0.0.
 *
 * A document becomes one flat array of nodes in the caller's arena; nothing refers to the input
 * afterwards, save strings without escapes, which are slices of it: the input outlives the
 * document. Numbers and dates stay text as written, checked against the grammar; strings are
 * decoded. Each node knows its lines: a table where its header, brace or first dotted key stands
 * and where its last value ends.
 *
 * Bytes, nodes, depth and parts of a key are capped. Keys that stand twice, tables that are opened
 * again and everything else that the specification forbids are LC_EBAD. A BOM in front is passed
 * over. A document is read-only after parsing: many threads may read it.
 *
 * A look-up by key passes over the members of that table one by one: for a table of thousands,
 * asked again and again, walk it once with toml_each and keep a map.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

enum toml_type {
	TOML_ABSENT,
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATETIME,       /* with an offset */
	TOML_DATETIME_LOCAL, /* without */
	TOML_DATE,
	TOML_TIME,
	TOML_ARRAY,
	TOML_TABLE,
};

struct toml_limits {
	size_t bytes_max;   /* of the input */
	uint32_t nodes_max; /* values and tables */
	uint32_t depth_max; /* of tables and arrays, and parts of one key */
};
/** 64 MiB, 4 Mi nodes, 64 levels. */
extern const struct toml_limits toml_limits_default;

typedef uint32_t toml_ref; /* index of a node; 0 the root table, TOML_NONE no node */
#define TOML_NONE UINT32_MAX

struct toml_node; /* opaque */

struct toml_doc {
	struct {
		struct toml_node *v;
		size_t n, room;
	} nodes;
};

/**
 * Parse text, which must outlive the document.
 *
 * @param a       nodes and decoded strings go here
 * @param limits  NULL for toml_limits_default
 * @return 0; LC_EBAD, or LC_ETRUNC where the fault is the end, with "line L, column C: …";
 *         LC_ELIMIT; LC_ENOMEM
 */
int toml_parse(struct lc_slice text, const struct toml_limits *limits, struct lc_arena *a,
	       struct toml_doc *ret, struct lc_err *e) LC_MUST_CHECK;

/* All look-ups take TOML_NONE and nodes of another type: TOML_NONE, empty or false then. */

/** The root table; TOML_NONE of a document that was not parsed. */
toml_ref toml_root(const struct toml_doc *d);
enum toml_type toml_type_of(const struct toml_doc *d, toml_ref r);
toml_ref toml_get(const struct toml_doc *d, toml_ref table, const char *key);
toml_ref toml_get_slice(const struct toml_doc *d, toml_ref table, struct lc_slice key);
/** Walk down tables by keys: toml_at(d, r, "a", "b", NULL). */
toml_ref toml_at(const struct toml_doc *d, toml_ref r, ...) __attribute__((sentinel));
/** Values of a table or items of an array; 0 for others. */
uint32_t toml_count(const struct toml_doc *d, toml_ref r);
/** First value or item, in the order of the text, then the next; TOML_NONE at the end. */
toml_ref toml_first(const struct toml_doc *d, toml_ref r);
toml_ref toml_next(const struct toml_doc *d, toml_ref child);
/** Key of a table's value; empty (p NULL) of an array's item. */
struct lc_slice toml_key(const struct toml_doc *d, toml_ref child);
/** Decoded string; empty (p NULL) for another type. */
struct lc_slice toml_str(const struct toml_doc *d, toml_ref r);
struct lc_slice toml_get_str(const struct toml_doc *d, toml_ref table, const char *key);
/** A number, date or bool as written; empty (p NULL) for another type. */
struct lc_slice toml_raw(const struct toml_doc *d, toml_ref r);
bool toml_bool(const struct toml_doc *d, toml_ref r, bool *ret);
bool toml_i64(const struct toml_doc *d, toml_ref r, int64_t *ret);
/** 1-based lines on which a node begins and ends. 0 for none. */
void toml_lines(const struct toml_doc *d, toml_ref r, uint32_t *ret_start, uint32_t *ret_end);

/* NOLINTBEGIN(bugprone-macro-parentheses): child is declared here */
#define toml_each(d, r, child)                                          \
	for (toml_ref child = toml_first((d), (r)); child != TOML_NONE; \
	     child = toml_next((d), child))
/* NOLINTEND(bugprone-macro-parentheses) */
