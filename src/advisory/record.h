/*
 * The JSON records inside the database: values of advisory.h to text and back. docs/database.md
 * shows the shape to users. Reading takes hostile text; what it gives lives in the arena, with the
 * text copied there.
 */
#pragma once

#include "advisory/db.h"
#include "format/json.h"

enum {
	ADV_RECORD_BYTES_MAX = 32 << 20, /* one package row */
	ADV_FACTS_BYTES_MAX = 1 << 20,   /* one vulnerability row */
	ADV_LIST_MAX = 1 << 16, /* advisories of a row, items of any one list in a record */
};

void advisory_write(struct json_writer *w, const struct advisory *adv);
/** A package row: an array of advisories, appended to ret. text outlives the result. */
int advisories_read(struct lc_slice text, struct lc_arena *a, struct advisory_list *ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** The affected part alone, as one text: equal for equal statements. */
void advisory_write_affected(struct json_writer *w, const struct version_affected *v);

void vulnerability_write(struct json_writer *w, const struct vulnerability *v);
/** ret->id is set to id. text and id outlive the result. */
int vulnerability_read(struct lc_slice text, struct lc_slice id, struct lc_arena *a,
		       struct vulnerability *ret, struct lc_err *e) LC_MUST_CHECK;

void eol_write(struct json_writer *w, const struct eol_cycle *c);
int eol_read(struct lc_slice text, struct lc_slice cycle, struct lc_arena *a, struct eol_cycle *ret,
	     struct lc_err *e) LC_MUST_CHECK;
