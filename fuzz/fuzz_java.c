/* Java archives, and those inside them. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_analyser(&inv_java_archive, "lib/tool-1.0.jar", lc_slice_of(data, size));
	return 0;
}
