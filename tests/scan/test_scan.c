#include "scan/scan.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/shim.h"
#include "finding/small_db.h"
#include "oci/make_image.h"
#include "report/write.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

#define N(a)    (sizeof(a) / sizeof((a)[0]))
#define STATUS  "var/lib/dpkg/status"
#define RELEASE "ID=debian\nVERSION_ID=\"12\"\n"
#define DEB(name, version)                                                \
	"Package: " name "\nStatus: install ok installed\nArchitecture: " \
	"amd64\nMaintainer: d <d@lists.debian.org>\nVersion: " version "\n\n"

static const struct make_file base_files[] = {
	{ .name = "etc/os-release", .content = RELEASE },
	{ .name = "etc/debian_version", .content = "12.0\n" },
	{ .name = STATUS, .content = DEB("openssl", "3.0.9-1") },
};
static const struct make_file added_files[] = {
	{ .name = STATUS, .content = DEB("openssl", "3.0.9-1") DEB("zlib1g", "1:1.2.13.dfsg-1") },
};
static const struct make_file other_files[] = {
	{ .name = "srv/note", .content = "nothing to see" },
};
static const struct make_file broken_files[] = {
	{ .name = STATUS ".d/x", .content = "Package: x\nVersion: not a version\n" },
};

#define LAYER(f)                                                                        \
	{                                                                               \
		.files = (f), .files_n = N(f), .compression = IO_GZIP, .created_by = #f \
	}

static const struct make_layer good_layers[] = {
	LAYER(base_files),
	LAYER(added_files),
	LAYER(other_files),
};

/* ---- requests ---- */

struct setting {
	struct scan_request q;
	struct match_options match;
	struct judge_options judge;
	struct lc_limits limits;
};

static void setting_init(struct setting *s, const char *path)
{
	*s = (struct setting){ .limits = lc_limits_default };
	s->match.groups = INV_GROUP_OS | INV_GROUP_LIBRARY;
	for (size_t i = 0; i < SEVERITY_N; i++)
		s->judge.severity[i] = true;
	s->q = (struct scan_request){
		.open = { .input = lc_str(path), .limits = &s->limits },
		.inventory = { .groups = s->match.groups, .targets = INV_TARGET_IMAGE },
		.match = &s->match,
		.judge = &s->judge,
		.limits = &s->limits,
		.threads = 1,
		.reproducible = true,
		.version = "0",
	};
}

static const char *image_path(const char *name)
{
	static char path[512];
	(void)snprintf(path, sizeof(path), "%s/%s", make_temp_dir(), name);
	return path;
}

static const char *written(const char *name, const struct make_layer *layers, size_t n)
{
	struct make m = { 0 };
	const struct make_image image = { .layers = layers, .layers_n = n };
	const char *path = image_path(name);
	make_layout(&m, &image, 1);
	make_write_tar(&m, path, IO_PLAIN);
	make_done(&m);
	return path;
}

static struct report *scanned(const struct setting *s)
{
	struct report *r = NULL;
	struct lc_err e = { 0 };
	if (scan_image(&s->q, &r, &e))
		fail_msg("%s", e.msg);
	return r;
}

/* JSON and table, one behind the other. */
static void write_both(const struct report *r, struct lc_buf *out)
{
	struct report_write_options o = { .list_all_pkgs = true };
	struct lc_err e = { 0 };
	for (size_t i = 0; i < SEVERITY_N; i++)
		o.severity[i] = true;
	if (report_write_json(r, &o, out, &e) || report_write_table(r, &o, out, &e))
		fail_msg("%s", e.msg);
}

static bool warns(const struct report *r, const char *words)
{
	for (size_t i = 0; i < r->warnings.n; i++) {
		if (strstr(r->warnings.v[i].text, words))
			return true;
	}
	return false;
}

static const struct inv_found_package *package(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->inventory.packages.n; i++) {
		if (lc_eq(r->inventory.packages.v[i].package.name, lc_str(name)))
			return &r->inventory.packages.v[i];
	}
	return NULL;
}

/* ---- what a scan says ---- */

