/* dpkg's status file, status.d, lists and checksums, and opkg's: each takes the same bytes. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_dpkg_status, "var/lib/dpkg/status", bytes);
	fuzz_analyser(&inv_dpkg_info, "var/lib/dpkg/info/a:amd64.list", bytes);
	fuzz_analyser(&inv_dpkg_info, "var/lib/dpkg/info/a.md5sums", bytes);
	fuzz_analyser(&inv_opkg_status, "usr/lib/opkg/info/a.control", bytes);
	fuzz_analyser(&inv_opkg_info, "usr/lib/opkg/info/a.list", bytes);
	return 0;
}
