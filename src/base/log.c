#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* Set before threads start, only read afterwards. */
static lc_log_fn sink;
static void *sink_ctx;
static enum lc_log_level level_max = LC_LOG_WARN;

void lc_log_set(lc_log_fn fn, void *ctx, enum lc_log_level max)
{
	sink = fn;
	sink_ctx = ctx;
	level_max = max;
}

enum lc_log_level lc_log_max(void)
{
	return level_max;
}

void lc_log(enum lc_log_level level, const char *fmt, ...)
{
	if (!sink || level > level_max)
		return;
	char msg[2048];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (n >= 0)
		sink(sink_ctx, level, msg);
}
