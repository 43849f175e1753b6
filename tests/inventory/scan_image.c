#include "inventory/scan_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inventory/facts_text.h"
#include "inventory/language/analysers.h"
#include "inventory/os/analysers.h"

const struct inv_analyser *const scan_analysers[] = {
	&inv_os_release,     &inv_release_files, &inv_dpkg_status,      &inv_dpkg_info,
	&inv_dpkg_copyright, &inv_apk_installed, &inv_apk_repositories, &inv_rpm,
	&inv_rpm_manifest,   &inv_nix_store,
};
const size_t scan_analysers_n = sizeof(scan_analysers) / sizeof(scan_analysers[0]);

static int walk_layers(struct scanned *s, const struct lc_limits *limits, struct lc_err *e)
{
	for (size_t i = 0; i < s->image->layers_n; i++) {
		int r = inv_sink_init(&s->sinks[i], limits);
		r = r ? r
		      : inv_walk_layer(s->image, i, s->matcher, &s->options, limits, NULL,
				       &s->sinks[i], &s->stats[i], e);
		r = r ? r
		      : inv_facts_read(lc_buf_get(&s->sinks[i].out), &s->arena, &s->facts[i], e);
		if (r)
			return r;
		s->layers[i] = &s->facts[i];
	}
	return 0;
}

int scan_image(struct oci_image *image, const struct lc_limits *limits, struct scanned *ret,
	       struct lc_err *e)
{
	*ret = (struct scanned){ .image = image };
	ret->options = (struct inv_options){
		.targets = INV_TARGET_IMAGE,
		.groups = INV_GROUP_OS | INV_GROUP_LIBRARY,
	};
	assert_true(image->layers_n <= SCAN_LAYERS_MAX);
	int r = inv_matcher_new(scan_analysers, scan_analysers_n, &ret->options, &ret->matcher, e);
	r = r ? r : walk_layers(ret, limits, e);
	return r ? r : inv_squash(ret->layers, image->layers_n, &ret->arena, &ret->inventory, e);
}

void scan_path(const char *path, struct scanned *ret)
{
	struct lc_err e = { 0 };
	struct oci_image *image = NULL;
	struct oci_open_options o = { .input = lc_str(path) };
	if (oci_open(&o, &image, &e) || scan_image(image, &lc_limits_default, ret, &e))
		fail_msg("%s: %s", path, e.msg);
}

void scan_done(struct scanned *s)
{
	for (size_t i = 0; i < SCAN_LAYERS_MAX; i++)
		inv_sink_done(&s->sinks[i]);
	inv_matcher_free(s->matcher);
	lc_arena_done(&s->arena);
	oci_close(s->image);
	*s = (struct scanned){ 0 };
}

const char *scan_text(struct scanned *s)
{
	const struct inventory *inv = &s->inventory;
	struct lc_buf out;
	lc_buf_init(&out, 8u << 20);
	for (size_t i = 0; i < inv->packages.n; i++) {
		const struct inv_found_package *p = &inv->packages.v[i];
		package_text(&p->package, &out);
		lc_buf_fmt(&out, " layer=%zu/%zu file=%.*s\n", p->layer, p->file_layer,
			   LC_FMT(p->file));
	}
	if (inv->has_os) {
		os_text(&inv->os, &out);
		lc_buf_fmt(&out, " layer=%zu file=%.*s\n", inv->os_layer, LC_FMT(inv->os_file));
	}
	if (inv->has_repository)
		lc_buf_fmt(&out, "r %.*s %.*s\n", LC_FMT(inv->repository.family),
			   LC_FMT(inv->repository.release));
	for (size_t i = 0; i < inv->diagnostics.n; i++) {
		lc_buf_fmt(&out, "layer %zu ", inv->diagnostics.v[i].layer);
		diagnostic_text(&inv->diagnostics.v[i].diagnostic, &out);
	}
	const char *text = lc_arena_str(&s->arena, lc_buf_get(&out));
	lc_buf_done(&out);
	assert_non_null(text);
	return text;
}
