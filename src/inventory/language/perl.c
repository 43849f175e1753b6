/*
 * Perl: what Carton locks, and what cpanm and the toolchain installed. Sources: Carton's
 * documentation, cpanfile.snapshot; App::cpanminus, install.json; perldoc, perllocal.
 *
 *	cpanfile.snapshot                      # carton snapshot format: version 1.0
 *	                                       DISTRIBUTIONS
 *	                                         Plack-1.0050
 *	                                           pathname: M/MI/MIYAGAWA/Plack-1.0050.tar.gz
 *	                                           requirements:
 *	                                             HTTP::Tiny 0.034
 *	.meta/Plack-1.0050/install.json        { "name": "Plack", "dist": "Plack-1.0050", … }
 *	perllocal.pod                          =head2 Mon…: C<Module> L<JSON::XS|JSON::XS>
 *	                                       C<VERSION: 4.03>
 *
 * A distribution is named as its archive is: Foo-Bar for the module Foo::Bar.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* "Foo-Bar-1.20", "Foo-v1.2-TRIAL": the version begins at the last "-" before a digit or "v1". */
static bool split_distribution(struct lc_slice text, struct inv_package *p)
{
	for (size_t i = text.n; i-- > 1;) {
		struct lc_slice rest = lc_skip(text, i + 1);
		(void)lc_chop_prefix(&rest, LC_S("v"));
		if (text.p[i] != '-' || rest.n == 0 || !lc_is_digit(rest.p[0]))
			continue;
		p->name = lc_sub(text, 0, i);
		p->version = lc_skip(text, i + 1);
		return true;
	}
	return false;
}

/* ---- locked ---- */

struct snapshot {
	struct lock *lock;
	struct lc_map modules;    /* provided: name -> struct inv_package */
	struct inv_package *last; /* the distribution whose fields follow */
	struct lc_slice part;     /* "provides", "requirements", of it */
	uint32_t line;
};

static int read_distribution(struct snapshot *s, struct lc_slice text)
{
	struct inv_package p = { .line_start = s->line, .line_end = s->line };
	s->last = NULL;
	s->part = LC_S("");
	if (!split_distribution(text, &p))
		return inv_sink_trouble(s->lock->out, INV_MALFORMED, "line %u: no version: %s",
					s->line, lc_quote(text).s);
	return lock_add(s->lock, &p, &s->last);
}

static int read_member(struct snapshot *s, struct lc_slice text, bool provided)
{
	struct lc_slice module;
	struct lc_slice version;
	if (!s->last || !lc_cut(text, ' ', &module, &version))
		return 0;
	if (provided && lc_eq(s->part, LC_S("provides")))
		return lc_map_add(&s->modules, module, s->last, NULL);
	if (provided || !lc_eq(s->part, LC_S("requirements")))
		return 0;
	struct inv_package *on = lc_map_get(&s->modules, module);
	return on && on != s->last ? packages_depend(&s->lock->packages, s->last, on) : 0;
}

/* Twice: who provides what is known at the end. */
static int read_snapshot_lines(struct snapshot *s, bool provided)
{
	struct lc_slice rest = s->lock->file->bytes;
	struct lc_slice line;
	int r = 0;
	for (s->line = 1; r == 0 && lc_line(&rest, &line); s->line++) {
		size_t indent = lines_indent(line);
		struct lc_slice text = lc_trim(line);
		if (text.n == 0)
			continue;
		if (indent == 2 && provided)
			r = read_distribution(s, text);
		else if (indent == 2) {
			struct inv_package p = { .name = LC_S("") };
			s->last = split_distribution(text, &p)
					  ? packages_find(&s->lock->packages, p.name, p.version)
					  : NULL;
		} else if (indent == 4 && lc_chop_suffix(&text, LC_S(":")))
			s->part = text;
		else if (indent == 4)
			s->part = LC_S("");
		else if (indent == 6)
			r = read_member(s, text, provided);
	}
	return r;
}

