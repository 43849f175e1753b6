/* Ruby's and PHP's lock files and installed packages, with a manifest beside. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_gemfile_lock, "Gemfile.lock", bytes);
	fuzz_analyser_beside(&inv_composer_lock, "composer.lock", bytes, "composer.json");
	fuzz_analyser(&inv_composer_installed, "composer/installed.json", bytes);
	return 0;
}
