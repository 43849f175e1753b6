/* os-release and every release file. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_os_release, "etc/os-release", bytes);
	for (size_t i = 0; i < inv_release_files.wants_n; i++)
		fuzz_analyser(&inv_release_files, inv_release_files.wants[i].text, bytes);
	return 0;
}
