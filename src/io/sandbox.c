#include "io/sandbox_impl.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Landlock ---- */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

enum { CREATE_RULESET_VERSION = 1u << 0 };

/* How many rights of the file system each ABI handles: the bits are given out in order. */
static const unsigned fs_rights[] = {
	0,  13, /* 1: read, write, make, remove, execute */
	14,     /* 2: refer */
	15,     /* 3: truncate */
	15, 16, /* 5: ioctl on devices */
};
enum { READ_FILE = 1u << 2, READ_DIR = 1u << 3 };
enum { RULE_PATH_BENEATH = 1 };
enum { NET_BIND = 1u << 0, NET_CONNECT = 1u << 1 };
enum { SCOPE_ABSTRACT_UNIX = 1u << 0, SCOPE_SIGNAL = 1u << 1 };

static int linux_create_ruleset(const struct sandbox_ruleset *attr, size_t size, unsigned flags)
{
	return (int)syscall(SYS_landlock_create_ruleset, attr, size, flags);
}

static int linux_restrict_self(int ruleset, unsigned flags)
{
	return (int)syscall(SYS_landlock_restrict_self, ruleset, flags);
}

static int linux_add_beneath(int ruleset, int dir, uint64_t rights)
{
	/* landlock(7): struct landlock_path_beneath_attr */
	const struct __attribute__((packed)) {
		uint64_t allowed_access;
		int32_t parent_fd;
	} rule = { rights, dir };
	return (int)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0u);
}

const struct sandbox_kernel sandbox_kernel_linux = {
	linux_create_ruleset,
	linux_restrict_self,
	linux_add_beneath,
};

/* READ_DIR only where directories are listed. */
static bool add_trees(const struct sandbox_kernel *k, int ruleset, const int dirs[2])
{
	return (dirs[0] < 0 || k->add_beneath(ruleset, dirs[0], READ_FILE | READ_DIR) == 0) &&
	       (dirs[1] < 0 || k->add_beneath(ruleset, dirs[1], READ_FILE) == 0);
}

unsigned sandbox_landlock(const struct sandbox_kernel *k, const int dirs[2])
{
	const unsigned newest = sizeof(fs_rights) / sizeof(fs_rights[0]) - 1;
	int abi = k->create_ruleset(NULL, 0, CREATE_RULESET_VERSION);
	if (abi <= 0)
		return 0;
	unsigned known = (unsigned)abi < newest ? (unsigned)abi : newest;
	struct sandbox_ruleset all = { .access_fs = (1u << fs_rights[known]) - 1 };
	/* Members that the kernel does not know are zero, which it takes in any size. */
	if (abi >= 4)
		all.access_net = NET_BIND | NET_CONNECT;
	if (abi >= 6)
		all.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	int ruleset = k->create_ruleset(&all, sizeof(all), 0);
	if (ruleset < 0)
		return 0;
	bool done = add_trees(k, ruleset, dirs) && k->restrict_self(ruleset, 0) == 0;
	(void)close(ruleset); /* nothing is written through it */
	return done ? (unsigned)abi : 0;
}

/* ---- bounds ---- */

/* Never more than there was. */
static int bound2(int what, uint64_t soft, uint64_t hard, const char *name, struct lc_err *e)
{
	struct rlimit now;
	struct rlimit want = { .rlim_cur = (rlim_t)soft, .rlim_max = (rlim_t)hard };
	if (getrlimit((__rlimit_resource_t)what, &now))
		return lc_fail_sys(e, errno, "%s", name);
	if (now.rlim_max < want.rlim_max)
		want.rlim_max = now.rlim_max;
	if (now.rlim_cur < want.rlim_cur)
		want.rlim_cur = now.rlim_cur;
	return setrlimit((__rlimit_resource_t)what, &want) ? lc_fail_sys(e, errno, "%s", name) : 0;
}

static int bound(int what, uint64_t most, const char *name, struct lc_err *e)
{
	return bound2(what, most, most, name, e);
}

static int bound_memory(uint64_t bytes, struct lc_err *e)
{
	/* Reserved, not used: stacks and heaps of threads, the program, what is shared with it. */
	const uint64_t reserved = (uint64_t)4 << 30;
	uint64_t space;
	if (bytes == 0 || SANDBOX_SANITIZED || __builtin_add_overflow(bytes, reserved, &space))
		return 0;
	int rc = bound(RLIMIT_DATA, bytes, "bound of data", e);
	return rc ? rc : bound(RLIMIT_AS, space, "bound of address space", e);
}

/* Of all that root may do, a walk over others' files needs to read them. */
static int drop_capabilities(bool walks, struct lc_err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3];
	if (syscall(SYS_capget, &head, now))
		return lc_fail_sys(e, errno, "giving up capabilities");
	const uint32_t kept = walks ? CAP_TO_MASK(CAP_DAC_READ_SEARCH) : 0;
	const struct __user_cap_data_struct left[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = now[0].effective & kept, .permitted = now[0].permitted & kept },
	};
	if (syscall(SYS_capset, &head, left))
		return lc_fail_sys(e, errno, "giving up capabilities");
	return 0;
}

int io_sandbox_enter(const struct io_sandbox_bounds *b, struct io_sandbox_level *ret,
		     struct lc_err *e)
{
	int rc = bound_memory(b->memory_bytes, e);
	if (rc == 0)
		rc = bound(RLIMIT_FSIZE, b->file_bytes, "bound of file sizes", e);
	if (rc == 0)
		rc = bound2(RLIMIT_CPU, b->cpu_seconds, b->cpu_seconds + 5,
			    "bound of processor time", e); /* SIGXCPU says why, SIGKILL not */
	if (rc == 0)
		rc = bound(RLIMIT_NOFILE, b->files, "bound of open files", e);
	if (rc == 0)
		rc = bound(RLIMIT_CORE, 0, "bound of core files", e);
	if (rc)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return lc_fail_sys(e, errno, "giving up privileges");
	rc = drop_capabilities(b->tree, e);
	if (rc)
		return rc;
	const int dirs[2] = { b->tree ? b->tree->fd : -1, b->store ? b->store->fd : -1 };
	ret->landlock = sandbox_landlock(&sandbox_kernel_linux, dirs);
	ret->seccomp = sandbox_seccomp_is_there();
	return 0;
}
