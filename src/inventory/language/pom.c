/*
 * Maven's pom.xml: what a project asks for, as far as the tree itself says. Parents are looked up
 * where the project says they are, bills of materials by their coordinates among the project files
 * of the tree; nothing is fetched. What a parent outside of the tree would say is not known, and
 * told of. Source: Maven, "POM Reference", "Introduction to the Dependency Mechanism".
 */
#include "inventory/language/analysers.h"
#include "inventory/language/packages.h"
#include "inventory/language/pom_read.h"

enum {
	PARENTS_MAX = 16,
	IMPORTS_MAX = 64, /* looked for, whether they are in the tree or not */
	IMPORTS_DEPTH_MAX = 4,
	FILLED_BYTES_MAX = 1024, /* of one text with its properties filled in */
	FILLS_MAX = 256,         /* properties looked up for one text */
	CANDIDATES_MAX = 4096,   /* project files looked at for one bill of materials */
};

struct project {
	const struct inv_file *file;
	struct inv_sink *out;
	struct lc_arena *arena;
	unsigned *imports_left;
	unsigned depth;                 /* of imports */
	struct pom *chain[PARENTS_MAX]; /* the project, its parent, that one's parent, … */
	size_t n;
	struct lc_map properties; /* name -> struct lc_slice, the nearest one's */
	struct lc_map managed;    /* "group:artifact:type:classifier" -> struct pom_dependency */
	struct java_coordinates own;
};

/* ---- properties ---- */

struct filling {
	const struct project *project;
	struct lc_buf out;
	unsigned left;
};

static struct lc_slice value_of(const struct project *p, struct lc_slice name)
{
	const struct lc_slice *value = lc_map_get(&p->properties, name);
	if (value)
		return *value;
	if (!lc_chop_prefix(&name, LC_S("project.")))
		(void)lc_chop_prefix(&name, LC_S("pom.")); /* as it was called before */
	if (lc_eq(name, LC_S("version")))
		return p->own.version;
	if (lc_eq(name, LC_S("groupId")))
		return p->own.group;
	if (lc_eq(name, LC_S("artifactId")))
		return p->own.artifact;
	if (lc_eq(name, LC_S("parent.version")))
		return p->chain[0]->parent.version;
	if (lc_eq(name, LC_S("parent.groupId")))
		return p->chain[0]->parent.group;
	return LC_S("");
}

/* False when something is not known, or leads in a circle. Depth and work end with left. */
static bool fill_in(struct filling *f, struct lc_slice text)
{
	size_t at;
	if (text.n > FILLED_BYTES_MAX)
		return false; /* before it is searched, again for each who names it */
	while ((at = lc_find_slice(text, LC_S("${"))) != SIZE_MAX) {
		struct lc_slice rest = lc_skip(text, at + 2);
		size_t end = lc_find(rest, '}');
		struct lc_slice value = LC_S("");
		if (end != SIZE_MAX)
			value = value_of(f->project, lc_sub(rest, 0, end));
		if (value.n == 0 || f->left == 0)
			return false;
		f->left--;
		if (lc_buf_slice(&f->out, lc_sub(text, 0, at)) || !fill_in(f, value))
			return false;
		text = lc_skip(rest, end + 1);
	}
	return lc_buf_slice(&f->out, text) == 0;
}

/* The text with its properties filled in; "" when they are not all known. */
static int fill(const struct project *p, struct lc_slice text, struct lc_slice *ret)
{
	struct filling f = { .project = p, .left = FILLS_MAX };
	int r = 0;
	*ret = text;
	if (lc_find(text, '$') == SIZE_MAX)
		return 0;
	*ret = LC_S("");
	lc_buf_init(&f.out, FILLED_BYTES_MAX);
	if (fill_in(&f, text))
		r = lc_arena_dup(p->arena, lc_trim(lc_buf_get(&f.out)), ret);
	else if (lc_buf_err(&f.out) == LC_ENOMEM)
		r = LC_ENOMEM;
	lc_buf_done(&f.out);
	return r;
}

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

/* ---- the project and its parents ---- */

