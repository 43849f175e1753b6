/*
 * Layers that take over the process which reads them, and have it say that they are others: no
 * later scan may be told less for it. The analyser here is the hostile layer's code.
 */
#include "scan/workers_impl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"
#include "inventory/os/analysers.h"
#include "oci/make_image.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define STATUS "var/lib/dpkg/status"
#define DEB(name)                                                         \
	"Package: " name "\nStatus: install ok installed\nArchitecture: " \
	"amd64\nMaintainer: d <d@lists.debian.org>\nVersion: 1\n\n"

enum { TALK = 3, PATIENCE_MS = 300 };

/* ---- in the process ---- */

/* Until the scan has given all bytes: whoever stopped before would be told from it by that. */
static void hear_all(void)
{
	static struct io_message m;
	uint64_t v[3] = { 0, 0, 1 };
	while (v[2] && io_message_wait(TALK, PATIENCE_MS)) {
		if (io_message_receive(TALK, false, &m, NULL))
			return;
		struct lc_rd r = lc_rd_of(lc_slice_of(m.bytes, m.n));
		(void)lc_rd_u8(&r);
		if (!worker_numbers(&r, v, 3))
			return;
	}
}

static void say_nothing_was_found(enum io_compression c)
{
	struct inv_sink sink;
	uint64_t done[9] = { [2] = 1, [3] = 1, [4] = 1, [5] = (uint64_t)c };
	if (inv_sink_init(&sink, &lc_limits_default) == 0 && inv_sink_end(&sink) == 0 &&
	    worker_say(TALK, WORKER_FACTS, NULL, 0, lc_buf_get(&sink.out), NULL) == 0)
		(void)worker_say(TALK, WORKER_DONE, done, N(done), LC_S(""), NULL);
	inv_sink_done(&sink);
}

static int lie(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	(void)out;
	(void)e;
	if (!lc_starts(f->bytes, LC_S("early")))
		hear_all();
	say_nothing_was_found(lc_ends(f->bytes, LC_S("gzip")) ? IO_GZIP : IO_PLAIN);
	return 0;
}

static const struct inv_want lie_wants[] = { { INV_WANT_PATH, "etc/lie", NULL, 0 } };
static const struct inv_analyser liar = {
	.name = "liar",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = INV_TARGET_IMAGE,
	.access = INV_WHOLE,
	.wants = lie_wants,
	.wants_n = 1,
	.parse = lie,
};
static const struct inv_analyser *const analysers[] = { &inv_dpkg_status, &liar, NULL };

/* ---- images ---- */

/* What an image says of its one layer, and what it holds. */
struct said {
	const char *diff_id, *digest;
	struct lc_slice stored;
	enum io_compression compression;
};

static const char *config_of(struct make *m, const struct said *l)
{
	return make_text(m,
			 "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":"
			 "{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}",
			 l->diff_id);
}

static void put_layout(struct make *m, const struct said *l)
{
	const char *config = make_descriptor(m, "application/vnd.oci.image.config.v1+json",
					     lc_str(config_of(m, l)), "");
	const char *manifest = make_text(
		m,
		"{\"schemaVersion\":2,\"config\":%s,\"layers\":[{\"mediaType\":"
		"\"application/vnd.oci.image.layer.v1.tar%s\",\"digest\":\"%s\",\"size\":%zu}]}",
		config, l->compression == IO_GZIP ? "+gzip" : "", l->digest, l->stored.n);
	make_put(m, make_blob_path(m, l->digest), l->stored);
	make_index(m, make_descriptor(m, "application/vnd.oci.image.manifest.v1+json",
				      lc_str(manifest), ""));
}

/* No digest of what is stored, but for the layer's name. */
static void put_archive(struct make *m, const struct said *l)
{
	const char *layer =
		make_text(m, "%s.tar%s", l->digest + 7, l->compression == IO_GZIP ? ".gz" : "");
	make_put_text(m, "config.json", "%s", config_of(m, l));
	make_put(m, layer, l->stored);
	make_put_text(m, "manifest.json", "[{\"Config\":\"config.json\",\"Layers\":[\"%s\"]}]",
		      layer);
}

static const char *written(struct make *m, const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % N(paths)];
	(void)snprintf(path, sizeof(paths[0]), "%s/%s", make_temp_dir(), name);
	make_write_tar(m, path, IO_PLAIN);
	make_done(m);
	return path;
}

