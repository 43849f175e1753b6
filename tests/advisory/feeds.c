#include "feeds.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zip.h>

static char scratch[64];
static char folder[128];

static void make_parent(const char *path)
{
	char dir[512];
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		(void)mkdir(dir, 0700); /* there already, as a rule */
	}
}

static void write_plain(const char *path, const char *content)
{
	FILE *f = fopen(path, "wbe");
	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, strlen(content), f), strlen(content));
	assert_int_equal(fclose(f), 0);
}

static void write_zip(const char *path, const struct feed_row *row)
{
	int err = 0;
	zip_t *z = zip_open(path, ZIP_CREATE, &err);
	assert_non_null(z);
	zip_source_t *s = zip_source_buffer(z, row->content, strlen(row->content), 0);
	assert_non_null(s);
	assert_true(zip_file_add(z, row->member, s, ZIP_FL_OVERWRITE) >= 0);
	assert_int_equal(zip_close(z), 0);
}

const char *feeds_make(const struct feed_row *rows)
{
	char path[512];
	(void)snprintf(scratch, sizeof(scratch), "/tmp/lacre-feeds-XXXXXX");
	assert_non_null(mkdtemp(scratch));
	(void)snprintf(folder, sizeof(folder), "%s/feeds", scratch);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (; rows->path; rows++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, rows->path);
		make_parent(path);
		if (rows->member)
			write_zip(path, rows);
		else
			write_plain(path, rows->content);
	}
	return folder;
}

const char *feeds_beside(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];
	(void)snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name);
	return path;
}

size_t feeds_count_beside(const char *prefix)
{
	size_t n = 0;
	DIR *d = opendir(scratch);
	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		n += strncmp(e->d_name, prefix, strlen(prefix)) == 0;
	(void)closedir(d);
	return n;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void feeds_remove(void)
{
	if (scratch[0])
		(void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	scratch[0] = '\0';
}
