/*
 * The node that yaml.c makes and yaml_value.c reads. Nobody else includes this.
 */
#pragma once

#include "format/yaml.h"

struct yaml_node {
	struct lc_slice text, tag;
	uint64_t weight; /* nodes at and below, aliases followed, and text in units of 64 bytes */
	uint32_t line, column, end_line; /* from 1 */
	yaml_ref first;                  /* child; of an alias what it stands for */
	yaml_ref next;                   /* sibling */
	yaml_ref key;                    /* of a value in a mapping */
	uint32_t count;                  /* of children */
	uint32_t height;                 /* levels, its own included */
	uint8_t type;
	bool is_alias;
	bool plain;
	bool open; /* not ended yet */
};

/** The node, or what the alias stands for; NULL for YAML_NONE. An alias never names another. */
static inline const struct yaml_node *yaml_followed(const struct yaml_node *nodes, yaml_ref r)
{
	if (r == YAML_NONE)
		return NULL;
	const struct yaml_node *n = &nodes[r];
	return n->is_alias ? &nodes[n->first] : n;
}
