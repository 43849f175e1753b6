/*
 * --trace FILE: where the time of a command went, in the Chrome trace event format, which
 * chrome://tracing and Perfetto open.
 */
#pragma once

#include "cli/command.h"

/** Begin, when asked to. 0, or the status to return after an error line. */
int cli_trace_start(struct cli_io *io, const struct cli_values *v);
/** Write what was kept, also of a command that failed; gives status, or that of a failed write. */
int cli_trace_end(struct cli_io *io, const struct cli_values *v, int status);
