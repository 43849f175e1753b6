/*
 * The project files of a Maven tree and of the user's local repository, found by where they lie or
 * by their coordinates, each read once. Source: Maven, "Maven Local Repository".
 */
#pragma once

#include "base/map.h"
#include "inventory/analyser.h"
#include "inventory/language/pom_read.h"

/** The project files that one analysis reads, each once. */
struct pom_files {
	const struct inv_file *file; /* from which it goes */
	struct lc_arena *arena;      /* of all that is read */
	unsigned imports_left;       /* bills to be looked for */
	size_t work_left;      /* for what the file itself does not say; 0: not all was looked at */
	struct lc_map brought; /* the same -> struct pom_brought */
	struct lc_map read;    /* where it lies -> struct pom; those that are not kept for others */
};
/** @param file  its scratch is where everything lives */
void pom_files_init(struct pom_files *f, const struct inv_file *file);
void pom_files_done(struct pom_files *f);
/**
 * What all projects of a tree share, the names of its files and the work that is left: made by the
 * first of them, while there is memory for it. LC_ENOMEM.
 */
int pom_files_share(struct pom_files *f) LC_MUST_CHECK;

/** Count so much work; work_left becomes 0 when it was too much. LC_ENOMEM. */
int pom_count_work(struct pom_files *f, size_t n) LC_MUST_CHECK;

/** A project file: text.p NULL there is none. */
struct pom_source {
	struct lc_slice path, text;
	bool stored; /* in the local repository: what it says of places beside it is of elsewhere */
};
/** The project file with these coordinates: of the tree (of that version), or of the repository. */
int pom_find(struct pom_files *f, const struct java_coordinates *of,
	     struct pom_source *ret) LC_MUST_CHECK;
/** The same in the repository alone. */
int pom_find_stored(struct pom_files *f, const struct java_coordinates *of,
		    struct pom_source *ret) LC_MUST_CHECK;
/** kept (NULL: none) as a source. */
struct pom_source pom_source_of(const struct inv_kept *kept, bool stored);
/**
 * What a file says, read once for all that refer to it, as long as there is room to keep it.
 *
 * @param ret  its lines.start is 0 where there is no project in it, or it is broken (e says how)
 * @return 0, also then; LC_ENOMEM, LC_ELIMIT of the arena
 */
int pom_read_one(struct pom_files *f, const struct pom_source *from, struct pom **ret,
		 struct lc_err *e) LC_MUST_CHECK;
