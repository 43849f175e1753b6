/*
 * A file on its way through the walk: who wants it, its bytes read once, its analysers run one
 * after the other. Private to the walk.
 */
#pragma once

#include "base/map.h"
#include "inventory/matcher.h"
#include "inventory/presence.h"
#include "inventory/walk.h"

struct walker {
	const struct inv_matcher *matcher;
	const struct inv_options *options;
	const struct lc_limits *limits;
	const struct inv_set *mask; /* these analysers alone; NULL all */
	struct inv_sink *sink;
	size_t layer;
	struct inv_walk_stats stats;
	struct inv_presence presence;
	struct lc_arena scratch; /* of one analyser and file */
	struct lc_arena names;   /* of the layer: paths that the maps below hold */
	struct lc_map seen; /* paths with facts, so that a later member of the name replaces them */
	struct lc_map linked;     /* targets of wanted hard links so far */
	struct lc_map held;       /* files that wait for others: path -> struct walk_held */
	uint64_t held_bytes;      /* of those in memory */
	uint64_t held_spooled;    /* of those in memory files */
	unsigned held_files;      /* memory files */
	struct walk_store *store; /* NULL none */
	struct lc_map
		pending; /* hard links' targets to be read in a second pass: struct walk_pending */
};

/** A wanted name of a file that nobody wanted by its first one. */
struct walk_pending {
	struct lc_slice path;
	struct inv_set set;
	struct walk_pending *next;
};

/** In memory of a file that is to be seekable only; larger ones go to memory files. */
enum { WALK_MEMORY_MAX = 8 << 20 };

void walker_init(struct walker *w);
void walker_done(struct walker *w);

/** A file as the layer has it; content is read only when somebody wants it. */
struct walk_file {
	struct lc_slice path;
	uint32_t mode;
	uint64_t size;
	struct lc_stream *content;
	struct lc_content *file; /* the same, seekable, free to be taken over; NULL it is not */
};

/** Match and analyse. Failures are the layer's, never the file's. */
int walk_file(struct walker *w, const struct walk_file *f, struct lc_err *e) LC_MUST_CHECK;
/** Analyse by those of set alone. */
int walk_analyse(struct walker *w, const struct walk_file *f, const struct inv_set *set,
		 struct lc_err *e) LC_MUST_CHECK;

/** Tell of a link: when it matters to what analysers want, or always. */
int walk_link(struct walker *w, struct lc_slice path, struct lc_slice target, bool hard,
	      bool always) LC_MUST_CHECK;

/* ---- files that are read together ---- */

/** A file kept until the layer ends, for those who read it together with others. */
struct walk_held {
	struct inv_kept kept;
	uint32_t mode;
	struct inv_set who; /* none: there is no such file any more */
	uint64_t spooled;   /* bytes of its memory file */
};

/** Those kept files that one analyser wants. */
struct inv_kept_files {
	const struct lc_map *held;
	size_t analyser;
	struct walk_memo *memo;   /* NULL: nothing is remembered */
	struct walk_store *store; /* NULL none */
};

/* Files of another tree that were asked for, found or not. */
struct walk_store {
	const struct io_tree *tree;
	struct lc_map files; /* path -> struct inv_kept, mem.p NULL not there */
	struct lc_arena arena;
};
void walk_store_init(struct walk_store *s, const struct io_tree *tree);
void walk_store_done(struct walk_store *s);

/* What one analyser found among its files. */
struct walk_memo {
	struct lc_map map;     /* text -> struct inv_kept, or NULL */
	struct lc_map objects; /* text -> object of the analyser's */
	struct lc_arena texts; /* and objects */
};

/** Keep a file's content for those of who. Taken over on success, save where it does not fit. */
int walk_hold(struct walker *w, const struct walk_file *f, const struct inv_set *who,
	      struct lc_content *content, struct lc_err *e) LC_MUST_CHECK;
/** Forget what was kept of a path: a later member has its name. */
void walk_drop(struct walker *w, struct lc_slice path);
/** The layer ended: run the analysers of what was kept. */
int walk_release(struct walker *w, struct lc_err *e) LC_MUST_CHECK;
void walk_held_done(struct walker *w);

/** Run one analyser over a file's content (NULL: its stream). */
int walk_run(struct walker *w, const struct walk_file *f, const struct inv_analyser *a,
	     const struct lc_content *content, const struct inv_kept_files *kept,
	     struct lc_err *e) LC_MUST_CHECK;
