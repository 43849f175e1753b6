/*
 * Proxies as the environment names them, and what goes past them.
 *
 *	NO_PROXY = entry *( "," entry )
 *	entry    = "*" / network "/" bits / host [ ":" port ]
 *	host     = name / "." domain / address
 *
 * A name stands for itself and all below it. Judged here, as libcurl knows no ports in it. Source:
 * Go's httpproxy package, which docker, skopeo and others use.
 */
#include "io/http_impl.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "io/environment.h"

enum { ADDRESS_TEXT_MAX = 64 };

struct address {
	uint8_t bytes[16];
	unsigned bits; /* 32 or 128 */
};

static bool address_parse(struct lc_slice s, struct address *ret)
{
	char text[ADDRESS_TEXT_MAX];
	struct address a = { .bits = 32 };
	if (lc_chop_prefix(&s, LC_S("[")) && !lc_chop_suffix(&s, LC_S("]")))
		return false;
	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, a.bytes) != 1) {
		a.bits = 128;
		if (inet_pton(AF_INET6, text, a.bytes) != 1)
			return false;
	}
	*ret = a;
	return true;
}

static bool same_bits(const struct address *a, const struct address *b, unsigned bits)
{
	size_t whole = bits / 8;
	unsigned rest = bits % 8;
	if (memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

static bool in_network(struct lc_slice network, struct lc_slice bits_text, struct lc_slice host)
{
	struct address net;
	struct address at;
	uint64_t bits;
	return address_parse(network, &net) && address_parse(host, &at) && net.bits == at.bits &&
	       lc_u64(bits_text, 10, net.bits, &bits) && same_bits(&net, &at, (unsigned)bits);
}

/* "example.org" has all below it, ".example.org" and "*.example.org" those alone. */
static bool name_fits(struct lc_slice entry, struct lc_slice host)
{
	struct address a;
	struct address b;
	if (address_parse(entry, &a))
		return address_parse(host, &b) && a.bits == b.bits && same_bits(&a, &b, a.bits);
	(void)lc_chop_prefix(&entry, LC_S("*")); /* there or not */
	bool below = lc_starts(entry, LC_S("."));
	if (entry.n == 0 || host.n < entry.n)
		return false;
	struct lc_slice end = lc_skip(host, host.n - entry.n);
	if (!lc_eq_nocase(end, entry))
		return false;
	if (host.n == entry.n)
		return !below;
	return below || host.p[host.n - entry.n - 1] == '.';
}

static bool entry_fits(struct lc_slice entry, struct lc_slice host, struct lc_slice port)
{
	struct lc_slice head;
	struct lc_slice tail;
	if (lc_eq(entry, LC_S("*")))
		return true;
	if (lc_cut(entry, '/', &head, &tail))
		return in_network(head, tail, host);
	size_t colon = lc_rfind(entry, ':');
	bool v6 = colon != lc_find(entry, ':') && !lc_starts(entry, LC_S("["));
	bool inside = lc_ends(entry, LC_S("]"));
	if (colon != SIZE_MAX && !v6 && !inside) {
		if (!lc_eq(lc_skip(entry, colon + 1), port))
			return false;
		entry = lc_sub(entry, 0, colon);
	}
	return name_fits(entry, host);
}

bool http_no_proxy(struct lc_slice list, struct lc_slice host, struct lc_slice port)
{
	struct lc_slice part;
	struct lc_slice entry;
	while (list.p && lc_split(&list, ',', &part)) {
		while (part.p && lc_split(&part, ' ', &entry)) { /* curl's lists have blanks */
			if (entry_fits(lc_trim(entry), host, port))
				return true;
		}
	}
	return false;
}

/* The lower-case name first, as curl and Go have it. */
static const char *either(char **environment, const char *lower, const char *upper)
{
	const char *v = io_env(environment, lower);
	return v || !upper ? v : io_env(environment, upper);
}

const char *http_proxy_of(char **environment, const struct http_url *u)
{
	const char *none = either(environment, "no_proxy", "NO_PROXY");
	const char *one = NULL;
	if (http_is_loopback(u->host) || http_no_proxy(lc_str(none), u->host, u->port))
		return "";
	if (lc_eq(u->scheme, LC_S("https"))) {
		one = either(environment, "https_proxy", "HTTPS_PROXY");
	} else {
		/* A CGI program's request header "Proxy:" would arrive as HTTP_PROXY. */
		bool cgi = io_env(environment, "REQUEST_METHOD") != NULL;
		one = either(environment, "http_proxy", cgi ? NULL : "HTTP_PROXY");
	}
	if (!one)
		one = either(environment, "all_proxy", "ALL_PROXY");
	return one ? one : "";
}

/* ---- failures ---- */

/* host:port alone: what stands before may be a password. */
static struct lc_quoted shown(const char *proxy)
{
	struct lc_slice s = lc_str(proxy);
	size_t scheme = lc_find_slice(s, LC_S("://"));
	if (scheme != SIZE_MAX)
		s = lc_skip(s, scheme + 3);
	size_t at = lc_rfind(s, '@');
	if (at != SIZE_MAX)
		s = lc_skip(s, at + 1);
	return lc_quote(lc_sub(s, 0, lc_find(s, '/')));
}

static int refused(const struct http_exchange *x, long status, struct lc_err *e)
{
	struct lc_quoted host = lc_quote(x->host);
	struct lc_quoted proxy = shown(x->proxy);
	bool may_pass = status == 429 || status >= 500;
	if (status == 407)
		return lc_fail(e, LC_EAUTH,
			       "%s: the proxy %s wants a user and a password: "
			       "HTTPS_PROXY=http://USER:PASSWORD@%s",
			       host.s, proxy.s, proxy.s);
	int rc = lc_fail(e, may_pass ? LC_ENET : LC_EDENIED,
			 "%s: the proxy %s does not connect to it: HTTP status %ld", host.s,
			 proxy.s, status);
	return may_pass ? http_passing(e, rc) : rc;
}

int http_proxy_fail(const struct http_exchange *x, CURLcode code, struct lc_err *e)
{
	long status = 0;
	if (!x->proxy || !x->proxy[0])
		return 0;
	(void)http_curl.easy_getinfo(x->lane->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status >= 300)
		return refused(x, status, e);
	if (code == CURLE_COULDNT_CONNECT)
		return lc_fail(e, LC_ENET, "%s: nothing answers at the proxy %s: check HTTPS_PROXY",
			       lc_quote(x->host).s, shown(x->proxy).s);
	if (code == CURLE_COULDNT_RESOLVE_PROXY)
		return lc_fail(e, LC_ENET, "%s: no such host as the proxy's, %s: check HTTPS_PROXY",
			       lc_quote(x->host).s, shown(x->proxy).s);
	return 0;
}
