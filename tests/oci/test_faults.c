#include "oci/image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "oci/check_image.h"
#include "oci/make_image.h"
#include "support/system.h"
#include "support/tap.h"

static const struct make_file files[] = { { "a", "one", TAR_FILE, NULL, 0 },
					  { "b", "two", TAR_FILE, NULL, 0 } };
static const struct make_layer layers[] = {
	{ .files = files, .files_n = 2, .compression = IO_GZIP, .created_by = "x" },
	{ .files = files, .files_n = 1, .compression = IO_GZIP, .created_by = "y" },
};
static const struct make_image image = { layers, 2, .name = "app:v1" };

static const char manifest_type[] = "application/vnd.oci.image.manifest.v1+json";
static const char index_type[] = "application/vnd.oci.image.index.v1+json";

static char path[256];

static void write_tar(struct make *m)
{
	(void)snprintf(path, sizeof(path), "%s/fault.tar", make_temp_dir());
	make_write_tar(m, path, IO_PLAIN);
}

static void write_bytes(struct lc_slice s)
{
	(void)snprintf(path, sizeof(path), "%s/fault.tar", make_temp_dir());
	assert_int_equal(io_write_file(path, 0644, s, NULL), 0);
}

/* The n-th digest that a text names, as the path of its blob. */
static const char *named_blob(struct make *m, struct lc_slice text, unsigned n)
{
	for (;; n--) {
		size_t at = lc_find_slice(text, LC_S("sha256:"));
		assert_true(at != SIZE_MAX);
		text = lc_skip(text, at);
		if (n == 0)
			return make_blob_path(m, make_text(m, "%.71s", (const char *)text.p));
		text = lc_skip(text, 7);
	}
}

static const char *manifest_path(struct make *m)
{
	return named_blob(m, make_get(m, "index.json"), 0);
}

/* What is named in the manifest: 0 the config, then the layers. */
static const char *manifest_blob(struct make *m, unsigned n)
{
	return named_blob(m, make_get(m, manifest_path(m)), n);
}

/* The same bytes but for one. */
static struct lc_slice spoilt(struct make *m, struct lc_slice s)
{
	struct lc_slice copy;
	assert_int_equal(lc_arena_dup(&m->arena, s, &copy), 0);
	uint8_t *p = (uint8_t *)(uintptr_t)copy.p;
	p[s.n / 2] ^= 1;
	return copy;
}

static struct lc_slice replaced(struct make *m, struct lc_slice s, const char *from, const char *to)
{
	size_t at = lc_find_slice(s, lc_str(from));
	assert_true(at != SIZE_MAX);
	return lc_str(make_text(m, "%.*s%s%.*s", (int)at, (const char *)s.p, to,
				LC_FMT(lc_skip(s, at + strlen(from)))));
}

/* A layout whose manifest was rewritten, with the index to fit. */
static void with_manifest(struct make *m, const char *from, const char *to)
{
	make_layout(m, &image, 1);
	struct lc_slice text = replaced(m, make_get(m, manifest_path(m)), from, to);
	make_index(m, make_descriptor(m, manifest_type, text, ""));
	write_tar(m);
}

/* A layout whose config was rewritten, with manifest and index to fit. */
static void with_config(struct make *m, const char *from, const char *to)
{
	make_layout(m, &image, 1);
	struct lc_slice old = make_get(m, manifest_blob(m, 0));
	struct lc_slice config = replaced(m, old, from, to);
	struct lc_slice text = make_get(m, manifest_path(m));
	text = replaced(m, text, make_digest(m, old), make_blob(m, config));
	text = replaced(m, text, make_text(m, "\"size\":%zu", old.n),
			make_text(m, "\"size\":%zu", config.n));
	make_index(m, make_descriptor(m, manifest_type, text, ""));
	write_tar(m);
}

/* ---- wrong or missing files ---- */

static void says_what_is_wrong_with_the_file(void **state)
{
	(void)state;
	struct make m = { 0 };
	refused("/nonexistent/image.tar", NULL, NULL, LC_ENOTFOUND,
		"/nonexistent/image.tar: no such");
	refused("", NULL, NULL, LC_EUSAGE, "not a path");
	write_bytes(LC_S(""));
	refused(path, NULL, NULL, LC_ETRUNC, "empty");
	make_put(&m, "etc/os-release", LC_S("ID=x"));
	write_tar(&m);
	refused(path, NULL, NULL, LC_EUNSUP, "root file system");
	make_remove(&m, "etc/os-release");
	make_put(&m, "hello", LC_S("world"));
	write_tar(&m);
	refused(path, NULL, NULL, LC_EUNSUP, "neither a docker archive nor an OCI layout");
	make_put(&m, "repositories", LC_S("{}"));
	write_tar(&m);
	refused(path, NULL, NULL, LC_EUNSUP, "before docker 1.10");
	refused(make_temp_dir(), NULL, NULL, LC_EUNSUP, "docker save");
	make_done(&m);
}

