/*
 * Names of reports, artifacts, packages and findings. Source: RFC 9562 §5.7 (UUID version 7); the
 * neighbours' rules for ArtifactID and Fingerprint.
 */
#include "base/map.h"
#include "base/shim.h"
#include "base/time.h"
#include "report/report.h"

/* sha256 over n parts with a byte between them, as "sha256:hex"; p NULL on failure. */
static int hash_parts(const struct lc_slice *parts, size_t n, char between, struct digest *ret,
		      struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&text, SIZE_MAX); /* of what is in memory */
	for (size_t i = 0; i < n; i++) {
		if (i)
			(void)lc_buf_byte(&text, (uint8_t)between); /* sticky */
		(void)lc_buf_slice(&text, parts[i]);
	}
	int rc = lc_buf_err(&text);
	return rc ? lc_fail(e, rc, "no memory for ids")
		  : digest_of(DIGEST_SHA256, lc_buf_get(&text), ret, e);
}

static struct lc_slice hash_text(const struct lc_slice *parts, size_t n, char between,
				 struct lc_arena *a)
{
	struct digest d;
	char text[DIGEST_TEXT_MAX];
	int rc = hash_parts(parts, n, between, &d, NULL);
	if (rc) {
		a->err = a->err ? a->err : rc;
		return (struct lc_slice){ NULL, 0 };
	}
	const char *copy = lc_arena_str(a, lc_str(digest_text(&d, text)));
	return lc_str(copy);
}

/*
 * "registry/repository" of the reference, "" when it is none. Docker Hub goes by the name that the
 * neighbours hash, which is not the one people write.
 */
static int repository_of(const struct report *r, struct lc_arena *a, struct lc_slice *ret)
{
	struct oci_reference ref;
	*ret = LC_S("");
	if (!r->reference.n)
		return 0;
	int rc = oci_reference_parse(r->reference, a, &ref, NULL);
	if (rc)
		return rc == LC_EBAD ? 0 : rc; /* a name of another grammar names no repository */
	*ret = oci_reference_name(&ref, a);
	if (lc_starts(*ret, LC_S("docker.io/")))
		*ret = lc_arena_fmt(a, "index.%.*s", LC_FMT(*ret));
	return ret->p ? 0 : lc_arena_err(a);
}

static int identify_repository(struct report *r, struct lc_err *e)
{
	const struct report_repository *g = r->repository;
	const struct lc_slice parts[] = { g->url.n ? g->url : r->artifact_name, g->commit };
	r->artifact_id = hash_text(parts, 2, '@', &r->arena);
	return r->artifact_id.p ? 0 : lc_fail(e, lc_arena_err(&r->arena), "no memory for ids");
}

static int identify_artifact(struct report *r, struct lc_err *e)
{
	if (r->repository && r->repository->commit.n)
		return identify_repository(r, e);
	if (!r->image)
		return 0;
	char text[DIGEST_TEXT_MAX];
	struct lc_slice image = lc_str(digest_text(&r->image->config_digest, text));
	struct lc_slice repository;
	int rc = repository_of(r, &r->arena, &repository);
	if (rc)
		return lc_fail(e, rc, "no memory for ids");
	const struct lc_slice parts[] = { image, repository };
	r->artifact_id = repository.n ? hash_text(parts, 2, ':', &r->arena)
				      : lc_arena_fmt(&r->arena, "%.*s", LC_FMT(image));
	return r->artifact_id.p ? 0 : lc_fail(e, lc_arena_err(&r->arena), "no memory for ids");
}

