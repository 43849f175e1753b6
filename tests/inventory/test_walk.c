#include "inventory/walk.h"

#include <stdio.h>

#include "inventory/facts_text.h"
#include "inventory/os/analysers.h"
#include "inventory/scan_image.h"
#include "oci/check_image.h"
#include "oci/make_image.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define APK(name, version) "P:" name "\nV:" version "\nA:x86_64\n\n"
#define DB                 "lib/apk/db/installed"
#define USR_DB             "usr/lib/apk/db/installed"

/* A layout of these layers, opened. */
static struct oci_image *image_of(struct make *m, const struct make_layer *layers, size_t n)
{
	static unsigned serial;
	const struct make_image image = { .layers = layers, .layers_n = n };
	char path[512];
	*m = (struct make){ 0 };
	make_layout(m, &image, 1);
	(void)snprintf(path, sizeof(path), "%s/%u.tar", make_temp_dir(), serial++);
	make_write_tar(m, path, IO_PLAIN);
	return opened(path, NULL, NULL);
}

/* Gives how many files of the first layer were read. */
static uint64_t check(const struct make_layer *layers, size_t n, const char *want)
{
	struct make m;
	struct lc_err e = { 0 };
	struct scanned *s = test_calloc(1, sizeof(*s));
	struct oci_image *image = image_of(&m, layers, n);
	if (scan_image(image, &lc_limits_default, s, &e))
		fail_msg("%s", e.msg);
	assert_string_equal(scan_text(s), want);
	uint64_t files_read = s->stats[0].files_read;
	scan_done(s);
	make_done(&m);
	test_free(s);
	return files_read;
}

#define LAYER(f)                                                      \
	{                                                             \
		.files = (f), .files_n = N(f), .compression = IO_GZIP \
	}

static void one_database_behind_a_merged_usr(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = "lib", .type = TAR_SYMLINK, .target = "usr/lib" },
		{ .name = USR_DB, .content = APK("a", "1-r0") },
	};
	static const struct make_file upper[] = {
		{ .name = DB, .content = APK("a", "1-r0") APK("b", "1-r0") }
	};
	const struct make_layer layers[] = { LAYER(base), LAYER(upper) };
	check(layers, 2,
	      "p apk a 1-r0 arch=x86_64 src=a/1-r0 layer=0/1 file=" USR_DB "\n"
	      "p apk b 1-r0 arch=x86_64 src=b/1-r0 layer=1/1 file=" USR_DB "\n");
}

static void a_hard_link_to_what_nobody_wanted_is_read(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = "opt/db", .content = APK("a", "1-r0") },
		{ .name = DB, .type = TAR_HARDLINK, .target = "opt/db" },
		{ .name = "opt/os", .content = "ID=x\n" },
		{ .name = "etc/os-release", .type = TAR_HARDLINK, .target = "opt/os" },
	};
	const struct make_layer layers[] = { LAYER(base) };
	check(layers, 1,
	      "p apk a 1-r0 arch=x86_64 src=a/1-r0 layer=0/0 file=" DB "\n"
	      "os x 5 layer=0 file=etc/os-release\n");
}

static void a_file_that_takes_the_place_of_a_hard_links_target_is_said(void **state)
{
	(void)state;
	static const struct make_file unwanted[] = {
		{ .name = "opt/db", .content = APK("a", "1-r0") },
		{ .name = DB, .type = TAR_HARDLINK, .target = "opt/db" },
		{ .name = "opt/db", .content = APK("b", "1-r0") },
	};
	static const struct make_file wanted[] = {
		{ .name = USR_DB, .content = APK("a", "1-r0") },
		{ .name = DB, .type = TAR_HARDLINK, .target = USR_DB },
		{ .name = USR_DB, .content = "" },
	};
	static const struct make_file later[] = {
		{ .name = "etc/os-release", .type = TAR_HARDLINK, .target = "opt/later" },
		{ .name = "opt/later", .content = "ID=x\n" },
	};
#define BEHIND "stands behind a hard link to it, whose bytes were not read\n"
	check((const struct make_layer[]){ LAYER(unwanted) }, 1,
	      "p apk b 1-r0 arch=x86_64 src=b/1-r0 layer=0/0 file=" DB "\n"
	      "layer 0 ! unreadable opt/db: " BEHIND);
	check((const struct make_layer[]){ LAYER(wanted) }, 1,
	      "layer 0 ! unreadable " USR_DB ": " BEHIND);
	check((const struct make_layer[]){ LAYER(later) }, 1,
	      "os x 5 layer=0 file=etc/os-release\n"
	      "layer 0 ! unreadable opt/later: " BEHIND);
}

