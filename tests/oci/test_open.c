#include "oci/image.h"

#include <pthread.h>

#include <zstd.h>

#include "base/shim.h"
#include "oci/check_image.h"
#include "oci/make_image.h"
#include "support/system.h"
#include "support/tap.h"

static const struct make_file base_files[] = {
	{ "etc", NULL, TAR_DIR, NULL, 0 },
	{ "etc/os-release", "ID=made\n", TAR_FILE, NULL, 0 },
	{ "bin/tool", "tool", TAR_FILE, NULL, 0755 },
};
static const struct make_file top_files[] = {
	{ "bin/.wh.tool", NULL, TAR_FILE, NULL, 0 },
	{ "app", "app", TAR_FILE, NULL, 0 },
};
static const char base_text[] = "+etc\n+etc/os-release=ID=made\n\n+bin/tool=tool\n";
static const char top_text[] = "-bin/tool\n+app=app\n";

#define LAYER(f, c)                                                                      \
	{                                                                                \
		.files = (f), .files_n = sizeof(f) / sizeof((f)[0]), .compression = (c), \
		.created_by = "step " #f                                                 \
	}

static const struct make_layer two_layers[] = { LAYER(base_files, IO_GZIP),
						LAYER(top_files, IO_ZSTD) };
static const struct make_layer plain_layers[] = { LAYER(base_files, IO_PLAIN),
						  LAYER(top_files, IO_PLAIN),
						  LAYER(base_files, IO_PLAIN) };

static const struct make_image oci_image = { two_layers, 2, .name = "h.io/app:v1" };
static const struct make_image docker_image = { plain_layers, 3, .name = "app:v1" };

static const char *at(const char *name)
{
	static char path[4][256];
	static unsigned next;
	char *p = path[next++ % 4];
	(void)snprintf(p, sizeof(path[0]), "%s/%s", make_temp_dir(), name);
	return p;
}

static void check_oci(const char *path, enum oci_source_kind kind)
{
	struct oci_image *i = opened(path, NULL, NULL);
	assert_int_equal(i->kind, kind);
	assert_slice(i->name, lc_str(path));
	assert_int_equal(i->layers_n, 2);
	assert_true(i->has_manifest);
	assert_text(i->reference, "h.io/app:v1");
	assert_int_equal(i->repo_tags.n, 1);
	assert_text(i->repo_tags.v[0], "h.io/app:v1");
	assert_int_equal(i->repo_digests.n, 1);
	assert_true(lc_starts(i->repo_digests.v[0], LC_S("h.io/app@sha256:")));
	assert_text(i->platform.os, "linux");
	assert_text(i->platform.architecture, "amd64");
	assert_text(i->created, "2026-01-02T03:04:05Z");
	assert_text(i->layers[0].created_by, "step base_files");
	assert_text(i->layers[1].created_by, "step top_files");
	assert_int_equal(i->layers[1].history, 1);
	assert_int_equal(i->notes.n, 0);
	assert_layer(i, 0, base_text);
	assert_layer(i, 1, top_text);
	oci_close(i);
}

static void opens_a_layout_in_every_wrapping(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_layout(&m, &oci_image, 1);
	make_write_tar(&m, at("oci.tar"), IO_PLAIN);
	make_write_tar(&m, at("oci.tar.gz"), IO_GZIP);
	make_write_tar(&m, at("oci.tar.zst"), IO_ZSTD);
	make_write_dir(&m, at("oci"));
	check_oci(at("oci.tar"), OCI_LAYOUT_TAR);
	check_oci(at("oci.tar.gz"), OCI_LAYOUT_TAR);
	check_oci(at("oci.tar.zst"), OCI_LAYOUT_TAR);
	check_oci(at("oci"), OCI_LAYOUT_DIR);
	make_done(&m);
}

static void check_docker(const char *path, enum oci_source_kind kind)
{
	struct oci_image *i = opened(path, NULL, NULL);
	assert_int_equal(i->kind, kind);
	assert_int_equal(i->layers_n, 3);
	assert_int_equal(i->has_manifest, kind != OCI_DOCKER_ARCHIVE);
	assert_text(i->reference, "app:v1");
	assert_int_equal(i->repo_tags.n, 1);
	assert_text(i->repo_tags.v[0], "app:v1");
	assert_layer(i, 2, base_text);
	assert_layer(i, 0, base_text);
	assert_layer(i, 1, top_text);
	assert_true(digest_eq(&i->layers[0].diff_id, &i->layers[2].diff_id));
	oci_close(i);
}

