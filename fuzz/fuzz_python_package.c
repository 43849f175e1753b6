/* Metadata of installed Python packages. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_python_package, "a-1.dist-info/METADATA", bytes);
	fuzz_analyser(&inv_python_package, "b-2-py3.11.egg-info", bytes);
	fuzz_analyser(&inv_python_egg, "c.egg", bytes);
	return 0;
}
