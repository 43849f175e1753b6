/*
 * Ids of vulnerabilities: which are CVE numbers, which is the lowest, how sloppy ones are mended.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

enum { ID_BYTES_MAX = 128 };

/** "CVE-YYYY-N…": four digits, then four to ten. */
bool id_is_cve(struct lc_slice id);
/** By year and number; both are CVE ids. */
int id_cve_cmp(struct lc_slice a, struct lc_slice b);
/** Printable ASCII without spaces, not empty, at most ID_BYTES_MAX. */
bool id_is_sane(struct lc_slice id);
/** Append unless it is there. LC_ENOMEM. */
int id_add(struct lc_arena *a, struct lc_slices *list, struct lc_slice id);
bool id_in(const struct lc_slices *list, struct lc_slice id);
/** Order of ids: CVE numbers first by year and number, then the others by bytes. Stable and total.
 */
void id_sort(struct lc_slices *list);

/**
 * The ids in one entry of a secdb list.
 *
 * The entry is split on white space. A word that begins with "CVE", then '-' or '_', a year, '-' or
 * '_', and digits is that CVE (capitals, hyphens); what follows the digits is dropped
 * ("CVE-2019-19451.patch", "CVE-2017-17434-1"). "CVE" alone joins the word after it ("CVE
 * 2018-16859"). Other words count when they are ids in capitals with a number ("XSA-182",
 * "TALOS-2019-0844", "GHSA-…", "CGA-…", "ALPINE-13661"); the rest, such as remarks in parentheses
 * and "CVE-????-?????", is dropped.
 */
int id_clean(struct lc_slice entry, struct lc_arena *a, struct lc_slices *ret) LC_MUST_CHECK;
