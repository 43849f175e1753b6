/*
 * The packages of one lock file while it is read: what stands there several times, under several
 * paths or for several dependants, is one package with several lines.
 *
 * A package that is needed at run time by one and for development by another counts as needed at
 * run time; of two relationships the nearer one counts. Packages come out in the order in which
 * they were first met; squash sorts. All memory is the arena's, save the map's.
 */
#pragma once

#include "base/map.h"
#include "inventory/fact.h"

struct packages {
	struct lc_arena *arena;
	struct inv_sink *out;
	struct lc_map by_id; /* name, NUL, version -> struct inv_package */
	size_t edge_bytes;   /* of ids in dependencies */
	bool cut;            /* there are more than fit */
};

/** Packages of out's file; those with names beyond reason are told of there. */
void packages_init(struct packages *l, struct lc_arena *a, struct inv_sink *out);
void packages_done(struct packages *l);

/**
 * Add a package, or join it with that of the same name and version. Its slices outlive the list.
 *
 * @param p    without name nothing is added; type as of all in the list
 * @param ret  the package in the list, NULL when none was added; may be NULL
 * @return 0; LC_ENOMEM, LC_ELIMIT of the arena
 */
int packages_add(struct packages *l, const struct inv_package *p,
		 struct inv_package **ret) LC_MUST_CHECK;
/** NULL when it is not there. */
struct inv_package *packages_find(const struct packages *l, struct lc_slice name,
				  struct lc_slice version);
/** p depends on the package of that name and version: its id is added, as long as they fit. */
int packages_depend(struct packages *l, struct inv_package *p,
		    const struct inv_package *on) LC_MUST_CHECK;
/**
 * The caller marked what the project asks for (root, workspace, direct), and of that what is for
 * development only (INV_DEV). All else becomes indirect, and INV_DEV what is reached, by way of
 * dependencies, from that alone. Circles are fine.
 *
 * @return 0; LC_ENOMEM, LC_ELIMIT of the arena
 */
int packages_spread(struct packages *l) LC_MUST_CHECK;
/** What is known to be neither the project's nor asked for by it is indirect. */
void packages_rest_indirect(struct packages *l);
/** All of them into the sink. Dependencies are sorted, each once; that some are missing is told. */
int packages_put(const struct packages *l) LC_MUST_CHECK;
/** How often packages were added so far; item i is l->by_id.items[i].value. */
static inline size_t packages_count(const struct packages *l)
{
	return l->by_id.n;
}
static inline struct inv_package *packages_at(const struct packages *l, size_t i)
{
	return l->by_id.items[i].value;
}
