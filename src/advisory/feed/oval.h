/*
 * What the OVAL core asks of a vendor. Private to feed/.
 */
#pragma once

#include "advisory/feed/native.h"
#include "base/map.h"
#include "format/xml.h"

struct oval_vendor {
	struct lc_slice source;
	/**
	 * Ecosystem of a platform ("Oracle Linux 8", "" none is said) and of the fixed version
	 * ("1.2-3.azl3"); "" when it is none of ours.
	 */
	struct lc_slice (*ecosystem)(struct lc_slice platform, struct lc_slice evr,
				     struct lc_slice path, struct lc_arena *a);
	const char *notice; /* how ids of notices begin ("ELSA-"); NULL: records are CVEs' own */
	bool title_is_cve;  /* a definition without fix tells of one CVE, which it describes */
};

/** records counts what was taken, also when the document turns out to be broken further down. */
int oval_read(struct lc_slice xml, struct lc_slice path, const struct oval_vendor *vendor,
	      const struct feed_collector *c, struct lc_arena *a, uint64_t *ret_records,
	      struct lc_err *e) LC_MUST_CHECK;
