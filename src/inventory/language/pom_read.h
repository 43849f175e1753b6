/*
 * A Maven project file, as written: nothing is inherited or filled in. Source: Maven, "POM
 * Reference".
 *
 * Everything is in the arena. A profile that is active by default is a part of its project.
 */
#pragma once

#include "format/xml.h"
#include "inventory/fact.h"
#include "inventory/language/java.h"

/** "*" stands for any. */
struct pom_exclusion {
	struct lc_slice group, artifact;
};

struct pom_exclusions {
	struct pom_exclusion *v;
	size_t n, room;
};

struct pom_dependency {
	struct java_coordinates of;
	struct lc_slice type, classifier, scope;
	struct lc_slice optional; /* "true" */
	struct pom_exclusions exclusions;
	struct inv_lines lines;
};

struct pom_dependencies {
	struct pom_dependency *v;
	size_t n, room;
};

struct pom_property {
	struct lc_slice name, value;
};

struct pom {
	struct java_coordinates own, parent;
	struct lc_slice parent_path; /* relative; "" none in the tree */
	struct lc_slices licences;
	struct {
		struct pom_property *v;
		size_t n, room;
	} properties;
	struct pom_dependencies dependencies, managed;
	struct inv_lines lines; /* 0 where there is no project in the file */
};

/** @return 0; what xml_read() returns of the text; LC_ENOMEM, LC_ELIMIT of the arena (a->err) */
int pom_read(struct lc_slice text, struct lc_arena *a, struct pom *ret,
	     struct lc_err *e) LC_MUST_CHECK;
