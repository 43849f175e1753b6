/*
 * JSON reader and writer. Source: RFC 8259; duplicate keys by policy.
 *
 * The reader makes one flat array of nodes over the input, which it borrows: strings without
 * escapes are slices of the input, others are decoded into the document's arena. Numbers stay text,
 * so no precision is lost. Each node knows its byte offset, from which line and column follow.
 * Depth, nodes and bytes (4 GiB) are capped. The input must be UTF-8 (a leading BOM is refused, as
 * RFC 8259 allows); an escaped surrogate without its other half decodes to U+FFFD, "\u0000" to a
 * NUL byte. A document is read-only after parsing: many threads may read it.
 *
 * A look-up by key passes over the members of that object one by one: for an object of thousands,
 * asked again and again, walk it once with json_each and keep a map.
 *
 * The writer appends JSON to a capped buffer: no state of its own beyond nesting and commas.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

enum json_flags {
	JSON_DUP_FIRST = 1u << 0,  /* look-ups find the first of equal keys (default: the last) */
	JSON_DUP_REFUSE = 1u << 1, /* equal keys in one object are LC_EBAD (signed documents) */
	JSON_LENIENT = 1u << 2, /* comments, trailing commas, a BOM in front (JSONC lock files) */
};

struct json_limits {
	uint32_t depth_max;
	uint32_t nodes_max; /* keys count as nodes; never more than JSON_NODES_MAX */
};
enum { JSON_NODES_MAX = 1 << 26 };
extern const struct json_limits json_limits_default; /* depth 64, 16 Mi nodes */

typedef uint32_t json_ref; /* index of a node; 0 is the root, JSON_NONE no node */
#define JSON_NONE UINT32_MAX

struct json_node; /* opaque, 16 bytes */

struct json_doc {
	struct lc_slice text;
	struct json_node *nodes;
	uint32_t count;
	unsigned flags;
};

/**
 * Parse text, which must outlive the document.
 *
 * @param a       nodes and decoded strings go here
 * @param limits  NULL for json_limits_default
 * @return 0; LC_EBAD or LC_ETRUNC with "line L, column C: …"; LC_ELIMIT; LC_ENOMEM
 */
int json_parse(struct lc_slice text, unsigned flags, const struct json_limits *limits,
	       struct lc_arena *a, struct json_doc *ret, struct lc_err *e) LC_MUST_CHECK;

/* All look-ups take JSON_NONE and nodes of another type: JSON_NONE, empty or the default then. */

enum json_type json_type_of(const struct json_doc *d, json_ref r); /* JSON_NULL for JSON_NONE */
static inline json_ref json_root(const struct json_doc *d)
{
	return d->count ? 0 : JSON_NONE;
}
json_ref json_get(const struct json_doc *d, json_ref object, const char *key);
json_ref json_get_slice(const struct json_doc *d, json_ref object, struct lc_slice key);
/** Walk down objects by keys: json_at(d, r, "a", "b", NULL). */
json_ref json_at(const struct json_doc *d, json_ref r, ...) __attribute__((sentinel));
/** Members of an object or items of an array; 0 for others. */
uint32_t json_count(const struct json_doc *d, json_ref r);
/** First child value of an array or object, then the next sibling; JSON_NONE at the end. */
json_ref json_first(const struct json_doc *d, json_ref r);
json_ref json_next(const struct json_doc *d, json_ref child);
/** Key of a child that json_first/json_next gave for an object. */
struct lc_slice json_key(const struct json_doc *d, json_ref child);
/** Decoded string; empty (p NULL) for another type. */
struct lc_slice json_str(const struct json_doc *d, json_ref r);
struct lc_slice json_get_str(const struct json_doc *d, json_ref object, const char *key);
/** Number as written. */
struct lc_slice json_num(const struct json_doc *d, json_ref r);
bool json_is_str(const struct json_doc *d, json_ref r);
bool json_bool(const struct json_doc *d, json_ref r, bool def);
/** Integer value of a number that is one (no fraction, no exponent, in range), else false. */
bool json_i64(const struct json_doc *d, json_ref r, int64_t *ret);
bool json_u64(const struct json_doc *d, json_ref r, uint64_t *ret);
/** Nearest double of a number written in at most 127 characters; false when out of range. */
bool json_double(const struct json_doc *d, json_ref r, double *ret);
/** The bytes the node spans in the text, quotes included: to embed a document as it is. */
struct lc_slice json_raw(const struct json_doc *d, json_ref r);
/** 1-based line and column (bytes) of a node. Linear in the offset. */
void json_where(const struct json_doc *d, json_ref r, uint32_t *ret_line, uint32_t *ret_column);

