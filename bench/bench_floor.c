/*
 * The floor: the least that any scanner must do that checks what it reads. Reads each layer,
 * SHA-256 of it as stored, inflates it, SHA-256 of what comes out, with ISA-L and OpenSSL's EVP and
 * nothing else, layers on all processors.
 *
 *	bench_floor FILE [pairs]   FILE has lines "path offset size gzip|plain"; with pairs each
 *	                           layer has a second thread, which hashes what comes out
 *	bench_floor --rates FILE   MB/s of one thread: hashing, and inflating the first gzip layer
 */
#include <fcntl.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOBS_MAX = 256, IN_BYTES = 128 * 1024, OUT_BYTES = 128 * 1024, SLOTS = 8 };

struct blob {
	char path[1024];
	uint64_t offset, size;
	bool gzip;
};

static struct blob blobs[BLOBS_MAX];
static size_t blobs_n;
static atomic_size_t next_blob;
static atomic_ullong read_n, made_n;
static bool pairs;

static void die(const char *what)
{
	(void)fprintf(stderr, "bench_floor: %s\n", what);
	exit(1);
}

static double now_s(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static EVP_MD_CTX *hash_new(void)
{
	EVP_MD_CTX *h = EVP_MD_CTX_new();
	if (!h || EVP_DigestInit_ex(h, EVP_sha256(), NULL) != 1)
		die("no SHA-256");
	return h;
}

static void hash_end(EVP_MD_CTX *h)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	if (EVP_DigestFinal_ex(h, md, NULL) != 1)
		die("no SHA-256");
	EVP_MD_CTX_free(h);
}

/* ---- a second thread that hashes ---- */

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint8_t *v;
	size_t len[SLOTS], made, used;
	bool end;
	pthread_t thread;
};

static void *hash_ring(void *arg)
{
	struct ring *r = arg;
	EVP_MD_CTX *h = hash_new();
	for (;;) {
		pthread_mutex_lock(&r->lock);
		while (r->made == r->used && !r->end)
			pthread_cond_wait(&r->moved, &r->lock);
		bool over = r->made == r->used;
		pthread_mutex_unlock(&r->lock);
		if (over)
			break;
		size_t i = r->used % SLOTS;
		EVP_DigestUpdate(h, r->v + i * OUT_BYTES, r->len[i]);
		pthread_mutex_lock(&r->lock);
		r->used++;
		pthread_cond_signal(&r->moved);
		pthread_mutex_unlock(&r->lock);
	}
	hash_end(h);
	return NULL;
}

static struct ring *ring_new(void)
{
	struct ring *r = calloc(1, sizeof(*r));
	if (!r || !(r->v = malloc((size_t)SLOTS * OUT_BYTES)))
		die("no memory");
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	if (pthread_create(&r->thread, NULL, hash_ring, r))
		die("no thread");
	return r;
}

static uint8_t *ring_slot(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->made - r->used == SLOTS)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
	return r->v + r->made % SLOTS * OUT_BYTES;
}