static struct said honest(struct make *m, enum io_compression c)
{
	const struct make_file f = { .name = STATUS, .content = DEB("b") };
	struct lc_slice tar = make_layer_tar(m, &(struct make_layer){ .files = &f, .files_n = 1 });
	struct said l = { .diff_id = make_digest(m, tar), .compression = c };
	l.stored = make_compress(m, tar, c);
	l.digest = make_digest(m, l.stored);
	return l;
}

/* Bytes that lie, as long as the honest ones where they are plain. */
static struct lc_slice hostile(struct make *m, enum io_compression c)
{
	const struct make_file f = {
		.name = "etc/lie",
		.content = c == IO_GZIP ? "as gzip" : "as plain",
	};
	const struct make_layer l = { .files = &f, .files_n = 1 };
	return make_compress(m, make_layer_tar(m, &l), c);
}

/* ---- scans ---- */

static struct scan_cache *fresh_cache(void)
{
	static unsigned n;
	struct scan_cache *c = NULL;
	struct lc_err e = { 0 };
	char dir[512];
	(void)snprintf(dir, sizeof(dir), "%s/cache-%u", make_temp_dir(), n++);
	if (scan_cache_open(&(struct scan_cache_options){ dir, dir, 64 << 20, "1" }, &c, &e))
		fail_msg("%s", e.msg);
	return c;
}

static struct report *scanned(struct scan_cache *cache, const char *path)
{
	static const struct judge_options judge = { .severity = { true } };
	static const struct match_options match = { .groups = INV_GROUP_OS };
	const struct scan_request q = {
		.open = { .input = lc_str(path), .limits = &lc_limits_default },
		.inventory = { .groups = INV_GROUP_OS, .targets = INV_TARGET_IMAGE },
		.match = &match,
		.judge = &judge,
		.limits = &lc_limits_default,
		.threads = 1,
		.no_match = true,
		.sandbox = true,
		.analysers = analysers,
		.cache = cache,
		.version = "0",
	};
	struct report *r = NULL;
	struct lc_err e = { 0 };
	if (scan_image(&q, &r, &e))
		fail_msg("%s", e.msg);
	return r;
}

static void scan_hostile(struct scan_cache *cache, const char *path, bool believed)
{
	struct report *r = scanned(cache, path);
	assert_int_equal(r->inventory.packages.n, 0);
	assert_int_equal(r->layers[0].read, believed);
	if (!believed)
		assert_true(lc_find_slice(r->layers[0].trouble,
					  LC_S("answers what it was not asked")) != SIZE_MAX);
	report_free(r);
}

/* The package is found whatever was scanned before, and out of the cache the next time. */
static void scan_honest(struct scan_cache *cache, const char *path)
{
	for (int again = 0; again < 2; again++) {
		struct report *r = scanned(cache, path);
		assert_true(r->layers[0].read);
		assert_int_equal(r->layers[0].cached, again);
		assert_int_equal(r->inventory.packages.n, 1);
		report_free(r);
	}
}

typedef void put_fn(struct make *m, const struct said *l);

static void assert_harmless(put_fn *put, enum io_compression c, bool own_blob)
{
	struct make bad = { 0 };
	struct make good = { 0 };
	struct scan_cache *cache = fresh_cache();
	struct said l = honest(&bad, c);
	l.stored = hostile(&bad, c);
	if (own_blob)
		l.digest = make_digest(&bad, l.stored);
	put(&bad, &l);
	scan_hostile(cache, written(&bad, "bad.tar"), own_blob);
	l = honest(&good, c);
	put(&good, &l);
	scan_honest(cache, written(&good, "good.tar"));
	scan_cache_close(cache);
}

/* ---- tests ---- */

static void a_layer_that_says_it_is_another_hides_nothing(void **state)
{
	(void)state;
	assert_harmless(put_layout, IO_PLAIN, false);
	assert_harmless(put_layout, IO_GZIP, false);
	assert_harmless(put_archive, IO_PLAIN, false);
}

/* It may lie about its diff id, which nobody else sees: what is kept of it is kept for its blob. */
static void a_blob_that_says_it_is_anothers_content_hides_nothing(void **state)
{
	(void)state;
	assert_harmless(put_layout, IO_GZIP, true);
	assert_harmless(put_archive, IO_GZIP, true);
}

