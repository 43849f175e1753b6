/*
 * XML read element by element: the subtrees that the caller names are handed over one by one, each
 * as a small tree, so that a document of any size is read in the memory of its largest subtree.
 * expat does the syntax. Source: XML 1.0 (Fifth Edition), Namespaces in XML 1.0.
 *
 * Names come without their namespace prefix ("red-def:evr" is "evr"). Documents with an internal
 * subset that declares entities are refused, so that no text can grow by expansion; external
 * entities are never fetched. Depth, attributes, nodes and text of a subtree are capped. Not
 * meant for documents whose text and elements mix (prose): the text of an element is all of its own
 * character data in one piece.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

struct xml_attr {
	struct lc_slice name, value;
};

struct xml_node {
	struct lc_slice name;
	struct lc_slice text; /* character data directly inside, untrimmed */
	const struct xml_attr *attrs;
	size_t attrs_n;
	const struct xml_node *child, *next; /* first child; next sibling */
	const struct xml_node *parent;       /* NULL for the subtree's root */
	uint32_t line, end_line;             /* where its tags begin, from 1 */
};

struct xml_limits {
	uint32_t depth_max; /* of the whole document */
	uint32_t attrs_max; /* of one element */
	uint32_t nodes_max; /* of one subtree */
	size_t bytes_max;   /* of one subtree: names, values, text */
};
extern const struct xml_limits xml_limits_default; /* 64, 64, 4 Mi, 64 MiB */

/** One subtree; it lives until the function returns. Anything but 0 stops and is returned. */
typedef int (*xml_subtree_fn)(void *ctx, const struct xml_node *node, struct lc_err *e);

/**
 * Read a document.
 *
 * @param names   local names of the elements to hand over, NULL at the end; one inside another is
 *                part of the outer one's tree
 * @param limits  NULL for xml_limits_default
 * @return 0; LC_EBAD or LC_ETRUNC with "line L, column C: …"; LC_ELIMIT; LC_EUNSUP for entities of
 *         the document's own; LC_ENOMEM; what fn returned. Subtrees before a fault were handed over
 */
int xml_read(struct lc_slice in, const char *const *names, const struct xml_limits *limits,
	     xml_subtree_fn fn, void *ctx, struct lc_err *e) LC_MUST_CHECK;

/* All of these take NULL: NULL or empty then. */

/** First child of that name, or NULL. */
const struct xml_node *xml_child(const struct xml_node *n, const char *name);
/** Next sibling of the same name, or NULL. */
const struct xml_node *xml_again(const struct xml_node *n);
/** Down by names: xml_at(n, "metadata", "advisory", NULL). */
const struct xml_node *xml_at(const struct xml_node *n, ...) __attribute__((sentinel));
bool xml_is(const struct xml_node *n, const char *name);
struct lc_slice xml_attr(const struct xml_node *n, const char *name);
/** Trimmed text of the element, and of its first child of that name. */
struct lc_slice xml_text(const struct xml_node *n);
struct lc_slice xml_child_text(const struct xml_node *n, const char *name);
