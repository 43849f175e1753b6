/*
 * Results on their way out: format, terminal or file, progress while they are made. Private to
 * cli/.
 */
#pragma once

#include "cli/command.h"
#include "report/write.h"

/** Write the report as the options say. Exit status: 0, or CLI_ERROR after its line. */
int cli_result_write(struct cli_io *io, const struct cli_values *v, const struct report *r);
/** What a buffer holds to --output, or to standard output without one. */
int cli_output(struct cli_io *io, const struct cli_values *v, const struct lc_buf *b);

struct cli_progress {
	struct cli_io *io;
	bool on;    /* a terminal, and nobody asked for silence */
	bool shown; /* a line stands there */
	int64_t last_ns;
};
void cli_progress_start(struct cli_progress *p, struct cli_io *io, const struct cli_values *v);
/** As struct scan_request has it. */
void cli_progress_layers(void *ctx, size_t done, size_t layers, uint64_t bytes);
/** As struct adv_build_options has it. */
void cli_progress_feed(void *ctx, const char *feed, uint64_t done, uint64_t total);
/** Take the line away. */
void cli_progress_end(struct cli_progress *p);