static int read_snapshot(struct lock *l)
{
	struct snapshot s = { .lock = l };
	int r = read_snapshot_lines(&s, true);
	r = r ? r : read_snapshot_lines(&s, false);
	lc_map_done(&s.modules);
	return r;
}

static int parse_snapshot(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "cpan", read_snapshot);
}

static const struct inv_want snapshot_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "cpanfile.snapshot" },
};

const struct inv_analyser inv_cpan_snapshot = {
	.name = "cpan",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = snapshot_wants,
	.wants_n = sizeof(snapshot_wants) / sizeof(snapshot_wants[0]),
	.parse = parse_snapshot,
};

/* ---- installed ---- */

static int read_install(struct lock *l)
{
	const struct json_doc *d = &l->json;
	struct inv_package p = { .version = json_get_str(d, json_root(d), "version") };
	struct lc_slice dist = json_get_str(d, json_root(d), "dist");
	if (!split_distribution(dist, &p) || p.name.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "no distribution: %s",
					lc_quote(dist).s);
	return lock_add(l, &p, NULL);
}

/* "C<Module> L<JSON::XS|JSON::XS>" */
static int read_module(struct lock *l, struct lc_slice line, struct lc_slice *ret)
{
	size_t at = lc_find_slice(line, LC_S(" L<"));
	struct lc_slice name = at == SIZE_MAX ? LC_S("") : lc_skip(line, at + 3);
	size_t n = 0;
	name = lc_sub(name, 0, lc_find(name, '|'));
	name = lc_sub(name, 0, lc_find(name, '>'));
	uint8_t *text = lc_arena_alloc(l->arena, name.n + 1);
	if (!text)
		return lc_arena_err(l->arena);
	for (size_t i = 0; i < name.n; i++) {
		bool colons = name.p[i] == ':' && i + 1 < name.n && name.p[i + 1] == ':';
		text[n++] = colons ? '-' : name.p[i];
		i += colons;
	}
	*ret = lc_slice_of(text, n);
	return 0;
}

/* A later entry of a module is what it was upgraded to. */
static int read_local(struct lock *l)
{
	struct lc_slice rest = l->file->bytes;
	struct lc_slice line;
	struct lc_slice name = LC_S("");
	struct lc_map newest = { 0 };
	int r = 0;
	for (uint32_t number = 1; r == 0 && lc_line(&rest, &line); number++) {
		if (lc_starts(line, LC_S("=head2 ")))
			r = read_module(l, line, &name);
		size_t at = lc_find_slice(line, LC_S("C<VERSION: "));
		if (r || at == SIZE_MAX || name.n == 0)
			continue;
		struct lc_slice version = lc_skip(line, at + 11);
		struct inv_package *p = lc_new(l->arena, struct inv_package);
		if (!p)
			r = lc_arena_err(l->arena);
		else
			*p = (struct inv_package){
				.name = name,
				.version = lc_trim(lc_sub(version, 0, lc_find(version, '>'))),
				.line_start = number,
				.line_end = number,
			};
		r = r ? r : lc_map_put(&newest, name, p);
	}
	for (size_t i = 0; i < newest.n && r == 0; i++)
		r = lock_add(l, newest.items[i].value, NULL);
	lc_map_done(&newest);
	return r;
}

static int parse_installed(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	if (lc_ends(f->path, LC_S(".json")))
		return lc_find_slice(f->path, LC_S(".meta/")) == SIZE_MAX
			       ? 0
			       : lock_json(f, out, e, "perl-pkg", read_install);
	return lock_text(f, out, e, "perl-pkg", read_local);
}

static const struct inv_want installed_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "install.json" },
	{ .kind = INV_WANT_NAME, .text = "perllocal.pod" },
};

const struct inv_analyser inv_perl_installed = {
	.name = "perl-pkg",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = installed_wants,
	.wants_n = sizeof(installed_wants) / sizeof(installed_wants[0]),
	.parse = parse_installed,
};
