#include "inventory/squash.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/shim.h"
#include "inventory/facts_text.h"
#include "inventory/presence.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

/*
 * Layers as text, one entry a line:
 *	d PATH                directory
 *	f PATH                file that nobody reads
 *	p PATH TYPE NAME VERSION [NAME VERSION]…   file with packages, read by "reader"
 *	o PATH TYPE NAME OWNED-PATH                file that tells of a package
 *	os PATH FAMILY VERSION WEIGHT
 *	! PATH MESSAGE        file with a trouble
 *	l PATH TARGET [BELOW] symbolic link; BELOW is wanted by "reader": "." the link itself, a
 *			      star as last name: files of a directory, "@" in front: at the target
 *	h PATH TARGET         hard link, wanted by "reader"
 *	x PATH                later member of the name: what was told is forgotten
 *	w PATH                whiteout
 *	q PATH                opaque directory
 */
enum { LAYERS_MAX = 16 };

struct stack {
	struct inv_sink sinks[LAYERS_MAX];
	struct inv_layer_facts facts[LAYERS_MAX];
	const struct inv_layer_facts *layers[LAYERS_MAX];
	struct lc_arena decoded[LAYERS_MAX]; /* what facts point into */
	size_t n;
	struct lc_arena arena;
	struct inventory inventory;
	struct squash_options options;
};

static struct lc_slice word(struct lc_slice *line)
{
	struct lc_slice w = LC_S("");
	if (line->p)
		(void)lc_split(line, ' ', &w);
	return w;
}

static int put_packages(struct inv_sink *s, struct lc_slice line)
{
	struct inv_package p = { .type = word(&line) };
	int r = 0;
	while (line.p && r == 0) {
		p.name = word(&line);
		p.version = word(&line);
		r = inv_sink_package(s, &p);
	}
	return r;
}

static int put_note(struct inv_sink *s, struct lc_slice line)
{
	struct inv_owned_by by = { .type = word(&line), .package = word(&line) };
	struct inv_owned owned = { .path = word(&line) };
	by.owned = (struct inv_owned_list){ .v = &owned, .n = 1 };
	return inv_sink_owned_by(s, &by);
}

static int put_os(struct inv_sink *s, struct lc_slice line)
{
	struct inv_os os = { .family = word(&line), .version = word(&line) };
	os.weight = (uint8_t)(word(&line).p[0] - '0');
	return inv_sink_os(s, &os);
}

static int put_symlink(struct inv_sink *s, struct lc_slice path, struct lc_slice line, bool hard)
{
	struct inv_link link = { .path = path, .target = word(&line), .hard = hard };
	struct inv_wanted wanted = { .below = word(&line), .analyser = LC_S("reader") };
	wanted.behind = lc_chop_prefix(&wanted.below, LC_S("@"));
	wanted.dir = lc_chop_suffix(&wanted.below, LC_S("/*"));
	if (lc_eq(wanted.below, LC_S("*")))
		wanted = (struct inv_wanted){ LC_S(""), wanted.analyser, true, wanted.behind };
	else if (hard || lc_eq(wanted.below, LC_S(".")))
		wanted.below = LC_S("");
	else if (wanted.below.n == 0)
		return inv_sink_link(s, &link);
	link.wanted = (struct inv_wanted_list){ &wanted, 1, 1 };
	return inv_sink_link(s, &link);
}

static int put_file(struct inv_sink *s, struct lc_slice kind, struct lc_slice path,
		    struct lc_slice line)
{
	int r = inv_sink_file(s, path, LC_S("reader"));
	if (lc_eq(kind, LC_S("p")))
		return r ? r : put_packages(s, line);
	if (lc_eq(kind, LC_S("o")))
		return r ? r : put_note(s, line);
	if (lc_eq(kind, LC_S("os")))
		return r ? r : put_os(s, line);
	assert_text(kind, "!");
	return r ? r : inv_sink_trouble(s, INV_MALFORMED, "%.*s", LC_FMT(line));
}

static int put_line(struct inv_sink *s, struct inv_presence *presence, struct lc_slice line)
{
	struct lc_slice kind = word(&line);
	struct lc_slice path = word(&line);
	if (lc_eq(kind, LC_S("w")))
		return inv_sink_whiteout(s, path);
	if (lc_eq(kind, LC_S("q")))
		return inv_sink_opaque(s, path);
	int r = inv_presence_add(presence, path, lc_eq(kind, LC_S("d")));
	if (r || lc_eq(kind, LC_S("d")) || lc_eq(kind, LC_S("f")))
		return r;
	if (lc_eq(kind, LC_S("x")))
		return inv_sink_file(s, path, LC_S(""));
	if (lc_eq(kind, LC_S("l")) || lc_eq(kind, LC_S("h")))
		return put_symlink(s, path, line, lc_eq(kind, LC_S("h")));
	return put_file(s, kind, path, line);
}

static int add_layer(struct stack *st, struct lc_slice text)
{
	struct inv_sink *s = &st->sinks[st->n];
	struct inv_presence presence;
	struct lc_slice line;
	int r = inv_presence_init(&presence, NULL);
	r = r ? r : inv_sink_init(s, &lc_limits_default);
	while (r == 0 && lc_line(&text, &line))
		r = put_line(s, &presence, line);
	inv_presence_seal(&presence);
	r = r ? r : inv_sink_presence(s, &presence);
	r = r ? r : inv_sink_end(s);
	inv_presence_done(&presence);
	r = r ? r
	      : inv_facts_read(lc_buf_get(&s->out), &st->decoded[st->n], &st->facts[st->n], NULL);
	st->layers[st->n] = &st->facts[st->n];
	st->n++;
	return r;
}

