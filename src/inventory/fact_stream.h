/*
 * Records of the facts stream, as sink.c writes and facts_read.c reads them. Private to the two.
 *
 * Owned files are packed as owned.h says. Numbers are uleb128, strings uleb length and bytes, lists
 * uleb count and items. The length of a record takes five bytes always (a padded uleb), so that it
 * can be filled in afterwards.
 */
#pragma once

#define INV_STREAM_MAGIC LC_S(INV_FACTS_FORM)

enum { INV_LENGTH_BYTES = 5 };

enum inv_record {
	INV_RECORD_END,        /* nothing */
	INV_RECORD_FILE,       /* path, analyser */
	INV_RECORD_PACKAGE,    /* in the order of struct inv_package */
	INV_RECORD_OWNED_BY,   /* type, package, arch, owned, licences */
	INV_RECORD_OS,         /* family, version, codename, pretty, extended, weight */
	INV_RECORD_REPOSITORY, /* family, release */
	INV_RECORD_DIAGNOSTIC, /* trouble, message, path, analyser */
	INV_RECORD_WHITEOUT,   /* path */
	INV_RECORD_OPAQUE,     /* path */
	INV_RECORD_LINK,       /* path, target, hard, wanted: (below, analyser, enum inv_place) */
	INV_RECORD_PRESENCE,   /* key, key, then hashes: 8 bytes each, little endian */
	INV_RECORD_BUILD,      /* content sets, nvr, arch */
	INV_RECORD_N
};

enum inv_place {
	INV_PLACE_DIR = 1u << 0,
	INV_PLACE_BEHIND = 1u << 1,
	INV_PLACE_ALL = INV_PLACE_DIR | INV_PLACE_BEHIND
};