static void a_hard_link_to_what_was_read_is_not_read_again(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = USR_DB, .content = APK("a", "1-r0") },
		{ .name = DB, .type = TAR_HARDLINK, .target = USR_DB },
	};
	static const struct make_file upper[] = { { .name = "usr/lib/apk/db/.wh.installed" } };
	const struct make_layer layers[] = { LAYER(base), LAYER(upper) };
	uint64_t files_read =
		check(layers, 1, "p apk a 1-r0 arch=x86_64 src=a/1-r0 layer=0/0 file=" USR_DB "\n");
	assert_int_equal(files_read, 1);
	check(layers, 2, "p apk a 1-r0 arch=x86_64 src=a/1-r0 layer=0/0 file=" DB "\n");
}

static void a_link_to_what_nobody_read_is_said(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = "opt/db/installed", .content = APK("a", "1-r0") },
		{ .name = "lib/apk/db", .type = TAR_SYMLINK, .target = "../../opt/db" },
		{ .name = "etc/os-release",
		  .type = TAR_SYMLINK,
		  .target = "../usr/lib/os-release" },
		{ .name = "usr/lib/os-release", .content = "ID=x\n" },
	};
	const struct make_layer layers[] = { LAYER(base) };
	check(layers, 1,
	      "os x 5 layer=0 file=usr/lib/os-release\n"
	      "layer 0 ! unreadable " DB
	      " apk: is a link to opt/db/installed, which was not read\n");
}

static void a_link_to_a_directory_that_nobody_read_is_said(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = "opt/x/base", .content = "Package: a\nVersion: 1\n\n" },
		{ .name = "var/lib/dpkg/status.d", .type = TAR_SYMLINK, .target = "/opt/x" },
	};
	static const struct make_file read[] = {
		{ .name = "usr/share/doc/b/copyright", .content = "License: MIT\n" },
		{ .name = "usr/share/doc/a", .type = TAR_SYMLINK, .target = "b" },
		{ .name = "usr/share/doc/c", .type = TAR_SYMLINK, .target = "../../lib/c" },
		{ .name = "usr/lib/c/x", .content = "" },
	};
#define IS_LINK "is a link to opt/x, whose files were not read\n"
	check((const struct make_layer[]){ LAYER(base) }, 1,
	      "layer 0 ! unreadable var/lib/dpkg/status.d dpkg: " IS_LINK
	      "layer 0 ! unreadable var/lib/dpkg/status.d dpkg-info: " IS_LINK);
	check((const struct make_layer[]){ LAYER(read) }, 1, "");
}

static void what_a_layer_writes_by_way_of_a_link_is_said(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = "opt/db", .type = TAR_SYMLINK, .target = "../lib/apk/db" },
		{ .name = "opt/s", .type = TAR_SYMLINK, .target = "/var/lib/dpkg/status.d" },
	};
	static const struct make_file upper[] = {
		{ .name = "opt/db/installed", .content = APK("a", "1-r0") },
		{ .name = "opt/db/scripts.tar", .content = "" },
	};
	static const struct make_file files[] = {
		{ .name = "opt/s/a", .content = "Package: a\nVersion: 1\n\n" },
	};
#define WRITTEN "was written by way of a link, and not read\n"
	check((const struct make_layer[]){ LAYER(base), LAYER(upper) }, 2,
	      "layer 1 ! unreadable " DB " apk: " WRITTEN);
	check((const struct make_layer[]){ LAYER(base), LAYER(files) }, 2,
	      "layer 1 ! unreadable var/lib/dpkg/status.d/. dpkg: " WRITTEN
	      "layer 1 ! unreadable var/lib/dpkg/status.d/. dpkg-info: " WRITTEN);
	check((const struct make_layer[]){ LAYER(base) }, 1, "");
}

#define HASH  "0123456789abcdfghijklmnpqrsvwxyz"
#define STORE "nix/store/" HASH

