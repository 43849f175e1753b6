/*
 * Log of events for the people who run lacre. Library code logs at debug at most, through the sink
 * that the program set; without one nothing is written. One event, one line, structured fields in
 * the message text as key=value. Set the sink before threads start; the sink itself is thread-safe.
 */
#pragma once

enum lc_log_level { LC_LOG_ERROR, LC_LOG_WARN, LC_LOG_INFO, LC_LOG_DEBUG, LC_LOG_N };

typedef void (*lc_log_fn)(void *ctx, enum lc_log_level level, const char *message);

/** Levels above max are dropped before they are formatted. fn NULL switches logging off. */
void lc_log_set(lc_log_fn fn, void *ctx, enum lc_log_level max);
enum lc_log_level lc_log_max(void);
void lc_log(enum lc_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define lc_debug(...)                                      \
	do {                                               \
		if (lc_log_max() >= LC_LOG_DEBUG)          \
			lc_log(LC_LOG_DEBUG, __VA_ARGS__); \
	} while (0)
