/*
 * An advisory database of a few rows, for tests of what is made of it.
 */
#pragma once

#include "advisory/db.h"

struct small_package { /* sorted by ecosystem and name */
	const char *ecosystem, *name;
	const char *records; /* JSON array, as docs/database.md has it */
	unsigned n;
};

struct small_vulnerability { /* sorted by id */
	const char *id, *record;
};

enum { SMALL_DB_PATH = 32 };

/** A file of a name of its own; the caller removes it. */
void small_db_write(char path[SMALL_DB_PATH], const struct small_package *p, size_t pn,
		    const struct small_vulnerability *v, size_t vn);

/** Made and opened; the file is gone from the disk. Fails the test when that does not work. */
struct adv_db *small_db(const struct small_package *p, size_t pn,
			const struct small_vulnerability *v, size_t vn);
