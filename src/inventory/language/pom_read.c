#include "inventory/language/pom_read.h"

struct reading {
	struct lc_arena *arena;
	struct pom *pom;
};

static int copy_text(struct reading *q, const struct xml_node *n, const char *name,
		     struct lc_slice *ret)
{
	return lc_arena_dup(q->arena, xml_child_text(n, name), ret);
}

static int copy_coordinates(struct reading *q, const struct xml_node *n,
			    struct java_coordinates *ret)
{
	int r = copy_text(q, n, "groupId", &ret->group);
	r = r ? r : copy_text(q, n, "artifactId", &ret->artifact);
	return r ? r : copy_text(q, n, "version", &ret->version);
}

static int add_exclusions(struct reading *q, const struct xml_node *list, struct pom_exclusions *to)
{
	const struct xml_node *n = xml_child(list, "exclusion");
	int r = 0;
	for (; n && r == 0; n = xml_again(n)) {
		struct pom_exclusion *x = lc_vec_push(q->arena, to);
		if (!x)
			return lc_arena_err(q->arena);
		r = copy_text(q, n, "groupId", &x->group);
		r = r ? r : copy_text(q, n, "artifactId", &x->artifact);
	}
	return r;
}

static int add_dependencies(struct reading *q, const struct xml_node *list,
			    struct pom_dependencies *to)
{
	const struct xml_node *n = xml_child(list, "dependency");
	int r = 0;
	for (; n && r == 0; n = xml_again(n)) {
		struct pom_dependency *d = lc_vec_push(q->arena, to);
		if (!d)
			return lc_arena_err(q->arena);
		*d = (struct pom_dependency){ .lines = { n->line, n->end_line } };
		r = copy_coordinates(q, n, &d->of);
		r = r ? r : copy_text(q, n, "type", &d->type);
		r = r ? r : copy_text(q, n, "classifier", &d->classifier);
		r = r ? r : copy_text(q, n, "scope", &d->scope);
		r = r ? r : copy_text(q, n, "optional", &d->optional);
		r = r ? r : add_exclusions(q, xml_child(n, "exclusions"), &d->exclusions);
	}
	return r;
}

static int add_properties(struct reading *q, const struct xml_node *list)
{
	const struct xml_node *n = list ? list->child : NULL;
	int r = 0;
	for (; n && r == 0; n = n->next) {
		struct pom_property *p = lc_vec_push(q->arena, &q->pom->properties);
		if (!p)
			return lc_arena_err(q->arena);
		*p = (struct pom_property){ .name = LC_S("") };
		r = lc_arena_dup(q->arena, n->name, &p->name);
		r = r ? r : lc_arena_dup(q->arena, xml_text(n), &p->value);
	}
	return r;
}

/* A project or a profile. */
static int add_part(struct reading *q, const struct xml_node *n)
{
	int r = add_properties(q, xml_child(n, "properties"));
	r = r ? r : add_dependencies(q, xml_child(n, "dependencies"), &q->pom->dependencies);
	return r ? r
		 : add_dependencies(q, xml_at(n, "dependencyManagement", "dependencies", NULL),
				    &q->pom->managed);
}

static int add_profiles(struct reading *q, const struct xml_node *project)
{
	const struct xml_node *n = xml_at(project, "profiles", "profile", NULL);
	int r = 0;
	for (; n && r == 0; n = xml_again(n)) {
		if (lc_eq(xml_child_text(xml_child(n, "activation"), "activeByDefault"),
			  LC_S("true")))
			r = add_part(q, n);
	}
	return r;
}

static int add_licences(struct reading *q, const struct xml_node *project)
{
	const struct xml_node *n = xml_at(project, "licenses", "license", NULL);
	for (; n; n = xml_again(n)) {
		struct lc_slice *place = lc_vec_push(q->arena, &q->pom->licences);
		if (!place || copy_text(q, n, "name", place))
			return lc_arena_err(q->arena);
		q->pom->licences.n -= place->n == 0;
	}
	return 0;
}

static int add_parent(struct reading *q, const struct xml_node *project)
{
	const struct xml_node *parent = xml_child(project, "parent");
	const struct xml_node *path = xml_child(parent, "relativePath");
	int r = copy_coordinates(q, parent, &q->pom->parent);
	if (r || !parent)
		return r;
	q->pom->parent_path = LC_S("../pom.xml");
	return path ? lc_arena_dup(q->arena, xml_text(path), &q->pom->parent_path) : 0;
}

static int on_project(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct reading *q = ctx;
	(void)e; /* the arena tells */
	if (q->pom->lines.start)
		return 0; /* there is one */
	q->pom->lines = (struct inv_lines){ n->line, n->end_line };
	int r = copy_coordinates(q, n, &q->pom->own);
	r = r ? r : add_parent(q, n);
	r = r ? r : add_licences(q, n);
	r = r ? r : add_profiles(q, n);
	return r ? r : add_part(q, n);
}

int pom_read(struct lc_slice text, struct lc_arena *a, struct pom *ret, struct lc_err *e)
{
	static const char *const names[] = { "project", NULL };
	struct reading q = { a, ret };
	*ret = (struct pom){ .own = { .group = LC_S("") } };
	return xml_read(text, names, NULL, on_project, &q, e);
}
