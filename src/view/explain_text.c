#include "view/explain_text.h"

#include "report/grid.h"

enum { NAMES_MAX = 12, SHOWN_MAX = 40 };

static const struct lc_slice none;

/* ---- lines ---- */

static const char *translated(const struct tell *t, const char *text)
{
	return t->o->translate ? t->o->translate(text) : text;
}

void tell_line(struct tell *t, unsigned indent, const char *text, struct lc_slice a0,
	       struct lc_slice a1)
{
	const struct lc_slice args[2] = { grid_safe(a0, &t->a), grid_safe(a1, &t->a) };
	for (unsigned i = 0; i < indent; i++)
		(void)lc_buf_byte(t->out, ' ');
	/* Failures stay in the arena and the buffer, and are asked at the end. */
	(void)lc_buf_slice(t->out, report_text(&t->a, translated(t, text), args));
	(void)lc_buf_byte(t->out, '\n');
}

void tell_step(struct tell *t, const char *text, struct lc_slice a0, struct lc_slice a1)
{
	(void)lc_buf_fmt(t->out, "%3u. ", ++t->step); /* asked at the end */
	tell_line(t, 0, text, a0, a1);
}

struct lc_slice tell_number(struct tell *t, uint64_t n)
{
	return lc_arena_fmt(&t->a, "%llu", (unsigned long long)n);
}

struct lc_slice tell_list(struct tell *t, const struct lc_slices *l, size_t max)
{
	struct lc_slice out = { NULL, 0 };
	struct lc_buf b;
	lc_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < l->n && i < max; i++) {
		if (i)
			(void)lc_buf_str(&b, ", "); /* asked below */
		(void)lc_buf_slice(&b, l->v[i]);
	}
	if (l->n > max)
		(void)lc_buf_fmt(&b, ", … (%zu)", l->n);
	if (lc_buf_err(&b) || lc_arena_dup(&t->a, lc_buf_get(&b), &out))
		t->a.err = t->a.err ? t->a.err : LC_ENOMEM;
	lc_buf_done(&b);
	return out;
}

bool tell_is_tree(const struct tell *t)
{
	struct lc_slice type = t->x->report->artifact_type;
	return lc_eq(type, LC_S("filesystem")) || lc_eq(type, LC_S("repository"));
}

static void title(struct tell *t, const char *text)
{
	(void)lc_buf_byte(t->out, '\n');
	tell_line(t, 0, text, none, none);
}

/* ---- the answer ---- */

static void answer(struct tell *t)
{
	static const char *const texts[VIEW_VERDICT_N] = {
		[VIEW_REPORTED] = N_("{0} is reported"),
		[VIEW_SUPPRESSED] = N_("{0} is not reported: it was found, and left out"),
		[VIEW_FIXED] = N_("{0} is not reported: what is installed has the fix"),
		[VIEW_NOT_AFFECTED] =
			N_("{0} is not reported: no advisory counts for what is installed"),
		[VIEW_UNDECIDED] =
			N_("{0} is not reported: the installed version cannot be compared"),
		[VIEW_NOT_MATCHED] =
			N_("{0} is not reported: the package was left out of the matching"),
		[VIEW_NOT_INSTALLED] =
			N_("{0} is not reported: no package that it is about is installed"),
		[VIEW_OTHER_ECOSYSTEM] = N_("{0} is not reported: it is named for other ecosystems "
					    "than those that are here"),
		[VIEW_WITHDRAWN] = N_("{0} is not reported: the id was rejected by the authority "
				      "that gave it"),
		[VIEW_WITHOUT_PACKAGES] = N_("{0} is not reported: it is known, but no advisory of "
					     "the database names a package for it"),
		[VIEW_UNKNOWN] = N_("{0} is not reported: the database does not know this id"),
	};
	const struct view_explanation *x = t->x;
	const struct inv_os *os = &x->report->inventory.os;
	bool is_itself = x->ids.n == 1 && lc_eq(x->ids.v[0], x->asked);
	tell_line(t, 0, texts[x->verdict], x->asked, none);
	tell_line(t, 0, tell_is_tree(t) ? N_("directory: {0}") : N_("image: {0}"),
		  x->report->artifact_name, none);
	if (x->report->inventory.has_os)
		tell_line(t, 0, N_("operating system: {0} {1}"), os->family, os->version);
	if (x->ids.n && !is_itself)
		tell_line(t, 0, N_("stands for: {0}"), tell_list(t, &x->ids, NAMES_MAX), none);
	if (x->other_names.n)
		tell_line(t, 0, N_("other names: {0}"), tell_list(t, &x->other_names, NAMES_MAX),
			  none);
	if (x->facts && x->facts->title.n)
		tell_line(t, 0, N_("title: {0}"), x->facts->title, none);
}

