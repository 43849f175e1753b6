#include "format/json.h"

#include "base/arith.h"
#include "base/shim.h"
#include "format/json_escape.h"
#include "format/json_node.h"
#include "format/json_scan.h"

/*
 * value = object / array / string / number / "true" / "false" / "null"        RFC 8259, section 3
 * An open container keeps its parent and its last child in its own node, so nesting takes no stack.
 */

const struct json_limits json_limits_default = { .depth_max = 64, .nodes_max = 16u << 20 };

enum {
	END = -1,          /* peek() at the end of the text */
	CUT = -2,          /* peek() where the text ends inside a comment */
	NODES_FIRST = 16,  /* nodes made room for, besides one for every BYTES_A_NODE of the text */
	BYTES_A_NODE = 16, /* about what real documents have */
	NODES_GUESS_MAX = 1 << 16,
};

struct reader {
	const uint8_t *p;
	size_t n;
	size_t pos; /* invariant: pos <= n */
	struct json_node *nodes;
	uint32_t count;
	uint32_t room;
	uint32_t nodes_max;
	uint32_t cur; /* innermost open container, or JSON_NONE */
	uint32_t depth;
	uint32_t depth_max;
	unsigned flags;
	struct lc_arena *arena;
	struct lc_err *e;
};

/* The text from off <= n on. */
static inline struct lc_slice rest(const struct reader *r, size_t off)
{
	return lc_slice_of(r->p + off, r->n - off);
}

static __attribute__((cold, noinline)) int fail_at(struct reader *r, size_t off, int code,
						   const char *what)
{
	uint32_t line;
	uint32_t column;
	json_line_column(lc_slice_of(r->p, r->n), off, &line, &column);
	return lc_fail(r->e, code, "line %u, column %u: %s", line, column, what);
}

/* What stands at pos is not what the grammar has there. */
static __attribute__((cold, noinline)) int fail_here(struct reader *r, const char *wanted)
{
	uint32_t line;
	uint32_t column;
	if (r->pos >= r->n)
		return fail_at(r, r->n, LC_ETRUNC, "the text ends too early");
	json_line_column(lc_slice_of(r->p, r->n), r->pos, &line, &column);
	return lc_fail(r->e, LC_EBAD, "line %u, column %u: expected %s, found \"%s\"", line, column,
		       wanted, lc_quote(lc_slice_of(r->p + r->pos, 1)).s);
}

/* ---- nodes ---- */

static __attribute__((noinline)) int nodes_grow(struct reader *r)
{
	uint32_t room = r->room < r->nodes_max / 2 ? r->room * 2 : r->nodes_max;
	struct json_node *nodes;
	if (r->room >= r->nodes_max)
		return fail_at(r, r->pos, LC_ELIMIT, "too many values");
	nodes = lc_realloc(r->nodes, (size_t)room * sizeof(*nodes));
	if (!nodes)
		return lc_fail(r->e, LC_ENOMEM, "out of memory");
	r->nodes = nodes;
	r->room = room;
	return 0;
}

/* Append a node that spans from pos to end, and move there. */
static inline int push(struct reader *r, unsigned meta, size_t end)
{
	struct json_node *v;
	if (__builtin_expect(r->count == r->room, 0)) {
		int rc = nodes_grow(r);
		if (rc)
			return rc;
	}
	v = &r->nodes[r->count++];
	v->start = (uint32_t)r->pos;
	v->end = (uint32_t)end;
	v->n = 0;
	v->meta = meta;
	r->pos = end;
	return 0;
}

/* As push(), as the next child of the open container. */
static inline int push_value(struct reader *r, unsigned meta, size_t end)
{
	if (r->cur != JSON_NONE) {
		struct json_node *parent = &r->nodes[r->cur];
		parent->end = r->count;
		parent->meta += 1u << JSON_META_COUNT_SHIFT;
		if (json_node_type(parent) == JSON_OBJECT)
			meta |= JSON_META_MEMBER;
	}
	return push(r, meta, end);
}

static inline int open_container(struct reader *r, unsigned type)
{
	uint32_t at = r->count;
	int rc;
	if (r->depth >= r->depth_max)
		return fail_at(r, r->pos, LC_ELIMIT, "nested too deeply");
	rc = push_value(r, type, r->pos + 1);
	if (rc)
		return rc;
	r->nodes[at].n = r->cur;
	r->cur = at;
	r->depth++;
	return 0;
}

static inline int close_container(struct reader *r)
{
	struct json_node *v = &r->nodes[r->cur];
	if (v->meta >> JSON_META_COUNT_SHIFT)
		r->nodes[v->end].meta |= JSON_META_LAST;
	r->cur = v->n;
	v->n = r->count;
	v->end = (uint32_t)++r->pos;
	r->depth--;
	return 0;
}

/* ---- strings ---- */

static __attribute__((cold)) int fail_escape(struct reader *r, size_t off)
{
	if (json_escape_cut(rest(r, off)))
		return fail_at(r, r->n, LC_ETRUNC, "the text ends inside a string");
	return fail_at(r, off, LC_EBAD, "invalid escape in a string");
}

