/*
 * The environment that was handed down, in place of getenv(): tests and embedders choose it.
 */
#pragma once

#include <stddef.h>
#include <string.h>

/** Value of NAME in "NAME=value" strings ending with NULL; NULL when absent or empty. */
static inline const char *io_env(char *const *environment, const char *name)
{
	size_t n = strlen(name);
	for (char *const *at = environment; at && *at; at++) {
		if (strncmp(*at, name, n) == 0 && (*at)[n] == '=')
			return (*at)[n + 1] ? *at + n + 1 : NULL;
	}
	return NULL;
}
