/*
 * What parsing shares with help, man pages and documents. Private to cli/.
 */
#pragma once

#include "cli/command.h"

enum { CLI_ENV_NAME_MAX = 64 };

/** Name of an option's environment variable under a prefix: cli_env_name("TRIVY_", "exit-code", …).
 */
void cli_env_name(const char *prefix, const char *option, char ret[CLI_ENV_NAME_MAX]);
/** Value of an environment variable, NULL when it is not set. */
const char *cli_env_get(char **environment, const char *name);
/** Prefix of the tool an option comes from ("TRIVY_"), NULL none. */
const char *cli_env_prefix(enum cli_origin origin);
/** The command takes this option. */
bool cli_command_has(const struct cli_command *cmd, enum cli_opt opt);