/* Those of the store itself alone, with a hash and a version. */
static void directories_of_a_store_are_packages(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = "nix", .type = TAR_DIR },
		{ .name = "nix/store", .type = TAR_DIR },
		{ .name = STORE "-openssl-3.0.11-bin", .type = TAR_DIR },
		{ .name = STORE "-gtk+3-3.24", .type = TAR_DIR },
		{ .name = STORE "-python3.11-yaml-6.0-dev/lib-1.0", .type = TAR_DIR },
		{ .name = STORE "-source", .type = TAR_DIR },
		{ .name = STORE "-file-1.0", .content = "x" },
		{ .name = "nix/store/short-a-1.0", .type = TAR_DIR },
		{ .name = "nix/store/" HASH, .type = TAR_DIR },
		{ .name = "opt/nix/store/" HASH "-a-1.0", .type = TAR_DIR },
		{ .name = "gnu/store/" HASH "-guile-3.0.9", .type = TAR_DIR },
		{ .name = STORE "-gone-1.0", .type = TAR_DIR },
	};
	static const struct make_file upper[] = {
		{ .name = STORE "-openssl-3.0.11-bin", .type = TAR_DIR },
		{ .name = "nix/store/.wh." HASH "-gone-1.0" },
	};
	const struct make_layer layers[] = { LAYER(base), LAYER(upper) };
	check(layers, 2,
	      "p nix gtk+3 3.24 layer=0/0 file=" STORE "-gtk+3-3.24\n"
	      "p nix guile 3.0.9 layer=0/0 file=gnu/store/" HASH "-guile-3.0.9\n"
	      "p nix openssl 3.0.11 output=bin layer=0/1 file=" STORE "-openssl-3.0.11-bin\n");
}

static void the_last_member_of_a_name_counts(void **state)
{
	(void)state;
	static const struct make_file twice[] = {
		{ .name = DB, .content = APK("a", "1-r0") },
		{ .name = DB, .content = APK("a", "2-r0") },
		{ .name = "etc/os-release", .content = "ID=x\n" },
		{ .name = "etc/os-release", .type = TAR_SYMLINK, .target = "nowhere" },
	};
	const struct make_layer layers[] = { LAYER(twice) };
	check(layers, 1, "p apk a 2-r0 arch=x86_64 src=a/2-r0 layer=0/0 file=" DB "\n");
}

static void whiteouts_and_opaque_directories_take_databases_away(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = DB, .content = APK("a", "1-r0") },
		{ .name = "etc/os-release", .content = "ID=x\n" },
		{ .name = "var/lib/dpkg/status", .content = "Package: p\nVersion: 1\n" },
	};
	static const struct make_file upper[] = {
		{ .name = "var/lib/dpkg/status.d/q", .content = "Package: q\nVersion: 2\n" },
		{ .name = "var/lib/dpkg/.wh..wh..opq" },
		{ .name = "lib/.wh.apk" },
	};
	const struct make_layer layers[] = { LAYER(base), LAYER(upper) };
	check(layers, 2,
	      "p dpkg q 2 src=q/2 layer=1/1 file=var/lib/dpkg/status.d/q\n"
	      "os x 5 layer=0 file=etc/os-release\n");
}

static void derived_systems_win_over_their_parents(void **state)
{
	(void)state;
	static const struct make_file ubuntu[] = {
		{ .name = "etc/debian_version", .content = "bookworm/sid\n" },
		{ .name = "usr/lib/os-release", .content = "ID=ubuntu\nVERSION_ID=22.04\n" },
		{ .name = "etc/lsb-release",
		  .content = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n" },
	};
	static const struct make_file debian[] = {
		{ .name = "etc/debian_version", .content = "12.5\n" },
		{ .name = "etc/os-release",
		  .content = "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n" },
	};
	static const struct make_file oracle[] = {
		{ .name = "etc/redhat-release",
		  .content = "Red Hat Enterprise Linux release 8.10 (Ootpa)\n" },
		{ .name = "etc/oracle-release", .content = "Oracle Linux Server release 8.10\n" },
		{ .name = "etc/os-release", .content = "ID=ol\nVERSION_ID=8.10\n" },
	};
	static const struct make_file kali[] = {
		{ .name = "etc/debian_version", .content = "kali-rolling\n" },
		{ .name = "etc/os-release", .content = "ID=kali\nVERSION_ID=2024.1\n" },
	};
	const struct make_layer layers[] = { LAYER(ubuntu), LAYER(debian), LAYER(oracle),
					     LAYER(kali) };
	check(&layers[0], 1, "os ubuntu 22.04 85 layer=0 file=etc/lsb-release\n");
	check(&layers[1], 1, "os debian 12.5 bookworm 40 layer=0 file=etc/debian_version\n");
	check(&layers[2], 1, "os oracle 8.10 85 layer=0 file=etc/oracle-release\n");
	check(&layers[3], 1, "os kali 2024.1 80 layer=0 file=etc/os-release\n");
}

static void a_directory_that_was_a_file_hides_what_is_below_it(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = DB, .content = APK("a", "1-r0") },
		{ .name = "etc/os-release", .content = "ID=x\n" },
	};
	static const struct make_file upper[] = {
		{ .name = "lib" },
		{ .name = "lib", .type = TAR_DIR },
	};
	const struct make_layer layers[] = { LAYER(base), LAYER(upper) };
	check(layers, 2, "os x 5 layer=0 file=etc/os-release\n");
}

