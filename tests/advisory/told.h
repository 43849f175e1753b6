/*
 * A collector that writes down what it is told, a line each, in the records' own JSON:
 *
 *	record SOURCE ECOSYSTEM DATE
 *	package ECOSYSTEM NAME {…}
 *	vulnerability ID SOURCE {…}
 *	eol PRODUCT CYCLE {…}
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advisory/feed/feed.h"
#include "base/buf.h"

struct told {
	struct lc_buf text;
	struct feed_collector face;
	bool records; /* write down record lines, too */
};

void told_init(struct told *t);
void told_done(struct told *t);
/** The text so far, NUL behind it. */
const char *told_text(struct told *t);
/** True when some line of it is this one. */
bool told_has(struct told *t, const char *line);
