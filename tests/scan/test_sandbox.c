#include "scan/workers_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"
#include "inventory/os/analysers.h"
#include "io/sandbox_impl.h"
#include "oci/make_image.h"
#include "report/write.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define STATUS "var/lib/dpkg/status"
#define DEB(name)                                                         \
	"Package: " name "\nStatus: install ok installed\nArchitecture: " \
	"amd64\nMaintainer: d <d@lists.debian.org>\nVersion: 1\n\n"

/* ---- an analyser that does what the file says ---- */

static int open_shadow(void)
{
	int fd = open("/etc/shadow", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

static int connect_out(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(9) };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return connect(fd, (const struct sockaddr *)&at, sizeof(at)) ? errno : 0;
}

static int run_program(void)
{
	char name[] = "true";
	char *const argv[] = { name, NULL };
	return execv("/bin/true", argv) ? errno : 0;
}

static int trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) ? errno : 0;
}

static int fork_itself(void)
{
	return fork() < 0 ? errno : 0;
}

static int crash(void)
{
	raise(SIGSEGV);
	return 0;
}

static int spin(void)
{
	for (volatile unsigned i = 0;;)
		i++;
	return 0;
}

static int sleep_on(void)
{
	for (;;)
		pause();
	return 0;
}

static int eat_memory(void)
{
	for (size_t i = 0; i < 100000; i++) {
		volatile char *p = malloc(1 << 20);
		if (!p)
			return ENOMEM;
		for (size_t k = 0; k < 1 << 20; k += 4096)
			p[k] = 1;
	}
	return 0;
}

/* Ends well where it should not: without an answer. */
static int just_go(void)
{
	_exit(0);
}

/*
 * What a process that was taken over may say. Its end of the pair is the first descriptor behind
 * the streams.
 */
static int say(enum worker_message kind, const uint64_t *numbers, size_t n, const char *text)
{
	return worker_say(3, kind, numbers, n, lc_str(text), NULL) ? EIO : 0;
}

static int babble(void)
{
	return say((enum worker_message)77, NULL, 0, "what?");
}

static int open_again_and_again(void)
{
	return say(WORKER_OPEN, (const uint64_t[]){ 7 }, 1, "");
}

static int free_what_is_free(void)
{
	return say(WORKER_FREE, (const uint64_t[]){ 0, 99 }, 2, "") ||
	       say(WORKER_FREE, (const uint64_t[]){ 1, 99 }, 2, "") ||
	       say(WORKER_FREE, (const uint64_t[]){ 0, 3 }, 2, "");
}

/* What counts for nothing, for ever. */
static int chatter(void)
{
	for (;;)
		if (say(WORKER_FREE, (const uint64_t[]){ 0, 0 }, 2, ""))
			return EIO;
	return 0;
}

/* To those who listen this is its end. */
static int hang_up(void)
{
	(void)close(3);
	for (;;)
		lc_wait_ns(1000000000);
	return 0;
}

static int send_half_a_number(void)
{
	return say(WORKER_DONE, (const uint64_t[]){ 0 }, 1, "\xff");
}

static int send_bad_facts(void)
{
	return say(WORKER_FACTS, NULL, 0, "no facts") ||
	       say(WORKER_DONE, (const uint64_t[9]){ 0 }, 9, "");
}

static int name_no_compression(void)
{
	return say(WORKER_DONE, (const uint64_t[9]){ 0, 0, 1, 1, 1, 99 }, 9, "");
}

static int end_with(int code, const char *text)
{
	return say(WORKER_DONE, (const uint64_t[9]){ (uint64_t)-code }, 9, text);
}

static int cancel_all(void)
{
	return end_with(LC_ECANCEL, "stop everything");
}

static int claim_no_network(void)
{
	return end_with(LC_ENET, "no network");
}

static int draw_on_the_terminal(void)
{
	return end_with(LC_EBAD, "\x1b[2Jred\xff");
}

static int fail_strangely(void)
{
	return end_with(-4000, "strange");
}