static void unsafe_names_are_counted_and_said(void **state)
{
	(void)state;
	static const struct make_file base[] = {
		{ .name = "../../etc/os-release", .content = "ID=evil\n" },
		{ .name = "etc/os-release", .content = "ID=x\n" },
	};
	const struct make_layer layers[] = { LAYER(base) };
	check(layers, 1,
	      "os x 5 layer=0 file=etc/os-release\n"
	      "layer 0 ! malformed: 1 entries with unsafe names (.. or NUL) were not read\n");
}

/* ---- analysers of the test's own ---- */

/* Says how it was given the file and what it read of it. */
static int tell(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *how)
{
	uint8_t bytes[2000];
	size_t n = 0;
	size_t got = 1;
	if (f->bytes.n)
		return inv_sink_trouble(out, INV_MALFORMED, "%s %zu bytes %c", how, f->bytes.n,
					f->bytes.p[0]);
	while (n < sizeof(bytes) && got) {
		int r = lc_stream_read(f->stream, bytes + n, sizeof(bytes) - n, &got, e);
		if (r)
			return r;
		n += got;
	}
	return inv_sink_trouble(out, INV_MALFORMED, "%s %zu bytes %c%s", how, n, n ? bytes[0] : '-',
				f->content ? ", seekable" : "");
}

static int whole(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return tell(f, out, e, "whole");
}

static int seek(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return tell(f, out, e, "seekable");
}

static int stream(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return tell(f, out, e, "streamed");
}

static int hungry(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	(void)out;
	while (lc_arena_alloc(f->scratch, 1 << 20))
		;
	return lc_fail(e, lc_arena_err(f->scratch), "no more");
}

static int failing(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	(void)f;
	(void)out;
	return lc_fail(e, LC_ENOMEM, "no memory");
}

static const struct inv_want any_text[] = { { .kind = INV_WANT_TEXT } };
static const struct inv_want names[] = {
	{ .kind = INV_WANT_NAME, .text = "n" },
	{ .kind = INV_WANT_NAME, .text = "m" },
};
static const struct inv_want eater[] = { { .kind = INV_WANT_NAME, .text = "hungry" } };
static const struct inv_want failer[] = { { .kind = INV_WANT_NAME, .text = "failing" } };

#define ANALYSER(id, how, w, max, fn)                                        \
	{                                                                    \
		id, 1, INV_GROUP_OS, INV_TARGET_IMAGE, how, w, N(w), max, fn \
	}
static const struct inv_analyser a_whole = ANALYSER("w", INV_WHOLE, names, 700, whole);
static const struct inv_analyser a_seek = ANALYSER("s", INV_SEEKABLE, names, 0, seek);
static const struct inv_analyser a_waiting = {
	.name = "g",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = INV_TARGET_IMAGE,
	.access = INV_SEEKABLE,
	.wants = names,
	.wants_n = N(names),
	.together = true,
	.parse = seek,
};
static const struct inv_analyser a_stream = ANALYSER("t", INV_STREAMED, names, 0, stream);
static const struct inv_analyser a_text = ANALYSER("x", INV_STREAMED, any_text, 0, stream);
static const struct inv_analyser a_hungry = ANALYSER("h", INV_WHOLE, eater, 0, hungry);
static const struct inv_analyser a_failing = ANALYSER("f", INV_WHOLE, failer, 0, failing);

