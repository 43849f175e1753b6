/*
 * Texts of the command line and the environment turned into option values. Private to cli/.
 */
#pragma once

#include "cli/option.h"

/** Set one option from text; messages name it as the user wrote it ("--timeout", "LACRE_TIMEOUT").
 */
int cli_value_set(const struct cli_option *o, struct lc_slice text, const char *as_written,
		  enum cli_set_by by, struct lc_arena *a, struct cli_value *v,
		  struct lc_err *e) LC_MUST_CHECK;
/** "true", "1", "t", … as Go's strconv.ParseBool takes them. */
bool cli_bool(struct lc_slice s, bool *ret);
/** "5m0s", "1h30m", "300ms", "1.5h", "0"; Go's time.ParseDuration without signs. */
bool cli_duration(struct lc_slice s, int64_t *ret_ns);
/** "10MB", "1GiB", "512": powers of 1000 for kB, MB, GB, TB, of 1024 for KiB and its like; any
 * case. */
bool cli_size(struct lc_slice s, int64_t *ret_bytes);
/** Is word (case as given, or upper and lower alike) one of the comma-separated choices? Gives the
 * canonical spelling. */
bool cli_choice(const char *choices, struct lc_slice word, struct lc_slice *ret);
/** Edits (insert, delete, replace, swap) between two words, at most 64 bytes each; larger words are
 * far. */
unsigned cli_distance(struct lc_slice a, struct lc_slice b);
