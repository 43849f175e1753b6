/*
 * One line on a terminal's standard error that is written over, ten times a second at most.
 */
#include "cli/result.h"

#include <stdio.h>

#include "base/shim.h"
#include "cli/talk.h"

enum { STEP_NS = 100 * 1000 * 1000, TEXT_MAX = 128 };

/* Cut before what a message could make of it: progress of no use is not worth an error. */
static void show(struct cli_progress *p, const char *text)
{
	char line[TEXT_MAX + 16];
	int n = snprintf(line, sizeof(line), "\r%.*s\x1b[K", TEXT_MAX, text);
	if (n > 0)
		(void)lc_sys_write(p->io->err, line, (size_t)n);
	p->shown = true;
}

static bool is_due(struct cli_progress *p, bool last)
{
	int64_t now = lc_ticks_ns();
	if (!p->on || (!last && now - p->last_ns < STEP_NS))
		return false;
	p->last_ns = now;
	return true;
}

void cli_progress_start(struct cli_progress *p, struct cli_io *io, const struct cli_values *v)
{
	*p = (struct cli_progress){ .io = io };
	p->on = io->err_tty && !v->v[CLI_OPT_QUIET].flag && !v->v[CLI_OPT_NO_PROGRESS].flag &&
		!v->v[CLI_OPT_DEBUG].flag;
}

void cli_progress_layers(void *ctx, size_t done, size_t layers, uint64_t bytes)
{
	char text[TEXT_MAX];
	if (!is_due(ctx, done == layers))
		return;
	(void)snprintf(text, sizeof(text), _("layers read: %zu of %zu, %llu MB"), done, layers,
		       (unsigned long long)(bytes / 1000000));
	show(ctx, text);
}

void cli_progress_feed(void *ctx, const char *feed, uint64_t done, uint64_t total)
{
	char text[TEXT_MAX];
	if (!is_due(ctx, done == total))
		return;
	(void)snprintf(text, sizeof(text), _("%s: %llu of %llu"), lc_quote(lc_str(feed)).s,
		       (unsigned long long)done, (unsigned long long)total);
	show(ctx, text);
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->shown)
		(void)lc_sys_write(p->io->err, "\r\x1b[K", 4);
	p->shown = false;
}
