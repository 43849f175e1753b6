/*
 * The crates of a Rust program that was built with cargo-auditable. Source: its PARSING.md.
 *
 * Section .dep-v0 (Mach-O: .dep-v0 of __DATA), a zlib stream of JSON:
 *	{"packages":[{"name","version","source","kind":"build" or "runtime","dependencies":[index],
 *	  "root":true}]}
 */
#include "base/vec.h"
#include "format/json.h"
#include "inventory/binary/binary.h"
#include "inventory/package_type.h"
#include "io/inflate.h"

enum { STORED_BYTES_MAX = 8 << 20, TEXT_BYTES_MAX = 8 << 20 };

struct crates {
	const struct binary *b;
	struct json_doc doc;
	struct {
		struct inv_package *v; /* one for each item of the list; without a name: none */
		size_t n, room;
	} packages;
};

static int read_crate(struct crates *c, json_ref item)
{
	const struct json_doc *d = &c->doc;
	struct inv_package *p = lc_vec_push(c->b->arena, &c->packages);
	if (!p)
		return lc_arena_err(c->b->arena);
	struct lc_slice name = json_get_str(d, item, "name");
	struct lc_slice version = json_get_str(d, item, "version");
	if (name.n == 0 || version.n == 0)
		return inv_sink_trouble(c->b->out, INV_MALFORMED, "crate %zu has no %s",
					c->packages.n, name.n ? "version" : "name");
	/* What only ran to build it is not in it. */
	if (lc_eq(json_get_str(d, item, "kind"), LC_S("build")))
		return 0;
	*p = (struct inv_package){
		.type = LC_S("rustbinary"),
		.name = name,
		.version = version,
		.relationship = INV_REL_INDIRECT,
	};
	if (json_bool(d, json_get(d, item, "root"), false))
		p->relationship = INV_REL_ROOT;
	return 0;
}

static int depend(struct crates *c, json_ref item, struct inv_package *p)
{
	json_each(&c->doc, json_get(&c->doc, item, "dependencies"), i) {
		uint64_t at;
		if (!json_u64(&c->doc, i, &at) || at >= c->packages.n)
			return inv_sink_trouble(c->b->out, INV_MALFORMED,
						"%s depends on a crate that is not listed",
						lc_quote(p->name).s);
		struct inv_package *on = &c->packages.v[at];
		if (on->name.n == 0)
			continue;
		if (p->relationship == INV_REL_ROOT && on->relationship == INV_REL_INDIRECT)
			on->relationship = INV_REL_DIRECT;
		struct lc_slice *place = lc_vec_push(c->b->arena, &p->depends_on);
		if (!place)
			return lc_arena_err(c->b->arena);
		*place = package_id(on, c->b->arena);
		if (!place->p)
			return lc_arena_err(c->b->arena);
	}
	return 0;
}

static int read_crates(struct crates *c)
{
	json_ref list = json_get(&c->doc, json_root(&c->doc), "packages");
	size_t at = 0;
	int r = 0;
	if (json_type_of(&c->doc, list) != JSON_ARRAY)
		return inv_sink_trouble(c->b->out, INV_MALFORMED, "list of crates: no packages");
	for (json_ref i = json_first(&c->doc, list); i != JSON_NONE && r == 0;
	     i = json_next(&c->doc, i))
		r = read_crate(c, i);
	for (json_ref i = json_first(&c->doc, list); i != JSON_NONE && r == 0;
	     i = json_next(&c->doc, i)) {
		struct inv_package *p = &c->packages.v[at++];
		r = p->name.n ? depend(c, i, p) : 0;
	}
	for (size_t i = 0; i < c->packages.n && r == 0; i++)
		r = c->packages.v[i].name.n ? inv_sink_package(c->b->out, &c->packages.v[i]) : 0;
	return r;
}

static int read_text(struct crates *c, struct lc_slice stored)
{
	struct lc_err why = { 0 };
	struct lc_slice text;
	struct lc_buf buf;
	lc_buf_init(&buf, TEXT_BYTES_MAX);
	int r = io_zlib_all(stored, &buf, &why);
	r = r ? r : lc_arena_dup(c->b->arena, lc_buf_get(&buf), &text);
	lc_buf_done(&buf);
	r = r ? r : json_parse(text, 0, NULL, c->b->arena, &c->doc, &why);
	if (r == 0)
		return read_crates(c);
	return binary_trouble(c->b, r, &why, "list of crates: ");
}

int rust_binary(const struct binary *b, struct lc_err *e)
{
	const struct executable_part *p = executable_section(b->x, LC_S(".dep-v0"));
	struct crates c = { .b = b };
	struct lc_slice stored;
	if (!p || p->size == 0)
		return 0;
	if (p->size > STORED_BYTES_MAX)
		return inv_sink_trouble(b->out, INV_TOO_LARGE, "list of crates: %llu bytes",
					(unsigned long long)p->size);
	int r = executable_bytes(b->x, p->off, (size_t)p->size, b->arena, &stored, e);
	return r ? r : read_text(&c, stored);
}
