/*
 * Parts of the CSAF reader, shared by its two files and nobody else.
 */
#pragma once

#include "advisory/feed/native.h"
#include "base/map.h"

struct csaf_product {
	struct lc_slice purl, cpe;           /* of a branch */
	struct lc_slice component, platform; /* of a relationship: ids */
};

struct csaf {
	struct native n;
	const struct json_doc *d;
	struct lc_slice id, date;
	enum severity severity;
	struct lc_map products; /* id -> struct csaf_product */
};

/** An rpm in a release. */
struct csaf_named {
	struct lc_slice ecosystem, name, evr, arch, module;
	bool source; /* the name is a source package's */
};

int csaf_read_tree(struct csaf *o) LC_MUST_CHECK;
/** False for what is no rpm of a product of Red Hat's: images, bare products, unknown ids. */
bool csaf_name(struct csaf *o, struct lc_slice id, struct csaf_named *ret);
int csaf_read_flaw(struct csaf *o, json_ref flaw) LC_MUST_CHECK;
