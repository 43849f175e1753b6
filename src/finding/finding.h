/*
 * Findings: a package and a vulnerability that applies to it, with the evidence for it.
 * Plain data in the report's arena; what evidence points to lives as long as the report.
 */
#pragma once

#include "advisory/ecosystem.h"
#include "inventory/squash.h"

/** One advisory that matched, and why: every step can be told to a person. */
struct finding_evidence {
	struct lc_slice advisory;     /* record id */
	struct lc_slice source;       /* data source id */
	struct lc_slice ecosystem, name; /* the database row */
	struct lc_slice version;      /* what was compared (the source's version where the ecosystem says so) */
	enum version_scheme scheme;
	struct version_proof proof;
	bool by_source;
};

enum finding_suppression { FINDING_SHOWN, FINDING_IGNORED, FINDING_FILTERED, FINDING_VEX };

struct finding {
	const struct inv_found_package *package;
	struct lc_slice id;           /* CVE where there is one */
	struct lc_slices vendor_ids;  /* DSA-, ALSA-, GHSA-, …: records and aliases, sorted */
	struct { struct finding_evidence *v; size_t n, room; } evidence;
	struct lc_slices fixed_versions; /* versions that end the affected stretch, in version order, each once */
	enum advisory_status status;
	enum severity severity;
	struct lc_slice severity_source; /* "" when only a default is known */
	struct lc_slice data_source;  /* id of the source whose record gives status and fix */
	const struct vulnerability *vulnerability; /* NULL when nothing more is known of the id */
	enum finding_suppression suppression;
	struct lc_slice suppressed_by; /* file and line, VEX document, filter */
	struct lc_slice statement;     /* reason the rule gives */
};

struct finding_list {
	struct finding *v;
	size_t n, room;
};
