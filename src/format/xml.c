#include "format/xml.h"

#include <expat.h>
#include <stdarg.h>

#include "base/buf.h"
#include "base/shim.h"

enum {
	PIECE_BYTES = 1 << 20, /* handed to expat at a time */
	NAME_BYTES_MAX = 256,
};

const struct xml_limits xml_limits_default = {
	.depth_max = 64,
	.attrs_max = 64,
	.nodes_max = 4u << 20,
	.bytes_max = 64u << 20,
};

/* An element that is open, or whose subtree is being built. */
struct building {
	struct xml_node *node;
	const struct xml_node **tail; /* where the next child goes */
	struct lc_buf text;
};

struct reader {
	XML_Parser parser;
	const char *const *names;
	const struct xml_limits *limits;
	xml_subtree_fn fn;
	void *ctx;
	struct lc_err *e;
	struct lc_arena arena; /* of the current subtree */
	struct building *open; /* elements of the subtree, limits->depth_max of them */
	uint32_t open_n;
	uint32_t depth;
	uint32_t nodes;
	int rc;
};

static void stop(struct reader *r, int rc)
{
	if (!r->rc)
		r->rc = rc;
	(void)XML_StopParser(r->parser, XML_FALSE); /* fails only when stopped already */
}

static struct lc_slice local(const char *name)
{
	struct lc_slice s = lc_str(name);
	size_t colon = lc_find(s, ':');
	return colon == SIZE_MAX || colon + 1 == s.n ? s : lc_skip(s, colon + 1);
}

static bool is_named(const struct reader *r, struct lc_slice name)
{
	for (size_t i = 0; r->names[i]; i++)
		if (lc_eq(lc_str(r->names[i]), name))
			return true;
	return false;
}

static int copy_attrs(struct reader *r, const char **attrs, struct xml_node *n)
{
	size_t count = 0;
	while (attrs[2 * count])
		if (++count > r->limits->attrs_max)
			return lc_fail(r->e, LC_ELIMIT, "more than %u attributes",
				       r->limits->attrs_max);
	struct xml_attr *v = lc_new_array(&r->arena, struct xml_attr, count);
	if (!v)
		return lc_fail(r->e, lc_arena_err(&r->arena), "an element too large");
	for (size_t i = 0; i < count; i++)
		if (lc_arena_dup(&r->arena, local(attrs[2 * i]), &v[i].name) ||
		    lc_arena_dup(&r->arena, lc_str(attrs[2 * i + 1]), &v[i].value))
			return lc_fail(r->e, lc_arena_err(&r->arena), "an element too large");
	n->attrs = v;
	n->attrs_n = count;
	return 0;
}

static uint32_t line_now(const struct reader *r)
{
	return (uint32_t)lc_min64(XML_GetCurrentLineNumber(r->parser), UINT32_MAX);
}

static int begin(struct reader *r, struct lc_slice name, const char **attrs)
{
	if (name.n > NAME_BYTES_MAX)
		return lc_fail(r->e, LC_ELIMIT, "a name of %zu bytes", name.n);
	if (++r->nodes > r->limits->nodes_max)
		return lc_fail(r->e, LC_ELIMIT, "more than %u elements in one",
			       r->limits->nodes_max);
	struct xml_node *n = lc_new(&r->arena, struct xml_node);
	if (!n || lc_arena_dup(&r->arena, name, &n->name))
		return lc_fail(r->e, lc_arena_err(&r->arena), "an element too large");
	struct building *b = &r->open[r->open_n];
	if (r->open_n) {
		struct building *up = b - 1;
		n->parent = up->node;
		*up->tail = n;
		up->tail = &n->next;
	}
	n->line = line_now(r);
	b->node = n;
	b->tail = &n->child;
	lc_buf_clear(&b->text);
	r->open_n++;
	return copy_attrs(r, attrs, n);
}

static void on_start(void *ctx, const char *name, const char **attrs)
{
	struct reader *r = ctx;
	if (r->rc)
		return;
	if (++r->depth > r->limits->depth_max) {
		stop(r, lc_fail(r->e, LC_ELIMIT, "more than %u levels", r->limits->depth_max));
		return;
	}
	struct lc_slice s = local(name);
	if (!r->open_n && !is_named(r, s))
		return;
	int rc = begin(r, s, attrs);
	if (rc)
		stop(r, rc);
}

static void on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;
	(void)name; /* expat saw that it fits */
	r->depth--;
	if (r->rc || !r->open_n)
		return;
	struct building *b = &r->open[--r->open_n];
	int rc = lc_buf_err(&b->text);
	b->node->end_line = line_now(r);
	if (!rc)
		rc = lc_arena_dup(&r->arena, lc_buf_get(&b->text), &b->node->text);
	if (rc)
		rc = lc_fail(r->e, rc, "an element too large");
	else if (!r->open_n)
		rc = r->fn(r->ctx, b->node, r->e);
	if (!r->open_n) {
		size_t max = r->arena.max;
		lc_arena_done(&r->arena);
		lc_arena_init(&r->arena, max);
		r->nodes = 0;
	}
	if (rc)
		stop(r, rc);
}

