/*
 * Ecosystems: their names, how each compares versions and spells names, and ends of life of the
 * systems among them. Source: OSV schema 1.7 "Defined ecosystems".
 */
#pragma once

#include "advisory/db.h"
#include "inventory/package_type.h"

/**
 * The database's own name of an ecosystem: "cargo" is "crates.io", "Ubuntu:22.04" has ":LTS",
 * "Red Hat:enterprise_linux:8::appstream" is "Red Hat:8", "SUSE:Linux Enterprise Server 15 SP5" is
 * "SUSE:Linux Enterprise 15.5". NULL when out of memory.
 */
struct lc_slice adv_ecosystem_name(struct lc_slice given, struct lc_arena *a);

/** Digits and dots that s begins with: "9.2" of "9.2 (Plow)". */
struct lc_slice adv_leading_number(struct lc_slice s);
/** "PREFIX" with the release behind it; p NULL without one, or out of memory. */
struct lc_slice adv_ecosystem_of_release(const char *prefix, struct lc_slice release,
					 struct lc_arena *a);

/**
 * Ecosystem of a product of Red Hat by its CPE ("cpe:/o:redhat:rhel_eus:9.2::baseos", or what
 * follows "redhat:"). The products that are the operating system make one for each major version,
 * those of a stream of extended support one for each minor version; others have their own.
 */
struct lc_slice adv_redhat_ecosystem(struct lc_slice cpe, struct lc_arena *a);
/** That of a content set of the operating system ("rhel-8-for-x86_64-baseos-rpms"); "" others. */
struct lc_slice adv_redhat_repository(struct lc_slice set, struct lc_arena *a);
/**
 * Ecosystem of a product of SUSE ("SUSE Linux Enterprise Server 15 SP1-LTSS", "openSUSE Leap
 * 15.5"). Servers, desktops and modules of one service pack make one, since an image does not tell
 * which of them its packages are from; its long term support has its own, and so has Micro.
 */
struct lc_slice adv_suse_ecosystem(struct lc_slice product, struct lc_arena *a);

/** Product and cycle of end-of-life data for an OS family and version; false when there is none. */
bool adv_eol_product(const struct inv_os *os, struct lc_arena *a, struct lc_slice *ret_product,
		     struct lc_slice *ret_cycle);
/** Is it one of the products that adv_eol_product() names? */
bool adv_eol_is_os(struct lc_slice product);
/** Is the OS, whose cycle is c, past its end of life at now (seconds)? Debian by its LTS date,
 * Ubuntu by the standard date unless os->extended, others by eol. *ret_known false when the data
 * does not say. */
void adv_os_eol(const struct inv_os *os, const struct eol_cycle *c, int64_t now, bool *ret_known,
		bool *ret_eol);
/** Scheme by which an ecosystem compares ("Debian:12" -> deb); VERSION_NONE unknown. */
enum version_scheme adv_ecosystem_scheme(struct lc_slice ecosystem);
/** Number of a Debian release by its codename ("bookworm" -> "12"); "" unknown, and for sid. */
struct lc_slice adv_debian_release(struct lc_slice codename);
/** "20.04" is supported for long and its ecosystem says so: "Ubuntu:20.04:LTS". */
bool adv_ubuntu_is_lts(struct lc_slice version);
/** Normalise a package name for the ecosystem's key (PyPI, NuGet, …); in the arena. */
struct lc_slice adv_normal_name(struct lc_slice ecosystem, struct lc_slice name,
				struct lc_arena *a);