static void opens_old_docker_archives_with_linked_layers(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_OLD);
	make_write_tar(&m, at("old.tar"), IO_PLAIN);
	make_write_tar(&m, at("old.tar.gz"), IO_GZIP);
	make_write_dir(&m, at("old"));
	check_docker(at("old.tar"), OCI_DOCKER_ARCHIVE);
	check_docker(at("old.tar.gz"), OCI_DOCKER_ARCHIVE);
	make_done(&m);
	if (!system_has_openat2())
		tap_skip("no openat2 here: links of directories are not followed");
	check_docker(at("old"), OCI_DOCKER_ARCHIVE);
}

static void opens_new_docker_archives_by_their_index(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_NEW);
	make_write_tar(&m, at("new.tar"), IO_PLAIN);
	check_docker(at("new.tar"), OCI_LAYOUT_TAR);
	make_done(&m);
}

static void takes_tags_from_manifest_json_beside_an_index(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image i = docker_image;
	make_docker(&m, &i, 1, MAKE_DOCKER_NEW);
	i.name = "v1";
	make_layout(&m, &i, 1);
	make_write_tar(&m, at("tags.tar"), IO_PLAIN);
	struct oci_image *o = opened(at("tags.tar"), NULL, NULL);
	assert_text(o->reference, "app:v1");
	assert_int_equal(o->repo_tags.n, 1);
	oci_close(o);
	o = opened(at("tags.tar"), "docker.io/library/app:v1", NULL);
	assert_text(o->reference, "app:v1");
	oci_close(o);
	make_done(&m);
}

static void falls_back_to_manifest_json_when_the_index_is_incomplete(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_NEW);
	make_index(&m,
		   "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":"
		   "\"sha256:00000000000000000000000000000000000000000000000000000000000000aa\","
		   "\"size\":5}");
	make_write_tar(&m, at("incomplete.tar"), IO_PLAIN);
	check_docker(at("incomplete.tar"), OCI_DOCKER_ARCHIVE);
	struct oci_image *i = opened(at("incomplete.tar"), NULL, NULL);
	assert_int_equal(i->notes.n, 1);
	assert_true(lc_starts(i->notes.v[0], LC_S("index.json has no such image")));
	oci_close(i);
	make_done(&m);
}

static void notes_that_two_manifests_disagree(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image other = docker_image;
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_NEW);
	other.layers_n = 1;
	make_layout(&m, &other, 1);
	make_write_tar(&m, at("disagree.tar"), IO_PLAIN);
	struct oci_image *i = opened(at("disagree.tar"), NULL, NULL);
	assert_int_equal(i->layers_n, 1);
	assert_int_equal(i->notes.n, 1);
	assert_true(lc_starts(i->notes.v[0], LC_S("manifest.json and index.json")));
	oci_close(i);
	make_done(&m);
}

static void podman_archives_name_layers_by_diff_id(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_OLD);
	struct lc_slice tar = make_layer_tar(&m, &plain_layers[0]);
	const char *hex = make_digest(&m, tar) + strlen("sha256:");
	make_put(&m, make_text(&m, "%s.tar", hex), tar);
	make_link(&m, make_text(&m, "0%063d/layer.tar", 0), TAR_SYMLINK,
		  make_text(&m, "../%s.tar", hex));
	make_write_tar(&m, at("podman.tar"), IO_PLAIN);
	check_docker(at("podman.tar"), OCI_DOCKER_ARCHIVE);
	make_done(&m);
}

static void docker_schema_2_types_are_read(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image i = oci_image;
	i.docker_types = true;
	make_layout(&m, &i, 1);
	make_write_tar(&m, at("schema2.tar"), IO_PLAIN);
	check_oci(at("schema2.tar"), OCI_LAYOUT_TAR);
	make_done(&m);
}

static void unknown_layer_types_are_read_by_content(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_layer layers[] = { LAYER(base_files, IO_GZIP), LAYER(top_files, IO_ZSTD) };
	struct make_image i = { layers, 2 };
	layers[0].media_type = "application/x-made";
	layers[1].media_type = "application/vnd.oci.image.layer.v1.tar"; /* and yet it is zstd */
	make_layout(&m, &i, 1);
	make_write_tar(&m, at("types.tar"), IO_PLAIN);
	struct oci_image *o = opened(at("types.tar"), NULL, NULL);
	assert_layer(o, 0, base_text);
	assert_layer(o, 1, top_text);
	assert_int_equal(o->repo_tags.n, 0);
	assert_text(o->reference, "");
	oci_close(o);
	make_done(&m);
}

static void an_image_without_layers_opens(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image i = { NULL, 0 };
	make_layout(&m, &i, 1);
	make_write_tar(&m, at("empty.tar"), IO_PLAIN);
	struct oci_image *o = opened(at("empty.tar"), NULL, NULL);
	assert_int_equal(o->layers_n, 0);
	struct lc_stream *s;
	assert_int_equal(oci_layer_blob(o, 0, &s, NULL), LC_EUSAGE);
	oci_close(o);
	make_done(&m);
}

