/*
 * The one report model: what was scanned, how much of it was understood, what was found.
 *
 * Writers turn it into the formats of the field; they read it and change nothing. Everything lives
 * in the report's arena. The same scan with the same database gives the same bytes, whatever the
 * number of threads.
 */
#pragma once

#include "base/buf.h"
#include "finding/judge.h"
#include "finding/match.h"
#include "inventory/analyser.h"
#include "oci/image.h"

struct report_layer {
	struct lc_slice digest; /* "" when the source has no stored digest */
	struct lc_slice diff_id;
	struct lc_slice created_by;
	uint64_t size;   /* of the tar */
	uint64_t stored; /* of the blob */
	const char *compression;
	bool read;               /* false: facts of this layer are missing */
	bool cached;             /* its facts are the cache's: it was not read */
	bool distrusted;         /* what the cache had of it did not hold, and it was read */
	struct lc_slice trouble; /* why, when it could not be read */
};

/** A git repository as reports tell of it; "" what is not known. */
struct report_repository {
	struct lc_slice url; /* without credentials */
	struct lc_slice branch;
	struct lc_slices tags; /* of the commit */
	struct lc_slice commit, message;
	struct lc_slice author, committer; /* "name <address>" */
};

enum report_class { REPORT_OS_PKGS, REPORT_LANG_PKGS, REPORT_CLASS_N };

struct report_result {
	struct lc_slice target;
	enum report_class kind;
	struct lc_slice type;
	bool aggregated; /* packages of many files under one name: each tells its file */
	const struct inv_found_package **packages; /* sorted as reports sort them */
	size_t packages_n;
	struct finding **findings; /* shown */
	size_t findings_n;
	struct finding **suppressed;
	size_t suppressed_n;
};

struct report_coverage { /* the first line: how much was read and understood */
	uint64_t bytes_stored, bytes_inflated, entries, files_read;
	uint64_t packages, not_understood, layers, layers_unreadable, layers_cached;
	bool partial; /* anything at all was not understood */
};

/** What confined the reading of layers. */
struct report_sandbox {
	bool used;         /* false: they were read in the process that scanned */
	unsigned landlock; /* the kernel's ABI, 0 it had none */
	bool seccomp;
};
/** "full", "reduced" (a kernel without one of the two), "off". */
const char *report_sandbox_level(const struct report_sandbox *s);

/** A line for people: starter database, stale data, end of life, odd input. Machine formats get it
 * in English. */
struct report_warning {
	const char *text; /* marked N_(), with {0} and {1} for the arguments */
	struct lc_slice arg[2];
};

/** Whether what was scanned is signed by whom was asked for. Slices of the caller's memory. */
struct report_trust {
	const char *outcome;    /* "trusted", "unsigned", …; NULL: nobody asked */
	struct lc_slice digest; /* of the manifest or index that was judged */
	size_t found, counted;  /* attachments; signatures that count */
	struct lc_slice signer; /* of the first that counts; "" none */
	const char *rule;       /* that the first other one fails; NULL none */
	struct lc_slice reason;
};

enum report_eol { REPORT_EOL_UNKNOWN, REPORT_EOL_NO, REPORT_EOL_YES };

struct report {
	struct lc_arena arena;
	/* what ran */
	struct lc_slice version;    /* of lacre */
	struct lc_slice report_id;  /* UUID */
	struct lc_slice created_at; /* RFC 3339 */
	bool reproducible;
	struct report_sandbox sandbox;
	/* what was scanned */
	struct lc_slice artifact_id, artifact_name, artifact_type; /* "container_image", … */
	const struct oci_image *image;              /* NULL for other targets; part of kept */
	const struct report_repository *repository; /* NULL: of none */
	struct lc_slice reference;
	struct report_layer *layers;
	size_t layers_n;
	uint64_t size; /* sum of the layers' tars */
	struct inventory inventory;
	enum report_eol eol;
	struct eol_cycle eol_cycle;
	struct report_trust trust;
	/* with what */
	struct adv_db_info db;
	/* what came out */
	struct report_coverage coverage;
	struct match_stats match;
	struct judge_stats judged;
	struct finding_list findings;
	struct report_result *results;
	size_t results_n;
	unsigned groups; /* what was looked for (INV_GROUP_…) */
	struct {
		struct report_warning *v;
		size_t n, room;
	} warnings; /* for people */
	/* what the slices above point into (image, layers' facts); released with the report */
	void *kept;
	void (*kept_free)(void *kept);
};

/** Target of the system's packages: "NAME (family version)", as far as the system is known. In the
 * report's arena; p NULL when that fails. */
struct lc_slice report_os_target(struct report *r);
/** Group findings and packages into results, in the order the neighbours use. After match and
 * judge. */
int report_assemble(struct report *r, struct lc_err *e) LC_MUST_CHECK;
/** Ids of the report and its artifact; created_at is set before. ReportID is a UUID v7 of
 * created_at, its random part drawn from the content when reproducible. ArtifactID of an image:
 * sha256 of "image id:registry/repository", the image id without a reference; of a repository with
 * a commit: sha256 of "url@commit" (the name, where there is no url); none of others. */
int report_identify(struct report *r, struct lc_err *e) LC_MUST_CHECK;
/** "os-pkgs", "lang-pkgs". */
const char *report_class_name(enum report_class c);
/** "sha256:…" over artifact id, target, package id and vulnerability id, joined with ':'; p NULL
 * out of memory. */
struct lc_slice report_fingerprint(const struct report *r, const struct report_result *res,
				   const struct finding *f, struct lc_arena *a);
/** The finding's name across rebuilds: over target class, package type, name and vulnerability; no
 * version. */
struct lc_slice report_stable_key(const struct report_result *res, const struct finding *f,
				  struct lc_arena *a);
/** UID of a package in this report: 16 hex digits, stable for the same package at the same path. */
struct lc_slice report_package_uid(const struct inv_found_package *p, struct lc_arena *a);
/** Version as reports show it: whole, without an epoch of 0. */
struct lc_slice report_version(const struct inv_package *p);
/** Where people read on about a finding; empty when nobody knows. In the arena or the finding. */
struct lc_slice report_primary_url(const struct finding *f, struct lc_arena *a);
/** Fixed versions joined with ", "; empty when there is none. */
struct lc_slice report_fixed_versions(const struct finding *f, struct lc_arena *a);
/** The file of a package whose result does not name it, else empty. */
struct lc_slice report_package_path(const struct report_result *res,
				    const struct inv_found_package *p);
/** Counts of a result's shown findings by severity. */
void report_count(const struct report_result *res, uint64_t ret[SEVERITY_N]);
void report_free(struct report *r);
void report_freep(struct report **r);
