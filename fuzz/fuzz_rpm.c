/* rpm's databases as packages, and the lists of images without rpm. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_rpm, "var/lib/rpm/Packages", bytes);
	fuzz_analyser(&inv_rpm_manifest, "var/lib/rpmmanifest/container-manifest-2", bytes);
	return 0;
}
