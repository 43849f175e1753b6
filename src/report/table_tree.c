/*
 * What brought a package: under a table of findings, each package with findings and, below it, who
 * depends on it, up to what the project itself asks for. Packages in between are left out, as they
 * are many and can be in circles.
 */
#include "base/map.h"
#include "inventory/package_type.h"
#include "report/table_impl.h"

enum { STEPS_MAX = 1 << 17 }; /* looked at for one package */

struct edge {
	size_t parent;
	struct edge *next;
};

struct tree {
	struct table *t;
	const struct report_result *res;
	struct lc_slice *ids;
	struct edge **parents; /* of each package */
	uint32_t *seen;        /* stamp of the last package looked at */
	uint32_t stamp;
	size_t *queue;
	uint64_t (*counts)[SEVERITY_N + 1]; /* findings of each package, the last of all of them */
};

/* ---- who depends on whom ---- */

static const struct inv_package *package_at(const struct tree *tree, size_t i)
{
	return &tree->res->packages[i]->package;
}

static int add_parents(struct tree *tree, const struct lc_map *by_id, size_t parent)
{
	const struct inv_package *p = package_at(tree, parent);
	for (size_t i = 0; i < p->depends_on.n; i++) {
		uintptr_t at = (uintptr_t)lc_map_get(by_id, p->depends_on.v[i]);
		struct edge *edge = at ? lc_new(&tree->t->a, struct edge) : NULL;
		if (!at)
			continue;
		if (!edge)
			return lc_arena_err(&tree->t->a);
		*edge = (struct edge){ parent, tree->parents[at - 1] };
		tree->parents[at - 1] = edge;
	}
	return 0;
}

static int link_all(struct tree *tree, struct lc_map *by_id)
{
	int r = 0;
	for (size_t i = 0; i < tree->res->packages_n && r == 0; i++) {
		tree->ids[i] = package_id(package_at(tree, i), &tree->t->a);
		r = tree->ids[i].p
			    ? lc_map_add(by_id, tree->ids[i], (void *)(uintptr_t)(i + 1), NULL)
			    : lc_arena_err(&tree->t->a);
	}
	for (size_t i = 0; i < tree->res->packages_n && r == 0; i++)
		r = add_parents(tree, by_id, i);
	return r;
}

/* ---- up to what is asked for ---- */

/* Where a file does not say what is asked for, what nobody depends on must be. */
static bool is_top(const struct tree *tree, size_t i)
{
	return package_at(tree, i)->relationship == INV_REL_DIRECT || !tree->parents[i];
}

static bool is_own(const struct tree *tree, size_t i)
{
	enum inv_relationship r = package_at(tree, i)->relationship;
	return r == INV_REL_ROOT || r == INV_REL_WORKSPACE;
}

struct found {
	struct lc_slices direct, farther; /* ids */
};

static int push(struct tree *tree, struct lc_slices *list, size_t i)
{
	struct lc_slice *place = lc_vec_push(&tree->t->a, list);
	if (!place)
		return lc_arena_err(&tree->t->a);
	*place = grid_safe(tree->ids[i], &tree->t->a);
	return 0;
}

static int climb(struct tree *tree, size_t from, struct found *ret)
{
	size_t n = 0;
	size_t steps = 0;
	int r = 0;
	tree->seen[from] = ++tree->stamp;
	tree->queue[n++] = from;
	for (size_t at = 0; at < n && r == 0 && steps < STEPS_MAX; at++) {
		size_t i = tree->queue[at];
		for (const struct edge *e = tree->parents[i]; e && r == 0; e = e->next, steps++) {
			if (tree->seen[e->parent] == tree->stamp)
				continue;
			tree->seen[e->parent] = tree->stamp;
			if (is_own(tree, e->parent))
				continue;
			if (!is_top(tree, e->parent))
				tree->queue[n++] = e->parent;
			else
				r = push(tree, i == from ? &ret->direct : &ret->farther, e->parent);
		}
	}
	return r;
}

/* ---- drawing ---- */

static void branch(const struct tree *tree, const char *before, bool last, struct lc_slice text)
{
	struct lc_buf *out = tree->t->out;
	bool box = tree->t->o->box;
	const char *more = box ? "├── " : "|-- ";
	const char *end = box ? "└── " : "`-- ";
	(void)lc_buf_str(out, before); /* failures are sticky: asked at the end */
	(void)lc_buf_str(out, last ? end : more);
	(void)lc_buf_slice(out, text);
	(void)lc_buf_byte(out, '\n');
}

static void branches(const struct tree *tree, const char *before, const struct lc_slices *list,
		     bool last)
{
	for (size_t i = 0; i < list->n; i++)
		branch(tree, before, last && i + 1 == list->n, list->v[i]);
}

