/*
 * What the system that tests run on can do, where that differs: old kernels, and tools that stand
 * between a test and the kernel (valgrind).
 */
#pragma once

#include <stdbool.h>

/** Is there openat2(2)? Without it paths are walked a component at a time. */
bool system_has_openat2(void);
/** Is a program that cannot be run an error of posix_spawn(3), and not of the child alone? */
bool system_tells_failed_spawns(void);
