/*
 * A small index of Maven repositories, as trivy-java-db makes them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct java_index_row {
	const char *group, *artifact, *version;
	uint8_t sha1; /* twenty times the same byte */
};

/** Written anew at path. */
void java_index_make(const char *path, const struct java_index_row *rows, size_t n);
