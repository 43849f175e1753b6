/* Catalogues: any bytes are one or not; what is found is text that ends inside the file. */
#include "cli/catalogue.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const texts[] = { "", "no", "yes", "a text that is rather long" };
	struct cli_catalogue c;

	if (!cli_catalogue_parse(lc_slice_of(data, size), &c))
		return 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *found = cli_catalogue_find(&c, texts[i]);
		if (found && (const uint8_t *)found + strlen(found) >= data + size)
			abort();
	}
	return 0;
}
