/*
 * lacre as a library: scan container images for known vulnerabilities.
 *
 * Plain C11, usable from C++. Strings are UTF-8 and NUL-terminated; what is given in is borrowed
 * for the call. A report is the caller's and is freed with lacre_report_free(); what is read out of
 * it lives as long as it does. Nothing here prints, exits, forks or changes signals, locale or
 * environment. Different reports may be used by different threads at once; one report by one.
 *
 * Structs begin with their size, set by the initialiser macros: fields are only ever added at the
 * end, so programs go on working with later versions of the library.
 */
#ifndef LACRE_LACRE_H
#define LACRE_LACRE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LACRE_API __attribute__((visibility("default")))
#else
#define LACRE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What a function answers. Codes below 0 come with a message. */
enum lacre_code {
	LACRE_OK = 0,
	LACRE_NO_MEMORY = -1,
	LACRE_IO = -2,          /* the system said no */
	LACRE_TRUNCATED = -3,   /* the input ends too early */
	LACRE_MALFORMED = -4,   /* the input is broken, or a digest does not hold */
	LACRE_LIMIT = -5,       /* a limit was passed */
	LACRE_NOT_FOUND = -6,   /* no such file, image or platform */
	LACRE_UNSUPPORTED = -7, /* of a kind that is not read */
	LACRE_USAGE = -8,       /* the request makes no sense */
	LACRE_TIMEOUT = -9      /* timeout_ms passed */
};

enum lacre_severity {
	LACRE_UNKNOWN,
	LACRE_LOW,
	LACRE_MEDIUM,
	LACRE_HIGH,
	LACRE_CRITICAL,
	LACRE_SEVERITIES
};

/** "0.1.0". Never freed. */
LACRE_API const char *lacre_version(void);

/** What to scan, and how. Zero and NULL are the defaults. */
struct lacre_scan_options {
	size_t size;           /* of this struct, as the caller knows it */
	const char *input;     /* docker archive, OCI layout directory or a tar of one */
	const char *reference; /* which image in it, by tag or name; NULL the only one */
	const char *platform;  /* "linux/arm64"; NULL this machine's, else the only one */
	const char *database;  /* advisory database; NULL the starter inside the library */
	unsigned threads;      /* layers read at once; 0 one per processor */
	int reproducible;      /* not 0: equal scans give equal bytes */
	uint64_t timeout_ms;   /* 0 none */
};
/* clang-format off */
#define LACRE_SCAN_OPTIONS_INIT { sizeof(struct lacre_scan_options), 0, 0, 0, 0, 0, 0, 0 }
/* clang-format on */

struct lacre_report; /* opaque */

/** Bytes that hold any message of lacre_scan_image(). */
enum { LACRE_MESSAGE_MAX = 512 };

/**
 * Scan an image in a file or directory.
 *
 * @param options       size and input are set
 * @param ret           the report, freed by the caller; untouched on failure
 * @param message       what went wrong, NUL-terminated, cut to its size; NULL when nobody reads it
 * @param message_size  bytes of message
 * @return LACRE_OK or another enum lacre_code
 *
 * Thread-safe. A file in the image that is broken is no failure: the report says that it is
 * partial.
 */
LACRE_API int lacre_scan_image(const struct lacre_scan_options *options, struct lacre_report **ret,
			       char *message, size_t message_size);

/**
 * The report in trivy's JSON form, schema version 2, as `lacre image --format json` writes it.
 *
 * @param ret_json  not NUL-terminated; lives as long as the report
 * @return LACRE_OK, LACRE_NO_MEMORY or LACRE_LIMIT
 */
LACRE_API int lacre_report_json(struct lacre_report *report, const char **ret_json,
				size_t *ret_size);
/** How many findings of a severity. 0 for severities that there are not. */
LACRE_API uint64_t lacre_report_findings(const struct lacre_report *report,
					 enum lacre_severity severity);
/** Not 0 when something in the image was not understood: a layer, or a package file. */
LACRE_API int lacre_report_is_partial(const struct lacre_report *report);
/** Not 0 when the operating system in the image is past its end of life. */
LACRE_API int lacre_report_is_end_of_life(const struct lacre_report *report);
/** NULL is fine. */
LACRE_API void lacre_report_free(struct lacre_report *report);

#ifdef __cplusplus
}
#endif

#endif
