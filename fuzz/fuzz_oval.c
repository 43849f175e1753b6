/* OVAL by every vendor's row: the core is one, names of releases are not. */
#include "fuzz_native.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const feed_native_fn readers[] = { feed_oval_azure, feed_oval_oracle,
						  feed_oval_photon, feed_oval_redhat,
						  feed_oval_suse };
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		fuzz_native(readers[i], data, size);
	return 0;
}
