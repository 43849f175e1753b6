/*
 * What the terminal behind a descriptor can show. Private to cli/.
 */
#pragma once

#include "cli/command.h"

struct cli_terminal {
	unsigned width; /* columns; 0: no terminal, as wide as it takes */
	bool colour;    /* a terminal, NO_COLOR not set, TERM not "dumb" */
	bool utf8;      /* line-drawing characters are safe */
};
/** COLUMNS before what the terminal says; width is at least 40 where there is one. */
struct cli_terminal cli_terminal_of(int fd, bool is_tty, char **environment);