/* What makes two reports differ, so that the same scan gives the same id. */
static int content_digest(const struct report *r, struct digest *ret, struct lc_err *e)
{
	size_t room = 4 + r->layers_n + 2 * r->findings.n;
	struct lc_slice *parts LC_AUTOFREE = lc_alloc0(room, sizeof(*parts));
	if (!parts)
		return lc_fail(e, LC_ENOMEM, "no memory for ids");
	size_t n = 0;
	parts[n++] = r->artifact_name;
	parts[n++] = r->artifact_id;
	parts[n++] = r->db.digest;
	parts[n++] = r->version;
	for (size_t i = 0; i < r->layers_n; i++)
		parts[n++] = r->layers[i].diff_id;
	for (size_t i = 0; i < r->findings.n; i++) {
		parts[n++] = r->findings.v[i].package_id;
		parts[n++] = r->findings.v[i].id;
	}
	return hash_parts(parts, n, '\0', ret, e);
}

static int random_part(const struct report *r, uint8_t ret[16], struct lc_err *e)
{
	struct digest d;
	if (r->reproducible) {
		int rc = content_digest(r, &d, e);
		if (!rc)
			memcpy(ret, d.bytes, 16);
		return rc;
	}
	int rc = lc_random(ret, 16);
	return rc ? lc_fail_sys(e, -rc, "no random bytes for the report's id") : 0;
}

static struct lc_slice uuid_text(const uint8_t u[16], struct lc_arena *a)
{
	return lc_arena_fmt(a,
			    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			    u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10],
			    u[11], u[12], u[13], u[14], u[15]);
}

static int identify_report(struct report *r, struct lc_err *e)
{
	uint8_t u[16];
	int64_t seconds = 0;
	uint32_t ns = 0;
	if (!lc_time_parse(r->created_at, &seconds, &ns))
		return lc_fail(e, LC_EUSAGE, "a report has no time");
	int rc = random_part(r, u, e);
	if (rc)
		return rc;
	uint64_t ms = (uint64_t)seconds * 1000 + ns / 1000000;
	for (int i = 5; i >= 0; i--, ms >>= 8)
		u[i] = (uint8_t)ms;
	u[6] = (uint8_t)(0x70 | (u[6] & 0x0f));
	u[8] = (uint8_t)(0x80 | (u[8] & 0x3f));
	r->report_id = uuid_text(u, &r->arena);
	return r->report_id.p ? 0 : lc_fail(e, lc_arena_err(&r->arena), "no memory for ids");
}

int report_identify(struct report *r, struct lc_err *e)
{
	int rc = identify_artifact(r, e);
	return rc ? rc : identify_report(r, e);
}

struct lc_slice report_fingerprint(const struct report *r, const struct report_result *res,
				   const struct finding *f, struct lc_arena *a)
{
	const struct lc_slice parts[] = { r->artifact_id, res->target, f->package_id, f->id };
	return hash_text(parts, 4, ':', a);
}

const char *report_class_name(enum report_class c)
{
	return c == REPORT_OS_PKGS ? "os-pkgs" : "lang-pkgs";
}

struct lc_slice report_stable_key(const struct report_result *res, const struct finding *f,
				  struct lc_arena *a)
{
	const struct inv_package *p = &f->package->package;
	const struct lc_slice parts[] = { lc_str(report_class_name(res->kind)), p->type, p->name,
					  f->id };
	return hash_text(parts, 4, ':', a);
}

/* Not for security: what must be told apart is packages of one report. */
struct lc_slice report_package_uid(const struct inv_found_package *f, struct lc_arena *a)
{
	static const uint64_t key[2] = { 0x6c61637265207569, 0x6420666f7220706b };
	const struct inv_package *p = &f->package;
	const struct lc_slice inner = package_attribute(p, LC_S("path"));
	const struct lc_slice parts[] = { p->type, p->name, p->version, p->arch,
					  inner.n ? inner : f->file };
	uint64_t sums[6] = { p->line_start };
	for (size_t i = 0; i < 5; i++)
		sums[i + 1] = lc_siphash(parts[i], key);
	return lc_arena_fmt(a, "%016llx",
			    (unsigned long long)lc_siphash(lc_slice_of(sums, sizeof(sums)), key));
}
