#include "cli/artefact.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "cli/talk.h"

enum { CHUNK_BYTES = 256 << 10 };

struct reading {
	struct digester *digesters[DIGEST_ALGORITHM_N]; /* NULL not asked for */
	struct cli_artefact *to;
	bool keep;
};

unsigned cli_artefact_needs(const struct crypt_public *k)
{
	switch (crypt_public_type(k)) {
	case CRYPT_P384:
		return 1u << DIGEST_SHA384;
	case CRYPT_P521:
		return 1u << DIGEST_SHA512;
	case CRYPT_ED25519:
		return CLI_ARTEFACT_BYTES;
	default:
		return 1u << DIGEST_SHA256;
	}
}

static int take(struct reading *r, const uint8_t *p, size_t n, struct lc_err *e)
{
	for (unsigned i = 0; i < DIGEST_ALGORITHM_N; i++)
		if (r->digesters[i])
			digester_add(r->digesters[i], p, n);
	if (!r->keep)
		return 0;
	int rc = lc_buf_add(&r->to->bytes, p, n);
	if (rc == LC_ELIMIT)
		return lc_fail(e, LC_ELIMIT,
			       _("larger than %d MiB: an Ed25519 key signs the whole file, which "
				 "must fit in memory; sign such files with an ECDSA or RSA key"),
			       CLI_ARTEFACT_BYTES_MAX >> 20);
	return rc ? lc_fail(e, rc, "%s", _("no memory for the file")) : 0;
}

static int read_all(struct reading *r, int fd, uint8_t *chunk, struct lc_err *e)
{
	for (;;) {
		ssize_t n = lc_sys_read(fd, chunk, CHUNK_BYTES);
		if (n < 0)
			return lc_fail_sys(e, (int)-n, "%s", _("it cannot be read"));
		if (n == 0)
			return 0;
		int rc = take(r, chunk, (size_t)n, e);
		if (rc)
			return rc;
	}
}

static int finish(struct reading *r, struct lc_err *e)
{
	struct crypt_message *m = &r->to->message;
	for (unsigned i = 0; i < DIGEST_ALGORITHM_N; i++) {
		if (!r->digesters[i])
			continue;
		int rc = digester_get(r->digesters[i], &r->to->digests[m->digests_n], e);
		if (rc)
			return rc;
		m->digests_n++;
	}
	m->digests = r->to->digests;
	m->has_bytes = r->keep;
	m->bytes = lc_buf_get(&r->to->bytes);
	return 0;
}

static int read_fd(int fd, unsigned needs, struct cli_artefact *to, struct lc_err *e)
{
	struct reading r = { .to = to, .keep = needs & CLI_ARTEFACT_BYTES };
	LC_AUTOFREE uint8_t *chunk = lc_alloc(CHUNK_BYTES);
	int rc = chunk ? 0 : lc_fail(e, LC_ENOMEM, "%s", _("no memory for the file"));
	needs |= 1u << DIGEST_SHA256;
	lc_buf_init(&to->bytes, CLI_ARTEFACT_BYTES_MAX);
	for (unsigned i = 0; !rc && i < DIGEST_ALGORITHM_N; i++)
		if (needs & 1u << i)
			rc = digester_new((enum digest_algorithm)i, &r.digesters[i], e);
	rc = rc ? rc : read_all(&r, fd, chunk, e);
	rc = rc ? rc : finish(&r, e);
	for (unsigned i = 0; i < DIGEST_ALGORITHM_N; i++)
		digester_free(r.digesters[i]);
	return rc;
}

static int read_path(struct lc_slice name, unsigned needs, struct lc_arena *a,
		     struct cli_artefact *to, struct lc_err *e)
{
	struct stat st;
	const char *path = lc_arena_str(a, name);
	if (!path)
		return lc_fail(e, lc_arena_err(a), "%s", _("no memory for options"));
	int fd = lc_sys_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return lc_fail_sys(e, -fd, "%s", _("it cannot be opened"));
	int rc = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)
			 ? lc_fail(e, LC_EUSAGE, "%s", _("a directory, not a file"))
			 : read_fd(fd, needs, to, e);
	(void)close(fd); /* read only */
	return rc;
}

int cli_artefact(struct lc_slice name, unsigned needs, struct lc_arena *a, struct cli_artefact *ret,
		 struct lc_err *e)
{
	int rc;
	if (lc_starts(name, LC_S("sha256:")) || lc_starts(name, LC_S("sha512:"))) {
		rc = digest_parse(name, &ret->digests[0], e);
		ret->message = (struct crypt_message){ .digests = ret->digests, .digests_n = 1 };
	} else if (lc_eq(name, LC_S("-"))) {
		rc = read_fd(STDIN_FILENO, needs, ret, e);
	} else {
		rc = read_path(name, needs, a, ret, e);
	}
	return rc ? lc_wrap(e, rc, "%s", lc_quote(name).s) : 0;
}

void cli_artefact_done(struct cli_artefact *f)
{
	lc_buf_done(&f->bytes);
	*f = (struct cli_artefact){ 0 };
}