/* An archive may name its layer as another's; the name is not what its facts are kept under. */
static void a_name_is_not_what_facts_are_kept_under(void **state)
{
	struct make bad = { 0 };
	struct make good = { 0 };
	struct scan_cache *cache = fresh_cache();
	struct said l = honest(&bad, IO_GZIP);
	(void)state;
	l.stored = hostile(&bad, IO_GZIP);
	put_archive(&bad, &l);
	scan_hostile(cache, written(&bad, "bad.tar"), true);
	l = honest(&good, IO_GZIP);
	put_layout(&good, &l);
	scan_honest(cache, written(&good, "good.tar"));
	scan_cache_close(cache);
}

/* The diff id of a compressed layer is the reader's word, that of a plain one is not. */
static void a_plain_layer_does_not_pass_for_a_compressed_one(void **state)
{
	struct make bad = { 0 };
	struct scan_cache *cache = fresh_cache();
	struct said l = honest(&bad, IO_PLAIN);
	const struct make_file f = { .name = "etc/lie", .content = "as gzip" };
	const struct make_layer layer = { .files = &f, .files_n = 1 };
	(void)state;
	l.stored = make_layer_tar(&bad, &layer);
	put_archive(&bad, &l);
	struct report *r = scanned(cache, written(&bad, "plain-as-gzip.tar"));
	assert_false(r->layers[0].read);
	assert_true(r->layers[0].trouble.n > 0);
	report_free(r);
	scan_cache_close(cache);
}

static void who_has_not_read_all_is_not_done(void **state)
{
	enum { NOISE = 3 << 20 };
	struct make m = { 0 };
	char *noise = lc_alloc(NOISE + 1);
	(void)state;
	memset(noise, 'x', NOISE);
	noise[NOISE] = '\0';
	const struct make_file f[] = {
		{ .name = "etc/lie", .content = "early, plain" },
		{ .name = "srv/noise", .content = noise },
	};
	const struct make_layer layer = { .files = f, .files_n = 2 };
	const struct make_image image = { .layers = &layer, .layers_n = 1 };
	make_layout(&m, &image, 1);
	scan_hostile(NULL, written(&m, "early.tar"), false);
	lc_free(noise);
}

/* ---- the memory that bytes come through ---- */

/* Exit status of a child that tried: 0 it could do nothing. */
static int try_to_write(const struct worker_place *p)
{
	void *slots = (void *)(uintptr_t)p->slots;
	if (mprotect(slots, sizeof(*p->slots), PROT_READ | PROT_WRITE) == 0 || errno != EACCES)
		return 1;
	return msync(p->written, sizeof(*p->written), MS_ASYNC) == 0 || errno != ENOMEM ? 2 : 0;
}

/* Longer than it was made, it shows no neighbour: the kernel ends who looks there. */
static int look_past(const void *p, size_t bytes)
{
	(void)signal(SIGBUS, SIG_DFL);
	volatile uint8_t *more = mremap((void *)(uintptr_t)p, bytes, 2 * bytes, MREMAP_MAYMOVE);
	return more == MAP_FAILED ? 0 : more[bytes] + 1;
}

static void assert_ends_by_bus_error(const void *p, size_t bytes)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(look_past(p, bytes));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGBUS : status == 0);
}

static void no_process_writes_what_was_hashed(void **state)
{
	const struct inv_options o = { .groups = INV_GROUP_OS, .targets = INV_TARGET_IMAGE };
	const struct scan_request q = { .limits = &lc_limits_default, .threads = 1 };
	struct inv_matcher *m = NULL;
	struct scan_workers *w = NULL;
	int status = 0;
	(void)state;
	assert_int_equal(inv_matcher_new(analysers, 2, &o, &m, NULL), 0);
	assert_int_equal(scan_workers_open(&q, m, NULL, &w, NULL), 0);
	assert_true(w->sealed);
	pid_t pid = fork();
	if (pid == 0)
		_exit(try_to_write(&w->places[0]));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (unsigned i = 0; i < w->numbers_n; i++) {
		const struct worker_place *p = &w->places[i];
		assert_ends_by_bus_error(p->slots, sizeof(*p->slots));
		assert_ends_by_bus_error(p->shared, sizeof(*p->shared));
	}
	scan_workers_close(w);
	inv_matcher_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_layer_that_says_it_is_another_hides_nothing),
		cmocka_unit_test(a_blob_that_says_it_is_anothers_content_hides_nothing),
		cmocka_unit_test(a_name_is_not_what_facts_are_kept_under),
		cmocka_unit_test(a_plain_layer_does_not_pass_for_a_compressed_one),
		cmocka_unit_test(who_has_not_read_all_is_not_done),
		cmocka_unit_test(no_process_writes_what_was_hashed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
