/*
 * Makes the starter database of the program from its text (data/starter), at build time:
 *
 *   starter_build OUT.zst OUT.c FILE…
 *
 * OUT.zst is the database file in compressed blocks; OUT.c is a translation unit that holds it. The
 * same text gives the same bytes.
 */
#include <fcntl.h>
#include <stdio.h>

#include <zstd.h>

#include "advisory/collect.h"
#include "advisory/starter.h"
#include "advisory/starter_text.h"
#include "advisory/writer.h"
#include "base/buf.h"
#include "base/shim.h"
#include "io/file.h"

enum { LEVEL = 19, DATABASE_BYTES_MAX = 64 << 20 };

static int read_text(const char *path, struct collection *c, struct lc_err *e)
{
	struct lc_buf text;
	struct lc_arena a;
	lc_buf_init(&text, STARTER_BYTES_MAX);
	lc_arena_init(&a, 0);
	int rc = io_read_file(path, &text, e);
	if (!rc)
		rc = starter_text_read(lc_buf_get(&text), collection_face(c), &a, e);
	lc_arena_done(&a);
	lc_buf_done(&text);
	return rc ? lc_wrap(e, rc, "%s", path) : 0;
}

static int write_database(const char *path, struct collection *c, struct lc_err *e)
{
	struct db_writer *w = NULL;
	struct db_writer_info info = { .starter = true };
	info.built_at = info.data_date =
		collection_date(c);          /* no clock: the text decides the bytes */
	(void)lc_sys_unlink(AT_FDCWD, path); /* of a run that was broken off */
	int rc = db_writer_open(path, &w, e);
	if (rc)
		return rc;
	struct collection_sink sink = db_writer_sink(w);
	rc = collection_read(c, &sink, e);
	if (!rc)
		return db_writer_finish(w, &info, e);
	db_writer_free(w);
	return rc;
}

/* Block by block, so that each can be inflated alone; where they end goes to ends as C. */
static int compress(struct lc_slice in, struct lc_buf *ret, struct lc_buf *ends, struct lc_err *e)
{
	while (in.n) {
		struct lc_slice block = lc_sub(in, 0, ADV_STARTER_BLOCK_BYTES);
		size_t bound = ZSTD_compressBound(block.n);
		int rc = lc_buf_reserve(ret, bound);
		if (rc)
			return lc_fail(e, rc, "compressing");
		size_t n = ZSTD_compress(ret->p + ret->n, bound, block.p, block.n, LEVEL);
		if (ZSTD_isError(n))
			return lc_fail(e, LC_ENOMEM, "compressing: %s", ZSTD_getErrorName(n));
		ret->n += n;
		lc_buf_fmt(ends, "\t%zu,\n", ret->n);
		in = lc_skip(in, block.n);
	}
	return lc_buf_err(ends) ? lc_fail(e, lc_buf_err(ends), "compressing") : 0;
}

/* The bytes come in by the assembler, which takes them as they are: an array of numbers would be
 * five times as long. */
static int write_unit(const char *path, const char *data, struct lc_slice ends, size_t inflated,
		      struct lc_err *e)
{
	struct lc_buf b;
	lc_buf_init(&b, 1 << 20);
	lc_buf_fmt(&b,
		   "/* Made by starter_build from data/starter. */\n"
		   "#include \"advisory/starter.h\"\n\n"
		   "__asm__(\".section .rodata\\n\"\n"
		   "\t\".balign 16\\n\"\n"
		   "\t\".globl adv_starter_data\\n\"\n"
		   "\t\".hidden adv_starter_data\\n\"\n"
		   "\t\".type adv_starter_data, @object\\n\"\n"
		   "\t\"adv_starter_data:\\n\"\n"
		   "\t\".incbin \\\"%s\\\"\\n\"\n"
		   "\t\".size adv_starter_data, . - adv_starter_data\\n\"\n"
		   "\t\".text\\n\");\n\n"
		   "const uint32_t adv_starter_ends[] = {\n%.*s};\n"
		   "const size_t adv_starter_inflated = %zu;\n",
		   data, LC_FMT(ends), inflated);
	int rc = lc_buf_err(&b);
	rc = rc ? lc_fail(e, rc, "%s", path) : io_write_file(path, 0644, lc_buf_get(&b), e);
	lc_buf_done(&b);
	return rc;
}

static int pack(const char *database, const char *zst, const char *unit, struct lc_err *e)
{
	struct lc_buf plain;
	struct lc_buf packed;
	struct lc_buf ends;
	lc_buf_init(&ends, 1 << 20);
	lc_buf_init(&plain, DATABASE_BYTES_MAX);
	lc_buf_init(&packed, DATABASE_BYTES_MAX);
	int rc = io_read_file(database, &plain, e);
	if (!rc)
		rc = compress(lc_buf_get(&plain), &packed, &ends, e);
	if (!rc)
		rc = io_write_file(zst, 0644, lc_buf_get(&packed), e);
	if (!rc)
		rc = write_unit(unit, zst, lc_buf_get(&ends), plain.n, e);
	lc_buf_done(&plain);
	lc_buf_done(&packed);
	lc_buf_done(&ends);
	return rc;
}

int main(int argc, char **argv)
{
	struct collection *c LC_CLEANUP(collection_freep) = NULL;
	struct lc_err e = { 0 };
	char database[4096];
	if (argc < 3) {
		fprintf(stderr, "usage: starter_build OUT.zst OUT.c FILE...\n");
		return 2;
	}
	int n = snprintf(database, sizeof(database), "%s.db", argv[1]);
	if (n < 0 || (size_t)n >= sizeof(database))
		return 2;
	int rc = collection_new(&c, &e);
	for (int i = 3; !rc && i < argc; i++)
		rc = read_text(argv[i], c, &e);
	if (!rc)
		rc = write_database(database, c, &e);
	if (!rc)
		rc = pack(database, argv[1], argv[2], &e);
	(void)lc_sys_unlink(AT_FDCWD, database); /* absent when nothing came so far */
	if (rc)
		fprintf(stderr, "starter_build: %s\n", e.msg);
	return rc ? 1 : 0;
}
