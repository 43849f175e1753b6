/* Updating the database: what is fetched, what is left alone, and what stays when a feed fails. */
#include "feeds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "advisory/update_impl.h"
#include "base/shim.h"
#include "io/file.h"

#define ARCH_URL   "https://security.archlinux.org/all.json"
#define DEBIAN_URL "https://security-tracker.debian.org/tracker/data/json"
#define VEX_URL    "https://security.access.redhat.com/data/csaf/v2/vex/"
#define AL2_URL    "https://cdn.amazonlinux.com/2/core/latest/x86_64/"
#define AL2023_URL "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/"
#define AL2_ONE                                                                                    \
	"<updates><update type=\"security\"><id>ALAS2-2024-1</id><references>"                     \
	"<reference id=\"CVE-2024-0001\" type=\"cve\"/></references><pkglist><collection>"         \
	"<name>Amazon Linux 2</name>"                                                              \
	"<package name=\"curl\" version=\"1.2\" release=\"3.amzn2\" epoch=\"0\" arch=\"x86_64\"/>" \
	"</collection></pkglist></update></updates>"
#define AL2_ONE_SHA256 "60bcd4f01c130e781174e934dacc007f13e44c8ccfa08517cc3502ef5f27d674"
#define NO_TAR         "518ee75fa33145a07315d5ef71c25aede9361df7cdd5ae865e554a25ac4a35bc"
#define NO_TAR_EITHER  "959831297d008fa670517d7a791d89895d819c5e66cc506b18c53fa1ca11118a"
#define REPOMD(sha256)                                               \
	"<repomd><data type=\"primary\"/><data type=\"updateinfo\">" \
	"<checksum type=\"sha256\">" sha256 "</checksum>"            \
	"<location href=\"repodata/u.xml\"/></data></repomd>"
#define ARCH_ONE                                                                               \
	"[{\"name\":\"AVG-1\",\"packages\":[\"curl\"],\"status\":\"Fixed\",\"fixed\":\"2-1\"," \
	"\"issues\":[\"CVE-2024-0001\"]}]"
#define ARCH_TWO                                                                               \
	"[{\"name\":\"AVG-1\",\"packages\":[\"curl\"],\"status\":\"Fixed\",\"fixed\":\"3-1\"," \
	"\"issues\":[\"CVE-2024-0001\"]}]"
#define DEBIAN_ONE                                                                       \
	"{\"curl\":{\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{\"status\":\"open\"," \
	"\"urgency\":\"low\"}}}}}"

/* ---- servers of one file each ---- */

struct server {
	const char *url, *etag, *body;
	int rc;     /* instead of an answer */
	size_t cut; /* the body breaks off there, 0 never */
	bool lies;  /* says unchanged whatever was asked */
	unsigned asked, sent;
	bool had_etag; /* the last question did */
};

struct body {
	struct lc_stream base;
	struct lc_slice left;
	size_t until; /* SIZE_MAX: to the end */
};

static int body_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct body *b = (struct body *)(void *)s;
	n = n < b->left.n ? n : b->left.n;
	if (b->until != SIZE_MAX) {
		if (!b->until)
			return lc_fail(e, LC_ENET, "the connection was lost");
		n = n < b->until ? n : b->until;
		b->until -= n;
	}
	if (n)
		memcpy(buf, b->left.p, n);
	b->left = lc_skip(b->left, n);
	*ret_n = n;
	return 0;
}

static void body_close(struct lc_stream *s)
{
	free(s);
}

static int serve(void *ctx, const struct adv_fetch *what, struct lc_arena *a,
		 struct adv_fetched *ret, struct lc_err *e)
{
	struct server *s = ctx;
	(void)a;
	while (s->url && strcmp(s->url, what->url) != 0)
		s++;
	if (!s->url)
		return lc_fail(e, LC_ENOTFOUND, "404");
	s->asked++;
	s->had_etag = what->etag.n != 0;
	if (s->rc)
		return lc_fail(e, s->rc, "the server says no");
	*ret = (struct adv_fetched){ .etag = lc_str(s->etag) };
	ret->unchanged = s->lies || (what->etag.n && lc_eq(what->etag, lc_str(s->etag)));
	if (ret->unchanged)
		return 0;
	struct body *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	b->base = (struct lc_stream){ .read = body_read, .close = body_close };
	b->left = lc_str(s->body);
	b->until = s->cut ? s->cut : SIZE_MAX;
	s->sent++;
	ret->body = &b->base;
	return 0;
}

/* ---- an update in a scratch folder ---- */

struct run {
	struct adv_update_options o;
	struct lc_arena a;
	struct adv_update_result r;
	struct lc_err e;
	struct lc_slice only[4], feeds[4];
	char cache[256], database[256];
};