/* Walk layer 0 with these analysers and compare its troubles or message (NULL any). */
static int walk_with(const struct inv_analyser *const *table, size_t n,
		     const struct make_file *files, size_t files_n, const struct lc_limits *limits,
		     const char *want)
{
	static const struct inv_options options = { .targets = INV_TARGET_IMAGE,
						    .groups = INV_GROUP_OS };
	const struct make_layer layer = { .files = files,
					  .files_n = files_n,
					  .compression = IO_ZSTD };
	struct facts f = { 0 };
	struct make m;
	struct lc_buf text;
	struct inv_walk_stats stats;
	struct inv_matcher *matcher;
	struct lc_err e = { 0 };
	struct oci_image *image = image_of(&m, &layer, 1);
	lc_buf_init(&text, 1 << 20);
	assert_int_equal(inv_matcher_new(table, n, &options, &matcher, NULL), 0);
	assert_int_equal(inv_sink_init(&f.sink, limits), 0);
	int r = inv_walk_layer(image, 0, matcher, &options, limits, NULL, &f.sink, &stats, &e);
	if (r) {
		lc_buf_str(&text, e.msg);
		assert_int_equal(f.sink.out.n, 0);
	} else {
		assert_int_equal(inv_facts_read(lc_buf_get(&f.sink.out), &f.arena, &f.facts, &e),
				 0);
		for (size_t i = 0; i < f.facts.diagnostics.n; i++)
			diagnostic_text(&f.facts.diagnostics.v[i], &text);
	}
	if (want)
		assert_slice(lc_buf_get(&text), lc_str(want));
	lc_buf_done(&text);
	facts_done(&f);
	inv_matcher_free(matcher);
	oci_close(image);
	make_done(&m);
	return r;
}

static char *repeated(char c, size_t n)
{
	char *text = test_malloc(n + 1);
	memset(text, c, n);
	text[n] = '\0';
	return text;
}

static void several_analysers_share_one_reading(void **state)
{
	(void)state;
	static const struct inv_analyser *const table[] = { &a_text, &a_whole, &a_seek, &a_stream };
	char *b = repeated('b', 600);
	char *c = repeated('c', 1000);
	const struct make_file files[] = {
		{ .name = "n", .content = b },          { .name = "d/m", .content = c },
		{ .name = "other", .content = "text" }, { .name = "binary", .content = "\x01\x02" },
		{ .name = "e/n", .content = "" },
	};
	assert_int_equal(
		walk_with(table, N(table), files, N(files), &lc_limits_default,
			  "! malformed n x: streamed 600 bytes b, seekable\n"
			  "! malformed n w: whole 600 bytes b\n"
			  "! malformed n s: seekable 600 bytes b, seekable\n"
			  "! malformed n t: streamed 600 bytes b, seekable\n"
			  "! too-large d/m w: file of 1000 bytes, more than the 700 allowed\n"
			  "! malformed d/m x: streamed 1000 bytes c, seekable\n"
			  "! malformed d/m s: seekable 1000 bytes c, seekable\n"
			  "! malformed d/m t: streamed 1000 bytes c, seekable\n"
			  "! malformed other x: streamed 4 bytes t\n"
			  "! malformed e/n w: whole 0 bytes -, seekable\n"
			  "! malformed e/n s: seekable 0 bytes -, seekable\n"
			  "! malformed e/n t: streamed 0 bytes -, seekable\n"),
		0);
	test_free(b);
	test_free(c);
}

static void sizes_over_the_limits_are_said(void **state)
{
	(void)state;
	static const struct inv_analyser *const table[] = { &a_seek, &a_stream };
	struct lc_limits limits = lc_limits_default;
	char *b = repeated('b', 600);
	const struct make_file files[] = { { .name = "n", .content = b } };
	limits.spool_bytes_max = 500;
	assert_int_equal(walk_with(table, N(table), files, N(files), &limits,
				   "! too-large n s: file of 600 bytes, more than the 500 allowed\n"
				   "! malformed n t: streamed 600 bytes b\n"),
			 0);
	test_free(b);
}

