/* Red Hat's content manifests and labels, the status of Ubuntu Pro, Amazon's topics of extras. */
#include "fuzz_analyser.h"
#include "inventory/os/analysers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice bytes = lc_slice_of(data, size);
	fuzz_analyser(&inv_redhat_build, "root/buildinfo/content_manifests/a.json", bytes);
	fuzz_analyser(&inv_redhat_build, "root/buildinfo/labels.json", bytes);
	fuzz_analyser(&inv_redhat_build, "root/buildinfo/Dockerfile-a-1-2", bytes);
	fuzz_analyser(&inv_amazon_extras, "etc/yum.repos.d/amzn2-extras.repo", bytes);
	fuzz_analyser(&inv_ubuntu_pro, "var/lib/ubuntu-advantage/status.json", bytes);
	return 0;
}