static void set_up(struct run *u, struct server *servers, const char *only)
{
	static const struct feed_row none[] = { { "x/none", NULL, "" }, { 0 } };
	struct lc_slice rest = lc_str(only);
	struct lc_slice word;
	*u = (struct run){ 0 };
	(void)feeds_make(none);
	(void)snprintf(u->cache, sizeof(u->cache), "%s", feeds_beside("cache"));
	(void)snprintf(u->database, sizeof(u->database), "%s", feeds_beside("lacre.db"));
	u->o = (struct adv_update_options){ .cache = lc_str(u->cache),
					    .database = lc_str(u->database),
					    .fetch = serve,
					    .fetch_ctx = servers };
	while (lc_split(&rest, ',', &word))
		u->only[u->o.only.n++] = word;
	u->o.only.v = u->only;
}

static int update(struct run *u)
{
	lc_arena_done(&u->a);
	lc_err_clear(&u->e);
	return adv_update(&u->o, &u->a, &u->r, &u->e);
}

static void tear_down(struct run *u)
{
	lc_arena_done(&u->a);
	feeds_remove();
}

/* "CVE fixed" of the only statement about a package; "" none. */
static void fixed_of(const struct run *u, const char *ecosystem, const char *name, char ret[64])
{
	struct adv_db *db = NULL;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct advisory_list list = { 0 };
	assert_int_equal(adv_db_open(u->database, &db, &e), 0);
	assert_int_equal(adv_db_lookup(db, lc_str(ecosystem), lc_str(name), &a, &list, &e), 0);
	ret[0] = '\0';
	if (list.n) {
		const struct version_range *r = &list.v[0].affected.ranges[0];
		struct lc_slice fixed = r->n > 1 ? r->events[1].version : LC_S("none");
		(void)snprintf(ret, 64, "%.*s", LC_FMT(fixed));
	}
	lc_arena_done(&a);
	adv_db_close(db);
}

static void assert_fixed(const struct run *u, const char *ecosystem, const char *want)
{
	char got[64];
	fixed_of(u, ecosystem, "curl", got);
	assert_string_equal(got, want);
}

static void only_what_changed_is_fetched(void **state)
{
	struct server s[] = { { ARCH_URL, "\"1\"", ARCH_ONE },
			      { DEBIAN_URL, "\"a\"", DEBIAN_ONE },
			      { 0 } };
	struct run u;
	(void)state;
	set_up(&u, s, "arch,debian-tracker");
	if (update(&u))
		fail_msg("%s", u.e.msg);
	assert_fixed(&u, "Arch Linux", "2-1");
	assert_fixed(&u, "Debian:12", "none");
	assert_int_equal(u.r.files.n, 2);
	assert_int_equal(update(&u), 0);
	assert_true(u.r.current && s[0].had_etag && s[0].sent == 1 && s[1].sent == 1);
	s[0].etag = "\"2\"";
	s[0].body = ARCH_TWO;
	assert_int_equal(update(&u), 0);
	assert_true(!u.r.current && s[0].sent == 2 && s[1].sent == 1 && s[1].asked == 3);
	assert_fixed(&u, "Arch Linux", "3-1");
	assert_fixed(&u, "Debian:12", "none");
	/* A new tag for the same bytes is no reason to build. */
	s[0].etag = "\"3\"";
	assert_int_equal(update(&u), 0);
	assert_true(u.r.current && s[0].sent == 3);
	tear_down(&u);
}

static void a_failing_feed_leaves_the_database(void **state)
{
	static const int codes[] = { LC_ENET, LC_EREMOTE, LC_ENOTFOUND, LC_EAUTH };
	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct server s[] = { { ARCH_URL, "\"1\"", ARCH_ONE },
				      { DEBIAN_URL, "\"a\"", DEBIAN_ONE },
				      { 0 } };
		struct run u;
		set_up(&u, s, "arch,debian-tracker");
		assert_int_equal(update(&u), 0);
		s[0].etag = "\"2\"";
		s[0].body = ARCH_TWO;
		s[1].rc = codes[i];
		assert_int_equal(update(&u), codes[i]);
		assert_non_null(strstr(u.e.msg, "debian-tracker: the server says no"));
		assert_int_equal(u.r.files.v[1].state, ADV_FILE_FAILED);
		assert_true(u.r.files.v[1].why.n > 0);
		assert_fixed(&u, "Arch Linux", "2-1");
		/* What came is kept, and what was there of the other is good enough when asked. */
		u.o.keep_going = true;
		assert_int_equal(update(&u), 0);
		assert_int_equal(s[0].sent, 2);
		assert_fixed(&u, "Arch Linux", "3-1");
		assert_fixed(&u, "Debian:12", "none");
		tear_down(&u);
	}
}

