/*
 * How a JSON document lies in memory: for the reader, the look-ups and the writer, nobody else.
 *
 * Nodes stand in the order of the text. A container is followed by what it holds: items, or pairs
 * of key and value. A string with escapes is followed by an AUX node with its decoded bytes. So the
 * next sibling is what comes after a node's own extent, and no node needs a link to its parent:
 *
 *     {"a":[1],"b":"\n"}   OBJECT  STRING a  ARRAY  NUMBER 1  STRING b  STRING \n  AUX
 */
#pragma once

#include "format/json.h"

enum { JSON_AUX = 7 }; /* beside enum json_type; three bits */

enum {
	JSON_META_TYPE = 7u,
	JSON_META_ESCAPED = 1u << 3, /* an AUX node follows */
	JSON_META_MEMBER = 1u << 4,  /* a value whose key stands before it */
	JSON_META_LAST = 1u << 5,    /* no sibling follows */
	JSON_META_COUNT_SHIFT = 6,   /* children of a container */
};

struct json_node {
	union {
		struct {
			uint32_t start; /* first byte in the text */
			uint32_t end;   /* byte behind the last; while it is open, its last child */
		};
		const uint8_t *decoded; /* AUX */
	};
	/* Container: node behind its last descendant; while it is open, its parent. AUX: bytes. */
	uint32_t n;
	uint32_t meta;
};

_Static_assert(sizeof(struct json_node) == 16, "four nodes share a cache line");
_Static_assert(JSON_NODES_MAX - 1 <= UINT32_MAX >> JSON_META_COUNT_SHIFT, "a count fits into meta");

static inline unsigned json_node_type(const struct json_node *v)
{
	return v->meta & JSON_META_TYPE;
}

static inline bool json_node_holds(const struct json_node *v)
{
	unsigned type = json_node_type(v);
	return type == JSON_ARRAY || type == JSON_OBJECT;
}

/** Node behind node r and all that belongs to it. */
static inline uint32_t json_node_past(const struct json_node *nodes, uint32_t r)
{
	const struct json_node *v = &nodes[r];
	if (json_node_holds(v))
		return v->n;
	return r + 1 + ((v->meta & JSON_META_ESCAPED) != 0);
}

/** Bytes of the string node r, decoded. */
static inline struct lc_slice json_node_str(const struct json_doc *d, uint32_t r)
{
	const struct json_node *v = &d->nodes[r];
	if (v->meta & JSON_META_ESCAPED)
		return (struct lc_slice){ v[1].decoded, v[1].n };
	return (struct lc_slice){ d->text.p + v->start + 1, v->end - v->start - 2 };
}

/** 1-based line and column (bytes) of an offset of the text. */
void json_line_column(struct lc_slice text, size_t off, uint32_t *ret_line, uint32_t *ret_column);

/** LC_EBAD when an object of the document has two equal keys; LC_ENOMEM. */
int json_refuse_dups(const struct json_doc *d, struct lc_err *e) LC_MUST_CHECK;
