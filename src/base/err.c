#include "base/err.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"

/* The functions themselves, where err.h has macros before them for the analyser. */
#undef lc_fail
#undef lc_fail_sys
#undef lc_wrap

/* Drop the tail of a UTF-8 sequence that a fixed buffer cut in two. */
static size_t whole_chars(const char *s, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		uint8_t c = (uint8_t)s[n - back];
		if (c < 0x80)
			return n;
		if (c >= 0xc0)
			return lc_utf8(lc_slice_of(s + n - back, back), NULL) ? n : n - back;
	}
	return n;
}

__attribute__((format(printf, 3, 0))) static size_t format(char *buf, size_t room, const char *fmt,
							   va_list ap)
{
	int n = vsnprintf(buf, room, fmt, ap);
	if (n < 0) { /* an encoding error of the C library: keep what can be kept */
		buf[0] = '\0';
		return 0;
	}
	if ((size_t)n < room)
		return (size_t)n;
	size_t kept = whole_chars(buf, room - 1);
	buf[kept] = '\0';
	return kept;
}

/* Append to buf of LC_ERR_MSG_MAX bytes holding n; the new length. */
static size_t append(char *buf, size_t n, const char *s, size_t s_n)
{
	size_t take = s_n;
	if (take > LC_ERR_MSG_MAX - 1 - n)
		take = whole_chars(s, LC_ERR_MSG_MAX - 1 - n);
	memcpy(buf + n, s, take);
	buf[n + take] = '\0';
	return n + take;
}

static void store(struct lc_err *e, int code, int sys, const char *msg, size_t n)
{
	e->code = code;
	e->sys = sys;
	e->len = n;
	memcpy(e->msg, msg, n + 1);
}

int lc_fail(struct lc_err *e, int code, const char *fmt, ...)
{
	if (!e)
		return code;
	char msg[LC_ERR_MSG_MAX]; /* arguments may point into e->msg */
	va_list ap;
	va_start(ap, fmt);
	size_t n = format(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	store(e, code, 0, msg, n);
	return code;
}

int lc_fail_sys(struct lc_err *e, int sys, const char *fmt, ...)
{
	if (!e)
		return LC_EIO;
	char msg[LC_ERR_MSG_MAX];
	va_list ap;
	va_start(ap, fmt);
	size_t n = format(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	/* Not strerror(): that one translates, and only the program may. */
	const char *text = strerrordesc_np(sys);
	if (!text)
		text = "unknown system error";
	n = append(msg, n, ": ", 2);
	n = append(msg, n, text, strlen(text));
	store(e, LC_EIO, sys, msg, n);
	return LC_EIO;
}

int lc_wrap(struct lc_err *e, int code, const char *fmt, ...)
{
	if (!e)
		return code;
	char msg[LC_ERR_MSG_MAX];
	va_list ap;
	va_start(ap, fmt);
	size_t n = format(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	const char *inner = e->len ? e->msg : lc_code_name(code);
	n = append(msg, n, ": ", 2);
	n = append(msg, n, inner, e->len ? e->len : strlen(inner));
	store(e, code, e->sys, msg, n);
	return code;
}

void lc_err_clear(struct lc_err *e)
{
	if (e)
		*e = (struct lc_err){ 0 };
}

const char *lc_code_name(int code)
{
	switch (code) {
	case LC_OK:
		return "fine";
	case LC_ENOMEM:
		return "out of memory";
	case LC_EIO:
		return "input or output failed";
	case LC_ETRUNC:
		return "truncated";
	case LC_EBAD:
		return "malformed";
	case LC_ELIMIT:
		return "over a limit";
	case LC_ENOTFOUND:
		return "not found";
	case LC_EUNSUP:
		return "not supported";
	case LC_EUSAGE:
		return "wrong usage";
	case LC_ECANCEL:
		return "cancelled";
	case LC_ENET:
		return "network failed";
	case LC_EAUTH:
		return "not authorised";
	case LC_EDENIED:
		return "denied";
	case LC_EBUSY:
		return "too many requests";
	case LC_EREMOTE:
		return "server failed";
	default:
		return "unknown error";
	}
}
