/*
 * Message catalogues in gettext's compiled form (.mo), looked up without the system's locales.
 *
 * libc's gettext() answers in English unless the system has the locale generated, which bare
 * containers never have; and setlocale() alone costs a third of what starting up may. The files are
 * made by msgfmt and installed where gettext looks. A catalogue is read once and immutable then.
 * Source: GNU gettext manual, "The Format of GNU MO Files". Private to cli/.
 */
#pragma once

#include "base/buf.h"
#include "base/slice.h"

struct cli_catalogue {
	struct lc_slice bytes; /* of the file; borrowed */
	uint32_t count;
	uint32_t originals;    /* offset of the table of texts, sorted bytewise */
	uint32_t translations; /* offset of the table of their translations */
};

/** Check the header. False for what is no catalogue of this machine's byte order. */
bool cli_catalogue_parse(struct lc_slice bytes, struct cli_catalogue *ret);
/** The translation, NUL-terminated in the catalogue, or NULL when there is none. */
const char *cli_catalogue_find(const struct cli_catalogue *c, const char *text);

enum { CLI_LANGUAGES_MAX = 8, CLI_LANGUAGE_MAX = 16 };

/**
 * Languages to try, best first, as gettext chooses: the locale is LC_ALL, LC_MESSAGES or LANG;
 * unless that is "C" or "POSIX", the list in LANGUAGE goes before it. "pt_BR.UTF-8" gives "pt_BR"
 * and "pt"; other kinds of Portuguese end with "pt_BR". English, and a locale whose encoding is not
 * UTF-8, ends the list.
 *
 * @return how many
 */
unsigned cli_languages(char **environment, char ret[CLI_LANGUAGES_MAX][CLI_LANGUAGE_MAX]);
