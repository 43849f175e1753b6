/*
 * Texts about options that help, man pages and documents share. Private to cli/.
 */
#pragma once

#include "cli/command.h"

/**
 * One paragraph: what the option does, what it takes and its default.
 * Translated; never NULL. Lives in the arena, or is the help text itself when memory is short.
 */
const char *cli_describe_option(const struct cli_option *o, struct lc_arena *a);
/** How environment variables set options; English, translated when shown. */
extern const char *const cli_describe_environment;
/** "same", "differs", "not there yet", "no effect". English: for documents. */
const char *cli_describe_compat(enum cli_compat c);
