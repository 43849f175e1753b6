/*
 * Giving up rights that parsing does not need, for good: paths and network (Landlock), system calls
 * (seccomp), memory, processor time and files (rlimits), the debugger's view of us.
 *
 * What the kernel does not offer is left out and told; nothing else here fails. Everything is
 * inherited by children. Sources: landlock(7) and the kernel's userspace-api/landlock.rst up to
 * ABI 7, seccomp(2), setrlimit(2).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct io_tree;

struct io_sandbox_bounds {
	uint64_t memory_bytes; /* data of the process; 0 no bound, and none under a sanitizer */
	uint64_t file_bytes;   /* of a file that it writes: memory files */
	uint64_t cpu_seconds;
	unsigned files; /* open at a time */
	/* A tree whose directories are listed and files read (tree.h); NULL: no path at all. */
	const struct io_tree *tree;
	/* Beside it, a tree whose files are read; NULL none. */
	const struct io_tree *store;
};

/** What is in force. */
struct io_sandbox_level {
	unsigned landlock; /* the kernel's ABI, 0 none */
	bool seccomp;
};

/**
 * Confine this process: no path but those of the trees, no network, no new privileges, no core, no
 * debugger, bounds. System calls are left as they are; ret->seccomp says whether
 * io_sandbox_filter() would work.
 * @return 0; LC_EIO a bound that every kernel has was refused
 */
int io_sandbox_enter(const struct io_sandbox_bounds *b, struct io_sandbox_level *ret,
		     struct lc_err *e) LC_MUST_CHECK;
/**
 * Allow this process the system calls of parsing alone, its threads included: memory, threads of
 * its own, time, reading and writing what is open. Others fail with EPERM or EACCES; those that
 * only an intruder makes (a program, a socket, a debugger ...) kill the process with SIGSYS.
 * @param tree  what lists and reads it is allowed, too; which paths, Landlock decides. NULL none
 * @return 0; LC_EUNSUP the kernel or this architecture has none; LC_EIO
 */
int io_sandbox_filter(const struct io_tree *tree, struct lc_err *e) LC_MUST_CHECK;
