/* Lock files and installed packages of the rare ecosystems. */
#include "fuzz_analyser.h"
#include "inventory/language/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_gemspec, "specifications/a-1.gemspec", bytes);
	fuzz_analyser(&inv_rebar_lock, "rebar.lock", bytes);
	fuzz_analyser(&inv_gleam_manifest, "manifest.toml", bytes);
	fuzz_analyser(&inv_cabal_freeze, "cabal.project.freeze", bytes);
	fuzz_analyser(&inv_stack_lock, "stack.yaml.lock", bytes);
	fuzz_analyser(&inv_opam_locked, "a.opam.locked", bytes);
	fuzz_analyser(&inv_opam_installed, ".opam-switch/switch-state", bytes);
	fuzz_analyser(&inv_renv_lock, "renv.lock", bytes);
	fuzz_analyser(&inv_r_package, "library/a/DESCRIPTION", bytes);
	fuzz_analyser(&inv_deno_lock, "deno.lock", bytes);
	fuzz_analyser(&inv_paket_lock, "paket.lock", bytes);
	fuzz_analyser(&inv_luarocks, "rocks-5.4/a/1-1/a-1-1.rockspec", bytes);
	fuzz_analyser(&inv_terraform_lock, ".terraform.lock.hcl", bytes);
	return 0;
}
