#include "view/explain_text.h"

static const struct lc_slice none;

enum { LIST_MAX = 16 };

/* ---- installed, and by what ---- */

static struct lc_slice head_of(struct tell *t, const struct inv_package *p)
{
	struct lc_slice kind =
		p->arch.n ? report_text(&t->a, "{0}, {1}", (struct lc_slice[]){ p->type, p->arch })
			  : p->type;
	return kind;
}

static void installed(struct tell *t, const struct inv_found_package *f)
{
	const struct report *r = t->x->report;
	if (tell_is_tree(t) && f->package.line_start)
		tell_step(t, N_("listed: by {0}, line {1}"), f->file,
			  tell_number(t, f->package.line_start));
	else if (tell_is_tree(t))
		tell_step(t, N_("listed: by {0}"), f->file, none);
	else
		tell_step(t, N_("installed: {0} of layer {1} lists it"), f->file,
			  tell_number(t, f->file_layer + 1));
	if (f->layer >= r->layers_n)
		return;
	const struct report_layer *l = &r->layers[f->layer];
	tell_step(t, N_("brought by layer {0}: {1}"), tell_number(t, f->layer + 1),
		  l->diff_id.n ? l->diff_id : l->digest);
	if (l->created_by.n)
		tell_line(t, 5, "{0}", l->created_by, none);
}

static void looked_up(struct tell *t, const struct explain_package *p)
{
	const struct adv_key *k = &p->key;
	tell_step(t,
		  k->by_source ? N_("looked up by its source package: {0} in {1}")
			       : N_("looked up: {0} in {1}"),
		  k->name, k->ecosystem);
	tell_line(t, 5, N_("version {0}, compared as {1} does"), k->version,
		  lc_str(version_scheme_name(k->scheme)));
	if (p->lookup == EXPLAIN_THIRD_PARTY)
		tell_step(
			t,
			N_("left out: it is not the distribution's, whose advisories do not speak "
			   "of it; had they been asked:"),
			none, none);
	else if (p->lookup == EXPLAIN_NOT_WANTED && (p->package->package.flags & INV_VIRTUAL))
		tell_step(t, N_("left out: a grouping, by which nothing is installed"), none, none);
	else if (p->lookup == EXPLAIN_NOT_WANTED)
		tell_step(t, N_("left out: --pkg-types does not ask for its kind; else:"), none,
			  none);
}

/* ---- what advisories say ---- */

/* By event, and whether the installed version is before, at or behind it. */
static const char *const steps[][3] = {
	[VERSION_INTRODUCED] = { N_("{0} < {1}: not affected yet"),
				 N_("{0} = {1}: affected from there on"),
				 N_("{0} > {1}: affected from there on") },
	[VERSION_FIXED] = { N_("{0} < {1}: the fix is not reached"), N_("{0} = {1}: fixed there"),
			    N_("{0} > {1}: fixed there") },
	[VERSION_LAST_AFFECTED] = { N_("{0} < {1}: not past the last affected version"),
				    N_("{0} = {1}: the last affected version"),
				    N_("{0} > {1}: past the last affected version") },
	[VERSION_LIMIT] = { N_("{0} < {1}: before the limit"), N_("{0} = {1}: at the limit"),
			    N_("{0} > {1}: past the limit") },
};

static void range_step(struct tell *t, const struct adv_key *k, const struct explain_step *s)
{
	if (!s->compared)
		tell_line(t, 5, N_("{0} against {1}: does not compare, passed over"), k->version,
			  s->version);
	else if (s->kind == VERSION_INTRODUCED && lc_eq(s->version, LC_S("0")))
		tell_line(t, 5, N_("affected from the first version on"), none, none);
	else if (s->kind == VERSION_LIMIT && lc_eq(s->version, LC_S("*")))
		tell_line(t, 5, N_("without a limit"), none, none);
	else
		tell_line(t, 5, steps[s->kind][1 + (s->order > 0) - (s->order < 0)], k->version,
			  s->version);
}

static void range_steps(struct tell *t, const struct adv_key *k, const struct explain_advisory *x)
{
	for (size_t i = 0; i < x->steps.n; i++) {
		if (i && x->steps.v[i].range != x->steps.v[i - 1].range)
			tell_line(t, 5, N_("or, by another range:"), none, none);
		range_step(t, k, &x->steps.v[i]);
	}
	if (x->steps_left_out)
		tell_line(t, 5, N_("and {0} more comparisons"), tell_number(t, x->steps_left_out),
			  none);
}

