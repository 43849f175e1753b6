#include "base/dl.h"

#include <dlfcn.h>
#include <string.h>

enum { SYMBOLS_MAX = 64 };

int lc_dl_open(const struct lc_dl_library *lib, const struct lc_dl_symbol *symbols, size_t n,
	       struct lc_err *e)
{
	void *found[SYMBOLS_MAX];
	if (n > SYMBOLS_MAX)
		return lc_fail(e, LC_EUSAGE, "%s: %zu functions", lib->soname, n);
	/* A name without "/": the system's own search, never the current directory. */
	void *handle = dlopen(lib->soname, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return lc_fail(e, LC_EUNSUP, "%s needs %s, which is not installed: install %s",
			       lib->purpose, lib->soname, lib->package);
	for (size_t i = 0; i < n; i++) {
		found[i] = dlsym(handle, symbols[i].name);
		if (found[i])
			continue;
		(void)dlclose(handle); /* nothing to do about a failure */
		return lc_fail(e, LC_EUNSUP, "%s is too old (no %s): update %s", lib->soname,
			       symbols[i].name, lib->package);
	}
	for (size_t i = 0; i < n; i++)
		memcpy(symbols[i].place, &found[i], sizeof(found[i]));
	return 0;
}
