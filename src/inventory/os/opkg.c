/*
 * opkg (OpenWrt, Yocto): a status file and info files as dpkg has them, with differences.
 *
 *	{usr,var}/lib/opkg/status       paragraphs; versions need not begin with a digit
 *	.../opkg/info/busybox.control   the package's whole paragraph, no Status
 *	.../opkg/info/busybox.list      paths, one a line
 *
 * Short status files have neither licence nor source: both are the control file's to tell.
 */
#include "inventory/os/analysers.h"
#include "inventory/os/dpkg_read.h"

static const struct lc_slice type = LC_S_INIT("opkg");

static int parse_status(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return dpkg_read_status(f, type, out, e);
}

static int parse_info(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return dpkg_read_info(f, type, out, e);
}

static const struct inv_want wants_status[] = {
	{ INV_WANT_PATH, "usr/lib/opkg/status", NULL, 0 },
	{ INV_WANT_PATH, "var/lib/opkg/status", NULL, 0 },
	{ INV_WANT_UNDER, "usr/lib/opkg/info", ".control", 0 },
	{ INV_WANT_UNDER, "var/lib/opkg/info", ".control", 0 },
};

const struct inv_analyser inv_opkg_status = {
	.name = "opkg",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants_status,
	.wants_n = sizeof(wants_status) / sizeof(wants_status[0]),
	.parse = parse_status,
};

static const struct inv_want wants_info[] = {
	{ INV_WANT_UNDER, "usr/lib/opkg/info", ".list", 0 },
	{ INV_WANT_UNDER, "var/lib/opkg/info", ".list", 0 },
};

const struct inv_analyser inv_opkg_info = {
	.name = "opkg-info",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants_info,
	.wants_n = sizeof(wants_info) / sizeof(wants_info[0]),
	.parse = parse_info,
};
