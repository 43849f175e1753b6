/* Zip: any bytes open or not, and every member reads or not, within the limits. */
#include "format/zip.h"

#include <stdlib.h>

enum { MEMBER_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_content c = lc_content_slice(lc_slice_of(data, size));
	struct lc_limits limits = lc_limits_default;
	struct zip_reader *z;
	struct lc_buf buf;

	limits.entries_max = 100;
	limits.layer_bytes_max = 4 * MEMBER_MAX;
	if (zip_open_content(&c, &limits, &z, NULL))
		return 0;
	lc_buf_init(&buf, MEMBER_MAX);
	for (uint64_t i = 0; i < zip_members(z); i++) {
		struct zip_member m;
		uint64_t found;
		if (zip_member_at(z, i, &m, NULL))
			continue;
		if (zip_find(z, m.name, &found, NULL) == 0 && found > i)
			abort(); /* the first of its name comes at or before it */
		if (zip_member_read(z, i, &buf, NULL) == 0 && buf.n != m.size)
			abort();
	}
	lc_buf_done(&buf);
	zip_reader_close(z);
	return 0;
}
