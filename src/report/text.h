/*
 * Texts of reports that people read: marked here, translated by whoever shows them.
 */
#pragma once

#include "base/arena.h"

/** Marks a text for the catalogue; its value is the English text itself. */
#define N_(text) (text)

/**
 * Put arguments into a text's {0} and {1}, in the order the (translated) text has them.
 *
 * @return the text in the arena; p NULL when out of memory. Arguments are taken as they are:
 * whoever shows them escapes.
 */
struct lc_slice report_text(struct lc_arena *a, const char *text, const struct lc_slice arg[2]);