/* Databases wait in memory files: of a layer full of them not all may. */
static void what_waits_for_others_has_a_bound_together(void **state)
{
	enum { SIZE = 3 << 20 };
	(void)state;
	static const struct inv_analyser *const table[] = { &a_waiting };
	struct lc_limits limits = lc_limits_default;
	char *a = repeated('a', SIZE);
	const struct make_file files[] = {
		{ .name = "1/n", .content = a },       { .name = "2/n", .content = a },
		{ .name = "1/n", .content = "again" }, /* the first one's room is free again */
		{ .name = "3/n", .content = a },       { .name = "4/n", .content = a },
	};
	limits.spool_bytes_max = 2 * SIZE;
	assert_int_equal(
		walk_with(table, 1, files, N(files), &limits,
			  "! malformed 4/n g: seekable 2000 bytes a, seekable\n"
			  "! too-large 4/n g: not read together with others: they need more than "
			  "6 MiB of memory\n"
			  "! malformed 1/n g: seekable 5 bytes a, seekable\n"
			  "! malformed 2/n g: seekable 2000 bytes a, seekable\n"
			  "! malformed 3/n g: seekable 2000 bytes a, seekable\n"),
		0);
	test_free(a);
}

static void an_analyser_that_wants_too_much_memory_is_a_diagnostic(void **state)
{
	(void)state;
	static const struct inv_analyser *const table[] = { &a_hungry, &a_stream };
	static const struct make_file files[] = {
		{ .name = "hungry", .content = "x" },
		{ .name = "n", .content = "y" },
	};
	assert_int_equal(
		walk_with(table, N(table), files, N(files), &lc_limits_default,
			  "! too-large hungry h: needs more than 256 MiB of memory to read\n"
			  "! malformed n t: streamed 1 bytes y\n"),
		0);
}

static void a_failure_leaves_no_facts(void **state)
{
	(void)state;
	static const struct inv_analyser *const table[] = { &a_failing, &a_stream };
	static const struct make_file files[] = {
		{ .name = "n", .content = "y" },
		{ .name = "failing", .content = "x" },
	};
	assert_int_equal(walk_with(table, N(table), files, N(files), &lc_limits_default,
				   "layer 0: failing: no memory"),
			 LC_ENOMEM);
}

static void more_facts_than_allowed_leave_none(void **state)
{
	(void)state;
	static const struct inv_analyser *const table[] = { &a_stream };
	static const struct make_file files[] = {
		{ .name = "a/n", .content = "y" },
		{ .name = "b/n", .content = "y" },
		{ .name = "c/n", .content = "y" },
	};
	struct lc_limits limits = lc_limits_default;
	limits.facts_bytes_max = 60;
	assert_int_equal(walk_with(table, N(table), files, N(files), &limits,
				   "layer 0: b/n: more than 60 bytes of facts in one layer"),
			 LC_ELIMIT);
}

static void time_that_is_up_ends_the_walk(void **state)
{
	(void)state;
	static const struct inv_analyser *const table[] = { &a_stream };
	static const struct make_file files[] = { { .name = "n", .content = "y" } };
	struct lc_limits limits = lc_limits_default;
	limits.deadline_ns = 1;
	assert_int_equal(walk_with(table, N(table), files, N(files), &limits, NULL), LC_ECANCEL);
}

/* Facts count only once the digests hold: here the diff id is another layer's. */
static void a_layer_whose_digest_does_not_hold_gives_nothing(void **state)
{
	(void)state;
	static const struct make_file good[] = { { .name = DB, .content = APK("a", "1-r0") } };
	static const struct make_file bad[] = { { .name = DB, .content = APK("b", "1-r0") } };
	struct make_layer layers[] = { LAYER(good), LAYER(bad) };
	static const struct inv_options options = { .targets = INV_TARGET_IMAGE,
						    .groups = INV_GROUP_OS };
	struct inv_walk_stats stats = { .files_read = 77 };
	struct inv_matcher *matcher;
	struct inv_sink sink;
	struct make m;
	struct lc_err e = { 0 };
	struct oci_image *image = image_of(&m, layers, 2);
	image->layers[0].diff_id = image->layers[1].diff_id;
	assert_int_equal(
		inv_matcher_new(scan_analysers, scan_analysers_n, &options, &matcher, NULL), 0);
	assert_int_equal(inv_sink_init(&sink, &lc_limits_default), 0);
	assert_int_equal(inv_walk_layer(image, 0, matcher, &options, &lc_limits_default, NULL,
					&sink, &stats, &e),
			 LC_EBAD);
	assert_int_equal(sink.out.n, 0);
	assert_int_equal(stats.files_read, 77);
	assert_non_null(strstr(e.msg, "layer 0 "));
	inv_sink_done(&sink);
	inv_matcher_free(matcher);
	oci_close(image);
	make_done(&m);
}