static void forget_layer(struct stack *st, size_t i)
{
	inv_sink_done(&st->sinks[i]);
	lc_arena_done(&st->decoded[i]);
}

/* Layer by layer; what is not needed goes at once, so that a checked run sees who looks at it. */
static int squash_stack(struct stack *st)
{
	LC_CLEANUP(inv_squash_freep) struct squash *s = NULL;
	int r = inv_squash_new(&st->options, st->n, &st->arena, &s, NULL);
	for (size_t i = 0; i < st->n && r == 0; i++) {
		r = inv_squash_add(s, st->layers[i], NULL);
		for (size_t k = 0; k <= i && r == 0; k++) {
			if (!inv_squash_needs(s, k))
				forget_layer(st, k);
		}
	}
	return r ? r : inv_squash_end(s, &st->inventory, NULL);
}

static void stack_done(struct stack *st)
{
	for (size_t i = 0; i < LAYERS_MAX; i++)
		forget_layer(st, i);
	lc_arena_done(&st->arena);
	*st = (struct stack){ 0 };
}

/* "type name version origin/layer path", then os, owned paths and troubles, one a line. */
static void text_of(const struct inventory *inv, struct lc_buf *out)
{
	for (size_t i = 0; i < inv->packages.n; i++) {
		const struct inv_found_package *p = &inv->packages.v[i];
		lc_buf_fmt(out, "%.*s %.*s %.*s %zu/%zu %.*s", LC_FMT(p->package.type),
			   LC_FMT(p->package.name), LC_FMT(p->package.version), p->layer,
			   p->file_layer, LC_FMT(p->file));
		struct lc_arena a = { 0 };
		struct lc_slices paths;
		assert_int_equal(inv_owned_paths(&p->package.owned, &a, &paths), 0);
		for (size_t k = 0; k < paths.n; k++)
			lc_buf_fmt(out, " own=%.*s", LC_FMT(paths.v[k]));
		lc_arena_done(&a);
		lc_buf_byte(out, '\n');
	}
	if (inv->has_os)
		lc_buf_fmt(out, "os %.*s %.*s %zu %.*s\n", LC_FMT(inv->os.family),
			   LC_FMT(inv->os.version), inv->os_layer, LC_FMT(inv->os_file));
	for (size_t i = 0; i < inv->diagnostics.n; i++) {
		const struct inv_diagnostic *d = &inv->diagnostics.v[i].diagnostic;
		lc_buf_fmt(out, "! %zu %.*s: %.*s\n", inv->diagnostics.v[i].layer, LC_FMT(d->path),
			   LC_FMT(d->message));
	}
}

struct squash_row {
	const char *what;
	const char *layers[5];
	const char *want;
};

static void check(const struct squash_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct stack st = { 0 };
		struct lc_buf out;
		lc_buf_init(&out, 1 << 20);
		for (size_t k = 0; k < 5 && rows[i].layers[k]; k++)
			assert_int_equal(add_layer(&st, lc_str(rows[i].layers[k])), 0);
		assert_int_equal(squash_stack(&st), 0);
		text_of(&st.inventory, &out);
		if (!lc_eq(lc_buf_get(&out), lc_str(rows[i].want)))
			fail_msg("%s:\n%.*s\nwanted:\n%s", rows[i].what, LC_FMT(lc_buf_get(&out)),
				 rows[i].want);
		lc_buf_done(&out);
		stack_done(&st);
	}
}

static void upper_layers_hide_lower_files(void **state)
{
	(void)state;
	static const struct squash_row rows[] = {
		{ "nothing hides it", { "p d/a npm n 1", "f b" }, "npm n 1 0/0 d/a\n" },
		{ "whiteout", { "p d/a npm n 1", "w d/a" }, "" },
		{ "whiteout of a directory above", { "d d\np d/e/a npm n 1", "w d" }, "" },
		{ "whiteout of a sibling whose name starts alike",
		  { "p d/ab npm n 1", "w d/a" },
		  "npm n 1 0/0 d/ab\n" },
		{ "whiteouts leave their own layer alone",
		  { "p d/a npm n 1", "w d/a\np d/a npm n 2" },
		  "npm n 2 1/1 d/a\n" },
		{ "and that before them", { "p d/a npm n 1\nw d/a" }, "npm n 1 0/0 d/a\n" },
		{ "opaque directory",
		  { "p d/e/a npm n 1\np x npm n 1", "q d" },
		  "npm n 1 0/0 x\n" },
		{ "opaque directory behind its own files",
		  { "p d/a npm n 1", "p d/b npm n 2\nq d" },
		  "npm n 2 1/1 d/b\n" },
		{ "an opaque file name is not its own directory",
		  { "p d npm n 1", "q d" },
		  "npm n 1 0/0 d\n" },
		{ "opaque root", { "p a npm n 1", "q \np b npm n 2" }, "npm n 2 1/1 b\n" },
		{ "file in place of a directory", { "p d/a npm n 1", "f d" }, "" },
		{ "link in place of a directory", { "p d/a npm n 1", "l d e" }, "" },
		{ "directory in place of a file", { "p a npm n 1", "d a" }, "" },
		{ "directory over directory merges",
		  { "d d\np d/a npm n 1", "d d\nf d/b" },
		  "npm n 1 0/0 d/a\n" },
		{ "file in place of a file", { "p a npm n 1", "f a" }, "" },
		{ "a layer that could not be understood at all",
		  { "p a npm n 1", "" },
		  "npm n 1 0/0 a\n" },
		{ "later member of one name", { "p a npm n 1\np a npm n 2" }, "npm n 2 0/0 a\n" },
		{ "later member that is no file", { "p a npm n 1\nx a" }, "" },
		{ "removed and back", { "p a npm n 1", "w a", "p a npm n 1" }, "npm n 1 2/2 a\n" },
	};
	check(rows, N(rows));
}