/* ---- history ---- */

static void check_history(const char *history, const char *first, const char *second, size_t notes)
{
	struct make m = { 0 };
	struct make_image i = oci_image;
	i.history = history;
	make_layout(&m, &i, 1);
	make_write_tar(&m, at("history.tar"), IO_PLAIN);
	struct oci_image *o = opened(at("history.tar"), NULL, NULL);
	assert_slice(o->layers[0].created_by, lc_str(first));
	assert_slice(o->layers[1].created_by, lc_str(second));
	assert_int_equal(o->layers[0].history == SIZE_MAX, *first == '\0');
	assert_int_equal(o->notes.n, notes);
	oci_close(o);
	make_done(&m);
}

static void history_pairs_steps_that_made_layers(void **state)
{
	(void)state;
	check_history("[{\"created_by\":\"a\"},{\"created_by\":\"env\",\"empty_layer\":true},"
		      "{\"created_by\":\"b\"}]",
		      "a", "b", 0);
	check_history("[{\"created_by\":\"a\",\"empty_layer\":false},{\"created_by\":\"b\"}]", "a",
		      "b", 0);
	check_history("[]", "", "", 0);
	check_history("null", "", "", 0);
	check_history("{\"a\":1}", "", "", 1);
	check_history("[{\"created_by\":\"a\"}]", "", "", 1);
	check_history("[{\"created_by\":\"a\"},{\"created_by\":\"b\"},{\"created_by\":\"c\"}]", "",
		      "", 1);
}

/* ---- several at once ---- */

struct job {
	const struct oci_image *image;
	int failures;
};

static void *read_layers(void *ctx)
{
	struct job *j = ctx;
	for (size_t k = 0; k < 30; k++) {
		struct lc_buf out;
		struct lc_err e = { 0 };
		struct oci_layer_stats st;
		size_t layer = k % j->image->layers_n;
		const char *want = layer == 1 ? top_text : base_text;
		j->failures += layer_text(j->image, layer, &out, &st, &e) != 0;
		j->failures += !lc_eq(lc_buf_get(&out), lc_str(want));
		lc_buf_done(&out);
	}
	return NULL;
}

static void threads_read_layers_of_one_image(void **state)
{
	static const char *const files[] = { "par.tar", "par.tar.gz", "par" };
	struct make m = { 0 };
	(void)state;
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_OLD);
	make_write_tar(&m, at(files[0]), IO_PLAIN);
	make_write_tar(&m, at(files[1]), IO_GZIP);
	make_write_dir(&m, at(files[2]));
	for (size_t f = 0; f < (system_has_openat2() ? 3 : 2); f++) { /* its layers are links */
		pthread_t threads[6];
		struct job jobs[6];
		struct oci_image *i = opened(at(files[f]), NULL, NULL);
		for (size_t k = 0; k < 6; k++) {
			jobs[k] = (struct job){ i, 0 };
			assert_int_equal(pthread_create(&threads[k], NULL, read_layers, &jobs[k]),
					 0);
		}
		for (size_t k = 0; k < 6; k++) {
			assert_int_equal(pthread_join(threads[k], NULL), 0);
			assert_int_equal(jobs[k].failures, 0);
		}
		oci_close(i);
	}
	make_done(&m);
}

/* A window of 16 MiB: one at a time, and none is held by a reader at rest. */
static struct lc_slice with_large_window(struct make *m, struct lc_slice bytes)
{
	size_t room = ZSTD_compressBound(bytes.n);
	uint8_t *p = lc_arena_alloc(&m->arena, room);
	ZSTD_CCtx *c = ZSTD_createCCtx();
	assert_non_null(p);
	assert_non_null(c);
	assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 24)));
	assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0)));
	ZSTD_outBuffer out = { p, room, 0 };
	ZSTD_inBuffer in = { bytes.p, bytes.n, 0 };
	/* In two steps the size stays unknown, and the window what was asked for. */
	assert_false(ZSTD_isError(ZSTD_compressStream2(c, &out, &in, ZSTD_e_continue)));
	assert_int_equal(ZSTD_compressStream2(c, &out, &in, ZSTD_e_end), 0);
	ZSTD_freeCCtx(c);
	return lc_slice_of(p, out.pos);
}

