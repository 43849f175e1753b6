/* Debian copyright files. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_analyser(&inv_dpkg_copyright, "usr/share/doc/a/copyright", lc_slice_of(data, size));
	return 0;
}
