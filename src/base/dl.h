/*
 * Libraries that only some commands need, opened when they are first used.
 *
 * Who uses one keeps a table of its functions, filled once and then read-only. Each such library is
 * noted in the program itself, so that packagers see it: section .note.dlopen, owner "FDO", type
 * 0x407c0c0a, a JSON array. Source: the "ELF dlopen metadata" specification of the UAPI group.
 * Libraries stay open until the program ends. Thread-safe.
 */
#pragma once

#include "base/err.h"

struct lc_dl_library {
	const char *soname;  /* "libcurl.so.4" */
	const char *package; /* Debian's, for the message: "libcurl4" */
	const char *purpose; /* "downloads": what does not work without it */
};

struct lc_dl_symbol {
	const char *name;
	void *place; /* of a function pointer */
};

/**
 * Open a library and find its functions; the table's places are written on success only.
 *
 * @return 0; LC_EUNSUP the library or one of its functions is missing, with what to install
 */
int lc_dl_open(const struct lc_dl_library *lib, const struct lc_dl_symbol *symbols, size_t n,
	       struct lc_err *e) LC_MUST_CHECK;

/* One note, once per library, at file scope. All arguments are string literals without quotes. */
#define LC_DL_NOTE(soname, feature, description)                                        \
	__asm__(".pushsection .note.dlopen,\"a\",%note\n"                               \
		"\t.balign 4\n"                                                         \
		"\t.long 8f - 7f\n"                                                     \
		"\t.long 10f - 9f\n"                                                    \
		"\t.long 0x407c0c0a\n"                                                  \
		"7:\t.asciz \"FDO\"\n"                                                  \
		"8:\t.balign 4\n"                                                       \
		"9:\t.asciz \"[{\\\"feature\\\":\\\"" feature                           \
		"\\\",\\\"description\\\":\\\"" description                             \
		"\\\",\\\"priority\\\":\\\"recommended\\\",\\\"soname\\\":[\\\"" soname \
		"\\\"]}]\"\n"                                                           \
		"10:\t.balign 4\n"                                                      \
		"\t.popsection\n")
