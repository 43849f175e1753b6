#include <stdio.h>

#include "base/log.h"
#include "base/shim.h"
#include "cli/job.h"
#include "cli/result.h"
#include "cli/scan_trust.h"
#include "cli/talk.h"

void cli_job_scanners(struct cli_job *j)
{
	const struct cli_value *v = &j->v->v[CLI_OPT_SCANNERS];
	char absent[64] = "";
	size_t n = 0;
	for (size_t i = 0; i < v->list.n && n < sizeof(absent); i++) {
		if (lc_eq(v->list.v[i], LC_S("vuln")))
			continue;
		int put = snprintf(absent + n, sizeof(absent) - n, "%s%.*s", n ? "," : "",
				   LC_FMT(v->list.v[i]));
		n += put > 0 ? (size_t)put : 0;
	}
	if (n)
		cli_note(j->io, j->v,
			 _("not looked for yet: %s; this release does --scanners vuln"), absent);
	j->q.no_match = !cli_list_has(&v->list, "vuln");
}

/* End of life first, then what was found, then what was not understood: as users of trivy expect.
 */
static int status_of(const struct report *r, const struct cli_values *v)
{
	if (r->eol == REPORT_EOL_YES && v->v[CLI_OPT_EXIT_ON_EOL].number)
		return (int)v->v[CLI_OPT_EXIT_ON_EOL].number;
	if (r->judged.shown && v->v[CLI_OPT_EXIT_CODE].number)
		return (int)v->v[CLI_OPT_EXIT_CODE].number;
	if (r->coverage.partial && v->v[CLI_OPT_FAIL_ON_PARTIAL].number)
		return (int)v->v[CLI_OPT_FAIL_ON_PARTIAL].number;
	return CLI_OK;
}

static void tell_report(const struct report *r)
{
	const struct report_coverage *c = &r->coverage;
	for (size_t i = 0; i < r->layers_n; i++)
		lc_debug("layer n=%zu read=%d stored=%llu size=%llu diff_id=%s", i + 1,
			 r->layers[i].read, (unsigned long long)r->layers[i].stored,
			 (unsigned long long)r->layers[i].size, lc_quote(r->layers[i].diff_id).s);
	lc_debug("report packages=%llu files_read=%llu not_understood=%llu shown=%llu "
		 "filtered=%llu ignored=%llu",
		 (unsigned long long)c->packages, (unsigned long long)c->files_read,
		 (unsigned long long)c->not_understood, (unsigned long long)r->judged.shown,
		 (unsigned long long)r->judged.by_filter, (unsigned long long)r->judged.by_rule);
}

int cli_job_report(struct cli_job *j)
{
	struct report *r LC_CLEANUP(report_freep) = NULL;
	struct lc_err e = { 0 };
	cli_job_scanners(j);
	int status = cli_job_scan(j, &r);
	if (status)
		return status;
	tell_report(r);
	if (j->trust && cli_scan_trust_report(j->trust, r, &e))
		return cli_fail(j->io, &e);
	status = cli_result_write(j->io, j->v, r);
	return status ? status : status_of(r, j->v);
}
