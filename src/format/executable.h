/*
 * Programs and libraries as files: which parts they have, under what names and addresses. ELF, PE
 * and Mach-O (of a fat one the first architecture) behind one face.
 *
 * Just what is needed to find data in them: no symbols, no relocations, nothing is run or mapped.
 * Parts are clipped to the bytes that are there, overlap as they like, and are no promise of
 * anything. Memory is the caller's arena; the content outlives the result.
 *
 * Sources: System V ABI, chapters 4 and 5 (ELF); Microsoft, PE Format; Apple, loader.h and fat.h.
 */
#pragma once

#include "base/arena.h"
#include "base/content.h"

enum executable_kind { EXECUTABLE_ELF, EXECUTABLE_PE, EXECUTABLE_MACHO, EXECUTABLE_KIND_N };

enum executable_flags {
	EXECUTABLE_READ = 1u << 0,
	EXECUTABLE_WRITE = 1u << 1,
	EXECUTABLE_RUN = 1u << 2,
	EXECUTABLE_DATA = 1u << 3, /* PE: initialised data and nothing else */
};

/** A section, or a segment, which has no name. */
struct executable_part {
	struct lc_slice name;
	uint64_t addr;      /* when it is loaded; PE: from the image's base */
	uint64_t off, size; /* in content: all of it is there */
	unsigned flags;
};

struct executable_parts {
	struct executable_part *v;
	size_t n, room;
};

struct executable {
	enum executable_kind kind;
	struct lc_content content; /* of the architecture; borrows from the file's */
	bool big_endian;
	bool wide;     /* 64 bits */
	uint64_t base; /* PE: what addresses in memory begin at */
	struct executable_parts sections;
	struct executable_parts segments; /* PE: its sections once more */
};

enum { EXECUTABLE_PARTS_MAX = 1 << 16 };

/**
 * @return 0; LC_EUNSUP for what is none of the three (scripts, DOS programs); LC_ETRUNC, LC_EBAD;
 *         LC_ELIMIT of parts; LC_EIO, LC_ENOMEM
 */
int executable_open(const struct lc_content *c, struct lc_arena *a, struct executable *ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** The first section of that name; NULL when there is none. */
const struct executable_part *executable_section(const struct executable *x, struct lc_slice name);
/** Where the bytes of an address are, and how many follow in the same segment; false nowhere. */
bool executable_locate(const struct executable *x, uint64_t addr, uint64_t *ret_off,
		       uint64_t *ret_n);
/**
 * Part of the file in memory.
 *
 * @return 0; LC_ETRUNC past the end; LC_ELIMIT of the arena, LC_ENOMEM, LC_EIO
 */
int executable_bytes(const struct executable *x, uint64_t off, size_t n, struct lc_arena *a,
		     struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
