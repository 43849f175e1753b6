/*
 * Path patterns as --skip-files and --skip-dirs take them: * and ? within a component, ** across
 * components, [abc] [a-z] [!a] [^a], {a,b}, \x for x. A whole path is matched, not a part of it.
 * Linear but for the number of ** and *: backtracking is bounded, braces are tried one by one.
 */
#pragma once

#include "base/slice.h"

enum { GLOB_BYTES_MAX = 1024, GLOB_BRACES_MAX = 8 };

/** A pattern longer than GLOB_BYTES_MAX, or with deeper braces, matches nothing (glob_valid says
 * so). */
bool glob_match(struct lc_slice pattern, struct lc_slice path);
/** Is it one that glob_match() reads? */
bool glob_valid(struct lc_slice pattern);
