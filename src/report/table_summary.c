#include "report/table_impl.h"

#include "base/map.h"

static const struct lc_slice none;

/* "31.2 MB": decimal units, one digit, rounded down. */
static struct lc_slice human_bytes(struct table *t, uint64_t n)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	size_t u = 0;
	if (n < 1000)
		return lc_arena_fmt(&t->a, "%u B", (unsigned)n);
	for (n /= 100; n >= 10000 && u + 1 < sizeof(units) / sizeof(units[0]); u++)
		n /= 1000;
	return lc_arena_fmt(&t->a, "%llu.%u %s", (unsigned long long)(n / 10), (unsigned)(n % 10),
			    units[u]);
}

static void part(struct table *t, const char *text, struct lc_slice value)
{
	(void)lc_buf_str(t->out, ", ");
	table_say(t, text, value, none);
}

/* Numbers stand behind their names: no language needs a plural for that. */
void table_coverage(struct table *t)
{
	const struct report *r = t->r;
	const struct report_coverage *c = &r->coverage;
	table_say(t, N_("read: {0}"), human_bytes(t, c->bytes_inflated), none);
	if (r->image)
		part(t, N_("layers: {0}"), table_number(t, c->layers));
	else
		part(t, N_("files and directories: {0}"), table_number(t, c->entries));
	if (c->layers_cached && !r->reproducible)
		part(t, N_("of them cached, not read again: {0}"),
		     table_number(t, c->layers_cached));
	part(t, N_("packages: {0}"), table_number(t, c->packages));
	part(t, N_("files not understood: {0}"), table_number(t, c->not_understood));
	if (r->image)
		part(t, N_("layers not readable: {0}"), table_number(t, c->layers_unreadable));
	if (r->db.schema)
		part(t, r->db.starter ? N_("starter database: {0}") : N_("database: {0}"),
		     lc_sub(r->db.data_date, 0, 10));
	if (r->match.undecided)
		part(t, N_("packages not comparable: {0}"), table_number(t, r->match.undecided));
	if (r->match.third_party)
		part(t, N_("packages of third parties, not matched: {0}"),
		     table_number(t, r->match.third_party));
	if (r->match.without_severity)
		part(t, N_("findings without severity: {0}"),
		     table_number(t, r->match.without_severity));
	if (r->match.without_title)
		part(t, N_("findings without title: {0}"), table_number(t, r->match.without_title));
	(void)lc_buf_byte(t->out, '\n');
}

static void summary_row(struct table *t, struct grid *g, struct lc_slice target,
			struct lc_slice type, size_t found)
{
	/* "0" says clean: not of packages that no advisory was asked about. */
	bool matched = t->r->match.packages || !t->r->coverage.packages;
	const struct grid_cell cells[] = {
		{ .text = grid_safe(target, &t->a) },
		{ .text = grid_safe(type, &t->a) },
		{ .text = matched ? table_number(t, found) : LC_S("-") },
	};
	(void)grid_row(g, cells); /* the arena keeps the error */
}

/* Findings of each file, in the order in which packages name the files. */
static int count_files(struct table *t, const struct report_result *res, struct lc_map *files)
{
	for (size_t i = 0; i < res->packages_n; i++) {
		struct lc_slice file = res->packages[i]->file;
		size_t *n = lc_map_has(files, file) ? NULL : lc_new(&t->a, size_t);
		int rc = n ? lc_map_put(files, file, n) : t->a.err;
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < res->findings_n; i++) {
		size_t *n = lc_map_get(files, res->findings[i]->package->file);
		if (n)
			(*n)++;
	}
	return 0;
}

/* Aggregated results are told apart by file: the reader wants to know where to look. */
static void result_rows(struct table *t, struct grid *g, const struct report_result *res)
{
	struct lc_map files = { 0 };
	if (!res->aggregated) {
		summary_row(t, g, res->target, res->type, res->findings_n);
		return;
	}
	int rc = count_files(t, res, &files);
	for (size_t i = 0; !rc && i < files.n; i++)
		summary_row(t, g, files.items[i].key, res->type, *(size_t *)files.items[i].value);
	lc_map_done(&files);
	if (rc && !t->a.err)
		t->a.err = rc;
}

void table_summary(struct table *t)
{
	struct grid g = {
		.a = &t->a,
		.columns = 3,
		.headers = { table_translate(t, N_("Target")), table_translate(t, N_("Type")),
			     table_translate(t, N_("Vulnerabilities")) },
		.centred = { false, true, true },
	};
	const struct grid_cell dash = { .text = LC_S("-") };
	const struct grid_cell dashes[] = { dash, dash, dash };
	(void)lc_buf_byte(t->out, '\n');
	table_say(t, N_("Report Summary"), none, none);
	(void)lc_buf_str(t->out, "\n\n");
	for (size_t i = 0; i < t->r->results_n; i++)
		result_rows(t, &g, &t->r->results[i]);
	if (!t->r->results_n)
		(void)grid_row(&g, dashes); /* the arena keeps the error */
	table_grid(t, &g);
	table_say(t, N_("Legend:"), none, none);
	(void)lc_buf_byte(t->out, '\n');
	table_say(t, N_("- '-': not scanned"), none, none);
	(void)lc_buf_byte(t->out, '\n');
	table_say(t, N_("- '0': clean (nothing known was found)"), none, none);
	(void)lc_buf_byte(t->out, '\n');
	if (t->r->results_n)
		return;
	(void)lc_buf_byte(t->out, '\n');
	table_say(t, N_("nothing to judge was found: no packages of a kind that is read"), none,
		  none);
	(void)lc_buf_byte(t->out, '\n');
}
