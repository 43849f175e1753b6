#include "io/sandbox_impl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The filter is written out here instead of with libseccomp: it is one straight list over the
 * architectures that Debian builds for 64 bits, it is installed for each layer, and loading a
 * library and sorting rules with it costs some ten times what the kernel takes to install these.
 *
 *	load arch; other than ours: kill          (32-bit calls have other numbers)
 *	load number; x32 numbers: kill
 *	for each row: if it is this one, allow | look at an argument | fail | kill
 *	all others: EPERM, so that a library which tries something newer goes on without it
 */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

#ifdef ARCH

enum { X32_BIT = 0x40000000 };

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half of an argument is first");

/* What parsing needs, whatever the arguments. */
static const int allowed[] = {
	SYS_read,
	SYS_write,
	SYS_pread64,
	SYS_lseek,
	SYS_close,
	/* messages to the parent; a connected pair takes no addresses */
	SYS_sendmsg,
	SYS_recvmsg,
	/* memory */
	SYS_munmap,
	SYS_mremap,
	SYS_brk,
	SYS_memfd_create,
	/* threads of this process */
	SYS_futex,
	SYS_set_robust_list,
	SYS_exit,
	SYS_exit_group,
	SYS_gettid,
	SYS_getpid,
	SYS_sched_yield,
	SYS_sched_getaffinity,
	SYS_rt_sigprocmask,
	SYS_rt_sigaction,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_restart_syscall,
#ifdef SYS_rseq
	SYS_rseq,
#endif
#ifdef SYS_membarrier
	SYS_membarrier,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
	SYS_ppoll,
	/* time, chance, how large the machine is (qsort asks) */
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_gettimeofday,
	SYS_getrandom,
	SYS_sysinfo,
	SYS_getrusage,
	SYS_getcpu,
#if SANDBOX_SANITIZED
	/* what the runtimes of the sanitizers ask for to watch and to report */
	SYS_openat,
	SYS_readlinkat,
	SYS_newfstatat,
	SYS_fstat,
	SYS_prctl,
	SYS_writev,
	SYS_mprotect,
	SYS_mmap,
	SYS_madvise,
	SYS_fcntl,
	SYS_ioctl,
	SYS_uname,
	SYS_sched_setaffinity,
	SYS_personality,
	SYS_getdents64,
	SYS_dup,
	SYS_dup3,
	SYS_pipe2,
	SYS_msync,
	SYS_mincore,
	SYS_mlock,
#ifdef SYS_readlink
	SYS_readlink,
#endif
#ifdef SYS_open
	SYS_open,
#endif
#ifdef SYS_stat
	SYS_stat,
#endif
#endif
};

/* Names of files: libraries that look for one take it as not there for them. */
static const int refused[] = {
	SYS_openat,     SYS_openat2,    SYS_newfstatat, SYS_statx,  SYS_faccessat,
	SYS_faccessat2, SYS_readlinkat,
#ifdef SYS_open
	SYS_open,       SYS_stat,       SYS_lstat,      SYS_access, SYS_readlink,
#endif
};

/* What no library tries by the way: whoever makes these calls took the process over. */
static const int deadly[] = {
	SYS_execve,
	SYS_execveat,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_socket,
	SYS_socketpair,
	SYS_connect,
	SYS_bind,
	SYS_listen,
	SYS_accept,
	SYS_accept4,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
	SYS_kill,
	SYS_tkill,
	SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo,
	SYS_pidfd_open,
	SYS_pidfd_getfd,
	SYS_pidfd_send_signal,
	SYS_unshare,
	SYS_setns,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_keyctl,
	SYS_add_key,
	SYS_request_key,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_reboot,
	SYS_open_by_handle_at,
#ifdef SYS_fork
	SYS_fork,
	SYS_vfork,
#endif
};

/* What a walk over a directory tree needs beside. */
static const int walking[] = {
	SYS_openat2, SYS_getdents64, SYS_newfstatat, SYS_fstat, SYS_fstatfs, SYS_readlinkat,
};

#define COUNT(numbers) (sizeof(numbers) / sizeof((numbers)[0]))

/* Two instructions a number, and less than 64 around them and for those with arguments. */
static_assert(2 * (COUNT(allowed) + COUNT(walking) + COUNT(refused) + COUNT(deadly)) + 64 <=
		      SANDBOX_FILTER_MAX,
	      "the program fits");

struct program {
	struct sock_filter *v;
	size_t n;
};

static void put(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	p->v[p->n++] = (struct sock_filter){ code, yes, no, k };
}

static void load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void end(struct program *p, uint32_t action)
{
	put(p, BPF_RET | BPF_K, action, 0, 0);
}

/* The next n instructions are for this number alone. */
static void only_for(struct program *p, int number, uint8_t n)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, n);
}

static void each(struct program *p, const int *numbers, size_t n, uint32_t action)
{
	for (size_t i = 0; i < n; i++) {
		only_for(p, numbers[i], 1);
		end(p, action);
	}
}

#define EACH(p, numbers, action) each(p, numbers, COUNT(numbers), action)

static size_t argument(unsigned i)
{
	return offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);
}

