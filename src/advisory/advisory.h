/*
 * What an advisory says of a package, and what is known of a vulnerability: the values that feeds
 * produce, the database stores and the matcher judges. Plain data, owned by an arena.
 */
#pragma once

#include "advisory/severity.h"
#include "base/arena.h"
#include "base/slice.h"
#include "base/vec.h"
#include "version/version.h"

/** Numbers and words as the neighbours' reports use them. */
enum advisory_status {
	ADVISORY_UNKNOWN,
	ADVISORY_NOT_AFFECTED,
	ADVISORY_AFFECTED,
	ADVISORY_FIXED,
	ADVISORY_UNDER_INVESTIGATION,
	ADVISORY_WILL_NOT_FIX,
	ADVISORY_FIX_DEFERRED,
	ADVISORY_END_OF_LIFE,
	ADVISORY_STATUS_N
};
/** "affected", "will_not_fix", … */
const char *advisory_status_name(enum advisory_status s);
bool advisory_status_parse(struct lc_slice word, enum advisory_status *ret);

/** One advisory's statement about one package: one element of a package row. */
struct advisory {
	/* The record: DSA-…, GO-…, CVE-…; "" where it is not kept (starter, several CVEs). */
	struct lc_slice id;
	/* What it is about, one finding each: lowest CVE alias, or every upstream one; else id. */
	struct lc_slices vulnerabilities;
	struct lc_slices aliases; /* other names of the same flaw */
	struct version_affected affected;
	enum advisory_status status; /* vendor's word on an unfixed one; ADVISORY_UNKNOWN none */
	enum severity severity;      /* the package-specific one, SEVERITY_UNKNOWN none */
	bool has_severity;
	struct lc_slice source;  /* id of the data source: "debian", "alpine", "ghsa", … */
	struct lc_slice module;  /* rpm module "name:stream", "" none */
	struct lc_slices arches; /* only these, empty all */
	/* What of it is concerned, when the record says: functions (Rust), or import paths with
	 * symbols behind them, between spaces (Go; a path alone: anything of it). */
	struct lc_slices symbols;
	size_t place; /* which of a key's places says it (ecosystem.h); not stored */
};

/** The ids that it is about: its own where it names no others. */
static inline size_t advisory_about_n(const struct advisory *adv)
{
	return adv->vulnerabilities.n ? adv->vulnerabilities.n : 1;
}

static inline struct lc_slice advisory_about(const struct advisory *adv, size_t i)
{
	return adv->vulnerabilities.n ? adv->vulnerabilities.v[i] : adv->id;
}

/** Does it go by this id: its own, one that it is about, or another name? */
bool advisory_has_name(const struct advisory *adv, struct lc_slice id);

/** What one source says of a vulnerability's severity. */
struct advisory_vendor {
	struct lc_slice source;
	enum severity severity;
};

struct advisory_cvss {
	struct lc_slice source;              /* "nvd", "ghsa", … */
	struct lc_slice v2, v3, v4;          /* vectors, "" none */
	double v2_score, v3_score, v4_score; /* 0 none */
};

/** What is known of a vulnerability id, from all records that describe it. */
struct vulnerability {
	struct lc_slice id;
	struct lc_slice title, title_source;
	struct lc_slice description;
	enum severity severity; /* chosen; SEVERITY_UNKNOWN when nobody says */
	struct lc_slice severity_source;
	struct {
		struct advisory_vendor *v;
		size_t n, room;
	} vendor_severity;
	struct {
		struct advisory_cvss *v;
		size_t n, room;
	} cvss;
	struct lc_slices cwes;
	struct lc_slices references;
	struct lc_slices aliases;
	struct lc_slice published, modified; /* RFC 3339 */
	bool has_epss;
	double epss, epss_percentile;
	struct lc_slice kev_added, kev_due; /* dates, "" not in the catalogue */
	bool kev_ransomware;
	bool rejected;
};

/** A data source as the database records it. */
struct advisory_source {
	struct lc_slice id;        /* "alpine" */
	struct lc_slice ecosystem; /* family without release, "npm", "Debian" */
	struct lc_slice name;      /* "Alpine Secdb" */
	struct lc_slice url;
	struct lc_slice licence;
	struct lc_slice date; /* newest record, RFC 3339 */
	uint64_t records;
};
