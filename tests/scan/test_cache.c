#include "scan/cache_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file.h"
#include "scan/scan.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

enum { MIB = 1 << 20 };

static char root[] = "/tmp/lacre-cache-XXXXXX";
static char cache_dir[64];
static char key_dir[64];

static const char *at(const char *name)
{
	static char paths[4][300];
	static int next;
	char *p = paths[next++ % 4];
	(void)snprintf(p, sizeof(paths[0]), "%s/%s", root, name);
	return p;
}

static int make_root(void **state)
{
	(void)state;
	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(cache_dir, sizeof(cache_dir), "%s/cache", root);
	(void)snprintf(key_dir, sizeof(key_dir), "%s/data", root);
	return 0;
}

static int remove_root(void **state)
{
	struct io_removed count = { 0 };
	(void)state;
	shim_fake_reset();
	return io_remove_at(AT_FDCWD, root, &count, NULL);
}

static int open_with(uint64_t bytes_max, const char *version, struct scan_cache **ret,
		     struct lc_err *e)
{
	const struct scan_cache_options o = { cache_dir, key_dir, bytes_max, version };
	return scan_cache_open(&o, ret, e);
}

static struct scan_cache *opened(uint64_t bytes_max)
{
	struct scan_cache *c = NULL;
	struct lc_err e = { 0 };
	if (open_with(bytes_max, "1", &c, &e))
		fail_msg("%s", e.msg);
	return c;
}

static struct scan_cache_id id_of(uint8_t n)
{
	struct scan_cache_id id = { { 0 } };
	id.bytes[0] = n;
	id.bytes[31] = 7;
	return id;
}

static struct inv_walk_stats some_stats(void)
{
	struct inv_walk_stats s = {
		.layer = { .stored_bytes = 10,
			   .inflated_bytes = 1ull << 40,
			   .entries = 12,
			   .compression = IO_ZSTD,
			   .has_blob_digest = true },
		.files_read = 13,
		.bytes_analysed = 14,
		.unsafe_names = 15,
	};
	memset(s.layer.blob_digest.bytes, 0x5a, 32);
	return s;
}

static void put(struct scan_cache *c, uint8_t n, struct lc_slice facts)
{
	const struct scan_cache_id id = id_of(n);
	const struct inv_walk_stats s = some_stats();
	struct lc_err e = { 0 };
	if (scan_cache_put(c, &id, facts, &s, &e))
		fail_msg("%s", e.msg);
}

static int get(struct scan_cache *c, uint8_t n, struct lc_buf *facts, struct inv_walk_stats *ret)
{
	const struct scan_cache_id id = id_of(n);
	struct lc_err e = { 0 };
	lc_buf_init(facts, 4 * MIB);
	int rc = scan_cache_get(c, &id, facts, ret, &e);
	if (rc)
		assert_int_equal(lc_buf_get(facts).n, 0);
	return rc;
}

static int got(struct scan_cache *c, uint8_t n)
{
	struct lc_buf facts;
	struct inv_walk_stats s;
	int rc = get(c, n, &facts, &s);
	lc_buf_done(&facts);
	return rc;
}

static const char *path_of(uint8_t n)
{
	char name[CACHE_NAME_CHARS + 1];
	char below[CACHE_NAME_CHARS + 16];
	const struct scan_cache_id id = id_of(n);
	(void)snprintf(below, sizeof(below), "cache/facts/%s", cache_name(&id, name));
	return at(below);
}

static size_t files_in(const char *dir)
{
	size_t n = 0;
	DIR *d = opendir(at(dir));
	const struct dirent *e;
	while (d && (e = readdir(d)) != NULL)
		n += e->d_name[0] != '.' || e->d_name[1] != '\0';
	if (d)
		closedir(d);
	return n ? n - 1 : 0; /* ".." */
}

static void write_at(const char *path, struct lc_slice s)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, s.p, s.n), (ssize_t)s.n);
	close(fd);
}

