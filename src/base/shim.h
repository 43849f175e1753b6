/*
 * The one place through which lacre touches clock, randomness, heap and files.
 *
 * Production code calls the lc_sys_* functions; tests replace the table to make the n-th allocation
 * fail, stop the clock, cut a write short or fill the disk. Replace only before threads start.
 * Descriptors are owned by whoever opened them. Errors are returned as negative errno.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct lc_shim {
	void *(*alloc)(void *ctx, void *old, size_t n); /* realloc shape; n is never 0 */
	int64_t (*now_ns)(void *ctx);                   /* real time, ns since 1970 */
	int64_t (*ticks_ns)(void *ctx);                 /* monotonic, for deadlines and spans */
	int (*random)(void *ctx, void *buf, size_t n);  /* 0 or -errno */
	int (*open)(void *ctx, int dirfd, const char *path, int flags, unsigned mode);
	ssize_t (*pread)(void *ctx, int fd, void *buf, size_t n, uint64_t off);
	ssize_t (*read)(void *ctx, int fd, void *buf, size_t n);
	ssize_t (*write)(void *ctx, int fd, const void *buf, size_t n);
	int (*fsync)(void *ctx, int fd);
	int (*rename)(void *ctx, int dirfd, const char *from, const char *to);
	int (*unlink)(void *ctx, int dirfd, const char *path);
	int (*rmdir)(void *ctx, int dirfd, const char *path);
	void (*wait_ns)(void *ctx, int64_t ns); /* returns early when a signal comes */
	void *ctx;
};

/** The table in use; the default goes to libc. */
extern const struct lc_shim *lc_shim;
extern const struct lc_shim lc_shim_default;

/** Uninitialised memory of n bytes (n may be 0: one byte), or NULL. Free with lc_free(). */
void *lc_alloc(size_t n);
/** Zeroed memory of n items of size bytes, overflow checked. */
void *lc_alloc0(size_t n, size_t size);
/** As realloc(3); old stays valid on failure. */
void *lc_realloc(void *old, size_t n);
void lc_free(void *p);

int64_t lc_now_ns(void);
int64_t lc_ticks_ns(void);
/** Sleep for ns, or until a signal comes. */
void lc_wait_ns(int64_t ns);
/** Cryptographic random bytes; 0 or -errno. */
int lc_random(void *buf, size_t n);

int lc_sys_open(int dirfd, const char *path, int flags, unsigned mode);
ssize_t lc_sys_pread(int fd, void *buf, size_t n, uint64_t off);
ssize_t lc_sys_read(int fd, void *buf, size_t n);
ssize_t lc_sys_write(int fd, const void *buf, size_t n);
int lc_sys_fsync(int fd);
int lc_sys_rename(int dirfd, const char *from, const char *to);
int lc_sys_unlink(int dirfd, const char *path);
int lc_sys_rmdir(int dirfd, const char *path);

static inline void lc_freep(void *p)
{
	lc_free(*(void **)p);
}

/** Frees a heap pointer at the end of its scope. */
#define LC_AUTOFREE __attribute__((cleanup(lc_freep)))
/** Calls fn(&var) at the end of the scope. */
#define LC_CLEANUP(fn) __attribute__((cleanup(fn)))
/** Hand a pointer over, visibly. */
#define LC_STEAL(p)                         \
	({                                  \
		__typeof__(p) steal_ = (p); \
		(p) = NULL;                 \
		steal_;                     \
	})
