#include "crypt/digest.h"
#include "format/tar.h"
#include "oci/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * One document of an image, in an archive whose other documents and digests fit it. The first byte
 * says which: index.json, nested index, manifest, config, Docker's manifest.json.
 */

static void member(struct lc_buf *tar, struct lc_slice name, struct lc_slice bytes)
{
	struct tar_writer w = { tar };
	struct tar_entry en = { .name = name, .mode = 0644, .size = bytes.n };
	if (tar_write_header(&w, &en) || lc_buf_slice(tar, bytes) || tar_write_pad(&w, bytes.n))
		__builtin_trap();
}

/* Add a blob; its descriptor. */
static struct lc_slice blob(struct lc_arena *a, struct lc_buf *tar, const char *type,
			    struct lc_slice bytes)
{
	char hex[DIGEST_TEXT_MAX];
	struct digest d;
	if (digest_of(DIGEST_SHA256, bytes, &d, NULL))
		__builtin_trap();
	(void)digest_hex(&d, hex);
	member(tar, lc_arena_fmt(a, "blobs/sha256/%s", hex), bytes);
	return lc_arena_fmt(a,
			    "{\"mediaType\":\"application/vnd.oci.image.%s.v1+json\","
			    "\"digest\":\"sha256:%s\",\"size\":%zu}",
			    type, hex, bytes.n);
}

static void build(struct lc_arena *a, struct lc_buf *tar, unsigned kind, struct lc_slice in)
{
	struct lc_slice index = in;
	struct lc_slice config = LC_S("{\"os\":\"linux\",\"architecture\":\"amd64\","
				      "\"rootfs\":{\"diff_ids\":[]}}");
	struct lc_slice entry = LC_S("");
	if (kind == 3)
		config = in;
	struct lc_slice named = blob(a, tar, "config", config);
	if (kind == 2)
		entry = blob(a, tar, "manifest", in);
	else if (kind == 1)
		entry = blob(a, tar, "index", in);
	else
		entry = blob(a, tar, "manifest",
			     lc_arena_fmt(a, "{\"config\":%.*s,\"layers\":[]}", LC_FMT(named)));
	if (kind)
		index = lc_arena_fmt(a, "{\"manifests\":[%.*s]}", LC_FMT(entry));
	member(tar, kind == 4 ? LC_S("manifest.json") : LC_S("index.json"), kind == 4 ? in : index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct lc_buf tar;
	struct oci_image *i = NULL;
	struct lc_err e = { 0 };
	struct oci_open_options o = { .input = LC_S("fuzz"), .reference = LC_S("") };
	if (size == 0 || size > 1 << 16)
		return 0;
	lc_buf_init(&tar, 1 << 20);
	build(&a, &tar, data[0] % 5, lc_slice_of(data + 1, size - 1));
	struct tar_writer w = { &tar };
	if (tar_write_end(&w))
		__builtin_trap();
	struct lc_content c = lc_content_slice(lc_buf_get(&tar));
	if (oci_open_content(&c, &o, &i, &e) == 0)
		oci_close(i);
	lc_buf_done(&tar);
	lc_arena_done(&a);
	return 0;
}
