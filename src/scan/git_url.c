#include "scan/git_url.h"

/*
 * url   = scheme "://" [ userinfo "@" ] host [ ":" port ] "/" path [ "?" query ] [ "#" fragment ]
 * short = [ user "@" ] host ":" path            ssh
 *       | [ userinfo "@" ] host "/" path        https
 */
struct parts {
	struct lc_slice scheme, userinfo, host, port,
		path; /* port with its colon, path with its slash */
	bool bare;    /* https was left out */
	bool scp;
};

static bool bytes_ok(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= GIT_URL_BYTES_MAX;
}

static struct lc_slice up_to(struct lc_slice s, uint8_t c)
{
	size_t at = lc_find(s, c);
	return at == SIZE_MAX ? s : lc_sub(s, 0, at);
}

static void split_authority(struct lc_slice authority, struct parts *p)
{
	size_t at = lc_rfind(authority, '@');
	if (at != SIZE_MAX) {
		p->userinfo = lc_sub(authority, 0, at);
		authority = lc_skip(authority, at + 1);
	}
	/* Brackets hold colons of their own. */
	size_t close = lc_rfind(authority, ']');
	size_t from = close == SIZE_MAX ? 0 : close;
	size_t colon = lc_find(lc_skip(authority, from), ':');
	p->host = authority;
	if (colon == SIZE_MAX)
		return;
	p->host = lc_sub(authority, 0, from + colon);
	p->port = lc_skip(authority, from + colon);
}

static void split(struct lc_slice s, struct parts *p)
{
	struct lc_slice first = up_to(s, '/');
	size_t at = lc_find_slice(s, LC_S("://"));
	*p = (struct parts){ 0 };
	if (at != SIZE_MAX && at < first.n) {
		p->scheme = lc_sub(s, 0, at);
		s = lc_skip(s, at + 3);
		first = up_to(s, '/');
	} else {
		size_t user = lc_rfind(first, '@');
		size_t host = user == SIZE_MAX ? 0 : user + 1;
		size_t colon = lc_find(lc_skip(first, host), ':');
		p->scp = colon != SIZE_MAX;
		p->bare = !p->scp;
		p->scheme = p->scp ? LC_S("ssh") : LC_S("https");
		if (p->scp)
			first = lc_sub(s, 0, host + colon);
	}
	split_authority(first, p);
	p->path = lc_skip(s, first.n);
}

static bool is_one_of(struct lc_slice word, const char *const *words)
{
	for (; *words; words++)
		if (lc_eq(word, lc_str(*words)))
			return true;
	return false;
}

static int check(struct lc_slice text, const struct parts *p, bool insecure, struct lc_err *e)
{
	static const char *const safe[] = { "https", "ssh", "file", NULL };
	static const char *const plain[] = { "http", "git", NULL };
	bool file = lc_eq(p->scheme, LC_S("file"));
	if (!bytes_ok(text))
		return lc_fail(e, LC_EUSAGE,
			       "the address of a repository has 1 to %d bytes and no blanks",
			       GIT_URL_BYTES_MAX);
	if (lc_find_slice(up_to(text, '/'), LC_S("::")) != SIZE_MAX)
		return lc_fail(
			e, LC_EUSAGE,
			"repositories are had by https, ssh or file, never by a helper (::)");
	if (is_one_of(p->scheme, plain) && !insecure)
		return lc_fail(
			e, LC_EUSAGE,
			"%s proves nothing of where the repository comes from: use https, or "
			"--insecure",
			lc_quote(p->scheme).s);
	if (!is_one_of(p->scheme, safe) && !is_one_of(p->scheme, plain))
		return lc_fail(e, LC_EUSAGE,
			       "repositories are had by https, ssh or file, not by %s",
			       lc_quote(p->scheme).s);
	if (p->host.n == 0 && !file)
		return lc_fail(e, LC_EUSAGE, "the address of the repository names no host");
	if (file && (p->host.n || p->userinfo.n))
		return lc_fail(e, LC_EUSAGE, "file:// addresses have no host: file:///PATH");
	if (lc_starts(text, LC_S("-")) || lc_starts(p->host, LC_S("-")) ||
	    lc_starts(p->userinfo, LC_S("-")) || lc_starts(p->path, LC_S(":-")))
		return lc_fail(e, LC_EUSAGE, "no part of a repository's address starts with -");
	if (p->bare && (p->path.n < 2 || lc_find(p->host, '.') == SIZE_MAX))
		return lc_fail(e, LC_ENOTFOUND,
			       "no such file or directory here, and no address of a repository");
	if (p->path.n < 2)
		return lc_fail(e, LC_EUSAGE, "the address names a host and no repository on it");
	return 0;
}

