/*
 * Short forms for tests that open images and look at what is in their layers.
 */
#pragma once

#include <stdio.h>

#include "oci/layer.h"
#include "support/slice_assert.h"

/** reference and platform may be NULL. */
static inline int open_image(const char *path, const char *reference, const char *platform,
			     struct oci_image **ret, struct lc_err *e)
{
	struct oci_open_options o = { .input = lc_str(path), .reference = lc_str(reference) };
	if (platform) {
		assert_int_equal(oci_platform_parse(lc_str(platform), &o.platform, NULL), 0);
		o.has_platform = true;
	}
	return oci_open(&o, ret, e);
}

/** An image that must open. */
static inline struct oci_image *opened(const char *path, const char *reference,
				       const char *platform)
{
	struct oci_image *i = NULL;
	struct lc_err e = { 0 };
	if (open_image(path, reference, platform, &i, &e))
		fail_msg("%s", e.msg);
	return i;
}

/** An image that must not open, with this code and these words in one line of message. */
static inline void refused(const char *path, const char *reference, const char *platform, int code,
			   const char *words)
{
	struct oci_image *i = NULL;
	struct lc_err e = { 0 };
	int rc = open_image(path, reference, platform, &i, &e);
	if (rc != code || !strstr(e.msg, words))
		print_error("# %s (%d); want (%d) %s\n", e.msg, rc, code, words);
	oci_close(i);
	assert_int_equal(rc, code);
	assert_non_null(strstr(e.msg, words));
	assert_null(strchr(e.msg, '\n'));
	assert_null(i);
}

static inline void add_entry(struct lc_buf *out, struct oci_layer_reader *r,
			     const struct oci_entry *en)
{
	static const char kinds[] = { [OCI_ENTRY] = '+', [OCI_WHITEOUT] = '-', [OCI_OPAQUE] = '!' };
	char content[256];
	size_t n = 0;
	lc_buf_fmt(out, "%c%.*s", kinds[en->kind], LC_FMT(en->path));
	if (en->kind == OCI_ENTRY && en->tar.type == TAR_FILE) {
		assert_true(en->tar.size <= sizeof(content));
		assert_int_equal(lc_stream_exact(oci_layer_content(r), content, en->tar.size, NULL),
				 0);
		n = en->tar.size;
		lc_buf_fmt(out, "=%.*s", (int)n, content);
	} else if (en->kind == OCI_ENTRY && en->tar.target.n) {
		lc_buf_fmt(out, "->%.*s", LC_FMT(en->tar.target));
	}
	lc_buf_byte(out, '\n');
}

/**
 * Entries of a layer as lines "+path=content", "+link->target", "-removed", "!opaque directory";
 * then verified. @return what the reader said
 */
static inline int layer_text(const struct oci_image *i, size_t layer, struct lc_buf *out,
			     struct oci_layer_stats *ret, struct lc_err *e)
{
	struct oci_layer_reader *r;
	struct oci_entry en;
	lc_buf_init(out, 1 << 20);
	int rc = oci_layer_open(i, layer, NULL, NULL, &r, e);
	if (rc)
		return rc;
	while ((rc = oci_layer_next(r, &en, e)) == 0)
		add_entry(out, r, &en);
	if (rc == LC_ENOTFOUND)
		rc = oci_layer_finish(r, ret, e);
	oci_layer_close(r);
	return rc;
}

static inline void assert_layer(const struct oci_image *i, size_t layer, const char *text)
{
	struct lc_buf out;
	struct lc_err e = { 0 };
	struct oci_layer_stats st;
	int rc = layer_text(i, layer, &out, &st, &e);
	if (rc)
		print_error("# %s\n", e.msg);
	assert_int_equal(rc, 0);
	assert_slice(lc_buf_get(&out), lc_str(text));
	lc_buf_done(&out);
}

/** A layer that must not verify. */
static inline void layer_refused(const struct oci_image *i, size_t layer, int code,
				 const char *words)
{
	struct lc_buf out;
	struct lc_err e = { 0 };
	struct oci_layer_stats st;
	int rc = layer_text(i, layer, &out, &st, &e);
	if (rc != code || !strstr(e.msg, words))
		print_error("# %s (%d); want (%d) %s\n", e.msg, rc, code, words);
	lc_buf_done(&out);
	assert_int_equal(rc, code);
	assert_non_null(strstr(e.msg, words));
}
