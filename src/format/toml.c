#include "format/toml.h"

#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "format/toml_impl.h"

const struct toml_limits toml_limits_default = {
	.bytes_max = (size_t)64 << 20,
	.nodes_max = 4u << 20,
	.depth_max = 64,
};

/* Keys of one dotted key or header. */
struct path {
	struct {
		struct lc_slice *v;
		size_t n, room;
	} parts;
};

struct parser {
	struct toml_reader r;
	struct toml_doc *doc;
	struct lc_map members; /* table's index and key -> index of the value + 1 */
	uint32_t section;      /* headers so far */
	struct path path;      /* its array serves again and again */
};

static int no_memory(const struct parser *p)
{
	int r = lc_arena_err(p->r.arena);
	return lc_fail(p->r.e, r, "TOML: %s", lc_code_name(r));
}

int toml_bad(const struct toml_reader *r, const char *what)
{
	return lc_fail(r->e, toml_at_end(r) ? LC_ETRUNC : LC_EBAD, "line %u, column %zu: %s",
		       r->line, r->at - r->line_start + 1, what);
}

static int too_many(const struct toml_reader *r, const char *what)
{
	return lc_fail(r->e, LC_ELIMIT, "line %u: %s", r->line, what);
}

/* ---- text ---- */

bool toml_take(struct toml_reader *r, struct lc_slice bytes)
{
	if (!lc_starts(lc_skip(r->text, r->at), bytes))
		return false;
	r->at += bytes.n;
	return true;
}

bool toml_take_line(struct toml_reader *r)
{
	if (!toml_take(r, LC_S("\n")) && !toml_take(r, LC_S("\r\n")))
		return false;
	r->line++;
	r->line_start = r->at;
	return true;
}

static void skip_space(struct toml_reader *r)
{
	while (toml_peek(r, 0) == ' ' || toml_peek(r, 0) == '\t')
		r->at++;
}

static int skip_comment(struct toml_reader *r)
{
	if (toml_peek(r, 0) != '#')
		return 0;
	for (;; r->at++) {
		uint8_t c = toml_peek(r, 0);
		if (toml_at_end(r) || c == '\n' || (c == '\r' && toml_peek(r, 1) == '\n'))
			return 0;
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return toml_bad(r, "control character in a comment");
	}
}

static int end_line(struct toml_reader *r)
{
	skip_space(r);
	int rc = skip_comment(r);
	if (rc || toml_at_end(r) || toml_take_line(r))
		return rc;
	return toml_bad(r, "more on the line than belongs there");
}

/* White space, comments and line ends, as arrays allow. */
static int skip_lines(struct toml_reader *r)
{
	int rc;
	do {
		skip_space(r);
		rc = skip_comment(r);
	} while (rc == 0 && toml_take_line(r));
	return rc;
}

/* ---- nodes ---- */

static struct toml_node *node(const struct parser *p, toml_ref i)
{
	return &p->doc->nodes.v[i];
}

static int new_node(struct parser *p, enum toml_type type, enum toml_made made, toml_ref *ret)
{
	if (p->doc->nodes.n >= p->r.limits->nodes_max)
		return too_many(&p->r, "too many values");
	struct toml_node *n = lc_vec_push(p->r.arena, &p->doc->nodes);
	if (!n)
		return no_memory(p);
	*n = (struct toml_node){
		.start = p->r.line,
		.end = p->r.line,
		.first = TOML_NONE,
		.last = TOML_NONE,
		.next = TOML_NONE,
		.section = p->section,
		.type = (uint8_t)type,
		.made = (uint8_t)made,
	};
	*ret = (toml_ref)(p->doc->nodes.n - 1);
	return 0;
}

static void append(const struct parser *p, toml_ref parent, toml_ref child)
{
	struct toml_node *n = node(p, parent);
	if (n->last == TOML_NONE)
		n->first = child;
	else
		node(p, n->last)->next = child;
	n->last = child;
	n->count++;
}

