/* Lock files of the smaller ecosystems, with a project file beside. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_gradle_lock, "gradle.lockfile", bytes);
	fuzz_analyser(&inv_sbt_lock, "build.sbt.lock", bytes);
	fuzz_analyser(&inv_conan_lock, "conan.lock", bytes);
	fuzz_analyser(&inv_pubspec_lock, "pubspec.lock", bytes);
	fuzz_analyser_beside(&inv_mix_lock, "mix.lock", bytes, "mix.exs");
	fuzz_analyser_beside(&inv_julia_manifest, "Manifest.toml", bytes, "Project.toml");
	fuzz_analyser(&inv_podfile_lock, "Podfile.lock", bytes);
	fuzz_analyser(&inv_swift_resolved, "Package.resolved", bytes);
	return 0;
}
