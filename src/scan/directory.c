#include <limits.h>
#include <unistd.h>

#include "base/shim.h"
#include "scan/describe.h"
#include "scan/pipeline.h"
#include "scan/skip_paths.h"
#include "scan/workers.h"

/* What one tree's facts may cost once decoded. */
static const size_t decoded_bytes_max = (size_t)1 << 30;
/* What its patterns may take. */
static const size_t patterns_bytes_max = (size_t)16 << 20;

enum { HOST_NAME_MAX_BYTES = 253 };

/* ---- what is left out ---- */

static int skip_list(const struct lc_slices *from, struct lc_slice root, struct lc_slice cwd,
		     struct lc_arena *a, struct lc_slices *to)
{
	for (size_t i = 0; i < from->n; i++) {
		struct lc_slice *place = lc_vec_push(a, to);
		if (!place)
			return lc_arena_err(a);
		*place = scan_skip_pattern(root, cwd, from->v[i], a);
		if (!place->p && from->v[i].n)
			return lc_arena_err(a);
	}
	return 0;
}

static int set_skipped(const struct scan_request *q, const struct scan_tree *t, struct lc_arena *a,
		       struct inv_options *ret, struct lc_err *e)
{
	char cwd[PATH_MAX];
	struct lc_slice from = lc_str(getcwd(cwd, sizeof(cwd)) ? cwd : "/");
	*ret = q->inventory;
	ret->skip_files = (struct lc_slices){ NULL, 0, 0 };
	ret->skip_dirs = (struct lc_slices){ NULL, 0, 0 };
	int rc = skip_list(&q->inventory.skip_files, lc_str(t->path), from, a, &ret->skip_files);
	rc = rc ? rc
		: skip_list(&q->inventory.skip_dirs, lc_str(t->path), from, a, &ret->skip_dirs);
	return rc ? lc_fail(e, rc, "no memory for patterns") : 0;
}

/* ---- the tree as one layer ---- */

static int squash(const struct scan_request *q, struct scan_layer *l, struct report *r,
		  struct lc_err *e)
{
	LC_CLEANUP(inv_squash_freep) struct squash *s = NULL;
	struct inv_layer_facts facts;
	lc_arena_init(&l->arena, decoded_bytes_max);
	int rc = inv_facts_read(lc_buf_get(&l->sink.out), &l->arena, &facts, e);
	rc = rc ? rc : inv_squash_new(&q->squash, 1, &r->arena, &s, e);
	rc = rc ? rc : inv_squash_add(s, &facts, e);
	return rc ? rc : inv_squash_end(s, &r->inventory, e);
}

struct opened_tree {
	const struct scan_tree *t;
	struct io_tree tree;
	struct io_tree store; /* fd -1 none */
};

static int walk(const struct scan_request *q, const struct scan_tools *t,
		const struct opened_tree *o, struct report *r, struct scan_layer *l,
		struct lc_err *e)
{
	const struct inv_tree_options how = { .threads = q->threads,
					      .store = o->store.fd >= 0 ? &o->store : NULL };
	if (t->workers) {
		int rc = scan_workers_level(t->workers, &r->sandbox, e);
		rc = rc ? rc : scan_workers_walk_tree(t->workers, l, e);
		scan_workers_hang_up(t->workers);
		return rc;
	}
	int rc = inv_sink_init(&l->sink, q->limits);
	return rc ? rc
		  : inv_walk_tree(&o->tree, t->m, &q->inventory, q->limits, &how, &l->sink,
				  &l->stats, e);
}

/* ---- what it is called ---- */