static void packages_have_the_layer_that_brought_them(void **state)
{
	(void)state;
	static const struct squash_row rows[] = {
		{ "the first of an unbroken row",
		  { "p db apk n 1 m 1", "p db apk n 1 m 2", "p db apk n 1 m 2 k 1" },
		  "apk k 1 2/2 db\napk m 2 1/2 db\napk n 1 0/2 db\n" },
		{ "out and in again",
		  { "p db apk n 1", "p db apk m 1", "p db apk n 1 m 1" },
		  "apk m 1 1/2 db\napk n 1 2/2 db\n" },
		{ "moving a database moves no origin",
		  { "p lib/db apk n 1", "f x", "w lib/db\np usr/lib/db apk n 1 m 1" },
		  "apk m 1 2/2 usr/lib/db\napk n 1 0/2 usr/lib/db\n" },
		{ "moving a lock file does",
		  { "p a npm n 1", "w a\np b npm n 1" },
		  "npm n 1 1/1 b\n" },
		{ "same file again",
		  { "p a npm n 1 m 1", "p a npm n 1 m 2" },
		  "npm m 2 1/1 a\nnpm n 1 0/1 a\n" },
		{ "the system has a package once",
		  { "p lib/db apk n 1", "p usr/lib/db apk n 1" },
		  "apk n 1 0/0 lib/db\n" },
		{ "other packages once a file",
		  { "p a npm n 1\np b npm n 1" },
		  "npm n 1 0/0 a\nnpm n 1 0/0 b\n" },
		{ "two versions of one name",
		  { "p db apk n 1 n 2" },
		  "apk n 1 0/0 db\napk n 2 0/0 db\n" },
	};
	check(rows, N(rows));
}

static void what_the_system_owns_is_told_of_once(void **state)
{
	(void)state;
	static const struct squash_row rows[] = {
		{ "a file of a package of the system",
		  { "p db dpkg n 1\no info dpkg n usr/x/a\np usr/x/a npm n 1\np usr/x/b npm n 2" },
		  "dpkg n 1 0/0 db own=usr/x/a\nnpm n 2 0/0 usr/x/b\n" },
		{ "by way of a link",
		  { "l lib usr/lib\np db dpkg n 1\no info dpkg n lib/a\np usr/lib/a npm n 1" },
		  "dpkg n 1 0/0 db own=lib/a\n" },
		{ "links in a circle",
		  { "l lib lib\np db dpkg n 1\no info dpkg n lib/a\np usr/lib/a npm n 1" },
		  "dpkg n 1 0/0 db own=lib/a\nnpm n 1 0/0 usr/lib/a\n" },
		{ "a package that is gone owns nothing",
		  { "p db dpkg n 1\no info dpkg n a\np a npm n 1", "p db dpkg m 1" },
		  "dpkg m 1 1/1 db\nnpm n 1 0/0 a\n" },
		{ "languages' packages own nothing",
		  { "p a npm n 1\no b npm n c\np c npm m 1" },
		  "npm m 1 0/0 c\nnpm n 1 0/0 a\n" },
	};
	check(rows, N(rows));
}

/* Each package of a name owns what is told of that name: so many that none asks what it costs. */
static void packages_times_owned_files_are_bounded(void **state)
{
	enum { MANY = 6000 };
	(void)state;
	struct stack st = { 0 };
	struct inv_sink *s = &st.sinks[0];
	struct inv_owned *files = test_calloc(MANY, sizeof(*files));
	struct inv_owned_by by = { .type = LC_S("dpkg"), .package = LC_S("n") };
	char version[16];
	by.owned = (struct inv_owned_list){ .v = files, .n = MANY };
	for (size_t i = 0; i < MANY; i++)
		files[i].path = LC_S("a");
	assert_int_equal(inv_sink_init(s, &lc_limits_default), 0);
	assert_int_equal(inv_sink_file(s, LC_S("db"), LC_S("dpkg")), 0);
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(version, sizeof(version), "%u", i);
		struct inv_package p = {
			.type = LC_S("dpkg"),
			.name = LC_S("n"),
			.version = lc_str(version),
		};
		assert_int_equal(inv_sink_package(s, &p), 0);
	}
	assert_int_equal(inv_sink_file(s, LC_S("info"), LC_S("dpkg-info")), 0);
	assert_int_equal(inv_sink_owned_by(s, &by), 0);
	assert_int_equal(inv_sink_end(s), 0);
	assert_int_equal(inv_facts_read(lc_buf_get(&s->out), &st.decoded[0], &st.facts[0], NULL),
			 0);
	st.layers[0] = &st.facts[0];
	st.n = 1;
	assert_int_equal(squash_stack(&st), LC_ELIMIT);
	stack_done(&st);
	test_free(files);
}

