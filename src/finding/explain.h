/*
 * Why a package has, or has not, the findings of an id: the steps of the matcher, kept and told.
 *
 * The same functions decide here and in finding_match(), so that an explanation cannot differ from
 * the report that it explains. Results live in the caller's arena; what they point to of the
 * package lives as long as the inventory.
 */
#pragma once

#include "finding/match.h"

/** The installed version against one event of a range. */
struct explain_step {
	size_t range;
	enum version_event_kind kind;
	struct lc_slice version;
	bool compared; /* false: the event is no version of this order ("0" and "*" need none) */
	int order;     /* <0, 0, >0 as the installed version is before, at or behind it */
};

enum explain_outcome {
	EXPLAIN_AFFECTED,
	EXPLAIN_FIXED,        /* at or behind a fix: .fixed */
	EXPLAIN_OUTSIDE,      /* in no range, not listed */
	EXPLAIN_NOT_AFFECTED, /* the vendor says so */
	EXPLAIN_OTHER_ARCH,
	EXPLAIN_OTHER_MODULE,
	EXPLAIN_SETTLED,   /* affected by it, but a source that goes before says otherwise */
	EXPLAIN_UNDECIDED, /* the version does not compare */
	EXPLAIN_OUTCOME_N
};
/** "affected", "fixed", … as JSON spells it. */
const char *explain_outcome_name(enum explain_outcome o);

enum { EXPLAIN_STEPS_MAX = 256 }; /* of one advisory; what is more is counted */

struct explain_advisory {
	struct advisory record;
	enum explain_outcome outcome;
	struct version_proof proof;
	struct lc_slice fixed; /* the fix that the installed version has reached, "" none */
	struct {
		struct explain_step *v;
		size_t n, room;
	} steps;
	size_t steps_left_out;
};

/** What became of the package before any advisory was read. */
enum explain_lookup {
	EXPLAIN_LOOKED_UP,
	EXPLAIN_NOT_WANTED,   /* of a kind that was not asked for, or a mere grouping */
	EXPLAIN_THIRD_PARTY,  /* not the distribution's: its advisories do not speak of it */
	EXPLAIN_NO_ECOSYSTEM, /* nobody publishes advisories for its kind or release */
	EXPLAIN_LOOKUP_N
};
/** "looked_up", … as JSON spells it. */
const char *explain_lookup_name(enum explain_lookup l);

struct explain_package {
	const struct inv_found_package *package;
	struct lc_slice id; /* as reports name it */
	struct adv_key key;
	enum explain_lookup lookup;
	struct {
		struct explain_advisory *v;
		size_t n, room;
	} advisories; /* of its row, those that go by one of the ids */
};

/** The look-up alone: key and what hinders it. No advisory is read. */
int finding_explain_key(const struct inventory *inv, const struct match_options *o,
			const struct inv_found_package *p, struct lc_arena *a,
			struct explain_package *ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * The advisories of its row that go by one of the ids, each with its outcome; also for packages
 * that the matcher leaves out, so that one can see what they were spared.
 *
 * @param rows  the row of its key (adv_db_lookup()); lives as long as the result
 * @param p     as finding_explain_key() filled it; advisories are added
 */
int finding_explain_package(const struct advisory_list *rows, const struct lc_slices *ids,
			    struct lc_arena *a, struct explain_package *p,
			    struct lc_err *e) LC_MUST_CHECK;
