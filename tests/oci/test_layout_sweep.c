/* What deleted manifests leave in a layout goes with them, unless something else there names it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "oci/layout_place.h"
#include "oci/layout_store.h"
#include "support/slice_assert.h"

static const struct lc_slice manifest_type =
	LC_S_INIT("application/vnd.oci.image.manifest.v1+json");
static const struct lc_slice empty = LC_S_INIT("{}");

static struct digest of(struct lc_slice s)
{
	struct digest d;
	assert_int_equal(digest_of(DIGEST_SHA256, s, &d, NULL), 0);
	return d;
}

static bool has(struct layout_place *p, struct lc_slice content)
{
	bool there = false;
	struct digest d = of(content);
	assert_int_equal(oci_repository_has_blob(p->r, &d, &there, NULL), 0);
	return there;
}

static struct digest put(struct layout_place *p, struct lc_slice content)
{
	struct digest d = of(content);
	assert_int_equal(oci_repository_put_blob(p->r, &d, content, NULL), 0);
	return d;
}

/* A manifest with a layer of its own under a tag; what it is made of. */
static struct lc_slice put_tagged(struct layout_place *p, const char *tag, const char *layer)
{
	char text[DIGEST_TEXT_MAX];
	char config[DIGEST_TEXT_MAX];
	struct digest l = put(p, lc_str(layer));
	struct digest c = put(p, empty);
	struct lc_slice m = lc_arena_fmt(
		&p->a, "{\"config\":{\"digest\":\"%s\"},\"layers\":[{\"digest\":\"%s\"}]}",
		digest_text(&c, config), digest_text(&l, text));
	assert_int_equal(oci_repository_put_manifest(p->r, lc_str(tag), DIGEST_SHA256,
						     manifest_type, m, NULL, NULL),
			 0);
	return m;
}

static void take_away(struct layout_place *p, const char *name)
{
	assert_int_equal(oci_repository_delete(p->r, lc_str(name), NULL), 0);
}

static size_t sweep(struct layout_place *p)
{
	struct oci_swept swept;
	struct lc_err e = { 0 };
	if (oci_repository_sweep(p->r, NULL, &swept, &e))
		fail_msg("%s", e.msg);
	return swept.blobs;
}

static void what_it_had_for_itself_goes(void **state)
{
	(void)state;
	for (int archive = 0; archive < 2; archive++) {
		struct layout_place p;
		layout_place_open(&p, archive);
		struct lc_slice one = put_tagged(&p, "one", "layer one");
		struct lc_slice two = put_tagged(&p, "two", "layer two");
		assert_int_equal(sweep(&p), 0);
		take_away(&p, "one");
		assert_int_equal(sweep(&p), 2);
		assert_false(has(&p, one));
		assert_false(has(&p, LC_S("layer one")));
		assert_true(has(&p, two)); /* and what both have */
		assert_true(has(&p, LC_S("layer two")));
		assert_true(has(&p, empty));
		take_away(&p, "two");
		assert_int_equal(sweep(&p), 3);
		assert_false(has(&p, empty));
		layout_place_close(&p);
	}
}

/* Each is a document that stays, with %s the hex of the layer's digest. */
static void what_anything_else_names_stays(void **state)
{
	static const char *const others[] = {
		"{\"layers\":[{\"digest\":\"sha256:%s\"}]}",
		"{\"subject\":{\"digest\":\"sha256:%s\"}}",
		"{\"unknown\":[[{\"x\":{\"sha256:%s\":1}}]]}",
		"[{\"Layers\":[\"blobs/sha256/%s\"]}]",
		" \n{\"x\":\"sha256\\u003a%s\"}",
		"{\"x\":\"abc%sdef\"}",
	};
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(others) / sizeof(others[0]); i++) {
		struct layout_place p;
		char hex[DIGEST_TEXT_MAX];
		char text[512];
		struct digest layer = of(LC_S("layer"));
		layout_place_open(&p, i % 2);
		(void)put_tagged(&p, "one", "layer");
		const char *at = strstr(others[i / 2], "%s");
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - others[i / 2]),
			       others[i / 2], digest_hex(&layer, hex), at + 2);
		(void)put(&p, lc_str(text));
		take_away(&p, "one");
		assert_int_equal(sweep(&p), 2);
		if (!has(&p, LC_S("layer")) || has(&p, empty))
			fail_msg("%s", others[i / 2]);
		layout_place_close(&p);
	}
}