static struct lc_slice shown_of(const struct parts *p, struct lc_arena *a)
{
	struct lc_slice path = p->scp ? p->path : up_to(up_to(p->path, '?'), '#');
	struct lc_slice user = LC_S("");
	if (lc_eq(p->scheme, LC_S("ssh")))
		user = up_to(p->userinfo, ':');
	struct lc_slice scheme = p->bare || p->scp ? LC_S("") : p->scheme;
	return lc_arena_fmt(a, "%.*s%s%.*s%s%.*s%.*s%.*s", LC_FMT(scheme), scheme.n ? "://" : "",
			    LC_FMT(user), user.n ? "@" : "", LC_FMT(p->host), LC_FMT(p->port),
			    LC_FMT(path));
}

static int add_secret(struct lc_arena *a, struct lc_slices *to, struct lc_slice s)
{
	struct lc_slice *place = s.n ? lc_vec_push(a, to) : NULL;
	if (place)
		*place = s;
	return s.n && !place ? lc_arena_err(a) : 0;
}

static int secrets_of(const struct parts *p, struct lc_arena *a, struct lc_slices *ret)
{
	struct lc_slice user = up_to(p->userinfo, ':');
	size_t query = p->scp ? SIZE_MAX : lc_find(p->path, '?');
	int rc = query == SIZE_MAX ? 0 : add_secret(a, ret, lc_skip(p->path, query + 1));
	if (rc || (lc_eq(p->scheme, LC_S("ssh")) && user.n == p->userinfo.n))
		return rc; /* a name to log in by is no secret */
	rc = add_secret(a, ret, p->userinfo);
	if (!rc && user.n < p->userinfo.n)
		rc = add_secret(a, ret, lc_skip(p->userinfo, user.n + 1));
	/* A short name would blot out words; one that is a token is long. */
	return rc || user.n < 6 ? rc : add_secret(a, ret, user);
}

int git_url_parse(struct lc_slice text, bool insecure, struct lc_arena *a, struct git_url *ret,
		  struct lc_err *e)
{
	struct parts p;
	struct git_url u = { 0 };
	split(text, &p);
	int rc = check(text, &p, insecure, e);
	if (rc)
		return rc;
	struct lc_slice url = lc_arena_fmt(a, "%s%.*s", p.bare ? "https://" : "", LC_FMT(text));
	u.url = (const char *)url.p;
	u.shown = shown_of(&p, a);
	u.protocol = p.scheme;
	u.host = p.host;
	rc = secrets_of(&p, a, &u.secrets);
	if (lc_eq(p.scheme, LC_S("https")) || lc_eq(p.scheme, LC_S("http")))
		u.origin = lc_arena_fmt(a, "%.*s://%.*s%.*s/", LC_FMT(p.scheme), LC_FMT(p.host),
					LC_FMT(p.port));
	if (rc || a->err)
		return lc_fail(e, lc_arena_err(a), "no memory for an address");
	*ret = u;
	return 0;
}

struct lc_slice git_url_shown(struct lc_slice text, struct lc_arena *a)
{
	struct parts p;
	if (!bytes_ok(text))
		return LC_S("");
	split(text, &p);
	if (p.bare && lc_find(p.userinfo, ':') == SIZE_MAX)
		return text; /* a path of this machine */
	return shown_of(&p, a);
}

/* git-check-ref-format(1), and more narrowly: nothing that a refspec or an option gives a meaning.
 */
bool git_ref_valid(struct lc_slice name)
{
	static const char bad[] = " ~^:?*[\\\x7f";
	if (name.n == 0 || name.n > 250 || name.p[0] == '-' || name.p[0] == '+' ||
	    name.p[0] == '/' || lc_ends(name, LC_S("/")) || lc_ends(name, LC_S(".")) ||
	    lc_ends(name, LC_S(".lock")) || lc_find_slice(name, LC_S("..")) != SIZE_MAX ||
	    lc_find_slice(name, LC_S("@{")) != SIZE_MAX ||
	    lc_find_slice(name, LC_S("//")) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < ' ' || memchr(bad, name.p[i], sizeof(bad) - 1))
			return false;
	return true;
}

bool git_commit_valid(struct lc_slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = lc_lower(name.p[i]);
		if (!lc_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return name.n >= 4 && name.n <= 64;
}
