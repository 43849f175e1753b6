/* Lock files of Go and Rust: the first byte says which; a file beside it behind 0x1e. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct lc_slice bytes = lc_slice_of(data + 1, size - 1);
	if (data[0] & 1)
		fuzz_analyser_beside(&inv_go_mod, "go.mod", bytes, "go.sum");
	else
		fuzz_analyser_beside(&inv_cargo_lock, "Cargo.lock", bytes, "Cargo.toml");
	return 0;
}
