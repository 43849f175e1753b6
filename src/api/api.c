#include <lacre/lacre.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/shim.h"
#include "report/write.h"
#include "scan/scan.h"

static_assert((int)LACRE_SEVERITIES == (int)SEVERITY_N, "severities are numbered alike");
static_assert((int)LACRE_CRITICAL == (int)SEVERITY_CRITICAL, "severities are numbered alike");
static_assert((int)LACRE_TIMEOUT == (int)LC_ECANCEL, "codes are numbered alike");
static_assert((int)LACRE_MESSAGE_MAX >= (int)LC_ERR_MSG_MAX, "a message fits");

enum { JSON_BYTES_MAX = 1 << 30 };

struct lacre_report {
	struct report *report;
	struct lc_buf json; /* empty until somebody asks */
	unsigned threads;   /* as the scan was allowed */
};

const char *lacre_version(void)
{
	return LACRE_VERSION;
}

/* The options as this version knows them: what the caller's struct lacks is zero. */
static int read_options(const struct lacre_scan_options *given, struct lacre_scan_options *ret,
			struct lc_err *e)
{
	size_t least = offsetof(struct lacre_scan_options, reference);
	if (!given || given->size < least)
		return lc_fail(e, LC_EUSAGE, "options: size is not set");
	*ret = (struct lacre_scan_options){ 0 };
	memcpy(ret, given, given->size < sizeof(*ret) ? given->size : sizeof(*ret));
	if (!ret->input || !*ret->input)
		return lc_fail(e, LC_EUSAGE, "options: no input");
	return 0;
}

static void set_limits(const struct lacre_scan_options *o, struct lc_limits *ret)
{
	const uint64_t most_ms = (uint64_t)INT64_MAX / 2 / 1000000;
	*ret = lc_limits_default;
	uint64_t ms = o->timeout_ms < most_ms ? o->timeout_ms : most_ms;
	if (ms)
		ret->deadline_ns = lc_ticks_ns() + (int64_t)ms * 1000000;
}

static int scan(const struct lacre_scan_options *o, struct report **ret, struct lc_err *e)
{
	struct lc_limits limits;
	const struct match_options match = { .groups = INV_GROUP_OS | INV_GROUP_LIBRARY };
	struct judge_options judge = { 0 };
	struct scan_request q = {
		.open = { .input = lc_str(o->input),
			  .reference = lc_str(o->reference),
			  .limits = &limits },
		.inventory = { .groups = match.groups, .targets = INV_TARGET_IMAGE },
		.db_path = o->database,
		.match = &match,
		.judge = &judge,
		.limits = &limits,
		.threads = o->threads,
		.reproducible = o->reproducible != 0,
		.version = LACRE_VERSION,
	};
	int rc = 0;
	set_limits(o, &limits);
	for (unsigned i = 0; i < SEVERITY_N; i++)
		judge.severity[i] = true;
	if (o->platform && *o->platform) {
		rc = oci_platform_parse(lc_str(o->platform), &q.open.platform, e);
		q.open.has_platform = true;
	}
	return rc ? lc_wrap(e, LC_EUSAGE, "platform") : scan_image(&q, ret, e);
}

static int tell(const struct lc_err *e, int code, char *message, size_t size)
{
	if (message && size)
		(void)snprintf(message, size, "%s", e->msg[0] ? e->msg : lc_code_name(code));
	return code;
}

int lacre_scan_image(const struct lacre_scan_options *options, struct lacre_report **ret,
		     char *message, size_t message_size)
{
	struct lc_err e = { 0 };
	struct lacre_scan_options o;
	int rc = read_options(options, &o, &e);
	if (rc)
		return tell(&e, rc, message, message_size);
	struct lacre_report *r = lc_alloc0(1, sizeof(*r));
	if (!r)
		return tell(&e, LC_ENOMEM, message, message_size);
	rc = scan(&o, &r->report, &e);
	if (rc) {
		lc_free(r);
		return tell(&e, rc, message, message_size);
	}
	r->threads = o.threads;
	*ret = r;
	return LACRE_OK;
}

static int write_json(struct lacre_report *report)
{
	struct report_write_options o = { .list_all_pkgs = true, .threads = report->threads };
	for (unsigned i = 0; i < SEVERITY_N; i++)
		o.severity[i] = true;
	lc_buf_init(&report->json, JSON_BYTES_MAX);
	int rc = report_write_json(report->report, &o, &report->json, NULL);
	if (rc)
		lc_buf_done(&report->json);
	return rc;
}

int lacre_report_json(struct lacre_report *report, const char **ret_json, size_t *ret_size)
{
	int rc = report->json.n ? 0 : write_json(report);
	if (rc)
		return rc;
	*ret_json = (const char *)report->json.p;
	*ret_size = report->json.n;
	return LACRE_OK;
}

uint64_t lacre_report_findings(const struct lacre_report *report, enum lacre_severity severity)
{
	uint64_t sum = 0;
	if ((unsigned)severity >= SEVERITY_N)
		return 0;
	for (size_t i = 0; i < report->report->results_n; i++) {
		uint64_t counts[SEVERITY_N] = { 0 };
		report_count(&report->report->results[i], counts);
		sum += counts[severity];
	}
	return sum;
}

int lacre_report_is_partial(const struct lacre_report *report)
{
	return report->report->coverage.partial;
}

int lacre_report_is_end_of_life(const struct lacre_report *report)
{
	return report->report->eol == REPORT_EOL_YES;
}

void lacre_report_free(struct lacre_report *report)
{
	if (!report)
		return;
	lc_buf_done(&report->json);
	report_free(report->report);
	lc_free(report);
}
