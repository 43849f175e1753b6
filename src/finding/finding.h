/*
 * Findings: a package and a vulnerability that applies to it, with the evidence for it.
 * Plain data in the report's arena; what evidence points to lives as long as the report.
 */
#pragma once

#include "advisory/key.h"
#include "inventory/binary/go_functions.h"
#include "inventory/squash.h"

/** One advisory that matched, and why: every step can be told to a person. */
struct finding_evidence {
	struct lc_slice advisory;        /* record id */
	struct lc_slice source;          /* data source id */
	struct lc_slice ecosystem, name; /* the database row */
	struct lc_slice version; /* what was compared (the source's where the ecosystem says so) */
	enum version_scheme scheme;
	struct version_proof proof;
	bool by_source;
	const char *offer; /* subscription that its fix is to be had with; NULL none is needed */
	enum advisory_status status; /* the vendor's word, ADVISORY_UNKNOWN none */
	enum severity severity;      /* of this package in this advisory */
	bool has_severity;
	struct lc_slices symbols; /* what of the package is concerned, as struct advisory has it */
	enum go_linked linked;    /* whether the program holds any of these */
};

enum finding_suppression {
	FINDING_SHOWN,
	FINDING_IGNORED,  /* by a rule of an ignore file */
	FINDING_FILTERED, /* by severity, status, or since the id was rejected */
	FINDING_VEX,
	FINDING_SUPPRESSION_N
};

struct finding_evidence_list {
	struct finding_evidence *v;
	size_t n, room;
};

struct finding {
	const struct inv_found_package *package;
	struct lc_slice package_id;  /* as reports name it ("name@version") */
	struct lc_slice id;          /* CVE where there is one */
	struct lc_slices vendor_ids; /* DSA-, ALSA-, GHSA-, …: records and aliases, sorted */
	struct finding_evidence_list evidence;
	struct lc_slices fixed_versions; /* that end the affected stretch, in order, each once */
	/* No fix otherwise: what a subscription that the system lacks would bring; "" none. */
	struct lc_slice offered_version;
	const char *offer; /* "Ubuntu Pro" */
	enum advisory_status status;
	/* Not reachable: of what the records name nothing was linked into the program. */
	bool not_reachable;
	enum severity severity;
	struct lc_slice severity_source; /* "" when nobody says */
	bool severity_of_package;        /* said of this package, not of the flaw in general */
	bool severity_borrowed; /* from a source that is neither the advisory's nor asked for */
	struct lc_slice data_source;    /* id of the source whose record gives status and fix */
	struct lc_slice data_ecosystem; /* ecosystem of that record */
	const struct vulnerability *vulnerability; /* NULL when nothing more is known of the id */
	enum finding_suppression suppression;
	struct lc_slice suppressed_by; /* file and line, VEX document, filter */
	struct lc_slice statement;     /* reason the rule gives */
};

struct finding_list {
	struct finding *v;
	size_t n, room;
};
