#include "report/table_impl.h"

const char *table_translate(const struct table *t, const char *text)
{
	return t->o->translate ? t->o->translate(text) : text;
}

struct lc_slice table_text(struct table *t, const char *text, struct lc_slice a0,
			   struct lc_slice a1)
{
	const struct lc_slice args[2] = { grid_safe(a0, &t->a), grid_safe(a1, &t->a) };
	return report_text(&t->a, table_translate(t, text), args);
}

void table_say(struct table *t, const char *text, struct lc_slice a0, struct lc_slice a1)
{
	(void)lc_buf_slice(t->out, table_text(t, text, a0, a1)); /* asked at the end */
}

struct lc_slice table_number(struct table *t, uint64_t n)
{
	return lc_arena_fmt(&t->a, "%llu", (unsigned long long)n);
}

void table_grid(struct table *t, const struct grid *g)
{
	const struct grid_style style = { t->o->width, t->o->box, t->o->colour };
	int rc = t->a.err ? t->a.err : grid_draw(g, &style, t->out);
	if (rc && !t->a.err)
		t->a.err = rc;
}

void table_heading(struct table *t, struct lc_slice safe_text)
{
	(void)lc_buf_byte(t->out, '\n');
	(void)lc_buf_slice(t->out, safe_text);
	(void)lc_buf_byte(t->out, '\n');
	for (size_t i = grid_width(safe_text); i > 0; i--)
		(void)lc_buf_byte(t->out, '=');
	(void)lc_buf_byte(t->out, '\n');
}

int report_write_table(const struct report *r, const struct report_write_options *o,
		       struct lc_buf *out, struct lc_err *e)
{
	struct table t = { .r = r, .o = o, .out = out };
	table_coverage(&t);
	if (!o->no_summary)
		table_summary(&t);
	for (size_t i = 0; i < r->results_n && !o->no_details; i++) {
		table_result(&t, &r->results[i]);
		table_tree(&t, &r->results[i]);
		table_suppressed(&t, &r->results[i]);
	}
	table_notes(&t);
	int rc = t.a.err ? t.a.err : lc_buf_err(out);
	lc_arena_done(&t.a);
	return rc ? lc_fail(e, rc, "cannot write the table: %s", lc_code_name(rc)) : 0;
}