static bool is_host_name(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lc_lower(s.p[i]);
		if (!lc_is_alpha(c) && !lc_is_digit(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return s.n > 0 && s.n <= HOST_NAME_MAX_BYTES;
}

/* The host that a root file system is of, as the neighbours call it. */
static struct lc_slice host_name(const struct io_tree *tree, struct lc_arena *a)
{
	struct lc_content c LC_CLEANUP(lc_content_done) = { .fd = -1 };
	struct lc_slice name = { NULL, 0 };
	uint8_t text[HOST_NAME_MAX_BYTES + 2];
	uint32_t mode;
	size_t n = 0;
	if (tree->name || io_tree_file(tree, "etc/hostname", &c, &mode, NULL) ||
	    c.size > sizeof(text) || lc_content_some(&c, 0, text, sizeof(text), &n, NULL))
		return name;
	struct lc_slice host = lc_trim(lc_slice_of(text, n));
	if (!is_host_name(host) || lc_arena_dup(a, host, &name))
		return (struct lc_slice){ NULL, 0 };
	return name;
}

static int describe(struct report *r, const struct scan_request *q, const struct scan_tree *t,
		    const struct io_tree *tree, const struct scan_layer *l, struct lc_err *e)
{
	bool repository = q->inventory.targets & INV_TARGET_REPO;
	struct report_coverage *c = &r->coverage;
	r->version = lc_str(q->version);
	r->reproducible = q->reproducible;
	r->groups = q->inventory.groups;
	r->artifact_type = repository ? LC_S("repository") : LC_S("filesystem");
	r->repository = t->repository;
	r->artifact_name = t->name.n ? t->name : host_name(tree, &r->arena);
	if (!r->artifact_name.n)
		r->artifact_name = scan_clean_path(lc_str(t->path), &r->arena);
	c->bytes_inflated = l->stats.layer.inflated_bytes;
	c->entries = l->stats.layer.entries;
	c->files_read = l->stats.files_read;
	c->packages = r->inventory.packages.n;
	c->not_understood = r->inventory.diagnostics.n;
	c->partial = c->not_understood > 0;
	return r->arena.err ? lc_fail(e, r->arena.err, "no memory for the report") : 0;
}

static int gather_tree(const struct scan_request *q, const void *target,
		       const struct scan_tools *tools, struct report *r, struct scan_kept *k,
		       struct lc_err *e)
{
	const struct opened_tree *o = target;
	k->layers.v = lc_alloc0(1, sizeof(*k->layers.v));
	k->layers.n = k->layers.v ? 1 : 0;
	int rc = k->layers.v ? walk(q, tools, o, r, k->layers.v, e)
			     : lc_fail(e, LC_ENOMEM, "no memory for a directory");
	rc = rc ? rc : squash(q, k->layers.v, r, e);
	return rc ? rc : describe(r, q, o->t, &o->tree, k->layers.v, e);
}

static int open_store(const char *path, struct io_tree *ret, struct lc_err *e)
{
	*ret = (struct io_tree){ .fd = -1, .file = -1 };
	int rc = path ? io_tree_open(path, ret, e) : 0;
	if (rc == 0 && ret->file >= 0) {
		io_tree_close(ret);
		rc = lc_fail(e, LC_EUNSUP, "%s: is no directory", lc_quote(lc_str(path)).s);
	}
	return rc;
}

int scan_directory(const struct scan_request *q, const struct scan_tree *tree, struct report **ret,
		   struct lc_err *e)
{
	struct scan_request own = *q; /* paths left out are those of this tree */
	struct opened_tree o = { .t = tree };
	struct lc_arena a;
	lc_arena_init(&a, patterns_bytes_max);
	int rc = set_skipped(q, tree, &a, &own.inventory, e);
	rc = rc ? rc : io_tree_open(tree->path, &o.tree, e);
	if (rc == 0) {
		rc = open_store(q->store_path, &o.store, e);
		const struct scan_roots roots = { &o.tree, o.store.fd >= 0 ? &o.store : NULL };
		rc = rc ? rc : scan_run(&own, gather_tree, &o, &roots, ret, e);
		io_tree_close(&o.store);
		io_tree_close(&o.tree);
	}
	lc_arena_done(&a);
	return rc;
}