static void text_and_other_archives_are_no_images(void **state)
{
	(void)state;
	struct oci_image *i = NULL;
	char text[4096];
	memset(text, 'x', sizeof(text));
	write_bytes(lc_slice_of(text, sizeof(text)));
	struct lc_err e = { 0 };
	assert_true(open_image(path, NULL, NULL, &i, &e) < 0);
	assert_true(lc_starts(lc_str(e.msg), lc_str(path)));
	write_bytes(LC_S("BZh91AY&SY\0\0\0\0"));
	refused(path, NULL, NULL, LC_EUNSUP, "bzip2");
	write_bytes(LC_S("\xfd"
			 "7zXZ\0\0\0\0\0\0"));
	refused(path, NULL, NULL, LC_EUNSUP, "xz");
}

/* ---- digests ---- */

static void every_document_is_verified(void **state)
{
	(void)state;
	static const char *const what[] = { "manifest sha256:", "config sha256:" };
	for (unsigned k = 0; k < 2; k++) {
		struct make m = { 0 };
		make_layout(&m, &image, 1);
		const char *blob = k ? manifest_blob(&m, 0) : manifest_path(&m);
		make_put(&m, blob, spoilt(&m, make_get(&m, blob)));
		write_tar(&m);
		refused(path, NULL, NULL, LC_EBAD, what[k]);
		refused(path, NULL, NULL, LC_EBAD, "digest does not hold");
		make_put(&m, blob, LC_S("{}"));
		write_tar(&m);
		refused(path, NULL, NULL, LC_EBAD, "2 bytes where its descriptor says");
		make_done(&m);
	}
}

static void a_nested_index_is_verified(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *inner = make_text(&m, "{\"schemaVersion\":2,\"manifests\":[%s]}",
				      make_manifest(&m, &image));
	make_index(&m, make_descriptor(&m, index_type, lc_str(inner), ""));
	const char *blob = manifest_path(&m);
	make_put(&m, blob, spoilt(&m, lc_str(inner)));
	write_tar(&m);
	refused(path, NULL, NULL, LC_EBAD, "digest does not hold");
	make_done(&m);
}

static void a_spoilt_layer_is_found_when_it_is_read(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		struct make m = { 0 };
		struct make_layer plain[2] = { layers[0], layers[1] };
		struct make_image i = { plain, 2 };
		plain[0].compression = plain[1].compression = k ? IO_PLAIN : IO_GZIP;
		make_layout(&m, &i, 1);
		const char *blob = manifest_blob(&m, 2);
		struct lc_slice was = make_get(&m, blob);
		/* gzip's operating system, or content of a file: nothing but the digest can tell.
		 */
		struct lc_slice now;
		assert_int_equal(lc_arena_dup(&m.arena, was, &now), 0);
		((uint8_t *)(uintptr_t)now.p)[k ? 512 : 9] ^= 1;
		make_put(&m, blob, now);
		write_tar(&m);
		struct oci_image *o = opened(path, NULL, NULL);
		assert_layer(o, 0, "+a=one\n+b=two\n");
		layer_refused(o, 1, LC_EBAD, "blob digest does not hold");
		layer_refused(o, 1, LC_EBAD, "layer 1 sha256:");
		oci_close(o);
		make_done(&m);
	}
}

static void a_wrong_diff_id_is_found(void **state)
{
	(void)state;
	struct make m = { 0 };
	with_config(&m, "\"diff_ids\":[\"sha256:",
		    "\"diff_ids\":[\"sha256:00000000000000000000000000"
		    "00000000000000000000000000000000000000\",\"sha256:");
	refused(path, NULL, NULL, LC_EBAD, "manifest has 2 layers, its config 3 diff ids");
	make_done(&m);
	make_layout(&m, &image, 1);
	char id[65];
	struct lc_slice config = make_get(&m, manifest_blob(&m, 0));
	size_t at = lc_find_slice(config, LC_S("\"diff_ids\":[\"sha256:"));
	(void)snprintf(id, sizeof(id), "%.64s", (const char *)config.p + at + 20);
	struct make n = { 0 };
	with_config(&n, id, "00000000000000000000000000000000000000000000000000000000000000ff");
	struct oci_image *o = opened(path, NULL, NULL);
	layer_refused(o, 0, LC_EBAD, "diff id does not hold");
	assert_layer(o, 1, "+a=one\n");
	oci_close(o);
	make_done(&n);
	make_done(&m);
}