static void ring_put(struct ring *r, size_t n, bool end)
{
	pthread_mutex_lock(&r->lock);
	if (n)
		r->len[r->made++ % SLOTS] = n;
	r->end = end;
	pthread_cond_signal(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

static void ring_end(struct ring *r)
{
	ring_put(r, 0, true);
	pthread_join(r->thread, NULL);
	free(r->v);
	free(r);
}

/* ---- a layer ---- */

struct sink {
	EVP_MD_CTX *hash;
	struct ring *ring; /* in place of hash */
	uint8_t *buf;
	uint64_t n;
};

static struct sink sink_new(void)
{
	struct sink s = { .ring = pairs ? ring_new() : NULL };
	if (!pairs) {
		s.hash = hash_new();
		s.buf = malloc(OUT_BYTES);
	}
	return s;
}

static uint8_t *sink_room(struct sink *s)
{
	return s->ring ? ring_slot(s->ring) : s->buf;
}

static void sink_put(struct sink *s, size_t n)
{
	s->n += n;
	if (s->ring)
		ring_put(s->ring, n, false);
	else
		EVP_DigestUpdate(s->hash, s->buf, n);
}

static void sink_end(struct sink *s)
{
	if (s->ring)
		ring_end(s->ring);
	else
		hash_end(s->hash);
	free(s->buf);
}

static void inflate_part(struct inflate_state *z, uint8_t *in, size_t n, struct sink *to)
{
	z->next_in = in;
	z->avail_in = (uint32_t)n;
	do {
		z->next_out = sink_room(to);
		z->avail_out = OUT_BYTES;
		if (isal_inflate(z) != ISAL_DECOMP_OK)
			die("a damaged layer");
		sink_put(to, OUT_BYTES - z->avail_out);
	} while (z->avail_out == 0);
}

static size_t read_part(int fd, const struct blob *b, uint64_t at, uint8_t *to)
{
	size_t want = b->size - at < IN_BYTES ? (size_t)(b->size - at) : IN_BYTES;
	ssize_t n = pread(fd, to, want, (off_t)(b->offset + at));
	if (n <= 0)
		die(b->path);
	return (size_t)n;
}

static void gzip_blob(int fd, const struct blob *b)
{
	uint8_t *in = malloc(IN_BYTES);
	struct inflate_state *z = calloc(1, sizeof(*z));
	struct sink out = sink_new();
	EVP_MD_CTX *h = hash_new();
	if (!in || !z)
		die("no memory");
	isal_inflate_init(z);
	z->crc_flag = ISAL_GZIP;
	for (uint64_t at = 0; at < b->size;) {
		size_t n = read_part(fd, b, at, in);
		EVP_DigestUpdate(h, in, n);
		inflate_part(z, in, n, &out);
		at += n;
	}
	hash_end(h);
	sink_end(&out);
	atomic_fetch_add(&made_n, out.n);
	free(in);
	free(z);
}

/* One digest is both. */
static void plain_blob(int fd, const struct blob *b)
{
	struct sink out = sink_new();
	for (uint64_t at = 0; at < b->size;) {
		size_t n = read_part(fd, b, at, sink_room(&out));
		sink_put(&out, n);
		at += n;
	}
	sink_end(&out);
	atomic_fetch_add(&made_n, out.n);
}

static void *work(void *arg)
{
	size_t i;
	while ((i = atomic_fetch_add(&next_blob, 1)) < blobs_n) {
		const struct blob *b = &blobs[i];
		int fd = open(b->path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			die(b->path);
		if (b->gzip)
			gzip_blob(fd, b);
		else
			plain_blob(fd, b);
		atomic_fetch_add(&read_n, b->size);
		close(fd);
	}
	return arg;
}

static void read_list(const char *path)
{
	char form[16];
	FILE *f = fopen(path, "r");
	if (!f)
		die(path);
	while (blobs_n < BLOBS_MAX) {
		struct blob *b = &blobs[blobs_n];
		if (fscanf(f, "%1023s %" SCNu64 " %" SCNu64 " %15s", b->path, &b->offset, &b->size,
			   form) != 4)
			break;
		b->gzip = strcmp(form, "gzip") == 0;
		blobs_n++;
	}
	fclose(f);
}

/* ---- rates of one thread: of CPU time, as those of igzip and openssl are told ---- */

static double hash_rate(void)
{
	static uint8_t buf[IN_BYTES];
	EVP_MD_CTX *h = hash_new();
	clock_t start = clock();
	double spent;
	uint64_t n = 0;
	do {
		for (int i = 0; i < 64; i++)
			EVP_DigestUpdate(h, buf, sizeof(buf));
		n += 64 * sizeof(buf);
		spent = (double)(clock() - start) / CLOCKS_PER_SEC;
	} while (spent < 1);
	hash_end(h);
	return (double)n / spent / 1e6;
}

static double inflate_rate(const struct blob *b)
{
	uint8_t *in = malloc(IN_BYTES);
	uint8_t *out = malloc(OUT_BYTES);
	struct inflate_state *z = calloc(1, sizeof(*z));
	int fd = open(b->path, O_RDONLY | O_CLOEXEC);
	uint64_t made = 0;
	if (!in || !out || !z || fd < 0)
		die(b->path);
	isal_inflate_init(z);
	z->crc_flag = ISAL_GZIP;
	clock_t start = clock();
	for (uint64_t at = 0; at < b->size;) {
		size_t n = read_part(fd, b, at, in);
		z->next_in = in;
		z->avail_in = (uint32_t)n;
		do {
			z->next_out = out;
			z->avail_out = OUT_BYTES;
			if (isal_inflate(z) != ISAL_DECOMP_OK)
				die("a damaged layer");
			made += OUT_BYTES - z->avail_out;
		} while (z->avail_out == 0);
		at += n;
	}
	double spent = (double)(clock() - start) / CLOCKS_PER_SEC;
	close(fd);
	free(in);
	free(out);
	free(z);
	return (double)made / spent / 1e6;
}

static int rates(void)
{
	size_t i = 0;
	while (i < blobs_n && !blobs[i].gzip)
		i++;
	printf("sha256 %.0f\n", hash_rate());
	if (i < blobs_n)
		printf("inflate %.0f %s\n", inflate_rate(&blobs[i]), blobs[i].path);
	return 0;
}

int main(int argc, char **argv)
{
	pthread_t ids[256];
	if (argc < 2)
		die("usage: bench_floor [--rates] FILE [pairs]");
	bool only_rates = strcmp(argv[1], "--rates") == 0 && argc > 2;
	read_list(argv[only_rates ? 2 : 1]);
	if (only_rates)
		return rates();
	pairs = argc > 2 && strcmp(argv[2], "pairs") == 0;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = cpus < 1 ? 1 : (size_t)cpus;
	n = n > blobs_n ? blobs_n : n;
	n = n > 256 ? 256 : n;
	double start = now_s();
	for (size_t i = 1; i < n; i++)
		if (pthread_create(&ids[i], NULL, work, NULL))
			die("no thread");
	work(NULL);
	for (size_t i = 1; i < n; i++)
		pthread_join(ids[i], NULL);
	double spent = now_s() - start;
	printf("stored %.0f MB/s contents %.0f MB/s\n", (double)read_n / spent / 1e6,
	       (double)made_n / spent / 1e6);
	return 0;
}