static void cut_transfers_do_not_touch_the_copy(void **state)
{
	struct server s[] = { { ARCH_URL, "\"1\"", ARCH_ONE }, { 0 } };
	struct run u;
	(void)state;
	set_up(&u, s, "arch");
	assert_int_equal(update(&u), 0);
	s[0].etag = "\"2\"";
	s[0].body = ARCH_TWO;
	for (size_t cut = 1; cut < sizeof(ARCH_TWO) - 1; cut += 7) {
		s[0].cut = cut;
		assert_int_equal(update(&u), LC_ENET);
		assert_fixed(&u, "Arch Linux", "2-1");
	}
	s[0].cut = 0;
	s[0].body = "";
	assert_int_equal(update(&u), LC_ETRUNC);
	s[0].body = ARCH_TWO;
	assert_int_equal(update(&u), 0);
	assert_fixed(&u, "Arch Linux", "3-1");
	assert_int_equal(feeds_count_beside(".lacre"), 0);
	tear_down(&u);
}

static void broken_documents_leave_the_database(void **state)
{
	struct server s[] = { { ARCH_URL, "\"1\"", ARCH_ONE }, { 0 } };
	struct run u;
	(void)state;
	set_up(&u, s, "arch");
	assert_int_equal(update(&u), 0);
	s[0].etag = "\"2\"";
	s[0].body = "<html>busy</html>";
	assert_int_equal(update(&u), LC_EBAD);
	assert_fixed(&u, "Arch Linux", "2-1");
	tear_down(&u);
}

static void copies_that_were_touched_are_fetched_anew(void **state)
{
	struct server s[] = { { ARCH_URL, "\"1\"", ARCH_ONE }, { 0 } };
	char path[512];
	struct run u;
	(void)state;
	set_up(&u, s, "arch");
	assert_int_equal(update(&u), 0);
	(void)snprintf(path, sizeof(path), "%s/native/arch/all.json", u.cache);
	assert_int_equal(truncate(path, 3), 0);
	assert_int_equal(update(&u), 0);
	assert_true(!s[0].had_etag && s[0].sent == 2);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(update(&u), 0);
	assert_true(!s[0].had_etag && s[0].sent == 3);
	/* So is everything when the list is damaged. */
	(void)snprintf(path, sizeof(path), "%s/feeds.json", u.cache);
	assert_int_equal(truncate(path, 5), 0);
	assert_int_equal(update(&u), 0);
	assert_true(!s[0].had_etag && s[0].sent == 4);
	/* And the database when it is gone or not the one that was built. */
	assert_int_equal(unlink(u.database), 0);
	assert_int_equal(update(&u), 0);
	assert_true(!u.r.current);
	assert_fixed(&u, "Arch Linux", "2-1");
	tear_down(&u);
}

static void unchanged_without_a_copy_is_a_fault(void **state)
{
	struct server s[] = { { ARCH_URL, "\"1\"", ARCH_ONE }, { 0 } };
	struct run u;
	(void)state;
	set_up(&u, s, "arch");
	s[0].lies = true;
	assert_int_equal(update(&u), LC_EREMOTE);
	tear_down(&u);
}

static void one_update_at_a_time(void **state)
{
	struct server s[] = { { ARCH_URL, "\"1\"", ARCH_ONE }, { 0 } };
	char path[512];
	struct run u;
	(void)state;
	set_up(&u, s, "arch");
	assert_int_equal(update(&u), 0);
	(void)snprintf(path, sizeof(path), "%s/lock", u.cache);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(update(&u), LC_EBUSY);
	assert_int_equal(s[0].asked, 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(update(&u), 0);
	tear_down(&u);
}

static void the_latest_archive_is_named_by_a_text(void **state)
{
	struct server s[] = { { VEX_URL "archive_latest.txt", "\"1\"", "csaf_1.tar.zst\n" },
			      { VEX_URL "csaf_1.tar.zst", "\"x\"", "no tar" },
			      { VEX_URL "csaf_2.tar.zst", "\"x\"", "no tar either" },
			      { ARCH_URL, "\"1\"", ARCH_ONE },
			      { VEX_URL "csaf_1.tar.zst.sha256", NULL, NO_TAR " csaf_1.tar.zst\n" },
			      { VEX_URL "csaf_2.tar.zst.sha256", NULL,
				NO_TAR_EITHER "  csaf_2.tar.zst\n" },
			      { 0 } };
	static const char *const wrong[] = { "", "../x\n", "a b\n", "a\nb\n", "x?y", "a/b" };
	struct run u;
	(void)state;
	set_up(&u, s, "arch,redhat");
	assert_int_equal(update(&u), LC_EBAD); /* nothing can be read of it */
	assert_non_null(strstr(u.e.msg, "redhat"));
	u.o.keep_going = true;
	if (update(&u))
		fail_msg("%s", u.e.msg);
	assert_int_equal(s[1].sent, 1);
	assert_int_equal(update(&u), 0);
	assert_int_equal(s[1].sent, 1);
	s[0].etag = "\"2\"";
	s[0].body = "csaf_2.tar.zst";
	assert_int_equal(update(&u), 0);
	assert_true(s[1].sent == 1 && s[2].sent == 1 && !s[2].had_etag);
	u.o.keep_going = false;
	s[0].lies = true; /* unchanged, said without being asked */
	assert_int_equal(update(&u), LC_EREMOTE);
	s[0].lies = false;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		s[0].body = wrong[i];
		assert_int_equal(update(&u), LC_EBAD);
	}
	tear_down(&u);
}

