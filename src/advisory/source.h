/*
 * Data sources: their ids, names and addresses as the neighbours' reports spell them, and the fixed
 * order in which titles, texts and severities are taken when several sources speak of one
 * vulnerability.
 */
#pragma once

#include "advisory/advisory.h"

/** "Debian:12" -> "Debian", "npm" -> "npm". */
struct lc_slice source_family(struct lc_slice ecosystem);

/**
 * Name, url and licence of a source for an ecosystem; an unknown id gets its own id as name.
 * date and records stay empty.
 */
void source_describe(struct lc_slice id, struct lc_slice ecosystem, struct advisory_source *ret);

/** Place in the fixed order, 0 first; unknown ids come last, all with the same number. */
unsigned source_rank(struct lc_slice id);

/**
 * Who speaks: the id of the source behind an OSV record.
 *
 * @param id         the record's id; its prefix tells most publishers
 * @param says       database_specific.source of the record, empty when it has none
 * @param ecosystem  of the first package
 */
struct lc_slice source_of_record(struct lc_slice id, struct lc_slice says,
				 struct lc_slice ecosystem);
