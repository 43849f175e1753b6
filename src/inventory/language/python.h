/*
 * What the Python analysers share: requirements as PEP 508 writes them, names as PyPI compares
 * them, and the project file (pyproject.toml).
 */
#pragma once

#include "inventory/language/document.h"
#include "inventory/language/packages.h"

/** The name in front of a requirement: letters, digits, ".", "_", "-". Empty when there is none. */
struct lc_slice python_name(struct lc_slice requirement);
/** Digits first, then what versions are made of: no wildcard, no operator, no template's text. */
bool python_is_version(struct lc_slice s);
/**
 * A requirement pinned by "==" or "===", without wildcards: "a[x] >=1, == 1.2 ; marker".
 * @return false for anything else: ranges, URLs, options, no requirement at all
 */
bool python_pinned(struct lc_slice requirement, struct lc_slice *ret_name,
		   struct lc_slice *ret_version);
/**
 * The least version that a requirement allows by one of its clauses: that of ">=", "~=", "== 1.2.*"
 * (1.2). What is pinned is its version.
 * @return false when there is none
 */
bool python_least(struct lc_slice requirement, struct lc_slice *ret_name,
		  struct lc_slice *ret_version);
/** Lower case, runs of "-", "_" and "." as one "-" (PEP 503). In the arena; p NULL on failure. */
struct lc_slice python_normal(struct lc_slice name, struct lc_arena *a);

/** Packages of a lock file by their normal names, several of one name in a list. */
struct python_named {
	struct inv_package *package;
	struct python_named *next;
};
struct python_names {
	struct lc_arena *arena;
	struct lc_map by_name; /* -> struct python_named */
};
int python_names_add(struct python_names *n, struct inv_package *p) LC_MUST_CHECK;
/** NULL when there is none, or (the arena has failed) no memory. */
const struct python_named *python_names_get(const struct python_names *n, struct lc_slice name);
void python_names_done(struct python_names *n);
/** p depends on all packages of the name: a lock file keeps several for several environments. */
int python_depend(struct packages *l, const struct python_names *n, struct inv_package *p,
		  struct lc_slice name) LC_MUST_CHECK;

/**
 * Mark what the project file asks for, and spread it (packages_spread): the project's own
 * dependencies and extras, those of groups that are for development, in the forms of PEP 621 and
 * 735, of poetry, pdm and uv. The project itself is added as root when it has a version.
 *
 * @param d     nothing happens when it is empty
 * @param type  of the packages
 */
int python_project(const struct toml_doc *d, struct lc_slice type, struct packages *l,
		   const struct python_names *n) LC_MUST_CHECK;