static void layers_meet_in_one_report(void **state)
{
	(void)state;
	struct setting s;
	setting_init(&s, written("good.tar", good_layers, N(good_layers)));
	struct report *r = scanned(&s);
	assert_int_equal(r->inventory.packages.n, 2);
	assert_int_equal(package(r, "openssl")->layer, 0);
	assert_int_equal(package(r, "openssl")->file_layer, 1);
	assert_int_equal(package(r, "zlib1g")->layer, 1);
	assert_true(r->inventory.has_os);
	assert_text(r->inventory.os.version, "12.0");
	assert_int_equal(r->coverage.layers, 3);
	assert_int_equal(r->coverage.layers_unreadable, 0);
	assert_int_equal(r->coverage.packages, 2);
	assert_int_equal(r->coverage.entries, 5);
	assert_int_equal(r->coverage.files_read, 4);
	assert_false(r->coverage.partial);
	assert_text(r->layers[1].created_by, "added_files");
	report_free(r);
}

static void the_starter_database_is_used_and_said(void **state)
{
	(void)state;
	struct setting s;
	setting_init(&s, written("good.tar", good_layers, N(good_layers)));
	struct report *r = scanned(&s);
	assert_true(r->db.starter);
	assert_true(r->findings.n > 0);
	assert_true(warns(r, "starter database"));
	report_free(r);
	s.q.no_match = true;
	r = scanned(&s);
	assert_int_equal(r->findings.n, 0);
	assert_int_equal(r->inventory.packages.n, 2);
	report_free(r);
}

static void a_missing_database_is_an_error(void **state)
{
	(void)state;
	struct setting s;
	struct report *r = NULL;
	struct lc_err e = { 0 };
	setting_init(&s, written("good.tar", good_layers, N(good_layers)));
	s.q.db_path = image_path("nothing.db");
	assert_int_equal(scan_image(&s.q, &r, &e), LC_ENOTFOUND);
	assert_null(r);
	assert_non_null(strstr(e.msg, "nothing.db"));
}

/* The second layer's bytes are others than its config says: nothing of it may count. */
static void a_layer_with_a_wrong_diff_id_gives_no_facts(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_layer layers[] = { LAYER(base_files), LAYER(added_files), LAYER(other_files) };
	const struct make_image image = { .layers = layers, .layers_n = N(layers) };
	struct setting s;
	size_t seen = 0;
	make_docker(&m, &image, 1, MAKE_DOCKER_OLD);
	for (size_t i = 0; i < m.n; i++) {
		if (!lc_ends(m.v[i].path, LC_S("/layer.tar")) || seen++ != 1)
			continue;
		uint8_t *bytes = lc_arena_alloc(&m.arena, m.v[i].bytes.n);
		memcpy(bytes, m.v[i].bytes.p, m.v[i].bytes.n);
		size_t at = lc_find_slice(m.v[i].bytes, LC_S("zlib1g"));
		assert_true(at != SIZE_MAX);
		bytes[at] = 'Z';
		m.v[i].bytes = lc_slice_of(bytes, m.v[i].bytes.n);
	}
	assert_int_equal(seen, 3);
	const char *path = image_path("altered.tar");
	make_write_tar(&m, path, IO_PLAIN);
	make_done(&m);
	setting_init(&s, path);
	struct report *r = scanned(&s);
	assert_int_equal(r->inventory.packages.n, 1);
	assert_int_equal(package(r, "openssl")->file_layer, 0);
	assert_true(r->coverage.partial);
	assert_int_equal(r->coverage.layers_unreadable, 1);
	assert_true(r->layers[0].read);
	assert_false(r->layers[1].read);
	assert_true(lc_find_slice(r->layers[1].trouble, LC_S("diff id does not hold")) != SIZE_MAX);
	struct lc_buf out;
	lc_buf_init(&out, 1 << 20);
	write_both(r, &out);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("\"Partial\": true")) != SIZE_MAX);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("diff id does not hold")) != SIZE_MAX);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("Zlib1g")) == SIZE_MAX);
	lc_buf_done(&out);
	report_free(r);
}

static void a_broken_file_makes_the_report_partial(void **state)
{
	(void)state;
	const struct make_layer layers[] = { LAYER(base_files), LAYER(broken_files) };
	struct setting s;
	setting_init(&s, written("broken.tar", layers, N(layers)));
	struct report *r = scanned(&s);
	assert_true(r->coverage.partial);
	assert_int_equal(r->coverage.layers_unreadable, 0);
	assert_int_equal(r->coverage.not_understood, r->inventory.diagnostics.n);
	assert_true(r->inventory.diagnostics.n > 0);
	assert_int_equal(r->inventory.diagnostics.v[0].layer, 1);
	assert_text(r->inventory.diagnostics.v[0].diagnostic.path, STATUS ".d/x");
	assert_non_null(package(r, "openssl"));
	report_free(r);
}