static void packages(struct tell *t)
{
	size_t n = t->x->packages.n;
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++)
		tell_package(t, &t->x->packages.v[i]);
	if (n <= SHOWN_MAX)
		return;
	(void)lc_buf_byte(t->out, '\n');
	tell_line(t, 0, N_("and {0} more packages: all of them with --format json"),
		  tell_number(t, n - SHOWN_MAX), none);
}

/* ---- why there is no package to tell of ---- */

static void named(struct tell *t)
{
	const struct view_explanation *x = t->x;
	if (!x->named.n || x->packages.n)
		return;
	title(t, N_("Advisories name it for:"));
	for (size_t i = 0; i < x->named.n && i < SHOWN_MAX; i++)
		tell_line(t, 0, "- {0}: {1}", x->named.v[i].ecosystem,
			  tell_list(t, &x->named.v[i].names, NAMES_MAX));
	if (x->named.n > SHOWN_MAX)
		tell_line(t, 0, N_("and {0} more ecosystems"),
			  tell_number(t, x->named.n - SHOWN_MAX), none);
	if (x->namesakes.n)
		tell_line(t, 0, N_("installed under one of these names, of another ecosystem: {0}"),
			  tell_list(t, &x->namesakes, NAMES_MAX), none);
}

static void ecosystems(struct tell *t)
{
	const struct view_explanation *x = t->x;
	if (x->packages.n)
		return;
	title(t, tell_is_tree(t) ? N_("Packages of the directory:") : N_("Packages of the image:"));
	for (size_t i = 0; i < x->ecosystems.n; i++)
		tell_line(t, 0,
			  x->ecosystems.v[i].covered
				  ? N_("- {0}: {1}, with advisories in the database")
				  : N_("- {0}: {1}, and the database has no advisories of it"),
			  x->ecosystems.v[i].name, tell_number(t, x->ecosystems.v[i].packages));
	if (!x->ecosystems.n)
		tell_line(t, 0, N_("- none that advisories are published for"), none, none);
}

static void database(struct tell *t)
{
	const struct adv_db_info *db = &t->x->report->db;
	if (t->x->packages.n)
		return;
	(void)lc_buf_byte(t->out, '\n');
	tell_line(t, 0,
		  db->starter ? N_("The starter database, which holds a part of the advisories, "
				   "newest {0}, was asked. Its sources:")
			      : N_("A database with advisories until {0} was asked. Its sources:"),
		  lc_sub(db->data_date, 0, 10), none);
	for (size_t i = 0; i < db->sources.n; i++) {
		const struct advisory_source *s = &db->sources.v[i];
		struct lc_slice day = lc_sub(s->date, 0, 10);
		tell_line(t, 0, "- {0}: {1}", s->name.n ? s->name : s->id, day.n ? day : LC_S("?"));
	}
	if (t->x->verdict == VIEW_UNKNOWN)
		tell_line(
			t, 0,
			N_("Records that were withdrawn are in no database; an id that is younger "
			   "than its source is not in it yet."),
			none, none);
}

static void uncertain(struct tell *t)
{
	const struct report *r = t->x->report;
	if (!t->x->uncertain)
		return;
	title(t, N_("Not all of it was understood, so that packages may be missing:"));
	for (size_t i = 0; i < r->layers_n; i++)
		if (!r->layers[i].read)
			tell_line(t, 0, N_("- layer {0}: {1}"), tell_number(t, i + 1),
				  r->layers[i].trouble);
	for (size_t i = 0; i < r->inventory.diagnostics.n && i < SHOWN_MAX; i++) {
		const struct inv_diagnostic *d = &r->inventory.diagnostics.v[i].diagnostic;
		tell_line(t, 0, "- {0}: {1}", d->path.n ? d->path : LC_S("/"), d->message);
	}
}

int view_explain_text(const struct view_explanation *x, const struct report_write_options *o,
		      struct lc_buf *out, struct lc_err *e)
{
	struct tell t = { .x = x, .o = o, .out = out };
	answer(&t);
	packages(&t);
	named(&t);
	ecosystems(&t);
	database(&t);
	uncertain(&t);
	int rc = t.a.err ? t.a.err : lc_buf_err(out);
	lc_arena_done(&t.a);
	return rc ? lc_fail(e, rc, "cannot write the explanation: %s", lc_code_name(rc)) : 0;
}