/* Allowed when argument i, its lower half, under mask is want; else the given action. */
static void when(struct program *p, int number, unsigned i, uint32_t mask, uint32_t want,
		 uint32_t otherwise)
{
	only_for(p, number, 5);
	load(p, argument(i));
	put(p, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, want, 0, 1);
	end(p, SECCOMP_RET_ALLOW);
	end(p, otherwise);
}

static uint32_t fail_with(int number)
{
	return SECCOMP_RET_ERRNO | ((uint32_t)number & SECCOMP_RET_DATA);
}

/* Both halves of an argument are zero. */
static void when_null(struct program *p, int number, unsigned i)
{
	only_for(p, number, 6);
	load(p, argument(i));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
	load(p, argument(i) + sizeof(uint32_t));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	end(p, SECCOMP_RET_ALLOW);
	end(p, fail_with(EPERM));
}

/* Memory of its own alone: a mapped file lives on without a descriptor, and those are counted. */
static void map_anew(struct program *p)
{
	only_for(p, SYS_mmap, 8);
	load(p, argument(2));
	put(p, BPF_ALU | BPF_AND | BPF_K, PROT_EXEC, 0, 0);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 4);
	load(p, argument(3));
	put(p, BPF_ALU | BPF_AND | BPF_K, MAP_ANONYMOUS, 0, 0);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, MAP_ANONYMOUS, 0, 1);
	end(p, SECCOMP_RET_ALLOW);
	end(p, fail_with(EACCES));
}

static void with_arguments(struct program *p, int pid)
{
	const uint32_t thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	/* No code is made; where that is how a library is fast it must do it before. */
	map_anew(p);
	when(p, SYS_mprotect, 2, PROT_EXEC, 0, fail_with(EACCES));
	when(p, SYS_clone, 0, thread, thread, SECCOMP_RET_KILL_PROCESS);
	/* Advice from 100 on takes memory from the machine, others' pages too. */
	when(p, SYS_madvise, 2, ~(uint32_t)31, 0, fail_with(EPERM));
	/* Its flags lie in memory, where no filter sees them; glibc then takes clone(2). */
	only_for(p, SYS_clone3, 1);
	end(p, fail_with(ENOSYS));
	/* abort(3) and a limit's end; other processes are out of reach. */
	when(p, SYS_tgkill, 0, UINT32_MAX, (uint32_t)pid, SECCOMP_RET_KILL_PROCESS);
	when(p, SYS_prctl, 0, UINT32_MAX, PR_SET_NAME, fail_with(EPERM));
	when_null(p, SYS_prlimit64, 2);
}

/* By numbers only: what a path names no filter can see. */
static void with_tree(struct program *p, const struct io_tree *tree)
{
	EACH(p, walking, SECCOMP_RET_ALLOW);
	if (tree->walking) /* where openat2(2) is not to be had */
		each(p, (const int[]){ SYS_openat }, 1, SECCOMP_RET_ALLOW);
	when(p, SYS_fcntl, 1, UINT32_MAX, F_DUPFD_CLOEXEC, fail_with(EPERM));
}

size_t sandbox_seccomp_program(struct sock_filter ret[SANDBOX_FILTER_MAX], int pid,
			       const struct io_tree *tree)
{
	struct program p = { ret, 0 };
	const uint32_t kill = SECCOMP_RET_KILL_PROCESS;
	load(&p, offsetof(struct seccomp_data, arch));
	put(&p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	end(&p, kill);
	load(&p, offsetof(struct seccomp_data, nr));
	put(&p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	end(&p, kill);
	EACH(&p, allowed, SECCOMP_RET_ALLOW);
	if (tree)
		with_tree(&p, tree);
	EACH(&p, refused, fail_with(EACCES));
	EACH(&p, deadly, kill);
	with_arguments(&p, pid);
	end(&p, fail_with(EPERM));
	return p.n;
}

#else

size_t sandbox_seccomp_program(struct sock_filter ret[SANDBOX_FILTER_MAX], int pid,
			       const struct io_tree *tree)
{
	(void)ret;
	(void)tree;
	(void)pid;
	return 0;
}

#endif

bool sandbox_seccomp_is_there(void)
{
	struct sock_filter unused[SANDBOX_FILTER_MAX];
	const uint32_t action = SECCOMP_RET_KILL_PROCESS; /* the newest one in use: Linux 4.14 */
	return sandbox_seccomp_program(unused, 0, NULL) &&
	       syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int io_sandbox_filter(const struct io_tree *tree, struct lc_err *e)
{
	struct sock_filter v[SANDBOX_FILTER_MAX];
	struct sock_fprog program = { .filter = v };
	program.len = (unsigned short)sandbox_seccomp_program(v, getpid(), tree);
	if (program.len == 0)
		return lc_fail(e, LC_EUNSUP, "no filter of system calls for this architecture");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return errno == EINVAL || errno == ENOSYS
			       ? lc_fail(e, LC_EUNSUP, "the kernel has no filter of system calls")
			       : lc_fail_sys(e, errno, "filter of system calls");
	return 0;
}
