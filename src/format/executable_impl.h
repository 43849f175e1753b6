/*
 * What the readers of the three formats share. Private to format/.
 */
#pragma once

#include "format/executable.h"

/** Integers of a file that says itself in which order its bytes are. */
struct executable_rd {
	struct lc_rd rd;
	bool big;
};
uint16_t executable_u16(struct executable_rd *r);
uint32_t executable_u32(struct executable_rd *r);
uint64_t executable_u64(struct executable_rd *r);
/** 32 or 64 bits. */
uint64_t executable_word(struct executable_rd *r, bool wide);

/** Add a part, clipped to the content. */
int executable_add(struct executable *x, struct executable_parts *list,
		   const struct executable_part *part, struct lc_arena *a,
		   struct lc_err *e) LC_MUST_CHECK;
/** The text at an offset of a table of strings, up to its NUL; empty when there is none. */
struct lc_slice executable_name(struct lc_slice table, uint64_t off);
/** A name of fixed width, filled up with NULs. */
struct lc_slice executable_fixed(struct lc_slice field);

/* x has its content; the first bytes are those of the format. */
int executable_elf(struct executable *x, struct lc_arena *a, struct lc_err *e) LC_MUST_CHECK;
int executable_pe(struct executable *x, struct lc_arena *a, struct lc_err *e) LC_MUST_CHECK;
int executable_macho(struct executable *x, struct lc_arena *a, struct lc_err *e) LC_MUST_CHECK;
/** Narrow the content to the first architecture. */
int executable_fat(struct executable *x, struct lc_arena *a, struct lc_err *e) LC_MUST_CHECK;