static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {
	{ "babble", babble },
	{ "open-again", open_again_and_again },
	{ "free-again", free_what_is_free },
	{ "half", send_half_a_number },
	{ "chatter", chatter },
	{ "hang-up", hang_up },
	{ "bad-facts", send_bad_facts },
	{ "no-compression", name_no_compression },
	{ "cancel", cancel_all },
	{ "network", claim_no_network },
	{ "draw", draw_on_the_terminal },
	{ "strange", fail_strangely },
	{ "open", open_shadow },
	{ "connect", connect_out },
	{ "exec", run_program },
	{ "ptrace", trace_parent },
	{ "fork", fork_itself },
	{ "crash", crash },
	{ "spin", spin },
	{ "sleep", sleep_on },
	{ "eat", eat_memory },
	{ "go", just_go },
};

static int act(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	(void)e;
	for (size_t i = 0; i < N(acts); i++) {
		if (!lc_eq(f->bytes, lc_str(acts[i].name)))
			continue;
		int sys = acts[i].act();
		if (sys == ENOMEM)
			return LC_ENOMEM;
		return inv_sink_trouble(out, INV_UNREADABLE, "%s",
					sys ? strerror(sys) : "was not stopped");
	}
	return 0;
}

static const struct inv_want act_wants[] = { { INV_WANT_PATH, "etc/act", NULL, 0 } };
static const struct inv_analyser actor = {
	.name = "actor",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = INV_TARGET_IMAGE,
	.access = INV_WHOLE,
	.wants = act_wants,
	.wants_n = 1,
	.parse = act,
};
static const struct inv_analyser *const analysers[] = { &inv_dpkg_status, &actor, NULL };

/* ---- scans ---- */

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
		.threads = 2,
		.reproducible = true,
		.no_match = true,
		.sandbox = true,
		.analysers = analysers,
		.version = "0",
	};
}

static const char *image_path(const char *name)
{
	static char path[512];
	(void)snprintf(path, sizeof(path), "%s/%s", make_temp_dir(), name);
	return path;
}

enum form { FORM_DIR, FORM_TAR, FORM_PACKED };

