#include "inventory/walk.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/shim.h"
#include "base/trace.h"
#include "inventory/walk_content.h"

/* ---- links ---- */

static int on_symlink(struct walker *w, const struct tar_entry *entry)
{
	bool at_top = lc_find(entry->name, '/') == SIZE_MAX;
	return walk_link(w, entry->name, entry->target, false,
			 at_top || inv_match_leads(w->matcher, entry->name));
}

static int add_pending(struct walker *w, const struct tar_entry *entry, const struct inv_set *set)
{
	struct walk_pending *p = lc_new(&w->names, struct walk_pending);
	struct lc_slice target;
	if (!p)
		return lc_arena_err(&w->names);
	int r = lc_arena_dup(&w->names, entry->name, &p->path);
	r = r ? r : lc_arena_dup(&w->names, entry->target, &target);
	if (r)
		return r;
	p->set = *set;
	p->next = lc_map_get(&w->pending, target);
	return lc_map_put(&w->pending, target, p);
}

static int remember_target(struct walker *w, struct lc_slice target)
{
	struct lc_slice name;
	int r = lc_arena_dup(&w->names, target, &name);
	return r ? r : lc_map_add(&w->linked, name, NULL, NULL);
}

/*
 * The link keeps the bytes that its target had when it was made: those of an earlier member, or of
 * a lower layer. What is read for it are those of the last member.
 */
static int tell_replaced(struct walker *w, struct lc_slice path)
{
	struct inv_diagnostic d = {
		.path = path,
		.trouble = INV_UNREADABLE,
		.message = LC_S("stands behind a hard link to it, whose bytes were not read"),
	};
	return lc_map_has(&w->linked, path) ? inv_sink_diagnostic(w->sink, &d) : 0;
}

/*
 * Same file, second name. Those who want it by either name's mode or content got it, or will get
 * it, by the first; what is left are those who want the second name itself.
 */
static int on_hard_link(struct walker *w, const struct tar_entry *entry)
{
	struct inv_set set;
	struct inv_set had;
	bool by_head;
	uint64_t any = 0;
	uint64_t left = 0;
	if (!inv_match_path(w->matcher, entry->name, entry->mode, &set, &by_head))
		return 0;
	(void)inv_match_path(w->matcher, entry->target, entry->mode, &had, &by_head);
	for (size_t i = 0; i < INV_ANALYSERS_MAX / 64; i++) {
		any |= set.bits[i];
		set.bits[i] &= ~had.bits[i];
		left |= set.bits[i];
	}
	int r = any ? walk_link(w, entry->name, entry->target, true, true) : 0;
	r = r || !any ? r : remember_target(w, entry->target);
	return r || !left ? r : add_pending(w, entry, &set);
}

/* ---- entries ---- */

/* Of directories the name alone counts. */
static int on_directory(struct walker *w, const struct oci_entry *entry, struct lc_err *e)
{
	struct lc_slice_stream nothing;
	struct walk_file file = { entry->path, entry->tar.mode, 0, &nothing.base, NULL };
	struct inv_set set;
	if (!inv_match_directory(w->matcher, entry->path, &set))
		return 0;
	lc_slice_stream_init(&nothing, LC_S(""));
	return walk_analyse(w, &file, &set, e);
}

static int on_entry(struct walker *w, struct oci_layer_reader *reader,
		    const struct oci_entry *entry, struct lc_err *e)
{
	const struct tar_entry *tar = &entry->tar;
	struct walk_file file = { entry->path, tar->mode, tar->size, NULL, NULL };
	if (entry->path.n == 0)
		return 0;
	int r = inv_presence_add(&w->presence, entry->path, tar->type == TAR_DIR);
	if (r == 0 && tar->type != TAR_DIR && lc_map_has(&w->seen, entry->path)) {
		walk_drop(w, entry->path);
		r = inv_sink_file(w->sink, entry->path, LC_S(""));
	}
	if (r == 0 && tar->type != TAR_DIR)
		r = tell_replaced(w, entry->path);
	if (r)
		return r;
	switch (tar->type) {
	case TAR_FILE:
		file.content = oci_layer_content(reader);
		return walk_file(w, &file, e);
	case TAR_SYMLINK:
		return on_symlink(w, tar);
	case TAR_HARDLINK:
		return on_hard_link(w, tar);
	case TAR_DIR:
		return on_directory(w, entry, e);
	default:
		return 0;
	}
}

static int on_any(struct walker *w, struct oci_layer_reader *reader, const struct oci_entry *entry,
		  struct lc_err *e)
{
	switch (entry->kind) {
	case OCI_WHITEOUT:
		return inv_sink_whiteout(w->sink, entry->path);
	case OCI_OPAQUE:
		return inv_sink_opaque(w->sink, entry->path);
	case OCI_ENTRY:
		break;
	}
	return on_entry(w, reader, entry, e);
}

