/* Tar: reading any bytes ends, with every entry's content as long as it says or an error. */
#include "format/tar.h"

#include <stdlib.h>

enum { CONTENT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Holes cost the input nothing: a sparse file may be far larger than it. */
static void read_content(struct tar_reader *t, const struct tar_entry *entry)
{
	static uint8_t buf[CONTENT_MAX];
	size_t n = entry->size < CONTENT_MAX ? (size_t)entry->size : CONTENT_MAX;
	size_t more = 0;
	int rc = lc_stream_exact(tar_content(t), buf, n, NULL);

	if (!rc && n == entry->size && lc_stream_read(tar_content(t), buf, 1, &more, NULL) == 0 &&
	    more)
		abort(); /* longer than it says */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_limits limits = lc_limits_default;
	struct lc_slice_stream from;
	struct tar_reader *t;
	struct tar_entry entry;

	limits.entries_max = 1000;
	limits.layer_bytes_max = 1 << 22;
	lc_slice_stream_init(&from, lc_slice_of(data, size));
	if (tar_open(&from.base, &limits, &t, NULL))
		return 0;
	while (tar_next(t, &entry, NULL) == 0)
		read_content(t, &entry);
	if (tar_offset(t) > size)
		abort();
	tar_close(t);
	return 0;
}
