/*
 * Parts of the OSV reader, shared by its three files and nobody else.
 */
#pragma once

#include "advisory/feed/feed.h"
#include "format/json.h"

struct osv {
	const struct json_doc *d;
	json_ref root;
	const struct feed_collector *c;
	struct lc_arena *a;
	struct lc_err *e;
	struct lc_slice id;
	struct lc_slice source;
	struct lc_slice ecosystem; /* of the first package */
	struct lc_slices aliases;  /* as the record has them */
	struct lc_slices about;    /* vulnerabilities, sorted */
	bool notice;   /* tells of fixes for others' vulnerabilities: its text is not theirs */
	bool upstream; /* filed under what upstream names */
	enum severity notice_severity;
	struct lc_slices modules; /* rpm modules that the notice is for */
};

enum {
	OSV_IDS_MAX = 2048,
	OSV_MODULES_MAX = 16,
	OSV_NAMES_MAX = 1 << 22, /* ids in all statements of a record: each repeats them */
	OSV_AFFECTED_MAX = 1 << 16,
	OSV_EVENTS_MAX = 1 << 14,
	OSV_SYMBOLS_MAX = 128,       /* functions, or imports */
	OSV_IMPORT_BYTES_MAX = 8192, /* one import with its symbols */
	OSV_REFERENCES_MAX = 32,
	OSV_TITLE_MAX = 300,
	OSV_TEXT_MAX = 6 << 10,
};

/** LC_EBAD and LC_ELIMIT for a broken record; *ret_taken counts statements handed over. */
int osv_affected(struct osv *o, size_t *ret_taken) LC_MUST_CHECK;
/** What the record tells of each vulnerability it is about. */
int osv_facts(struct osv *o) LC_MUST_CHECK;