static void on_text(void *ctx, const char *s, int n)
{
	struct reader *r = ctx;
	if (!r->rc && r->open_n && n > 0 && lc_buf_add(&r->open[r->open_n - 1].text, s, (size_t)n))
		stop(r, lc_fail(r->e, lc_buf_err(&r->open[r->open_n - 1].text),
				"an element too large"));
}

static void on_entity(void *ctx, const char *name, int is_parameter, const char *value, int n,
		      const char *base, const char *system, const char *public,
		      const char *notation)
{
	(void)name, (void)is_parameter, (void)value, (void)n, (void)base, (void)system,
		(void)public, (void)notation;
	struct reader *r = ctx;
	if (!r->rc)
		stop(r, lc_fail(r->e, LC_EUNSUP, "the document declares entities of its own"));
}

static int syntax_error(struct reader *r)
{
	enum XML_Error code = XML_GetErrorCode(r->parser);
	int rc = LC_EBAD;
	if (code == XML_ERROR_NO_MEMORY)
		return lc_fail(r->e, LC_ENOMEM, "no memory for a document");
	if (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
	    code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION)
		rc = LC_ETRUNC;
	return lc_fail(r->e, rc, "line %llu, column %llu: %s",
		       (unsigned long long)XML_GetCurrentLineNumber(r->parser),
		       (unsigned long long)XML_GetCurrentColumnNumber(r->parser) + 1,
		       XML_ErrorString(code));
}

static int feed_bytes(struct reader *r, struct lc_slice in)
{
	do {
		struct lc_slice piece = lc_sub(in, 0, PIECE_BYTES);
		in = lc_skip(in, piece.n);
		enum XML_Status s = XML_Parse(r->parser, piece.n ? (const char *)piece.p : "",
					      (int)piece.n, in.n == 0);
		if (r->rc)
			return r->rc;
		if (s != XML_STATUS_OK)
			return syntax_error(r);
	} while (in.n);
	return 0;
}

static void *xml_alloc(size_t n)
{
	return lc_alloc(n);
}

static void *xml_realloc(void *old, size_t n)
{
	return lc_realloc(old, n);
}

static void xml_free(void *p)
{
	lc_free(p);
}

static int run(struct reader *r, struct lc_slice in)
{
	static const XML_Memory_Handling_Suite memory = { xml_alloc, xml_realloc, xml_free };
	r->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	r->open = lc_alloc0(r->limits->depth_max, sizeof(*r->open));
	if (!r->parser || !r->open)
		return lc_fail(r->e, LC_ENOMEM, "no memory for a document");
	for (uint32_t i = 0; i < r->limits->depth_max; i++)
		lc_buf_init(&r->open[i].text, r->limits->bytes_max);
	lc_arena_init(&r->arena, r->limits->bytes_max * 2);
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetEntityDeclHandler(r->parser, on_entity);
	return feed_bytes(r, in);
}

int xml_read(struct lc_slice in, const char *const *names, const struct xml_limits *limits,
	     xml_subtree_fn fn, void *ctx, struct lc_err *e)
{
	struct reader r = {
		.names = names,
		.limits = limits ? limits : &xml_limits_default,
		.fn = fn,
		.ctx = ctx,
		.e = e,
	};
	int rc = run(&r, in);
	for (uint32_t i = 0; r.open && i < r.limits->depth_max; i++)
		lc_buf_done(&r.open[i].text);
	lc_free(r.open);
	lc_arena_done(&r.arena);
	if (r.parser)
		XML_ParserFree(r.parser);
	return rc;
}

/* ---- the tree ---- */

bool xml_is(const struct xml_node *n, const char *name)
{
	return n && lc_eq(n->name, lc_str(name));
}

static const struct xml_node *find(const struct xml_node *n, struct lc_slice name)
{
	while (n && !lc_eq(n->name, name))
		n = n->next;
	return n;
}

const struct xml_node *xml_child(const struct xml_node *n, const char *name)
{
	return n ? find(n->child, lc_str(name)) : NULL;
}

const struct xml_node *xml_again(const struct xml_node *n)
{
	return n ? find(n->next, n->name) : NULL;
}

const struct xml_node *xml_at(const struct xml_node *n, ...)
{
	va_list names;
	va_start(names, n);
	for (const char *name; n && (name = va_arg(names, const char *));)
		n = xml_child(n, name);
	va_end(names);
	return n;
}

struct lc_slice xml_attr(const struct xml_node *n, const char *name)
{
	for (size_t i = 0; n && i < n->attrs_n; i++)
		if (lc_eq(n->attrs[i].name, lc_str(name)))
			return n->attrs[i].value;
	return (struct lc_slice){ NULL, 0 };
}

struct lc_slice xml_text(const struct xml_node *n)
{
	return n ? lc_trim(n->text) : (struct lc_slice){ NULL, 0 };
}

struct lc_slice xml_child_text(const struct xml_node *n, const char *name)
{
	return xml_text(xml_child(n, name));
}
