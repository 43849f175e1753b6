/*
 * What the sandbox asks of the kernel, so that tests can be kernels of any age. Private to io/ and
 * its tests.
 */
#pragma once

#include "io/sandbox.h"
#include "io/tree.h"

#include <linux/filter.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/* linux/landlock.h of ABI 6; Debian 12's own knows the first member alone. */
struct sandbox_ruleset {
	uint64_t access_fs;
	uint64_t access_net; /* since ABI 4 */
	uint64_t scoped;     /* since ABI 6 */
};

/** As the system calls: -1 and errno on failure. */
struct sandbox_kernel {
	/* attr NULL: gives the ABI. */
	int (*create_ruleset)(const struct sandbox_ruleset *attr, size_t size, unsigned flags);
	int (*restrict_self)(int ruleset, unsigned flags);
	/* Allow rights below a directory. */
	int (*add_beneath)(int ruleset, int dir, uint64_t rights);
};
extern const struct sandbox_kernel sandbox_kernel_linux;

/**
 * Handle all that the kernel can handle, allow nothing but listing and reading below dirs[0] and
 * reading below dirs[1] (-1 no such); the ABI in force, 0 none.
 */
unsigned sandbox_landlock(const struct sandbox_kernel *k, const int dirs[2]);

enum { SANDBOX_FILTER_MAX = 512 };
/** Would the kernel take a filter? */
bool sandbox_seccomp_is_there(void);
/** The filter for a process of this id, which may walk a tree (NULL none); how many instructions, 0
 * on an architecture without. */
size_t sandbox_seccomp_program(struct sock_filter ret[SANDBOX_FILTER_MAX], int pid,
			       const struct io_tree *tree);
