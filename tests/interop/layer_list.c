/*
 * The files of an image after all its layers, one a line, for comparison with what other programs
 * unpack: "type size digest hex(target) hex(path)", type one of f d l o, "-" for what there is not.
 *
 * Layers are read by oci/ and hide each other as squash lets them (inventory/layer_paths.h); only
 * the order of members within one layer is kept here.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/shim.h"
#include "inventory/layer_paths.h"
#include "inventory/presence.h"
#include "oci/layer.h"

enum { LAYERS_MAX = 64 };

struct node {
	struct lc_slice path, target;
	enum tar_type type;
	uint64_t size;
	char digest[DIGEST_TEXT_MAX];
	bool gone;
};

struct layer {
	struct lc_map nodes; /* path -> struct node, gone ones included */
	struct inv_layer_facts facts;
	struct inv_presence presence;
	struct path_cover cover;
};

struct stack {
	struct lc_arena arena;
	struct layer layers[LAYERS_MAX];
	size_t n;
};

static void must(int rc, const struct lc_err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "layer_list: %s (%s)\n", e->msg, lc_code_name(rc));
	exit(1);
}

static void must_have(const void *p)
{
	static const struct lc_err e = { .msg = "no memory" };
	must(p ? 0 : LC_ENOMEM, &e);
}

/* ---- within a layer ---- */

static bool is_below(struct lc_slice path, struct lc_slice dir)
{
	return path.n > dir.n && lc_starts(path, dir) && path.p[dir.n] == '/';
}

/* Every member is present, also one that a later one replaces: what it took away stays away. */
static struct node *put(struct stack *s, struct layer *l, struct lc_slice path, enum tar_type type)
{
	struct lc_err e = { 0 };
	must(inv_presence_add(&l->presence, path, type == TAR_DIR), &e);
	struct node *n = lc_map_get(&l->nodes, path);
	if (!n) {
		n = lc_new(&s->arena, struct node);
		must_have(n);
		must(lc_arena_dup(&s->arena, path, &n->path), &e);
		must(lc_map_put(&l->nodes, n->path, n), &e);
	}
	for (size_t i = 0; i < l->nodes.n && type != TAR_DIR; i++) {
		struct node *below = l->nodes.items[i].value;
		below->gone |= is_below(below->path, path);
	}
	*n = (struct node){ .path = n->path, .type = type };
	return n;
}

/* Directories that the archive leaves out are made by whoever unpacks it. */
static void put_parents(struct stack *s, struct layer *l, struct lc_slice path)
{
	for (size_t i = 1; i < path.n; i++) {
		struct lc_slice dir = lc_sub(path, 0, i);
		const struct node *n = path.p[i] == '/' ? lc_map_get(&l->nodes, dir) : NULL;
		if (path.p[i] == '/' && (!n || n->gone))
			(void)put(s, l, dir, TAR_DIR);
	}
}

static void hash(struct lc_stream *from, struct node *n)
{
	struct digester *d = NULL;
	struct digest got;
	struct lc_err e = { 0 };
	uint8_t bytes[4096];
	size_t read = 1;
	must(digester_new(DIGEST_SHA256, &d, &e), &e);
	while (read > 0) {
		must(lc_stream_read(from, bytes, sizeof(bytes), &read, &e), &e);
		digester_add(d, bytes, read);
		n->size += read;
	}
	must(digester_get(d, &got, &e), &e);
	(void)digest_text(&got, n->digest);
	digester_free(d);
}

static void add_entry(struct stack *s, struct layer *l, const struct tar_entry *t,
		      struct lc_stream *content)
{
	struct lc_err e = { 0 };
	if (t->name.n == 0)
		return;
	put_parents(s, l, t->name);
	const struct node *linked = lc_map_get(&l->nodes, t->target);
	if (t->type == TAR_HARDLINK && (!linked || linked->gone))
		must(lc_fail(&e, LC_EBAD, "hard link to nothing in its layer"), &e);
	struct node *n = put(s, l, t->name, t->type);
	if (t->type == TAR_HARDLINK) {
		n->type = linked->type;
		n->size = linked->size;
		memcpy(n->digest, linked->digest, sizeof(n->digest));
		n->target = linked->target;
	} else if (t->type == TAR_FILE) {
		hash(content, n);
	} else if (t->type == TAR_SYMLINK) {
		must(lc_arena_dup(&s->arena, t->target, &n->target), &e);
	}
}

