#include "cli/remote.h"

#include "base/shim.h"
#include "cli/talk.h"
#include "io/file.h"

enum { PASSWORD_BYTES_MAX = 64 * 1024, CACERT_BYTES_MAX = 4 << 20 };

static struct lc_slice first(const struct lc_slices *l)
{
	return l->n ? l->v[0] : LC_S("");
}

/* The password as a line of standard input, as docker login takes it. */
static int read_password(struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&b, PASSWORD_BYTES_MAX);
	int rc = io_read_file("-", &b, e);
	struct lc_slice s = lc_buf_get(&b);
	if (lc_chop_suffix(&s, LC_S("\n")))
		(void)lc_chop_suffix(&s, LC_S("\r")); /* there or not */
	if (rc == 0 && s.n == 0)
		rc = lc_fail(e, LC_EUSAGE, "--password-stdin: %s",
			     _("nothing came on standard input"));
	if (rc == 0)
		rc = lc_arena_dup(a, s, ret);
	if (b.p)
		explicit_bzero(b.p, b.n);
	return rc;
}

static int set_credentials(const struct cli_values *v, struct lc_arena *a, struct oci_remote *r,
			   struct lc_err *e)
{
	bool from_stdin = v->v[CLI_OPT_PASSWORD_STDIN].flag;
	r->username = first(&v->v[CLI_OPT_USERNAME].list);
	r->password = first(&v->v[CLI_OPT_PASSWORD].list);
	r->registry_token = v->v[CLI_OPT_REGISTRY_TOKEN].text;
	if (from_stdin && r->password.n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("give --password or --password-stdin, not both"));
	if ((from_stdin || r->password.n) && !r->username.n)
		return lc_fail(e, LC_EUSAGE, "%s", _("a password without --username"));
	int rc = from_stdin ? read_password(a, &r->password, e) : 0;
	if (rc == 0 && r->username.n && !r->password.n)
		rc = lc_fail(e, LC_EUSAGE, "%s",
			     _("--username without a password: give --password-stdin, or "
			       "LACRE_REGISTRY_PASSWORD"));
	return rc;
}

static int set_cacert(struct lc_slice path, struct lc_arena *a, struct oci_remote *r,
		      struct lc_err *e)
{
	if (!path.n)
		return 0;
	int rc = io_read_text(path, CACERT_BYTES_MAX, a, &r->ca_pem, e);
	if (rc == 0 && lc_find_slice(r->ca_pem, LC_S("-----BEGIN ")) == SIZE_MAX)
		rc = lc_fail(e, LC_EBAD, "%s: %s", lc_quote(path).s,
			     _("no certificate in PEM form"));
	return rc ? lc_wrap(e, LC_EUSAGE, "--cacert") : 0;
}

static void set_order(const struct lc_slices *l, struct oci_remote *r)
{
	for (size_t i = 0; i < l->n && r->order_n < OCI_FROM_N; i++) {
		enum oci_from f;
		if (oci_from_parse(l->v[i], &f))
			r->order[r->order_n++] = f;
	}
}

int cli_remote(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
	       struct oci_remote *ret, struct lc_err *e)
{
	struct lc_slice docker = v->v[CLI_OPT_DOCKER_HOST].text;
	struct lc_slice podman = v->v[CLI_OPT_PODMAN_HOST].text;
	*ret = (struct oci_remote){
		.environment = io->environment,
		.insecure = v->v[CLI_OPT_INSECURE].flag,
		.docker_host = docker.n ? lc_arena_str(a, docker) : NULL,
		.podman_host = podman.n ? lc_arena_str(a, podman) : NULL,
	};
	set_order(&v->v[CLI_OPT_IMAGE_SRC].list, ret);
	int rc = set_credentials(v, a, ret, e);
	return rc ? rc : set_cacert(v->v[CLI_OPT_CACERT].text, a, ret, e);
}
