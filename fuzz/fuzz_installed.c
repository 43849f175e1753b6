/* What vendors and applications say of themselves. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_bitnami, "opt/bitnami/a/.spdx-a.spdx", bytes);
	fuzz_analyser(&inv_wordpress, "wp-includes/version.php", bytes);
	fuzz_analyser(&inv_wordpress, "wp-content/plugins/a/readme.txt", bytes);
	return 0;
}
