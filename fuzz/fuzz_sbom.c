/* Bills of materials. */
#include "fuzz_analyser.h"
#include "inventory/sbom/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_cyclonedx, "a.cdx.json", bytes);
	fuzz_analyser(&inv_spdx, "a.spdx.json", bytes);
	fuzz_analyser(&inv_spdx, "a.spdx", bytes);
	return 0;
}
