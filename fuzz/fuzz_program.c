/* Programs: modules of Go, crates of Rust, versions that programs say. */
#include "fuzz_analyser.h"
#include "inventory/binary/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_analyser(&inv_executable, "usr/bin/nginx", lc_slice_of(data, size));
	return 0;
}