static void threads_take_turns_at_an_archive_with_a_large_window(void **state)
{
	(void)state;
	struct make m = { 0 };
	pthread_t other;
	static const uint8_t rest[1 << 20]; /* so that no reader of a layer meets the frame's end */
	struct lc_limits limits = lc_limits_default;
	limits.deadline_ns = lc_ticks_ns() + (int64_t)60 * 1000000000;
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_OLD);
	make_put(&m, "rest", lc_slice_of(rest, sizeof(rest)));
	struct lc_slice packed = with_large_window(&m, make_tar(&m, IO_PLAIN));
	struct lc_content content = lc_content_slice(packed);
	struct oci_open_options o = { .input = LC_S("large.tar.zst"), .limits = &limits };
	struct oci_image *i = NULL;
	struct job mine = { 0 };
	struct job theirs = { 0 };
	assert_int_equal(oci_open_content(&content, &o, &i, NULL), 0);
	mine.image = theirs.image = i;
	read_layers(&mine); /* leaves its last reader behind, if any */
	assert_int_equal(pthread_create(&other, NULL, read_layers, &theirs), 0);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(mine.failures + theirs.failures, 0);
	oci_close(i);
	make_done(&m);
}

static void two_readers_of_one_layer_do_not_disturb_each_other(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct oci_entry a;
	struct oci_entry b;
	make_docker(&m, &docker_image, 1, MAKE_DOCKER_OLD);
	make_write_tar(&m, at("twice.tar.gz"), IO_GZIP);
	struct oci_image *i = opened(at("twice.tar.gz"), NULL, NULL);
	struct oci_layer_reader *r[2];
	assert_int_equal(oci_layer_open(i, 0, NULL, NULL, &r[0], NULL), 0);
	assert_int_equal(oci_layer_open(i, 2, NULL, NULL, &r[1], NULL), 0);
	for (size_t k = 0; k < 3; k++) {
		assert_int_equal(oci_layer_next(r[0], &a, NULL), 0);
		assert_int_equal(oci_layer_next(r[1], &b, NULL), 0);
		assert_slice(a.path, b.path);
	}
	for (size_t k = 0; k < 2; k++) {
		struct oci_layer_stats st;
		assert_int_equal(oci_layer_finish(r[k], &st, NULL), 0);
		oci_layer_close(r[k]);
	}
	oci_close(i);
	make_done(&m);
}

/* Its owner gives up at the third look at the clock. */
struct given_up {
	struct lc_limits limits;
	unsigned looks;
};

static int64_t ticks_until_given_up(void *ctx)
{
	struct given_up *g = ctx;
	if (++g->looks == 3)
		g->limits.deadline_ns = 1;
	return 1000;
}

static void a_deadline_that_is_moved_stops_the_search_through_an_archive(void **state)
{
	(void)state;
	static const enum io_compression kinds[] = { IO_PLAIN, IO_GZIP, IO_ZSTD };
	for (size_t k = 0; k < 3; k++) {
		struct make m = { 0 };
		struct given_up g = { lc_limits_default, 0 };
		struct lc_shim shim = lc_shim_default;
		struct oci_image *i = NULL;
		g.limits.deadline_ns = INT64_MAX;
		shim.ctx = &g;
		shim.ticks_ns = ticks_until_given_up;
		make_docker(&m, &docker_image, 1, MAKE_DOCKER_OLD);
		struct lc_content content = lc_content_slice(make_tar(&m, kinds[k]));
		struct oci_open_options o = { .input = LC_S("x.tar"), .limits = &g.limits };
		lc_shim = &shim;
		assert_int_equal(oci_open_content(&content, &o, &i, NULL), LC_ECANCEL);
		lc_shim = &lc_shim_default;
		make_done(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_a_layout_in_every_wrapping),
		cmocka_unit_test(opens_old_docker_archives_with_linked_layers),
		cmocka_unit_test(opens_new_docker_archives_by_their_index),
		cmocka_unit_test(takes_tags_from_manifest_json_beside_an_index),
		cmocka_unit_test(falls_back_to_manifest_json_when_the_index_is_incomplete),
		cmocka_unit_test(notes_that_two_manifests_disagree),
		cmocka_unit_test(podman_archives_name_layers_by_diff_id),
		cmocka_unit_test(docker_schema_2_types_are_read),
		cmocka_unit_test(unknown_layer_types_are_read_by_content),
		cmocka_unit_test(an_image_without_layers_opens),
		cmocka_unit_test(history_pairs_steps_that_made_layers),
		cmocka_unit_test(threads_read_layers_of_one_image),
		cmocka_unit_test(threads_take_turns_at_an_archive_with_a_large_window),
		cmocka_unit_test(two_readers_of_one_layer_do_not_disturb_each_other),
		cmocka_unit_test(a_deadline_that_is_moved_stops_the_search_through_an_archive),
	};
	return cmocka_run_group_tests_name("oci-open", tests, NULL, NULL);
}
