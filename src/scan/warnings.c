#include "base/time.h"
#include "scan/describe.h"

enum { STALE_HOURS = 48 };

static int warn(struct report *r, struct lc_slice text)
{
	struct lc_slice *w = text.p ? lc_vec_push(&r->arena, &r->warnings) : NULL;
	if (!w)
		return lc_arena_err(&r->arena);
	*w = text;
	return 0;
}

static int warn_database(struct report *r, int64_t now)
{
	struct lc_arena *a = &r->arena;
	const struct adv_db_info *db = &r->db;
	if (db->starter)
		return warn(r, lc_arena_fmt(a,
			"starter database of %.*s: it holds a part of the advisories and no news since then; "
			"for today's run `lacre db build --from DIR -o FILE` and give --db FILE",
			LC_FMT(lc_sub(db->data_date, 0, 10))));
	int64_t built;
	uint32_t ns;
	if (r->reproducible || !lc_time_parse(db->built_at, &built, &ns))
		return 0;
	int64_t hours = (now - built) / 3600;
	if (hours <= STALE_HOURS)
		return 0;
	return warn(r, lc_arena_fmt(a, "the advisory database was built %lld days ago; build it again",
				    (long long)(hours / 24)));
}

static int warn_os(struct report *r)
{
	struct lc_arena *a = &r->arena;
	const struct inv_os *os = &r->inventory.os;
	if (!r->inventory.has_os)
		return (r->groups & INV_GROUP_OS) && r->inventory.packages.n
			       ? warn(r, LC_S("no operating system was recognised: its packages are not matched"))
			       : 0;
	if (r->eol != REPORT_EOL_YES)
		return 0;
	return warn(r, lc_arena_fmt(a,
		"%.*s %.*s is past its end of life: its vendor publishes no advisories any more, "
		"so what is missing here is not proof of safety",
		LC_FMT(os->family), LC_FMT(os->version)));
}

static int warn_cover(struct report *r)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < r->match.uncovered_ecosystems.n; i++)
		rc = warn(r, lc_arena_fmt(&r->arena, "the database holds no advisories of %s",
					  lc_quote(r->match.uncovered_ecosystems.v[i]).s));
	return rc;
}

static int warn_image(struct report *r)
{
	int rc = 0;
	for (size_t i = 0; !rc && r->image && i < r->image->notes.n; i++)
		rc = warn(r, r->image->notes.v[i]);
	return rc;
}

int scan_describe_warnings(struct report *r, int64_t now, struct lc_err *e)
{
	int rc = warn_image(r);
	if (!rc)
		rc = warn_os(r);
	if (!rc && r->db.schema)
		rc = warn_database(r, now);
	if (!rc)
		rc = warn_cover(r);
	return rc ? lc_fail(e, rc, "no memory for the report") : 0;
}