static void statistics_count_what_was_read(void **state)
{
	(void)state;
	static const struct make_file files[] = {
		{ .name = "etc/os-release", .content = "ID=x\n" },
		{ .name = "other", .content = "not read" },
	};
	const struct make_layer layers[] = { LAYER(files) };
	struct make m;
	struct lc_err e = { 0 };
	struct scanned *s = test_calloc(1, sizeof(*s));
	assert_int_equal(scan_image(image_of(&m, layers, 1), &lc_limits_default, s, &e), 0);
	assert_int_equal(s->stats[0].files_read, 1);
	assert_int_equal(s->stats[0].bytes_analysed, 5);
	assert_int_equal(s->stats[0].layer.entries, 2);
	scan_done(s);
	make_done(&m);
	test_free(s);
}

/* ---- allocations ---- */

struct walk_try {
	struct oci_image *image;
	const struct inv_matcher *matcher;
	const struct inv_options *options;
};

static int walk_once(void *ctx)
{
	const struct walk_try *t = ctx;
	struct inv_walk_stats stats;
	struct inv_sink sink;
	int r = inv_sink_init(&sink, &lc_limits_default);
	r = r ? r
	      : inv_walk_layer(t->image, 0, t->matcher, t->options, &lc_limits_default, NULL, &sink,
			       &stats, NULL);
	inv_sink_done(&sink);
	return r;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	static const struct make_file files[] = {
		{ .name = "lib", .type = TAR_SYMLINK, .target = "usr/lib" },
		{ .name = "opt/db", .content = APK("a", "1-r0") },
		{ .name = USR_DB, .type = TAR_HARDLINK, .target = "opt/db" },
		{ .name = "etc/os-release", .content = "ID=x\n" },
		{ .name = "etc/.wh.x" },
	};
	const struct make_layer layers[] = { LAYER(files) };
	static const struct inv_options options = { .targets = INV_TARGET_IMAGE,
						    .groups = INV_GROUP_OS };
	struct inv_matcher *matcher;
	struct make m;
	struct walk_try t = { image_of(&m, layers, 1), NULL, &options };
	assert_int_equal(
		inv_matcher_new(scan_analysers, scan_analysers_n, &options, &matcher, NULL), 0);
	t.matcher = matcher;
	assert_true(alloc_fail_each(walk_once, &t) > 10);
	inv_matcher_free(matcher);
	oci_close(t.image);
	make_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_database_behind_a_merged_usr),
		cmocka_unit_test(a_hard_link_to_what_nobody_wanted_is_read),
		cmocka_unit_test(a_file_that_takes_the_place_of_a_hard_links_target_is_said),
		cmocka_unit_test(a_hard_link_to_what_was_read_is_not_read_again),
		cmocka_unit_test(a_link_to_what_nobody_read_is_said),
		cmocka_unit_test(a_link_to_a_directory_that_nobody_read_is_said),
		cmocka_unit_test(what_a_layer_writes_by_way_of_a_link_is_said),
		cmocka_unit_test(directories_of_a_store_are_packages),
		cmocka_unit_test(the_last_member_of_a_name_counts),
		cmocka_unit_test(whiteouts_and_opaque_directories_take_databases_away),
		cmocka_unit_test(derived_systems_win_over_their_parents),
		cmocka_unit_test(a_directory_that_was_a_file_hides_what_is_below_it),
		cmocka_unit_test(unsafe_names_are_counted_and_said),
		cmocka_unit_test(several_analysers_share_one_reading),
		cmocka_unit_test(sizes_over_the_limits_are_said),
		cmocka_unit_test(what_waits_for_others_has_a_bound_together),
		cmocka_unit_test(an_analyser_that_wants_too_much_memory_is_a_diagnostic),
		cmocka_unit_test(a_failure_leaves_no_facts),
		cmocka_unit_test(more_facts_than_allowed_leave_none),
		cmocka_unit_test(time_that_is_up_ends_the_walk),
		cmocka_unit_test(a_layer_whose_digest_does_not_hold_gives_nothing),
		cmocka_unit_test(statistics_count_what_was_read),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