static void options_say_what_is_wanted(void **state)
{
	static const struct {
		struct squash_options options;
		size_t packages, owned;
	} rows[] = {
		{ { false, 0 }, 2, 1 },
		{ { true, 0 }, 3, 0 },
		{ { false, 1u << INV_REL_UNKNOWN }, 2, 1 },
		{ { true, 1u << INV_REL_DIRECT | 1u << INV_REL_ROOT }, 0, 0 },
	};
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct stack st = { .options = rows[i].options };
		assert_int_equal(add_layer(&st, LC_S("p db dpkg n 1\no info dpkg n a\n"
						     "p a npm n 1\np b npm n 2")),
				 0);
		assert_int_equal(squash_stack(&st), 0);
		assert_int_equal(st.inventory.packages.n, rows[i].packages);
		assert_int_equal(st.inventory.owned, rows[i].owned);
		stack_done(&st);
	}
}

static void links_are_followed_inside_the_root(void **state)
{
	(void)state;
	static const struct squash_row rows[] = {
		{ "one database behind a merged usr",
		  { "l lib usr/lib apk/db\np usr/lib/apk/db apk n 1", "p lib/apk/db apk n 2" },
		  "apk n 2 1/1 usr/lib/apk/db\n" },
		{ "and by the other name",
		  { "l lib usr/lib\np lib/db apk n 1", "p usr/lib/db apk n 1 m 1" },
		  "apk m 1 1/1 usr/lib/db\napk n 1 0/1 usr/lib/db\n" },
		{ "a whiteout by the link's name",
		  { "l lib usr/lib\np usr/lib/db apk n 1", "w lib/db" },
		  "" },
		{ "an opaque directory by the link's name",
		  { "l lib usr/lib\np usr/lib/db apk n 1", "q lib" },
		  "" },
		{ "an unread file by the link's name",
		  { "l lib usr/lib\np usr/lib/db apk n 1", "f lib/db" },
		  "! 1 usr/lib/db: was replaced by way of a link, by what was not read\n" },
		{ "and that removed again",
		  { "l lib usr/lib\np usr/lib/db apk n 1", "f lib/db", "w usr/lib/db" },
		  "" },
		{ "a directory that takes the link's place",
		  { "l lib usr/lib\np usr/lib/db apk n 1", "d lib\np lib/db apk m 1" },
		  "apk m 1 1/1 lib/db\napk n 1 0/0 usr/lib/db\n" },
		{ "a link that takes a directory's place",
		  { "p lib/db apk n 1", "l lib usr/lib\np usr/lib/db apk n 1" },
		  "apk n 1 0/1 usr/lib/db\n" },
		{ "target read under its own name",
		  { "l etc/os-release ../usr/lib/os-release .\nos usr/lib/os-release a 1 3" },
		  "os a 1 0 usr/lib/os-release\n" },
		{ "target that nobody read",
		  { "l etc/os-release ../opt/x .\nf opt/x" },
		  "! 0 etc/os-release: is a link to opt/x, which was not read\n" },
		{ "target in a lower layer",
		  { "f opt/x", "l db /opt/x ." },
		  "! 1 db: is a link to opt/x, which was not read\n" },
		{ "target that was removed", { "f opt/x", "l db /opt/x .", "w opt" }, "" },
		{ "link that was removed", { "f opt/x\nl db /opt/x .", "w db" }, "" },
		{ "target that never was", { "l db /opt/x ." }, "" },
		{ "target that is a directory", { "l db /opt/x .\nd opt/x" }, "" },
		{ "wanted below a link",
		  { "l var/lib/dpkg ../../opt/dpkg status\nf opt/dpkg/status" },
		  "! 0 var/lib/dpkg/status: is a link to opt/dpkg/status, which was not read\n" },
		{ "over two links",
		  { "l a b\nl b c\nl db a/x .\nf c/x" },
		  "! 0 db: is a link to c/x, which was not read\n" },
		{ "never above the root",
		  { "l db ../../../../x .\nf x" },
		  "! 0 db: is a link to x, which was not read\n" },
		{ "in a circle",
		  { "l a b\nl b a\nl db a/x ." },
		  "! 0 db: is a link that leads in a circle\n" },
		{ "to itself", { "l db db ." }, "! 0 db: is a link that leads in a circle\n" },
		{ "to what grows",
		  { "l a a/a\nl db a ." },
		  "! 0 db: is a link that leads in a circle\n" },
		{ "a file outlives its first name",
		  { "p a apk n 1\nh db a", "w a" },
		  "apk n 1 0/0 db\n" },
		{ "and its second", { "p a apk n 1\nh db a", "w db" }, "apk n 1 0/0 a\n" },
		{ "but not both", { "p a apk n 1\nh db a", "w db", "f a" }, "" },
		{ "hard link to a lower layer's unread file",
		  { "f x", "h db x" },
		  "! 1 db: is a link to x, which was not read\n" },
		{ "and the file is removed under its own name",
		  { "f x", "h db x", "w x" },
		  "! 1 db: is a link to x, which was not read\n" },
	};
	check(rows, N(rows));
}

#define FILES(path, to) "! 0 " path ": is a link to " to ", whose files were not read\n"