/* A manifest that an index still lists, and with it what it is made of. */
static void a_manifest_that_is_listed_elsewhere_stays_whole(void **state)
{
	struct layout_place p;
	char text[DIGEST_TEXT_MAX];
	(void)state;
	layout_place_open(&p, false);
	struct lc_slice one = put_tagged(&p, "one", "layer one");
	struct digest d = of(one);
	struct lc_slice index =
		lc_arena_fmt(&p.a, "{\"manifests\":[{\"digest\":\"%s\"}]}", digest_text(&d, text));
	(void)put(&p, index);
	take_away(&p, "one");
	assert_int_equal(sweep(&p), 0);
	assert_true(has(&p, one));
	assert_true(has(&p, LC_S("layer one")));
	assert_true(has(&p, empty));
	layout_place_close(&p);
}

static void nothing_goes_where_something_is_not_understood(void **state)
{
	static const char a_sha512[] =
		"blobs/sha512/"
		"9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7"
		"2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043";
	static const struct {
		const char *name, *content;
		bool link;
		size_t pad;
	} rows[] = {
		{ "notes.txt", "sha256" },
		{ "notes/a", "sha256" },
		{ "manifest.json", "[{" },
		{ "manifest.json", "{}", .pad = OCI_DOCUMENT_MAX },
		{ "aside", "/etc/hostname", .link = true },
		{ "aside", "index.json", .link = true },
		{ "blobs/README", "x" },
		{ "blobs/sha384/00", "x" },
		{ "blobs/sha256/.part", "x" },
		{ "blobs/sha384", "sha256", .link = true },
		{ a_sha512, "../../index.json", .link = true },
		{ a_sha512, "nowhere", .link = true },
		{ a_sha512, "{}\n{}" },
		{ a_sha512, "{}", .pad = OCI_DOCUMENT_MAX },
		{ "blobs/sha256/"
		  "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8b",
		  "{\"layers\":[" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct layout_place p;
		struct oci_swept swept;
		struct lc_err e = { 0 };
		char path[256];
		layout_place_open(&p, false);
		struct lc_slice one = put_tagged(&p, "one", "layer one");
		(void)snprintf(path, sizeof(path), "%s/%s", p.path, rows[i].name);
		struct lc_slice content =
			lc_arena_fmt(&p.a, "%s%*s", rows[i].content, (int)rows[i].pad, "");
		char *slash = strrchr(path, '/');
		*slash = '\0';
		assert_int_equal(io_make_dirs(path, NULL), 0);
		*slash = '/';
		assert_int_equal(rows[i].link ? symlink(rows[i].content, path)
					      : io_write_file(path, 0644, content, NULL),
				 0);
		take_away(&p, "one");
		if (oci_repository_sweep(p.r, NULL, &swept, &e) != LC_EUNSUP || !e.len)
			fail_msg("%s: %s", path, e.msg);
		assert_true(has(&p, one));
		assert_true(has(&p, LC_S("layer one")));
		layout_place_close(&p);
	}
}

/* Two names of one layer, which a link makes the same file: the one that stays needs it. */
static void what_a_link_leads_to_stays(void **state)
{
	struct layout_place p;
	struct digest d;
	struct layout_blob_name name;
	struct oci_swept swept;
	char link[256];
	char to[DIGEST_TEXT_MAX + 16];
	char hex[DIGEST_TEXT_MAX];
	(void)state;
	layout_place_open(&p, false);
	(void)put_tagged(&p, "one", "layer one");
	d = of(LC_S("layer one"));
	(void)snprintf(to, sizeof(to), "../sha256/%s", digest_hex(&d, hex));
	assert_int_equal(digest_of(DIGEST_SHA512, LC_S("layer one"), &d, NULL), 0);
	(void)snprintf(link, sizeof(link), "%s/blobs/sha512", p.path);
	assert_int_equal(io_make_dirs(link, NULL), 0);
	(void)snprintf(link, sizeof(link), "%s/%s", p.path,
		       (const char *)layout_blob_name(&d, &name).p);
	assert_int_equal(symlink(to, link), 0);
	take_away(&p, "one");
	assert_int_equal(oci_repository_sweep(p.r, NULL, &swept, NULL), LC_EUNSUP);
	assert_true(has(&p, LC_S("layer one")));
	layout_place_close(&p);
}

/* The longer names are looked for as the shorter ones are. */
static void names_by_sha512_count(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct layout_place p;
		struct digest d;
		bool there;
		char text[DIGEST_TEXT_MAX];
		layout_place_open(&p, i % 2);
		assert_int_equal(digest_of(DIGEST_SHA512, LC_S("layer"), &d, NULL), 0);
		assert_int_equal(oci_repository_put_blob(p.r, &d, LC_S("layer"), NULL), 0);
		struct lc_slice m = lc_arena_fmt(&p.a, "{\"layers\":[{\"digest\":\"%s\"}]}",
						 digest_text(&d, text));
		assert_int_equal(oci_repository_put_manifest(p.r, LC_S("one"), DIGEST_SHA512,
							     manifest_type, m, NULL, NULL),
				 0);
		if (i / 2)
			(void)put(&p, lc_arena_fmt(&p.a, "[\"%s\"]", text));
		take_away(&p, "one");
		assert_int_equal(sweep(&p), i / 2 ? 1 : 2);
		assert_int_equal(oci_repository_has_blob(p.r, &d, &there, NULL), 0);
		assert_int_equal(there, i / 2);
		layout_place_close(&p);
	}
}