static __attribute__((cold)) int fail_in_string(struct reader *r, size_t off)
{
	if (off >= r->n)
		return fail_at(r, r->n, LC_ETRUNC, "the text ends inside a string");
	if (r->p[off] < 0x20)
		return fail_at(r, off, LC_EBAD, "control character in a string");
	return fail_at(r, off, LC_EBAD, "invalid UTF-8");
}

/* Length of the character at off when it is valid and not ASCII, else 0. */
static inline size_t beyond_ascii(const struct reader *r, size_t off)
{
	uint32_t cp;
	if (off >= r->n || r->p[off] < 0x80)
		return 0;
	return lc_utf8(rest(r, off), &cp);
}

/* Check the string that starts at pos: where it ends, and what its escapes leave of it. */
static inline int scan_string(struct reader *r, size_t *ret_end, size_t *ret_decoded)
{
	size_t from = r->pos + 1;
	size_t i = from;
	size_t saved = 0;
	for (;;) {
		uint8_t tmp[4];
		uint32_t cp;
		size_t n;
		i += json_plain_run(r->p + i, r->n - i);
		if (i < r->n && r->p[i] == '"')
			break;
		if (i < r->n && r->p[i] == '\\') {
			n = json_escape(rest(r, i), &cp);
			if (!n)
				return fail_escape(r, i);
			saved += n - json_utf8_put(tmp, cp);
		} else {
			n = beyond_ascii(r, i);
			if (!n)
				return fail_in_string(r, i);
		}
		i += n;
	}
	*ret_end = i + 1;
	*ret_decoded = i - from - saved;
	return 0;
}

static __attribute__((noinline)) int push_decoded(struct reader *r, uint32_t of, size_t n)
{
	struct json_node *v = &r->nodes[of];
	uint8_t *decoded = lc_arena_alloc(r->arena, n ? n : 1);
	int rc;
	if (!decoded)
		return lc_fail(r->e, lc_arena_err(r->arena), "out of memory");
	json_unescape(lc_slice_of(r->p + v->start + 1, v->end - v->start - 2), decoded);
	v->meta |= JSON_META_ESCAPED;
	rc = push(r, JSON_AUX, r->pos);
	if (rc)
		return rc;
	v = &r->nodes[r->count - 1];
	v->decoded = decoded;
	v->n = (uint32_t)n;
	return 0;
}

/* A string at pos, as a value or as a key. */
static inline int read_string(struct reader *r, bool value)
{
	uint32_t at = r->count;
	size_t raw = r->pos;
	size_t end = 0;
	size_t decoded = 0;
	int rc = scan_string(r, &end, &decoded);
	if (rc)
		return rc;
	rc = value ? push_value(r, JSON_STRING, end) : push(r, JSON_STRING, end);
	if (!rc && decoded != end - raw - 2)
		rc = push_decoded(r, at, decoded);
	return rc;
}

/* ---- numbers and names ---- */

static inline size_t digits(const struct reader *r, size_t i)
{
	while (i < r->n && lc_is_digit(r->p[i]))
		i++;
	return i;
}

/* number = [ "-" ] ( "0" / 1-9 *DIGIT ) [ "." 1*DIGIT ] [ "e" [ "+" / "-" ] 1*DIGIT ] */
static int read_number(struct reader *r)
{
	size_t i = r->pos + (r->p[r->pos] == '-');
	size_t from = i;
	i = i < r->n && r->p[i] == '0' ? i + 1 : digits(r, i);
	if (i > from && i < r->n && r->p[i] == '.') {
		from = i + 1;
		i = digits(r, from);
	}
	if (i > from && i < r->n && (r->p[i] | 0x20) == 'e') {
		from = i + 1;
		from += from < r->n && (r->p[from] == '+' || r->p[from] == '-');
		i = digits(r, from);
	}
	if (i > from && !(i < r->n && lc_is_digit(r->p[i]))) /* not "01" */
		return push_value(r, JSON_NUMBER, i);
	r->pos = i;
	return fail_here(r, i > from ? "no digit after a leading zero" : "a digit");
}

static int read_name(struct reader *r, enum json_type type, struct lc_slice name)
{
	size_t start = r->pos;
	if (lc_starts(rest(r, start), name))
		return push_value(r, type, start + name.n);
	while (r->pos < r->n && r->p[r->pos] == name.p[r->pos - start])
		r->pos++;
	return fail_here(r, "null, true or false");
}

/* ---- structure ---- */

/* A comment at pos. Bad UTF-8 ends it and is left for the grammar to refuse. False: cut short. */
static bool skip_comment(struct reader *r, bool block)
{
	size_t i = r->pos + 2;
	size_t n = 1;
	while (i < r->n && n) {
		uint32_t cp;
		n = lc_utf8(rest(r, i), &cp);
		if (n && !block && cp == '\n')
			break;
		if (n && block && lc_starts(rest(r, i), LC_S("*/"))) {
			r->pos = i + 2;
			return true;
		}
		i += n;
	}
	r->pos = i;
	return !block || i < r->n;
}

