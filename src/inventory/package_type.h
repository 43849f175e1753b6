/*
 * Kinds of packages: one row each, so that a new ecosystem is a row and an analyser.
 */
#pragma once

#include "base/arena.h"
#include "inventory/fact.h"
#include "version/version.h"

/** How a name is written into a package URL. */
enum package_naming {
	NAMED_WHOLE,
	NAMED_WHOLE_LOWER,
	NAMED_PATH, /* what stands before the last slash is the namespace */
	NAMED_PATH_LOWER,
	NAMED_GROUP,   /* "group:artifact" */
	NAMED_SUBSPEC, /* "pod/subspec": the subspec is the subpath */
	NAMED_PYPI,    /* lower case, '_' as '-' */
};

/** How name and version make the id of reports. */
enum package_id_form {
	ID_AT,    /* name@version */
	ID_SLASH, /* name/version */
	ID_COLON, /* group:artifact:version */
	ID_GO,    /* name@vVersion, whether the version has its v or not */
	ID_NONE,  /* none, as trivy gives none: nothing depends on them by it */
};

/**
 * Names of the languages' rows are those of the reports that users know ("npm", "python-pkg",
 * "gobinary"); those that nobody else has are ours.
 */
struct package_type {
	const char *name;        /* inv_package.type */
	const char *report_type; /* Type in reports; NULL: the OS family */
	const char *target; /* fixed target name of aggregated types ("Python"), NULL: file path or
			       OS */
	const char *purl_type; /* "deb", "apk", "npm"; namespace is the OS family for OS packages */
	const char *ecosystem; /* OSV ecosystem; NULL: by OS */
	enum version_scheme scheme;
	bool os;
	enum package_naming naming; /* of packages that no OS has */
	enum package_id_form id;
};

/** NULL when unknown. */
const struct package_type *package_type_of(struct lc_slice name);
/** Sorted by name. */
extern const struct package_type package_types[];
extern const size_t package_types_n;

/** Parts of the version as reports split it: epoch (0 none), version, release. */
void package_version_split(const struct package_type *t, struct lc_slice version,
			   uint64_t *ret_epoch, struct lc_slice *ret_version,
			   struct lc_slice *ret_release);
/** Value of an attribute, "" when the package has none of this key. */
struct lc_slice package_attribute(const struct inv_package *p, struct lc_slice key);
/** Version and release without the epoch before them, "5.1-2" of "1:5.1-2". */
struct lc_slice package_version_plain(struct lc_slice version);
/**
 * Package id of reports: "name@version" and the forms of the type. In the arena; p NULL (a->err is
 * set) out of memory.
 */
struct lc_slice package_id(const struct inv_package *p, struct lc_arena *a);
/** Package URL (purl-spec 1.0) with arch, distro and epoch qualifiers; os may be NULL. p NULL when
 * the type has none, or (a->err is set) out of memory. */
struct lc_slice package_purl(const struct inv_package *p, const struct inv_os *os,
			     struct lc_arena *a);
