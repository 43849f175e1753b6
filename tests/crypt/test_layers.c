/*
 * Inflate, tar and digests together against libarchive: the same entries with the same content from
 * archives that libarchive writes in each of its formats, and from the image files of the test data
 * and all layers in them.
 */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <stdio.h>

#include "base/arith.h"
#include "crypt/digest.h"
#include "format/tar.h"
#include "io/inflate.h"
#include "support/fixture.h"
#include "support/slice_assert.h"
#include "support/tap.h"

enum { CAP = 512 << 20 };

/* "f 0644 uid:gid mtime name -> target size sha256" */
static void put_line(struct lc_buf *out, const struct tar_entry *e, const struct digest *d)
{
	static const char letters[] = {
		[TAR_FILE] = 'f', [TAR_HARDLINK] = 'h', [TAR_SYMLINK] = 'l', [TAR_DIR] = 'd',
		[TAR_CHAR] = 'c', [TAR_BLOCK] = 'b',    [TAR_FIFO] = 'p',    [TAR_OTHER] = 'o',
	};
	char text[DIGEST_TEXT_MAX];

	lc_buf_fmt(out, "%c %04o %llu:%llu %lld ", letters[e->type],
		   e->type == TAR_HARDLINK ? 0 : e->mode, (unsigned long long)e->uid,
		   (unsigned long long)e->gid, (long long)e->mtime);
	lc_buf_slice(out, e->name);
	if (e->target.n) {
		lc_buf_str(out, " -> ");
		lc_buf_slice(out, e->target);
	}
	if (e->type == TAR_FILE)
		lc_buf_fmt(out, " %llu %s", (unsigned long long)e->size, digest_text(d, text));
	assert_int_equal(lc_buf_byte(out, '\n'), 0);
}

static int our_entry(struct tar_reader *t, const struct tar_entry *entry, struct lc_buf *out,
		     struct lc_err *e)
{
	struct digest_stream s;
	struct digest d = { 0 };
	int rc;

	assert_false(entry->unsafe);
	if (entry->type != TAR_FILE) {
		put_line(out, entry, &d);
		return 0;
	}
	assert_int_equal(digest_stream_init(&s, tar_content(t), DIGEST_SHA256, NULL), 0);
	rc = lc_stream_drain(&s.base, NULL, e);
	if (!rc) {
		assert_true(s.bytes == entry->size);
		assert_int_equal(digester_get(s.digester, &d, NULL), 0);
		put_line(out, entry, &d);
	}
	digest_stream_done(&s);
	return rc;
}

static int list_ours(struct lc_slice bytes, struct lc_buf *out, struct lc_err *e)
{
	struct lc_slice_stream from;
	struct lc_stream *s = NULL;
	struct tar_reader *t = NULL;
	struct tar_entry entry;
	int rc;

	lc_slice_stream_init(&from, bytes);
	rc = io_inflate_open(&from.base, &lc_limits_default, &s, NULL, e);
	if (!rc)
		rc = tar_open(s, &lc_limits_default, &t, e);
	while (!rc) {
		rc = tar_next(t, &entry, e);
		if (!rc)
			rc = our_entry(t, &entry, out, e);
	}
	tar_close(t);
	lc_stream_close(s);
	return rc == LC_ENOTFOUND ? 0 : rc;
}

/* ---- libarchive ---- */

static void clean(const char *path, struct lc_buf *to)
{
	struct lc_slice rest = lc_str(path);
	struct lc_slice part;

	lc_buf_clear(to);
	while (rest.p && lc_split(&rest, '/', &part)) {
		if (part.n == 0 || lc_eq(part, LC_S(".")))
			continue;
		if (to->n)
			lc_buf_byte(to, '/');
		lc_buf_slice(to, part);
	}
	assert_int_equal(lc_buf_err(to), 0);
}

static enum tar_type type_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return TAR_HARDLINK;
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return TAR_FILE;
	case AE_IFLNK:
		return TAR_SYMLINK;
	case AE_IFDIR:
		return TAR_DIR;
	case AE_IFCHR:
		return TAR_CHAR;
	case AE_IFBLK:
		return TAR_BLOCK;
	case AE_IFIFO:
		return TAR_FIFO;
	default:
		return TAR_OTHER;
	}
}

static void hash_theirs(struct archive *a, uint64_t size, struct digest *ret)
{
	struct digester *d;
	uint8_t buf[8192];
	la_ssize_t n;
	uint64_t total = 0;

	assert_int_equal(digester_new(DIGEST_SHA256, &d, NULL), 0);
	while ((n = archive_read_data(a, buf, sizeof(buf))) > 0) {
		digester_add(d, buf, (size_t)n);
		total += (uint64_t)n;
	}
	assert_int_equal(n, 0);
	/* A hole at the end of a sparse file is left out. */
	memset(buf, 0, sizeof(buf));
	for (; total < size; total += (uint64_t)n) {
		n = (la_ssize_t)lc_min64(sizeof(buf), size - total);
		digester_add(d, buf, (size_t)n);
	}
	assert_true(total == size);
	assert_int_equal(digester_get(d, ret, NULL), 0);
	digester_free(d);
}