/* An image that was opened by its digest alone, as a layer of what is attached to it. */
static void what_is_kept_stays_with_what_it_names(void **state)
{
	(void)state;
	for (int archive = 0; archive < 2; archive++) {
		struct layout_place p;
		struct oci_swept swept;
		layout_place_open(&p, archive);
		struct lc_slice image = put_tagged(&p, "image", "layer");
		struct digest d = of(image);
		struct lc_slice one = put_tagged(&p, "one", (const char *)image.p);
		take_away(&p, "image");
		take_away(&p, "one");
		assert_int_equal(oci_repository_sweep(p.r, &d, &swept, NULL), 0);
		assert_int_equal(swept.blobs, 1);
		assert_false(has(&p, one));
		assert_true(has(&p, image));
		assert_true(has(&p, LC_S("layer")));
		assert_true(has(&p, empty));
		layout_place_close(&p);
	}
}

/* By its digest a manifest goes with every entry of it, whatever is swept. */
static void by_its_digest_a_manifest_goes_itself(void **state)
{
	(void)state;
	for (int archive = 0; archive < 2; archive++) {
		struct layout_place p;
		char text[DIGEST_TEXT_MAX];
		struct lc_slices tags = { 0 };
		layout_place_open(&p, archive);
		struct lc_slice one = put_tagged(&p, "one", "layer");
		(void)put_tagged(&p, "again", "layer");
		(void)put_tagged(&p, "two", "layer two");
		struct digest d = of(one);
		take_away(&p, digest_text(&d, text));
		assert_false(has(&p, one));
		assert_int_equal(oci_repository_tags(p.r, &p.a, &tags, NULL), 0);
		assert_int_equal(tags.n, 1);
		assert_int_equal(oci_repository_delete(p.r, lc_str(text), NULL), LC_ENOTFOUND);
		assert_int_equal(sweep(&p), 1);
		layout_place_close(&p);
	}
}

/* But not under an index that can be found, at any depth. */
static void what_an_index_lists_is_not_deleted(void **state)
{
	(void)state;
	for (int archive = 0; archive < 2; archive++) {
		static const struct lc_slice type =
			LC_S_INIT("application/vnd.oci.image.index.v1+json");
		struct layout_place p;
		struct lc_err e = { 0 };
		char text[DIGEST_TEXT_MAX];
		char below[DIGEST_TEXT_MAX];
		layout_place_open(&p, archive);
		struct digest d = of(put_tagged(&p, "one", "layer"));
		struct digest i =
			put(&p, lc_arena_fmt(&p.a, "{\"manifests\":[{\"digest\":\"%s\"}]}",
					     digest_text(&d, text)));
		struct lc_slice above = lc_arena_fmt(&p.a, "{\"manifests\":[{\"digest\":\"%s\"}]}",
						     digest_text(&i, below));
		assert_int_equal(oci_repository_put_manifest(p.r, LC_S("all"), DIGEST_SHA256, type,
							     above, NULL, NULL),
				 0);
		assert_int_equal(oci_repository_delete(p.r, lc_str(text), &e), LC_EUNSUP);
		assert_non_null(strstr(e.msg, below));
		take_away(&p, "all");
		take_away(&p, text);
		layout_place_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_had_for_itself_goes),
		cmocka_unit_test(what_anything_else_names_stays),
		cmocka_unit_test(a_manifest_that_is_listed_elsewhere_stays_whole),
		cmocka_unit_test(nothing_goes_where_something_is_not_understood),
		cmocka_unit_test(what_a_link_leads_to_stays),
		cmocka_unit_test(names_by_sha512_count),
		cmocka_unit_test(what_is_kept_stays_with_what_it_names),
		cmocka_unit_test(by_its_digest_a_manifest_goes_itself),
		cmocka_unit_test(what_an_index_lists_is_not_deleted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
