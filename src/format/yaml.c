/*
 * A stream of events becomes nodes in the order in which they begin:
 *
 *	stream    = document*
 *	document  = node
 *	node      = alias | scalar | "[" node* "]" | "{" (node node)* "}"
 *
 * A container hangs its children on itself as they end, so that each knows its weight and height
 * by then: that is what an alias of it costs.
 */
#include "format/yaml.h"

#include <yaml.h>

#include "base/map.h"
#include "base/shim.h"
#include "base/vec.h"
#include "format/yaml_node.h"

enum {
	NAME_BYTES_MAX = 1024,     /* of a tag or an anchor: a %TAG prefix repeats with each use */
	TAG_DIRECTIVES_MAX = 1024, /* libyaml compares each with all before it */
};

const struct yaml_limits yaml_limits_default = {
	.bytes_max = 32u << 20,
	.scalar_max = 8u << 20,
	.events_max = 1u << 20,
	.depth_max = 128,
	.aliases_max = 1u << 16,
	.expanded_max = 4u << 20,
};

struct anchor {
	yaml_ref node;
};

struct open {
	yaml_ref node;
	yaml_ref last; /* child */
	yaml_ref key;  /* whose value comes next */
};

struct nodes {
	struct yaml_node *v;
	size_t n, room;
};

struct roots {
	yaml_ref *v;
	size_t n, room;
};

struct reader {
	yaml_parser_t parser;
	struct lc_slice text;
	const struct yaml_limits *limits;
	unsigned flags;
	struct lc_arena *a;
	struct nodes nodes;
	struct roots roots;
	struct lc_map anchors; /* of the document: name -> struct anchor */
	struct open *open;     /* limits->depth_max of them */
	uint32_t depth;
	uint32_t events, aliases;
	struct lc_err *e;
};

#define AT_MARK(m) (m).line + 1, (m).column + 1
#define BAD(r, code, mark, ...) \
	lc_wrap((r)->e, lc_fail((r)->e, (code), __VA_ARGS__), "line %zu, column %zu", AT_MARK(mark))

static int no_memory(struct reader *r)
{
	return lc_fail(r->e, lc_arena_err(r->a), "no memory for a YAML document");
}

static struct lc_slice bytes_of(const yaml_char_t *s)
{
	return lc_str((const char *)s);
}

/* Is the place behind all characters? Then what is wrong is that the input ends. */
static bool is_end(const struct reader *r, yaml_mark_t m)
{
	size_t characters = 0;
	for (size_t i = 0; i < r->text.n; i++)
		characters += (r->text.p[i] & 0xc0) != 0x80;
	return m.index >= characters;
}

static int bad_bytes(struct reader *r)
{
	struct lc_slice before = lc_sub(r->text, 0, r->parser.problem_offset);
	yaml_mark_t m = { 0 };
	for (size_t i = 0; i < before.n; i++) {
		m.column += (before.p[i] & 0xc0) != 0x80;
		if (before.p[i] == '\n') {
			m.line++;
			m.column = 0;
		}
	}
	bool cut = lc_find_slice(lc_str(r->parser.problem), LC_S("incomplete")) != SIZE_MAX;
	return BAD(r, cut ? LC_ETRUNC : LC_EBAD, m, "%s", r->parser.problem);
}

static int syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	if (p->error == YAML_MEMORY_ERROR)
		return lc_fail(r->e, LC_ENOMEM, "no memory for a YAML document");
	if (p->error == YAML_READER_ERROR)
		return bad_bytes(r);
	return BAD(r, is_end(r, p->problem_mark) ? LC_ETRUNC : LC_EBAD, p->problem_mark, "%s",
		   p->problem ? p->problem : "not YAML");
}

static int add_node(struct reader *r, const yaml_event_t *ev, enum yaml_type type, yaml_ref *ret)
{
	struct yaml_node *n = lc_vec_push(r->a, &r->nodes);
	if (!n)
		return no_memory(r);
	*n = (struct yaml_node){
		.type = (uint8_t)type,
		.line = (uint32_t)ev->start_mark.line + 1,
		.column = (uint32_t)ev->start_mark.column + 1,
		.end_line = (uint32_t)ev->start_mark.line + 1,
		.first = YAML_NONE,
		.next = YAML_NONE,
		.key = YAML_NONE,
		.weight = 1,
		.height = 1,
	};
	*ret = (yaml_ref)(r->nodes.n - 1);
	return 0;
}

