/*
 * Inside of io/file: for this room and its tests.
 */
#pragma once

#include "io/file.h"

/**
 * Open path below dirfd without leaving it.
 *
 * @param by_kernel  openat2(RESOLVE_BENEATH); false walks the components itself and follows no link
 *                   at all, which kernels before 5.6 and some seccomp profiles need
 * @return a descriptor, or -errno
 */
int io_open_beneath(int dirfd, const char *path, int flags, bool by_kernel);

/** A descriptor never below 3, so that standard streams closed by the caller cannot be hit; or
 * -errno. */
int io_above_std(int fd);

/** Path up to its last '/' ("." when there is none) and the name behind it; heap, or NULL. */
char *io_dir_part(const char *path);
const char *io_name_part(const char *path);

/** A descriptor with o->temp set (prefix, then a name made of o->name), or -errno. */
int io_out_open_temp(struct io_out *o, const char *prefix, unsigned mode);