/* The path that a relative one leads to; p NULL when it leads out of the tree. */
static int join(struct lc_arena *a, struct lc_slice from, struct lc_slice relative,
		struct lc_slice *ret)
{
	struct lc_slice part;
	size_t slash = lc_rfind(from, '/');
	struct lc_slice dir = lc_sub(from, 0, slash == SIZE_MAX ? 0 : slash);
	while (lc_split(&relative, '/', &part)) {
		bool up = lc_eq(part, LC_S(".."));
		*ret = lc_slice_of(NULL, 0);
		if (up && dir.n == 0)
			return 0;
		slash = lc_rfind(dir, '/');
		if (up)
			dir = lc_sub(dir, 0, slash == SIZE_MAX ? 0 : slash);
		else if (part.n && !lc_eq(part, LC_S(".")))
			dir = dir.n ? lc_arena_fmt(a, "%.*s/%.*s", LC_FMT(dir), LC_FMT(part))
				    : part;
		if (a->err)
			return lc_arena_err(a);
		if (!relative.p)
			break;
	}
	*ret = dir;
	return 0;
}

static const struct inv_kept *parent_file(struct project *p, struct lc_slice path,
					  const struct pom *pom, int *ret_r)
{
	struct lc_slice at = { NULL, 0 };
	const struct inv_kept *kept = NULL;
	if (pom->parent_path.n == 0)
		return NULL;
	*ret_r = join(p->arena, path, pom->parent_path, &at);
	if (*ret_r || !at.p)
		return NULL;
	kept = inv_kept_at(p->file->kept, at);
	if (kept)
		return kept;
	at = at.n ? lc_arena_fmt(p->arena, "%.*s/pom.xml", LC_FMT(at)) : LC_S("pom.xml");
	*ret_r = at.p ? 0 : lc_arena_err(p->arena);
	return at.p ? inv_kept_at(p->file->kept, at) : NULL;
}

/* Groups may come from the parent's parent; the artifact never does. */
static bool is_parent(const struct pom *pom, const struct pom *parent)
{
	struct lc_slice group = parent->own.group.n ? parent->own.group : parent->parent.group;
	return lc_eq(pom->parent.artifact, parent->own.artifact) &&
	       (lc_eq(pom->parent.group, group) || lc_find(group, '$') != SIZE_MAX);
}

/* A file that cannot be read ends the chain: who reads it for itself tells of it. */
static int read_one(struct project *p, struct lc_slice text, struct pom *ret)
{
	struct lc_err e = { 0 };
	int r = pom_read(text, p->arena, ret, &e);
	if (r == 0 || r == LC_ENOMEM || p->arena->err)
		return r;
	ret->lines.start = 0;
	if (p->n || p->depth)
		return 0;
	return inv_sink_trouble(p->out, inv_trouble_of(r), "%s",
				e.msg[0] ? e.msg : lc_code_name(r));
}

static int read_chain(struct project *p, struct lc_slice path, struct lc_slice text)
{
	int r = 0;
	while (r == 0 && p->n < PARENTS_MAX) {
		struct pom *pom = lc_new(p->arena, struct pom);
		r = pom ? read_one(p, text, pom) : lc_arena_err(p->arena);
		if (r || pom->lines.start == 0 || (p->n && !is_parent(p->chain[p->n - 1], pom)))
			return r;
		p->chain[p->n++] = pom;
		const struct inv_kept *kept = parent_file(p, path, pom, &r);
		if (r || !kept || pom->parent.artifact.n == 0)
			return r;
		path = kept->path;
		text = kept->content.mem;
	}
	return r;
}

static int add_properties(struct project *p)
{
	int r = 0;
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->chain[i]->properties.n && r == 0; k++) {
			struct pom_property *property = &p->chain[i]->properties.v[k];
			r = lc_map_add(&p->properties, property->name, &property->value, NULL);
		}
	}
	return r;
}

/* What a project does not say of itself is its parent's. */
static int name_project(struct project *p)
{
	const struct pom *pom = p->chain[0];
	p->own.artifact = pom->own.artifact;
	p->own.group = pom->own.group.n ? pom->own.group : pom->parent.group;
	p->own.version = pom->own.version.n ? pom->own.version : pom->parent.version;
	int r = fill(p, p->own.version, &p->own.version);
	r = r ? r : fill(p, p->own.group, &p->own.group);
	return r ? r : fill(p, p->own.artifact, &p->own.artifact);
}

/* ---- managed versions ---- */

