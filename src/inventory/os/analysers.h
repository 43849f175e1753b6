/*
 * Analysers of operating systems: what the system is, and its package databases.
 * The one list of all analysers is in scan/; a new one here is a row there.
 */
#pragma once

#include "inventory/analyser.h"

extern const struct inv_analyser inv_os_release; /* os-release(5) */
extern const struct inv_analyser
	inv_release_files; /* debian_version, alpine-release, lsb-release, … */
extern const struct inv_analyser inv_dpkg_status;    /* dpkg's status file and status.d */
extern const struct inv_analyser inv_dpkg_info;      /* dpkg's lists and checksums of files */
extern const struct inv_analyser inv_dpkg_copyright; /* Debian copyright files */
extern const struct inv_analyser inv_apk_installed;  /* apk's installed database, v2 text */
extern const struct inv_analyser inv_apk_repositories;
extern const struct inv_analyser inv_opkg_status;  /* opkg's status and control files */
extern const struct inv_analyser inv_opkg_info;    /* opkg's lists of files */
extern const struct inv_analyser inv_pacman;       /* pacman's local database */
extern const struct inv_analyser inv_amazon_extras; /* which of Amazon's extras are on */
extern const struct inv_analyser inv_redhat_build; /* what Red Hat's images say of their build */
extern const struct inv_analyser inv_ubuntu_pro;   /* whether extended support is on */
extern const struct inv_analyser inv_rpm;          /* rpm's databases */
extern const struct inv_analyser inv_rpm_manifest; /* lists of images without rpm */

/** Targets that OS analysers run on: everything but source trees. */
enum { OS_TARGETS = INV_TARGET_IMAGE | INV_TARGET_ROOTFS | INV_TARGET_FS };
