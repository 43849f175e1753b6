/* XML: every subtree is walked, and its parents are right. */
#include <stdlib.h>

#include "format/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int walk(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	const struct xml_node *top = n;
	(void)ctx, (void)e;
	while (n) {
		if (!n->name.n || (n != top && !n->parent))
			abort();
		(void)xml_text(n);
		if (n->child) {
			n = n->child;
			continue;
		}
		while (n != top && !n->next)
			n = n->parent;
		n = n == top ? NULL : n->next;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "item", "r", NULL };
	struct lc_err e = { 0 };
	if (xml_read(lc_slice_of(data, size), names, NULL, walk, NULL, &e) && !e.code)
		abort();
	return 0;
}
