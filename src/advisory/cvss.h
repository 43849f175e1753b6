/*
 * What the CVSS versions share: reading a vector into the values of a table of metrics.
 * Sources: FIRST, CVSS v2.0 guide §2.4, v3.1 specification §6, v4.0 specification §7. Pure;
 * thread-safe.
 */
#pragma once

#include "advisory/severity.h"

struct cvss_metric {
	const char *name;
	const char *values; /* allowed ones, a space between them; "X" and "ND" mean not defined */
	bool base;          /* a vector without it is malformed */
};

enum { CVSS_METRICS_MAX = 40, CVSS_VECTOR_MAX = 512 };

/**
 * Read "AV:N/AC:L/…" by a table.
 *
 * @param values  n slices of the vector, empty for metrics it leaves out
 * @return 0; LC_EBAD for an unknown metric or value, one given twice, or a base metric missing;
 * LC_ELIMIT too long
 */
int cvss_read(struct lc_slice vector, const struct cvss_metric *metrics, size_t n,
	      struct lc_slice *values, struct lc_err *e) LC_MUST_CHECK;

/** First letter of a value, 'X' when it was left out. */
static inline char cvss_letter(struct lc_slice value)
{
	return value.n ? (char)value.p[0] : 'X';
}

int cvss2_score(struct lc_slice vector, double *ret, struct lc_err *e) LC_MUST_CHECK;
/** The base score; v30 picks the older rounding. */
int cvss3_score(struct lc_slice vector, bool v30, double *ret, struct lc_err *e) LC_MUST_CHECK;
/** v4.0 has one score: of the base metrics with what threat and environmental ones the vector has.
 */
int cvss4_score(struct lc_slice vector, double *ret, struct lc_err *e) LC_MUST_CHECK;
