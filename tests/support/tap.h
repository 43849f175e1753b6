/*
 * TAP as cmocka should write it: a skipped test is "ok N - name # SKIP reason", where cmocka 1.1
 * writes "not ok N # SKIP name", which every TAP reader counts as a failure.
 *
 * Every test gets this by depending on dep_cmocka. Not thread-safe: call from the test's own
 * thread.
 */
#pragma once

/**
 * Skip the running test and say why: what is missing, so that a reader can install it.
 *
 * @param fmt  printf format of the reason, one line
 *
 * Does not return.
 */
void tap_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
