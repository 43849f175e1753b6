/*
 * What a Maven project brings along to those that depend on it: its dependencies as it and its
 * parents and bills say, found out once for all projects of a tree that lead to it.
 */
#pragma once

#include "inventory/language/pom_project.h"

struct pom_brought {
	bool known; /* false: its project file is not there, or broken */
	struct lc_slices licences;
	struct pom_dependency *v; /* filled in, managed by it; no optional ones */
	struct lc_slice *keys;    /* pom_key() of each */
	size_t n, room, keys_room;
};

/**
 * @param ret  NULL: too much was looked at already
 * @return 0; LC_ENOMEM, LC_ELIMIT of the arena
 */
int pom_brought_by(struct pom_files *f, const struct java_coordinates *of,
		   const struct pom_brought **ret) LC_MUST_CHECK;
/** What managed versions say of a dependency; those of the project that asks have the last word. */
void pom_manage(struct pom_dependency *d, const struct pom_dependency *by, bool last);
