/*
 * Where packages are installed: a tree of directories, in which a name stands for what lies nearest
 * above whoever asks. A question costs a step for each level that holds packages, and for the first
 * of each directory the length of its path.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"

struct npm_base; /* a directory that packages lie in; opaque */

struct npm_places {
	struct lc_arena *arena;
	struct lc_map bases;    /* a path's hash -> struct npm_base */
	struct lc_map children; /* base's number and name -> value */
};

enum { NPM_PATH_MAX = 2048 }; /* longer ones are nobody's */

void npm_places_done(struct npm_places *p);
/** Something of that name lies in the directory base, "" the project itself. Slices are borrowed.
 */
int npm_places_add(struct npm_places *p, struct lc_slice base, struct lc_slice name,
		   void *value) LC_MUST_CHECK;
/** The directory itself when packages lie in it, else the nearest above; NULL none does. */
struct npm_base *npm_places_from(struct npm_places *p, struct lc_slice path);
/** What a name stands for as seen from there; NULL nothing. */
void *npm_places_find(struct npm_places *p, struct npm_base *from, struct lc_slice name);