static void sizes_of_layers_are_compared(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_layout(&m, &image, 1);
	const char *blob = manifest_blob(&m, 1);
	make_put(&m, blob, LC_S("short"));
	write_tar(&m);
	refused(path, NULL, NULL, LC_EBAD, "layer 0: blobs/sha256/");
	refused(path, NULL, NULL, LC_EBAD, "5 bytes where its descriptor says");
	make_done(&m);
}

static void missing_blobs_are_named(void **state)
{
	(void)state;
	static const char *const what[] = { "config blobs/sha256/", "layer blobs/sha256/",
					    "layer blobs/sha256/" };
	for (unsigned k = 0; k < 3; k++) {
		struct make m = { 0 };
		make_layout(&m, &image, 1);
		make_remove(&m, manifest_blob(&m, k));
		write_tar(&m);
		refused(path, NULL, NULL, LC_EBAD, what[k]);
		refused(path, NULL, NULL, LC_EBAD, "is missing: the image is incomplete");
		make_done(&m);
	}
}

/* ---- documents ---- */

static void malformed_manifests_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
		int code;
		const char *words;
	} rows[] = {
		{ "{", "[", LC_EBAD, "manifest" },
		{ "\"layers\":[", "\"layers\":[],\"layers\":[", LC_EBAD, "manifest: line 1" },
		{ "\"layers\":[", "\"manifests\":[],\"layers\":[", LC_EBAD, "both an index and a" },
		{ "\"layers\":[", "\"fsLayers\":[],\"layers\":[", LC_EBAD, "both an index and a" },
		{ "\"layers\":[", "\"Layers\":[],\"layers\":[", LC_EBAD, "readers would disagree" },
		{ "\"layers\":[", "\"layer\xc5\xbf\":[],\"layers\":[", LC_EBAD,
		  "readers would disagree" },
		{ "\"digest\":", "\"Digest\":\"sha256:0\",\"digest\":", LC_EBAD,
		  "Digest where digest is meant" },
		{ "\"layers\":[", "\"layers\":[1,", LC_EBAD, "layer 0: layer: descriptor missing" },
		{ "\"layers\":[", "\"layers\":[{},", LC_EBAD, "without a digest" },
		{ "\"layers\":", "\"layers\":{},\"x\":", LC_EBAD, "layers is not an array" },
		{ "\"config\":", "\"x\":", LC_EBAD, "config: descriptor missing" },
		{ "\"config\":{", "\"config\":{},\"x\":{", LC_EBAD, "without a digest" },
		{ "\"digest\":\"sha256:", "\"digest\":\"sha256:0", LC_EBAD, "config" },
		{ "\"digest\":\"sha256:", "\"digest\":\"sha256:../../../../etc/passwd", LC_EBAD,
		  "config" },
		{ "\"digest\":\"sha256:", "\"digest\":\"sha384:", LC_EUNSUP, "config" },
		{ "\"digest\":\"sha256:", "\"digest\":\"", LC_EBAD, "config" },
		{ "\"size\":", "\"size\":-", LC_EBAD, "without a size" },
		{ "\"size\":", "\"size\":\"\",\"y\":", LC_EBAD, "without a size" },
		{ "\"size\":", "\"size\":99999999999999999999999", LC_EBAD, "without a size" },
		{ "image.manifest.v1", "image.index.v1", LC_EBAD, "where its descriptor says" },
		{ "image.config.v1", "something.else.v1", LC_EUNSUP, "an artifact (config" },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct make m = { 0 };
		with_manifest(&m, rows[k].from, rows[k].to);
		refused(path, NULL, NULL, rows[k].code, rows[k].words);
		make_done(&m);
	}
}

