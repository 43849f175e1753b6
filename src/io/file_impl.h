/*
 * Inside of io/file: for this room and its tests.
 */
#pragma once

#include "io/file.h"

/* Not blocking: a FIFO in the place of a file must not hold us. */
#define IO_READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

enum io_beneath {
	IO_BY_KERNEL,          /* openat2(RESOLVE_BENEATH) */
	IO_BY_KERNEL_NO_LINKS, /* the same, and no link is followed */
	IO_BY_WALKING, /* component by component, no link at all: for kernels before 5.6 and some
			  seccomp profiles */
};

/** Open path below dirfd without leaving it: a descriptor, or -errno. */
int io_open_beneath(int dirfd, const char *path, int flags, enum io_beneath how);

/** A descriptor never below 3, so that standard streams closed by the caller cannot be hit; or
 * -errno. */
int io_above_std(int fd);

/** Path up to its last '/' ("." when there is none) and the name behind it; heap, or NULL. */
char *io_dir_part(const char *path);
const char *io_name_part(const char *path);

/** A descriptor with o->temp set (prefix, then a name made of o->name), or -errno. */
int io_out_open_temp(struct io_out *o, const char *prefix, unsigned mode);
