#include "oci/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An archive with an image in it: opened, and all its layers read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_limits limits = lc_limits_default;
	struct oci_image *i = NULL;
	struct lc_err e = { 0 };
	limits.entries_max = 1000;
	limits.layer_bytes_max = 4 << 20;
	limits.manifest_bytes_max = 64 << 10;
	struct oci_open_options o = { .input = LC_S("fuzz"), .limits = &limits };
	struct lc_content c = lc_content_slice(lc_slice_of(data, size));
	if (oci_open_content(&c, &o, &i, &e))
		return 0;
	for (size_t k = 0; k < i->layers_n && k < 8; k++) {
		struct oci_layer_reader *r = NULL;
		struct oci_layer_stats st;
		struct oci_entry en;
		int rc = oci_layer_open(i, k, &limits, NULL, &r, &e);
		while (rc == 0)
			rc = oci_layer_next(r, &en, &e);
		if (rc == LC_ENOTFOUND)
			rc = oci_layer_finish(r, &st, &e);
		oci_layer_close(r);
	}
	oci_close(i);
	return 0;
}