static int fill_dependency(const struct project *p, struct pom_dependency *d)
{
	int r = fill(p, d->of.group, &d->of.group);
	r = r ? r : fill(p, d->of.artifact, &d->of.artifact);
	r = r ? r : fill(p, d->of.version, &d->of.version);
	r = r ? r : fill(p, d->scope, &d->scope);
	if (d->type.n == 0)
		d->type = LC_S("jar");
	return r;
}

static struct lc_slice key_of(const struct project *p, const struct pom_dependency *d)
{
	return lc_arena_fmt(p->arena, "%.*s:%.*s:%.*s:%.*s", LC_FMT(d->of.group),
			    LC_FMT(d->of.artifact), LC_FMT(d->type), LC_FMT(d->classifier));
}

static bool is_import(const struct pom_dependency *d)
{
	return lc_eq(d->scope, LC_S("import")) && lc_eq(d->type, LC_S("pom"));
}

static int add_managed(struct project *p)
{
	int r = 0;
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->chain[i]->managed.n && r == 0; k++) {
			struct pom_dependency *d = &p->chain[i]->managed.v[k];
			r = fill_dependency(p, d);
			if (r || is_import(d))
				continue;
			struct lc_slice key = key_of(p, d);
			r = key.p ? lc_map_add(&p->managed, key, d, NULL) : lc_arena_err(p->arena);
		}
	}
	return r;
}

static int load(struct project *p, struct lc_slice path, struct lc_slice text);
static void done(struct project *p);

/* The project file in the tree that has these coordinates, looked for in all of them. */
static int search_project(const struct project *p, const struct java_coordinates *of,
			  const struct inv_kept **ret)
{
	const struct inv_kept *kept;
	struct lc_slice tag =
		lc_arena_fmt(p->arena, "<artifactId>%.*s</artifactId>", LC_FMT(of->artifact));
	size_t at = 0;
	*ret = NULL;
	if (!tag.p)
		return lc_arena_err(p->arena);
	for (unsigned i = 0; i < CANDIDATES_MAX; i++) {
		struct pom pom;
		kept = inv_kept_next(p->file->kept, LC_S(""), &at);
		if (!kept)
			break;
		if (lc_find_slice(kept->content.mem, tag) == SIZE_MAX)
			continue;
		int r = pom_read(kept->content.mem, p->arena, &pom, NULL);
		if (r == LC_ENOMEM || p->arena->err)
			return r;
		struct lc_slice group = pom.own.group.n ? pom.own.group : pom.parent.group;
		if (r == 0 && lc_eq(pom.own.artifact, of->artifact) && lc_eq(group, of->group)) {
			*ret = kept;
			return 0;
		}
	}
	return 0;
}

static int find_project(const struct project *p, const struct java_coordinates *of,
			const struct inv_kept **ret)
{
	struct lc_slice text = java_name(of, p->arena);
	if (!text.p)
		return lc_arena_err(p->arena);
	if (inv_kept_recall(p->file->kept, text, ret))
		return 0;
	int r = search_project(p, of, ret);
	return r ? r : inv_kept_remember(p->file->kept, text, *ret);
}

static int import(struct project *p, const struct pom_dependency *d)
{
	struct project bill = {
		.file = p->file,
		.out = p->out,
		.arena = p->arena,
		.depth = p->depth + 1,
		.imports_left = p->imports_left,
	};
	const struct inv_kept *kept = NULL;
	if (*p->imports_left == 0)
		return 0;
	*p->imports_left -= 1;
	int r = find_project(p, &d->of, &kept);
	if (r || !kept)
		return r;
	r = load(&bill, kept->path, kept->content.mem);
	for (size_t i = 0; i < bill.managed.n && r == 0; i++)
		r = lc_map_add(&p->managed, bill.managed.items[i].key, bill.managed.items[i].value,
			       NULL);
	done(&bill);
	return r;
}

static int add_imports(struct project *p)
{
	int r = 0;
	for (size_t i = 0; i < p->n && p->depth < IMPORTS_DEPTH_MAX; i++) {
		for (size_t k = 0; k < p->chain[i]->managed.n && r == 0; k++) {
			if (is_import(&p->chain[i]->managed.v[k]))
				r = import(p, &p->chain[i]->managed.v[k]);
		}
	}
	return r;
}

