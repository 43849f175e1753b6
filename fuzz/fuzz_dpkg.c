/* dpkg's status file, status.d, lists and checksums: each reader takes the same bytes. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_dpkg_status, "var/lib/dpkg/status", bytes);
	fuzz_analyser(&inv_dpkg_info, "var/lib/dpkg/info/a:amd64.list", bytes);
	fuzz_analyser(&inv_dpkg_info, "var/lib/dpkg/info/a.md5sums", bytes);
	return 0;
}
