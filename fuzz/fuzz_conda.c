/* Conda's environments and what is installed in them. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_conda_environment, "environment.yml", bytes);
	fuzz_analyser(&inv_conda_installed, "conda-meta/a-1-py_0.json", bytes);
	return 0;
}
