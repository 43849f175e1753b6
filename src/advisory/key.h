/*
 * From a package and the system that it is installed on to the rows of the database that speak of
 * it. Source: reference table of matching keys.
 */
#pragma once

#include "advisory/db.h"
#include "advisory/ecosystem.h"

/** What of an ecosystem's word on a package counts. */
enum adv_word {
	ADV_WORD_WHOLE,
	ADV_WORD_UNFIXED, /* flaws without a fix alone: those with one are told elsewhere */
	ADV_WORD_OFFERED, /* its fixes are to be had with a subscription that this system lacks */
};

/** An ecosystem that speaks of a package. */
struct adv_place {
	struct lc_slice ecosystem;
	enum adv_word word;
	const char *offer; /* the subscription: "Ubuntu Pro"; NULL none */
};

enum { ADV_PLACES_MAX = 6 };

struct adv_key {
	struct lc_slice
		ecosystem;    /* "Debian:12", "Alpine:v3.18", "npm"; "" nothing to match with */
	struct lc_slice name; /* as the ecosystem keys it: source name, normalised name */
	struct lc_slice
		version; /* the version to judge: the source's where the ecosystem says so */
	/* All that speak of it, the ecosystem among them; what a nearer one says goes before. */
	struct adv_place places[ADV_PLACES_MAX];
	size_t places_n;
	enum version_scheme scheme;
	bool by_source;             /* the name is the source package's */
	struct lc_slice source_row; /* a second row, of what is said of the source package whole
				     * ("source:curl"); "" none */
};

/** What is known of the system and of how a package came to it. */
struct adv_context {
	const struct inv_os *os; /* NULL unknown */
	const struct inv_repository
		*repository;           /* NULL none: else it goes before the OS's release */
	const struct inv_build *build; /* repositories of the package, NULL unknown */
};

/** @return 0 with ecosystem "" when this family has none */
int adv_key_of(const struct inv_package *p, const struct adv_context *c, struct lc_arena *a,
	       struct adv_key *ret, struct lc_err *e) LC_MUST_CHECK;
/** The key of a name in an ecosystem as adv_ecosystem_name() takes it, without a system. */
int adv_key_named(struct lc_slice ecosystem, struct lc_slice name, struct lc_slice version,
		  struct lc_arena *a, struct adv_key *ret, struct lc_err *e) LC_MUST_CHECK;
/** 0 for keys of the same rows; else an order that puts those of one ecosystem together. */
int adv_key_order(const struct adv_key *a, const struct adv_key *b);

/** What is said of a key's rows, nearest place first; each advisory tells its place. */
int adv_key_lookup(struct adv_db *db, const struct adv_key *key, struct lc_arena *a,
		   struct advisory_list *ret, struct lc_err *e) LC_MUST_CHECK;
/** Does the database hold anything of one of the key's places? */
int adv_key_covered(struct adv_db *db, const struct adv_key *key, bool *ret,
		    struct lc_err *e) LC_MUST_CHECK;