static void links_to_directories_that_nobody_read_are_said(void **state)
{
	(void)state;
	static const struct squash_row rows[] = {
		{ "at the link", { "l s.d opt/x *\nf opt/x/a" }, FILES("s.d", "opt/x") },
		{ "below it", { "l v opt s.d/*\nf opt/s.d/a" }, FILES("v/s.d", "opt/s.d") },
		{ "far down", { "l s.d opt/x *\nf opt/x/b/c/a" }, FILES("s.d", "opt/x") },
		{ "brought by an upper layer",
		  { "l s.d opt/x *", "f opt/x/a" },
		  FILES("s.d", "opt/x") },
		{ "brought by a lower one",
		  { "f opt/x/a", "l s.d opt/x *" },
		  "! 1 s.d: is a link to opt/x, whose files were not read\n" },
		{ "over two links", { "l s.d a/x *\nl a opt\nf opt/x/a" }, FILES("s.d", "opt/x") },
		{ "to the root", { "l s.d / *\nf a" }, FILES("s.d", "") },
		{ "in a circle",
		  { "l s.d a *\nl a s.d" },
		  "! 0 s.d: is a link that leads in a circle\n" },
		{ "a directory without files", { "l s.d opt/x *\nd opt/x\nd opt/x/b" }, "" },
		{ "a directory that never was", { "l s.d opt/x *\nf opt/xy/a" }, "" },
		{ "one that was removed", { "l s.d opt/x *\nf opt/x/a", "w opt/x" }, "" },
		{ "with all above it", { "l s.d opt/x *\nf opt/x/a", "q opt" }, "" },
		{ "replaced by a file", { "l s.d opt/x *\nf opt/x/a", "f opt/x" }, "" },
		{ "removed and back",
		  { "l s.d opt/x *\nf opt/x/a", "w opt/x\nf opt/x/b" },
		  FILES("s.d", "opt/x") },
		{ "a link that was removed", { "l s.d opt/x *\nf opt/x/a", "w s.d" }, "" },
	};
	check(rows, N(rows));
}

#define BEHIND "was written by way of a link, and not read\n"

static void what_is_written_by_way_of_a_link_is_said(void **state)
{
	(void)state;
	static const struct squash_row rows[] = {
		{ "a new file",
		  { "l opt/db /v @status", "f opt/db/status" },
		  "! 1 v/status: " BEHIND },
		{ "of the link's own layer",
		  { "l opt/db ../v @status\nf opt/db/status" },
		  "! 0 v/status: " BEHIND },
		{ "over two links",
		  { "l a b/c @d/status\nl b e", "f a/d/status" },
		  "! 1 e/c/d/status: " BEHIND },
		{ "then removed", { "l opt/db /v @status", "f opt/db/status", "w v/status" }, "" },
		{ "then written where it is read",
		  { "l opt/db /v @status", "f opt/db/status", "p v/status apk n 1" },
		  "apk n 1 2/2 v/status\n" },
		{ "a directory of the name", { "l opt/db /v @status", "d opt/db/status" }, "" },
		{ "when the link is gone",
		  { "l opt/db /v @status", "d opt/db\nf opt/db/status" },
		  "" },
		{ "over what was read: once",
		  { "l opt/db /v @status\np v/status apk n 1", "f opt/db/status" },
		  "! 1 v/status: was replaced by way of a link, by what was not read\n" },
		{ "beside what is read, in either order",
		  { "l opt/db /v @status", "p v/status apk n 1\nf opt/db/status" },
		  "apk n 1 1/1 v/status\n! 1 v/status: " BEHIND },
		{ "files of a directory",
		  { "l opt/x /v/s.d @*", "f opt/x/a\nf opt/x/b" },
		  "! 1 v/s.d/.: " BEHIND },
		{ "of one below",
		  { "l opt/x /v @s.d/*", "f opt/x/s.d/a" },
		  "! 1 v/s.d/.: " BEHIND },
		{ "to which others come",
		  { "l opt/x /v/s.d @*", "f opt/x/a", "d v/s.d\nf v/s.d/b" },
		  "! 1 v/s.d/.: " BEHIND },
		{ "and no name of a file hides it",
		  { "l opt/x /v/s.d @*", "f opt/x/a", "f v/s.d/*\nf v/s.d/a" },
		  "! 1 v/s.d/.: " BEHIND },
		{ "and which is removed", { "l opt/x /v/s.d @*", "f opt/x/a", "w v/s.d" }, "" },
		{ "no files of it", { "l opt/x /v @s.d/*", "f opt/x/a\nd opt/x/s.d" }, "" },
	};
	check(rows, N(rows));
}

static void other_facts_follow_their_files(void **state)
{
	(void)state;
	static const struct squash_row rows[] = {
		{ "the heaviest word on the system",
		  { "os b/x debian 12 4\nos c/x ubuntu 22 8", "os a/x redhat 1 2" },
		  "os ubuntu 22 0 c/x\n" },
		{ "of equal ones the upper",
		  { "os b debian 12 4", "os c debian 13 4" },
		  "os debian 13 1 c\n" },
		{ "then the first path",
		  { "os b debian 12 4\nos a debian 13 4" },
		  "os debian 13 0 a\n" },
		{ "hidden ones say nothing",
		  { "os a debian 12 4\nos b x 1 1", "w a" },
		  "os x 1 0 b\n" },
		{ "paths told apart",
		  { "p db dpkg n 1\no i/n.list dpkg n usr/b\no i/n.md dpkg n usr/a\n"
		    "o i/m.list dpkg m usr/m" },
		  "dpkg n 1 0/0 db own=usr/a own=usr/b\n" },
		{ "paths told by a file that was replaced",
		  { "p db dpkg n 1\no i dpkg n usr/b", "o i dpkg n usr/c" },
		  "dpkg n 1 0/0 db own=usr/c\n" },
		{ "the same path twice",
		  { "p db dpkg n 1\no i dpkg n a\no k dpkg n a" },
		  "dpkg n 1 0/0 db own=a\n" },
		{ "troubles of files that are there",
		  { "! b broken\n! a bad", "f b", "! c worse" },
		  "! 0 a: bad\n! 2 c: worse\n" },
		{ "links of hidden files are no trouble", { "f x\nl e/db /x .", "f e" }, "" },
	};
	check(rows, N(rows));
}

