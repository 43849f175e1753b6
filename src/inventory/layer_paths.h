/*
 * Paths of an image's layers: links resolved inside the root, and what one layer hides of lower
 * ones. Private to squash.
 *
 * A canonical path has no link above its last component. Layers are added lowest first.
 */
#pragma once

#include "base/map.h"
#include "inventory/fact.h"

enum { LINK_STEPS_MAX = 40, ALIASES_MAX = 256 };

struct path_link {
	struct lc_slice path; /* canonical */
	const struct inv_link *link;
	size_t layer;
};

/** A link to a directory: what lies below target is also found below path. */
struct path_alias {
	struct lc_slice path, target; /* both canonical */
};

struct path_links {
	struct lc_map map; /* canonical path -> struct path_link, NULL one that is gone */
	size_t live;
	struct {
		struct path_alias *v;
		size_t n, room;
	} aliases;
	bool too_many; /* links past ALIASES_MAX were not looked through */
};

void path_links_done(struct path_links *l);
/**
 * Resolve links above the last component, and (follow) at it.
 * @return 0; LC_ELIMIT links in a circle; LC_ENOMEM. Unchanged paths are not copied.
 */
int path_resolve(const struct path_links *l, struct lc_slice path, bool follow, struct lc_arena *a,
		 struct lc_slice *ret) LC_MUST_CHECK;

/** What a layer does to what is below it. */
struct path_cover {
	const struct inv_layer_facts *facts; /* NULL: hides nothing */
	struct lc_map whiteouts, opaques;    /* canonical paths */
};

/** Its whiteouts are resolved by the links as they were before the layer. */
int path_cover_init(struct path_cover *c, const struct inv_layer_facts *facts,
		    const struct path_links *below, struct lc_arena *a) LC_MUST_CHECK;
void path_cover_done(struct path_cover *c);
/** Is a lower layer's canonical path hidden? Aliases (may be NULL) are those that the layer leaves.
 */
bool path_cover_hides(const struct path_cover *c, const struct path_links *aliases,
		      struct lc_slice path);
/** Is it hidden by an entry whose name leads there over a link, and by nothing else? */
bool path_cover_over_link(const struct path_cover *c, const struct path_links *aliases,
			  struct lc_slice path);
/** Drop links that the layer hides, add its own, make the aliases anew. */
int path_links_apply(struct path_links *l, const struct path_cover *c, size_t layer,
		     struct lc_arena *a) LC_MUST_CHECK;