static void malformed_configs_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *words;
	} rows[] = {
		{ "{", "", "config" },
		{ "\"os\":", "\"os\":\"linux\",\"os\":", "config: line 1" },
		{ "\"rootfs\":", "\"RootFS\":{},\"rootfs\":", "RootFS where rootfs is meant" },
		{ "\"diff_ids\":", "\"diff_IDs\":[],\"diff_ids\":", "readers would disagree" },
		{ "\"rootfs\":", "\"x\":", "manifest has 2 layers, its config 0 diff ids" },
		{ "\"diff_ids\":[\"sha256:", "\"diff_ids\":[\"sha256:z", "diff id of layer 0" },
		{ "\"diff_ids\":[\"sha256:", "\"diff_ids\":[7,\"sha256:", "3 diff ids" },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct make m = { 0 };
		with_config(&m, rows[k].from, rows[k].to);
		refused(path, NULL, NULL, LC_EBAD, rows[k].words);
		make_done(&m);
	}
}

static void malformed_indexes_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
		const char *words;
	} rows[] = {
		{ "", LC_ETRUNC, "index.json" },
		{ "[]", LC_EBAD, "not a JSON object" },
		{ "{}", LC_EBAD, "index without manifests" },
		{ "{\"manifests\":7}", LC_EBAD, "index without manifests" },
		{ "{\"manifests\":[],\"manifests\":[]}", LC_EBAD, "index.json" },
		{ "{\"manifests\":[],\"MANIFESTS\":[]}", LC_EBAD, "readers would disagree" },
		{ "{\"manifests\":[]}", LC_EUNSUP, "no image in it" },
		{ "{\"manifests\":[7]}", LC_EBAD, "index entry" },
		{ "{\"manifests\":[{\"digest\":\"x\"}]}", LC_EBAD, "index entry" },
		{ "{\"manifests\":[],\"layers\":[]}", LC_EBAD, "both an index and a manifest" },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct make m = { 0 };
		make_layout(&m, &image, 1);
		make_put(&m, "index.json", lc_str(rows[k].text));
		write_tar(&m);
		refused(path, NULL, NULL, rows[k].code, rows[k].words);
		make_done(&m);
	}
}

static void other_layout_versions_are_unsupported(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_layout(&m, &image, 1);
	make_put(&m, "oci-layout", LC_S("{\"imageLayoutVersion\":\"2.0.0\"}"));
	write_tar(&m);
	refused(path, NULL, NULL, LC_EUNSUP, "version 2.0.0");
	make_remove(&m, "oci-layout");
	write_tar(&m);
	struct oci_image *i = opened(path, NULL, NULL);
	assert_int_equal(i->notes.n, 1);
	assert_text(i->notes.v[0], "no oci-layout file beside index.json");
	oci_close(i);
	make_done(&m);
}

static void schema_1_manifests_are_unsupported(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_index(&m,
		   make_descriptor(&m, "application/vnd.docker.distribution.manifest.v1+prettyjws",
				   LC_S("{\"schemaVersion\":1,\"fsLayers\":[]}"), ""));
	write_tar(&m);
	refused(path, NULL, NULL, LC_EUNSUP, "schema 1");
	make_done(&m);
}

static void malformed_docker_manifests_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
		const char *words;
	} rows[] = {
		{ "{}", LC_EBAD, "not a JSON array" },
		{ "[]", LC_EUNSUP, "names no image" },
		{ "[7]", LC_EBAD, "not an object" },
		{ "[{}]", LC_EBAD, "without a Config" },
		{ "[{\"Config\":7}]", LC_EBAD, "without a Config" },
		{ "[{\"Config\":\"../../etc/passwd\"}]", LC_EBAD, "leaves the image" },
		{ "[{\"Config\":\"a\\u0000b\"}]", LC_EBAD, "leaves the image" },
		{ "[{\"Config\":\"./\"}]", LC_EBAD, "empty path" },
		{ "[{\"Config\":\"gone.json\"}]", LC_EBAD, "config gone.json is missing" },
		{ "[{\"Config\":\"a\",\"Config\":\"b\"}]", LC_EBAD, "manifest.json: line 1" },
		{ "[{\"Config\":\"c\",\"Layers\":[],\"layers\":[]}]", LC_EBAD,
		  "layers where Layers is meant" },
		{ "[{\"Config\":\"c\",\"Layers\":[]}]", LC_EBAD, "manifest has 0 layers" },
		{ "[{\"Config\":\"c\",\"Layers\":[\"gone\",\"b\"]}]", LC_EBAD,
		  "layer gone is missing" },
		{ "[{\"Config\":\"c\",\"Layers\":[\"../x\",\"b\"]}]", LC_EBAD, "leaves the image" },
		{ "[{\"Config\":\"c\",\"Layers\":[7,8]}]", LC_EBAD, "layer 0: an empty path" },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct make m = { 0 };
		make_layout(&m, &image, 1);
		make_put(&m, "c", make_get(&m, manifest_blob(&m, 0)));
		make_remove(&m, "index.json");
		make_put(&m, "manifest.json", lc_str(rows[k].text));
		write_tar(&m);
		refused(path, NULL, NULL, rows[k].code, rows[k].words);
		make_done(&m);
	}
}

