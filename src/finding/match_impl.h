/*
 * What the files of the matcher share. Private to finding/.
 */
#pragma once

#include "base/map.h"
#include "finding/match.h"

/** A package with the key it is looked up by. */
struct match_subject {
	const struct inv_found_package *package;
	struct adv_key key;
	struct lc_slice id;
};

/** Is it of a group that was asked for, and a package at all? */
bool match_wanted(const struct match_options *o, const struct inv_package *p);

/** The key and id of a package; an empty ecosystem when nothing speaks of its kind. */
int match_subject_of(const struct inv_found_package *found, const struct inventory *inv,
		     struct lc_arena *a, struct match_subject *ret, struct lc_err *e) LC_MUST_CHECK;

/** Does an advisory of its row speak of this very build? */
enum match_concern {
	MATCH_CONCERNED,
	MATCH_NOT_AFFECTED, /* the vendor says so */
	MATCH_OTHER_ARCH,
	MATCH_OTHER_MODULE,
};
enum match_concern match_concern_of(const struct advisory *adv, const struct inv_package *p);

/**
 * What nearer places of a key have settled: an id that one of them does not hold the version to be
 * affected by is not to be raised by the word of a farther one. Rows are shown to it in the order
 * of their places. Holds ids of the rows, by reference.
 */
struct match_settled {
	struct lc_map by_id; /* id -> place, counted from 1 */
};
void match_settled_done(struct match_settled *s);
/** Take note of what an advisory says, if that is that the build is not affected. */
int match_settle(struct match_settled *s, const struct adv_key *key, const struct advisory *adv,
		 enum match_concern concern, const struct version_proof *proof) LC_MUST_CHECK;
bool match_is_settled(const struct match_settled *s, const struct advisory *adv,
		      struct lc_slice id);

/** Version against ranges; VERSION_UNDECIDED where this build has no such order, too. */
void match_compare(const struct adv_key *key, const struct advisory *adv,
		   struct version_proof *ret);

/**
 * Judge one package by the advisories of its row: findings are appended to ret, one a
 * vulnerability.
 *
 * @param rows         advisories; may go away afterwards: what findings need is copied
 * @param ret_undecided  set when the version could not be compared with any of them
 */
int match_package(const struct match_subject *s, const struct advisory_list *rows,
		  struct lc_arena *a, struct finding_list *ret, bool *ret_undecided,
		  struct lc_err *e) LC_MUST_CHECK;

/** Fixed versions, status and data source, from the evidence. */
int match_conclude(struct finding *f, struct lc_arena *a, struct lc_err *e) LC_MUST_CHECK;

/**
 * Severity and where it comes from. Order: said of the package by the advisory; the advisory's own
 * source; ghsa for GHSA ids; nvd; any other source, marked as borrowed; unknown.
 *
 * @param sources  order asked for instead; "auto" in it stands for the above; empty: automatic
 */
void match_severity(struct finding *f, const struct lc_slices *sources);

/** Package name, id, version, severity descending, vulnerability, path; then arch and type. */
int match_order(const void *a, const void *b);
