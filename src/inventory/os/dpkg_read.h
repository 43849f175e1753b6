/*
 * Readers of dpkg's formats that its relatives write, too (opkg). type is a row of package_type.h:
 * what the packages are told as. They are parse() of an analyser otherwise.
 */
#pragma once

#include "inventory/analyser.h"

/** Control paragraphs: a status file, or a package's own, which has no Status. */
int dpkg_read_status(const struct inv_file *f, struct lc_slice type, struct inv_sink *out,
		     struct lc_err *e) LC_MUST_CHECK;
/** PACKAGE[:ARCH].list or .md5sums: which paths are a package's. */
int dpkg_read_info(const struct inv_file *f, struct lc_slice type, struct inv_sink *out,
		   struct lc_err *e) LC_MUST_CHECK;