static void docker_config_must_fit_its_name(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_docker(&m, &image, 1, MAKE_DOCKER_OLD);
	for (size_t k = 0; k < m.n; k++) {
		if (lc_ends(m.v[k].path, LC_S(".json")) && m.v[k].path.n == 69)
			m.v[k].bytes = replaced(&m, m.v[k].bytes, "linux", "minix");
	}
	write_tar(&m);
	refused(path, NULL, NULL, LC_EBAD, "digest does not hold");
	make_done(&m);
}

static void docker_layers_must_have_their_diff_id(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_docker(&m, &image, 1, MAKE_DOCKER_OLD);
	for (size_t k = 0; k < m.n; k++) {
		if (lc_ends(m.v[k].path, LC_S("0/layer.tar")))
			m.v[k].bytes = spoilt(&m, m.v[k].bytes);
	}
	write_tar(&m);
	struct oci_image *i = opened(path, NULL, NULL);
	layer_refused(i, 0, LC_EBAD, "");
	assert_layer(i, 1, "+a=one\n");
	oci_close(i);
	make_done(&m);
}

static void linked_layers_cannot_leave_or_circle(void **state)
{
	(void)state;
	static const char *const targets[] = { "../../outside", "layer.tar", "/nowhere" };
	static const char *const words[] = { "leaves the archive", "in a circle", "is missing" };
	for (size_t k = 0; k < 3; k++) {
		struct make m = { 0 };
		make_docker(&m, &image, 1, MAKE_DOCKER_OLD);
		make_link(&m, make_text(&m, "0%063d/layer.tar", 0), TAR_SYMLINK, targets[k]);
		write_tar(&m);
		refused(path, NULL, NULL, LC_EBAD, words[k]);
		make_done(&m);
	}
}

static void a_directory_cannot_be_left_through_links(void **state)
{
	(void)state;
	struct make m = { 0 };
	char dir[300];
	make_docker(&m, &image, 1, MAKE_DOCKER_OLD);
	const char *layer = make_text(&m, "0%063d/layer.tar", 0);
	make_put(&m, "../outside.tar", make_get(&m, layer));
	make_link(&m, layer, TAR_SYMLINK, "../../outside.tar");
	(void)snprintf(dir, sizeof(dir), "%s/sub/linked", make_temp_dir());
	make_write_dir(&m, dir);
	make_done(&m);
	if (!system_has_openat2())
		tap_skip("no openat2 here: links of directories are not followed");
	refused(dir, NULL, NULL, LC_EBAD, "a link that leaves the directory");
}

/* ---- limits ---- */

static void nesting_of_indexes_is_bounded(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *d = make_manifest(&m, &image);
	for (unsigned depth = 0; depth <= 5; depth++) {
		make_index(&m, d);
		write_tar(&m);
		if (depth <= 4)
			oci_close(opened(path, NULL, "linux/amd64"));
		else
			refused(path, NULL, NULL, LC_ELIMIT, "indexes within indexes");
		d = make_descriptor(&m, index_type,
				    lc_str(make_text(&m, "{\"manifests\":[%s]}", d)), "");
	}
	make_done(&m);
}

static void number_of_nested_indexes_is_bounded(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *d = make_manifest(&m, &image);
	const char *one = make_descriptor(&m, index_type,
					  lc_str(make_text(&m, "{\"manifests\":[%s]}", d)), "");
	const char *all = one;
	for (unsigned k = 0; k < 100; k++)
		all = make_text(&m, "%s,%s", all, one);
	make_index(&m, all);
	write_tar(&m);
	refused(path, NULL, NULL, LC_ELIMIT, "indexes within indexes");
	make_done(&m);
}