/* What publishers say of a file's digest is held to: the copy that is there stays. */
static void published_digests_are_checked(void **state)
{
	struct server s[] = {
		{ AL2_URL "mirror.list", NULL, "\nftp://x\nhttp://weak/\nhttps://m.example/al2\n" },
		{ "https://m.example/al2/repodata/repomd.xml", NULL, REPOMD(AL2_ONE_SHA256) },
		{ "https://m.example/al2/repodata/u.xml", "\"1\"", AL2_ONE },
		{ AL2023_URL "mirror.list", NULL, "https://m.example/al2\n" },
		{ 0 },
	};
	static const char *const wrong[] = {
		"<repomd><data type=\"primary\"/></repomd>",
		"<repomd><data type=\"updateinfo\"/></repomd>",
		"<repomd><data type=\"updateinfo\"><checksum type=\"sha256\">12</checksum>"
		"<location href=\"u.xml\"/></data></repomd>",
		"<repomd><data type=\"updateinfo\"><checksum type=\"sha256\">" AL2_ONE_SHA256
		"</checksum><location href=\"https://elsewhere/u.xml\"/></data></repomd>",
		"<repomd><data type=\"updateinfo\"><checksum type=\"sha256\">" AL2_ONE_SHA256
		"</checksum><location href=\"../../u.xml\"/></data></repomd>",
		"<repomd",
		"",
	};
	struct run u;
	(void)state;
	set_up(&u, s, "amazon");
	if (update(&u))
		fail_msg("%s", u.e.msg);
	assert_fixed(&u, "Amazon Linux:2", "1.2-3.amzn2");
	assert_true(s[2].sent == 2); /* both releases are there in this test */
	assert_int_equal(update(&u), 0);
	assert_true(u.r.current && s[2].asked == 2); /* the digest says that it is there */
	s[1].body = REPOMD(NO_TAR);
	assert_int_equal(update(&u), LC_EBAD);
	assert_non_null(strstr(u.e.msg, "digest"));
	assert_fixed(&u, "Amazon Linux:2", "1.2-3.amzn2");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		s[1].body = wrong[i];
		assert_int_not_equal(update(&u), 0);
		assert_fixed(&u, "Amazon Linux:2", "1.2-3.amzn2");
	}
	s[1].body = REPOMD(AL2_ONE_SHA256);
	s[0].body = "http://weak/\n"; /* no weaker channel than the list's */
	assert_int_equal(update(&u), LC_EBAD);
	tear_down(&u);
}

static void one_file_stands_for_a_feed(void **state)
{
	struct server s[] = { { "https://mirror/updateinfo.xml.gz", "\"1\"", AL2_ONE }, { 0 } };
	struct run u;
	(void)state;
	set_up(&u, s, "amazon");
	u.feeds[0] = LC_S("amazon=https://mirror/updateinfo.xml.gz");
	u.o.feeds = (struct lc_slices){ u.feeds, 1, 1 };
	if (update(&u))
		fail_msg("%s", u.e.msg);
	assert_int_equal(u.r.files.n, 1);
	assert_fixed(&u, "Amazon Linux:2", "1.2-3.amzn2");
	tear_down(&u);
}