static void read_at(const char *path, struct lc_buf *b)
{
	lc_buf_init(b, 4 * MIB);
	assert_int_equal(io_read_file(path, b, NULL), 0);
}

/* ---- what is kept ---- */

static void gives_back_what_was_kept(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct lc_buf facts;
	struct inv_walk_stats s = { 0 };
	const struct inv_walk_stats want = some_stats();
	(void)state;
	assert_int_equal(got(c, 1), LC_ENOTFOUND);
	put(c, 1, LC_S("LCF2 facts"));
	put(c, 2, LC_S(""));
	assert_int_equal(get(c, 1, &facts, &s), 0);
	assert_slice(lc_buf_get(&facts), LC_S("LCF2 facts"));
	assert_memory_equal(&s, &want, sizeof(s));
	lc_buf_done(&facts);
	assert_int_equal(got(c, 2), 0);
	put(c, 1, LC_S("newer")); /* in its place */
	assert_int_equal(get(c, 1, &facts, &s), 0);
	assert_slice(lc_buf_get(&facts), LC_S("newer"));
	lc_buf_done(&facts);
	scan_cache_close(c);
	c = opened(MIB); /* the key is found again */
	assert_int_equal(got(c, 1), 0);
	scan_cache_close(c);
	struct stat st;
	assert_int_equal(stat(path_of(1), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(at("cache/facts"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(at("data/cache.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(files_in("cache/facts/tmp"), 0);
	assert_int_equal(files_in("data/cache.tmp"), 0);
}

static void id_under(const struct scan_cache *c, const struct inv_options *o,
		     const struct lc_limits *l, size_t analysers, struct scan_cache_id *ret)
{
	struct inv_matcher *m = NULL;
	struct scan_cache_scope scope;
	struct digest diff_id = { .algorithm = DIGEST_SHA256 };
	assert_int_equal(inv_matcher_new(scan_analysers, analysers, o, &m, NULL), 0);
	assert_int_equal(scan_cache_scope(c, m, l, &scope, NULL), 0);
	assert_int_equal(scan_cache_id(c, &scope, &diff_id, NULL, ret, NULL), 0);
	inv_matcher_free(m);
}

static void all_that_changes_facts_is_in_the_name(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct scan_cache *newer = NULL;
	struct lc_slice skipped = LC_S("etc/*");
	const struct inv_options plain = { .targets = INV_TARGET_IMAGE, .groups = INV_GROUP_OS };
	struct inv_options skip = plain;
	struct lc_limits small = lc_limits_default;
	struct lc_limits late = lc_limits_default;
	struct scan_cache_id ids[6];
	(void)state;
	skip.skip_files = (struct lc_slices){ &skipped, 1, 1 };
	small.file_bytes_max--;
	late.deadline_ns = 1;
	assert_int_equal(open_with(MIB, "2", &newer, NULL), 0);
	id_under(c, &plain, &lc_limits_default, scan_analysers_n, &ids[0]);
	id_under(c, &skip, &lc_limits_default, scan_analysers_n, &ids[1]);
	id_under(c, &plain, &small, scan_analysers_n, &ids[2]);
	id_under(c, &plain, &lc_limits_default, 3, &ids[3]);
	id_under(newer, &plain, &lc_limits_default, scan_analysers_n, &ids[4]);
	scan_cache_close(newer);
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(&ids[i], &ids[k], sizeof(ids[0]));
	id_under(c, &plain, &late, scan_analysers_n, &ids[5]); /* facts do not hang on time */
	assert_memory_equal(&ids[5], &ids[0], sizeof(ids[0]));
	scan_cache_close(c);
	assert_int_equal(unlink(at("data/cache.key")), 0);
	c = opened(MIB);
	id_under(c, &plain, &lc_limits_default, scan_analysers_n, &ids[5]);
	assert_memory_not_equal(&ids[5], &ids[0], sizeof(ids[0]));
	scan_cache_close(c);
}

/* ---- the key ---- */

static void *open_in_thread(void *ret)
{
	*(struct scan_cache **)ret = opened(MIB);
	return NULL;
}

/* Processes that are forked later see the whole memory, but for what is wiped: c->key. */
static void the_key_is_in_one_place(void **state)
{
	enum { STACK = 1 << 20 };
	(void)state;
	for (int turn = 0; turn < 2; turn++) { /* it is made, it is read */
		pthread_t thread;
		pthread_attr_t attr;
		struct scan_cache *c = NULL;
		uint8_t *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
		assert_true(stack != MAP_FAILED);
		assert_int_equal(pthread_attr_init(&attr), 0);
		assert_int_equal(pthread_attr_setstack(&attr, stack, STACK), 0);
		assert_int_equal(pthread_create(&thread, &attr, open_in_thread, &c), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_null(memmem(stack, STACK, c->key, MAC_BYTES / 2));
		assert_int_equal(pthread_attr_destroy(&attr), 0);
		munmap(stack, STACK);
		scan_cache_close(c);
	}
}

/* ---- what is not believed ---- */

static void a_flipped_bit_in_any_byte_is_noticed(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct lc_buf good;
	char path[300];
	(void)state;
	put(c, 1, LC_S("LCF2 some facts of a layer"));
	(void)snprintf(path, sizeof(path), "%s", path_of(1));
	read_at(path, &good);
	assert_int_equal(good.n, 26 + CACHE_TRAILER_BYTES);
	for (size_t i = 0; i < good.n * 8; i++) {
		good.p[i / 8] ^= (uint8_t)(1u << (i % 8));
		write_at(path, lc_buf_get(&good));
		if (got(c, 1) != LC_EBAD)
			fail_msg("bit %zu of byte %zu", i % 8, i / 8);
		assert_int_equal(access(path, F_OK), -1); /* removed */
		good.p[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	write_at(path, lc_buf_get(&good));
	assert_int_equal(got(c, 1), 0);
	lc_buf_done(&good);
	scan_cache_close(c);
}

static void an_entry_of_any_other_length_is_noticed(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct lc_buf good;
	char path[300];
	(void)state;
	put(c, 1, LC_S("LCF2 some facts of a layer"));
	(void)snprintf(path, sizeof(path), "%s", path_of(1));
	read_at(path, &good);
	for (size_t n = 0; n < good.n; n++) {
		write_at(path, lc_sub(lc_buf_get(&good), 0, n));
		assert_int_equal(got(c, 1), LC_EBAD);
		write_at(path, lc_skip(lc_buf_get(&good), good.n - n));
		assert_int_equal(got(c, 1), LC_EBAD);
	}
	assert_int_equal(lc_buf_byte(&good, 0), 0);
	write_at(path, lc_buf_get(&good));
	assert_int_equal(got(c, 1), LC_EBAD);
	lc_buf_done(&good);
	scan_cache_close(c);
}

static void an_entry_under_anothers_name_is_noticed(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct lc_buf b;
	(void)state;
	put(c, 1, LC_S("one"));
	put(c, 2, LC_S("two"));
	assert_int_equal(rename(path_of(1), path_of(2)), 0);
	assert_int_equal(got(c, 2), LC_EBAD);
	put(c, 1, LC_S("one"));
	assert_int_equal(rename(path_of(1), at("elsewhere")), 0);
	assert_int_equal(symlink(at("elsewhere"), path_of(1)), 0);
	assert_int_equal(got(c, 1), LC_EBAD);
	read_at(at("elsewhere"), &b); /* the link went, not what it led to */
	lc_buf_done(&b);
	assert_int_equal(mkfifo(path_of(3), 0600), 0); /* nobody is held by it */
	assert_int_equal(got(c, 3), LC_EBAD);
	scan_cache_close(c);
}

static void refuses(const char *word)
{
	struct scan_cache *c = NULL;
	struct lc_err e = { 0 };
	assert_int_equal(open_with(MIB, "1", &c, &e), LC_EDENIED);
	assert_null(c);
	if (!strstr(e.msg, word))
		fail_msg("no \"%s\" in: %s", word, e.msg);
}

static void places_that_are_not_the_users_own_are_refused(void **state)
{
	(void)state;
	scan_cache_close(opened(MIB));
	assert_int_equal(chmod(at("cache/facts"), 0750), 0);
	refuses("others");
	assert_int_equal(chmod(at("cache/facts"), 0700), 0);
	assert_int_equal(chmod(at("cache"), 0777), 0);
	refuses("others");
	assert_int_equal(chmod(at("cache"), 0755), 0);
	assert_int_equal(chmod(at("data/cache.key"), 0640), 0);
	refuses("others");
	assert_int_equal(chmod(at("data/cache.key"), 0600), 0);
	scan_cache_close(opened(MIB));
	assert_int_equal(rename(at("cache/facts"), at("facts")), 0);
	assert_int_equal(symlink(at("facts"), at("cache/facts")), 0);
	refuses("link");
	assert_int_equal(unlink(at("cache/facts")), 0);
	assert_int_equal(rename(at("cache"), at("other")), 0);
	assert_int_equal(symlink(at("other"), at("cache")), 0);
	refuses("link");
	assert_int_equal(unlink(at("cache")), 0);
	assert_int_equal(rename(at("data/cache.key"), at("key")), 0);
	assert_int_equal(symlink(at("key"), at("data/cache.key")), 0);
	refuses("link");
	assert_int_equal(unlink(at("data/cache.key")), 0);
	write_at(at("data/cache.key"), LC_S("short"));
	refuses("no key");
	if (geteuid() == 0) {
		assert_int_equal(unlink(at("data/cache.key")), 0);
		scan_cache_close(opened(MIB));
		assert_int_equal(chown(at("cache/facts"), 12345, 12345), 0);
		refuses("another user");
	}
}

/* ---- bounds ---- */

static void set_used(uint8_t n, int64_t seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	assert_int_equal(utimensat(AT_FDCWD, path_of(n), times, 0), 0);
}

static void the_least_recently_used_go_first(void **state)
{
	struct scan_cache *c = opened(MIB);
	int64_t now = lc_now_ns() / 1000000000;
	(void)state;
	for (uint8_t n = 1; n <= 4; n++)
		put(c, n, LC_S("facts"));
	set_used(1, now - 4000);
	set_used(2, now - 3000);
	set_used(3, now + 999999); /* a clock that ran ahead once: it is the oldest */
	set_used(4, now - 5000);
	assert_int_equal(got(c, 1), 0); /* is used now */
	cache_sweep(c->fd, 3 * 4096);
	assert_int_equal(got(c, 3), LC_ENOTFOUND);
	cache_sweep(c->fd, 2 * 4096);
	assert_int_equal(got(c, 4), LC_ENOTFOUND);
	cache_sweep(c->fd, 4096);
	assert_int_equal(got(c, 2), LC_ENOTFOUND);
	assert_int_equal(got(c, 1), 0);
	cache_sweep(c->fd, 0);
	assert_int_equal(got(c, 1), LC_ENOTFOUND);
	scan_cache_close(c);
}

static uint64_t kept_bytes(void)
{
	uint64_t sum = 0;
	for (unsigned n = 0; n < 256; n++) {
		struct stat st;
		if (stat(path_of((uint8_t)n), &st) == 0)
			sum += (uint64_t)st.st_blocks * 512;
	}
	return sum;
}

static void stays_within_its_bound(void **state)
{
	enum { BOUND = 512 * 1024 };
	static uint8_t facts[20000];
	struct scan_cache *c = opened(BOUND);
	(void)state;
	for (unsigned round = 0; round < 3; round++)
		for (unsigned n = 0; n < 200; n++) {
			put(c, (uint8_t)n, lc_slice_of(facts, sizeof(facts)));
			assert_true(kept_bytes() <= BOUND);
		}
	assert_true(kept_bytes() > BOUND / 2);
	static uint8_t large[BOUND / 4];
	put(c, 250, lc_slice_of(large, sizeof(large))); /* too large a part of the whole */
	assert_int_equal(got(c, 250), LC_ENOTFOUND);
	scan_cache_close(c);
}

/* ---- what goes wrong ---- */

static void short_reads_and_lost_disks_cost_no_truth(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct shim_fake f = shim_fake_default();
	(void)state;
	put(c, 1, LC_S("LCF2 some facts of a layer"));
	shim_fake_set(&f);
	f.read_max = 1;
	assert_int_equal(got(c, 1), 0);
	f.read_max = 0;
	for (uint64_t left = 0; left < 26 + CACHE_TRAILER_BYTES; left++) {
		f.input_left = left;
		assert_int_equal(got(c, 1), LC_EIO);
	}
	shim_fake_reset();
	assert_int_equal(got(c, 1), 0); /* still there: the disk said no, not the entry */
	scan_cache_close(c);
}

static void a_full_disk_leaves_nothing_half(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct shim_fake f = shim_fake_default();
	const struct scan_cache_id id = id_of(1);
	const struct inv_walk_stats s = some_stats();
	(void)state;
	shim_fake_set(&f);
	for (uint64_t left = 0; left < 26 + CACHE_TRAILER_BYTES; left++) {
		struct lc_err e = { 0 };
		f.disk_left = left;
		assert_int_equal(scan_cache_put(c, &id, LC_S("LCF2 some facts of a layer"), &s, &e),
				 LC_EIO);
		assert_int_equal(e.sys, ENOSPC);
		assert_int_equal(got(c, 1), LC_ENOTFOUND);
		assert_int_equal(files_in("cache/facts/tmp"), 0);
	}
	f.disk_left = UINT64_MAX;
	f.rename_err = EIO;
	assert_int_equal(scan_cache_put(c, &id, LC_S("x"), &s, NULL), LC_EIO);
	assert_int_equal(files_in("cache/facts/tmp"), 0);
	f.rename_err = 0;
	f.write_max = 1;
	assert_int_equal(scan_cache_put(c, &id, LC_S("x"), &s, NULL), 0);
	assert_int_equal(got(c, 1), 0);
	shim_fake_reset();
	scan_cache_close(c);
}

static void no_random_bytes_no_key(void **state)
{
	struct scan_cache *c = NULL;
	struct shim_fake f = shim_fake_default();
	(void)state;
	f.random_err = EAGAIN;
	shim_fake_set(&f);
	assert_int_equal(open_with(MIB, "1", &c, NULL), LC_EIO);
	shim_fake_reset();
	assert_int_equal(access(at("data/cache.key"), F_OK), -1);
}

static void a_clock_that_jumps_loses_nothing(void **state)
{
	struct scan_cache *c = opened(MIB);
	struct shim_fake f = shim_fake_default();
	(void)state;
	shim_fake_set(&f);
	for (int i = 0; i < 4; i++) {
		f.now_ns = i % 2 ? 1000000000 : (int64_t)4102444800 * 1000000000; /* 1970, 2100 */
		put(c, (uint8_t)i, LC_S("facts"));
		for (int k = 0; k <= i; k++)
			assert_int_equal(got(c, (uint8_t)k), 0);
	}
	shim_fake_reset();
	scan_cache_close(c);
}

static int open_put_get(void *ctx)
{
	struct scan_cache *c = NULL;
	const struct scan_cache_id id = id_of(1);
	const struct inv_walk_stats s = some_stats();
	struct inv_walk_stats back;
	struct lc_buf facts;
	(void)ctx;
	lc_buf_init(&facts, MIB);
	int rc = open_with(MIB, "1", &c, NULL);
	if (!rc)
		rc = scan_cache_put(c, &id, LC_S("facts"), &s, NULL);
	if (!rc)
		rc = scan_cache_get(c, &id, &facts, &back, NULL);
	lc_buf_done(&facts);
	scan_cache_close(c);
	return rc;
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(open_put_get, NULL) > 0);
	assert_int_equal(files_in("cache/facts/tmp"), 0);
	assert_int_equal(open_put_get(NULL), 0);
}

static void what_killed_writers_left_is_swept(void **state)
{
	(void)state;
	scan_cache_close(opened(MIB));
	write_at(at("cache/facts/tmp/.dead.lacre-1"), LC_S("half"));
	write_at(at("cache/facts/tmp/.alive.lacre-2"), LC_S("half"));
	int fd = open(at("cache/facts/tmp/.alive.lacre-2"), O_WRONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	scan_cache_close(opened(MIB));
	assert_int_equal(access(at("cache/facts/tmp/.dead.lacre-1"), F_OK), -1);
	assert_int_equal(access(at("cache/facts/tmp/.alive.lacre-2"), F_OK), 0);
	close(fd);
	scan_cache_close(opened(MIB));
	assert_int_equal(files_in("cache/facts/tmp"), 0);
}

static void cleaning_takes_only_what_is_the_caches(void **state)
{
	struct io_removed count = { 0 };
	struct scan_cache *c = opened(MIB);
	(void)state;
	put(c, 1, LC_S("one"));
	put(c, 2, LC_S("two"));
	write_at(at("cache/facts/notes.txt"), LC_S("the user's"));
	write_at(at("cache/notes.txt"), LC_S("the user's"));
	assert_int_equal(scan_cache_clean(cache_dir, &count, NULL), 0);
	assert_int_equal(count.files, 2);
	assert_int_equal(got(c, 1), LC_ENOTFOUND);
	assert_int_equal(access(at("cache/facts/notes.txt"), F_OK), 0);
	assert_int_equal(access(at("cache/notes.txt"), F_OK), 0);
	assert_int_equal(unlink(at("cache/facts/notes.txt")), 0);
	assert_int_equal(scan_cache_clean(cache_dir, &count, NULL), 0);
	assert_int_equal(access(at("cache/facts"), F_OK), -1);
	assert_int_equal(scan_cache_clean(cache_dir, &count, NULL), LC_ENOTFOUND);
	/* Who has it open goes on without. */
	const struct scan_cache_id id = id_of(1);
	const struct inv_walk_stats stats = some_stats();
	assert_int_equal(scan_cache_put(c, &id, LC_S("one"), &stats, NULL), LC_EIO);
	scan_cache_close(c);
}

static void cleaning_follows_no_link(void **state)
{
	struct io_removed count = { 0 };
	(void)state;
	scan_cache_close(opened(MIB));
	assert_int_equal(rename(at("cache/facts"), at("facts")), 0);
	assert_int_equal(symlink(at("facts"), at("cache/facts")), 0);
	assert_int_equal(scan_cache_clean(cache_dir, &count, NULL), LC_EDENIED);
	assert_int_equal(access(at("facts/tmp"), F_OK), 0);
}

#define in_root(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_root(gives_back_what_was_kept),
		in_root(all_that_changes_facts_is_in_the_name),
		in_root(the_key_is_in_one_place),
		in_root(a_flipped_bit_in_any_byte_is_noticed),
		in_root(an_entry_of_any_other_length_is_noticed),
		in_root(an_entry_under_anothers_name_is_noticed),
		in_root(places_that_are_not_the_users_own_are_refused),
		in_root(the_least_recently_used_go_first),
		in_root(stays_within_its_bound),
		in_root(short_reads_and_lost_disks_cost_no_truth),
		in_root(a_full_disk_leaves_nothing_half),
		in_root(no_random_bytes_no_key),
		in_root(a_clock_that_jumps_loses_nothing),
		in_root(survives_failing_allocations),
		in_root(what_killed_writers_left_is_swept),
		in_root(cleaning_takes_only_what_is_the_caches),
		in_root(cleaning_follows_no_link),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
