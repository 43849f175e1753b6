/*
 * Events of a range as one short text each: ">=1.0" introduced, "<1.2" fixed, "<=1.1" last
 * affected,
 * "|2.0" limit. Shared by the records and the starter's text.
 */
#pragma once

#include "version/version.h"

/** The sign that stands before the version. */
struct lc_slice event_sign(enum version_event_kind kind);
/** Split "<=1.1" into kind and version; false when it begins with no sign or holds no version. */
bool event_parse(struct lc_slice text, struct version_event *ret);
