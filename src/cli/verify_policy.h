/* lacre verify --policy: a policy of the containers tools in place of keys and identities. Private
 * to cli/. */
#pragma once

#include "cli/command.h"

/* The rows that it reads beside those of verify. */
#define CLI_POLICY_OPTIONS CLI_OPT_POLICY, CLI_OPT_REGISTRIES_D, CLI_OPT_PLATFORM

/** Judge the image that is named by the policy that --policy names. */
int cli_verify_policy(const struct cli_values *v, struct cli_io *io);