/* NOLINTBEGIN(bugprone-macro-parentheses): child is declared here */
#define json_each(d, r, child)                                          \
	for (json_ref child = json_first((d), (r)); child != JSON_NONE; \
	     child = json_next((d), child))
/* NOLINTEND(bugprone-macro-parentheses) */

/* ---- writer ---- */

enum { JSON_WRITE_DEPTH = 64 };

struct json_writer {
	struct lc_buf *out;
	unsigned indent; /* spaces a level; 0 compact */
	bool html_safe;  /* < > & U+2028 U+2029 as \uXXXX, as the neighbours' reports do */
	uint32_t depth;
	bool after_key;
	bool any[JSON_WRITE_DEPTH];
	int err; /* first failure; nesting past the depth is LC_ELIMIT */
};

void json_writer_init(struct json_writer *w, struct lc_buf *out, unsigned indent);
/** A writer of its own for one value, to be put with json_write_raw() where of is now: after a key
 * or as the next item. */
void json_writer_apart(struct json_writer *w, struct lc_buf *out, const struct json_writer *of);
void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_write_key(struct json_writer *w, const char *key);
void json_write_key_slice(struct json_writer *w, struct lc_slice key);
/** Each byte of invalid UTF-8 becomes U+FFFD, so the output is always valid. */
void json_write_str(struct json_writer *w, struct lc_slice s);
void json_write_cstr(struct json_writer *w, const char *s);
void json_write_i64(struct json_writer *w, int64_t v);
void json_write_u64(struct json_writer *w, uint64_t v);
/**
 * Shortest digits that read back equal, with an exponent below 1e-6 and from 1e21 on. Infinities
 * and NaN are written as null.
 */
void json_write_double(struct json_writer *w, double v);
void json_write_bool(struct json_writer *w, bool v);
void json_write_null(struct json_writer *w);
/** One JSON text known to be valid, as it is. */
void json_write_raw(struct json_writer *w, struct lc_slice text);
/** A parsed node with all below it, re-indented; numbers as written, equal keys all kept. */
void json_write_node(struct json_writer *w, const struct json_doc *d, json_ref r);
/* Members in one call; the _opt forms write nothing for an empty value, as omitempty does. */
void json_member_str(struct json_writer *w, const char *key, struct lc_slice s);
void json_member_str_opt(struct json_writer *w, const char *key, struct lc_slice s);
void json_member_strs(struct json_writer *w, const char *key, const struct lc_slice *v, size_t n);
void json_member_strs_opt(struct json_writer *w, const char *key, const struct lc_slice *v,
			  size_t n);
void json_member_cstr(struct json_writer *w, const char *key, const char *s);
/** Bytes as base64 (base64.h). */
void json_write_base64(struct json_writer *w, struct lc_slice bytes);
void json_member_base64(struct json_writer *w, const char *key, struct lc_slice bytes);
void json_member_i64(struct json_writer *w, const char *key, int64_t v);
void json_member_u64(struct json_writer *w, const char *key, uint64_t v);
void json_member_u64_opt(struct json_writer *w, const char *key, uint64_t v);
void json_member_double(struct json_writer *w, const char *key, double v);
void json_member_bool(struct json_writer *w, const char *key, bool v);
void json_member_true_opt(struct json_writer *w, const char *key, bool v);
/** First failure of the writer or of its buffer, 0 none. */
int json_writer_err(const struct json_writer *w);