static struct lc_slice address(const struct inv_found_package *const *p)
{
	return lc_slice_of((const uint8_t *)p, sizeof(*p));
}

static int count(struct tree *tree)
{
	const struct report_result *res = tree->res;
	struct lc_map places = { 0 };
	int r = 0;
	for (size_t i = 0; i < res->packages_n && r == 0; i++)
		r = lc_map_add(&places, address(&res->packages[i]), tree->counts[i], NULL);
	for (size_t k = 0; k < res->findings_n && r == 0; k++) {
		uint64_t *counts = lc_map_get(&places, address(&res->findings[k]->package));
		if (!counts)
			continue;
		counts[res->findings[k]->severity]++;
		counts[SEVERITY_N]++;
	}
	lc_map_done(&places);
	return r;
}

/* "a@1, (LOW: 0, HIGH: 2)", of the severities that were asked for. */
static struct lc_slice heading(const struct tree *tree, size_t i)
{
	struct lc_slice list = LC_S("");
	for (int s = 0; s < SEVERITY_N; s++) {
		if (tree->t->o->severity[s])
			list = lc_arena_fmt(&tree->t->a, "%.*s%s%s: %llu", LC_FMT(list),
					    list.n ? ", " : "", severity_name((enum severity)s),
					    (unsigned long long)tree->counts[i][s]);
	}
	struct lc_slice id = grid_safe(tree->ids[i], &tree->t->a);
	return lc_arena_fmt(&tree->t->a, "%.*s, (%.*s)", LC_FMT(id), LC_FMT(list));
}

static int draw(struct tree *tree, size_t i, bool last)
{
	struct found found = { 0 };
	const char *before = tree->t->o->box ? "│   " : "|   ";
	const char *below = tree->t->o->box ? "│       " : "|       ";
	bool direct = package_at(tree, i)->relationship == INV_REL_DIRECT;
	int r = direct ? 0 : climb(tree, i, &found);
	r = r ? r : lc_slices_sort(&found.direct);
	r = r ? r : lc_slices_sort(&found.farther);
	branch(tree, "", last, heading(tree, i));
	branches(tree, last ? "    " : before, &found.direct, found.farther.n == 0);
	if (found.farther.n) {
		branch(tree, last ? "    " : before, true, LC_S("...(omitted)..."));
		branches(tree, last ? "        " : below, &found.farther, true);
	}
	return r;
}

/* Packages with findings, in the order of the table. */
static size_t affected(struct tree *tree, size_t *list)
{
	size_t n = 0;
	for (size_t i = 0; i < tree->res->packages_n; i++) {
		if (tree->counts[i][SEVERITY_N])
			list[n++] = i;
	}
	return n;
}

static int draw_all(struct tree *tree)
{
	size_t *list = lc_new_array(&tree->t->a, size_t, tree->res->packages_n + 1);
	if (!list)
		return lc_arena_err(&tree->t->a);
	size_t n = affected(tree, list);
	int r = 0;
	table_heading(tree->t, table_text(tree->t, N_("Dependency Origin Tree (Reversed)"),
					  LC_S(""), LC_S("")));
	(void)lc_buf_slice(tree->t->out, grid_safe(tree->res->target, &tree->t->a));
	(void)lc_buf_byte(tree->t->out, '\n');
	for (size_t i = 0; i < n && r == 0; i++)
		r = draw(tree, list[i], i + 1 == n);
	return r;
}

static bool has_edges(const struct tree *tree)
{
	for (size_t i = 0; i < tree->res->packages_n; i++) {
		if (tree->parents[i])
			return true;
	}
	return false;
}

void table_tree(struct table *t, const struct report_result *res)
{
	struct tree tree = { .t = t, .res = res };
	struct lc_map by_id = { 0 };
	size_t n = res->packages_n;
	if (!t->o->dependency_tree || !res->findings_n || t->a.err)
		return;
	tree.ids = lc_new_array(&t->a, struct lc_slice, n);
	tree.parents = lc_new_array(&t->a, struct edge *, n);
	tree.seen = lc_new_array(&t->a, uint32_t, n);
	tree.queue = lc_new_array(&t->a, size_t, n);
	tree.counts = lc_arena_array(&t->a, n, sizeof(*tree.counts));
	if (!tree.ids || !tree.parents || !tree.seen || !tree.queue || !tree.counts)
		return; /* the arena keeps the error */
	int r = link_all(&tree, &by_id);
	r = r ? r : count(&tree);
	if (r == 0 && has_edges(&tree))
		r = draw_all(&tree);
	lc_map_done(&by_id);
	if (r && !t->a.err)
		t->a.err = r;
}
