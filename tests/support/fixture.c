#include "support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "base/shim.h"
#include "support/tap.h"

enum { BLOCK = 1 << 16 };

static const size_t member_bytes_max = (size_t)1 << 30;

static const char *source_root(void)
{
	const char *root = getenv("LACRE_SOURCE_ROOT");
	return root ? root : ".";
}

const char *data_dir(void)
{
	static char path[4096];
	struct stat st;
	const char *env = getenv("LACRE_DATA");
	int n = env && *env ? snprintf(path, sizeof(path), "%s", env)
			    : snprintf(path, sizeof(path), "%s/../shared/data", source_root());
	if (n < 0 || (size_t)n >= sizeof(path) || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return NULL;
	return path;
}

void data_need(void)
{
	if (!data_dir())
		tap_skip("no test data: set LACRE_DATA to its folder");
}

static int read_member(struct archive *a, struct lc_buf *buf)
{
	lc_buf_clear(buf);
	for (;;) {
		uint8_t *to = lc_buf_grow(buf, BLOCK);
		la_ssize_t n;
		if (!to)
			return -1;
		n = archive_read_data(a, to, BLOCK);
		if (n < 0)
			return -1;
		buf->n -= BLOCK - (size_t)n;
		if (n == 0)
			return 0;
	}
}

static ssize_t walk_members(struct archive *a, data_fn fn, void *ctx)
{
	struct lc_buf buf __attribute__((cleanup(lc_buf_done)));
	struct archive_entry *entry;
	ssize_t count = 0;
	int rc;
	lc_buf_init(&buf, member_bytes_max);
	while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
		if (archive_entry_filetype(entry) != AE_IFREG)
			continue;
		if (read_member(a, &buf) != 0)
			return -1;
		fn(ctx, lc_str(archive_entry_pathname(entry)), lc_buf_get(&buf));
		count++;
	}
	return rc == ARCHIVE_EOF ? count : -1;
}

ssize_t data_walk(const char *archive, data_fn fn, void *ctx)
{
	char path[4096];
	struct archive *a;
	ssize_t count = -1;
	if (!data_dir())
		return -1;
	(void)snprintf(path, sizeof(path), "%s/%s", data_dir(), archive);
	a = archive_read_new();
	if (!a)
		return -1;
	archive_read_support_filter_all(a);
	archive_read_support_format_all(a);
	if (archive_read_open_filename(a, path, BLOCK) == ARCHIVE_OK)
		count = walk_members(a, fn, ctx);
	archive_read_free(a);
	return count;
}

size_t data_foreach(const char *archive, data_fn fn, void *ctx)
{
	ssize_t count;
	data_need();
	count = data_walk(archive, fn, ctx);
	if (count < 0)
		fail_msg("%s of the test data is missing or damaged", archive);
	return (size_t)count;
}

static void read_file(const char *dir, const char *name, struct lc_buf *out)
{
	char path[4096];
	FILE *f;
	size_t n = BLOCK;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s cannot be opened", name);
	while (n == BLOCK) {
		uint8_t *to = lc_buf_grow(out, BLOCK);
		n = to ? fread(to, 1, BLOCK, f) : 0;
		out->n -= to ? BLOCK - n : 0;
	}
	(void)fclose(f);
	assert_int_equal(lc_buf_err(out), 0);
}

void data_read(const char *path, struct lc_buf *out)
{
	data_need();
	read_file(data_dir(), path, out);
}

void source_read(const char *path, struct lc_buf *out)
{
	read_file(source_root(), path, out);
}