static void their_entry(struct archive *a, struct archive_entry *entry, struct lc_buf *out)
{
	struct tar_entry e = { .type = type_of(entry) };
	struct digest d = { 0 };
	struct lc_buf name;
	struct lc_buf target;

	lc_buf_init(&name, 8192);
	lc_buf_init(&target, 8192);
	clean(archive_entry_pathname(entry), &name);
	e.name = lc_buf_get(&name);
	if (e.type == TAR_HARDLINK) {
		clean(archive_entry_hardlink(entry), &target);
		e.target = lc_buf_get(&target);
	} else if (e.type == TAR_SYMLINK) {
		e.target = lc_str(archive_entry_symlink(entry));
	}
	e.mode = archive_entry_perm(entry);
	e.uid = (uint64_t)archive_entry_uid(entry);
	e.gid = (uint64_t)archive_entry_gid(entry);
	e.mtime = archive_entry_mtime(entry);
	e.size = e.type == TAR_FILE ? (uint64_t)archive_entry_size(entry) : 0;
	if (e.type == TAR_FILE)
		hash_theirs(a, e.size, &d);
	put_line(out, &e, &d);
	lc_buf_done(&name);
	lc_buf_done(&target);
}

static struct archive *open_theirs(struct lc_slice bytes)
{
	struct archive *a = archive_read_new();

	assert_non_null(a);
	archive_read_support_filter_all(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	if (archive_read_open_memory(a, bytes.p, bytes.n) != ARCHIVE_OK) {
		archive_read_free(a);
		return NULL;
	}
	return a;
}

static void list_theirs(struct lc_slice bytes, struct lc_buf *out)
{
	struct archive *a = open_theirs(bytes);
	struct archive_entry *entry;
	int rc;

	assert_non_null(a);
	while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK)
		their_entry(a, entry, out);
	if (rc != ARCHIVE_EOF)
		fail_msg("libarchive: %s", archive_error_string(a));
	archive_read_free(a);
}

static bool is_tar(struct lc_slice bytes)
{
	struct archive *a = open_theirs(bytes);
	struct archive_entry *entry;
	bool is = a && bytes.n && archive_read_next_header(a, &entry) == ARCHIVE_OK;

	archive_read_free(a);
	return is;
}

static void check_same(const char *name, struct lc_slice bytes)
{
	struct lc_buf ours;
	struct lc_buf theirs;
	struct lc_err e = { 0 };

	lc_buf_init(&ours, CAP);
	lc_buf_init(&theirs, CAP);
	if (list_ours(bytes, &ours, &e))
		fail_msg("%s: %s", name, e.msg);
	list_theirs(bytes, &theirs);
	struct lc_slice a = lc_buf_get(&ours);
	struct lc_slice b = lc_buf_get(&theirs);
	struct lc_slice line_a;
	struct lc_slice line_b;
	while (lc_line(&a, &line_a) && lc_line(&b, &line_b))
		if (!lc_eq(line_a, line_b))
			fail_msg("%s:\nours   %.*s\ntheirs %.*s", name, LC_FMT(line_a),
				 LC_FMT(line_b));
	assert_slice(lc_buf_get(&ours), lc_buf_get(&theirs));
	lc_buf_done(&ours);
	lc_buf_done(&theirs);
}

/* ---- image files ---- */

struct walk {
	const char *image;
	size_t layers;
};

static void check_member(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	struct walk *w = ctx;
	char text[400];

	if (!is_tar(bytes))
		return;
	(void)snprintf(text, sizeof(text), "%s, %s", w->image, lc_quote(name).s);
	check_same(text, bytes);
	w->layers++;
}

static void check_image(const char *file)
{
	struct walk w = { .image = file };
	struct lc_buf whole;
	char path[400];

	(void)snprintf(path, sizeof(path), "images/%s", file);
	lc_buf_init(&whole, CAP);
	data_read(path, &whole);
	check_same(file, lc_buf_get(&whole));
	lc_buf_done(&whole);
	data_foreach(path, check_member, &w);
	if (w.layers == 0)
		fail_msg("%s: no layer found", file);
}

static void image_files_and_their_layers_read_as_libarchive_reads_them(void **state)
{
	(void)state;
	char path[4200];
	const struct dirent *d;
	size_t images = 0;

	data_need();
	(void)snprintf(path, sizeof(path), "%s/images", data_dir());
	DIR *dir = opendir(path);
	assert_non_null(dir);
	while ((d = readdir(dir)))
		if (lc_ends(lc_str(d->d_name), LC_S(".tar"))) {
			check_image(d->d_name);
			images++;
		}
	closedir(dir);
	assert_true(images >= 10);
}

/* ---- made archives ---- */

