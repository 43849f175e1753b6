/* Known exploited vulnerabilities. Source: the catalogue's JSON schema of CISA. */
#include "advisory/feed/feed.h"

#include "advisory/feed/id.h"
#include "base/time.h"
#include "format/json.h"

static struct lc_slice date(const struct json_doc *d, json_ref o, const char *key)
{
	struct lc_slice s = json_get_str(d, o, key);
	int64_t seconds;
	uint32_t ns;
	return lc_time_parse(s, &seconds, &ns) ? s : (struct lc_slice){ NULL, 0 };
}

int feed_kev(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	int rc = json_parse(json, 0, NULL, a, &d, e);
	if (rc)
		return rc;
	json_ref list = json_get(&d, json_root(&d), "vulnerabilities");
	if (json_type_of(&d, list) != JSON_ARRAY)
		return lc_fail(e, LC_EBAD, "no list of vulnerabilities");
	struct lc_slice released = date(&d, json_root(&d), "dateReleased");
	uint64_t records = 0;
	json_each(&d, list, item) {
		struct vulnerability v = { .id = json_get_str(&d, item, "cveID") };
		v.kev_added = date(&d, item, "dateAdded");
		v.kev_due = date(&d, item, "dueDate");
		v.kev_ransomware = lc_eq_nocase(
			json_get_str(&d, item, "knownRansomwareCampaignUse"), LC_S("Known"));
		if (!id_is_cve(v.id) || !v.kev_added.n)
			return lc_fail(e, LC_EBAD, "entry %llu has no CVE id or no date",
				       (unsigned long long)records + 1);
		rc = c->record(c->ctx, LC_S("kev"), LC_S(""), released, e);
		if (!rc)
			rc = c->vulnerability(c->ctx, &v, LC_S("kev"), e);
		if (rc)
			return rc;
		records++;
	}
	*ret_records = records;
	return 0;
}
