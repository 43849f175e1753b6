/*
 * An analyser over any bytes: it never fails for the file's sake, and the facts that it gives can
 * be read back.
 */
#pragma once

#include <stdlib.h>

#include "inventory/analyser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_analyser(const struct inv_analyser *a, const char *path,
				 struct lc_slice bytes)
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
