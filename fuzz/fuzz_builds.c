/* What builds say of their packages, and what lies installed beside them. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_nuget_assets, "obj/project.assets.json", bytes);
	fuzz_analyser(&inv_nuget_project, "a.csproj", bytes);
	fuzz_analyser(&inv_gradle_catalogue, "gradle/libs.versions.toml", bytes);
	fuzz_analyser(&inv_gradle_checksums, "gradle/verification-metadata.xml", bytes);
	fuzz_analyser(&inv_github_actions, ".github/workflows/a.yml", bytes);
	fuzz_analyser(&inv_cpan_snapshot, "cpanfile.snapshot", bytes);
	fuzz_analyser(&inv_perl_installed, ".meta/A-1/install.json", bytes);
	fuzz_analyser(&inv_perl_installed, "perllocal.pod", bytes);
	fuzz_analyser(&inv_pear, ".registry/a.reg", bytes);
	fuzz_analyser(&inv_vcpkg_installed, "vcpkg/status", bytes);
	fuzz_analyser(&inv_vcpkg_manifest, "vcpkg.json", bytes);
	fuzz_analyser_beside(&inv_go_mod, "a/go.mod", bytes, "go.work");
	return 0;
}
