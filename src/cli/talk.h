/*
 * How commands talk: results to standard output, everything else to standard error, one line each.
 * Everything a person reads goes through the catalogue; text from outside is quoted by whoever puts
 * it in. Not thread-safe but for the log, whose lines are one write each.
 */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "cli/command.h"
#include "report/text.h"

/** Translated text; the catalogue's, or the text itself. */
#define _(text) cli_translate(text)
const char *cli_translate(const char *text) __attribute__((format_arg(1)));
/**
 * Choose the catalogue as cli_languages() says, below $LACRE_LOCALEDIR or where it is installed.
 * Without one everything is in English.
 */
void cli_talk_start(char **environment);
void cli_talk_end(void);

/** "lacre: error: ..." and the exit status to return. */
int cli_error(struct cli_io *io, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/**
 * The message of e as an error line, with the status its code stands for: CLI_USAGE for LC_EUSAGE,
 * 128 and the signal when one stopped the work (no line then), else CLI_ERROR.
 */
int cli_fail(struct cli_io *io, const struct lc_err *e);
/** The same for work under limits: when their time is up, how to get more of it. */
int cli_fail_in_time(struct cli_io *io, const struct cli_values *v, const struct lc_limits *l,
		     const struct lc_err *e);
/** "lacre: note: ..."; nothing when quiet. */
void cli_note(struct cli_io *io, const struct cli_values *v, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** "lacre: warning: ..."; nothing when quiet. */
void cli_warn(struct cli_io *io, const struct cli_values *v, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/**
 * All bytes to a descriptor; 0, or the status to return after an error line. A reader that went
 * away (EPIPE) is not told.
 */
int cli_write(struct cli_io *io, int fd, struct lc_slice s);
/** What a buffer holds to standard output; a buffer that failed is an error line. */
int cli_put(struct cli_io *io, const struct lc_buf *b);
/** Route library logs to standard error when --debug says so. io outlives the program's work. */
void cli_log_start(struct cli_io *io, const struct cli_values *v);
