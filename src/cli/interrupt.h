/*
 * SIGINT and SIGTERM end the work in order: what is being written is removed, then the program ends
 * with 128 and the signal's number. SIGPIPE and SIGXFSZ are errors of the write that met them.
 * Private to cli/.
 */
#pragma once

#include <termios.h>

#include "base/err.h"
#include "base/limits.h"

void cli_interrupt_start(void);
/** Work under these limits stops when a signal comes: their deadline passes. NULL ends that. */
void cli_interrupt_limits(struct lc_limits *l);
/** The signal that came, 0 none. */
int cli_interrupted(void);
/**
 * Wait until fd can be read, or a signal comes, or has come before: none is missed.
 *
 * @return 0; -EINTR
 */
int cli_interrupt_wait(int fd) LC_MUST_CHECK;
/**
 * A second signal ends the program wherever it is: the terminal is set back to this before. Called
 * before it is set up otherwise; fd -1 when it is as it was.
 *
 * @param before  copied; may be NULL with -1
 */
void cli_interrupt_terminal(int fd, const struct termios *before);
