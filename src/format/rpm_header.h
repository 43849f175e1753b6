/*
 * The header of a package as rpm's databases hold it: tagged values, looked up by tag, types and
 * bounds checked. Nothing is copied: what a header gives points into its blob, which outlives it.
 *
 * Of equal tags the last counts: entries behind the signed region replace what is in it. Unknown
 * tags are passed over unread. Source: rpm 4.18 lib/header.c, lib/rpmtag.h, docs/format.md.
 * Pure and thread-safe.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

struct rpm_entry {
	uint32_t type; /* 0: not there */
	uint32_t offset;
	uint32_t count;
};

struct rpm_header {
	struct lc_slice name, version, release; /* never empty */
	bool has_epoch;                         /* written; a 0 compares as none */
	uint32_t epoch;
	struct lc_slice arch;       /* "" for gpg-pubkey */
	struct lc_slice source_rpm; /* "bash-5.1-2.el9.src.rpm"; "" none */
	struct lc_slice vendor, packager, licence;
	struct lc_slice module;       /* modularity label "name:stream:version:context"; "" none */
	uint64_t install_time;        /* seconds since 1970; 0 not there */
	struct lc_slice sig_md5;      /* 16 bytes over header and payload; "" none */
	struct lc_slice sha1, sha256; /* of the header, hexadecimal text; "" none */
	struct lc_slice key_id;       /* 8 bytes: the OpenPGP key of the signature; "" unsigned */

	/* For rpm_header_files(). */
	struct lc_slice data;
	struct rpm_entry base_names, dir_indexes, dir_names, old_names, digests, modes, digest_algo;
};

/**
 * Read a header blob: counts, offsets and types of what is asked for.
 *
 * @return 0; LC_ETRUNC shorter than it says; LC_EBAD longer, a value outside of the data or of an
 *         impossible type, no name, version or release; LC_ELIMIT more entries than rpm allows
 */
int rpm_header_parse(struct lc_slice blob, struct rpm_header *ret, struct lc_err *e) LC_MUST_CHECK;

struct rpm_file {
	struct lc_slice dir;    /* "/usr/bin/" */
	struct lc_slice name;   /* "bash" */
	struct lc_slice digest; /* hexadecimal; "" for what is no regular file */
	uint16_t mode;          /* 0 unknown */
};

struct rpm_files {
	struct rpm_file *v;
	size_t n;
	const char *digest_algo; /* "md5", "sha1", "sha256", …; NULL one that we have no name for */
};

/**
 * The files that the package owns, directories included.
 *
 * @param a  holds the array; strings point into the blob
 * @return 0 (none: n is 0); LC_EBAD when the lists do not fit each other; LC_ENOMEM, LC_ELIMIT
 */
int rpm_header_files(const struct rpm_header *h, struct lc_arena *a, struct rpm_files *ret,
		     struct lc_err *e) LC_MUST_CHECK;

/** Key id in an OpenPGP signature packet (RFC 4880 5.2), versions 3 and 4; "" when it has none. */
struct lc_slice rpm_signature_key(struct lc_slice packet);
