/*
 * What the readers of vendors' own formats share: one document being read, and the statement that
 * nearly all of them make (every version before the fixed one, or every version).
 */
#pragma once

#include "advisory/feed/feed.h"
#include "advisory/feed/id.h"
#include "format/json.h"

struct native {
	const struct feed_collector *c;
	struct lc_arena *a;
	struct lc_err *e;
	struct lc_slice source;
	uint64_t records; /* statements handed over */
	uint64_t names;   /* ids and architectures in all of them */
};

/** A flaw of one package in one release. Strings are borrowed for the call. */
struct native_state {
	struct lc_slice ecosystem, package;
	struct lc_slice record;          /* DSA-…, RHSA-…, the CVE itself */
	const struct lc_slices *about;   /* vulnerabilities, one finding each */
	struct lc_slice introduced;      /* "" the beginning */
	struct lc_slice fixed;           /* "" no fix */
	bool last_affected;              /* fixed holds the last affected version */
	enum advisory_status status;     /* said of a flaw without fix */
	enum severity severity;          /* of this package, SEVERITY_UNKNOWN none */
	struct lc_slice module;          /* "name:stream" */
	const struct lc_slices *aliases; /* NULL none */
	struct lc_slices arches;
	struct lc_slice date; /* of the record, "" unknown */
};

/** Hand the statement over. Names or versions that are empty or too long are passed over. */
int native_say(struct native *n, const struct native_state *s) LC_MUST_CHECK;

/** What the source says of a vulnerability in general. */
struct native_facts {
	struct lc_slice id, title, description;
	enum severity severity;    /* in words */
	struct lc_slice vector;    /* CVSS of any version, "" none */
	double score;              /* where there is no vector */
	struct lc_slices cwes;     /* "CWE-79" */
	struct lc_slice reference; /* the source's page on it */
	struct lc_slice published, modified;
};
int native_tell(struct native *n, const struct native_facts *f) LC_MUST_CHECK;

/** Put a vector where its version belongs, unless a higher score is there; nonsense is left out. */
void native_add_vector(struct advisory_cvss *c, struct lc_slice vector);
/** At most max bytes, cut between characters. */
struct lc_slice native_cut(struct lc_slice text, size_t max);
/** The date, when it is one of after 1970; else "". "2018-02-07 18:49" and "2018-02-07" become RFC
 * 3339. */
struct lc_slice native_date(struct lc_slice text, struct lc_arena *a);
/** Append an id of a notice unless it is there, which costs a look at each: LC_ELIMIT past
 * NATIVE_IDS_MAX of them. */
int native_add_id(struct native *n, struct lc_slices *list, struct lc_slice id) LC_MUST_CHECK;
/** The CVE numbers in a text, each once, appended as by native_add_id(). */
int native_cves(struct native *n, struct lc_slice text, struct lc_slices *ret) LC_MUST_CHECK;
/** "name-version-release" taken apart at its last two hyphens. */
bool native_split_nvr(struct lc_slice nvr, struct lc_slice *ret_name, struct lc_slice *ret_vr);
/** "pkg:rpm/redhat/curl@7.61-1.el8?arch=src" taken apart; parts are percent-decoded into a. */
struct native_purl {
	struct lc_slice type, namespace, name, version, qualifiers;
};
bool native_purl_parse(struct lc_slice text, struct lc_arena *a, struct native_purl *ret);
/** Value of a qualifier, decoded; "" absent. */
struct lc_slice native_purl_get(const struct native_purl *p, struct lc_slice key,
				struct lc_arena *a);

/** Parse the bytes as one JSON object or array of the type; LC_EBAD when it is none. */
int native_json(struct lc_slice bytes, enum json_type type, struct lc_arena *a,
		struct json_doc *ret, struct lc_err *e) LC_MUST_CHECK;

enum {
	NATIVE_TITLE_MAX = 300,
	NATIVE_TEXT_MAX = 6 << 10,
	NATIVE_IDS_MAX = 1 << 12,
	NATIVE_NAMES_MAX = 1 << 24, /* of a document: each statement repeats its notice's ids */
};
