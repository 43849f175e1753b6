#include "advisory/schema.h"

const struct adv_table adv_tables[ADV_TABLES_N] = {
	[ADV_TABLE_ECOSYSTEM] = { "ecosystem",
				  "CREATE TABLE ecosystem(name TEXT PRIMARY KEY, packages INTEGER, "
				  "advisories INTEGER) WITHOUT ROWID" },
	[ADV_TABLE_EOL] = { "eol", "CREATE TABLE eol(product TEXT, cycle TEXT, record TEXT, "
				   "PRIMARY KEY(product, cycle)) WITHOUT ROWID" },
	[ADV_TABLE_META] = { "meta",
			     "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID" },
	[ADV_TABLE_PACKAGE] = { "package",
				"CREATE TABLE package(ecosystem TEXT, name TEXT, record TEXT, "
				"PRIMARY KEY(ecosystem, name)) WITHOUT ROWID" },
	[ADV_TABLE_SOURCE] = { "source",
			       "CREATE TABLE source(id TEXT, ecosystem TEXT, name TEXT, url TEXT, "
			       "licence TEXT, date TEXT, records INTEGER, "
			       "PRIMARY KEY(id, ecosystem)) WITHOUT ROWID" },
	[ADV_TABLE_VULNERABILITY] = { "vulnerability",
				      "CREATE TABLE vulnerability(id TEXT PRIMARY KEY, "
				      "record TEXT) WITHOUT ROWID" },
};