static inline void skip_space(struct reader *r)
{
	static const bool space[256] = { [' '] = 1, ['\t'] = 1, ['\r'] = 1, ['\n'] = 1 };
	while (r->pos < r->n && space[r->p[r->pos]])
		r->pos++;
}

static __attribute__((cold)) bool skip_comments(struct reader *r)
{
	while (r->n - r->pos > 1 && r->p[r->pos] == '/') {
		uint8_t kind = r->p[r->pos + 1];
		if (kind != '/' && kind != '*')
			break;
		if (!skip_comment(r, kind == '*'))
			return false;
		skip_space(r);
	}
	return true;
}

/* Next byte that is not space, END or CUT; pos stands on it. */
static inline int peek(struct reader *r)
{
	skip_space(r);
	if (__builtin_expect((r->flags & JSON_LENIENT) != 0, 0) && !skip_comments(r))
		return CUT;
	return r->pos < r->n ? r->p[r->pos] : END;
}

static inline int read_key(struct reader *r)
{
	int rc;
	if (peek(r) != '"')
		return fail_here(r, "a key");
	rc = read_string(r, false);
	if (rc)
		return rc;
	if (peek(r) != ':')
		return fail_here(r, "a colon");
	r->pos++;
	return 0;
}

static inline int read_value(struct reader *r)
{
	int c = peek(r);
	switch (c) {
	case '"':
		return read_string(r, true);
	case '{':
		return open_container(r, JSON_OBJECT);
	case '[':
		return open_container(r, JSON_ARRAY);
	case 't':
		return read_name(r, JSON_TRUE, LC_S("true"));
	case 'f':
		return read_name(r, JSON_FALSE, LC_S("false"));
	case 'n':
		return read_name(r, JSON_NULL, LC_S("null"));
	case '-':
		return read_number(r);
	default:
		return c >= '0' && c <= '9' ? read_number(r) : fail_here(r, "a value");
	}
}

/* The next child of the open container, or its end. */
static inline int read_child(struct reader *r)
{
	const struct json_node *v = &r->nodes[r->cur];
	bool object = json_node_type(v) == JSON_OBJECT;
	int close = object ? '}' : ']';
	int c = peek(r);
	if (c == close)
		return close_container(r);
	if (v->meta >> JSON_META_COUNT_SHIFT) {
		if (c != ',')
			return fail_here(r, object ? "a comma or }" : "a comma or ]");
		r->pos++;
		if ((r->flags & JSON_LENIENT) && peek(r) == close)
			return close_container(r);
	}
	if (object) {
		int rc = read_key(r);
		if (rc)
			return rc;
	}
	return read_value(r);
}

static int read_document(struct reader *r)
{
	int rc;
	if (r->flags & JSON_LENIENT && lc_starts(lc_slice_of(r->p, r->n), LC_S("\xEF\xBB\xBF")))
		r->pos = 3;
	rc = read_value(r);
	while (!rc && r->cur != JSON_NONE)
		rc = read_child(r);
	if (!rc && peek(r) != END)
		return fail_here(r, "the end of the text");
	return rc;
}

/* ---- face ---- */

static int keep(struct reader *r, struct json_doc *d)
{
	d->text = lc_slice_of(r->p, r->n);
	d->flags = r->flags;
	d->count = r->count;
	d->nodes = lc_new_array(r->arena, struct json_node, r->count);
	if (!d->nodes)
		return lc_fail(r->e, lc_arena_err(r->arena), "out of memory");
	memcpy(d->nodes, r->nodes, (size_t)r->count * sizeof(*r->nodes));
	return r->flags & JSON_DUP_REFUSE ? json_refuse_dups(d, r->e) : 0;
}

int json_parse(struct lc_slice text, unsigned flags, const struct json_limits *limits,
	       struct lc_arena *a, struct json_doc *ret, struct lc_err *e)
{
	struct reader r = {
		.p = text.p, .n = text.n, .cur = JSON_NONE, .flags = flags, .arena = a, .e = e
	};
	struct json_doc d;
	int rc;
	if (!limits)
		limits = &json_limits_default;
	if (text.n >= UINT32_MAX)
		return lc_fail(e, LC_ELIMIT, "a document of more than 4 GiB");
	r.depth_max = limits->depth_max;
	r.nodes_max = (uint32_t)lc_min(limits->nodes_max, JSON_NODES_MAX);
	r.room = (uint32_t)lc_min(text.n / BYTES_A_NODE + NODES_FIRST, NODES_GUESS_MAX);
	r.room = (uint32_t)lc_min(r.room, r.nodes_max);
	/* On the heap first: the arena would keep what growing leaves behind. */
	r.nodes = lc_alloc(r.room * sizeof(*r.nodes));
	if (!r.nodes)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	rc = read_document(&r);
	if (!rc)
		rc = keep(&r, &d);
	lc_free(r.nodes);
	if (!rc)
		*ret = d;
	return rc;
}
