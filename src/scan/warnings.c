#include "base/time.h"
#include "report/text.h"
#include "scan/describe.h"

enum { STALE_HOURS = 48 };

static int warn(struct report *r, const char *text, struct lc_slice a0, struct lc_slice a1)
{
	struct report_warning *w = lc_vec_push(&r->arena, &r->warnings);
	if (!w)
		return lc_arena_err(&r->arena);
	*w = (struct report_warning){ text, { a0, a1 } };
	return 0;
}

static const struct lc_slice none;

static int warn_database(struct report *r, int64_t now)
{
	const struct adv_db_info *db = &r->db;
	if (db->starter)
		return warn(r,
			    N_("the starter database of {0} was used: it holds a part of the "
			       "advisories and none since then; for today's run: lacre db update"),
			    lc_sub(db->data_date, 0, 10), none);
	int64_t built;
	uint32_t ns;
	if (r->reproducible || !lc_time_parse(db->built_at, &built, &ns))
		return 0;
	int64_t hours = (now - built) / 3600;
	if (hours <= STALE_HOURS)
		return 0;
	return warn(r,
		    N_("the advisory database is {0} days old; for today's run: lacre db update"),
		    lc_arena_fmt(&r->arena, "%lld", (long long)(hours / 24)), none);
}

static bool has_os_packages(const struct report *r)
{
	for (size_t i = 0; i < r->inventory.packages.n; i++) {
		const struct package_type *t =
			package_type_of(r->inventory.packages.v[i].package.type);
		if (t && t->os)
			return true;
	}
	return false;
}

static int warn_os(struct report *r)
{
	const struct inv_os *os = &r->inventory.os;
	if (!r->inventory.has_os) {
		if (!(r->groups & INV_GROUP_OS) || !has_os_packages(r))
			return 0;
		return warn(
			r,
			N_("no operating system was recognised: packages of one are not matched"),
			none, none);
	}
	if (r->eol != REPORT_EOL_YES)
		return 0;
	return warn(
		r,
		N_("{0} {1} is past its end of life: its vendor publishes no more advisories, so "
		   "what is not listed here is not proven safe"),
		os->family, os->version);
}

static int warn_cover(struct report *r)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < r->match.uncovered_ecosystems.n; i++)
		rc = warn(r, N_("the database holds no advisories of {0}"),
			  r->match.uncovered_ecosystems.v[i], none);
	return rc;
}

static int warn_image(struct report *r)
{
	int rc = 0;
	for (size_t i = 0; !rc && r->image && i < r->image->notes.n; i++)
		rc = warn(r, "{0}", r->image->notes.v[i], none);
	return rc;
}

/* Numbers of the layers whose entries did not hold: "1, 3". */
static struct lc_slice distrusted(struct report *r)
{
	struct lc_slice list = LC_S("");
	for (size_t i = 0; i < r->layers_n && list.p; i++)
		if (r->layers[i].distrusted)
			list = lc_arena_fmt(&r->arena, "%.*s%s%zu", LC_FMT(list),
					    list.n ? ", " : "", i + 1);
	return list;
}

static int warn_cache(struct report *r)
{
	struct lc_slice layers = distrusted(r);
	if (!layers.p)
		return lc_arena_err(&r->arena);
	if (!layers.n)
		return 0;
	return warn(r,
		    N_("what the cache held of these layers was damaged or forged; it was removed "
		       "and they were read again: {0}"),
		    layers, none);
}

static int warn_sandbox(struct report *r)
{
	const struct report_sandbox *s = &r->sandbox;
	if (!s->used || (s->landlock && s->seccomp))
		return 0;
	return warn(
		r,
		N_("layers were read with fewer restrictions than usual: this kernel has no {0}"),
		s->landlock ? LC_S("seccomp")
			    : (s->seccomp ? LC_S("Landlock") : LC_S("Landlock, no seccomp")),
		none);
}

int scan_describe_warnings(struct report *r, int64_t now, struct lc_err *e)
{
	int rc = warn_image(r);
	if (!rc)
		rc = warn_sandbox(r);
	if (!rc)
		rc = warn_cache(r);
	if (!rc)
		rc = warn_os(r);
	if (!rc && r->db.schema)
		rc = warn_database(r, now);
	if (!rc)
		rc = warn_cover(r);
	return rc ? lc_fail(e, rc, "no memory for the report") : 0;
}
