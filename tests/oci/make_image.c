#include "oci/make_image.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "base/vec.h"
#include "crypt/digest.h"
#include "io/file.h"

enum { ARCHIVE_MAX = 256 << 20 };

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "Bail out! make_image: %s\n", what);
	abort();
}

void make_done(struct make *m)
{
	lc_arena_done(&m->arena);
	*m = (struct make){ 0 };
}

/* ---- members ---- */

static struct make_member *find(const struct make *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++) {
		if (lc_eq(m->v[i].path, lc_str(path)))
			return &m->v[i];
	}
	return NULL;
}

static struct make_member *member(struct make *m, const char *path)
{
	struct make_member *x = find(m, path);
	if (!x) {
		x = lc_vec_push(&m->arena, m);
		must(x && lc_arena_dup(&m->arena, lc_str(path), &x->path) == 0, "memory");
	}
	x->type = TAR_FILE;
	x->bytes = x->target = LC_S("");
	return x;
}

void make_put(struct make *m, const char *path, struct lc_slice bytes)
{
	member(m, path)->bytes = bytes;
}

__attribute__((format(printf, 2, 0))) static const char *text_v(struct make *m, const char *fmt,
								va_list ap)
{
	char *s = NULL;
	int n = vasprintf(&s, fmt, ap);
	must(n >= 0, "memory");
	const char *kept = lc_arena_str(&m->arena, lc_slice_of(s, (size_t)n));
	free(s);
	must(kept != NULL, "memory");
	return kept;
}

const char *make_text(struct make *m, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const char *s = text_v(m, fmt, ap);
	va_end(ap);
	return s;
}

void make_put_text(struct make *m, const char *path, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	make_put(m, path, lc_str(text_v(m, fmt, ap)));
	va_end(ap);
}

void make_link(struct make *m, const char *path, enum tar_type type, const char *target)
{
	struct make_member *x = member(m, path);
	x->type = type;
	must(lc_arena_dup(&m->arena, lc_str(target), &x->target) == 0, "memory");
}

void make_remove(struct make *m, const char *path)
{
	struct make_member *x = find(m, path);
	must(x != NULL, path);
	size_t at = (size_t)(x - m->v);
	memmove(x, x + 1, (m->n - at - 1) * sizeof(*x));
	m->n--;
}

struct lc_slice make_get(const struct make *m, const char *path)
{
	struct make_member *x = find(m, path);
	must(x != NULL, path);
	return x->bytes;
}

const char *make_digest(struct make *m, struct lc_slice bytes)
{
	char text[DIGEST_TEXT_MAX];
	struct digest d;
	must(digest_of(DIGEST_SHA256, bytes, &d, NULL) == 0, "digest");
	return make_text(m, "%s", digest_text(&d, text));
}

const char *make_blob_path(struct make *m, const char *digest)
{
	return make_text(m, "blobs/sha256/%s", digest + strlen("sha256:"));
}

const char *make_blob(struct make *m, struct lc_slice bytes)
{
	const char *digest = make_digest(m, bytes);
	make_put(m, make_blob_path(m, digest), bytes);
	return digest;
}

/* ---- layers ---- */

static struct lc_slice keep(struct make *m, struct lc_buf *b)
{
	struct lc_slice s = { 0 };
	must(lc_buf_err(b) == 0 && lc_arena_dup(&m->arena, lc_buf_get(b), &s) == 0, "memory");
	lc_buf_done(b);
	return s;
}

static void tar_add(struct tar_writer *w, const struct tar_entry *en, struct lc_slice bytes)
{
	must(tar_write_header(w, en) == 0, "tar header");
	must(lc_buf_slice(w->out, bytes) == 0, "tar content");
	must(tar_write_pad(w, bytes.n) == 0, "tar padding");
}

struct lc_slice make_layer_tar(struct make *m, const struct make_layer *l)
{
	struct lc_buf out;
	struct tar_writer w = { .out = &out };
	if (l->tar.p)
		return l->tar;
	lc_buf_init(&out, ARCHIVE_MAX);
	for (size_t i = 0; i < l->files_n; i++) {
		const struct make_file *f = &l->files[i];
		struct lc_slice bytes = lc_str(f->content);
		struct tar_entry en = {
			.type = f->type,
			.name = lc_str(f->name),
			.target = lc_str(f->target),
			.mode = f->mode              ? f->mode
				: f->type == TAR_DIR ? 0755
						     : 0644,
			.size = bytes.n,
			.mtime = 1700000000,
		};
		tar_add(&w, &en, bytes);
	}
	must(tar_write_end(&w) == 0, "tar end");
	return keep(m, &out);
}

