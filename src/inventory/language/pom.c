/*
 * Maven's pom.xml: what a project asks for, and what that brings, as far as the tree and the user's
 * local repository say (pom_project.h). Of several versions the nearest counts, of those as near
 * the first; the project's own managed versions go before what others ask for. What is for tests,
 * provided or optional brings nothing along. Source: Maven, "Introduction to the Dependency
 * Mechanism".
 */
#include "inventory/language/analysers.h"
#include "inventory/language/packages.h"
#include "inventory/language/pom_brought.h"

enum {
	NODES_MAX = 10000,    /* of what a project asks for and all that this brings */
	EDGES_MAX = 200000,   /* looked at for that */
	EXCLUSIONS_MAX = 256, /* on the way to one */
};

/* What is not to be brought by way of a dependency. */
struct excluded {
	struct pom_exclusions list;
	const struct excluded *above;
	size_t n; /* of this and those above */
};

/* The one version that counts of what has this key. */
struct node {
	struct pom_dependency dependency;
	struct inv_package *package;
	const struct excluded *excluded;
};

struct asking {
	struct pom_project *project;
	struct packages packages;
	struct inv_package *root;
	struct lc_map seen; /* pom_key() -> struct node; NULL its version is not known */
	struct {
		struct node **v;
		size_t n, room;
	} nodes; /* the nearest first */
	size_t edges;
	struct lc_slice open; /* one without a version */
	size_t open_n;
	struct lc_slice unknown; /* one whose project file is not there */
	size_t unknown_n;
};

/* "[1.2]" is 1.2; any other range pins nothing. */
static struct lc_slice pinned(struct lc_slice version)
{
	struct lc_slice inner = version;
	if (lc_chop_prefix(&inner, LC_S("[")) && lc_chop_suffix(&inner, LC_S("]")))
		version = inner;
	for (size_t i = 0; i < version.n; i++) {
		if (memchr("[](),${}", version.p[i], 8))
			return LC_S("");
	}
	return lc_trim(version);
}

static bool is_for_running(struct lc_slice scope)
{
	return scope.n == 0 || lc_eq(scope, LC_S("compile")) || lc_eq(scope, LC_S("runtime"));
}

/* ---- exclusions ---- */

static bool covers(struct lc_slice pattern, struct lc_slice name)
{
	return lc_eq(pattern, LC_S("*")) || lc_eq(pattern, name);
}

static bool is_excluded(const struct excluded *x, const struct java_coordinates *of)
{
	for (; x; x = x->above) {
		for (size_t i = 0; i < x->list.n; i++) {
			if (covers(x->list.v[i].group, of->group) &&
			    covers(x->list.v[i].artifact, of->artifact))
				return true;
		}
	}
	return false;
}

static int add_excluded(const struct asking *q, const struct pom_exclusions *list,
			const struct excluded **x)
{
	size_t before = *x ? (*x)->n : 0;
	if (list->n == 0 || list->n > EXCLUSIONS_MAX - before)
		return 0;
	struct excluded *more = lc_new(q->project->files->arena, struct excluded);
	if (!more)
		return lc_arena_err(q->project->files->arena);
	*more = (struct excluded){ *list, *x, before + list->n };
	*x = more;
	return 0;
}

/* ---- one dependency ---- */

/* The package, and its place among those whose own are to be looked at. */
static int add_node(struct asking *q, struct lc_slice key, const struct pom_dependency *d,
		    const struct inv_package *as, const struct excluded *x, struct node **ret)
{
	struct lc_arena *a = q->project->files->arena;
	struct node *n = lc_new(a, struct node);
	struct node **place = n ? lc_vec_push(a, &q->nodes) : NULL;
	if (!place)
		return lc_arena_err(a);
	*place = n;
	n->dependency = *d;
	n->dependency.of.version = as->version;
	n->excluded = x;
	*ret = n;
	int r = packages_add(&q->packages, as, &n->package);
	return r ? r : lc_map_put(&q->seen, key, n);
}

