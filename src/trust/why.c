#include "trust/why.h"

#include <stdarg.h>
#include <stdio.h>

int trust_rule(struct trust_why *w, const char *rule, int code)
{
	if (w && code && code != LC_ENOMEM)
		w->rule = rule;
	return code;
}

int trust_fail(struct trust_why *w, const char *rule, int code, const char *fmt, ...)
{
	char text[LC_ERR_MSG_MAX];
	va_list args;
	if (!w)
		return code;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args); /* cut is fine */
	va_end(args);
	w->rule = rule;
	return lc_fail(&w->err, code, "%s", text);
}
