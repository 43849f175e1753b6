/*
 * SIGINT and SIGTERM end the work in order: what is being written is removed, then the program ends
 * with 128 and the signal's number. SIGPIPE and SIGXFSZ are errors of the write that met them.
 * Private to cli/.
 */
#pragma once

#include "base/limits.h"

void cli_interrupt_start(void);
/** Work under these limits stops when a signal comes: their deadline passes. NULL ends that. */
void cli_interrupt_limits(struct lc_limits *l);
/** The signal that came, 0 none. */
int cli_interrupted(void);