static int member_key(const struct parser *p, toml_ref table, struct lc_slice key,
		      struct lc_slice *ret)
{
	uint8_t *text = lc_arena_alloc(p->r.arena, key.n + sizeof(table));
	if (!text)
		return no_memory(p);
	memcpy(text, &table, sizeof(table));
	if (key.n)
		memcpy(text + sizeof(table), key.p, key.n);
	*ret = lc_slice_of(text, key.n + sizeof(table));
	return 0;
}

/* The value of a key; TOML_NONE and the whole key for put() when there is none. */
static int find(const struct parser *p, toml_ref table, struct lc_slice key, toml_ref *ret,
		struct lc_slice *ret_whole)
{
	int rc = member_key(p, table, key, ret_whole);
	uintptr_t at = rc ? 0 : (uintptr_t)lc_map_get(&p->members, *ret_whole);
	*ret = at ? (toml_ref)(at - 1) : TOML_NONE;
	return rc;
}

static int put(struct parser *p, toml_ref table, struct lc_slice key, struct lc_slice whole,
	       toml_ref child)
{
	node(p, child)->key = key;
	append(p, table, child);
	int rc = lc_map_put(&p->members, whole, (void *)((uintptr_t)child + 1));
	return rc ? lc_fail(p->r.e, rc, "TOML: %s", lc_code_name(rc)) : 0;
}

/* ---- keys ---- */

static int read_key_part(struct parser *p, struct lc_slice *ret)
{
	struct toml_reader *r = &p->r;
	uint8_t c = toml_peek(r, 0);
	size_t n = 0;
	if (c == '"' || c == '\'')
		return toml_read_string(r, false, ret);
	while (lc_is_alpha(toml_peek(r, n)) || lc_is_digit(toml_peek(r, n)) ||
	       toml_peek(r, n) == '-' || toml_peek(r, n) == '_')
		n++;
	if (n == 0)
		return toml_bad(r, "no key");
	*ret = lc_sub(r->text, r->at, n);
	r->at += n;
	return 0;
}

static int read_path(struct parser *p)
{
	struct toml_reader *r = &p->r;
	p->path.parts.n = 0;
	do {
		if (p->path.parts.n == r->limits->depth_max)
			return too_many(r, "key of too many parts");
		struct lc_slice *part = lc_vec_push(r->arena, &p->path.parts);
		if (!part)
			return no_memory(p);
		skip_space(r);
		int rc = read_key_part(p, part);
		if (rc)
			return rc;
		skip_space(r);
	} while (toml_take(r, LC_S(".")));
	return 0;
}

/* ---- tables ---- */

/* Dotted keys extend what dots made under the same header, and steps of headers. */
static bool dots_may_enter(const struct parser *p, const struct toml_node *n)
{
	if (n->type != TOML_TABLE)
		return false;
	return n->made == TOML_BY_PATH || (n->made == TOML_BY_DOTS && n->section == p->section);
}

/* Headers pass through all tables that are not complete, and the last item of arrays of tables. */
static bool header_may_enter(const struct parser *p, toml_ref *at)
{
	const struct toml_node *n = node(p, *at);
	if (n->type == TOML_ARRAY && n->made == TOML_BY_ITEM)
		*at = n->last;
	n = node(p, *at);
	return n->type == TOML_TABLE && n->made != TOML_BY_VALUE;
}

/* All parts of the path but the last. */
static int enter(struct parser *p, toml_ref table, bool header, toml_ref *ret)
{
	for (size_t i = 0; i + 1 < p->path.parts.n; i++) {
		struct lc_slice key = p->path.parts.v[i];
		struct lc_slice whole;
		toml_ref child;
		int rc = find(p, table, key, &child, &whole);
		if (rc == 0 && child == TOML_NONE) {
			rc = new_node(p, TOML_TABLE, header ? TOML_BY_PATH : TOML_BY_DOTS, &child);
			rc = rc ? rc : put(p, table, key, whole, child);
		} else if (rc == 0) {
			bool may = header ? header_may_enter(p, &child)
					  : dots_may_enter(p, node(p, child));
			if (!may)
				return toml_bad(&p->r, "key of what is no table, or is complete");
			if (!header && node(p, child)->made == TOML_BY_PATH) {
				node(p, child)->made = TOML_BY_DOTS;
				node(p, child)->section = p->section;
			}
		}
		if (rc)
			return rc;
		table = child;
	}
	*ret = table;
	return 0;
}

