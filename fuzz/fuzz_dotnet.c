/* Lists of .NET packages, locked and published. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_nuget_lock, "packages.lock.json", bytes);
	fuzz_analyser(&inv_packages_config, "packages.config", bytes);
	fuzz_analyser(&inv_packages_props, "Directory.Packages.props", bytes);
	fuzz_analyser(&inv_dotnet_deps, "a.deps.json", bytes);
	return 0;
}
