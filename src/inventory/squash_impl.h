/*
 * Squash in its steps: layers are laid over each other (squash.c), packages told apart and traced
 * to their layer (squash_origin.c), and what is left put together (squash_join.c). Private to
 * squash.
 */
#pragma once

#include "inventory/layer_paths.h"
#include "inventory/squash.h"

struct live_name {
	struct lc_slice path; /* canonical */
	struct live_name *next;
};

/** Facts of one file by one analyser, or one diagnostic, that no upper layer hides so far. */
struct live {
	struct live_name *names; /* the file's and those of wanted hard links to it */
	size_t layer;
	const struct inv_file_facts *facts; /* NULL: a diagnostic */
	const struct inv_diagnostic *diagnostic;
	struct lc_slice *keys; /* of the packages */
	size_t *origins;       /* of the packages; of OS packages kept in the databases' snapshot */
	bool os;               /* holds packages of the system */
	bool gone;
	struct live *next_at_path; /* of the same layer and path */
};

struct squash_layer {
	struct lc_arena arena;       /* of the live ones that it brought: goes when none is left,
				      * so nothing of it may be part of the result */
	size_t live;                 /* how many are left */
	struct inv_build *build;     /* in the result's arena; NULL it says nothing of it */
	struct inv_layer_facts kept; /* copies: links, whiteouts, opaque directories, presence */
	struct path_cover cover;     /* of kept; hides nothing when the layer could not be read */
};

struct squash {
	struct squash_options options;
	struct squash_layer *layers; /* those added so far */
	size_t layers_n, layers_max;
	struct lc_arena *arena; /* the result's */
	struct lc_arena work;
	struct path_links links;
	struct {
		struct live **v;
		size_t n, room;
	} live;
	struct lc_map own;      /* of the layer at hand: path -> struct live */
	struct lc_map replaced; /* path -> struct live that the layer at hand hides */
	struct lc_map origins;  /* of OS packages: key -> size_t, as of the layer before */
	size_t joined;          /* owned files that packages were told to have by other files */
	struct inventory *ret;
};

/** Copy what is needed of a layer after its facts are gone. */
int squash_keep(struct squash *s, const struct inv_layer_facts *facts,
		struct inv_layer_facts *ret) LC_MUST_CHECK;
/** Keys and origins of a file's packages; previous: what the same path held below, or NULL. */
int squash_origins(struct squash *s, struct live *now, const struct live *previous) LC_MUST_CHECK;
/** The system's databases changed in this layer: who is in, and since when. */
int squash_snapshot(struct squash *s, size_t layer) LC_MUST_CHECK;
/** How this layer was built, if it says so. */
int squash_build_add(struct squash *s, const struct inv_layer_facts *facts,
		     size_t layer) LC_MUST_CHECK;
/** How the packages of the result were built. */
void squash_build_tell(struct squash *s);
/** Everything that is alive into the result. */
int squash_join(struct squash *s) LC_MUST_CHECK;
/** Leave out what the system's own packages brought: after squash_tell(), which knows of what. */
int squash_own(struct squash *s) LC_MUST_CHECK;
/** Leave out packages of other relationships: bits by enum inv_relationship, 0 keeps all. */
void squash_related(struct squash *s, unsigned relationships);
/** What other files tell of the packages, and dependencies by id. Packages are sorted. */
int squash_tell(struct squash *s) LC_MUST_CHECK;
/** Wanted paths that are links to what nobody read. */
int squash_links(struct squash *s) LC_MUST_CHECK;
/** Wanted files that the layer at hand brought by way of links, under names that nobody reads. */
int squash_behind(struct squash *s, size_t layer) LC_MUST_CHECK;
/** Tell of what is at a path, as long as no upper layer hides that. */
int squash_unread(struct squash *s, size_t layer, struct lc_slice path, struct lc_slice analyser,
		  struct lc_slice message) LC_MUST_CHECK;

static inline int squash_nomem(const struct squash *s)
{
	return s->work.err ? s->work.err : lc_arena_err(s->arena);
}
