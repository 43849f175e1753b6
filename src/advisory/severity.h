/*
 * Severities and how the field's words and scores map to them. Source: reference tables of the
 * vendors; CVSS v2, v3.0, v3.1 (FIRST) and v4.0 base scores.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

enum severity {
	SEVERITY_UNKNOWN,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITY_N
};

/** "UNKNOWN" … "CRITICAL". */
const char *severity_name(enum severity s);
/** Any vendor's word in any case ("moderate", "important", "negligible", …); false when none. */
bool severity_parse(struct lc_slice word, enum severity *ret);
/** Bands of FIRST: 0.1-3.9, 4.0-6.9, 7.0-8.9, 9.0-10; v2 has no CRITICAL (high from 7.0). */
enum severity severity_of_score(double score, bool v2);

enum cvss_version { CVSS_2, CVSS_30, CVSS_31, CVSS_40 };
struct cvss {
	enum cvss_version version;
	double base; /* 0.0 to 10.0, one decimal */
};
/** Base score of a vector ("CVSS:3.1/AV:N/…", v2 with or without parentheses). LC_EBAD malformed,
 * LC_EUNSUP version. */
int cvss_score(struct lc_slice vector, struct cvss *ret, struct lc_err *e) LC_MUST_CHECK;
