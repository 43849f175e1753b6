#include "inventory/facts_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inventory/walk_content.h"
#include "support/alloc_fail.h"

enum { TEXT_MAX = 1 << 22 };

void facts_done(struct facts *f)
{
	inv_sink_done(&f->sink);
	lc_arena_done(&f->scratch);
	lc_arena_done(&f->arena);
	*f = (struct facts){ 0 };
}

static int attempt_kept(struct facts *f, const struct inv_analyser *a, const char *path,
			struct lc_slice bytes, const struct inv_kept_files *kept,
			const struct lc_limits *limits, const struct inv_options *options)
{
	static const struct inv_options usual = { .targets = INV_TARGET_IMAGE };
	struct lc_err e = { 0 };
	struct lc_content content = lc_content_slice(bytes);
	struct inv_file file = {
		.path = lc_str(path),
		.mode = 0644,
		.size = bytes.n,
		.bytes = bytes,
		.content = &content,
		.kept = kept,
		.options = options ? options : &usual,
		.limits = limits,
		.scratch = &f->scratch,
	};
	*f = (struct facts){ 0 };
	int r = inv_sink_init(&f->sink, limits);
	r = r ? r : inv_sink_file(&f->sink, file.path, lc_str(a->name));
	r = r ? r : a->parse(&file, &f->sink, &e);
	r = r ? r : inv_sink_end(&f->sink);
	return r ? r : inv_facts_read(lc_buf_get(&f->sink.out), &f->arena, &f->facts, &e);
}

int facts_attempt_within(struct facts *f, const struct inv_analyser *a, const char *path,
			 struct lc_slice bytes, const struct lc_limits *limits)
{
	return attempt_kept(f, a, path, bytes, NULL, limits, NULL);
}

int facts_attempt(struct facts *f, const struct inv_analyser *a, const char *path,
		  struct lc_slice bytes)
{
	return facts_attempt_within(f, a, path, bytes, &lc_limits_default);
}

enum { TOGETHER_MAX = 16 };

int facts_attempt_together(struct facts *f, const struct inv_analyser *a,
			   const struct facts_file *files, size_t n)
{
	static struct walk_held held[TOGETHER_MAX];
	struct lc_map map = { 0 };
	struct walk_memo memo = { .map = { 0 } };
	const struct inv_kept_files kept = { &map, 0, &memo, NULL };
	int r = 0;
	lc_arena_init(&memo.texts, 1 << 20);
	*f = (struct facts){ 0 };
	assert_true(n <= TOGETHER_MAX);
	for (size_t i = 0; i < n && r == 0; i++) {
		held[i] = (struct walk_held){
			.kept = { lc_str(files[i].path), lc_content_slice(files[i].bytes) },
			.who = { { 1 } },
		};
		r = lc_map_put(&map, held[i].kept.path, &held[i]);
	}
	r = r ? r
	      : attempt_kept(f, a, files[0].path, files[0].bytes, &kept, &lc_limits_default, NULL);
	lc_map_done(&map);
	lc_map_done(&memo.map);
	lc_map_done(&memo.objects);
	lc_arena_done(&memo.texts);
	return r;
}

void facts_check_together(const struct inv_analyser *a, const char *what,
			  const struct facts_file *files, size_t n, const char *want)
{
	struct facts f;
	assert_int_equal(facts_attempt_together(&f, a, files, n), 0);
	const char *got = facts_text(&f);
	if (strcmp(got, want) != 0)
		fail_msg("%s:\n%s\nwanted:\n%s", what, got, want);
	facts_done(&f);
}

void facts_of(struct facts *f, const struct inv_analyser *a, const char *path,
	      struct lc_slice bytes)
{
	assert_int_equal(facts_attempt(f, a, path, bytes), 0);
}

/* ---- text ---- */

static void put(struct lc_buf *out, const char *key, struct lc_slice value)
{
	if (value.n == 0)
		return;
	lc_buf_fmt(out, " %s", key);
	lc_buf_slice(out, value);
}

static void put_list(struct lc_buf *out, const char *key, const struct lc_slices *list, char sep)
{
	for (size_t i = 0; i < list->n; i++) {
		lc_buf_fmt(out, "%s%s", i ? "" : " ", i ? (char[]){ sep, 0 } : key);
		lc_buf_slice(out, list->v[i]);
	}
}

static void put_owned(struct lc_buf *out, const struct inv_owned_list *list)
{
	struct inv_owned_cursor c = inv_owned_start(list);
	for (size_t i = 0; inv_owned_next(&c); i++) {
		char text[DIGEST_TEXT_MAX];
		struct lc_slice digest = inv_owned_digest(&c, text);
		lc_buf_str(out, i ? "," : " own=");
		lc_buf_slice(out, c.path);
		if (digest.n)
			lc_buf_byte(out, ':');
		lc_buf_slice(out, digest);
	}
}