/* Node n is whole: hang it on what is open around it. */
static int attach(struct reader *r, yaml_ref n, yaml_mark_t at)
{
	struct yaml_node *node = &r->nodes.v[n];
	if (!r->depth) {
		yaml_ref *root = lc_vec_push(r->a, &r->roots);
		if (!root)
			return no_memory(r);
		*root = n;
		return 0;
	}
	struct open *o = &r->open[r->depth - 1];
	struct yaml_node *up = &r->nodes.v[o->node];
	up->weight += node->weight;
	if (up->weight > r->limits->expanded_max)
		return BAD(r, LC_ELIMIT, at, "more than %llu nodes, aliases followed",
			   (unsigned long long)r->limits->expanded_max);
	if (up->height <= node->height)
		up->height = node->height + 1;
	if (up->end_line < node->end_line)
		up->end_line = node->end_line;
	if (up->type == YAML_MAPPING && o->key == YAML_NONE) {
		o->key = n;
		return 0;
	}
	*(o->last == YAML_NONE ? &up->first : &r->nodes.v[o->last].next) = n;
	o->last = n;
	up->count++;
	node->key = o->key;
	o->key = YAML_NONE;
	return 0;
}

static int copy_tag(struct reader *r, yaml_ref n, const yaml_char_t *tag, yaml_mark_t at)
{
	struct lc_slice s = bytes_of(tag);
	if (s.n > NAME_BYTES_MAX)
		return BAD(r, LC_ELIMIT, at, "a tag of more than %d bytes", NAME_BYTES_MAX);
	if (s.n && lc_arena_dup(r->a, s, &r->nodes.v[n].tag))
		return no_memory(r);
	return 0;
}

static int set_anchor(struct reader *r, yaml_ref n, const yaml_char_t *name, yaml_mark_t at)
{
	struct lc_slice s = bytes_of(name);
	if (!s.n)
		return 0;
	if (s.n > NAME_BYTES_MAX)
		return BAD(r, LC_ELIMIT, at, "an anchor of more than %d bytes", NAME_BYTES_MAX);
	struct anchor *anchor = lc_new(r->a, struct anchor);
	struct lc_slice copy;
	if (!anchor || lc_arena_dup(r->a, s, &copy))
		return no_memory(r);
	anchor->node = n;
	int rc = lc_map_put(&r->anchors, copy, anchor);
	return rc ? lc_fail(r->e, rc, "no memory for a YAML document") : 0;
}

static int on_scalar(struct reader *r, const yaml_event_t *ev)
{
	yaml_ref n;
	struct lc_slice text = lc_slice_of(ev->data.scalar.value, ev->data.scalar.length);
	if (text.n > r->limits->scalar_max)
		return BAD(r, LC_ELIMIT, ev->start_mark, "a scalar of more than %zu bytes",
			   r->limits->scalar_max);
	int rc = add_node(r, ev, YAML_SCALAR, &n);
	if (!rc)
		rc = copy_tag(r, n, ev->data.scalar.tag, ev->start_mark);
	if (!rc)
		rc = set_anchor(r, n, ev->data.scalar.anchor, ev->start_mark);
	if (rc)
		return rc;
	struct yaml_node *node = &r->nodes.v[n];
	if (lc_arena_dup(r->a, text, &node->text))
		return no_memory(r);
	node->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !node->tag.n;
	node->weight += text.n / 64;
	/* A block scalar ends before the line on which the next token stands. */
	const yaml_mark_t *end = &ev->end_mark;
	bool behind = !end->column && end->line > ev->start_mark.line;
	node->end_line = (uint32_t)(end->line + !behind);
	return attach(r, n, ev->start_mark);
}

static int on_alias(struct reader *r, const yaml_event_t *ev)
{
	struct lc_slice name = bytes_of(ev->data.alias.anchor);
	yaml_mark_t at = ev->start_mark;
	const struct anchor *anchor = lc_map_get(&r->anchors, name);
	yaml_ref n;
	if (++r->aliases > r->limits->aliases_max)
		return BAD(r, LC_ELIMIT, at, "more than %u aliases", r->limits->aliases_max);
	if (!anchor)
		return BAD(r, LC_EBAD, at, "no anchor \"%s\" stands before this alias",
			   lc_quote(name).s);
	int rc = add_node(r, ev, YAML_ABSENT, &n);
	if (rc)
		return rc;
	const struct yaml_node *target = &r->nodes.v[anchor->node];
	if (target->open)
		return BAD(r, LC_EBAD, at, "the alias \"%s\" stands inside what it names",
			   lc_quote(name).s);
	if (target->height > r->limits->depth_max - r->depth)
		return BAD(r, LC_ELIMIT, at, "more than %u levels", r->limits->depth_max);
	struct yaml_node *node = &r->nodes.v[n];
	node->is_alias = true;
	node->first = anchor->node;
	node->weight = target->weight;
	node->height = target->height;
	return attach(r, n, at);
}

static int on_start(struct reader *r, const yaml_event_t *ev, enum yaml_type type,
		    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	yaml_ref n;
	if (r->depth >= r->limits->depth_max)
		return BAD(r, LC_ELIMIT, ev->start_mark, "more than %u levels",
			   r->limits->depth_max);
	int rc = add_node(r, ev, type, &n);
	if (!rc)
		rc = copy_tag(r, n, tag, ev->start_mark);
	if (!rc)
		rc = set_anchor(r, n, anchor, ev->start_mark);
	if (rc)
		return rc;
	r->nodes.v[n].open = true;
	r->open[r->depth++] = (struct open){ n, YAML_NONE, YAML_NONE };
	return 0;
}

