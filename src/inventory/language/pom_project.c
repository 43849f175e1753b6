#include "inventory/language/pom_project.h"

#include "base/arith.h"
#include "base/buf.h"

enum {
	IMPORTS_MAX = 64, /* looked for, whether they are there or not */
	IMPORTS_DEPTH_MAX = 4,
	FILLED_BYTES_MAX = 1024, /* of one text with its properties filled in */
	FILLS_MAX = 256,         /* properties looked up for one text */
	CANDIDATES_MAX = 4096,   /* project files of a tree that are found by their names */
	WORK_MAX = 1000000,      /* properties, managed and other dependencies of one file */
	WORK_OF_TREE_MAX = 20000000,
	INDEXED_BYTES_MAX = 64 << 20, /* of one of them */
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

/* The text with its properties filled in; "" when they are not all known. */
static int fill(const struct pom_project *p, struct lc_slice text, struct lc_slice *ret)
{
	struct filling f = { .project = p, .left = FILLS_MAX };
	int r = 0;
	*ret = text;
	if (lc_find(text, '$') == SIZE_MAX)
		return 0;
	*ret = LC_S("");
	lc_buf_init(&f.out, FILLED_BYTES_MAX);
	if (fill_in(&f, text))
		r = lc_arena_dup(p->files->arena, lc_trim(lc_buf_get(&f.out)), ret);
	else if (lc_buf_err(&f.out) == LC_ENOMEM)
		r = LC_ENOMEM;
	lc_buf_done(&f.out);
	return r;
}

/* ---- files ---- */

void pom_files_init(struct pom_files *f, const struct inv_file *file)
{
	*f = (struct pom_files){
		.file = file,
		.arena = file->scratch,
		.imports_left = IMPORTS_MAX,
		.work_left = WORK_MAX,
	};
}

void pom_files_done(struct pom_files *f)
{
	lc_map_done(&f->read);
	lc_map_done(&f->brought);
}

/* Into an arena: lines.start is 0 where there is no project in it, or it is broken. */
static int parse_into(struct lc_arena *a, const struct pom_source *from, struct pom **ret,
		      struct lc_err *e)
{
	*ret = lc_new(a, struct pom);
	if (!*ret)
		return lc_arena_err(a);
	int r = pom_read(from->text, a, *ret, e);
	if (r == LC_ENOMEM || a->err)
		return r;
	if (r)
		(*ret)->lines.start = 0; /* who reads it for itself tells of it */
	return 0;
}

/* What a file says, read once for all that refer to it, as long as there is room to keep it. */
static int read_one(struct pom_files *f, const struct pom_source *from, struct pom **ret,
		    struct lc_err *e)
{
	const struct inv_kept_files *kept = f->file->kept;
	struct lc_arena *lasting = inv_kept_arena(kept);
	struct lc_slice key =
		lc_arena_fmt(f->arena, "%c%.*s", from->stored ? 's' : 't', LC_FMT(from->path));
	if (!key.p)
		return lc_arena_err(f->arena);
	*ret = inv_kept_object(kept, key);
	*ret = *ret ? *ret : lc_map_get(&f->read, key);
	if (*ret)
		return 0;
	int r = lasting ? parse_into(lasting, from, ret, e) : LC_ELIMIT;
	if (r == 0)
		return inv_kept_put_object(kept, key, *ret);
	if (r == LC_ENOMEM || (lasting && lasting->err == LC_ENOMEM))
		return LC_ENOMEM;
	lc_err_clear(e);
	r = parse_into(f->arena, from, ret, e);
	return r ? r : lc_map_put(&f->read, key, *ret);
}

static struct pom_source source_of(const struct inv_kept *kept, bool stored)
{
	struct pom_source s = { .stored = stored };
	if (kept) {
		s.path = kept->path;
		s.text = kept->content.mem;
	}
	return s;
}

/* ---- projects by their coordinates ---- */

static int index_one(const struct pom_files *f, const struct inv_kept *kept)
{
	const struct inv_kept *known;
	struct lc_arena own;
	struct pom pom;
	lc_arena_init(&own, INDEXED_BYTES_MAX);
	int r = pom_read(kept->content.mem, &own, &pom, NULL);
	if (r == 0 && pom.lines.start) {
		struct java_coordinates of = pom.own;
		if (of.group.n == 0)
			of.group = pom.parent.group;
		struct lc_slice name = java_name(&of, &own);
		if (of.group.n && name.p && !inv_kept_recall(f->file->kept, name, &known))
			r = inv_kept_remember(f->file->kept, name, kept);
	}
	r = r == LC_ENOMEM || own.err == LC_ENOMEM ? LC_ENOMEM : 0; /* broken: it has no name */
	lc_arena_done(&own);
	return r;
}

/* All project files of the tree by their names, the first of each; done once for all of them. */
static int index_tree(const struct pom_files *f)
{
	const struct inv_kept *kept;
	size_t at = 0;
	int r = 0;
	if (inv_kept_recall(f->file->kept, LC_S("indexed"), &kept))
		return 0;
	for (unsigned i = 0; i < CANDIDATES_MAX && r == 0; i++) {
		kept = inv_kept_next(f->file->kept, LC_S(""), &at);
		if (!kept)
			break;
		r = index_one(f, kept);
	}
	/* A name has a colon: only what has a group is remembered, and looked up. */
	return r ? r : inv_kept_remember(f->file->kept, LC_S("indexed"), NULL);
}

static int find_in_tree(struct pom_files *f, const struct java_coordinates *of,
			const struct inv_kept **ret)
{
	struct lc_slice name = java_name(of, f->arena);
	*ret = NULL;
	if (!name.p)
		return lc_arena_err(f->arena);
	int r = of->group.n ? index_tree(f) : 0;
	if (r == 0 && of->group.n)
		(void)inv_kept_recall(f->file->kept, name, ret); /* or there is none */
	return r;
}

/* "org.example", "a", "1" lie at org/example/a/1/a-1.pom. */
static int find_stored(struct pom_files *f, const struct java_coordinates *of,
		       struct pom_source *ret)
{
	const struct inv_kept *kept = NULL;
	struct lc_slice artifact = of->artifact;
	struct lc_slice version = of->version;
	*ret = (struct pom_source){ .stored = true };
	if (of->group.n == 0 || artifact.n == 0 || version.n == 0 ||
	    !inv_kept_has_store(f->file->kept))
		return 0;
	uint8_t *group = lc_arena_alloc(f->arena, of->group.n);
	if (!group)
		return lc_arena_err(f->arena);
	for (size_t i = 0; i < of->group.n; i++)
		group[i] = of->group.p[i] == '.' ? '/' : of->group.p[i];
	struct lc_slice path = lc_arena_fmt(f->arena, "%.*s/%.*s/%.*s/%.*s-%.*s.pom",
					    (int)of->group.n, (const char *)group, LC_FMT(artifact),
					    LC_FMT(version), LC_FMT(artifact), LC_FMT(version));
	int r = path.p ? inv_kept_stored(f->file->kept, path, &kept) : lc_arena_err(f->arena);
	*ret = source_of(kept, true);
	return r;
}

static bool is_of(const struct pom *pom, struct lc_slice version)
{
	struct lc_slice own = pom->own.version.n ? pom->own.version : pom->parent.version;
	return lc_eq(own, version) || lc_find(own, '$') != SIZE_MAX;
}

int pom_find(struct pom_files *f, const struct java_coordinates *of, struct pom_source *ret)
{
	const struct inv_kept *kept = NULL;
	struct pom *pom = NULL;
	int r = find_in_tree(f, of, &kept);
	*ret = source_of(kept, false);
	if (r == 0 && kept)
		r = read_one(f, ret, &pom, NULL);
	if (r || (pom && is_of(pom, of->version)))
		return r;
	return find_stored(f, of, ret);
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
	*from = source_of(kept, false);
	if (r == 0 && kept)
		r = read_one(p->files, from, ret, NULL);
	if (r || (*ret && (*ret)->lines.start && is_parent(child, *ret)))
		return r;
	*ret = NULL;
	r = find_stored(p->files, &child->parent, from);
	if (r || !from->text.p)
		return r;
	r = read_one(p->files, from, ret, NULL);
	if (r == 0 && ((*ret)->lines.start == 0 || !is_parent(child, *ret)))
		*ret = NULL;
	return r;
}

static int read_chain(struct pom_project *p, struct pom_source from, struct lc_err *e)
{
	struct pom *pom;
	int r = read_one(p->files, &from, &pom, e);
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

/* What the whole tree may still cost beyond what its own files say. */
static int tree_work(struct pom_files *f, size_t **ret)
{
	struct lc_arena *a = inv_kept_arena(f->file->kept);
	*ret = inv_kept_object(f->file->kept, LC_S("work"));
	if (*ret || !a)
		return 0;
	*ret = lc_new(a, size_t);
	if (!*ret)
		return a->err == LC_ENOMEM ? LC_ENOMEM : 0;
	**ret = WORK_OF_TREE_MAX;
	return inv_kept_put_object(f->file->kept, LC_S("work"), *ret);
}

static size_t take(size_t *from, size_t n)
{
	*from -= lc_min(*from, n);
	return *from;
}

int pom_count_work(struct pom_files *f, size_t n)
{
	size_t *left;
	int r = tree_work(f, &left);
	if (r)
		return r;
	if (take(&f->work_left, n) == 0 || (left && take(left, n) == 0))
		f->work_left = 0;
	return 0;
}

static int count_work(struct pom_project *p)
{
	size_t n = 1;
	for (size_t i = 0; i < p->n; i++)
		n += p->chain[i]->properties.n + p->chain[i]->managed.n +
		     p->chain[i]->dependencies.n;
	int r = pom_count_work(p->files, n);
	if (r == 0 && p->files->work_left == 0)
		p->n = 0;
	return r;
}

/* Recursion by way of imports ends at IMPORTS_DEPTH_MAX. */
int pom_project_load(struct pom_project *p, const struct pom_source *from, struct lc_err *e)
{
	int r = read_chain(p, *from, e);
	if (r == 0 && !p->is_asking)
		r = count_work(p);
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
