#include "inventory/language/lock.h"

/* ---- packages ---- */

int lock_add(struct lock *l, const struct inv_package *p, struct inv_package **ret)
{
	struct inv_package typed = *p;
	struct inv_package *package;
	bool added;
	typed.type = l->type;
	int r = packages_add(&l->packages, &typed, &package);
	if (ret)
		*ret = package;
	return r || !package ? r : lc_map_add(&l->names, package->name, package, &added);
}

void lock_at_json(const struct lock *l, json_ref node, struct inv_package *p)
{
	struct inv_lines at = lines_of(&l->lines, json_raw(&l->json, node));
	p->line_start = at.start;
	p->line_end = at.end;
}

static int add_edge(struct lock *l, struct inv_package *from, struct lc_slice name)
{
	struct lock_edge *edge = lc_vec_push(l->arena, &l->edges);
	if (!edge)
		return lc_arena_err(l->arena);
	*edge = (struct lock_edge){ from, name };
	return 0;
}

int lock_depends(struct lock *l, struct inv_package *from, struct lc_slice name)
{
	return from && name.n ? add_edge(l, from, name) : 0;
}

int lock_asks(struct lock *l, struct lc_slice name)
{
	l->rooted = true;
	return name.n ? add_edge(l, NULL, name) : 0;
}

int lock_texts(const struct lock *l, json_ref list, struct lc_slices *ret)
{
	const struct json_doc *d = &l->json;
	bool one = json_is_str(d, list);
	if (!one && json_type_of(d, list) != JSON_ARRAY)
		return 0;
	for (json_ref i = one ? list : json_first(d, list); i != JSON_NONE;
	     i = one ? JSON_NONE : json_next(d, i)) {
		struct lc_slice text = lc_trim(json_str(d, i));
		struct lc_slice *place = text.n ? lc_vec_push(l->arena, ret) : NULL;
		if (text.n && !place)
			return lc_arena_err(l->arena);
		if (place)
			*place = text;
	}
	return 0;
}

/* ---- the end of the file ---- */

static int resolve(struct lock *l)
{
	int r = 0;
	for (size_t i = 0; i < l->edges.n && r == 0; i++) {
		const struct lock_edge *edge = &l->edges.v[i];
		struct inv_package *on = lc_map_get(&l->names, edge->name);
		if (!on)
			continue;
		if (edge->from)
			r = packages_depend(&l->packages, edge->from, on);
		else if (on->relationship == INV_REL_UNKNOWN)
			on->relationship = INV_REL_DIRECT;
	}
	if (l->rooted)
		packages_rest_indirect(&l->packages);
	return r;
}

static struct lock begin(const struct inv_file *f, struct inv_sink *out, const char *type)
{
	struct lock l = { .file = f, .out = out, .arena = f->scratch, .type = lc_str(type) };
	packages_init(&l.packages, f->scratch, out);
	return l;
}

/* r: of opening the document. */
static int finish(struct lock *l, int r, lock_fn *fn, struct lc_err *e)
{
	r = r ? r : fn(l);
	r = r ? r : resolve(l);
	r = r ? r : packages_put(&l->packages);
	packages_done(&l->packages);
	lc_map_done(&l->names);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static int nothing(struct lock *l)
{
	(void)l; /* it was told of, or there is nothing */
	return 0;
}

static int open_json(const struct inv_file *f, struct inv_sink *out, struct lc_err *e,
		     const char *type, lock_fn *fn, bool lists)
{
	struct lock l = begin(f, out, type);
	const struct document doc = document_of(f, out);
	int r = document_json(&doc, JSON_LENIENT, &l.json);
	r = r ? r : lines_init(&l.lines, l.json.text, l.arena);
	enum json_type root = json_type_of(&l.json, json_root(&l.json));
	if (r == 0 && l.json.count && root != JSON_OBJECT && !(lists && root == JSON_ARRAY)) {
		r = inv_sink_trouble(out, INV_MALFORMED, "not an object");
		l.json.count = 0;
	}
	return finish(&l, r, l.json.count ? fn : nothing, e);
}

int lock_json(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn)
{
	return open_json(f, out, e, type, fn, false);
}

int lock_json_or_list(const struct inv_file *f, struct inv_sink *out, struct lc_err *e,
		      const char *type, lock_fn *fn)
{
	return open_json(f, out, e, type, fn, true);
}

int lock_yaml(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn)
{
	struct lock l = begin(f, out, type);
	const struct document doc = document_of(f, out);
	int r = document_yaml(&doc, 0, &l.yaml);
	bool mapping = yaml_type_of(&l.yaml, yaml_root(&l.yaml, 0)) == YAML_MAPPING;
	if (r == 0 && l.yaml.documents && !mapping)
		r = inv_sink_trouble(out, INV_MALFORMED, "not a mapping");
	return finish(&l, r, mapping ? fn : nothing, e);
}

int lock_toml(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn)
{
	struct lock l = begin(f, out, type);
	const struct document doc = document_of(f, out);
	int r = document_toml(&doc, &l.toml);
	return finish(&l, r, toml_root(&l.toml) == TOML_NONE ? nothing : fn, e);
}

int lock_text(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn)
{
	struct lock l = begin(f, out, type);
	return finish(&l, 0, fn, e);
}