static void feeds_go_to_mirrors_and_off(void **state)
{
	static const struct feed_row mirror[] = {
		{ "native/arch/all.json", NULL, ARCH_TWO },
		{ "native/azurelinux/azurelinux-3.0-oval.xml", NULL, "<oval_definitions/>" },
		{ 0 },
	};
	struct server s[] = { { DEBIAN_URL, "\"a\"", DEBIAN_ONE },
			      { "https://mirror/base/native/arch/all.json", "\"m\"", ARCH_ONE },
			      { 0 } };
	char address[256];
	char setting[300];
	struct run u;
	(void)state;
	set_up(&u, s, "arch,debian-tracker");
	feeds_remove();
	const char *folder = feeds_make(mirror);
	(void)snprintf(u.cache, sizeof(u.cache), "%s", feeds_beside("cache"));
	(void)snprintf(u.database, sizeof(u.database), "%s", feeds_beside("lacre.db"));
	u.o.cache = lc_str(u.cache);
	u.o.database = lc_str(u.database);
	/* One feed at an address of its own, another off. */
	(void)snprintf(setting, sizeof(setting), "arch=file://%s/native/arch/all.json", folder);
	u.feeds[0] = lc_str(setting);
	u.o.feeds = (struct lc_slices){ u.feeds, 1, 1 };
	if (update(&u))
		fail_msg("%s", u.e.msg);
	assert_fixed(&u, "Arch Linux", "3-1");
	assert_fixed(&u, "Debian:12", "none");
	u.feeds[1] = LC_S("debian-tracker=off");
	u.o.feeds.n = 2;
	assert_int_equal(update(&u), 0);
	assert_int_equal(u.r.files.n, 1);
	assert_fixed(&u, "Debian:12", "");
	/* All of them at a mirror, which has some. */
	u.o.feeds.n = 0;
	u.o.only.n = 0;
	(void)snprintf(address, sizeof(address), "file://%s/", folder);
	u.o.from = lc_str(address);
	assert_int_equal(update(&u), 0);
	assert_fixed(&u, "Arch Linux", "3-1");
	u.o.from = LC_S("https://mirror/base/");
	assert_int_equal(update(&u), 0);
	assert_fixed(&u, "Arch Linux", "2-1");
	/* A folder is read where it lies. */
	u.o.from = lc_str(folder);
	assert_int_equal(update(&u), 0);
	assert_fixed(&u, "Arch Linux", "3-1");
	u.o.from = LC_S("https://nowhere/");
	assert_int_equal(update(&u), LC_ENOTFOUND);
	assert_fixed(&u, "Arch Linux", "3-1");
	tear_down(&u);
}

static void nonsense_in_options_is_told(void **state)
{
	static const struct {
		const char *only, *feed;
	} rows[] = {
		{ "nosuch", NULL },  { "arch", "nosuch=off" }, { "arch", "arch" },
		{ "arch", "arch=" }, { "arch", "=off" },       { "arch", "arch=off" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct server s[] = { { 0 } };
		struct run u;
		set_up(&u, s, rows[i].only);
		u.feeds[0] = lc_str(rows[i].feed);
		u.o.feeds = (struct lc_slices){ u.feeds, rows[i].feed ? 1 : 0, 1 };
		assert_int_equal(update(&u), LC_EUSAGE);
		assert_true(u.e.len > 0);
		tear_down(&u);
	}
}

static void files_of_the_table_are_where_builds_look(void **state)
{
	const struct adv_feed_file *f;
	(void)state;
	for (size_t i = 0; (f = adv_feed_file_at(i)); i++) {
		bool https = lc_starts(lc_str(f->url), LC_S("https://"));
		bool native = lc_starts(lc_str(f->path), LC_S("native/"));
		if (!https || !*f->feed || lc_find_slice(lc_str(f->path), LC_S("..")) != SIZE_MAX)
			fail_msg("%s: %s", f->path, f->url);
		if (native && !adv_feed_is_native(update_folder(f)))
			fail_msg("%s: nobody reads it", f->path);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(adv_feed_file_at(k)->path, f->path))
				fail_msg("%s: twice", f->path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_changed_is_fetched),
		cmocka_unit_test(a_failing_feed_leaves_the_database),
		cmocka_unit_test(cut_transfers_do_not_touch_the_copy),
		cmocka_unit_test(broken_documents_leave_the_database),
		cmocka_unit_test(copies_that_were_touched_are_fetched_anew),
		cmocka_unit_test(unchanged_without_a_copy_is_a_fault),
		cmocka_unit_test(one_update_at_a_time),
		cmocka_unit_test(the_latest_archive_is_named_by_a_text),
		cmocka_unit_test(published_digests_are_checked),
		cmocka_unit_test(one_file_stands_for_a_feed),
		cmocka_unit_test(feeds_go_to_mirrors_and_off),
		cmocka_unit_test(nonsense_in_options_is_told),
		cmocka_unit_test(files_of_the_table_are_where_builds_look),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