/* Three layers with a package each; the second one has a file to act on. */
static const char *acting(const char *what, enum form form)
{
	struct make m = { 0 };
	const struct make_file first[] = { { .name = STATUS ".d/a", .content = DEB("a") } };
	const struct make_file second[] = { { .name = STATUS ".d/b", .content = DEB("b") },
					    { .name = "etc/act", .content = what } };
	const struct make_file third[] = { { .name = STATUS ".d/c", .content = DEB("c") } };
	const struct make_layer layers[] = {
		{ .files = first, .files_n = 1, .compression = IO_GZIP },
		{ .files = second, .files_n = 2, .compression = IO_GZIP },
		{ .files = third, .files_n = 1, .compression = IO_GZIP },
	};
	const struct make_image image = { .layers = layers, .layers_n = 3 };
	char name[64];
	(void)snprintf(name, sizeof(name), "%s-%d", what, (int)form);
	const char *path = image_path(name);
	make_layout(&m, &image, 1);
	if (form == FORM_DIR)
		make_write_dir(&m, path);
	else
		make_write_tar(&m, path, form == FORM_TAR ? IO_PLAIN : IO_GZIP);
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

/* The layer has no facts and says these words; the others have theirs. */
static void assert_layer_lost(const struct setting *s, const char *words)
{
	struct report *r = scanned(s);
	assert_true(r->coverage.partial);
	assert_int_equal(r->coverage.layers_unreadable, 1);
	assert_true(r->layers[0].read && r->layers[2].read);
	assert_false(r->layers[1].read);
	if (lc_find_slice(r->layers[1].trouble, lc_str(words)) == SIZE_MAX)
		fail_msg("\"%.*s\" has no \"%s\"", LC_FMT(r->layers[1].trouble), words);
	assert_true(has_package(r, "a"));
	assert_false(has_package(r, "b"));
	assert_true(has_package(r, "c"));
	report_free(r);
	no_process_is_left();
}

static void assert_lost(const char *what, const char *words)
{
	struct setting s;
	for (int form = FORM_DIR; form <= FORM_PACKED; form++) {
		setting_init(&s, acting(what, (enum form)form));
		assert_layer_lost(&s, words);
	}
}

/* ---- what is stopped ---- */

static void files_of_the_machine_cannot_be_opened(void **state)
{
	(void)state;
	struct setting s;
	setting_init(&s, acting("open", FORM_TAR));
	struct report *r = scanned(&s);
	assert_int_equal(r->coverage.layers_unreadable, 0);
	assert_int_equal(r->inventory.diagnostics.n, 1);
	assert_text(r->inventory.diagnostics.v[0].diagnostic.message, "Permission denied");
	assert_true(has_package(r, "b"));
	report_free(r);
}

#define SYSTEM_CALL \
	"not analysed: its process was stopped at a system call that parsing does not need"

static void connections_are_stopped(void **state)
{
	(void)state;
	assert_lost("connect", SYSTEM_CALL " while actor read etc/act");
}

static void programs_are_stopped(void **state)
{
	(void)state;
	assert_lost("exec", SYSTEM_CALL);
	assert_lost("fork", SYSTEM_CALL);
}

static void debugging_is_stopped(void **state)
{
	(void)state;
	assert_lost("ptrace", SYSTEM_CALL);
}

/* ---- what is survived ---- */

static void a_crash_costs_its_layer(void **state)
{
	(void)state;
	assert_lost("crash",
		    "not analysed: its process was killed by SIGSEGV while actor read etc/act");
}

static void an_end_without_answer_costs_its_layer(void **state)
{
	(void)state;
	assert_lost("go",
		    "not analysed: its process stopped with status 0 while actor read etc/act");
}

static void a_hang_costs_its_layer(void **state)
{
	(void)state;
	struct setting s;
	setting_init(&s, acting("spin", FORM_TAR));
	s.limits.stall_ms = 400;
	assert_layer_lost(&s, "not analysed: its process stood still for 0 s while actor read");
	setting_init(&s, acting("sleep", FORM_PACKED));
	s.limits.stall_ms = 400;
	assert_layer_lost(&s, "not analysed: its process stood still for 0 s while actor read");
}

static void who_hangs_up_holds_nobody_up(void **state)
{
	(void)state;
	struct setting s;
	setting_init(&s, acting("hang-up", FORM_TAR));
	assert_layer_lost(&s, "not analysed: its process hung up, went on and was killed");
}

static void hunger_costs_its_layer(void **state)
{
	(void)state;
	struct setting s;
	if (SANDBOX_SANITIZED)
		tap_skip("sanitizers need memory without bound");
	setting_init(&s, acting("eat", FORM_TAR));
	s.limits.worker_bytes_max = (uint64_t)200 << 20;
	assert_layer_lost(&s,
			  "not analysed: it needs more than 200 MiB of memory while actor read");
}

static void what_it_says_is_not_believed(void **state)
{
	(void)state;
	assert_lost("babble", "not analysed: its process answers what it was not asked");
	assert_lost("open-again", "not analysed: its process answers what it was not asked");
	assert_lost("free-again", "not analysed: its process answers what it was not asked");
	assert_lost("half", "not analysed: its process answers what it was not asked");
	assert_lost("no-compression", "not analysed: its process answers what it was not asked");
	assert_lost("bad-facts", "");
	assert_lost("cancel", "stop everything");
	assert_lost("network", "no network");
	assert_lost("draw", "?[2Jred?");
	assert_lost("strange", "strange");
}

static void every_layer_may_crash(void **state)
{
	(void)state;
	enum { LAYERS = 24 };
	struct make m = { 0 };
	struct setting s;
	const struct make_file bad = { .name = "etc/act", .content = "crash" };
	const struct make_file good = { .name = STATUS ".d/a", .content = DEB("a") };
	struct make_layer layers[LAYERS];
	const struct make_image image = { .layers = layers, .layers_n = LAYERS };
	for (size_t i = 0; i < LAYERS; i++)
		layers[i] = (struct make_layer){
			.files = i + 1 == LAYERS ? &good : &bad,
			.files_n = 1,
		};
	const char *path = image_path("crashes");
	make_layout(&m, &image, 1);
	make_write_tar(&m, path, IO_PLAIN);
	make_done(&m);
	setting_init(&s, path);
	s.q.threads = 3;
	struct report *r = scanned(&s);
	assert_int_equal(r->coverage.layers_unreadable, LAYERS - 1);
	assert_int_equal(r->inventory.packages.n, 1);
	report_free(r);
	no_process_is_left();
}

static void time_that_is_up_stops_a_hang(void **state)
{
	(void)state;
	struct setting s;
	struct report *r = NULL;
	struct lc_err e = { 0 };
	setting_init(&s, acting("sleep", FORM_TAR));
	s.limits.deadline_ns = lc_ticks_ns() + 300000000;
	assert_int_equal(scan_image(&s.q, &r, &e), LC_ECANCEL);
	assert_true(e.msg[0] != '\0');
	no_process_is_left();
}

static void time_that_is_up_stops_chatter(void **state)
{
	(void)state;
	struct setting s;
	struct report *r = NULL;
	struct lc_err e = { 0 };
	setting_init(&s, acting("chatter", FORM_TAR));
	s.limits.deadline_ns = lc_ticks_ns() + 300000000;
	assert_int_equal(scan_image(&s.q, &r, &e), LC_ECANCEL);
	no_process_is_left();
}

/* ---- the same report ---- */

static void write_both(const struct report *r, struct lc_buf *out)
{
	struct report_write_options o = { .list_all_pkgs = true };
	struct lc_err e = { 0 };
	for (size_t i = 0; i < SEVERITY_N; i++)
		o.severity[i] = true;
	if (report_write_json(r, &o, out, &e) || report_write_table(r, &o, out, &e))
		fail_msg("%s", e.msg);
}

static struct lc_buf bytes_of(const struct setting *s)
{
	struct lc_buf out;
	struct report *r = scanned(s);
	assert_int_equal(r->sandbox.used, s->q.sandbox);
	r->sandbox = (struct report_sandbox){ 0 };
	lc_buf_init(&out, 1 << 24);
	write_both(r, &out);
	report_free(r);
	return out;
}

static void assert_same_with_and_without(const char *path)
{
	static const unsigned threads[] = { 1, 2, 8 };
	struct setting s;
	setting_init(&s, path);
	s.q.sandbox = false;
	struct lc_buf want = bytes_of(&s);
	s.q.sandbox = true;
	for (size_t i = 0; i < N(threads); i++) {
		s.q.threads = threads[i];
		struct lc_buf got = bytes_of(&s);
		assert_slice(lc_buf_get(&got), lc_buf_get(&want));
		lc_buf_done(&got);
	}
	lc_buf_done(&want);
}

static void the_same_report_with_and_without(void **state)
{
	(void)state;
	for (int form = FORM_DIR; form <= FORM_PACKED; form++)
		assert_same_with_and_without(acting("nothing", (enum form)form));
}

/* Broken in every way that a layer's reader tells: its words are the same from afar. */
static void the_same_words_for_broken_layers(void **state)
{
	(void)state;
	for (int form = FORM_DIR; form <= FORM_PACKED; form++) {
		struct make m = { 0 };
		const struct make_file f[] = { { .name = STATUS, .content = DEB("a") } };
		const struct make_layer layers[] = {
			{ .files = f, .files_n = 1, .compression = IO_GZIP },
			{ .tar = LC_S("no tar at all"), .compression = IO_ZSTD },
			{ .tar = LC_S(""), .compression = IO_PLAIN },
			{ .files = f,
			  .files_n = 1,
			  .extra = ",\"urls\":[\"https://host/x\"]",
			  .media_type = "application/vnd.oci.image.layer.nondistributable.v1.tar" },
			{ .files = f,
			  .files_n = 1,
			  .media_type = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted" },
		};
		const struct make_image image = { .layers = layers, .layers_n = N(layers) };
		make_layout(&m, &image, 1);
		for (size_t i = 0; i < m.n; i++) { /* and bytes that are not those promised */
			if (m.v[i].bytes.n < 3 || m.v[i].bytes.p[0] != 0x1f)
				continue;
			uint8_t *bytes = lc_arena_alloc(&m.arena, m.v[i].bytes.n);
			memcpy(bytes, m.v[i].bytes.p, m.v[i].bytes.n);
			bytes[m.v[i].bytes.n - 1] ^= 1;
			m.v[i].bytes = lc_slice_of(bytes, m.v[i].bytes.n);
		}
		const char *path = image_path(form == FORM_DIR ? "broken-dir" : "broken.tar");
		if (form == FORM_DIR)
			make_write_dir(&m, path);
		else
			make_write_tar(&m, path, form == FORM_TAR ? IO_PLAIN : IO_GZIP);
		make_done(&m);
		assert_same_with_and_without(path);
	}
}

/* Nobody wanted the file when it went by: it is read in a second pass. */
static void a_second_pass_is_had(void **state)
{
	(void)state;
	for (int form = FORM_DIR; form <= FORM_PACKED; form++) {
		struct make m = { 0 };
		struct setting s;
		const struct make_file f[] = {
			{ .name = "srv/data", .content = DEB("linked") },
			{ .name = STATUS, .type = TAR_HARDLINK, .target = "srv/data" },
		};
		const struct make_layer layers[] = {
			{ .files = f, .files_n = 2, .compression = IO_GZIP },
		};
		const struct make_image image = { .layers = layers, .layers_n = 1 };
		const char *path = image_path(form == FORM_DIR ? "links-dir" : "links.tar");
		make_layout(&m, &image, 1);
		if (form == FORM_DIR)
			make_write_dir(&m, path);
		else
			make_write_tar(&m, path, form == FORM_TAR ? IO_PLAIN : IO_GZIP);
		make_done(&m);
		setting_init(&s, path);
		struct report *r = scanned(&s);
		assert_true(has_package(r, "linked"));
		report_free(r);
		assert_same_with_and_without(path);
	}
}

/* More than all slots hold, through an archive that is compressed as a whole. */
static void large_layers_come_in_slots(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct lc_buf noise;
	uint64_t seed = 7;
	lc_buf_init(&noise, 8 << 20);
	while (noise.n < 5 << 20)
		(void)lc_buf_fmt(&noise, "%016llx", (unsigned long long)next_number(&seed));
	assert_int_equal(lc_buf_byte(&noise, 0), 0);
	const struct make_file f[] = {
		{ .name = "srv/noise", .content = (const char *)noise.p },
		{ .name = STATUS, .content = DEB("behind") },
	};
	const struct make_layer layers[] = {
		{ .files = f, .files_n = 2, .compression = IO_PLAIN },
		{ .files = f, .files_n = 2, .compression = IO_GZIP },
	};
	const struct make_image image = { .layers = layers, .layers_n = 2 };
	const char *path = image_path("large.tar");
	make_layout(&m, &image, 1);
	make_write_tar(&m, path, IO_GZIP);
	make_done(&m);
	lc_buf_done(&noise);
	assert_same_with_and_without(path);
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
	no_process_is_left();
	return rc;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	struct setting s;
	setting_init(&s, acting("nothing", FORM_TAR));
	s.q.threads = 1;
	assert_true(alloc_fail_each(scan_once, &s) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_the_machine_cannot_be_opened),
		cmocka_unit_test(connections_are_stopped),
		cmocka_unit_test(programs_are_stopped),
		cmocka_unit_test(debugging_is_stopped),
		cmocka_unit_test(a_crash_costs_its_layer),
		cmocka_unit_test(an_end_without_answer_costs_its_layer),
		cmocka_unit_test(a_hang_costs_its_layer),
		cmocka_unit_test(who_hangs_up_holds_nobody_up),
		cmocka_unit_test(hunger_costs_its_layer),
		cmocka_unit_test(what_it_says_is_not_believed),
		cmocka_unit_test(every_layer_may_crash),
		cmocka_unit_test(time_that_is_up_stops_a_hang),
		cmocka_unit_test(time_that_is_up_stops_chatter),
		cmocka_unit_test(the_same_report_with_and_without),
		cmocka_unit_test(the_same_words_for_broken_layers),
		cmocka_unit_test(a_second_pass_is_had),
		cmocka_unit_test(large_layers_come_in_slots),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
