/*
 * The fact cache as the options and the environment have it. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "scan/cache.h"

/** LC_EUSAGE for a --cache-backend that there is not. */
int cli_cache_check(const struct cli_values *v, struct lc_err *e) LC_MUST_CHECK;
/**
 * The cache below the cache directory, its key in $XDG_DATA_HOME/lacre, else in
 * $HOME/.local/share/lacre; scan_cache_close() it.
 *
 * @return NULL when it is switched off, when nothing says where it may be, or (after one line) when
 *         it is not safe to use or cannot be
 */
struct scan_cache *cli_cache(struct cli_io *io, const struct cli_values *v, struct lc_arena *a);