static void an_unreadable_layer_is_left_out(void **state)
{
	(void)state;
	struct stack st = { 0 };
	const struct inv_layer_facts *layers[3];
	struct lc_buf out;
	lc_buf_init(&out, 4096);
	assert_int_equal(add_layer(&st, LC_S("p db apk n 1")), 0);
	assert_int_equal(add_layer(&st, LC_S("p db apk n 1 m 1")), 0);
	layers[0] = &st.facts[0];
	layers[1] = NULL;
	layers[2] = &st.facts[1];
	assert_int_equal(inv_squash(layers, 3, &st.arena, &st.inventory, NULL), 0);
	text_of(&st.inventory, &out);
	assert_text(lc_buf_get(&out), "apk m 1 2/2 db\napk n 1 0/2 db\n");
	assert_int_equal(inv_squash(layers, 0, &st.arena, &st.inventory, NULL), 0);
	assert_int_equal(st.inventory.packages.n, 0);
	lc_buf_done(&out);
	stack_done(&st);
}

static void dependencies_become_ids_of_what_is_installed(void **state)
{
	(void)state;
	struct lc_slice depends[] = { LC_S_INIT("b"), LC_S_INIT("c"), LC_S_INIT("a"),
				      LC_S_INIT("b") };
	struct inv_package a = { .type = LC_S("dpkg"),
				 .name = LC_S("a"),
				 .version = LC_S("1"),
				 .arch = LC_S("amd64"),
				 .depends_on = { depends, 4, 4 } };
	struct inv_package b = { .type = LC_S("dpkg"),
				 .name = LC_S("b"),
				 .version = LC_S("1:2-3"),
				 .arch = LC_S("amd64") };
	struct inv_package foreign = { .type = LC_S("apk"),
				       .name = LC_S("c"),
				       .version = LC_S("1") };
	struct stack st = { 0 };
	assert_int_equal(inv_sink_init(&st.sinks[0], &lc_limits_default), 0);
	assert_int_equal(inv_sink_file(&st.sinks[0], LC_S("f"), LC_S("x")), 0);
	assert_int_equal(inv_sink_package(&st.sinks[0], &a), 0);
	assert_int_equal(inv_sink_package(&st.sinks[0], &b), 0);
	assert_int_equal(inv_sink_package(&st.sinks[0], &foreign), 0);
	assert_int_equal(inv_sink_end(&st.sinks[0]), 0);
	assert_int_equal(
		inv_facts_read(lc_buf_get(&st.sinks[0].out), &st.arena, &st.facts[0], NULL), 0);
	st.layers[0] = &st.facts[0];
	assert_int_equal(inv_squash(st.layers, 1, &st.arena, &st.inventory, NULL), 0);
	const struct inv_package *got = &st.inventory.packages.v[1].package;
	assert_text(got->name, "a");
	assert_int_equal(got->depends_on.n, 2);
	assert_text(got->depends_on.v[0], "a@1");
	assert_text(got->depends_on.v[1], "b@1:2-3");
	stack_done(&st);
}

/* Each of n packages of one name depends on that name: n * n ids must not be made. */
static void a_name_that_many_share_means_few_of_them(void **state)
{
	(void)state;
	enum { PACKAGES = 500 };
	struct lc_slice depends[] = { LC_S_INIT("a") };
	struct stack st = { 0 };
	assert_int_equal(inv_sink_init(&st.sinks[0], &lc_limits_default), 0);
	assert_int_equal(inv_sink_file(&st.sinks[0], LC_S("f"), LC_S("x")), 0);
	for (int i = 0; i < PACKAGES; i++) {
		char version[16];
		(void)snprintf(version, sizeof(version), "%d", i);
		struct inv_package a = { .type = LC_S("dpkg"),
					 .name = LC_S("a"),
					 .version = lc_str(version),
					 .depends_on = { depends, 1, 1 } };
		assert_int_equal(inv_sink_package(&st.sinks[0], &a), 0);
	}
	assert_int_equal(inv_sink_end(&st.sinks[0]), 0);
	assert_int_equal(
		inv_facts_read(lc_buf_get(&st.sinks[0].out), &st.arena, &st.facts[0], NULL), 0);
	st.layers[0] = &st.facts[0];
	assert_int_equal(inv_squash(st.layers, 1, &st.arena, &st.inventory, NULL), 0);
	assert_int_equal(st.inventory.packages.n, PACKAGES);
	for (size_t i = 0; i < PACKAGES; i++)
		assert_in_range(st.inventory.packages.v[i].package.depends_on.n, 1, 16);
	stack_done(&st);
}

/* ---- random stacks against a model that applies layers to a map of paths ---- */

enum { NODES = 3 + 9 + 27, PACKAGES = 4 };

/* Paths over a, b, c up to three deep; node i's children are 3 i + 3 … 3 i + 5. */
struct node {
	char kind;         /* 0 nothing, 'd', 'f' */
	unsigned packages; /* bits */
	size_t origin[PACKAGES], layer;
};

struct model {
	struct node node[NODES];
	bool in[PACKAGES]; /* the system's */
	size_t origin[PACKAGES];
};

static size_t depth_of(size_t i)
{
	return i < 3 ? 1 : i < 12 ? 2 : 3;
}