static void keep(struct stack *s, struct lc_slices *list, struct lc_slice path)
{
	struct lc_err e = { 0 };
	struct lc_slice *place = lc_vec_push(&s->arena, list);
	must_have(place);
	must(lc_arena_dup(&s->arena, path, place), &e);
}

static void read_layer(struct stack *s, const struct oci_image *image, size_t number)
{
	struct layer *l = &s->layers[number];
	struct oci_layer_reader *r = NULL;
	struct oci_layer_stats stats;
	struct oci_entry en;
	struct lc_err e = { 0 };
	int rc;
	must(inv_presence_init(&l->presence, &e), &e);
	must(oci_layer_open(image, number, NULL, NULL, &r, &e), &e);
	while ((rc = oci_layer_next(r, &en, &e)) == 0) {
		if (en.kind == OCI_WHITEOUT)
			keep(s, &l->facts.whiteouts, en.path);
		else if (en.kind == OCI_OPAQUE)
			keep(s, &l->facts.opaques, en.path);
		else
			add_entry(s, l, &en.tar, oci_layer_content(r));
	}
	must(rc == LC_ENOTFOUND ? 0 : rc, &e);
	must(oci_layer_finish(r, &stats, &e), &e);
	oci_layer_close(r);
}

/* ---- over each other ---- */

static void seal_layer(struct stack *s, struct layer *l)
{
	static const struct path_links no_links;
	struct lc_err e = { 0 };
	inv_presence_seal(&l->presence);
	l->facts.presence = &l->presence;
	must(path_cover_init(&l->cover, &l->facts, &no_links, &s->arena), &e);
}

static bool is_hidden(const struct stack *s, size_t layer, struct lc_slice path)
{
	for (size_t i = layer + 1; i < s->n; i++) {
		if (path_cover_hides(&s->layers[i].cover, NULL, path))
			return true;
	}
	return false;
}

static void print_hex(struct lc_slice s)
{
	if (s.n == 0)
		putchar('-');
	for (size_t i = 0; i < s.n; i++)
		printf("%02x", s.p[i]);
}

static void print_node(const struct node *n)
{
	static const char types[] = {
		[TAR_FILE] = 'f', [TAR_HARDLINK] = 'o', [TAR_SYMLINK] = 'l', [TAR_DIR] = 'd',
		[TAR_CHAR] = 'o', [TAR_BLOCK] = 'o',    [TAR_FIFO] = 'o',    [TAR_OTHER] = 'o',
	};
	printf("%c %llu %s ", types[n->type], (unsigned long long)n->size,
	       n->digest[0] ? n->digest : "-");
	print_hex(n->target);
	putchar(' ');
	print_hex(n->path);
	putchar('\n');
}

static void print_all(const struct stack *s)
{
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < s->layers[i].nodes.n; k++) {
			const struct node *n = s->layers[i].nodes.items[k].value;
			if (!n->gone && !is_hidden(s, i, n->path))
				print_node(n);
		}
	}
}

int main(int argc, char **argv)
{
	static struct stack s;
	struct oci_image *image = NULL;
	struct lc_err e = { 0 };
	if (argc != 2) {
		fputs("usage: layer_list IMAGE\n", stderr);
		return 2;
	}
	struct oci_open_options o = { .input = lc_str(argv[1]) };
	must(oci_open(&o, &image, &e), &e);
	if (image->layers_n > LAYERS_MAX)
		must(lc_fail(&e, LC_ELIMIT, "more than %d layers", LAYERS_MAX), &e);
	s.n = image->layers_n;
	for (size_t i = 0; i < s.n; i++) {
		read_layer(&s, image, i);
		seal_layer(&s, &s.layers[i]);
	}
	print_all(&s);
	for (size_t i = 0; i < s.n; i++) {
		path_cover_done(&s.layers[i].cover);
		inv_presence_done(&s.layers[i].presence);
		lc_map_done(&s.layers[i].nodes);
	}
	lc_arena_done(&s.arena);
	oci_close(image);
	return 0;
}
