#include "scan/workers_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/shim.h"
#include "scan/cache_impl.h"

enum { THREADS_MAX = 256, CPU_SECONDS_MAX = 3600 };
/* A tree's directories are open while they are walked; a layer's reader has memory files alone. */
enum { TREE_FILES_MAX = 1024, LAYER_FILES_MAX = 64 };

/* ---- before it is confined ---- */

/*
 * Zeros over memory that may be read-only (a host's own strings may): the kernel writes them, and
 * says no where a store of ours would crash.
 */
static void wipe(int zero, const void *p, size_t n)
{
	void *to = (void *)(uintptr_t)p;
	if (n && lc_sys_read(zero, to, n) < 0)
		return;
}

static bool holds(struct lc_slice text, const struct lc_slices *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].p >= text.p && list->v[i].p < text.p + text.n)
			return true;
	return false;
}

/* Keys, credentials, and the environment but for what options point into. */
static void forget(void *ctx)
{
	const struct scan_workers *w = ctx;
	const struct oci_remote *r = w->q->open.remote;
	int zero = lc_sys_open(AT_FDCWD, "/dev/zero", O_RDONLY, 0);
	if (w->q->cache)
		explicit_bzero(w->q->cache->key, sizeof(w->q->cache->key));
	if (zero < 0)
		return;
	if (r) {
		wipe(zero, r->username.p, r->username.n);
		wipe(zero, r->password.p, r->password.n);
		wipe(zero, r->registry_token.p, r->registry_token.n);
	}
	for (char **one = environ; one && *one; one++) {
		struct lc_slice text = lc_str(*one);
		if (!holds(text, &w->q->inventory.skip_files) &&
		    !holds(text, &w->q->inventory.skip_dirs) &&
		    !holds(text, &w->q->inventory.file_patterns))
			wipe(zero, text.p, text.n);
	}
	(void)close(zero);
}

/* Digests find their code, all at once, on first use: for that files are read. */
static int warm(struct lc_err *e)
{
	struct digest unused;
	return digest_of(DIGEST_SHA256, LC_S(""), &unused, e);
}

static uint64_t cpu_seconds(const struct lc_limits *l)
{
	int64_t left = l->deadline_ns ? (l->deadline_ns - lc_ticks_ns()) / 1000000000 + 1 : 0;
	if (left <= 0 || left > CPU_SECONDS_MAX)
		return CPU_SECONDS_MAX;
	return (uint64_t)left * lc_cpus();
}

/* ---- opening ---- */

/* Nobody gets to write through this descriptor, or changes its size, from now on. Linux 5.1 */
static bool seal(int fd)
{
	const int seals = F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	return fcntl(fd, F_ADD_SEALS, seals) == 0;
}