void package_text(const struct inv_package *p, struct lc_buf *out)
{
	lc_buf_str(out, "p");
	put(out, "", p->type);
	put(out, "", p->name);
	put(out, "", p->version);
	put(out, "arch=", p->arch);
	put(out, "src=", p->source_name);
	if (p->source_version.n)
		lc_buf_byte(out, '/');
	lc_buf_slice(out, p->source_version);
	put_list(out, "lic=", &p->licences, '|');
	put(out, "by=", p->maintainer);
	put(out, "sum=", p->digest);
	put_list(out, "dep=", &p->depends_on, ',');
	put_owned(out, &p->owned);
	for (size_t i = 0; i < p->attributes.n; i++) {
		put(out, "", p->attributes.v[i].key);
		lc_buf_byte(out, '=');
		lc_buf_slice(out, p->attributes.v[i].value);
	}
	if (p->flags)
		lc_buf_fmt(out, " flags=%u", p->flags);
	if (p->relationship)
		lc_buf_fmt(out, " %s", inv_relationship_name(p->relationship));
}

void os_text(const struct inv_os *os, struct lc_buf *out)
{
	lc_buf_str(out, "os");
	put(out, "", os->family);
	put(out, "", os->version);
	put(out, "", os->codename);
	put(out, "", os->pretty);
	lc_buf_fmt(out, " %u%s", os->weight, os->extended ? " extended" : "");
}

void diagnostic_text(const struct inv_diagnostic *d, struct lc_buf *out)
{
	lc_buf_fmt(out, "! %s", inv_trouble_name(d->trouble));
	put(out, "", d->path);
	put(out, "", d->analyser);
	lc_buf_str(out, ": ");
	lc_buf_slice(out, d->message);
	lc_buf_byte(out, '\n');
}

static void owned_by_text(const struct inv_owned_by *o, struct lc_buf *out)
{
	lc_buf_str(out, "o");
	put(out, "", o->type);
	put(out, "", o->package);
	put(out, "arch=", o->arch);
	put_owned(out, &o->owned);
	put_list(out, "lic=", &o->licences, '|');
	lc_buf_byte(out, '\n');
}

static void file_text(const struct inv_file_facts *f, struct lc_buf *out)
{
	for (size_t i = 0; i < f->packages.n; i++) {
		const struct inv_package *p = &f->packages.v[i];
		package_text(p, out);
		lc_buf_fmt(out, " lines=%u-%u", p->line_start, p->line_end);
		for (size_t k = 0; k < p->more_lines.n; k++)
			lc_buf_fmt(out, ",%u-%u", p->more_lines.v[k].start, p->more_lines.v[k].end);
		lc_buf_byte(out, '\n');
	}
	for (size_t i = 0; i < f->owned.n; i++)
		owned_by_text(&f->owned.v[i], out);
	if (f->os) {
		os_text(f->os, out);
		lc_buf_byte(out, '\n');
	}
	if (f->repository) {
		lc_buf_str(out, "r");
		put(out, "", f->repository->family);
		put(out, "", f->repository->release);
		lc_buf_byte(out, '\n');
	}
	if (f->build) {
		lc_buf_str(out, "b");
		put_list(out, "sets=", &f->build->content_sets, ',');
		put(out, "nvr=", f->build->nvr);
		put(out, "arch=", f->build->arch);
		lc_buf_byte(out, '\n');
	}
}

const char *facts_text(struct facts *f)
{
	struct lc_buf out;
	lc_buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < f->facts.files.n; i++)
		file_text(&f->facts.files.v[i], &out);
	for (size_t i = 0; i < f->facts.diagnostics.n; i++) {
		struct inv_diagnostic d = f->facts.diagnostics.v[i];
		d.path = LC_S("");
		d.analyser = LC_S("");
		diagnostic_text(&d, &out);
	}
	const char *text = lc_arena_str(&f->arena, lc_buf_get(&out));
	lc_buf_done(&out);
	assert_non_null(text);
	return text;
}

void facts_check_with(const struct inv_analyser *a, const char *path,
		      const struct inv_options *options, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct facts f;
		assert_int_equal(
			attempt_kept(&f, a, path, rows[i].in, NULL, &lc_limits_default, options),
			0);
		const char *got = facts_text(&f);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s:\n%s\nwanted:\n%s", rows[i].what, got, rows[i].want);
		facts_done(&f);
	}
}

void facts_check(const struct inv_analyser *a, const char *path, const struct row *rows, size_t n)
{
	facts_check_with(a, path, NULL, rows, n);
}

static int attempt(void *ctx)
{
	const struct facts_try *t = ctx;
	struct facts f;
	int r = facts_attempt(&f, t->analyser, t->path, t->in);
	facts_done(&f);
	return r;
}

void facts_alloc(const struct facts_try *tries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct facts_try t = tries[i];
		assert_true(alloc_fail_each(attempt, &t) > 0);
	}
}