/* Recursion by way of imports ends at IMPORTS_DEPTH_MAX. */
static int load(struct project *p, struct lc_slice path, struct lc_slice text)
{
	int r = read_chain(p, path, text);
	if (r || p->n == 0)
		return r;
	r = add_properties(p);
	r = r ? r : name_project(p);
	r = r ? r : add_managed(p);
	return r ? r : add_imports(p);
}

static void done(struct project *p)
{
	lc_map_done(&p->properties);
	lc_map_done(&p->managed);
}

/* ---- what it asks for ---- */

struct asking {
	struct project *project;
	struct packages packages;
	struct inv_package *root;
	struct lc_map seen;   /* keys of dependencies */
	struct lc_slice open; /* one without a version */
	size_t open_n;
};

static bool is_for_running(struct lc_slice scope)
{
	return scope.n == 0 || lc_eq(scope, LC_S("compile")) || lc_eq(scope, LC_S("runtime"));
}

static int ask_for(struct asking *q, struct pom_dependency *d, bool inherited)
{
	struct project *p = q->project;
	bool added = false;
	int r = fill_dependency(p, d);
	struct lc_slice key = key_of(p, d);
	if (r || !key.p)
		return r ? r : lc_arena_err(p->arena);
	r = lc_map_add(&q->seen, key, NULL, &added);
	const struct pom_dependency *managed = lc_map_get(&p->managed, key);
	if (r || !added || lc_eq(d->scope, LC_S("import")))
		return r;
	struct inv_package one = {
		.type = LC_S("pom"),
		.name = java_name(&d->of, p->arena),
		.version =
			pinned(d->of.version.n || !managed ? d->of.version : managed->of.version),
		.relationship = INV_REL_DIRECT,
		.line_start = inherited ? 0 : d->lines.start,
		.line_end = inherited ? 0 : d->lines.end,
	};
	struct inv_package *package;
	if (!one.name.p)
		return lc_arena_err(p->arena);
	if (d->of.group.n == 0 || d->of.artifact.n == 0 || one.version.n == 0) {
		q->open = q->open_n++ ? q->open : one.name;
		return 0;
	}
	if (!is_for_running(d->scope.n || !managed ? d->scope : managed->scope))
		one.flags |= INV_DEV;
	r = packages_add(&q->packages, &one, &package);
	return r || !package || !q->root ? r : packages_depend(&q->packages, q->root, package);
}

static int add_root(struct asking *q)
{
	struct project *p = q->project;
	struct inv_package root = {
		.type = LC_S("pom"),
		.name = java_name(&p->own, p->arena),
		.version = p->own.version,
		.licences = p->chain[0]->licences,
		.relationship = INV_REL_ROOT,
	};
	if (!root.name.p)
		return lc_arena_err(p->arena);
	if (p->own.group.n == 0 || p->own.artifact.n == 0)
		return 0;
	return packages_add(&q->packages, &root, &q->root);
}

static int ask(struct asking *q)
{
	const struct project *p = q->project;
	int r = add_root(q);
	for (size_t i = 0; i < p->n; i++) {
		struct pom_dependencies *list = &p->chain[i]->dependencies;
		for (size_t k = 0; k < list->n && r == 0; k++)
			r = ask_for(q, &list->v[k], i > 0);
	}
	if (r == 0 && q->open_n)
		r = inv_sink_trouble(p->out, INV_UNSUPPORTED,
				     "%zu dependencies whose versions are set outside of this "
				     "tree: %s%s",
				     q->open_n, lc_quote(q->open).s,
				     q->open_n > 1 ? " and others" : "");
	return r ? r : packages_put(&q->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	unsigned imports_left = IMPORTS_MAX;
	struct project p = {
		.file = f,
		.out = out,
		.arena = f->scratch,
		.imports_left = &imports_left,
	};
	struct asking q = { .project = &p };
	packages_init(&q.packages, f->scratch, out);
	int r = load(&p, f->path, f->bytes);
	if (r == 0 && p.n)
		r = ask(&q);
	packages_done(&q.packages);
	lc_map_done(&q.seen);
	done(&p);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "pom.xml", .outside = "META-INF" },
};

const struct inv_analyser inv_pom = {
	.name = "pom",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
