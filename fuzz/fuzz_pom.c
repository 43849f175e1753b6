/* Maven's project files, with the parent's above. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_analyser_beside(&inv_pom, "c/pom.xml", lc_slice_of(data, size), "pom.xml");
	return 0;
}
