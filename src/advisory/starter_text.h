/*
 * The starter database as text: facts in sorted lines, made to be kept in a repository and read as
 * a diff. A folder of files, one subject each ("debian.txt", "severity.txt", …); lines end in LF.
 *
 *   # …                       remark: where the facts come from, under which licence
 *   ! SOURCE FAMILY DATE      a data source of the facts; "-" where there is no family or date
 *   @ SOURCE ECOSYSTEM        source and ecosystem of the packages below
 *   NAME                      a package; its statements follow, each behind one space
 *    AFFECTED IDS…            vulnerabilities of which these versions are affected
 *   % SOURCE SEVERITY         severity of the vulnerabilities in the lines below
 *    YEAR-THOUSANDS REST…     " 2023-12 003 045" is CVE-2023-12003 and CVE-2023-12045
 *    ID                       any other id
 *   > DAY IDS…                day of publication
 *   ~ PRODUCT                 product of the ends of life below
 *    CYCLE RELEASE EOL EXTENDED LTS   dates as in the records, "?" unknown; LTS "y" or "n"
 *   ^ ID ADDED DUE RANSOMWARE known exploited; "y" or "n"
 *
 * AFFECTED: ranges with ";" between, each of events with "," between, written as in the records
 * (">=1", "<2", "<=2", "|3"). A range that does not begin with ">=" begins at 0, "*" is all
 * versions, "=1.2,=1.3" are these versions alone. IDS: CVE ids without "CVE-", others whole. Names
 * and versions with a space, comma, semicolon or control byte are left out when writing.
 */
#pragma once

#include "advisory/build.h"
#include "advisory/collect.h"

enum { STARTER_BYTES_MAX = 4 << 20, STARTER_LINE_MAX = 1 << 16 };

/** Write the text of a collection into the folder o->output; LC_ELIMIT past STARTER_BYTES_MAX in
 * all. */
int starter_text_write(const struct adv_build_options *o, struct collection *c, struct lc_arena *a,
		       struct lc_err *e) LC_MUST_CHECK;

/**
 * Read one file of the text into a collector.
 *
 * @return 0; LC_EBAD with "line N: …"; LC_ELIMIT; what the collector says
 */
int starter_text_read(struct lc_slice text, const struct feed_collector *c, struct lc_arena *a,
		      struct lc_err *e) LC_MUST_CHECK;
