/* Python's lock files in TOML, with a project file beside. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser_beside(&inv_poetry_lock, "poetry.lock", bytes, "pyproject.toml");
	fuzz_analyser_beside(&inv_pdm_lock, "pdm.lock", bytes, "pyproject.toml");
	fuzz_analyser_beside(&inv_uv_lock, "uv.lock", bytes, "pyproject.toml");
	fuzz_analyser_beside(&inv_pylock, "pylock.toml", bytes, "pyproject.toml");
	return 0;
}
