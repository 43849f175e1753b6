/* CVSS vectors: a score is between 0 and 10 and has one decimal. */
#include <math.h>
#include <stdlib.h>

#include "advisory/severity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cvss c = { CVSS_2, -1 };
	struct lc_err e = { 0 };
	int rc = cvss_score(lc_slice_of(data, size), &c, &e);
	if (rc ? c.base >= 0 : !(c.base >= 0 && c.base <= 10))
		abort();
	if (!rc && fabs(c.base * 10 - floor(c.base * 10 + 0.5)) > 1e-9)
		abort();
	return 0;
}