static int ask_for(struct asking *q, const struct pom_dependency *written, bool inherited)
{
	const struct pom_project *p = q->project;
	struct lc_arena *a = p->files->arena;
	struct pom_dependency d = *written;
	const struct excluded *x = NULL;
	struct node *node;
	bool added = false;
	int r = pom_fill(p, &d);
	struct lc_slice key = pom_key(p, &d);
	if (r || !key.p)
		return r ? r : lc_arena_err(a);
	r = lc_map_add(&q->seen, key, NULL, &added);
	const struct pom_dependency *managed = lc_map_get(&p->managed, key);
	if (r || !added || lc_eq(d.scope, LC_S("import")))
		return r;
	struct inv_package one = {
		.type = LC_S("pom"),
		.name = java_name(&d.of, a),
		.version = pinned(d.of.version.n || !managed ? d.of.version : managed->of.version),
		.relationship = INV_REL_DIRECT,
		.line_start = inherited ? 0 : d.lines.start,
		.line_end = inherited ? 0 : d.lines.end,
	};
	if (!one.name.p)
		return lc_arena_err(a);
	if (d.of.group.n == 0 || d.of.artifact.n == 0 || one.version.n == 0) {
		q->open = q->open_n++ ? q->open : one.name;
		return 0;
	}
	if (!is_for_running(d.scope.n || !managed ? d.scope : managed->scope))
		one.flags |= INV_DEV;
	r = add_excluded(q, &d.exclusions, &x);
	if (r == 0 && managed)
		r = add_excluded(q, &managed->exclusions, &x);
	r = r ? r : add_node(q, key, &d, &one, x, &node);
	return r || !node->package || !q->root
		       ? r
		       : packages_depend(&q->packages, q->root, node->package);
}

/* ---- what it brings ---- */

static int put_brought(struct asking *q, struct node *from, struct lc_slice key,
		       const struct pom_dependency *d, const struct pom_dependency *managed)
{
	struct lc_arena *a = q->project->files->arena;
	const struct excluded *x = from->excluded;
	struct node *to = lc_map_get(&q->seen, key);
	int r = 0;
	if (!to && lc_map_has(&q->seen, key))
		return 0; /* the project asks for it itself, in a version that is not known */
	if (!to) {
		struct inv_package one = {
			.type = LC_S("pom"),
			.name = java_name(&d->of, a),
			.version = pinned(d->of.version),
			.relationship = INV_REL_INDIRECT,
		};
		if (!one.name.p)
			return lc_arena_err(a);
		if (one.version.n == 0 || q->nodes.n >= NODES_MAX)
			return 0;
		r = add_excluded(q, &d->exclusions, &x);
		if (r == 0 && managed)
			r = add_excluded(q, &managed->exclusions, &x);
		r = r ? r : add_node(q, key, d, &one, x, &to);
	}
	if (r || !from->package || !to->package || from->package == to->package)
		return r;
	return packages_depend(&q->packages, from->package, to->package);
}

static int ask_further(struct asking *q, struct node *from, const struct pom_dependency *brought,
		       struct lc_slice key)
{
	struct pom_dependency d = *brought;
	const struct pom_dependency *last = lc_map_get(&q->project->managed, key);
	pom_manage(&d, last, true);
	if (!is_for_running(d.scope) || is_excluded(from->excluded, &d.of))
		return 0;
	return put_brought(q, from, key, &d, last);
}

/* What others bring to a tree of very many projects must leave room for the facts of the rest. */
static bool has_room(const struct asking *q)
{
	const struct pom_files *f = q->project->files;
	return q->packages.out->out.n < f->file->limits->facts_bytes_max / 4;
}

static int bring(struct asking *q, struct node *from)
{
	const struct pom_brought *b;
	int r = pom_brought_by(q->project->files, &from->dependency.of, &b);
	if (r || !b)
		return r;
	if (!b->known && from->package)
		q->unknown = q->unknown_n++ ? q->unknown : from->package->name;
	if (from->package && from->package->licences.n == 0)
		from->package->licences = b->licences;
	for (size_t i = 0; i < b->n && r == 0 && q->edges < EDGES_MAX; i++) {
		q->edges++;
		r = ask_further(q, from, &b->v[i], b->keys[i]);
	}
	return r;
}

