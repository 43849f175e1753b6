/* pacman's local database: a package's own file and its list of files. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_pacman, "var/lib/pacman/local/a-b-1:2-3/desc", bytes);
	fuzz_analyser(&inv_pacman, "var/lib/pacman/local/a-b-1:2-3/files", bytes);
	return 0;
}