static size_t parent_of(size_t i)
{
	return i / 3 - 1;
}

static const char *path_of(size_t i)
{
	static char text[3][8];
	static unsigned turn;
	char *out = text[turn++ % 3];
	size_t n = 2 * depth_of(i);
	out[n - 1] = '\0';
	for (;;) {
		n -= 2;
		out[n] = "abc"[i % 3];
		if (n == 0)
			return out;
		out[n - 1] = '/';
		i = parent_of(i);
	}
}

static void remove_below(struct model *m, size_t i)
{
	for (size_t c = 3 * i + 3; c < 3 * i + 6 && c < NODES; c++) {
		m->node[c].kind = 0;
		remove_below(m, c);
	}
}

/* Nodes whose number is even hold packages of the system. */
static bool is_system(size_t i)
{
	return i % 2 == 0;
}

/* Packages of one file keep their origin while the file at the path holds them. */
static void inherit(struct node *now, const struct node *before, size_t layer)
{
	now->layer = layer;
	for (size_t p = 0; p < PACKAGES; p++) {
		bool held = before->kind == 'f' && (before->packages >> p & 1);
		now->origin[p] = held ? before->origin[p] : layer;
	}
}

static void apply(struct model *m, const struct node *layer, const bool *white, const bool *opaque,
		  size_t index)
{
	struct model before = *m;
	for (size_t i = 0; i < NODES; i++) {
		if (white[i])
			m->node[i].kind = 0;
		if (white[i] || opaque[i])
			remove_below(m, i);
	}
	for (size_t i = 0; i < NODES; i++) { /* parents come first */
		if (!layer[i].kind)
			continue;
		if (layer[i].kind == 'f' || m->node[i].kind == 'f')
			remove_below(m, i);
		m->node[i] = layer[i];
		inherit(&m->node[i], &before.node[i], index);
	}
	for (size_t p = 0; p < PACKAGES; p++) {
		bool now = false;
		for (size_t i = 0; i < NODES; i++)
			now |= m->node[i].kind == 'f' && is_system(i) &&
			       (m->node[i].packages >> p & 1);
		if (now && !m->in[p])
			m->origin[p] = index;
		m->in[p] = now;
	}
}

static void random_layer(uint64_t *seed, struct node *layer, bool *white, bool *opaque,
			 struct lc_buf *text)
{
	for (size_t i = 0; i < NODES; i++) {
		bool room = i < 3 || layer[parent_of(i)].kind == 'd';
		size_t dice = next_below(seed, 10);
		layer[i] = (struct node){ 0 };
		white[i] = next_below(seed, 12) == 0;
		opaque[i] = false;
		if (room && dice < 4 && i < 12)
			layer[i].kind = 'd';
		else if (room && dice < 7)
			layer[i] = (struct node){
				'f', (unsigned)next_below(seed, 1 << PACKAGES), { 0 }, 0
			};
		if (layer[i].kind == 'd')
			opaque[i] = next_below(seed, 8) == 0;
		if (layer[i].kind == 'd')
			lc_buf_fmt(text, "d %s\n", path_of(i));
		if (layer[i].kind == 'f') {
			lc_buf_fmt(text, "p %s %s", path_of(i), is_system(i) ? "apk" : "npm");
			for (size_t p = 0; p < PACKAGES; p++) {
				if (layer[i].packages >> p & 1)
					lc_buf_fmt(text, " n%zu 1", p);
			}
			lc_buf_byte(text, '\n');
		}
		/* Whiteouts and opaque marks stand anywhere in a layer. */
		if (white[i])
			lc_buf_fmt(text, "w %s\n", path_of(i));
		if (opaque[i])
			lc_buf_fmt(text, "q %s\n", path_of(i));
	}
}

static size_t count_model(const struct model *m, struct lc_buf *out)
{
	size_t n = 0;
	for (size_t p = 0; p < PACKAGES; p++) {
		for (size_t i = 0; i < NODES; i++) {
			const struct node *node = &m->node[i];
			if (node->kind != 'f' || is_system(i) || !(node->packages >> p & 1))
				continue;
			lc_buf_fmt(out, "npm n%zu 1 %zu/%zu %s\n", p, node->origin[p], node->layer,
				   path_of(i));
			n++;
		}
		if (m->in[p])
			lc_buf_fmt(out, "apk n%zu %zu\n", p, m->origin[p]);
		n += m->in[p];
	}
	return n;
}

/* The system's packages without the file that proves them: any of several may. */
static void put_found(const struct inventory *inv, struct lc_buf *out)
{
	for (size_t i = 0; i < inv->packages.n; i++) {
		const struct inv_found_package *p = &inv->packages.v[i];
		if (lc_eq(p->package.type, LC_S("apk")))
			lc_buf_fmt(out, "apk %.*s %zu\n", LC_FMT(p->package.name), p->layer);
		else
			lc_buf_fmt(out, "npm %.*s 1 %zu/%zu %.*s\n", LC_FMT(p->package.name),
				   p->layer, p->file_layer, LC_FMT(p->file));
	}
}

static int compare_lines(const void *a, const void *b)
{
	return lc_cmp(*(const struct lc_slice *)a, *(const struct lc_slice *)b);
}

