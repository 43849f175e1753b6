/*
 * Orders of versions: one file per scheme behind one compare, and one test of ranges as advisories
 * state them. A range is a statement about an order ("introduced <= v < fixed"), never a dependency
 * specifier: pre-releases and post-releases count.
 *
 * Pure and thread-safe, allocates nothing, linear. Texts are at most VERSION_BYTES_MAX bytes.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

enum version_scheme {
	VERSION_NONE,   /* unknown ecosystem: nothing compares, only equal text is equal */
	VERSION_DEB,    /* Debian Policy 5.6.12 */
	VERSION_APK,    /* apk-tools 2.14 */
	VERSION_RPM,    /* epoch:version-release, rpmvercmp */
	VERSION_SEMVER, /* SemVer 2, "v" and missing parts allowed */
	VERSION_GO,     /* the same, and toolchain names: go1.21rc2 */
	VERSION_PEP440,
	VERSION_MAVEN,
	VERSION_GEM,
	VERSION_COMPOSER,
	VERSION_NUGET,
	VERSION_HEX,
	VERSION_PUB,
	VERSION_SWIFT,
	VERSION_CONAN,
	VERSION_BITNAMI,
	VERSION_CRAN,
	VERSION_HACKAGE,
	VERSION_GENERIC,
	VERSION_ALPM, /* pacman's vercmp(8) */
	VERSION_JULIA,
	VERSION_CONDA,
	VERSION_SCHEME_N
};

enum { VERSION_BYTES_MAX = 512 };

/**
 * Name as documents and the database use it ("deb", "apk", …), also of schemes that this build
 * cannot compare; NULL outside the enum.
 */
const char *version_scheme_name(enum version_scheme s);
bool version_scheme_of(struct lc_slice name, enum version_scheme *ret);
/** True when versions of this scheme can be compared in this build. */
bool version_scheme_built(enum version_scheme s);

/**
 * Compare two versions.
 *
 * Every text that the scheme's own tool orders has a place, even where that tool warns; the order
 * is total over them, save for two whose own order is not transitive: pacman's (1 equals both 1-1
 * and 1-2) and Maven's (1 < 1.sp.1 < 1-alpha < 1). VERSION_NONE knows equal text alone: anything
 * else is LC_EUNSUP.
 *
 * @param ret  <0, 0, >0 as a sorts before, with or after b; untouched on failure
 * @return 0; LC_EBAD for what the scheme's tool refuses and for empty text; LC_ELIMIT too long;
 *         LC_EUNSUP scheme not built
 */
int version_cmp(enum version_scheme s, struct lc_slice a, struct lc_slice b,
		int *ret) LC_MUST_CHECK;

/**
 * Is it a version of the scheme at all? Stricter than version_cmp(), so that a word such as
 * "unknown" is no version where the scheme can tell: Debian's and Alpine's begin with a number,
 * rpm's keep to rpmbuild's characters, Maven's have a digit, the others keep to their grammar; a
 * branch of Composer's that no number places is none. Valid versions of a built scheme
 * always compare. An empty text is never valid; for VERSION_NONE every other text is.
 */
bool version_valid(enum version_scheme s, struct lc_slice v);

enum version_event_kind { VERSION_INTRODUCED, VERSION_FIXED, VERSION_LAST_AFFECTED, VERSION_LIMIT };

struct version_event {
	enum version_event_kind kind;
	struct lc_slice version; /* "0" as introduced: from the beginning; "*" as limit: no limit */
};

/** Events in the record's order. */
struct version_range {
	const struct version_event *events;
	size_t n;
};

/** One advisory's statement about one package: in any of the ranges, or one of the versions. */
struct version_affected {
	const struct version_range *ranges;
	size_t ranges_n;
	const struct lc_slice *versions; /* these, in any spelling */
	size_t versions_n;
};

enum version_verdict { VERSION_UNAFFECTED, VERSION_AFFECTED, VERSION_UNDECIDED };

/**
 * Why: enough to explain every step to a person. Slices are borrowed from the question (or static);
 * those of the stretch are empty with p NULL unless a range made v affected.
 */
struct version_proof {
	enum version_verdict verdict;
	size_t range;               /* which range decided; SIZE_MAX: the versions list, or none */
	struct lc_slice introduced; /* start of the affected stretch that holds v; "0" */
	struct lc_slice fixed;      /* first fix that ends it; p NULL when none */
	struct lc_slice last_affected; /* or the last affected version that ends it */
	size_t skipped; /* events and versions passed over: no versions of the scheme */
};

/**
 * Is v affected? Source: OSV schema 1.7, "Evaluation": events are sorted by version, equal ones in
 * the record's order; an event that is no version of the scheme is skipped alone and counted. A fix
 * that is skipped leaves its stretch open: the finding is kept, and skipped says to look twice.
 * VERSION_UNDECIDED when v itself is no version of the scheme (and is not named literally).
 * VERSION_NONE has no order: only v named literally, and ranges that hold for all, decide.
 * Allocates nothing; linear in the number of events and versions.
 *
 * @return 0; LC_EUNSUP scheme not built
 */
int version_affects(enum version_scheme s, const struct version_affected *what, struct lc_slice v,
		    struct version_proof *ret) LC_MUST_CHECK;

/* The schemes themselves, as version_cmp() and version_valid() call them; no bound on length. */
int version_cmp_deb(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_apk(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_rpm(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_semver(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_alpm(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_go(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_pep440(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_maven(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_gem(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_composer(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_nuget(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_pub(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_conan(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_bitnami(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_cran(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_hackage(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_generic(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_julia(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
int version_cmp_conda(struct lc_slice a, struct lc_slice b, int *ret) LC_MUST_CHECK;
bool version_valid_deb(struct lc_slice v);
bool version_valid_apk(struct lc_slice v);
bool version_valid_rpm(struct lc_slice v);
bool version_valid_semver(struct lc_slice v);
bool version_valid_alpm(struct lc_slice v);
bool version_valid_go(struct lc_slice v);
bool version_valid_pep440(struct lc_slice v);
bool version_valid_maven(struct lc_slice v);
bool version_valid_gem(struct lc_slice v);
bool version_valid_composer(struct lc_slice v);
bool version_valid_nuget(struct lc_slice v);
bool version_valid_conan(struct lc_slice v);
bool version_valid_cran(struct lc_slice v);
bool version_valid_hackage(struct lc_slice v);
bool version_valid_generic(struct lc_slice v);
bool version_valid_julia(struct lc_slice v);
bool version_valid_conda(struct lc_slice v);

/** Order of two texts as rpm compares one part: no epoch, no release. Never fails. */
int version_rpmvercmp(struct lc_slice a, struct lc_slice b);

/** Debian parts: epoch digits (empty: none), upstream, revision (empty: none). */
void version_split_deb(struct lc_slice v, struct lc_slice *ret_epoch, struct lc_slice *ret_upstream,
		       struct lc_slice *ret_revision);
/** rpm parts of epoch:version-release. */
void version_split_rpm(struct lc_slice v, struct lc_slice *ret_epoch, struct lc_slice *ret_version,
		       struct lc_slice *ret_release);
