/*
 * The layout of the database file, for whoever writes or checks it.
 */
#pragma once

#include <stddef.h>

enum {
	ADV_SCHEMA = 1,                  /* user_version; raised when a reader must change */
	ADV_APPLICATION_ID = 0x4c614462, /* "LaDb" in the header of the file */
};

struct adv_table {
	const char *name;
	const char *sql; /* as sqlite_schema holds it */
};

enum {
	ADV_TABLE_ECOSYSTEM,
	ADV_TABLE_EOL,
	ADV_TABLE_META,
	ADV_TABLE_PACKAGE,
	ADV_TABLE_SOURCE,
	ADV_TABLE_VULNERABILITY,
	ADV_TABLES_N
};

/** Sorted by name. */
extern const struct adv_table adv_tables[ADV_TABLES_N];
