/* Tar: reading any bytes ends, with every entry's content as long as it says or an error. */
#include "format/tar_impl.h"

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

static void read_archive(struct lc_slice archive)
{
	struct lc_limits limits = lc_limits_default;
	struct lc_slice_stream from;
	struct tar_reader *t;
	struct tar_entry entry;

	limits.entries_max = 1000;
	limits.layer_bytes_max = 1 << 22;
	lc_slice_stream_init(&from, archive);
	if (tar_open(&from.base, &limits, &t, NULL))
		return;
	while (tar_next(t, &entry, NULL) == 0)
		read_content(t, &entry);
	if (tar_offset(t) > archive.n)
		abort();
	tar_close(t);
}

/* As it is, and with the checksums of header blocks mended, which mutations hardly ever hit. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	for (size_t at = 0; size - at >= TAR_BLOCK_BYTES; at += TAR_BLOCK_BYTES)
		if (memcmp(copy + at + 257, "ustar", 5) == 0)
			tar_checksum_put(copy + at);
	read_archive(lc_slice_of(data, size));
	read_archive(lc_slice_of(copy, size));
	free(copy);
	return 0;
}