static void oversize_documents_and_layer_counts_are_refused(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct lc_limits l = lc_limits_default;
	struct oci_image *i = NULL;
	struct lc_err e = { 0 };
	make_layout(&m, &image, 1);
	write_tar(&m);
	struct oci_open_options o = { .input = lc_str(path), .limits = &l };
	l.layers_max = 1;
	assert_int_equal(oci_open(&o, &i, &e), LC_ELIMIT);
	assert_non_null(strstr(e.msg, "2 layers; at most 1"));
	l.layers_max = 2;
	l.manifest_bytes_max = make_get(&m, manifest_path(&m)).n - 1;
	assert_int_equal(oci_open(&o, &i, &e), LC_ELIMIT);
	assert_non_null(strstr(e.msg, "a document of"));
	l.manifest_bytes_max++;
	assert_int_equal(oci_open(&o, &i, &e), 0);
	oci_close(i);
	make_done(&m);
}

/* ---- truncation ---- */

/* Wherever an archive is cut, it is refused or a layer of it is: never a whole image out of a part.
 */
static void check_cuts(struct lc_slice all, size_t content_end, size_t step)
{
	for (size_t n = 0; n < content_end; n += n < 2048 ? 61 : step) {
		struct oci_image *i = NULL;
		struct lc_err e = { 0 };
		write_bytes(lc_sub(all, 0, n));
		int rc = open_image(path, NULL, NULL, &i, &e);
		if (rc == 0)
			print_error("# opened after %zu of %zu bytes\n", n, all.n);
		assert_true(rc < 0);
		assert_true(e.len > 0);
		if (n >= 512)
			assert_true(rc == LC_ETRUNC || rc == LC_EBAD);
	}
}

static void truncated_archives_are_refused_at_every_offset(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_layout(&m, &image, 1);
	struct lc_slice all = make_tar(&m, IO_PLAIN);
	check_cuts(all, all.n - 1024 - 512, 97);
	all = make_tar(&m, IO_GZIP);
	check_cuts(all, all.n, 37);
	all = make_tar(&m, IO_ZSTD);
	check_cuts(all, all.n, 37);
	make_done(&m);
	make_docker(&m, &image, 1, MAKE_DOCKER_OLD);
	make_remove(&m, "repositories");
	all = make_tar(&m, IO_PLAIN);
	check_cuts(all, all.n - 1024 - 512, 97);
	make_done(&m);
}

static void a_cut_archive_names_its_last_member(void **state)
{
	(void)state;
	struct make m = { 0 };
	make_layout(&m, &image, 1);
	struct lc_slice all = make_tar(&m, IO_PLAIN);
	write_bytes(lc_sub(all, 0, 600));
	refused(path, NULL, NULL, LC_ETRUNC, "the archive ends inside blobs/sha256/");
	write_bytes(lc_sub(all, 0, 1024));
	refused(path, NULL, NULL, LC_ETRUNC, "cut off");
	make_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong_with_the_file),
		cmocka_unit_test(text_and_other_archives_are_no_images),
		cmocka_unit_test(every_document_is_verified),
		cmocka_unit_test(a_nested_index_is_verified),
		cmocka_unit_test(a_spoilt_layer_is_found_when_it_is_read),
		cmocka_unit_test(a_wrong_diff_id_is_found),
		cmocka_unit_test(sizes_of_layers_are_compared),
		cmocka_unit_test(missing_blobs_are_named),
		cmocka_unit_test(malformed_manifests_are_refused),
		cmocka_unit_test(malformed_configs_are_refused),
		cmocka_unit_test(malformed_indexes_are_refused),
		cmocka_unit_test(other_layout_versions_are_unsupported),
		cmocka_unit_test(schema_1_manifests_are_unsupported),
		cmocka_unit_test(malformed_docker_manifests_are_refused),
		cmocka_unit_test(docker_config_must_fit_its_name),
		cmocka_unit_test(docker_layers_must_have_their_diff_id),
		cmocka_unit_test(linked_layers_cannot_leave_or_circle),
		cmocka_unit_test(a_directory_cannot_be_left_through_links),
		cmocka_unit_test(nesting_of_indexes_is_bounded),
		cmocka_unit_test(number_of_nested_indexes_is_bounded),
		cmocka_unit_test(oversize_documents_and_layer_counts_are_refused),
		cmocka_unit_test(truncated_archives_are_refused_at_every_offset),
		cmocka_unit_test(a_cut_archive_names_its_last_member),
	};
	return cmocka_run_group_tests_name("oci-faults", tests, NULL, NULL);
}
