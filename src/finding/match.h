/*
 * Match: every package of the inventory looked up in the database, versions compared, severities
 * chosen.
 *
 * One finding per package and vulnerability, whatever the number of advisories that say so.
 * Third-party OS packages are not matched to the distribution's advisories; packages whose
 * ecosystem the database does not cover are counted, not passed over silently.
 */
#pragma once

#include "finding/finding.h"

struct match_options {
	unsigned groups;                   /* INV_GROUP_OS, INV_GROUP_LIBRARY */
	struct lc_slices severity_sources; /* order asked for; empty: automatic */
};

struct match_stats {
	uint64_t packages;    /* looked up */
	uint64_t uncovered;   /* of an ecosystem the database knows nothing of */
	uint64_t third_party; /* left out as not the distribution's */
	uint64_t undecided;   /* whose version could not be compared */
	uint64_t without_severity, without_title; /* findings */
	struct lc_slices uncovered_ecosystems;
};

/**
 * @param a  holds findings and what they point to
 * @return findings sorted: package name, id, version, severity descending, vulnerability, path
 */
int finding_match(struct adv_db *db, const struct inventory *inv, const struct match_options *o,
		  struct lc_arena *a, struct finding_list *ret, struct match_stats *ret_stats,
		  struct lc_err *e) LC_MUST_CHECK;

/** A version to judge without an image around it. */
struct match_question {
	struct lc_slice
		ecosystem; /* as the database names it, or as adv_ecosystem_name() takes it */
	struct lc_slice name, version;
	struct lc_slice module, arch; /* of an rpm, "" none */
};

/**
 * One package and version by the same rules as finding_match().
 *
 * @param ret  findings sorted by id; package points to what a holds
 * @param ret_undecided  set when the version could not be compared with some advisory
 * @return 0; LC_ENOTFOUND when the database knows nothing of the ecosystem
 */
int finding_match_version(struct adv_db *db, const struct match_question *q, struct lc_arena *a,
			  struct finding_list *ret, bool *ret_undecided,
			  struct lc_err *e) LC_MUST_CHECK;
