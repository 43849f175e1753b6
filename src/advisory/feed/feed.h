/*
 * Feeds: one file per foreign format, each turning bytes into advisories and vulnerability facts.
 *
 * A reader calls the collector for every statement it understood; what it did not is counted with
 * its reason. Readers are pure over the bytes they get; the collector copies what it keeps.
 */
#pragma once

#include "advisory/db.h"
#include "base/limits.h"

/**
 * Where statements go. Functions return non-zero to stop (LC_ENOMEM, LC_EIO). Each record that is
 * taken is told by record() first: who speaks, of which ecosystem ("" several or none) and the date
 * of the record ("" unknown).
 */
struct feed_collector {
	int (*record)(void *ctx, struct lc_slice source, struct lc_slice ecosystem,
		      struct lc_slice date, struct lc_err *e);
	int (*package)(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
		       const struct advisory *adv, struct lc_err *e);
	int (*vulnerability)(void *ctx, const struct vulnerability *v, struct lc_slice source,
			     struct lc_err *e);
	int (*eol)(void *ctx, struct lc_slice product, const struct eol_cycle *c, struct lc_err *e);
	void *ctx;
};

enum feed_outcome { FEED_TAKEN, FEED_WITHDRAWN, FEED_SKIPPED, FEED_BROKEN };

/**
 * One OSV record (JSON). a is scratch. Source: OSV schema 1.7.
 *
 * FEED_BROKEN fills e, which the caller counts; 0 is returned all the same. FEED_SKIPPED:
 * well-formed, but nothing to match with (only GIT ranges, no package), no vulnerability
 * (unmaintained or notice of RustSec) or a bug fix (AlmaLinux notice without a CVE).
 *
 * @return 0, or what the collector or the heap said: LC_ENOMEM, LC_EIO, …
 */
int feed_osv(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     enum feed_outcome *ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * An Alpine-shaped secdb file; family "Alpine" or "Wolfi" gives the ecosystem with distroversion.
 * Ids are cleaned as id.h says; what is listed under version "0" was never affected and is not
 * taken.
 */
int feed_secdb(struct lc_slice json, struct lc_slice family, const struct feed_collector *c,
	       struct lc_arena *a, uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;
/* ret_records counts what was taken. A malformed row is passed over where rows are independent
 * (EPSS lines). */
int feed_kev(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;
int feed_epss(struct lc_slice csv, const struct feed_collector *c, struct lc_arena *a,
	      uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;
int feed_eol(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;

/*
 * Vendors' own formats, one document each. path is the file's name below its feed, for formats that
 * tell their release nowhere else. Statuses are kept as the vendors give them. What a document says
 * of packages that cannot be named is passed over; ret_records counts statements, and is set by
 * readers of XML also when the document is broken further down.
 */
typedef int (*feed_native_fn)(struct lc_slice bytes, struct lc_slice path,
			      const struct feed_collector *c, struct lc_arena *a,
			      uint64_t *ret_records, struct lc_err *e);
#define FEED_NATIVE(name)                                                                     \
	int name(struct lc_slice bytes, struct lc_slice path, const struct feed_collector *c, \
		 struct lc_arena *a, uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK
/* Debian's security tracker, its JSON export. */
FEED_NATIVE(feed_debian);
/* CSAF 2.0 of Red Hat, VEX (one CVE) and security advisories. */
FEED_NATIVE(feed_csaf);
/* OVAL 5.11. */
FEED_NATIVE(feed_oval_azure);
FEED_NATIVE(feed_oval_oracle);
FEED_NATIVE(feed_oval_photon);
FEED_NATIVE(feed_oval_redhat);
FEED_NATIVE(feed_oval_suse);
/* CVRF 1.1 of SUSE and openEuler. */
FEED_NATIVE(feed_cvrf);
/* updateinfo.xml of Amazon Linux, Rocky Linux, Bottlerocket, Fedora. */
FEED_NATIVE(feed_updateinfo);
/* An update of Fedora's Bodhi, JSON. */
FEED_NATIVE(feed_bodhi);
/* cve_data_photonX.json */
FEED_NATIVE(feed_photon);
/* security.archlinux.org/all.json */
FEED_NATIVE(feed_arch);
/* NVD 2.0 pages and yearly feeds: facts alone, of every id. */
FEED_NATIVE(feed_nvd);
/* Ubuntu's OpenVEX documents, and the text files of its CVE tracker. */
FEED_NATIVE(feed_ubuntu_vex);
FEED_NATIVE(feed_ubuntu_tracker);