static void an_image_without_layers_has_a_report(void **state)
{
	(void)state;
	struct setting s;
	setting_init(&s, written("empty.tar", NULL, 0));
	struct report *r = scanned(&s);
	struct lc_buf out;
	lc_buf_init(&out, 1 << 20);
	write_both(r, &out);
	assert_int_equal(r->coverage.layers, 0);
	assert_int_equal(r->inventory.packages.n, 0);
	assert_int_equal(r->findings.n, 0);
	assert_false(r->coverage.partial);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("\"SchemaVersion\": 2")) != SIZE_MAX);
	lc_buf_done(&out);
	report_free(r);
}

static void an_unknown_system_is_said(void **state)
{
	(void)state;
	const struct make_layer layers[] = { LAYER(added_files) };
	struct setting s;
	setting_init(&s, written("no-os.tar", layers, N(layers)));
	struct report *r = scanned(&s);
	assert_false(r->inventory.has_os);
	assert_int_equal(r->inventory.packages.n, 2);
	assert_int_equal(r->findings.n, 0);
	assert_true(warns(r, "no operating system was recognised"));
	report_free(r);
}

/* ---- whatever the order ---- */

struct delays {
	uint64_t seed;
	pthread_mutex_t lock;
	size_t started;
	size_t order[16];
	size_t n;
};