/* A file that is the target of wanted hard links, in the second pass. */
static int on_target(struct walker *w, struct oci_layer_reader *reader,
		     const struct oci_entry *entry, struct lc_err *e)
{
	const struct walk_pending *p = NULL;
	if (entry->kind == OCI_ENTRY && entry->tar.type == TAR_FILE)
		p = lc_map_get(&w->pending, entry->path);
	if (!p)
		return 0;
	struct lc_content content = { .fd = -1 };
	int r = 0;
	bool fits = entry->tar.size <= w->limits->spool_bytes_max;
	if (fits)
		r = lc_content_spool(oci_layer_content(reader), WALK_MEMORY_MAX, entry->tar.size,
				     &content, e);
	for (; p && r == 0; p = p->next) {
		struct lc_content_stream stream;
		lc_content_stream_init(&stream, &content, 0, content.size);
		struct walk_file file = { p->path, entry->tar.mode, entry->tar.size, &stream.base,
					  NULL };
		struct inv_diagnostic d = {
			.path = p->path,
			.trouble = INV_TOO_LARGE,
			.message = LC_S("hard link to a file too large to read"),
		};
		r = fits ? walk_analyse(w, &file, &p->set, e) : inv_sink_diagnostic(w->sink, &d);
	}
	lc_content_done(&content);
	return r;
}

/* ---- passes ---- */

typedef int entry_fn(struct walker *w, struct oci_layer_reader *reader,
		     const struct oci_entry *entry, struct lc_err *e);

static int each_entry(struct walker *w, struct oci_layer_reader *reader, entry_fn *fn,
		      struct lc_err *e)
{
	for (;;) {
		struct oci_entry entry;
		if (lc_limits_expired(w->limits))
			return lc_fail(e, LC_ECANCEL, "layer %zu: time is up", w->layer);
		int r = oci_layer_next(reader, &entry, e);
		if (r)
			return r == LC_ENOTFOUND ? 0 : r;
		r = fn(w, reader, &entry, e);
		if (r && (!e || e->code != r))
			(void)lc_fail(e, r, "%s", lc_code_name(r)); /* r is what counts */
		if (r)
			return lc_wrap(e, r, "layer %zu", w->layer);
	}
}

struct pass {
	const struct oci_image *image;
	size_t layer;
	const struct oci_layer_transform *transform;
};

static int run_pass(struct walker *w, const struct pass *p, entry_fn *fn,
		    struct oci_layer_stats *ret, struct lc_err *e)
{
	LC_CLEANUP(oci_layer_closep) struct oci_layer_reader *reader = NULL;
	int r = oci_layer_open(p->image, p->layer, w->limits, p->transform, &reader, e);
	r = r ? r : each_entry(w, reader, fn, e);
	r = r ? r : oci_layer_finish(reader, ret, e);
	if (r == 0)
		w->stats.unsafe_names = oci_layer_unsafe(reader);
	return r;
}

static int tell_unsafe(struct walker *w)
{
	char text[128];
	if (w->stats.unsafe_names == 0)
		return 0;
	(void)snprintf(text, sizeof(text), /* fits */
		       "%" PRIu64 " entries with unsafe names (.. or NUL) were not read",
		       w->stats.unsafe_names);
	struct inv_diagnostic d = { .trouble = INV_MALFORMED, .message = lc_str(text) };
	return inv_sink_diagnostic(w->sink, &d);
}

static int walk(struct walker *w, const struct pass *p, struct lc_err *e)
{
	struct oci_layer_stats again;
	int r = inv_presence_init(&w->presence, e);
	r = r ? r : run_pass(w, p, on_any, &w->stats.layer, e);
	if (r == 0 && w->pending.n)
		r = run_pass(w, p, on_target, &again, e);
	if (r == 0) {
		r = walk_release(w, e);
		if (r)
			(void)lc_wrap(e, r, "layer %zu", w->layer); /* r is what counts */
	}
	if (r)
		return r;
	inv_presence_seal(&w->presence);
	(void)tell_unsafe(w); /* sticky: inv_sink_end() looks */
	(void)inv_sink_presence(w->sink, &w->presence);
	r = inv_sink_end(w->sink);
	return r ? lc_fail(e, r, "layer %zu: facts: %s", w->layer, lc_code_name(r)) : 0;
}

int inv_walk_layer(const struct oci_image *image, size_t layer, const struct inv_matcher *m,
		   const struct inv_options *options, const struct lc_limits *limits,
		   const struct oci_layer_transform *transform, struct inv_sink *sink,
		   struct inv_walk_stats *ret, struct lc_err *e)
{
	struct lc_err local = { 0 };
	struct walker w = {
		.matcher = m,
		.options = options,
		.limits = limits,
		.sink = sink,
		.layer = layer,
	};
	struct pass p = { image, layer, transform };
	struct lc_trace_span span;
	lc_trace_begin(&span, LC_TRACE_LAYER, (int64_t)layer);
	walker_init(&w);
	e = e ? e : &local;
	lc_err_clear(e);
	int r = walk(&w, &p, e);
	if (r == 0)
		*ret = w.stats;
	else
		inv_sink_done(sink);
	lc_trace_end(&span, w.stats.layer.inflated_bytes);
	walker_done(&w);
	return r;
}
