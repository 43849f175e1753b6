/*
 * YAML reader. Source: YAML 1.1 (libyaml does the syntax), YAML 1.2.2 chapter 10 for core values.
 *
 * All documents of a stream become one flat array of nodes in the caller's arena; the caller picks
 * a document by its place. Nothing refers to the input or to libyaml afterwards. Scalars stay text:
 * what "no", "010" or "~" means is asked by yaml_bool(), yaml_i64() and yaml_is_null(), under the
 * schema that the caller names. Merge keys ("<<") are keys as others.
 *
 * An alias is one node that stands for what it names, so it costs no memory; what a walk over all
 * of a document would meet is counted with aliases followed, and capped: ten lines that stand for a
 * billion nodes are LC_ELIMIT. An alias inside what it names is LC_EBAD. Bytes, events, depth,
 * scalars, aliases are capped. The input is UTF-8, a BOM in front is passed over.
 *
 * libyaml allocates by itself, outside base/shim.h: what it holds at a time is bounded by the size
 * of the input (one token and the look-ahead), and its running out of memory is LC_ENOMEM, too. A
 * document is read-only after parsing: many threads may read it.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

enum yaml_type { YAML_ABSENT, YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

enum yaml_flags {
	YAML_DUP_FIRST = 1u << 0,  /* look-ups find the first of equal keys (default: the last) */
	YAML_DUP_REFUSE = 1u << 1, /* equal keys in one mapping are LC_EBAD */
};

enum yaml_schema {
	YAML_CORE, /* 1.2: true and false; decimal, 0o17, 0xff */
	YAML_11,   /* and yes, no, on, off, y, n; 0b11, 017, 1_000 (no base 60) */
};

struct yaml_limits {
	size_t bytes_max;      /* of the input */
	size_t scalar_max;     /* bytes of one scalar */
	uint32_t events_max;   /* keys, values, beginnings and ends */
	uint32_t depth_max;    /* aliases followed */
	uint32_t aliases_max;  /* of the whole stream */
	uint64_t expanded_max; /* of one document, aliases followed: nodes, and 64 bytes of text
				* count as one more */
};
/** 32 MiB, 8 MiB, 1 Mi events, 128 levels, 64 Ki aliases, 4 Mi. */
extern const struct yaml_limits yaml_limits_default;

typedef uint32_t yaml_ref; /* index of a node; YAML_NONE no node */
#define YAML_NONE UINT32_MAX

struct yaml_node; /* opaque */

struct yaml_doc {
	const struct yaml_node *nodes;
	uint32_t count;
	const yaml_ref *roots;
	uint32_t documents; /* 0: nothing but comments */
	unsigned flags;
};

/**
 * Read all documents of text, which need not outlive the call.
 *
 * @param limits  NULL for yaml_limits_default
 * @param a       nodes and text go here
 * @return 0; LC_EBAD, or LC_ETRUNC where the fault is the end, with "line L, column C: …";
 *         LC_ELIMIT; LC_ENOMEM
 */
int yaml_parse(struct lc_slice text, unsigned flags, const struct yaml_limits *limits,
	       struct lc_arena *a, struct yaml_doc *ret, struct lc_err *e) LC_MUST_CHECK;

/* All of these take YAML_NONE and nodes of another type: YAML_NONE, empty or false then. */

/** The root of a document, counted from 0. */
yaml_ref yaml_root(const struct yaml_doc *d, uint32_t document);
enum yaml_type yaml_type_of(const struct yaml_doc *d, yaml_ref r);
yaml_ref yaml_get(const struct yaml_doc *d, yaml_ref mapping, const char *key);
yaml_ref yaml_get_slice(const struct yaml_doc *d, yaml_ref mapping, struct lc_slice key);
/** Walk down mappings by keys: yaml_at(d, r, "a", "b", NULL). */
yaml_ref yaml_at(const struct yaml_doc *d, yaml_ref r, ...) __attribute__((sentinel));
/** Values of a mapping or items of a sequence. */
uint32_t yaml_count(const struct yaml_doc *d, yaml_ref r);
/** First value of a mapping or item of a sequence, then the next; YAML_NONE at the end. */
yaml_ref yaml_first(const struct yaml_doc *d, yaml_ref r);
yaml_ref yaml_next(const struct yaml_doc *d, yaml_ref child);
/** Key of a value of a mapping: a node of any type. */
yaml_ref yaml_key_ref(const struct yaml_doc *d, yaml_ref child);
/** Text of that key; empty (p NULL) where it is no scalar. */
struct lc_slice yaml_key(const struct yaml_doc *d, yaml_ref child);
/** Text of a scalar of any kind, quoted or not; empty (p NULL) for what is none. */
struct lc_slice yaml_str(const struct yaml_doc *d, yaml_ref r);
struct lc_slice yaml_get_str(const struct yaml_doc *d, yaml_ref mapping, const char *key);
/** Tag as resolved ("tag:yaml.org,2002:str", "!Ref"); empty where none was written. */
struct lc_slice yaml_tag(const struct yaml_doc *d, yaml_ref r);
/** A scalar without quotes, block indicator and tag: what a schema may take for more than text. */
bool yaml_is_plain(const struct yaml_doc *d, yaml_ref r);
/** A plain "", "~" or "null", or what is tagged !!null. */
bool yaml_is_null(const struct yaml_doc *d, yaml_ref r);
/* A value of that type: plain and of its form, or tagged so; else false and *ret untouched. */
bool yaml_bool(const struct yaml_doc *d, yaml_ref r, enum yaml_schema s, bool *ret);
bool yaml_i64(const struct yaml_doc *d, yaml_ref r, enum yaml_schema s, int64_t *ret);
/** 1-based line and column (characters) where a node begins; of an alias, its own. 0 for none. */
void yaml_where(const struct yaml_doc *d, yaml_ref r, uint32_t *ret_line, uint32_t *ret_column);
/** 1-based line on which the node's last child, or its own text, ends. */
uint32_t yaml_end_line(const struct yaml_doc *d, yaml_ref r);

/* NOLINTBEGIN(bugprone-macro-parentheses): child is declared here */
#define yaml_each(d, r, child)                                          \
	for (yaml_ref child = yaml_first((d), (r)); child != YAML_NONE; \
	     child = yaml_next((d), child))
/* NOLINTEND(bugprone-macro-parentheses) */
