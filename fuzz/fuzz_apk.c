/* apk's installed database and its list of repositories. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_apk_installed, "lib/apk/db/installed", bytes);
	fuzz_analyser(&inv_apk_repositories, "etc/apk/repositories", bytes);
	return 0;
}