static void outcome(struct tell *t, const struct explain_advisory *x)
{
	const struct advisory *adv = &x->record;
	struct lc_slice listed = tell_number(t, adv->affected.versions_n);
	switch (x->outcome) {
	case EXPLAIN_AFFECTED:
		if (x->proof.range == SIZE_MAX)
			tell_line(t, 5, N_("=> affected: one of {0} versions that are listed"),
				  listed, none);
		else
			tell_line(t, 5, N_("=> affected"), none, none);
		break;
	case EXPLAIN_FIXED:
		tell_line(t, 5, N_("=> not affected: fixed in {0}"), x->fixed, none);
		break;
	case EXPLAIN_OUTSIDE:
		tell_line(t, 5,
			  adv->affected.versions_n
				  ? N_("=> not affected: in no range, none of {0} listed versions")
				  : N_("=> not affected: in no range"),
			  listed, none);
		break;
	case EXPLAIN_NOT_AFFECTED:
		tell_line(t, 5, N_("=> not affected: the vendor says so"), none, none);
		break;
	case EXPLAIN_OTHER_ARCH:
		tell_line(t, 5, N_("=> does not count: about other architectures: {0}"),
			  tell_list(t, &adv->arches, LIST_MAX), none);
		break;
	case EXPLAIN_OTHER_MODULE:
		tell_line(t, 5,
			  adv->module.n ? N_("=> does not count: about the module stream {0}")
					: N_("=> does not count: about builds outside modules"),
			  adv->module, none);
		break;
	case EXPLAIN_SETTLED:
		tell_line(t, 5, N_("=> does not count: a source that goes before says otherwise"),
			  none, none);
		break;
	default:
		tell_line(t, 5, N_("=> not known: the installed version does not compare"), none,
			  none);
	}
}

static void advisory(struct tell *t, const struct explain_package *p,
		     const struct explain_advisory *x)
{
	const struct advisory *adv = &x->record;
	if (adv->id.n)
		tell_step(t, N_("advisory {0} of {1}:"), adv->id, adv->source);
	else
		tell_step(t, N_("an advisory of {1} about {0}:"),
			  tell_list(t, &adv->vulnerabilities, LIST_MAX), adv->source);
	range_steps(t, &p->key, x);
	outcome(t, x);
}

/* ---- what became of it ---- */

static struct lc_slice others_say(struct tell *t, const struct finding *f)
{
	struct lc_slices l = { 0 };
	const struct vulnerability *v = f->vulnerability;
	for (size_t i = 0; v && i < v->vendor_severity.n; i++) {
		const struct advisory_vendor *s = &v->vendor_severity.v[i];
		struct lc_slice *at = lc_vec_push(&t->a, &l);
		if (at)
			*at = report_text(&t->a, "{0} {1}",
					  (struct lc_slice[]){
						  s->source, lc_str(severity_name(s->severity)) });
	}
	return tell_list(t, &l, LIST_MAX);
}

static void severity(struct tell *t, const struct finding *f)
{
	const char *text = N_("severity {0}, by {1}");
	struct lc_slice all = others_say(t, f);
	if (!f->severity_source.n)
		text = N_("severity {0}: no source that is asked says any");
	else if (f->severity_of_package)
		text = N_("severity {0}: {1} says so of this package");
	else if (f->severity_borrowed)
		text = N_("severity {0}: by {1}, as those that go before it say none");
	tell_step(t, text, lc_str(severity_name(f->severity)), f->severity_source);
	if (all.n)
		tell_line(t, 5, N_("of the flaw in general: {0}"), all, none);
}

static void status(struct tell *t, const struct finding *f)
{
	struct lc_slice fixed = report_fixed_versions(f, &t->a);
	if (f->offer)
		tell_step(t, N_("no fix for this system: {0} has it in {1}"), lc_str(f->offer),
			  f->offered_version);
	tell_step(t, fixed.n ? N_("status {0}: fixed in {1}") : N_("status {0}: no fix is known"),
		  lc_str(advisory_status_name(f->status)), fixed);
	if (f->not_reachable)
		tell_step(t,
			  N_("not reachable: of the functions that advisories name none was linked "
			     "into the program"),
			  none, none);
}

static void suppression(struct tell *t, const struct finding *f)
{
	const char *text = N_("left out by {0}");
	struct lc_slice arg = f->suppressed_by;
	if (f->suppression == FINDING_SHOWN) {
		text = N_("no filter and no rule leaves it out: shown");
	} else if (lc_eq(arg, LC_S("severity"))) {
		text = N_("left out by --severity, which does not ask for {0}");
		arg = lc_str(severity_name(f->severity));
	} else if (lc_eq(arg, LC_S("status"))) {
		text = N_("left out by --ignore-status or --ignore-unfixed: {0}");
		arg = lc_str(advisory_status_name(f->status));
	} else if (lc_eq(arg, LC_S("rejected"))) {
		text = N_("left out: the id was rejected by the authority that gave it");
	}
	tell_step(t, text, arg, none);
	if (f->suppression != FINDING_SHOWN && f->suppression != FINDING_FILTERED && f->statement.n)
		tell_line(t, 5, N_("reason given: {0}"), f->statement, none);
}

static void finding(struct tell *t, const struct finding *f)
{
	tell_step(t, N_("finding {0}"), f->id, none);
	severity(t, f);
	status(t, f);
	suppression(t, f);
}

void tell_package(struct tell *t, const struct view_package *p)
{
	(void)lc_buf_byte(t->out, '\n'); /* asked at the end */
	tell_line(t, 0, "{0} ({1})", p->steps.id, head_of(t, &p->steps.package->package));
	t->step = 0;
	installed(t, p->steps.package);
	looked_up(t, &p->steps);
	for (size_t i = 0; i < p->steps.advisories.n; i++)
		advisory(t, &p->steps, &p->steps.advisories.v[i]);
	for (size_t i = 0; i < p->findings.n; i++)
		finding(t, p->findings.v[i]);
}
