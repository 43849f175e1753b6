/*
 * From an operating system or a package type to the ecosystem and key of the database.
 * Source: OSV schema 1.7 "Defined ecosystems"; reference table of matching keys.
 */
#pragma once

#include "advisory/db.h"
#include "inventory/package_type.h"

struct adv_key {
	struct lc_slice
		ecosystem;    /* "Debian:12", "Alpine:v3.18", "npm"; "" nothing to match with */
	struct lc_slice name; /* as the ecosystem keys it: source name, normalised name */
	struct lc_slice
		version; /* the version to judge: the source's where the ecosystem says so */
	struct lc_slice also; /* another one that speaks of it: "Ubuntu:Pro:18.04:LTS"; "" none */
	enum version_scheme scheme;
	bool by_source; /* the name is the source package's */
	struct lc_slice source_row; /* a second row, of what is said of the source package whole
				     * ("source:curl"); "" none */
};

/**
 * @param repository  release of the package repositories, NULL none: it goes before the OS's for
 * Alpine
 * @return 0 with ecosystem "" when this family has none
 */
int adv_key_of(const struct inv_package *p, const struct inv_os *os,
	       const struct inv_repository *repository, struct lc_arena *a, struct adv_key *ret,
	       struct lc_err *e) LC_MUST_CHECK;

/** What is said of a key's rows, both of them. */
int adv_key_lookup(struct adv_db *db, const struct adv_key *key, struct lc_arena *a,
		   struct advisory_list *ret, struct lc_err *e) LC_MUST_CHECK;
/** The database's own name of an ecosystem: "cargo" is "crates.io", "Ubuntu:22.04" has ":LTS". */
struct lc_slice adv_ecosystem_name(struct lc_slice given, struct lc_arena *a);

/** Product and cycle of end-of-life data for an OS family and version; false when there is none. */
bool adv_eol_product(const struct inv_os *os, struct lc_arena *a, struct lc_slice *ret_product,
		     struct lc_slice *ret_cycle);
/** Is it one of the products that adv_eol_product() names? */
bool adv_eol_is_os(struct lc_slice product);
/** Is the OS past its end of life at now (seconds)? Debian by its LTS date, Ubuntu by the standard
 * date unless os->extended, others by eol. *ret_known false when the data does not say. */
int adv_os_eol(struct adv_db *db, const struct inv_os *os, int64_t now, bool *ret_known,
	       bool *ret_eol, struct lc_err *e) LC_MUST_CHECK;
/** Scheme by which an ecosystem compares ("Debian:12" -> deb); VERSION_NONE unknown. */
enum version_scheme adv_ecosystem_scheme(struct lc_slice ecosystem);
/** Number of a Debian release by its codename ("bookworm" -> "12"); "" unknown, and for sid. */
struct lc_slice adv_debian_release(struct lc_slice codename);
/** "20.04" is supported for long and its ecosystem says so: "Ubuntu:20.04:LTS". */
bool adv_ubuntu_is_lts(struct lc_slice version);
/** Normalise a package name for the ecosystem's key (PyPI, NuGet, …); in the arena. */
struct lc_slice adv_normal_name(struct lc_slice ecosystem, struct lc_slice name,
				struct lc_arena *a);
