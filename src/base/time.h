/*
 * Civil time in UTC without libc's shared state. Source: RFC 3339, proleptic Gregorian calendar.
 */
#pragma once

#include "base/slice.h"

struct lc_civil {
	int32_t year;
	uint8_t month, day, hour, minute, second; /* 1-12, 1-31, 0-23, 0-59, 0-59 */
	uint32_t nanosecond;
};

/** Seconds since 1970 of a civil date and time. */
int64_t lc_civil_seconds(const struct lc_civil *c);
/** Civil time of seconds since 1970, held to the years 0 to 9999 that RFC 3339 can write. */
struct lc_civil lc_civil_of(int64_t seconds, uint32_t nanosecond);

/**
 * RFC 3339 date-time with Z or offset, or a bare date (its midnight).
 * T and Z in either case, a space for T; second 60 counts as 59; digits past the ninth are dropped.
 * @return false when it is neither; *ret_seconds and *ret_ns untouched then
 */
bool lc_time_parse(struct lc_slice s, int64_t *ret_seconds, uint32_t *ret_ns);

enum { LC_TIME_MAX = 40 };
/** "2026-11-22T01:02:03Z", with .nnn… without trailing zeros when ns is not 0. */
void lc_time_format(int64_t seconds, uint32_t ns, char ret[LC_TIME_MAX]);
/** "2026-11-22". */
void lc_date_format(int64_t seconds, char ret[LC_TIME_MAX]);

/** Now, or SOURCE_DATE_EPOCH when reproducible and set. Seconds. */
int64_t lc_now_seconds(bool reproducible);