static struct lc_slice last_part(const struct parser *p)
{
	return p->path.parts.v[p->path.parts.n - 1];
}

static int open_table(struct parser *p, toml_ref parent, toml_ref *ret)
{
	struct lc_slice whole;
	int rc = find(p, parent, last_part(p), ret, &whole);
	if (rc)
		return rc;
	if (*ret == TOML_NONE) {
		rc = new_node(p, TOML_TABLE, TOML_BY_HEADER, ret);
		return rc ? rc : put(p, parent, last_part(p), whole, *ret);
	}
	struct toml_node *n = node(p, *ret);
	if (n->type != TOML_TABLE || n->made != TOML_BY_PATH)
		return toml_bad(&p->r, "table that is there already");
	n->made = TOML_BY_HEADER;
	n->start = p->r.line;
	return 0;
}

static int open_item(struct parser *p, toml_ref parent, toml_ref *ret)
{
	struct lc_slice whole;
	toml_ref array;
	int rc = find(p, parent, last_part(p), &array, &whole);
	if (rc == 0 && array == TOML_NONE) {
		rc = new_node(p, TOML_ARRAY, TOML_BY_ITEM, &array);
		rc = rc ? rc : put(p, parent, last_part(p), whole, array);
	}
	if (rc)
		return rc;
	if (node(p, array)->type != TOML_ARRAY || node(p, array)->made != TOML_BY_ITEM)
		return toml_bad(&p->r, "item of what is no array of tables");
	rc = new_node(p, TOML_TABLE, TOML_BY_HEADER, ret);
	if (rc == 0)
		append(p, array, *ret);
	return rc;
}

/* [a.b] or [[a.b]] */
static int read_header(struct parser *p, toml_ref *ret)
{
	toml_ref parent = 0;
	bool item = toml_take(&p->r, LC_S("[["));
	p->r.at += item ? 0 : 1;
	p->section++;
	int rc = read_path(p);
	if (rc == 0 && !toml_take(&p->r, item ? LC_S("]]") : LC_S("]")))
		rc = toml_bad(&p->r, "header without its end");
	rc = rc ? rc : enter(p, 0, true, &parent);
	if (rc)
		return rc;
	rc = item ? open_item(p, parent, ret) : open_table(p, parent, ret);
	return rc ? rc : end_line(&p->r);
}

/* ---- values ---- */

static int read_value(struct parser *p, uint32_t depth, toml_ref *ret);

static int read_pair(struct parser *p, toml_ref table, uint32_t depth)
{
	struct lc_slice whole;
	toml_ref child;
	int rc = read_path(p);
	rc = rc ? rc : enter(p, table, false, &table);
	rc = rc ? rc : find(p, table, last_part(p), &child, &whole);
	if (rc)
		return rc;
	if (child != TOML_NONE)
		return toml_bad(&p->r, "key that is there already");
	struct lc_slice key = last_part(p);
	if (!toml_take(&p->r, LC_S("=")))
		return toml_bad(&p->r, "key without \"=\"");
	skip_space(&p->r);
	rc = read_value(p, depth, &child);
	return rc ? rc : put(p, table, key, whole, child);
}

static int read_array(struct parser *p, uint32_t depth, toml_ref array)
{
	p->r.at++;
	for (;;) {
		toml_ref child;
		int rc = skip_lines(&p->r);
		if (rc || toml_take(&p->r, LC_S("]")))
			return rc;
		rc = read_value(p, depth + 1, &child);
		if (rc)
			return rc;
		append(p, array, child);
		rc = skip_lines(&p->r);
		if (rc)
			return rc;
		if (toml_take(&p->r, LC_S("]")))
			return 0;
		if (!toml_take(&p->r, LC_S(",")))
			return toml_bad(&p->r, "no \",\" or \"]\" behind a value");
	}
}

