/*
 * A Maven project with what it inherits: the properties and managed versions of its parents and of
 * the bills of materials that it imports. Parents are looked up where the project says they are,
 * else, as bills are, by their coordinates: among the project files of the tree, then in the
 * user's local repository. Nothing is fetched. Source: Maven, "POM Reference", "Introduction to
 * the Dependency Mechanism", "Maven Local Repository".
 */
#pragma once

#include "base/map.h"
#include "inventory/analyser.h"
#include "inventory/language/pom_read.h"

enum { POM_PARENTS_MAX = 16 };

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

struct pom_project {
	struct pom_files *files;
	unsigned depth;                     /* of imports */
	bool is_asking;                     /* the file's own: always read whole */
	struct pom *chain[POM_PARENTS_MAX]; /* the project, its parent, that one's parent, … */
	size_t n;                           /* 0: there is no project in the file */
	struct lc_map properties;           /* name -> struct lc_slice, the nearest one's */
	struct lc_map managed;              /* pom_key() -> struct pom_dependency */
	struct java_coordinates own;        /* filled in */
	struct lc_slices licences;          /* the nearest ones */
};
/**
 * @param p  zeroed but for files; pom_project_done() whatever comes of it
 * @param e  why there is no project in the file, when it is broken
 * @return 0, also then; LC_ENOMEM, LC_ELIMIT of the arena
 */
int pom_project_load(struct pom_project *p, const struct pom_source *from,
		     struct lc_err *e) LC_MUST_CHECK;
void pom_project_done(struct pom_project *p);

/** Fill properties in; what is not known becomes empty. LC_ENOMEM, LC_ELIMIT of the arena. */
int pom_fill(const struct pom_project *p, struct pom_dependency *d) LC_MUST_CHECK;
/** "group:artifact:type:classifier" of one that is filled in: p NULL as the arena says. */
struct lc_slice pom_key(const struct pom_project *p, const struct pom_dependency *d);