static void nap(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static void delay(void *ctx, size_t layer)
{
	struct delays *d = ctx;
	uint64_t seed = d->seed * 1000 + layer;
	nap((long)next_below(&seed, 12));
	pthread_mutex_lock(&d->lock);
	d->order[d->n++ % N(d->order)] = layer;
	pthread_mutex_unlock(&d->lock);
}

static void the_same_bytes_in_any_order_of_layers(void **state)
{
	(void)state;
	const struct make_layer layers[] = {
		LAYER(base_files),  LAYER(broken_files), LAYER(added_files), LAYER(other_files),
		LAYER(added_files), LAYER(base_files),   LAYER(other_files), LAYER(added_files),
	};
	static const unsigned threads[] = { 1, 2, 8 };
	struct setting s;
	struct lc_buf first;
	size_t shuffled = 0;
	setting_init(&s, written("order.tar", layers, N(layers)));
	lc_buf_init(&first, 1 << 24);
	struct report *r = scanned(&s);
	write_both(r, &first);
	report_free(r);
	for (size_t i = 0; i < 30; i++) {
		struct delays d = { .seed = i, .lock = PTHREAD_MUTEX_INITIALIZER };
		struct lc_buf out;
		lc_buf_init(&out, 1 << 24);
		s.q.threads = threads[i % N(threads)];
		s.q.before_layer = delay;
		s.q.ctx = &d;
		r = scanned(&s);
		write_both(r, &out);
		assert_slice(lc_buf_get(&out), lc_buf_get(&first));
		assert_int_equal(d.n, N(layers));
		for (size_t k = 1; k < d.n; k++)
			shuffled += d.order[k] < d.order[k - 1];
		lc_buf_done(&out);
		report_free(r);
	}
	lc_buf_done(&first);
	assert_true(shuffled > 0); /* else this showed nothing */
}

/* ---- nobody walks far ahead ---- */

enum { AHEAD_LAYERS = 12, AHEAD_PACKAGES = 5000, AHEAD_MAINTAINER = 1000 };

struct ahead {
	pthread_mutex_t lock;
	size_t started, when_first_went_on;
};

/* Four layers' facts are more than may wait, three are not: the lowest one goes on after that. */
static void hold_the_first(void *ctx, size_t layer)
{
	struct ahead *a = ctx;
	size_t seen = 0;
	pthread_mutex_lock(&a->lock);
	a->started++;
	pthread_mutex_unlock(&a->lock);
	for (unsigned i = 0; layer == 0 && seen < 5 && i < 6000; i++) {
		nap(10);
		pthread_mutex_lock(&a->lock);
		seen = a->started;
		pthread_mutex_unlock(&a->lock);
	}
	if (layer != 0)
		return;
	nap(500);
	pthread_mutex_lock(&a->lock);
	a->when_first_went_on = a->started;
	pthread_mutex_unlock(&a->lock);
}

static void layers_do_not_run_far_ahead_of_the_lowest(void **state)
{
	(void)state;
	struct lc_buf status;
	char maintainer[AHEAD_MAINTAINER + 1];
	struct make_file file = { .name = STATUS };
	struct make_layer layers[AHEAD_LAYERS] = { 0 };
	struct ahead a = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct setting s;
	memset(maintainer, 'm', AHEAD_MAINTAINER);
	maintainer[AHEAD_MAINTAINER] = '\0';
	lc_buf_init(&status, 1 << 24);
	for (unsigned i = 0; i < AHEAD_PACKAGES; i++)
		lc_buf_fmt(&status,
			   "Package: p%u\nStatus: install ok installed\nArchitecture: all\n"
			   "Maintainer: %s\nVersion: 1\n\n",
			   i, maintainer);
	assert_int_equal(lc_buf_byte(&status, 0), 0);
	file.content = (const char *)status.p;
	for (size_t i = 0; i < AHEAD_LAYERS; i++)
		layers[i] = (struct make_layer){
			.files = &file,
			.files_n = 1,
			.compression = IO_GZIP,
		};
	setting_init(&s, written("ahead.tar", layers, AHEAD_LAYERS));
	lc_buf_done(&status);
	s.q.no_match = true;
	s.q.threads = 2;
	s.q.before_layer = hold_the_first;
	s.q.ctx = &a;
	struct report *r = scanned(&s);
	assert_int_equal(r->inventory.packages.n, AHEAD_PACKAGES);
	assert_int_equal(r->inventory.packages.v[0].layer, 0);
	assert_int_equal(r->inventory.packages.v[0].file_layer, AHEAD_LAYERS - 1);
	assert_int_equal(a.started, AHEAD_LAYERS);
	assert_int_equal(a.when_first_went_on, 5);
	report_free(r);
}

/* ---- what stops a scan ---- */

static void time_that_is_up_stops_the_scan(void **state)
{
	(void)state;
	struct setting s;
	struct report *r = NULL;
	setting_init(&s, written("good.tar", good_layers, N(good_layers)));
	for (unsigned threads = 1; threads <= 4; threads++) {
		struct lc_err e = { 0 };
		s.q.threads = threads;
		s.limits.deadline_ns = 1;
		assert_int_equal(scan_image(&s.q, &r, &e), LC_ECANCEL);
		assert_null(r);
		assert_true(e.msg[0] != '\0');
	}
}

static void what_is_no_image_is_refused(void **state)
{
	(void)state;
	struct setting s;
	struct report *r = NULL;
	struct lc_err e = { 0 };
	setting_init(&s, image_path("absent"));
	assert_int_equal(scan_image(&s.q, &r, &e), LC_ENOTFOUND);
	assert_null(r);
}

static int scan_once(void *ctx)
{
	const struct setting *s = ctx;
	struct report *r = NULL;
	struct lc_err e = { 0 };
	int rc = scan_image(&s->q, &r, &e);
	if (rc && e.code != rc)
		fail_msg("%d returned, %d told: %s (allocation %zu)", rc, e.code, e.msg,
			 alloc_fail_count());
	report_free(r);
	return rc;
}

static void survives_any_failing_allocation(void **state)
{
	/* A database of one row: opening the starter would take most of the time, each time. */
	static const struct small_package rows[] = {
		{ "Debian:12", "openssl",
		  "[{\"id\":\"CVE-2024-1\",\"ranges\":[[\">=0\",\"<4\"]],\"source\":\"debian\"}]",
		  1 },
	};
	(void)state;
	char db[SMALL_DB_PATH];
	struct setting s;
	setting_init(&s, written("good.tar", good_layers, N(good_layers)));
	small_db_write(db, rows, N(rows), NULL, 0);
	s.q.db_path = db;
	assert_true(alloc_fail_each(scan_once, &s) > 100);
	unlink(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_meet_in_one_report),
		cmocka_unit_test(the_starter_database_is_used_and_said),
		cmocka_unit_test(a_missing_database_is_an_error),
		cmocka_unit_test(a_layer_with_a_wrong_diff_id_gives_no_facts),
		cmocka_unit_test(a_broken_file_makes_the_report_partial),
		cmocka_unit_test(an_image_without_layers_has_a_report),
		cmocka_unit_test(an_unknown_system_is_said),
		cmocka_unit_test(the_same_bytes_in_any_order_of_layers),
		cmocka_unit_test(layers_do_not_run_far_ahead_of_the_lowest),
		cmocka_unit_test(time_that_is_up_stops_the_scan),
		cmocka_unit_test(what_is_no_image_is_refused),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