/* ---- all ---- */

static int add_root(struct asking *q)
{
	const struct pom_project *p = q->project;
	struct inv_package root = {
		.type = LC_S("pom"),
		.name = java_name(&p->own, p->files->arena),
		.version = p->own.version,
		.licences = p->licences,
		.relationship = INV_REL_ROOT,
	};
	if (!root.name.p)
		return lc_arena_err(p->files->arena);
	if (p->own.group.n == 0 || p->own.artifact.n == 0)
		return 0;
	return packages_add(&q->packages, &root, &q->root);
}

/* Without a repository nobody expects to know what others bring. */
static int tell(const struct asking *q)
{
	struct inv_sink *out = q->packages.out;
	const struct inv_kept_files *kept = q->project->files->file->kept;
	int r = 0;
	if (q->open_n)
		r = inv_sink_trouble(out, INV_UNSUPPORTED,
				     "%zu dependencies whose versions are set outside of this "
				     "tree: %s%s",
				     q->open_n, lc_quote(q->open).s,
				     q->open_n > 1 ? " and others" : "");
	if (r == 0 && q->unknown_n && inv_kept_store_is_full(kept))
		r = inv_sink_trouble(out, INV_TOO_LARGE,
				     "%zu dependencies whose project files are not in the part of "
				     "the local repository that fits in memory, so that what they "
				     "bring is not known: %s%s",
				     q->unknown_n, lc_quote(q->unknown).s,
				     q->unknown_n > 1 ? " and others" : "");
	else if (r == 0 && q->unknown_n && inv_kept_has_store(kept))
		r = inv_sink_trouble(out, INV_UNSUPPORTED,
				     "%zu dependencies whose project files are not in the local "
				     "repository, so that what they bring is not known: %s%s",
				     q->unknown_n, lc_quote(q->unknown).s,
				     q->unknown_n > 1 ? " and others" : "");
	if (r == 0 &&
	    (q->nodes.n >= NODES_MAX || q->edges >= EDGES_MAX || q->project->files->work_left == 0))
		r = inv_sink_trouble(out, INV_TOO_LARGE,
				     "brings more than can be looked at: not all of it is listed");
	return r;
}

static int ask(struct asking *q)
{
	const struct pom_project *p = q->project;
	int r = add_root(q);
	for (size_t i = 0; i < p->n; i++) {
		const struct pom_dependencies *list = &p->chain[i]->dependencies;
		for (size_t k = 0; k < list->n && r == 0; k++)
			r = ask_for(q, &list->v[k], i > 0);
	}
	if (!has_room(q))
		p->files->work_left = 0;
	for (size_t i = 0; i < q->nodes.n && r == 0 && p->files->work_left; i++)
		r = bring(q, q->nodes.v[i]);
	r = r ? r : packages_spread(&q->packages);
	r = r ? r : tell(q);
	return r ? r : packages_put(&q->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct pom_files files;
	struct pom_project p = { .files = &files, .is_asking = true };
	struct asking q = { .project = &p };
	struct lc_err why = { 0 };
	const struct pom_source from = { .path = f->path, .text = f->bytes };
	pom_files_init(&files, f);
	packages_init(&q.packages, f->scratch, out);
	int r = pom_files_share(&files);
	r = r ? r : pom_project_load(&p, &from, &why);
	if (r == 0 && p.n)
		r = ask(&q);
	else if (r == 0 && why.code)
		r = inv_sink_trouble(out, inv_trouble_of(why.code), "%s",
				     why.msg[0] ? why.msg : lc_code_name(why.code));
	packages_done(&q.packages);
	lc_map_done(&q.seen);
	pom_project_done(&p);
	pom_files_done(&files);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "pom.xml", .outside = "META-INF" },
};

const struct inv_analyser inv_pom = {
	.name = "pom",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
