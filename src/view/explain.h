/*
 * Why a report has an id, or why it has not: one plain answer with all that led to it.
 *
 * Built from a finished report and the database that it was made with. The steps come from
 * finding/explain.h, whose functions are the matcher's own; what was shown and what was filtered
 * comes from the report. Everything lives in the caller's arena, and points into the report.
 */
#pragma once

#include "finding/explain.h"
#include "report/write.h"

enum view_verdict {
	VIEW_REPORTED,        /* by at least one finding that is shown */
	VIEW_SUPPRESSED,      /* found, and left out by a filter or a rule */
	VIEW_FIXED,           /* installed at or behind the fix */
	VIEW_NOT_AFFECTED,    /* installed, and no advisory's range holds it */
	VIEW_UNDECIDED,       /* installed, in a version that does not compare */
	VIEW_NOT_MATCHED,     /* installed, and left out of matching: third party, kind not asked */
	VIEW_NOT_INSTALLED,   /* named for this image's ecosystems, for packages it has not */
	VIEW_OTHER_ECOSYSTEM, /* named, for other ecosystems alone */
	VIEW_WITHDRAWN,       /* the id was rejected by whoever gave it */
	VIEW_WITHOUT_PACKAGES, /* known, and no advisory of the database names a package */
	VIEW_UNKNOWN,          /* not in the database at all */
	VIEW_VERDICT_N
};
/** "reported", "not_installed", … as JSON spells it. */
const char *view_verdict_name(enum view_verdict v);

/** A package of the image that some advisory names the id for. */
struct view_package {
	struct explain_package steps;
	struct {
		const struct finding **v; /* of this package, by these ids */
		size_t n, room;
	} findings;
};

/** Packages of one ecosystem that the id is named for. */
struct view_named {
	struct lc_slice ecosystem;
	bool here; /* the image has packages of it */
	struct lc_slices names;
};

/** An ecosystem that packages of the image belong to. */
struct view_ecosystem {
	struct lc_slice name;
	size_t packages;
	bool covered; /* the database has advisories of it */
};

struct view_explanation {
	const struct report *report;
	struct lc_slice asked;
	enum view_verdict verdict;
	bool uncertain;       /* parts of the image were not understood: something may be missing */
	struct lc_slices ids; /* vulnerabilities that the id stands for, itself included */
	struct lc_slices other_names;      /* of the same: vendors' records, aliases; sorted */
	const struct vulnerability *facts; /* of the first that has any; NULL none */
	struct {
		struct view_package *v;
		size_t n, room;
	} packages; /* in the report's order */
	struct {
		struct view_named *v;
		size_t n, room;
	} named; /* those of this image first, then by name */
	struct {
		struct view_ecosystem *v;
		size_t n, room;
	} ecosystems;
	struct lc_slices namesakes; /* ids of installed packages called like one that is named for
				       another ecosystem; at most VIEW_NAMESAKES_MAX */
};

enum { VIEW_NAMESAKES_MAX = 16 };

/**
 * @param id  as people write it: CVE-…, GHSA-…, DSA-…, ALPINE-CVE-…; the case of "cve" and "ghsa"
 * is mended
 * @param o   what the report was matched with
 * @return 0; LC_EUSAGE for what cannot be an id; failures of the database
 */
int view_explain(const struct report *r, struct adv_db *db, const struct match_options *o,
		 struct lc_slice id, struct lc_arena *a, struct view_explanation *ret,
		 struct lc_err *e) LC_MUST_CHECK;

/** Is it an id at all, before an image is read for it? LC_EUSAGE. */
int view_explain_check(struct lc_slice id, struct lc_err *e) LC_MUST_CHECK;

/** For people; of the options colour, width and translate count. */
int view_explain_text(const struct view_explanation *x, const struct report_write_options *o,
		      struct lc_buf *out, struct lc_err *e) LC_MUST_CHECK;
/** docs/schema/explain-1.json; never translated. */
int view_explain_json(const struct view_explanation *x, struct lc_buf *out,
		      struct lc_err *e) LC_MUST_CHECK;
