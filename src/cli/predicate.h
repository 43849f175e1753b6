/*
 * What is attested, as --predicate and --type say it. Private to cli/.
 */
#pragma once

#include "cli/command.h"

/**
 * @param now  seconds since 1970: when it is made
 * @param a    holds what is returned; the predicate is compact JSON
 * @return 0; LC_EUSAGE no file, or an unknown type; LC_EBAD not what the type wants
 */
int cli_predicate(const struct cli_values *v, int64_t now, struct lc_arena *a,
		  struct lc_slice *ret_type, struct lc_slice *ret_predicate,
		  struct lc_err *e) LC_MUST_CHECK;
