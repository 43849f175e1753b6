/*
 * A Maven project with what it inherits: the properties and managed versions of its parents and of
 * the bills of materials that it imports. Parents are looked up where the project says they are,
 * else, as bills are, by their coordinates: among the project files of the tree, then in the
 * user's local repository. Nothing is fetched. Source: Maven, "POM Reference", "Introduction to
 * the Dependency Mechanism", "Maven Local Repository".
 */
#pragma once

#include "inventory/language/pom_files.h"

enum { POM_PARENTS_MAX = 16 };

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
