/*
 * How much a file's word on the system counts: squash keeps the heaviest. Files that derived
 * systems inherit (debian_version in Ubuntu, redhat-release in Oracle Linux) weigh least.
 */
#pragma once

enum os_weight {
	OS_WEIGHT_ASIDE = 1,       /* says something of a system that others name */
	OS_WEIGHT_UNKNOWN = 5,     /* os-release of a system without a row in our table */
	OS_WEIGHT_GENERIC_ID = 30, /* os-release of a parent: Debian, Red Hat */
	OS_WEIGHT_GENERIC = 40,    /* the parent's own file, which has the point release */
	OS_WEIGHT_COARSE = 60,   /* a child's os-release that is less exact than its release file */
	OS_WEIGHT_SPECIFIC = 80, /* a child's os-release */
	OS_WEIGHT_OWN_FILE = 85, /* a child's own release file */
};
