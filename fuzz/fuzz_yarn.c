/* yarn's lock files, with a manifest beside. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser_beside(&inv_yarn_lock, "yarn.lock", bytes, "package.json");
	return 0;
}
