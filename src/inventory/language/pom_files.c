#include "inventory/language/pom_files.h"

#include "base/arith.h"

enum {
	IMPORTS_MAX = 64,      /* looked for, whether they are there or not */
	CANDIDATES_MAX = 4096, /* project files of a tree that are found by their names */
	WORK_MAX = 1000000,    /* properties, managed and other dependencies of one file */
	WORK_OF_TREE_MAX = 20000000,
	INDEXED_BYTES_MAX = 64 << 20, /* of one of them */
};

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
int pom_read_one(struct pom_files *f, const struct pom_source *from, struct pom **ret,
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
	/* Why it is broken is told of once: when it is read for itself. */
	if (*ret && ((*ret)->lines.start || !e))
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

struct pom_source pom_source_of(const struct inv_kept *kept, bool stored)
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
	if (inv_kept_recall(f->file->kept, LC_S("indexed"), &kept))
		return 0;
	/* Before the names (they have colons), which may take all the memory that there is. */
	int r = inv_kept_remember(f->file->kept, LC_S("indexed"), NULL);
	for (unsigned i = 0; i < CANDIDATES_MAX && r == 0; i++) {
		kept = inv_kept_next(f->file->kept, LC_S(""), &at);
		if (!kept)
			break;
		r = index_one(f, kept);
	}
	return r;
}

static int find_in_tree(struct pom_files *f, const struct java_coordinates *of,
			const struct inv_kept **ret)
{
	struct lc_slice name = java_name(of, f->arena);
	*ret = NULL;
	if (!name.p)
		return lc_arena_err(f->arena);
	if (of->group.n) /* only what has a group is remembered */
		(void)inv_kept_recall(f->file->kept, name, ret); /* or there is none */
	return 0;
}

/* "org.example", "a", "1" lie at org/example/a/1/a-1.pom. */
int pom_find_stored(struct pom_files *f, const struct java_coordinates *of, struct pom_source *ret)
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
	*ret = pom_source_of(kept, true);
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
	*ret = pom_source_of(kept, false);
	if (r == 0 && kept)
		r = pom_read_one(f, ret, &pom, NULL);
	if (r || (pom && is_of(pom, of->version)))
		return r;
	return pom_find_stored(f, of, ret);
}

/* ---- work ---- */

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

int pom_files_share(struct pom_files *f)
{
	int r = pom_count_work(f, 0);
	return r ? r : index_tree(f);
}
