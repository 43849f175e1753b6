/*
 * Package URLs read. Source: purl-spec 1.0, "How to parse a purl string", and its types.
 */
#pragma once

#include "inventory/fact.h"

struct purl {
	struct lc_slice type;  /* lower case */
	struct lc_slice space; /* what stands before the name, with its slashes; "" none */
	struct lc_slice name, version;
	struct lc_slice qualifiers; /* as written */
	struct lc_slice subpath;
};

/**
 * Decoded parts live in the arena.
 * @return 0; LC_EBAD no package URL; LC_ENOMEM, LC_ELIMIT of the arena
 */
int purl_read(struct lc_slice text, struct lc_arena *a, struct purl *ret) LC_MUST_CHECK;
/** Value of a qualifier, decoded; "" when there is none. p NULL as the arena says. */
struct lc_slice purl_qualifier(const struct purl *p, const char *key, struct lc_arena *a);
/**
 * Type, name, version and architecture of the package that the URL names, as the analyser of what
 * is installed would have them.
 *
 * @param ret  its type is "" for packages of systems and what is no package at all
 * @return 0; LC_ENOMEM, LC_ELIMIT of the arena
 */
int purl_package(const struct purl *p, struct lc_arena *a, struct inv_package *ret) LC_MUST_CHECK;
