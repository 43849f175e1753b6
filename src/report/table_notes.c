#include "report/table_impl.h"

static const struct lc_slice none;

static void title(struct table *t, const char *text)
{
	(void)lc_buf_byte(t->out, '\n');
	table_say(t, text, none, none);
	(void)lc_buf_byte(t->out, '\n');
}

static void warnings(struct table *t)
{
	const struct report *r = t->r;
	if (!r->warnings.n)
		return;
	title(t, N_("Warnings:"));
	for (size_t i = 0; i < r->warnings.n; i++) {
		(void)lc_buf_str(t->out, "- ");
		table_say(t, r->warnings.v[i].text, r->warnings.v[i].arg[0],
			  r->warnings.v[i].arg[1]);
		(void)lc_buf_byte(t->out, '\n');
	}
}

static void unread_layers(struct table *t)
{
	const struct report *r = t->r;
	bool any = false;
	for (size_t i = 0; i < r->layers_n; i++) {
		const struct report_layer *l = &r->layers[i];
		if (l->read)
			continue;
		if (!any)
			title(t, N_("Layers not readable:"));
		any = true;
		(void)lc_buf_str(t->out, "- ");
		table_say(t, "{0}. {1}: ", table_number(t, i + 1),
			  l->digest.n ? l->digest : l->diff_id);
		(void)lc_buf_slice(t->out, grid_safe(l->trouble, &t->a));
		(void)lc_buf_byte(t->out, '\n');
	}
}

static void diagnostic(struct table *t, const struct inv_found_diagnostic *d)
{
	const struct inv_diagnostic *i = &d->diagnostic;
	(void)lc_buf_str(t->out, "- ");
	(void)lc_buf_slice(t->out, grid_safe(i->path.n ? i->path : LC_S("/"), &t->a));
	if (t->r->image) {
		(void)lc_buf_str(t->out, " (");
		table_say(t, N_("layer {0}"), table_number(t, d->layer + 1), none);
		if (i->analyser.n)
			table_say(t, ", {0}", i->analyser, none);
		(void)lc_buf_str(t->out, ")");
	} else if (i->analyser.n) {
		table_say(t, " ({0})", i->analyser, none);
	}
	table_say(t, ": {0}: {1}\n", lc_str(inv_trouble_name(i->trouble)), i->message);
}

static void diagnostics(struct table *t)
{
	const struct inventory *inv = &t->r->inventory;
	if (!inv->diagnostics.n)
		return;
	title(t, N_("Not understood:"));
	for (size_t i = 0; i < inv->diagnostics.n; i++)
		diagnostic(t, &inv->diagnostics.v[i]);
}

void table_notes(struct table *t)
{
	warnings(t);
	unread_layers(t);
	diagnostics(t);
}
