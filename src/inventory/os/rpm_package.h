/*
 * What rpm packages have in common, wherever they are listed.
 */
#pragma once

#include "inventory/analyser.h"

/** Printable ASCII without spaces, not empty, of a sane length. */
bool rpm_is_token(struct lc_slice s);

/** "epoch:version-release", the epoch only when it is written; p NULL when out of memory. */
struct lc_slice rpm_version_text(bool has_epoch, uint32_t epoch, struct lc_slice version,
				 struct lc_slice release, struct lc_arena *a);

/**
 * Name and "version-release" in the file name of a source package,
 * "name-version-release.src.rpm"; false when it is none.
 */
bool rpm_split_source(struct lc_slice file, struct lc_slice *ret_name,
		      struct lc_slice *ret_version);
