/*
 * Scores of the Exploit Prediction Scoring System. Source: FIRST, the daily CSV:
 *
 *   #model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000
 *   cve,epss,percentile
 *   CVE-1999-0001,0.03351,0.87650
 *
 * A line that is no score is passed over; a file without the header line is none of this kind.
 */
#include "advisory/feed/feed.h"

#include "advisory/feed/id.h"
#include "base/time.h"

/* "0.03351", "1", "1.0", "9.3e-04": from 0 to 1, six digits kept. */
static bool read_share(struct lc_slice s, double *ret)
{
	struct lc_slice mantissa = s;
	struct lc_slice power = { NULL, 0 };
	uint64_t exponent = 0;
	bool small = lc_cut(s, 'e', &mantissa, &power);
	if (small && (!lc_chop_prefix(&power, LC_S("-")) || !lc_u64(power, 10, 30, &exponent)))
		return false;
	struct lc_slice whole = mantissa;
	struct lc_slice part = { NULL, 0 };
	uint64_t w;
	uint64_t p = 0;
	bool dot = lc_cut(mantissa, '.', &whole, &part);
	if (!lc_u64(whole, 10, 9, &w) || (dot && !lc_u64(part, 10, UINT64_MAX / 2, &p)))
		return false;
	double v = (double)p;
	for (size_t i = 0; i < part.n; i++)
		v /= 10;
	v += (double)w;
	for (uint64_t i = 0; i < exponent; i++)
		v /= 10;
	if (v > 1)
		return false;
	*ret = (double)(uint64_t)(v * 1e6 + 0.5) / 1e6;
	return true;
}

static bool read_line(struct lc_slice line, struct vulnerability *v)
{
	struct lc_slice id;
	struct lc_slice score;
	struct lc_slice percentile;
	if (!lc_split(&line, ',', &id) || !lc_split(&line, ',', &score) ||
	    !lc_split(&line, ',', &percentile))
		return false;
	v->id = id;
	v->has_epss = true;
	return id_is_cve(id) && read_share(score, &v->epss) &&
	       read_share(percentile, &v->epss_percentile);
}

/* "score_date:" of the comment, with the colon that RFC 3339 wants in the offset. */
static struct lc_slice score_date(struct lc_slice comment)
{
	size_t at = lc_find_slice(comment, LC_S("score_date:"));
	if (at == SIZE_MAX)
		return (struct lc_slice){ NULL, 0 };
	struct lc_slice s = lc_sub(comment, at + strlen("score_date:"), strlen("2026-08-16"));
	int64_t seconds;
	uint32_t ns;
	return lc_time_parse(s, &seconds, &ns) ? s : (struct lc_slice){ NULL, 0 };
}

int feed_epss(struct lc_slice csv, const struct feed_collector *c, struct lc_arena *a,
	      uint64_t *ret_records, struct lc_err *e)
{
	(void)a; /* nothing to keep: lines are used where they lie */
	struct lc_slice line;
	struct lc_slice date = { NULL, 0 };
	bool header = false;
	uint64_t records = 0;
	while (lc_line(&csv, &line)) {
		if (lc_starts(line, LC_S("#"))) {
			date = score_date(line);
			continue;
		}
		if (!header) {
			if (!lc_starts(line, LC_S("cve,epss,percentile")))
				return lc_fail(e, LC_EBAD, "no header \"cve,epss,percentile\"");
			header = true;
			continue;
		}
		struct vulnerability v = { 0 };
		if (!read_line(line, &v))
			continue;
		int rc = c->record(c->ctx, LC_S("epss"), LC_S(""), date, e);
		if (!rc)
			rc = c->vulnerability(c->ctx, &v, LC_S("epss"), e);
		if (rc)
			return rc;
		records++;
	}
	if (!header)
		return lc_fail(e, LC_ETRUNC, "no header \"cve,epss,percentile\"");
	*ret_records = records;
	return 0;
}