static void *map(int fd, size_t bytes, int rights)
{
	int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(NULL, bytes, rights, flags, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* Where there are no seals: what is mapped through a descriptor to read never gets writable. */
static int reopen_to_read(int fd)
{
	char path[40];
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* fits */
	return lc_sys_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
}

/* Twice: what can be written is no part of any child. Pages are there once they are used. */
static bool map_slots(struct scan_workers *w, struct worker_place *p, int fd)
{
	size_t bytes = sizeof(*p->slots);
	if (ftruncate(fd, (off_t)bytes))
		return false;
	p->written = map(fd, bytes, PROT_READ | PROT_WRITE);
	if (!p->written || madvise(p->written, bytes, MADV_DONTFORK))
		return false;
	bool sealed = seal(fd);
	int reader = sealed ? -1 : reopen_to_read(fd);
	w->sealed &= sealed || reader >= 0;
	p->slots = map(reader >= 0 ? reader : fd, bytes, PROT_READ);
	if (reader >= 0)
		(void)close(reader); /* the mapping stays */
	return p->slots;
}

static int share_slots(struct scan_workers *w, struct lc_err *e)
{
	w->sealed = true;
	for (unsigned i = 0; i < w->numbers_n; i++) {
		int fd = memfd_create("lacre", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		bool done = fd >= 0 && map_slots(w, &w->places[i], fd);
		int sys = errno;
		if (fd >= 0)
			(void)close(fd); /* the mappings stay */
		if (!done)
			return lc_fail_sys(e, sys, "memory for stored bytes");
	}
	return 0;
}

void worker_place_unmap(const struct worker_place *p)
{
	if (p->shared)
		(void)munmap(p->shared, sizeof(*p->shared)); /* fails for no mapping of ours */
	if (p->written)
		(void)munmap(p->written, sizeof(*p->written)); /* nor where none is left */
	if (p->slots)
		(void)munmap((void *)(uintptr_t)p->slots, sizeof(*p->slots));
}

static int share(struct scan_workers *w, struct lc_err *e)
{
	const int rights = PROT_READ | PROT_WRITE;
	w->counts = map(-1, sizeof(*w->counts), rights);
	bool done = w->counts;
	for (unsigned i = 0; done && i < w->numbers_n; i++) {
		w->places[i].shared = map(-1, sizeof(*w->places[i].shared), rights);
		done = w->places[i].shared;
	}
	if (!done)
		return lc_fail_sys(e, errno, "memory to share with worker processes");
	lc_spare_share(w->counts);
	return 0;
}

int scan_workers_open(const struct scan_request *q, const struct inv_matcher *m,
		      const struct scan_roots *roots, struct scan_workers **ret, struct lc_err *e)
{
	unsigned threads = q->threads ? q->threads : lc_cpus();
	struct scan_workers *w = lc_alloc0(1, sizeof(*w));
	if (!w)
		return lc_fail(e, LC_ENOMEM, "no memory for worker processes");
	(void)pthread_mutex_init(&w->lock, NULL); /* of a default mutex: cannot fail on Linux */
	w->q = q;
	w->m = m;
	w->tree = roots ? roots->tree : NULL;
	w->store = roots ? roots->store : NULL;
	threads = roots ? 1 : threads;
	w->ready_max = threads < THREADS_MAX ? threads : THREADS_MAX;
	/* Of each that works another one may be about to end. */
	w->numbers_n = 2 * (w->ready_max < SCAN_CONNECTIONS ? SCAN_CONNECTIONS : w->ready_max);
	w->places = lc_alloc0(w->numbers_n, sizeof(*w->places));
	int rc = w->places ? warm(e) : lc_fail(e, LC_ENOMEM, "no memory for worker processes");
	const struct io_nursery_options o = {
		.work = worker_serve,
		.forget = forget,
		.ctx = w,
		.bounds = { .memory_bytes = q->limits->worker_bytes_max,
			    .file_bytes = q->limits->spool_bytes_max,
			    .cpu_seconds = cpu_seconds(q->limits),
			    .files = roots ? TREE_FILES_MAX : LAYER_FILES_MAX,
			    .tree = w->tree,
			    .store = w->store },
	};
	rc = rc ? rc : share(w, e);
	rc = rc || roots ? rc : share_slots(w, e);
	rc = rc ? rc : io_nursery_open(&o, &w->nursery, e);
	if (rc) {
		scan_workers_close(w);
		return lc_wrap(e, rc, "sandbox");
	}
	*ret = w;
	return 0;
}

void scan_workers_hang_up(struct scan_workers *w)
{
	io_nursery_hang_up(w->nursery);
}

void scan_workers_close(struct scan_workers *w)
{
	if (!w)
		return;
	for (unsigned i = 0; w->places && i < w->numbers_n; i++)
		if (w->places[i].state != WORKER_FREE_PLACE)
			io_worker_done(&w->places[i].worker);
	io_nursery_close(w->nursery);
	if (w->counts) {
		lc_spare_share(NULL);
		(void)munmap(w->counts, sizeof(*w->counts));
	}
	for (unsigned i = 0; w->places && i < w->numbers_n; i++)
		worker_place_unmap(&w->places[i]);
	(void)pthread_mutex_destroy(&w->lock);
	lc_free(w->places);
	lc_free(w);
}

void scan_workers_closep(struct scan_workers **w)
{
	scan_workers_close(*w);
}

int scan_workers_level(struct scan_workers *w, struct report_sandbox *ret, struct lc_err *e)
{
	int rc = w->level_known ? 0 : io_nursery_level(w->nursery, &w->level, e);
	if (rc)
		return lc_wrap(e, rc, "sandbox");
	w->level_known = true;
	*ret = (struct report_sandbox){
		.used = true,
		.landlock = w->level.landlock,
		.seccomp = w->level.seccomp,
	};
	return 0;
}

/* ---- processes ahead of need; under the lock ---- */

static size_t count(const struct scan_workers *w, unsigned state)
{
	size_t n = 0;
	for (unsigned i = 0; i < w->numbers_n; i++)
		n += w->places[i].state == state;
	return n;
}

/* The first place of a state, numbers_n when there is none. */
static unsigned first(const struct scan_workers *w, unsigned state)
{
	unsigned i = 0;
	while (i < w->numbers_n && w->places[i].state != state)
		i++;
	return i;
}

static void release(struct worker_place *p)
{
	io_worker_done(&p->worker);
	p->state = WORKER_FREE_PLACE;
}

static unsigned free_place(struct scan_workers *w)
{
	for (unsigned i = 0; i < w->numbers_n; i++)
		if (w->places[i].state == WORKER_ENDING &&
		    io_worker_is_gone(&w->places[i].worker, false))
			release(&w->places[i]);
	unsigned place = first(w, WORKER_FREE_PLACE);
	if (place < w->numbers_n)
		return place;
	place = first(w, WORKER_ENDING);
	if (place < w->numbers_n && io_worker_is_gone(&w->places[place].worker, true))
		release(&w->places[place]);
	return first(w, WORKER_FREE_PLACE);
}

/* What was the last process' is not the next one's to see. */
static void forget_last(struct worker_place *p)
{
	memset(p->shared, 0, sizeof(*p->shared));
	for (unsigned i = 0; p->written && i < WORKER_SLOTS; i++) {
		memset(p->written->v[i], 0, p->used[i]);
		p->used[i] = 0;
	}
}

static int spawn(struct scan_workers *w, struct lc_err *e)
{
	unsigned number = free_place(w);
	if (number == w->numbers_n)
		return lc_fail(e, LC_EUSAGE, "more layers at a time than threads");
	forget_last(&w->places[number]);
	int rc = io_worker_spawn(w->nursery, number, &w->places[number].worker, e);
	if (rc == 0)
		w->places[number].state = WORKER_SPARE;
	return rc;
}

/* Not more than there are threads to use them; a failure is told when one is needed. */
static void keep_ready(struct scan_workers *w, size_t n)
{
	size_t spares = count(w, WORKER_SPARE);
	n = lc_min(lc_min(n, w->to_come), w->ready_max);
	while (spares < n && spawn(w, NULL) == 0)
		spares++;
}

void scan_workers_expect(struct scan_workers *w, size_t layers)
{
	pthread_mutex_lock(&w->lock);
	w->to_come = layers;
	keep_ready(w, w->ready_max);
	pthread_mutex_unlock(&w->lock);
}

static int take(struct scan_workers *w, unsigned *ret, struct lc_err *e)
{
	pthread_mutex_lock(&w->lock);
	int rc = first(w, WORKER_SPARE) < w->numbers_n ? 0 : spawn(w, e);
	*ret = first(w, WORKER_SPARE);
	if (rc == 0)
		w->places[*ret].state = WORKER_BUSY;
	w->to_come -= w->to_come > 0;
	keep_ready(w, 1);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

static void give_up(struct scan_workers *w, unsigned number)
{
	pthread_mutex_lock(&w->lock);
	io_worker_end(&w->places[number].worker);
	w->places[number].state = WORKER_ENDING;
	pthread_mutex_unlock(&w->lock);
}

void scan_workers_walk(struct scan_workers *w, const struct oci_image *image, size_t layer,
		       struct scan_layer *ret)
{
	unsigned number;
	int rc = take(w, &number, &ret->err);
	if (rc) {
		(void)lc_wrap(&ret->err, rc, "layer %zu", layer);
		return;
	}
	rc = worker_ask(w, number, image, layer, ret);
	if (rc && !ret->err.code)
		(void)lc_fail(&ret->err, rc, "%s",
			      lc_code_name(rc)); /* the failure is the result */
	give_up(w, number);
}

/* ---- trees ---- */

static int walk_once(struct scan_workers *w, const struct inv_tree_options *how,
		     struct scan_layer *ret, unsigned *ret_number, enum worker_end *ret_end)
{
	int rc = take(w, ret_number, &ret->err);
	if (rc)
		return lc_wrap(&ret->err, rc, "directory");
	rc = worker_ask_tree(w, *ret_number, how, ret, ret_end);
	give_up(w, *ret_number);
	return rc;
}

/* The file that a process was at when it ended; false when it was at none, or at a known one. */
static bool leave_out(const struct worker_shared *s, const struct lc_err *why, struct lc_arena *a,
		      struct inv_left_out *list, size_t *n)
{
	size_t path_n = lc_min(s->path_n, sizeof(s->path));
	struct inv_left_out *l = &list[*n];
	if (s->analyser_n == 0 || *n == WORKER_LEFT_OUT_MAX ||
	    lc_arena_dup(a, lc_slice_of(s->path, path_n), &l->path) ||
	    lc_arena_dup(a, lc_str(why->msg), &l->message))
		return false;
	for (size_t i = 0; i < *n; i++)
		if (lc_eq(list[i].path, l->path))
			return false;
	++*n;
	return true;
}

/* Nothing is known of the tree but why. */
static int tell_lost(const struct scan_workers *w, struct scan_layer *ret)
{
	const struct lc_err why = ret->err;
	const struct inv_diagnostic d = { .trouble = INV_UNREADABLE, .message = lc_str(why.msg) };
	lc_err_clear(&ret->err);
	int rc = inv_sink_init(&ret->sink, w->q->limits);
	rc = rc ? rc : inv_sink_diagnostic(&ret->sink, &d);
	rc = rc ? rc : inv_sink_end(&ret->sink);
	return rc ? lc_fail(&ret->err, rc, "facts: %s", lc_code_name(rc)) : 0;
}

static int walk_tree(struct scan_workers *w, struct lc_arena *a, struct scan_layer *ret)
{
	struct inv_left_out list[WORKER_LEFT_OUT_MAX + 1];
	struct inv_tree_options how = { w->q->threads, list, 0, w->store };
	for (;;) {
		enum worker_end end = WORKER_ENDED;
		unsigned number;
		int rc = walk_once(w, &how, ret, &number, &end);
		if (rc == 0 || end == WORKER_ENDED)
			return rc;
		if (end == WORKER_STRAYED ||
		    (how.threads == 1 &&
		     !leave_out(w->places[number].shared, &ret->err, a, list, &how.left_out_n)))
			return tell_lost(w, ret);
		how.threads = 1;
		lc_err_clear(&ret->err);
		ret->stats = (struct inv_walk_stats){ 0 };
	}
}

int scan_workers_walk_tree(struct scan_workers *w, struct scan_layer *ret, struct lc_err *e)
{
	struct lc_arena a;
	lc_arena_init(&a, 1 << 20);
	int rc = walk_tree(w, &a, ret);
	lc_arena_done(&a);
	if (rc && !ret->err.code)
		(void)lc_fail(&ret->err, rc, "%s", lc_code_name(rc)); /* never an older message */
	if (rc && e)
		*e = ret->err;
	return rc;
}
