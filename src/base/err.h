/*
 * Errors: one object on the caller's stack, a code, an errno and a message with its context.
 *
 * It allocates nothing, so it cannot leak and works out of memory. Functions that can fail return
 * 0 or a negative enum lc_code; LC_ENOTFOUND is a code callers expect, with no message needed.
 * A NULL struct lc_err is accepted everywhere. Thread rule: one object, one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum lc_code {
	LC_OK = 0,
	LC_ENOMEM = -1,    /* an allocation failed */
	LC_EIO = -2,       /* the system said no; sys holds errno */
	LC_ETRUNC = -3,    /* the input ends too early */
	LC_EBAD = -4,      /* the input is malformed, or a digest does not hold */
	LC_ELIMIT = -5,    /* a limit of ours was passed */
	LC_ENOTFOUND = -6, /* what was asked for is not there */
	LC_EUNSUP = -7,    /* well-formed, but of a kind we do not read */
	LC_EUSAGE = -8,    /* the caller's own request makes no sense */
	LC_ECANCEL = -9,   /* stopped by a deadline or by the user */
	LC_ENET = -10,     /* a peer cannot be reached, or stopped answering */
	LC_EAUTH = -11,    /* a peer wants credentials, or does not take these */
	LC_EDENIED = -12,  /* a peer knows who asks and says no */
	LC_EBUSY = -13,    /* a peer has been asked too often */
	LC_EREMOTE = -14,  /* a peer failed by its own word, or broke the protocol */
};

enum { LC_ERR_MSG_MAX = 512 };

struct lc_err {
	int code;
	int sys; /* errno, or 0 */
	size_t len;
	char msg[LC_ERR_MSG_MAX]; /* outermost context first, always NUL-terminated */
};

#define LC_MUST_CHECK __attribute__((warn_unused_result))

/**
 * Set the error, replacing what it held.
 *
 * @param e     may be NULL
 * @param code  negative enum lc_code
 * @param fmt   printf format; bytes of the input go through lc_quote() first
 * @return code, so that a failure is one line: return lc_fail(...)
 */
int lc_fail(struct lc_err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), cold));

/** Like lc_fail() with LC_EIO, appending the text of errno value sys (": No such file …"). */
int lc_fail_sys(struct lc_err *e, int sys, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), cold));

/** Prepend "fmt: " to the message. A message that was never set gets the name of the code. */
int lc_wrap(struct lc_err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), cold));

/** Forget the error. */
void lc_err_clear(struct lc_err *e);

/** The codes of a peer that cannot be had: the work could not be done, whatever its input holds. */
static inline bool lc_code_is_remote(int code)
{
	return code <= LC_ENET && code >= LC_EREMOTE;
}

/** Short English name of a code, for logs: "truncated", "malformed", … never NULL. */
const char *lc_code_name(int code);

#ifdef __clang_analyzer__
/* The analyser cannot see that a failure is never 0, and would follow it as a success. */
#define lc_fail(e, code, ...)    ((void)lc_fail((e), (code), __VA_ARGS__), (code))
#define lc_fail_sys(e, sys, ...) ((void)lc_fail_sys((e), (sys), __VA_ARGS__), LC_EIO)
#define lc_wrap(e, code, ...)    ((void)lc_wrap((e), (code), __VA_ARGS__), (code))
#endif
