#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"
#include "inventory/os/analysers.h"
#include "io/sandbox_impl.h"
#include "report/write.h"
#include "scan/workers_impl.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"
#include "oci/make_image.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define DEB(name)                                                         \
	"Package: " name "\nStatus: install ok installed\nArchitecture: " \
	"amd64\nMaintainer: d <d@lists.debian.org>\nVersion: 1\n\n"

/* ---- an analyser that does what the file says ---- */

static int opened(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

static int open_shadow(void)
{
	return opened("/etc/shadow");
}

/* As a walk opens, by the tree's own descriptor: the first one behind the pair. */
static int open_above(void)
{
	int fd = openat(4, "../outside", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

static int write_inside(void)
{
	int fd = openat(4, "etc/act", O_WRONLY | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

static int connect_out(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(9) };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return connect(fd, (const struct sockaddr *)&at, sizeof(at)) ? errno : 0;
}

static int crash(void)
{
	raise(SIGSEGV);
	return 0;
}

static int sleep_on(void)
{
	for (;;)
		pause();
	return 0;
}

static int just_go(void)
{
	_exit(0);
}

static int babble(void)
{
	return worker_say(3, (enum worker_message)77, NULL, 0, LC_S("what?"), NULL) ? EIO : 0;
}

static int ask_for_a_blob(void)
{
	return worker_say(3, WORKER_OPEN, (const uint64_t[]){ 1 }, 1, LC_S(""), NULL) ? EIO : 0;
}

static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {
	{ "open", open_shadow },    { "above", open_above }, { "write", write_inside },
	{ "connect", connect_out }, { "crash", crash },      { "sleep", sleep_on },
	{ "go", just_go },          { "babble", babble },    { "blob", ask_for_a_blob },
};

static int act(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	(void)e;
	for (size_t i = 0; i < N(acts); i++) {
		if (!lc_eq(f->bytes, lc_str(acts[i].name)))
			continue;
		int sys = acts[i].act();
		return inv_sink_trouble(out, INV_UNREADABLE, "%s",
					sys ? strerror(sys) : "was not stopped");
	}
	return 0;
}

static const struct inv_want act_wants[] = { { INV_WANT_NAME, "act", NULL, 0 } };
static const struct inv_analyser actor = {
	.name = "actor",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = INV_TARGET_ROOTFS,
	.access = INV_WHOLE,
	.wants = act_wants,
	.wants_n = 1,
	.parse = act,
};
static const struct inv_analyser *const analysers[] = { &inv_dpkg_status, &actor, NULL };

/* ---- trees and scans ---- */

static char root[512];

static void put(const char *path, const char *text)
{
	char at[1024];
	int n = snprintf(at, sizeof(at), "%s/%s", root, path);
	assert_true(n > 0 && (size_t)n < sizeof(at));
	for (char *slash = at + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		assert_true(mkdir(at, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	int fd = open(at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

/* Packages before and behind the file to act on. */
static void acting(const char *what)
{
	static unsigned serial;
	(void)snprintf(root, sizeof(root), "%s/acting%u", make_temp_dir(), serial++);
	assert_int_equal(mkdir(root, 0755), 0);
	put("../outside", "secret");
	put("var/lib/dpkg/status.d/a", DEB("a"));
	put("etc/act", what);
	put("var/lib/dpkg/status.d/b", DEB("b"));
}

struct setting {
	struct scan_request q;
	struct match_options match;
	struct judge_options judge;
	struct lc_limits limits;
	struct scan_tree tree;
};

static void setting_init(struct setting *s, unsigned threads)
{
	*s = (struct setting){ .limits = lc_limits_default, .tree.path = root };
	s->match.groups = INV_GROUP_OS;
	for (size_t i = 0; i < SEVERITY_N; i++)
		s->judge.severity[i] = true;
	s->q = (struct scan_request){
		.inventory = { .groups = s->match.groups, .targets = INV_TARGET_ROOTFS },
		.match = &s->match,
		.judge = &s->judge,
		.limits = &s->limits,
		.threads = threads,
		.reproducible = true,
		.no_match = true,
		.sandbox = true,
		.analysers = analysers,
		.version = "0",
	};
}

static struct report *scanned(const struct setting *s)
{
	struct report *r = NULL;
	struct lc_err e = { 0 };
	if (scan_directory(&s->q, &s->tree, &r, &e))
		fail_msg("%s", e.msg);
	return r;
}

static void no_process_is_left(void)
{
	int status;
	assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static bool has_package(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->inventory.packages.n; i++)
		if (lc_eq(r->inventory.packages.v[i].package.name, lc_str(name)))
			return true;
	return false;
}

/* One diagnostic, of the file, with these words; all else is there. */
static void assert_told(struct setting *s, const char *words)
{
	struct report *r = scanned(s);
	assert_true(r->sandbox.used);
	assert_true(r->coverage.partial);
	assert_int_equal(r->inventory.diagnostics.n, 1);
	const struct inv_diagnostic *d = &r->inventory.diagnostics.v[0].diagnostic;
	assert_text(d->path, "etc/act");
	if (lc_find_slice(d->message, lc_str(words)) == SIZE_MAX)
		fail_msg("\"%.*s\" has no \"%s\"", LC_FMT(d->message), words);
	assert_true(has_package(r, "a") && has_package(r, "b"));
	report_free(r);
	no_process_is_left();
}

static void check(const char *what, const char *words)
{
	for (unsigned threads = 1; threads <= 3; threads++) {
		struct setting s;
		acting(what);
		setting_init(&s, threads);
		s.limits.stall_ms = 300;
		assert_told(&s, words);
	}
}

/* ---- what is stopped ---- */

static bool has_landlock(void)
{
	return sandbox_kernel_linux.create_ruleset(NULL, 0, 1) > 0;
}

static void files_outside_cannot_be_opened(void **state)
{
	(void)state;
	check("open", "Permission denied"); /* the filter knows no open(2) */
	check("above", "Permission denied");
}

static void nothing_inside_is_written(void **state)
{
	(void)state;
	check("write", "Permission denied");
}

/* What Landlock alone stops: the calls are those of the walk. */
static int look_outside(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	const uint64_t how[3] = { O_RDONLY | O_CLOEXEC, 0, 0 };
	(void)e;
	if (!lc_ends(f->path, LC_S("act")))
		return 0;
	long fd = syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof(how));
	return inv_sink_trouble(out, INV_UNREADABLE, "%s",
				fd < 0 ? strerror(errno) : "was not stopped");
}

static void landlock_keeps_the_walk_inside(void **state)
{
	(void)state;
	struct inv_analyser looker = actor;
	const struct inv_analyser *const list[] = { &inv_dpkg_status, &looker, NULL };
	struct setting s;
	if (!has_landlock() || SANDBOX_SANITIZED)
		tap_skip("no Landlock here, or a sanitizer");
	looker.parse = look_outside;
	acting("");
	setting_init(&s, 2);
	s.q.analysers = list;
	assert_told(&s, "Permission denied");
}

static void what_only_intruders_call_costs_the_file(void **state)
{
	(void)state;
	check("connect", "not analysed: its process was stopped at a system call that parsing "
			 "does not need while actor read etc/act");
}

/* ---- what is survived ---- */

static void a_crash_costs_the_file(void **state)
{
	(void)state;
	check("crash", "not analysed: its process was killed by SIGSEGV while actor read etc/act");
	check("go", "not analysed: its process stopped with status 0 while actor read etc/act");
}

static void a_hang_costs_the_file(void **state)
{
	(void)state;
	check("sleep", "not analysed: its process stood still for 0 s while actor read etc/act");
}

/* Nothing of the tree is known but these words. */
static void assert_nothing_but(const struct setting *s, const char *words)
{
	struct report *r = scanned(s);
	assert_true(r->coverage.partial);
	assert_int_equal(r->inventory.packages.n, 0);
	assert_int_equal(r->inventory.diagnostics.n, 1);
	const struct inv_diagnostic *d = &r->inventory.diagnostics.v[0].diagnostic;
	assert_text(d->path, "");
	if (lc_find_slice(d->message, lc_str(words)) == SIZE_MAX)
		fail_msg("\"%.*s\" has no \"%s\"", LC_FMT(d->message), words);
	report_free(r);
	no_process_is_left();
}

static void what_it_says_is_not_believed(void **state)
{
	(void)state;
	static const char *const rows[] = { "babble", "blob" };
	for (size_t i = 0; i < N(rows); i++) {
		struct setting s;
		acting(rows[i]);
		setting_init(&s, 2);
		assert_nothing_but(&s, "not analysed: its process answers what it was not asked");
	}
}

static void many_crashes_cost_their_files(void **state)
{
	(void)state;
	struct setting s;
	char path[64];
	acting("nothing");
	for (unsigned i = 0; i < WORKER_LEFT_OUT_MAX; i++) {
		(void)snprintf(path, sizeof(path), "srv/%u/act", i);
		put(path, i % 2 ? "crash" : "go");
	}
	setting_init(&s, 3);
	struct report *r = scanned(&s);
	assert_int_equal(r->inventory.diagnostics.n, WORKER_LEFT_OUT_MAX);
	assert_true(has_package(r, "a") && has_package(r, "b"));
	report_free(r);
	put("srv/more/act", "crash");
	assert_nothing_but(&s, "not analysed: its process");
}

static void time_that_is_up_stops_a_hang(void **state)
{
	(void)state;
	struct setting s;
	struct report *r = NULL;
	struct lc_err e = { 0 };
	acting("sleep");
	setting_init(&s, 2);
	s.limits.deadline_ns = lc_ticks_ns() + 300000000;
	assert_int_equal(scan_directory(&s.q, &s.tree, &r, &e), LC_ECANCEL);
	assert_true(e.msg[0] != '\0');
	no_process_is_left();
}

/* ---- the same report ---- */

static struct lc_buf bytes_of(const struct setting *s)
{
	struct report_write_options o = { .list_all_pkgs = true };
	struct lc_err e = { 0 };
	struct lc_buf out;
	struct report *r = scanned(s);
	assert_int_equal(r->sandbox.used, s->q.sandbox);
	r->sandbox = (struct report_sandbox){ 0 };
	for (size_t i = 0; i < SEVERITY_N; i++)
		o.severity[i] = true;
	lc_buf_init(&out, 1 << 24);
	if (report_write_json(r, &o, &out, &e) || report_write_table(r, &o, &out, &e))
		fail_msg("%s", e.msg);
	report_free(r);
	return out;
}

static void the_same_report_with_and_without(void **state)
{
	(void)state;
	struct setting s;
	acting("nothing");
	put("var/lib/dpkg/status.d/broken", "Package: \x01\n");
	assert_int_equal(chdir(root), 0);
	assert_int_equal(symlink("/etc/passwd", "etc/link"), 0);
	assert_int_equal(chdir("/"), 0);
	setting_init(&s, 2);
	s.q.sandbox = false;
	struct lc_buf want = bytes_of(&s);
	s.q.sandbox = true;
	for (unsigned threads = 1; threads <= 8; threads *= 2) {
		s.q.threads = threads;
		struct lc_buf got = bytes_of(&s);
		assert_slice(lc_buf_get(&got), lc_buf_get(&want));
		lc_buf_done(&got);
	}
	lc_buf_done(&want);
}

static void a_single_file_is_read(void **state)
{
	(void)state;
	char path[1024];
	struct setting s;
	acting("crash");
	(void)snprintf(path, sizeof(path), "%s/etc/act", root);
	setting_init(&s, 2);
	s.tree.path = path;
	struct report *r = scanned(&s);
	assert_int_equal(r->inventory.diagnostics.n, 1);
	assert_text(r->inventory.diagnostics.v[0].diagnostic.path, "act");
	report_free(r);
	put("etc/act", "open");
	r = scanned(&s);
	assert_text(r->inventory.diagnostics.v[0].diagnostic.message, "Permission denied");
	report_free(r);
	no_process_is_left();
}

static int scan_once(void *ctx)
{
	const struct setting *s = ctx;
	struct report *r = NULL;
	struct lc_err e = { 0 };
	int rc = scan_directory(&s->q, &s->tree, &r, &e);
	if (rc && e.code != rc)
		fail_msg("%d returned, %d told: %s (allocation %zu)", rc, e.code, e.msg,
			 alloc_fail_count());
	report_free(r);
	no_process_is_left();
	return rc;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	struct setting s;
	acting("nothing");
	setting_init(&s, 1);
	assert_true(alloc_fail_each(scan_once, &s) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_outside_cannot_be_opened),
		cmocka_unit_test(nothing_inside_is_written),
		cmocka_unit_test(landlock_keeps_the_walk_inside),
		cmocka_unit_test(what_only_intruders_call_costs_the_file),
		cmocka_unit_test(a_crash_costs_the_file),
		cmocka_unit_test(a_hang_costs_the_file),
		cmocka_unit_test(what_it_says_is_not_believed),
		cmocka_unit_test(many_crashes_cost_their_files),
		cmocka_unit_test(time_that_is_up_stops_a_hang),
		cmocka_unit_test(the_same_report_with_and_without),
		cmocka_unit_test(a_single_file_is_read),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