/* One key of a mapping into the set of those before; fails when it is there. */
static int see_key(struct reader *r, struct lc_map *seen, yaml_ref child)
{
	const struct yaml_node *key = yaml_followed(r->nodes.v, r->nodes.v[child].key);
	bool added;
	if (!key || key->type != YAML_SCALAR)
		return 0;
	int rc = lc_map_add(seen, key->text, NULL, &added);
	if (rc)
		return lc_fail(r->e, rc, "no memory for a YAML document");
	const struct yaml_node *at = &r->nodes.v[r->nodes.v[child].key];
	if (!added)
		return lc_fail(r->e, LC_EBAD, "line %u, column %u: the key \"%s\" is there twice",
			       at->line, at->column, lc_quote(key->text).s);
	return 0;
}

static int refuse_equal_keys(struct reader *r, const struct yaml_node *mapping)
{
	struct lc_map seen LC_CLEANUP(lc_map_done) = { 0 };
	int rc = 0;
	for (yaml_ref c = mapping->first; !rc && c != YAML_NONE; c = r->nodes.v[c].next)
		rc = see_key(r, &seen, c);
	return rc;
}

static int on_end(struct reader *r, const yaml_event_t *ev)
{
	yaml_ref n = r->open[--r->depth].node;
	struct yaml_node *node = &r->nodes.v[n];
	node->open = false;
	/* What ends a block is the next token; what ends a flow is its bracket. */
	uint32_t line = (uint32_t)ev->end_mark.line + 1;
	if (ev->end_mark.index > ev->start_mark.index && node->end_line < line)
		node->end_line = line;
	bool check = node->type == YAML_MAPPING && node->count > 1 && r->flags & YAML_DUP_REFUSE;
	int rc = check ? refuse_equal_keys(r, node) : 0;
	return rc ? rc : attach(r, n, ev->start_mark);
}

static int on_event(struct reader *r, const yaml_event_t *ev)
{
	if (++r->events > r->limits->events_max)
		return BAD(r, LC_ELIMIT, ev->start_mark, "more than %u events",
			   r->limits->events_max);
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, ev);
	case YAML_ALIAS_EVENT:
		return on_alias(r, ev);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(r, ev, YAML_SEQUENCE, ev->data.sequence_start.anchor,
				ev->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return on_start(r, ev, YAML_MAPPING, ev->data.mapping_start.anchor,
				ev->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_end(r, ev);
	case YAML_DOCUMENT_END_EVENT: /* anchors are the document's own */
		lc_map_done(&r->anchors);
		r->anchors = (struct lc_map){ 0 };
		return 0;
	default: /* beginnings that carry nothing */
		return 0;
	}
}

static int read_events(struct reader *r)
{
	bool more = true;
	int rc = 0;
	while (!rc && more) {
		yaml_event_t ev;
		if (!yaml_parser_parse(&r->parser, &ev))
			return syntax_error(r);
		more = ev.type != YAML_STREAM_END_EVENT;
		rc = on_event(r, &ev);
		yaml_event_delete(&ev);
	}
	return rc;
}

static int read_stream(struct reader *r)
{
	r->open = lc_new_array(r->a, struct open, r->limits->depth_max);
	if (!r->open)
		return no_memory(r);
	if (!yaml_parser_initialize(&r->parser))
		return lc_fail(r->e, LC_ENOMEM, "no memory for a YAML document");
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, r->text.n ? r->text.p : (const uint8_t *)"",
				     r->text.n);
	int rc = read_events(r);
	yaml_parser_delete(&r->parser);
	lc_map_done(&r->anchors);
	return rc;
}

static bool too_many_directives(struct lc_slice text)
{
	size_t n = 0;
	size_t at;
	while (n <= TAG_DIRECTIVES_MAX && (at = lc_find_slice(text, LC_S("%TAG"))) != SIZE_MAX) {
		text = lc_skip(text, at + 1);
		n++;
	}
	return n > TAG_DIRECTIVES_MAX;
}

int yaml_parse(struct lc_slice text, unsigned flags, const struct yaml_limits *limits,
	       struct lc_arena *a, struct yaml_doc *ret, struct lc_err *e)
{
	struct reader r = {
		.text = text,
		.limits = limits ? limits : &yaml_limits_default,
		.flags = flags,
		.a = a,
		.e = e,
	};
	if (text.n > r.limits->bytes_max)
		return lc_fail(e, LC_ELIMIT, "more than %zu bytes of YAML", r.limits->bytes_max);
	if (too_many_directives(text))
		return lc_fail(e, LC_ELIMIT, "more than %d mentions of %%TAG", TAG_DIRECTIVES_MAX);
	int rc = read_stream(&r);
	if (rc)
		return rc;
	*ret = (struct yaml_doc){
		.nodes = r.nodes.v,
		.count = (uint32_t)r.nodes.n,
		.roots = r.roots.v,
		.documents = (uint32_t)r.roots.n,
		.flags = flags,
	};
	return 0;
}
