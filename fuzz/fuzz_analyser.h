/*
 * An analyser over any bytes: it never fails for the file's sake, and the facts that it gives can
 * be read back.
 */
#pragma once

#include <stdlib.h>

#include "inventory/walk_content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_analyser_kept(const struct inv_analyser *a, const char *path,
				      struct lc_slice bytes, const struct inv_kept_files *kept)
{
	static const struct inv_options options = { .targets = INV_TARGET_IMAGE };
	struct lc_content content = lc_content_slice(bytes);
	struct lc_arena scratch;
	struct lc_arena arena;
	struct inv_sink sink;
	struct inv_layer_facts facts;
	struct inv_file file = {
		.path = lc_str(path),
		.mode = 0644,
		.size = bytes.n,
		.bytes = bytes,
		.content = &content,
		.kept = kept,
		.options = &options,
		.limits = &lc_limits_default,
		.scratch = &scratch,
	};
	lc_arena_init(&scratch, (size_t)256 << 20);
	lc_arena_init(&arena, 0);
	if (inv_sink_init(&sink, &lc_limits_default) ||
	    inv_sink_file(&sink, file.path, lc_str(a->name)))
		abort();
	int r = a->parse(&file, &sink, NULL);
	if (r && r != LC_ELIMIT && r != LC_ENOMEM)
		abort();
	if (r == 0 &&
	    (inv_sink_end(&sink) || inv_facts_read(lc_buf_get(&sink.out), &arena, &facts, NULL)))
		abort();
	inv_sink_done(&sink);
	lc_arena_done(&arena);
	lc_arena_done(&scratch);
}

static inline void fuzz_analyser(const struct inv_analyser *a, const char *path,
				 struct lc_slice bytes)
{
	fuzz_analyser_kept(a, path, bytes, NULL);
}

/** What stands behind the first byte 0x1e is a file beside it, of that name. */
static inline void fuzz_analyser_beside(const struct inv_analyser *a, const char *path,
					struct lc_slice bytes, const char *beside)
{
	struct lc_map map = { 0 };
	struct walk_memo memo = { .map = { 0 } };
	struct inv_kept_files kept = { .held = &map, .memo = &memo };
	struct lc_slice rest;
	struct walk_held held = { .who = { { 1 } } };
	if (!lc_cut(bytes, 0x1e, &bytes, &rest)) {
		fuzz_analyser(a, path, bytes);
		return;
	}
	lc_arena_init(&memo.texts, 1 << 20);
	held.kept = (struct inv_kept){ lc_str(beside), lc_content_slice(rest) };
	if (lc_map_put(&map, held.kept.path, &held))
		abort();
	fuzz_analyser_kept(a, path, bytes, &kept);
	lc_map_done(&memo.map);
	lc_map_done(&memo.objects);
	lc_arena_done(&memo.texts);
	lc_map_done(&map);
}
