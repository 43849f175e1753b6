#include "inventory/language/pom_project.h"

#include "base/buf.h"

enum {
	IMPORTS_DEPTH_MAX = 4,
	FILLED_BYTES_MAX = 1024, /* of one text with its properties filled in */
	FILLS_MAX = 256,         /* properties looked up for one text */
	PATH_BYTES_MAX = 4096,   /* of the one to a parent: each of its parts makes a copy */
};

/* ---- properties ---- */

struct filling {
	const struct pom_project *project;
	struct lc_buf out;
	unsigned left;
};

static struct lc_slice value_of(const struct pom_project *p, struct lc_slice name)
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

/* The file's own texts are always filled in; what others say is, as long as there is work left. */
static int count_fill(const struct pom_project *p, const struct filling *f)
{
	return p->is_asking ? 0 : pom_count_work(p->files, FILLS_MAX - f->left);
}

/* The text with its properties filled in; "" when they are not all known. */
static int fill(const struct pom_project *p, struct lc_slice text, struct lc_slice *ret)
{
	struct filling f = { .project = p, .left = FILLS_MAX };
	int r = 0;
	*ret = text;
	if (lc_find(text, '$') == SIZE_MAX)
		return 0;
	*ret = LC_S("");
	if (!p->is_asking && p->files->work_left == 0)
		return 0;
	lc_buf_init(&f.out, FILLED_BYTES_MAX);
	if (fill_in(&f, text))
		r = lc_arena_dup(p->files->arena, lc_trim(lc_buf_get(&f.out)), ret);
	else if (lc_buf_err(&f.out) == LC_ENOMEM)
		r = LC_ENOMEM;
	lc_buf_done(&f.out);
	return r ? r : count_fill(p, &f);
}

/* ---- the project and its parents ---- */