static void random_path(uint64_t *seed, char *to, size_t n)
{
	static const char *const words[] = { "usr",   "lib",
					     "etc",   "x86_64-linux-gnu",
					     "share", "\xc3\xa9t\xc3\xa9",
					     "a b",   "node_modules" };
	size_t len = 0;

	while (len + 20 < n)
		len += (size_t)snprintf(to + len, n - len, "%s%s%zu", len ? "/" : "",
					words[next_below(seed, 8)], next_below(seed, 1000));
}

static void fill_entry(struct archive_entry *e, uint64_t *seed, bool long_names, size_t size)
{
	char path[2000];
	size_t max = long_names && next_below(seed, 4) == 0 ? 1500 : 60;

	random_path(seed, path, 30 + next_below(seed, max));
	archive_entry_set_pathname(e, path);
	archive_entry_set_perm(e, (unsigned)next_below(seed, 010000));
	archive_entry_set_uid(e, (la_int64_t)next_below(seed, 100000));
	archive_entry_set_gid(e, (la_int64_t)next_below(seed, 100000));
	archive_entry_set_mtime(e, (time_t)next_below(seed, 2000000000), 0);
	switch (next_below(seed, 5)) {
	case 0:
		archive_entry_set_filetype(e, AE_IFDIR);
		break;
	case 1:
		archive_entry_set_filetype(e, AE_IFLNK);
		random_path(seed, path, 30 + next_below(seed, max));
		archive_entry_set_symlink(e, path);
		break;
	case 2:
		archive_entry_set_filetype(e, AE_IFREG);
		random_path(seed, path, 30 + next_below(seed, max));
		archive_entry_set_hardlink(e, path);
		break;
	default:
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_size(e, (la_int64_t)size);
	}
}

static void put_content(struct archive *a, struct archive_entry *e, uint64_t *seed)
{
	uint8_t buf[4096];
	size_t n = (size_t)archive_entry_size(e);

	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e))
		return;
	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)next_number(seed);
	for (size_t done = 0; done < n; done += sizeof(buf))
		assert_true(archive_write_data(a, buf, lc_min(sizeof(buf), n - done)) > 0);
}

/* Sparse parts make the pax writer use GNU.sparse 1.0. */
static void maybe_sparse(struct archive_entry *e, bool sparse, uint64_t *seed, size_t size)
{
	if (!sparse || size < 3000 || next_below(seed, 2) ||
	    archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e))
		return;
	archive_entry_sparse_add_entry(e, 0, 512);
	archive_entry_sparse_add_entry(e, 1024, 700);
	archive_entry_sparse_add_entry(e, (la_int64_t)size - 10, 10);
}

static void make_archive(int format, int filter, uint64_t seed, struct lc_buf *out)
{
	struct archive *a = archive_write_new();
	bool pax = format == ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE;
	size_t room = 16 << 20;
	size_t used = 0;
	uint8_t *p = lc_buf_grow(out, room);

	assert_non_null(a);
	assert_non_null(p);
	assert_int_equal(archive_write_set_format(a, format), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, p, room, &used), ARCHIVE_OK);
	for (int i = 0; i < 200; i++) {
		struct archive_entry *e = archive_entry_new();
		size_t size = next_below(&seed, 3) ? next_below(&seed, 20000) : 0;
		fill_entry(e, &seed, format != ARCHIVE_FORMAT_TAR_USTAR, size);
		maybe_sparse(e, pax, &seed, size);
		if (archive_write_header(a, e) >= ARCHIVE_WARN) /* ustar refuses some names */
			put_content(a, e, &seed);
		archive_entry_free(e);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	out->n -= room - used;
}

static void what_libarchive_writes_reads_back_as_it_reads_it(void **state)
{
	(void)state;
	static const int formats[] = { ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_GNUTAR,
				       ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE,
				       ARCHIVE_FORMAT_TAR_PAX_RESTRICTED };
	static const int filters[] = { ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP,
				       ARCHIVE_FILTER_ZSTD };

	for (size_t f = 0; f < 4; f++)
		for (uint64_t seed = 0; seed < 6; seed++) {
			struct lc_buf b;
			char name[40];
			lc_buf_init(&b, CAP);
			make_archive(formats[f], filters[seed % 3], seed, &b);
			(void)snprintf(name, sizeof(name), "format %zu, seed %d", f, (int)seed);
			check_same(name, lc_buf_get(&b));
			lc_buf_done(&b);
		}
}

static void what_gnu_tar_and_python_write_reads_as_libarchive_reads_it(void **state)
{
	(void)state;
	static const char *const names[] = { "ustar",        "gnu",           "pax",
					     "sparse-gnu",   "sparse-pax0.0", "sparse-pax0.1",
					     "sparse-pax1.0" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct lc_buf b;
		char path[200];
		(void)snprintf(path, sizeof(path), "fuzz/corpus/tar/%s", names[i]);
		lc_buf_init(&b, CAP);
		source_read(path, &b);
		check_same(names[i], lc_buf_get(&b));
		lc_buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_libarchive_writes_reads_back_as_it_reads_it),
		cmocka_unit_test(what_gnu_tar_and_python_write_reads_as_libarchive_reads_it),
		cmocka_unit_test(image_files_and_their_layers_read_as_libarchive_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
