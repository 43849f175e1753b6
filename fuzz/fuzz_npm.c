/* npm's lock files. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_analyser(&inv_npm_lock, "package-lock.json", lc_slice_of(data, size));
	return 0;
}
