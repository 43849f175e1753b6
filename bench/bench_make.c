/*
 * Makes benchmark images: bench_make DIRECTORY docker|layout MEGABYTES LAYERS PACKAGES
 *
 * docker: DIRECTORY/image.tar, layers as they are; layout: DIRECTORY/layout, layers compressed.
 * DIRECTORY/blobs lists "path offset size gzip|plain" of each layer, for the floor. Debian 12 with
 * so many packages in the first layer, the rest of the megabytes in files of every kind. The same
 * arguments give the same contents.
 */
#include <errno.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/shim.h"
#include "content.h"
#include "crypt/digest.h"
#include "format/tar.h"

enum { FILE_MAX = 1 << 20, LAYERS_MAX = 64, OUT_BYTES = 1 << 20, PATH_BYTES = 1024 };
enum { LISTED = 20 }; /* files of a package */

static void die(const char *what)
{
	(void)fprintf(stderr, "bench_make: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- where a layer goes: counted, then written, compressed or not ---- */

struct out {
	FILE *file; /* NULL: only counted */
	struct digester *plain, *stored;
	uint64_t plain_n, stored_n;
	struct isal_zstream *gzip; /* NULL: as it is */
	uint8_t *room;
};

static void put_stored(struct out *o, const void *p, size_t n)
{
	if (fwrite(p, 1, n, o->file) != n)
		die("write");
	digester_add(o->stored, p, n);
	o->stored_n += n;
}

static void put_compressed(struct out *o, uint8_t *p, size_t n, bool last)
{
	o->gzip->next_in = p;
	o->gzip->avail_in = (uint32_t)n;
	o->gzip->end_of_stream = last;
	do {
		o->gzip->next_out = o->room;
		o->gzip->avail_out = OUT_BYTES;
		if (isal_deflate(o->gzip) != COMP_OK)
			die("deflate");
		put_stored(o, o->room, OUT_BYTES - o->gzip->avail_out);
	} while (o->gzip->avail_out == 0 || (last && o->gzip->internal_state.state != ZSTATE_END));
}

static void put(struct out *o, uint8_t *p, size_t n)
{
	o->plain_n += n;
	if (!o->file)
		return;
	digester_add(o->plain, p, n);
	if (o->gzip)
		put_compressed(o, p, n, false);
	else
		put_stored(o, p, n);
}

static void start_gzip(struct out *o)
{
	static struct isal_zstream z;
	static uint8_t level[ISAL_DEF_LVL3_EXTRA_LARGE];
	isal_deflate_init(&z);
	z.level = 3;
	z.level_buf = level;
	z.level_buf_size = sizeof(level);
	z.gzip_flag = IGZIP_GZIP;
	o->gzip = &z;
	o->room = lc_alloc(OUT_BYTES);
}

/* ---- what a layer holds ---- */

static void put_file(struct out *o, const char *name, uint8_t *p, size_t n)
{
	struct lc_buf head;
	struct tar_writer w = { &head };
	struct tar_entry e = { .type = TAR_FILE, .name = lc_str(name), .mode = 0644, .size = n };
	lc_buf_init(&head, 1 << 16);
	if (tar_write_header(&w, &e))
		die(name);
	put(o, head.p, head.n);
	put(o, p, n);
	lc_buf_clear(&head);
	if (tar_write_pad(&w, n))
		die(name);
	if (head.n)
		put(o, head.p, head.n);
	lc_buf_done(&head);
}

static void text_file(struct out *o, const char *name, struct lc_buf *text)
{
	if (lc_buf_err(text))
		die(name);
	put_file(o, name, text->p, text->n);
	lc_buf_clear(text);
}

static void put_package(struct out *o, unsigned i, struct lc_buf *status, struct lc_buf *text)
{
	char name[128];
	(void)lc_buf_fmt(status,
			 "Package: bench-package-%u\nStatus: install ok installed\n"
			 "Priority: optional\nSection: libs\nInstalled-Size: %u\n"
			 "Maintainer: Nobody <nobody@example.org>\nArchitecture: amd64\n"
			 "Source: bench-source-%u\nVersion: 1.%u-1\n"
			 "Depends: libc6 (>= 2.36), bench-package-%u (>= 1.0)\n"
			 "Description: package number %u\n A text of some lines that nobody\n"
			 " has to read, as every package has one.\n\n",
			 i, i % 5000, i, i % 10, i ? i - 1 : 0, i);
	for (unsigned k = 0; k < LISTED; k++)
		(void)lc_buf_fmt(text, "/usr/share/bench-package-%u/file-%u\n", i, k);
	(void)snprintf(name, sizeof(name), "var/lib/dpkg/info/bench-package-%u.list", i);
	text_file(o, name, text);
	for (unsigned k = 0; k < LISTED; k++)
		(void)lc_buf_fmt(text, "%032x  usr/share/bench-package-%u/file-%u\n", i * 99 + k, i,
				 k);
	(void)snprintf(name, sizeof(name), "var/lib/dpkg/info/bench-package-%u.md5sums", i);
	text_file(o, name, text);
}

static void put_system(struct out *o, unsigned packages)
{
	struct lc_buf status;
	struct lc_buf text;
	lc_buf_init(&status, (size_t)64 << 20);
	lc_buf_init(&text, FILE_MAX);
	(void)lc_buf_str(&text, "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
				"NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n");
	text_file(o, "etc/os-release", &text);
	for (unsigned i = 0; i < packages; i++)
		put_package(o, i, &status, &text);
	text_file(o, "var/lib/dpkg/status", &status);
	lc_buf_done(&status);
	lc_buf_done(&text);
}

static void put_layer(struct out *o, unsigned number, uint64_t bytes, unsigned packages)
{
	static uint8_t content[FILE_MAX];
	static uint8_t end[1024];
	struct bench_random r = { 4711 + number };
	if (number == 0)
		put_system(o, packages);
	for (uint64_t i = (uint64_t)number * 1000000; o->plain_n < bytes; i++) {
		struct bench_file f;
		bench_file_next(&r, i, &f);
		if (o->file)
			bench_fill(&(struct bench_random){ i + 1 }, f.kind, content, f.size);
		put_file(o, f.name, content, f.size);
	}
	put(o, end, sizeof(end));
}

/* ---- images ---- */

struct layer {
	struct digest blob, diff_id;
	uint64_t size; /* as stored */
};

struct image {
	const char *dir;
	bool compressed;
	unsigned layers, packages;
	uint64_t bytes;
	struct layer v[LAYERS_MAX];
};

/* Each layer six tenths of the one before. */
static uint64_t bytes_of(const struct image *m, unsigned number)
{
	double all = 0;
	double weight = 1;
	double mine = 1;
	for (unsigned i = 0; i < m->layers; i++) {
		all += weight;
		mine = i == number ? weight : mine;
		weight *= 0.6;
	}
	return (uint64_t)((double)m->bytes * mine / all);
}

static void make_layer(struct image *m, unsigned i, FILE *file)
{
	struct out o = { .file = file };
	if (digester_new(DIGEST_SHA256, &o.plain, NULL) ||
	    digester_new(DIGEST_SHA256, &o.stored, NULL))
		die("digest");
	if (m->compressed)
		start_gzip(&o);
	put_layer(&o, i, bytes_of(m, i), m->packages);
	if (m->compressed)
		put_compressed(&o, NULL, 0, true);
	if (digester_get(o.plain, &m->v[i].diff_id, NULL) ||
	    digester_get(o.stored, &m->v[i].blob, NULL))
		die("digest");
	m->v[i].size = o.stored_n;
	lc_free(o.room);
	digester_free(o.plain);
	digester_free(o.stored);
}

static FILE *open_in(const char *dir, const char *name, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	if (!f)
		die(path);
	return f;
}

static void put_config(const struct image *m, struct lc_buf *b)
{
	char text[DIGEST_TEXT_MAX];
	(void)lc_buf_str(b, "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},"
			    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[");
	for (unsigned i = 0; i < m->layers; i++)
		(void)lc_buf_fmt(b, "%s\"%s\"", i ? "," : "", digest_text(&m->v[i].diff_id, text));
	(void)lc_buf_str(b, "]},\"history\":[");
	for (unsigned i = 0; i < m->layers; i++)
		(void)lc_buf_fmt(b, "%s{\"created_by\":\"RUN step %u\"}", i ? "," : "", i);
	(void)lc_buf_str(b, "]}");
}

static void write_member(FILE *f, const char *name, const struct lc_buf *text)
{
	struct lc_buf b;
	struct tar_writer w = { &b };
	struct tar_entry e = {
		.type = TAR_FILE, .name = lc_str(name), .mode = 0644, .size = text->n
	};
	lc_buf_init(&b, FILE_MAX);
	if (tar_write_header(&w, &e) || lc_buf_slice(&b, lc_buf_get(text)) ||
	    tar_write_pad(&w, text->n) || fwrite(b.p, 1, b.n, f) != b.n)
		die(name);
	lc_buf_done(&b);
}

static void layer_header(FILE *f, unsigned i, uint64_t size)
{
	char name[64];
	struct lc_buf b;
	struct tar_writer w = { &b };
	(void)snprintf(name, sizeof(name), "layer%u.tar", i);
	struct tar_entry e = { .type = TAR_FILE, .name = lc_str(name), .mode = 0644, .size = size };
	lc_buf_init(&b, FILE_MAX);
	if (tar_write_header(&w, &e) || fwrite(b.p, 1, b.n, f) != b.n)
		die(name);
	lc_buf_done(&b);
}

static void docker_archive(struct image *m, FILE *list)
{
	static const uint8_t zeros[1024];
	char path[PATH_BYTES];
	struct lc_buf b;
	FILE *f = open_in(m->dir, "image.tar", path);
	for (unsigned i = 0; i < m->layers; i++) {
		struct out count = { .file = NULL };
		put_layer(&count, i, bytes_of(m, i), m->packages);
		layer_header(f, i, count.plain_n);
		(void)fprintf(list, "%s %ld %" PRIu64 " plain\n", path, ftell(f), count.plain_n);
		make_layer(m, i, f);
	}
	lc_buf_init(&b, FILE_MAX);
	put_config(m, &b);
	write_member(f, "config.json", &b);
	lc_buf_clear(&b);
	(void)lc_buf_str(&b, "[{\"Config\":\"config.json\",\"RepoTags\":[\"bench:latest\"],"
			     "\"Layers\":[");
	for (unsigned i = 0; i < m->layers; i++)
		(void)lc_buf_fmt(&b, "%s\"layer%u.tar\"", i ? "," : "", i);
	(void)lc_buf_str(&b, "]}]");
	write_member(f, "manifest.json", &b);
	lc_buf_done(&b);
	if (fwrite(zeros, 1, sizeof(zeros), f) != sizeof(zeros) || fclose(f))
		die(path);
}

/* A document as a blob of the layout; its digest. */
static void put_blob(const struct image *m, const struct lc_buf *text, struct digest *ret)
{
	char path[PATH_BYTES];
	char name[DIGEST_TEXT_MAX + 32];
	char hex[DIGEST_TEXT_MAX];
	if (lc_buf_err(text) || digest_of(DIGEST_SHA256, lc_buf_get(text), ret, NULL))
		die("document");
	(void)snprintf(name, sizeof(name), "layout/blobs/sha256/%s", digest_hex(ret, hex));
	FILE *f = open_in(m->dir, name, path);
	if (fwrite(text->p, 1, text->n, f) != text->n || fclose(f))
		die(path);
}

static void put_text(const struct image *m, const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *f = open_in(m->dir, name, path);
	if (fputs(text, f) < 0 || fclose(f))
		die(path);
}

static void put_manifest(const struct image *m, const struct digest *config, size_t config_n,
			 struct lc_buf *b)
{
	char text[DIGEST_TEXT_MAX];
	const char *oci = "application/vnd.oci.image";
	(void)lc_buf_fmt(b,
			 "{\"schemaVersion\":2,\"mediaType\":\"%s.manifest.v1+json\",\"config\":{"
			 "\"mediaType\":\"%s.config.v1+json\",\"digest\":\"%s\",\"size\":%zu},"
			 "\"layers\":[",
			 oci, oci, digest_text(config, text), config_n);
	for (unsigned i = 0; i < m->layers; i++)
		(void)lc_buf_fmt(b,
				 "%s{\"mediaType\":\"%s.layer.v1.tar+gzip\",\"digest\":\"%s\","
				 "\"size\":%" PRIu64 "}",
				 i ? "," : "", oci, digest_text(&m->v[i].blob, text), m->v[i].size);
	(void)lc_buf_str(b, "]}");
}

static void layout(struct image *m, FILE *list)
{
	char path[PATH_BYTES];
	char final[2 * PATH_BYTES];
	char hex[DIGEST_TEXT_MAX];
	struct digest config;
	struct digest manifest;
	struct lc_buf b;
	static const char *const dirs[] = { "layout", "layout/blobs", "layout/blobs/sha256" };
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", m->dir, dirs[i]);
		if (mkdir(path, 0777) && errno != EEXIST)
			die(path);
	}
	for (unsigned i = 0; i < m->layers; i++) {
		FILE *f = open_in(m->dir, "layout/blobs/sha256/new", path);
		make_layer(m, i, f);
		(void)snprintf(final, sizeof(final), "%s/layout/blobs/sha256/%s", m->dir,
			       digest_hex(&m->v[i].blob, hex));
		if (fclose(f) || rename(path, final))
			die(final);
		(void)fprintf(list, "%s 0 %" PRIu64 " gzip\n", final, m->v[i].size);
	}
	lc_buf_init(&b, FILE_MAX);
	put_config(m, &b);
	put_blob(m, &b, &config);
	size_t config_n = b.n;
	lc_buf_clear(&b);
	put_manifest(m, &config, config_n, &b);
	put_blob(m, &b, &manifest);
	(void)snprintf(final, sizeof(final),
		       "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
		       "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\","
		       "\"size\":%zu,\"annotations\":{\"org.opencontainers.image.ref.name\":"
		       "\"latest\"}}]}",
		       digest_text(&manifest, hex), b.n);
	lc_buf_done(&b);
	put_text(m, "layout/index.json", final);
	put_text(m, "layout/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
}

static unsigned number(const char *text, unsigned most)
{
	uint64_t n;
	if (!lc_u64(lc_str(text), 10, most, &n)) {
		(void)fprintf(stderr, "bench_make: %s is no number up to %u\n", text, most);
		exit(2);
	}
	return (unsigned)n;
}

int main(int argc, char **argv)
{
	char path[PATH_BYTES];
	if (argc != 6) {
		(void)fputs("usage: bench_make DIRECTORY docker|layout MEGABYTES LAYERS PACKAGES\n",
			    stderr);
		return 2;
	}
	struct image m = {
		.dir = argv[1],
		.compressed = strcmp(argv[2], "layout") == 0,
		.bytes = (uint64_t)number(argv[3], 100000) * 1000000,
		.layers = number(argv[4], LAYERS_MAX),
		.packages = number(argv[5], 100000),
	};
	if (mkdir(m.dir, 0777) && errno != EEXIST)
		die(m.dir);
	FILE *list = open_in(m.dir, "blobs", path);
	if (m.compressed)
		layout(&m, list);
	else
		docker_archive(&m, list);
	return fclose(list) ? 1 : 0;
}
