#include "report/table_impl.h"

enum { TITLE_WORDS = 12 };

static const struct lc_slice none;

static enum grid_colour severity_colour(enum severity s)
{
	static const enum grid_colour colours[SEVERITY_N] = {
		GRID_CYAN, GRID_BLUE, GRID_YELLOW, GRID_BRIGHT_RED, GRID_RED,
	};
	return colours[s];
}

static bool is_gap(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The first words, a space between them, "..." when there are more. */
static struct lc_slice first_words(struct table *t, struct lc_slice s)
{
	struct lc_slice copy = { NULL, 0 };
	struct lc_buf b;
	size_t words = 0;
	lc_buf_init(&b, 1 << 20);
	for (s = lc_trim(s); s.n; s = lc_trim(s)) {
		size_t n = 0;
		while (n < s.n && !is_gap(s.p[n]))
			n++;
		if (words == TITLE_WORDS) {
			(void)lc_buf_str(&b, "..."); /* asked below */
			break;
		}
		if (words++)
			(void)lc_buf_byte(&b, ' ');
		(void)lc_buf_add(&b, s.p, n);
		s = lc_skip(s, n);
	}
	if (lc_buf_err(&b) == LC_ENOMEM || lc_arena_dup(&t->a, lc_buf_get(&b), &copy))
		t->a.err = t->a.err ? t->a.err : LC_ENOMEM;
	lc_buf_done(&b);
	return grid_safe(copy, &t->a);
}

static struct lc_slice title_of(struct table *t, const struct finding *f)
{
	const struct vulnerability *v = f->vulnerability;
	if (!v)
		return LC_S("");
	return first_words(t, v->title.n ? v->title : v->description);
}

static struct lc_slice library_of(struct table *t, const struct report_result *res,
				  const struct finding *f)
{
	struct lc_slice path = report_package_path(res, f->package);
	const struct lc_slice args[2] = { grid_safe(f->package->package.name, &t->a),
					  grid_safe(path, &t->a) };
	return path.n ? report_text(&t->a, "{0} ({1})", args) : args[0];
}

/* What a subscription would bring is told as such: it is no fix for who has none. */
static struct lc_slice fixed_of(struct table *t, const struct finding *f)
{
	if (!f->offer)
		return grid_safe(report_fixed_versions(f, &t->a), &t->a);
	return table_text(t, N_("{0} with {1}"), f->offered_version, lc_str(f->offer));
}

/* What advisories name of the package is not in the program: told beside the status. */
static struct lc_slice status_of(struct table *t, const struct finding *f)
{
	struct lc_slice status = lc_str(advisory_status_name(f->status));
	return f->not_reachable ? table_text(t, N_("{0}, not reachable"), status, none) : status;
}

static void finding_row(struct table *t, struct grid *g, const struct report_result *res,
			const struct finding *f)
{
	const struct grid_cell cells[] = {
		{ .text = library_of(t, res, f) },
		{ .text = grid_safe(f->id, &t->a) },
		{ .text = lc_str(severity_name(f->severity)),
		  .colour = severity_colour(f->severity) },
		{ .text = status_of(t, f) },
		{ .text = grid_safe(report_version(&f->package->package), &t->a) },
		{ .text = fixed_of(t, f) },
		{ .text = title_of(t, f), .link = grid_safe(report_primary_url(f, &t->a), &t->a) },
	};
	(void)grid_row(g, cells); /* the arena keeps the error */
}

static void group_row(struct table *t, struct grid *g, const struct table_group *by)
{
	const struct finding *f = by->first;
	const struct lc_slice args[2] = { grid_safe(by->name, &t->a), by->binaries };
	const struct grid_cell cells[] = {
		{ .text = report_text(&t->a, "{0} ({1})", args) },
		{ .text = grid_safe(f->id, &t->a) },
		{ .text = lc_str(severity_name(f->severity)),
		  .colour = severity_colour(f->severity) },
		{ .text = lc_str(advisory_status_name(f->status)) },
		{ .text = grid_safe(by->version, &t->a) },
		{ .text = fixed_of(t, f) },
		{ .text = title_of(t, f), .link = grid_safe(report_primary_url(f, &t->a), &t->a) },
	};
	(void)grid_row(g, cells); /* the arena keeps the error */
}

static void rows_of(struct table *t, struct grid *g, const struct report_result *res)
{
	size_t n = 0;
	bool grouped = t->o->group_by_source && res->kind == REPORT_OS_PKGS;
	const struct table_group *groups = grouped ? table_groups(t, res, &n) : NULL;
	for (size_t i = 0; i < n; i++)
		group_row(t, g, &groups[i]);
	for (size_t i = 0; !grouped && i < res->findings_n; i++)
		finding_row(t, g, res, res->findings[i]);
}

/* "UNKNOWN: 0, LOW: 3", of the severities that were asked for. */
static struct lc_slice severities(struct table *t, const struct report_result *res)
{
	uint64_t counts[SEVERITY_N];
	struct lc_slice list = LC_S("");
	report_count(res, counts);
	for (int s = 0; s < SEVERITY_N; s++) {
		if (!t->o->severity[s])
			continue;
		list = lc_arena_fmt(&t->a, "%.*s%s%s: %llu", LC_FMT(list), list.n ? ", " : "",
				    severity_name((enum severity)s), (unsigned long long)counts[s]);
	}
	return list;
}

static struct lc_slice target_of(struct table *t, const struct report_result *res)
{
	if (res->kind == REPORT_OS_PKGS)
		return grid_safe(res->target, &t->a);
	return table_text(t, "{0} ({1})", res->target, res->type);
}

void table_result(struct table *t, const struct report_result *res)
{
	struct grid g = {
		.a = &t->a,
		.columns = 7,
		.headers = { table_translate(t, N_("Library")),
			     table_translate(t, N_("Vulnerability")),
			     table_translate(t, N_("Severity")), table_translate(t, N_("Status")),
			     table_translate(t, N_("Installed Version")),
			     table_translate(t, N_("Fixed Version")),
			     table_translate(t, N_("Title")) },
		.merge = true,
	};
	if (!res->findings_n)
		return;
	table_heading(t, target_of(t, res));
	table_say(t, N_("Total: {0} ({1})"), table_number(t, res->findings_n), severities(t, res));
	(void)lc_buf_str(t->out, "\n\n");
	rows_of(t, &g, res);
	table_grid(t, &g);
}

static void suppressed_row(struct table *t, struct grid *g, const struct report_result *res,
			   const struct finding *f)
{
	const struct grid_cell cells[] = {
		{ .text = library_of(t, res, f) },
		{ .text = grid_safe(f->id, &t->a) },
		{ .text = lc_str(severity_name(f->severity)),
		  .colour = severity_colour(f->severity) },
		{ .text = f->suppression == FINDING_VEX ? LC_S("not_affected") : LC_S("ignored") },
		{ .text = f->statement.n ? grid_safe(f->statement, &t->a) : LC_S("-") },
		{ .text = grid_safe(f->suppressed_by, &t->a) },
	};
	(void)grid_row(g, cells); /* the arena keeps the error */
}

void table_suppressed(struct table *t, const struct report_result *res)
{
	struct grid g = {
		.a = &t->a,
		.columns = 6,
		.headers = { table_translate(t, N_("Library")),
			     table_translate(t, N_("Vulnerability")),
			     table_translate(t, N_("Severity")), table_translate(t, N_("Status")),
			     table_translate(t, N_("Statement")),
			     table_translate(t, N_("Source")) },
		.merge = true,
	};
	if (!t->o->show_suppressed || !res->suppressed_n)
		return;
	if (!res->findings_n) /* the target was not named yet */
		table_heading(t, target_of(t, res));
	table_heading(t, table_text(t, N_("Suppressed Vulnerabilities (Total: {0})"),
				    table_number(t, res->suppressed_n), none));
	(void)lc_buf_byte(t->out, '\n');
	for (size_t i = 0; i < res->suppressed_n; i++)
		suppressed_row(t, &g, res, res->suppressed[i]);
	table_grid(t, &g);
}
