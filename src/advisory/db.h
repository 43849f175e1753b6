/*
 * The advisory database: one read-only SQLite file, opened immutable and mapped, clustered by
 * (ecosystem, package), one row a package, so that a look-up is one descent. Anybody can open it
 * with sqlite3.
 *
 *   meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID
 *   source(id, ecosystem, name, url, licence, date, records,
 *          PRIMARY KEY(id, ecosystem)) WITHOUT ROWID
 *   ecosystem(name TEXT PRIMARY KEY, packages, advisories) WITHOUT ROWID
 *   package(ecosystem TEXT, name TEXT, record TEXT, PRIMARY KEY(ecosystem, name)) WITHOUT ROWID
 *   vulnerability(id TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID
 *   eol(product TEXT, cycle TEXT, record TEXT, PRIMARY KEY(product, cycle)) WITHOUT ROWID
 *
 * record columns are compact JSON, documented in docs/database.md. The file is foreign: it is
 * opened with trusted_schema off and cell_size_check on, its schema compared with ours, every
 * record bounded and parsed as hostile. A handle may be used by one thread at a time; open several
 * for several threads.
 */
#pragma once

#include "advisory/advisory.h"
#include "base/arena.h"
#include "base/limits.h"

struct adv_db;

/** path NULL: the starter database inside the program. LC_ENOTFOUND, LC_EBAD foreign or damaged,
 * LC_EUNSUP newer schema. */
int adv_db_open(const char *path, struct adv_db **ret, struct lc_err *e) LC_MUST_CHECK;
/** Look at the checksum of every page, also of those that no look-up touches; LC_EBAD names one. */
int adv_db_check_pages(struct adv_db *db, struct lc_err *e) LC_MUST_CHECK;
void adv_db_close(struct adv_db *db);
/** Read every page and see that keys are in order: slow (the whole file). LC_EBAD when it is
 * damaged. */
int adv_db_check(struct adv_db *db, struct lc_err *e) LC_MUST_CHECK;
void adv_db_closep(struct adv_db **db);

struct adv_db_info {
	uint32_t schema;
	bool starter;
	struct lc_slice built_at;  /* RFC 3339 */
	struct lc_slice data_date; /* newest advisory in it */
	struct lc_slice digest; /* "sha256:…" of the logical content: same inputs, same digest */
	uint64_t packages, advisories, vulnerabilities, size_bytes;
	struct {
		struct advisory_source *v;
		size_t n, room;
	} sources;
	struct {
		struct {
			struct lc_slice name;
			uint64_t packages, advisories;
		} * v;
		size_t n, room;
	} ecosystems;
};
int adv_db_info(struct adv_db *db, struct lc_arena *a, struct adv_db_info *ret,
		struct lc_err *e) LC_MUST_CHECK;

struct json_writer;
/** "Sources" of an object: every source with its licence and date, as reports and db info show it.
 */
void adv_db_info_write_sources(struct json_writer *w, const struct adv_db_info *info);

struct advisory_list {
	struct advisory *v;
	size_t n, room;
};

/** Advisories of a package, in stable order. An unknown package gives an empty list and 0. */
int adv_db_lookup(struct adv_db *db, struct lc_slice ecosystem, struct lc_slice name,
		  struct lc_arena *a, struct advisory_list *ret, struct lc_err *e) LC_MUST_CHECK;
/** A package whose advisories name an id. */
struct adv_mention {
	struct lc_slice ecosystem, name;
	struct lc_slices vulnerabilities; /* that the id stands for there, each once */
};

struct adv_mentions {
	struct adv_mention *v; /* by ecosystem and name */
	size_t n, room;
};

enum { ADV_ID_BYTES_MAX = 256 }; /* no id is nearly as long */

/**
 * Packages with an advisory that goes by this id: as its own, as one that it is about, or as
 * another name. Reads every row (some 0.1 s for 90 MB: an index would make the file a quarter
 * larger for a question that no scan asks). Case counts.
 *
 * @return 0, with an empty list when there is none; LC_ELIMIT for an id past ADV_ID_BYTES_MAX
 */
int adv_db_mentions(struct adv_db *db, struct lc_slice id, struct lc_arena *a,
		    struct adv_mentions *ret, struct lc_err *e) LC_MUST_CHECK;
/** Vulnerabilities whose facts have this id as another name; the same costs and limits. */
int adv_db_aliases(struct adv_db *db, struct lc_slice id, struct lc_arena *a, struct lc_slices *ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** LC_ENOTFOUND when nothing is known of the id (no message). */
int adv_db_vulnerability(struct adv_db *db, struct lc_slice id, struct lc_arena *a,
			 struct vulnerability *ret, struct lc_err *e) LC_MUST_CHECK;
/** Does the database hold any advisory of this ecosystem? What cannot be read is a failure, not no.
 */
int adv_db_covers(struct adv_db *db, struct lc_slice ecosystem, bool *ret,
		  struct lc_err *e) LC_MUST_CHECK;
/**
 * A data source by id and the ecosystem of the package: one id speaks of several ecosystems under
 * names of their own ("ghsa": "GitHub Security Advisory Npm"). LC_ENOTFOUND.
 */
int adv_db_source(struct adv_db *db, struct lc_slice id, struct lc_slice ecosystem,
		  struct lc_arena *a, struct advisory_source *ret, struct lc_err *e) LC_MUST_CHECK;

/** End of life of one cycle of a product. Dates are "" when unknown, "-" for "no end set", "+" for
 * "ended, nobody says when". */
struct eol_cycle {
	struct lc_slice cycle, codename, eol, extended, release, latest;
	bool lts;
};
/** By product name of endoflife.date ("debian", "alpine-linux") and cycle ("12", "3.18").
 * LC_ENOTFOUND. */
int adv_db_eol(struct adv_db *db, struct lc_slice product, struct lc_slice cycle,
	       struct lc_arena *a, struct eol_cycle *ret, struct lc_err *e) LC_MUST_CHECK;