/* On one line, without a comma at the end. */
static int read_inline(struct parser *p, uint32_t depth, toml_ref table)
{
	p->r.at++;
	skip_space(&p->r);
	if (toml_take(&p->r, LC_S("}")))
		return 0;
	/* Dots of this table alone: nobody else's section. */
	uint32_t outer = p->section;
	p->section = UINT32_MAX - table;
	int rc;
	do {
		skip_space(&p->r);
		rc = read_pair(p, table, depth + 1);
		skip_space(&p->r);
	} while (rc == 0 && toml_take(&p->r, LC_S(",")));
	p->section = outer;
	if (rc == 0 && !toml_take(&p->r, LC_S("}")))
		rc = toml_bad(&p->r, "no \",\" or \"}\" behind a value");
	return rc;
}

static int read_value(struct parser *p, uint32_t depth, toml_ref *ret)
{
	struct lc_slice text = { NULL, 0 };
	uint8_t c = toml_peek(&p->r, 0);
	uint8_t type = TOML_STRING;
	if (depth > p->r.limits->depth_max)
		return too_many(&p->r, "nested too deep");
	if (c == '[')
		type = TOML_ARRAY;
	else if (c == '{')
		type = TOML_TABLE;
	toml_ref at;
	int rc = new_node(p, (enum toml_type)type, TOML_BY_VALUE, &at);
	if (rc)
		return rc;
	if (c == '[')
		rc = read_array(p, depth, at);
	else if (c == '{')
		rc = read_inline(p, depth, at);
	else if (c == '"' || c == '\'')
		rc = toml_read_string(&p->r, true, &text);
	else
		rc = toml_read_scalar(&p->r, &text, &type);
	if (rc)
		return rc;
	node(p, at)->text = text;
	node(p, at)->type = type;
	node(p, at)->end = p->r.line;
	*ret = at;
	return 0;
}

/* ---- all ---- */

static int check_text(struct toml_reader *r)
{
	uint32_t cp;
	if (r->text.n > r->limits->bytes_max)
		return lc_fail(r->e, LC_ELIMIT, "TOML of %zu bytes, more than the %zu allowed",
			       r->text.n, r->limits->bytes_max);
	for (size_t i = 0; i < r->text.n;) {
		size_t n = r->text.p[i] < 0x80 ? 1 : lc_utf8(lc_skip(r->text, i), &cp);
		r->line += r->text.p[i] == '\n';
		if (n == 0 || r->text.p[i] == 0)
			return lc_fail(r->e, LC_EBAD, "line %u: not UTF-8 text", r->line);
		i += n;
	}
	r->line = 1;
	return 0;
}

static int read_all(struct parser *p)
{
	toml_ref table = 0;
	toml_ref root;
	int rc = check_text(&p->r);
	rc = rc ? rc : new_node(p, TOML_TABLE, TOML_BY_HEADER, &root);
	while (rc == 0) {
		rc = skip_lines(&p->r);
		if (rc || toml_at_end(&p->r))
			break;
		if (toml_peek(&p->r, 0) == '[') {
			rc = read_header(p, &table);
			continue;
		}
		rc = read_pair(p, table, 1);
		if (rc == 0)
			node(p, table)->end = p->r.line;
		rc = rc ? rc : end_line(&p->r);
	}
	return rc;
}

int toml_parse(struct lc_slice text, const struct toml_limits *limits, struct lc_arena *a,
	       struct toml_doc *ret, struct lc_err *e)
{
	struct toml_doc doc = { 0 };
	struct parser p = {
		.r = { .text = text, .line = 1, .arena = a, .e = e },
		.doc = &doc,
	};
	p.r.limits = limits ? limits : &toml_limits_default;
	(void)lc_chop_prefix(&p.r.text, LC_S("\xef\xbb\xbf"));
	int rc = read_all(&p);
	lc_map_done(&p.members);
	if (rc == 0)
		*ret = doc;
	return rc;
}