/* The path that a relative one leads to; p NULL when it leads out of the tree. */
static int join(struct lc_arena *a, struct lc_slice from, struct lc_slice relative,
		struct lc_slice *ret)
{
	struct lc_slice part;
	struct lc_slice dir = lc_path_dir(from);
	*ret = lc_slice_of(NULL, 0);
	if (relative.n > PATH_BYTES_MAX)
		return 0;
	while (lc_split(&relative, '/', &part)) {
		bool up = lc_eq(part, LC_S(".."));
		*ret = lc_slice_of(NULL, 0);
		if (up && dir.n == 0)
			return 0;
		if (up)
			dir = lc_path_dir(dir);
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

static int parent_file(const struct pom_project *p, struct lc_slice path, const struct pom *pom,
		       const struct inv_kept **ret)
{
	struct lc_arena *a = p->files->arena;
	const struct inv_kept_files *kept = p->files->file->kept;
	struct lc_slice at = { NULL, 0 };
	*ret = NULL;
	if (pom->parent_path.n == 0)
		return 0;
	int r = join(a, path, pom->parent_path, &at);
	if (r || !at.p)
		return r;
	*ret = inv_kept_at(kept, at);
	if (*ret)
		return 0;
	at = at.n ? lc_arena_fmt(a, "%.*s/pom.xml", LC_FMT(at)) : LC_S("pom.xml");
	if (!at.p)
		return lc_arena_err(a);
	*ret = inv_kept_at(kept, at);
	return 0;
}

/* Groups may come from the parent's parent; the artifact never does. */
static bool is_parent(const struct pom *pom, const struct pom *parent)
{
	struct lc_slice group = parent->own.group.n ? parent->own.group : parent->parent.group;
	return lc_eq(pom->parent.artifact, parent->own.artifact) &&
	       (lc_eq(pom->parent.group, group) || lc_find(group, '$') != SIZE_MAX);
}

/* *from is the child's, and becomes the parent's; *ret NULL when there is none. */
static int find_parent(struct pom_project *p, const struct pom *child, struct pom_source *from,
		       struct pom **ret)
{
	const struct inv_kept *kept = NULL;
	*ret = NULL;
	int r = from->stored ? 0 : parent_file(p, from->path, child, &kept);
	*from = pom_source_of(kept, false);
	if (r == 0 && kept)
		r = pom_read_one(p->files, from, ret, NULL);
	if (r || (*ret && (*ret)->lines.start && is_parent(child, *ret)))
		return r;
	*ret = NULL;
	r = pom_find_stored(p->files, &child->parent, from);
	if (r || !from->text.p)
		return r;
	r = pom_read_one(p->files, from, ret, NULL);
	if (r == 0 && ((*ret)->lines.start == 0 || !is_parent(child, *ret)))
		*ret = NULL;
	return r;
}

static int read_chain(struct pom_project *p, struct pom_source from, struct lc_err *e)
{
	struct pom *pom;
	int r = pom_read_one(p->files, &from, &pom, e);
	if (r == 0 && pom->lines.start == 0)
		return 0;
	while (r == 0 && pom && p->n < POM_PARENTS_MAX) {
		p->chain[p->n++] = pom;
		if (pom->parent.artifact.n == 0)
			return 0;
		r = find_parent(p, pom, &from, &pom);
	}
	return r;
}

static int add_properties(struct pom_project *p)
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
static int name_project(struct pom_project *p)
{
	const struct pom *pom = p->chain[0];
	p->own.artifact = pom->own.artifact;
	p->own.group = pom->own.group.n ? pom->own.group : pom->parent.group;
	p->own.version = pom->own.version.n ? pom->own.version : pom->parent.version;
	for (size_t i = 0; i < p->n && p->licences.n == 0; i++)
		p->licences = p->chain[i]->licences;
	int r = fill(p, p->own.version, &p->own.version);
	r = r ? r : fill(p, p->own.group, &p->own.group);
	return r ? r : fill(p, p->own.artifact, &p->own.artifact);
}

/* ---- managed versions ---- */

int pom_fill(const struct pom_project *p, struct pom_dependency *d)
{
	int r = fill(p, d->of.group, &d->of.group);
	r = r ? r : fill(p, d->of.artifact, &d->of.artifact);
	r = r ? r : fill(p, d->of.version, &d->of.version);
	r = r ? r : fill(p, d->scope, &d->scope);
	r = r ? r : fill(p, d->optional, &d->optional);
	if (d->type.n == 0)
		d->type = LC_S("jar");
	return r;
}

struct lc_slice pom_key(const struct pom_project *p, const struct pom_dependency *d)
{
	return lc_arena_fmt(p->files->arena, "%.*s:%.*s:%.*s:%.*s", LC_FMT(d->of.group),
			    LC_FMT(d->of.artifact), LC_FMT(d->type), LC_FMT(d->classifier));
}

static bool is_import(const struct pom_dependency *d)
{
	return lc_eq(d->scope, LC_S("import")) && lc_eq(d->type, LC_S("pom"));
}

/* A copy with its properties filled in: the file is another's parent, too. */
static int copy_filled(const struct pom_project *p, const struct pom_dependency *from,
		       struct pom_dependency **ret)
{
	*ret = lc_new(p->files->arena, struct pom_dependency);
	if (!*ret)
		return lc_arena_err(p->files->arena);
	**ret = *from;
	return pom_fill(p, *ret);
}

static int import(struct pom_project *p, const struct pom_dependency *d)
{
	struct pom_project bill = { .files = p->files, .depth = p->depth + 1 };
	struct pom_source from;
	if (p->files->imports_left == 0)
		return 0;
	p->files->imports_left--;
	int r = pom_find(p->files, &d->of, &from);
	if (r || !from.text.p)
		return r;
	r = pom_project_load(&bill, &from, NULL);
	for (size_t i = 0; i < bill.managed.n && r == 0; i++)
		r = lc_map_add(&p->managed, bill.managed.items[i].key, bill.managed.items[i].value,
			       NULL);
	pom_project_done(&bill);
	return r;
}

/* Those of the project and its parents go before those of bills, whatever the order. */
static int add_managed(struct pom_project *p)
{
	struct {
		struct pom_dependency **v;
		size_t n, room;
	} imports = { NULL, 0, 0 };
	int r = 0;
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->chain[i]->managed.n && r == 0; k++) {
			struct pom_dependency *d;
			r = copy_filled(p, &p->chain[i]->managed.v[k], &d);
			if (r)
				return r;
			if (is_import(d)) {
				struct pom_dependency **place =
					lc_vec_push(p->files->arena, &imports);
				if (!place)
					return lc_arena_err(p->files->arena);
				*place = d;
				continue;
			}
			struct lc_slice key = pom_key(p, d);
			r = key.p ? lc_map_add(&p->managed, key, d, NULL)
				  : lc_arena_err(p->files->arena);
		}
	}
	for (size_t i = 0; i < imports.n && r == 0 && p->depth < IMPORTS_DEPTH_MAX; i++)
		r = import(p, imports.v[i]);
	return r;
}

static int count_work(struct pom_project *p)
{
	size_t n = 1;
	for (size_t i = p->is_asking; i < p->n; i++)
		n += p->chain[i]->properties.n + p->chain[i]->managed.n +
		     p->chain[i]->dependencies.n;
	int r = pom_count_work(p->files, n);
	if (r == 0 && p->files->work_left == 0)
		p->n = p->is_asking ? lc_min(p->n, 1) : 0; /* its own is always read */
	return r;
}

/* Recursion by way of imports ends at IMPORTS_DEPTH_MAX. */
int pom_project_load(struct pom_project *p, const struct pom_source *from, struct lc_err *e)
{
	int r = read_chain(p, *from, e);
	r = r ? r : count_work(p);
	if (r || p->n == 0)
		return r;
	r = add_properties(p);
	r = r ? r : name_project(p);
	return r ? r : add_managed(p);
}

void pom_project_done(struct pom_project *p)
{
	lc_map_done(&p->properties);
	lc_map_done(&p->managed);
}