static void assert_same_lines(struct lc_slice a, struct lc_slice b, uint64_t seed)
{
	struct lc_slice lines[2][1024];
	size_t n[2] = { 0, 0 };
	while (n[0] < 1024 && lc_line(&a, &lines[0][n[0]]))
		n[0]++;
	while (n[1] < 1024 && lc_line(&b, &lines[1][n[1]]))
		n[1]++;
	for (size_t k = 0; k < 2; k++)
		qsort(lines[k], n[k], sizeof(struct lc_slice), compare_lines);
	for (size_t i = 0; i < n[0] && i < n[1]; i++) {
		if (!lc_eq(lines[0][i], lines[1][i]))
			fail_msg("seed %zu: got %.*s, wanted %.*s", (size_t)seed,
				 LC_FMT(lines[0][i]), LC_FMT(lines[1][i]));
	}
	if (n[0] != n[1])
		fail_msg("seed %zu: got %zu, wanted %zu", (size_t)seed, n[0], n[1]);
}

static void random_stacks_equal_layers_applied_to_a_map_of_paths(void **state)
{
	(void)state;
	size_t total = 0;
	for (uint64_t round = 0; round < 3000; round++) {
		uint64_t seed = round;
		struct stack st = { 0 };
		struct model m = { 0 };
		struct lc_buf want;
		struct lc_buf got;
		size_t layers = next_below(&seed, 5) + 1;
		lc_buf_init(&want, 1 << 20);
		lc_buf_init(&got, 1 << 20);
		for (size_t i = 0; i < layers; i++) {
			struct node layer[NODES];
			bool white[NODES];
			bool opaque[NODES];
			struct lc_buf text;
			lc_buf_init(&text, 1 << 20);
			random_layer(&seed, layer, white, opaque, &text);
			apply(&m, layer, white, opaque, i);
			assert_int_equal(add_layer(&st, lc_buf_get(&text)), 0);
			lc_buf_done(&text);
		}
		assert_int_equal(squash_stack(&st), 0);
		total += count_model(&m, &want);
		put_found(&st.inventory, &got);
		assert_same_lines(lc_buf_get(&got), lc_buf_get(&want), round);
		lc_buf_done(&want);
		lc_buf_done(&got);
		stack_done(&st);
	}
	assert_true(total > 10000);
}

static void a_hidden_layer_is_not_needed(void **state)
{
	(void)state;
	struct stack st = { 0 };
	struct squash *s = NULL;
	struct lc_err e = { 0 };
	assert_int_equal(add_layer(&st, LC_S("p a npm n 1\nl lib usr/lib db\nw x\nf y")), 0);
	assert_int_equal(add_layer(&st, LC_S("! b broken\nf c")), 0);
	assert_int_equal(add_layer(&st, LC_S("p a npm n 1")), 0);
	assert_int_equal(inv_squash_new(NULL, 4, &st.arena, &s, &e), 0);
	assert_int_equal(inv_squash_add(s, st.layers[0], &e), 0);
	assert_true(inv_squash_needs(s, 0));
	assert_false(inv_squash_needs(s, 1));
	assert_int_equal(inv_squash_add(s, st.layers[1], &e), 0);
	assert_int_equal(inv_squash_add(s, st.layers[2], &e), 0);
	assert_false(inv_squash_needs(s, 0));
	assert_true(inv_squash_needs(s, 1));
	assert_true(inv_squash_needs(s, 2));
	assert_int_equal(inv_squash_add(s, NULL, &e), 0);
	assert_false(inv_squash_needs(s, 3));
	assert_int_equal(inv_squash_add(s, NULL, &e), LC_EUSAGE);
	assert_int_equal(inv_squash_end(s, &st.inventory, &e), 0);
	assert_int_equal(st.inventory.packages.n, 1);
	assert_int_equal(st.inventory.packages.v[0].layer, 0);
	assert_int_equal(st.inventory.packages.v[0].file_layer, 2);
	assert_int_equal(st.inventory.diagnostics.n, 1);
	inv_squash_free(s);
	inv_squash_free(NULL);
	stack_done(&st);
}

static int squash_once(void *ctx)
{
	struct stack *st = ctx;
	*st = (struct stack){ 0 };
	int r = add_layer(st, LC_S("l lib usr/lib db\np usr/lib/db apk n 1\np a npm n 1\n"
				   "os os x 1 1\n! b broken\nf opt/x\nl z opt/x .\nf opt/s/a\n"
				   "l y opt/s *\nl opt/v v @db\nf opt/v/db"));
	r = r ? r : add_layer(st, LC_S("p lib/db apk n 1 m 1\nw a\nh h lib/db\no i apk n f"));
	r = r ? r : squash_stack(st);
	stack_done(st);
	return r;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	struct stack *st = test_calloc(1, sizeof(*st));
	assert_true(alloc_fail_each(squash_once, st) > 10);
	test_free(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(upper_layers_hide_lower_files),
		cmocka_unit_test(packages_have_the_layer_that_brought_them),
		cmocka_unit_test(what_the_system_owns_is_told_of_once),
		cmocka_unit_test(packages_times_owned_files_are_bounded),
		cmocka_unit_test(options_say_what_is_wanted),
		cmocka_unit_test(links_are_followed_inside_the_root),
		cmocka_unit_test(links_to_directories_that_nobody_read_are_said),
		cmocka_unit_test(what_is_written_by_way_of_a_link_is_said),
		cmocka_unit_test(other_facts_follow_their_files),
		cmocka_unit_test(an_unreadable_layer_is_left_out),
		cmocka_unit_test(a_name_that_many_share_means_few_of_them),
		cmocka_unit_test(dependencies_become_ids_of_what_is_installed),
		cmocka_unit_test(random_stacks_equal_layers_applied_to_a_map_of_paths),
		cmocka_unit_test(a_hidden_layer_is_not_needed),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