static struct lc_slice gzip(struct make *m, struct lc_slice bytes)
{
	z_stream z = { 0 };
	struct lc_buf out;
	lc_buf_init(&out, ARCHIVE_MAX);
	must(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
	size_t room = deflateBound(&z, bytes.n);
	z.next_out = lc_buf_grow(&out, room);
	must(z.next_out != NULL, "memory");
	z.avail_out = (unsigned)room;
	z.next_in = (Bytef *)(uintptr_t)bytes.p;
	z.avail_in = (unsigned)bytes.n;
	must(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib");
	out.n = z.total_out;
	deflateEnd(&z);
	return keep(m, &out);
}

static struct lc_slice zstd(struct make *m, struct lc_slice bytes)
{
	struct lc_buf out;
	size_t room = ZSTD_compressBound(bytes.n);
	lc_buf_init(&out, ARCHIVE_MAX);
	uint8_t *p = lc_buf_grow(&out, room);
	must(p != NULL, "memory");
	size_t n = ZSTD_compress(p, room, bytes.p, bytes.n, 3);
	must(!ZSTD_isError(n), "zstd");
	out.n = n;
	return keep(m, &out);
}

struct lc_slice make_compress(struct make *m, struct lc_slice bytes, enum io_compression c)
{
	if (c == IO_GZIP)
		return gzip(m, bytes);
	return c == IO_ZSTD ? zstd(m, bytes) : bytes;
}

/* ---- documents ---- */

static const char *layer_type(const struct make_image *i, const struct make_layer *l)
{
	static const char *const oci[] = {
		[IO_PLAIN] = "application/vnd.oci.image.layer.v1.tar",
		[IO_GZIP] = "application/vnd.oci.image.layer.v1.tar+gzip",
		[IO_ZSTD] = "application/vnd.oci.image.layer.v1.tar+zstd",
	};
	static const char *const docker[] = {
		[IO_PLAIN] = "application/vnd.docker.image.rootfs.diff.tar",
		[IO_GZIP] = "application/vnd.docker.image.rootfs.diff.tar.gzip",
		[IO_ZSTD] = "application/vnd.docker.image.rootfs.diff.tar.zstd",
	};
	if (l->media_type)
		return l->media_type;
	return i->docker_types ? docker[l->compression] : oci[l->compression];
}

static const char * or (const char *s, const char *otherwise)
{
	return s ? s : otherwise;
}

static const char *history(struct make *m, const struct make_image *i)
{
	const char *s = "";
	if (i->history)
		return i->history;
	for (size_t k = 0; k < i->layers_n; k++) {
		const char *by = i->layers[k].created_by;
		if (by)
			s = make_text(m,
				      "%s%s{\"created\":\"2026-01-02T03:04:05Z\","
				      "\"created_by\":\"%s\",\"comment\":\"made\"}",
				      s, *s ? "," : "", by);
	}
	return make_text(m, "[%s]", s);
}

static const char *config(struct make *m, const struct make_image *i)
{
	const char *ids = "";
	for (size_t k = 0; k < i->layers_n; k++)
		ids = make_text(m, "%s%s\"%s\"", ids, k ? "," : "",
				make_digest(m, make_layer_tar(m, &i->layers[k])));
	return make_text(m,
			 "{\"created\":\"2026-01-02T03:04:05Z\",\"os\":\"%s\","
			 "\"architecture\":\"%s\",\"variant\":\"%s\",\"config\":{},"
			 "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]},\"history\":%s}",
			 or (i->os, "linux"), or (i->architecture, "amd64"), or (i->variant, ""),
			 ids, history(m, i));
}

const char *make_descriptor(struct make *m, const char *media_type, struct lc_slice bytes,
			    const char *extra)
{
	return make_text(m, "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu%s}", media_type,
			 make_blob(m, bytes), bytes.n, extra);
}

static const char *platform(struct make *m, const struct make_image *i)
{
	if (i->hide_platform)
		return "";
	return make_text(m, ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"%s%s%s}",
			 or (i->os, "linux"), or (i->architecture, "amd64"),
			 i->variant ? ",\"variant\":\"" : "", or (i->variant, ""),
			 i->variant ? "\"" : "");
}

const char *make_manifest(struct make *m, const struct make_image *i)
{
	const char *layers = "";
	const char *own = i->docker_types ? "application/vnd.docker.distribution.manifest.v2+json"
					  : "application/vnd.oci.image.manifest.v1+json";
	const char *config_type = i->docker_types ? "application/vnd.docker.container.image.v1+json"
						  : "application/vnd.oci.image.config.v1+json";
	for (size_t k = 0; k < i->layers_n; k++) {
		const struct make_layer *l = &i->layers[k];
		struct lc_slice blob = make_compress(m, make_layer_tar(m, l), l->compression);
		layers = make_text(m, "%s%s%s", layers, k ? "," : "",
				   make_descriptor(m, layer_type(i, l), blob, or (l->extra, "")));
	}
	const char *text = make_text(
		m, "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}", own,
		make_descriptor(m, config_type, lc_str(config(m, i)), ""), layers);
	const char *name = "";
	if (i->name)
		name = make_text(m,
				 ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}",
				 i->name);
	return make_descriptor(m, own, lc_str(text), make_text(m, "%s%s", platform(m, i), name));
}

void make_index(struct make *m, const char *descriptors)
{
	make_put_text(m, "index.json",
		      "{\"schemaVersion\":2,\"mediaType\":"
		      "\"application/vnd.oci.image.index.v1+json\",\"manifests\":[%s]}",
		      descriptors);
	make_put(m, "oci-layout", LC_S("{\"imageLayoutVersion\":\"1.0.0\"}"));
}

void make_layout(struct make *m, const struct make_image *images, size_t n)
{
	const char *all = "";
	for (size_t k = 0; k < n; k++)
		all = make_text(m, "%s%s%s", all, k ? "," : "", make_manifest(m, &images[k]));
	make_index(m, all);
}

/* ---- docker ---- */

static const char *docker_layer(struct make *m, const struct make_image *i, size_t k, size_t image,
				enum make_docker_style style)
{
	struct lc_slice tar = make_layer_tar(m, &i->layers[k]);
	const char *digest = make_digest(m, tar);
	if (style == MAKE_DOCKER_NEW)
		return make_blob_path(m, make_blob(m, tar));
	const char *path = make_text(m, "%zu%063zu/layer.tar", image, k);
	make_put(m, make_text(m, "%zu%063zu/VERSION", image, k), LC_S("1.0"));
	make_put(m, make_text(m, "%zu%063zu/json", image, k), LC_S("{}"));
	for (size_t j = 0; j < k; j++) {
		if (strcmp(digest, make_digest(m, make_layer_tar(m, &i->layers[j]))) == 0) {
			make_link(m, path, TAR_SYMLINK,
				  make_text(m, "../%zu%063zu/layer.tar", image, j));
			return path;
		}
	}
	make_put(m, path, tar);
	return path;
}

static const char *docker_entry(struct make *m, const struct make_image *i, size_t image,
				enum make_docker_style style)
{
	const char *layers = "";
	struct lc_slice text = lc_str(config(m, i));
	const char *path = make_blob_path(m, make_digest(m, text));
	if (style == MAKE_DOCKER_OLD)
		path = make_text(m, "%s.json", make_digest(m, text) + strlen("sha256:"));
	make_put(m, path, text);
	for (size_t k = 0; k < i->layers_n; k++)
		layers = make_text(m, "%s%s\"%s\"", layers, k ? "," : "",
				   docker_layer(m, i, k, image, style));
	return make_text(m, "{\"Config\":\"%s\",\"RepoTags\":[%s%s%s],\"Layers\":[%s]}", path,
			 i->name ? "\"" : "", or (i->name, ""), i->name ? "\"" : "", layers);
}

void make_docker(struct make *m, const struct make_image *images, size_t n,
		 enum make_docker_style style)
{
	const char *all = "";
	for (size_t k = 0; k < n; k++)
		all = make_text(m, "%s%s%s", all, k ? "," : "",
				docker_entry(m, &images[k], k, style));
	make_put_text(m, "manifest.json", "[%s]", all);
	if (style == MAKE_DOCKER_NEW)
		make_layout(m, images, n);
	else
		make_put(m, "repositories", LC_S("{}"));
}

/* ---- archives and directories ---- */

struct lc_slice make_tar(struct make *m, enum io_compression c)
{
	struct lc_buf out;
	struct tar_writer w = { .out = &out };
	lc_buf_init(&out, ARCHIVE_MAX);
	for (size_t i = 0; i < m->n; i++) {
		const struct make_member *x = &m->v[i];
		struct tar_entry en = {
			.type = x->type,
			.name = x->path,
			.target = x->target,
			.mode = 0644,
			.size = x->bytes.n,
		};
		tar_add(&w, &en, x->bytes);
	}
	must(tar_write_end(&w) == 0, "tar end");
	return make_compress(m, keep(m, &out), c);
}

void make_write_tar(struct make *m, const char *path, enum io_compression c)
{
	must(io_write_file(path, 0644, make_tar(m, c), NULL) == 0, path);
}

void make_write_dir(struct make *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct make_member *x = &m->v[i];
		const char *full = make_text(m, "%s/%.*s", path, LC_FMT(x->path));
		size_t slash = lc_rfind(lc_str(full), '/');
		const char *dir = lc_arena_str(&m->arena, lc_sub(lc_str(full), 0, slash));
		must(dir && io_make_dirs(dir, NULL) == 0, full);
		const char *target = lc_arena_str(&m->arena, x->target);
		if (x->type == TAR_SYMLINK)
			must(symlink(target, full) == 0, full);
		else if (x->type == TAR_FILE)
			must(io_write_file(full, 0644, x->bytes, NULL) == 0, full);
	}
}

static char temp_dir[64];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_temp_dir(void)
{
	(void)nftw(temp_dir, remove_one, 8, FTW_DEPTH | FTW_PHYS); /* what stays is in /tmp */
}

const char *make_temp_dir(void)
{
	if (temp_dir[0])
		return temp_dir;
	(void)snprintf(temp_dir, sizeof(temp_dir), "/tmp/lacre-test-XXXXXX");
	must(mkdtemp(temp_dir) != NULL, "temporary directory");
	(void)atexit(remove_temp_dir);
	return temp_dir;
}
