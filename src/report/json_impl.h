/*
 * What the files of the JSON writer share. Private to report/.
 *
 * Member names, their order and what is left out when empty are the neighbours' (SchemaVersion 2);
 * all that is ours stands under the key "Lacre", described by docs/schema/report-1.json.
 */
#pragma once

#include "base/map.h"
#include "format/json.h"
#include "report/write.h"

enum { REPORT_LACRE_SCHEMA = 1 };

struct json_out {
	struct json_writer w;
	const struct report *r;
	const struct report_write_options *o;
	struct lc_arena a; /* scratch, for one writing */
};

/** The image's configuration, member by member as the neighbours print it; unknown keys are
 * dropped. */
void json_image_config(struct json_out *j, const struct json_doc *d);
void json_metadata(struct json_out *j);
void json_result(struct json_out *j, const struct report_result *res);
/** PkgIdentifier or Identifier: package URL and UID. */
void json_identifier(struct json_out *j, const char *key, const struct inv_found_package *p);
/** Layer by its index; nothing when the report has no such layer. */
void json_layer(struct json_out *j, size_t layer);
void json_packages(struct json_out *j, const struct report_result *res);
void json_vulnerability(struct json_out *j, const struct report_result *res,
			const struct finding *f);
/** The report's own "Lacre" object. */
void json_lacre(struct json_out *j);
/** The "Lacre" objects of a package and of a finding. */
void json_lacre_package(struct json_out *j, const struct inv_found_package *p);
void json_lacre_finding(struct json_out *j, const struct report_result *res,
			const struct finding *f);
