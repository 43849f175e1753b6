#include "inventory/binary/classifiers.h"

#define LIBRARY(name) "lib" name ".so*"

/* Sorted by name. */
const struct classifier classifiers[] = {
	{ "apache-httpd",
	  "apache:http_server",
	  "httpd apache2",
	  NULL,
	  false,
	  { "Apache/%v (" },
	  "apache" },
	{ "bash", "gnu:bash", "bash rbash", NULL, false, { "@(#)Bash version %n(" } },
	{ "bind", "isc:bind", "named", NULL, false, { "%0libisc-%n" } },
	{ "bun", "oven:bun", "bun bun-profile", NULL, false, { "Bun v%v (", "Bun/%v%0" } },
	{ "busybox", "busybox:busybox", "busybox [", NULL, false, { "BusyBox v%v" } },
	{ "bzip2", "bzip:bzip2", LIBRARY("bz2"), NULL, false, { "%0%v, %9" } },
	{ "chrony",
	  "tuxfamily:chrony",
	  "chronyd",
	  "chronyd (chrony) version %s",
	  false,
	  { "%0%v%0" } },
	{ "cups", "openprinting:cups", "cupsd", NULL, false, { "CUPS/%v IPP/" } },
	{ "curl", "haxx:curl", "curl", NULL, false, { "%0curl %v (" } },
	{ "deno", "deno:deno", "deno", NULL, false, { "Deno/%v", "%0deno %v" } },
	{ "dnsmasq", "thekelleys:dnsmasq", "dnsmasq", NULL, false, { "dnsmasq-%v" } },
	{ "dovecot", "dovecot:dovecot", "dovecot", NULL, false, { "Dovecot v%v (" } },
	{ "expat", "libexpat_project:libexpat", LIBRARY("expat"), NULL, false, { "expat_%v" } },
	{ "ffmpeg",
	  "ffmpeg:ffmpeg",
	  "ffmpeg ffprobe ffplay " LIBRARY("avcodec"),
	  NULL,
	  false,
	  { "%0%%s version %n", "FFmpeg version %n" } },
	{ "freeradius",
	  "freeradius:freeradius",
	  "freeradius radiusd",
	  NULL,
	  false,
	  { "FreeRADIUS Version %v," } },
	{ "gawk", "gnu:gawk", "gawk", NULL, false, { "GNU Awk %v" } },
	{ "git", "git-scm:git", "git", NULL, false, { "git/%v%0" }, "git" },
	{ "glibc",
	  "gnu:glibc",
	  "libc.so.6 libc-2*",
	  NULL,
	  false,
	  { "stable release version %n." } },
	{ "gnupg", "gnupg:gnupg", "gpg gpg2", NULL, false, { "OpenPGP server %v ready" } },
	{ "gnutls", "gnu:gnutls", LIBRARY("gnutls"), NULL, false, { "Enabled GnuTLS %v logging" } },
	{ "haproxy",
	  "haproxy:haproxy",
	  "haproxy",
	  "HAProxy version ",
	  false,
	  { " version %n-" },
	  "haproxy" },
	{ "imagemagick",
	  "imagemagick:imagemagick",
	  "magick convert identify libMagickCore*",
	  NULL,
	  false,
	  { "ImageMagick %p Q" } },
	{ "keepalived", "keepalived:keepalived", "keepalived", NULL, false, { "Keepalived v%v" } },
	{ "libarchive",
	  "libarchive:libarchive",
	  LIBRARY("archive"),
	  NULL,
	  false,
	  { "libarchive %v%0" } },
	{ "libcurl",
	  "haxx:libcurl",
	  LIBRARY("curl") " " LIBRARY("curl-gnutls"),
	  NULL,
	  false,
	  { "libcurl/%v" } },
	{ "libjpeg-turbo",
	  "libjpeg-turbo:libjpeg-turbo",
	  LIBRARY("jpeg") " " LIBRARY("turbojpeg"),
	  NULL,
	  false,
	  { "libjpeg-turbo version %v (" } },
	{ "libpcap", "tcpdump:libpcap", LIBRARY("pcap"), NULL, false, { "libpcap version %v" } },
	{ "libpng",
	  "libpng:libpng",
	  LIBRARY("png") " " LIBRARY("png16"),
	  NULL,
	  false,
	  { "libpng version %v - " } },
	{ "libssh", "libssh:libssh", LIBRARY("ssh"), NULL, false, { "SSH-2.0-libssh_%v" } },
	{ "libssh2", "libssh2:libssh2", LIBRARY("ssh2"), NULL, false, { "SSH-2.0-libssh2_%v" } },
	{ "libtiff", "libtiff:libtiff", LIBRARY("tiff"), NULL, false, { "LIBTIFF, Version %v" } },
	{ "lighttpd", "lighttpd:lighttpd", "lighttpd", NULL, false, { "lighttpd/%v" } },
	{ "lua",
	  "lua:lua",
	  "lua lua5* luac* liblua*",
	  NULL,
	  false,
	  { "Lua %v  Copyright" },
	  "lua" },
	{ "luajit", "luajit:luajit", "luajit* libluajit*", NULL, false, { "LuaJIT %v%0" } },
	{ "mariadb",
	  "mariadb:mariadb",
	  "mariadbd mysqld mariadb mysql mariadb-dump mysqldump",
	  NULL,
	  false,
	  { "%0%n-MariaDB" },
	  "mariadb" },
	{ "mbedtls",
	  "arm:mbed_tls",
	  LIBRARY("mbedcrypto") " " LIBRARY("mbedtls"),
	  NULL,
	  false,
	  { "bed TLS %v%0" } },
	{ "memcached",
	  "memcached:memcached",
	  "memcached",
	  NULL,
	  false,
	  { "memcached %v%0" },
	  "memcached" },
	{ "mosquitto",
	  "eclipse:mosquitto",
	  "mosquitto",
	  "mosquitto version %s",
	  false,
	  { "%0%n%0" } },
	{ "nginx",
	  "f5:nginx",
	  "nginx nginx-debug",
	  NULL,
	  false,
	  { "nginx version: nginx/%v" },
	  "nginx" },
	{ "node",
	  "nodejs:node.js",
	  "node nodejs libnode.so*",
	  NULL,
	  false,
	  { "%0node.js/v%v", "/release/v%v/node-v" },
	  "node" },
	{ "openjdk",
	  "oracle:openjdk",
	  "libjvm.so",
	  NULL,
	  false,
	  { "OpenJDK 64-Bit Server VM (%n+" } },
	{ "openldap",
	  "openldap:openldap",
	  "slapd",
	  NULL,
	  false,
	  { "$OpenLDAP: slapd %n" },
	  "openldap" },
	{ "openssh",
	  "openbsd:openssh",
	  "sshd ssh ssh-agent ssh-keygen ssh-keyscan sshd-session",
	  NULL,
	  false,
	  { "%0OpenSSH_%v ", "%0OpenSSH_%v%0" } },
	{ "openssl",
	  "openssl:openssl",
	  "openssl libcrypto.so* libcrypto-*",
	  NULL,
	  false,
	  { "%0OpenSSL %v %9" } },
	{ "perl", "perl:perl", "perl perl5* libperl.so*", "PERL5LIB", false, { "%0v%n%0" } },
	{ "pgbouncer",
	  "pgbouncer:pgbouncer",
	  "pgbouncer",
	  NULL,
	  false,
	  { "PgBouncer %v%0" },
	  "pgbouncer" },
	{ "php",
	  "php:php",
	  "php php5* php7* php8* php-fpm* php-cgi* libphp*",
	  NULL,
	  false,
	  { "X-Powered-By: PHP/%v%0" },
	  "php" },
	{ "postfix", "postfix:postfix", "master", NULL, false, { "%0mail_version=%v%0" } },
	{ "postgresql",
	  "postgresql:postgresql",
	  "postgres psql pg_dump pg_restore pg_ctl initdb pg_basebackup",
	  NULL,
	  false,
	  { " (PostgreSQL) %v" },
	  "postgresql" },
	{ "powerdns-recursor",
	  "powerdns:recursor",
	  "pdns_recursor",
	  NULL,
	  false,
	  { "pdns-recursor %v" } },
	{ "proftpd", "proftpd:proftpd", "proftpd", NULL, false, { "ProFTPD Version %v" } },
	{ "pure-ftpd", "pureftpd:pure-ftpd", "pure-ftpd", NULL, false, { "pure-ftpd v%v" } },
	{ "python",
	  "python:python",
	  "python2* python3* libpython2* libpython3*",
	  "PYTHONHOME",
	  true,
	  { "%0%v%0" },
	  "python" },
	{ "redis",
	  "redis:redis",
	  "redis-server redis-cli redis-check-rdb redis-check-aof redis-sentinel",
	  NULL,
	  false,
	  { "%0%n%0c11-builtin%0", "%0%n%0atomic-builtin%0", "%0%n%0 (git:%%s" },
	  "redis" },
	{ "ruby",
	  "ruby-lang:ruby",
	  "ruby ruby2* ruby3* libruby*",
	  NULL,
	  false,
	  { "ruby %np" },
	  "ruby" },
	{ "socat", "dest-unreach:socat", "socat", "socat version %s on %s", false, { "%0%v%0" } },
	{ "sqlite",
	  "sqlite:sqlite",
	  "libsqlite3.so*",
	  "SQLite format 3",
	  false,
	  { "%0%n%0" },
	  "sqlite" },
	{ "squid", "squid-cache:squid", "squid", NULL, false, { "%0squid/%v%0" } },
	{ "stunnel", "stunnel:stunnel", "stunnel stunnel4", NULL, false, { "stunnel %v on " } },
	{ "tcpdump", "tcpdump:tcpdump", "tcpdump", NULL, false, { "%%s version %v" } },
	{ "tini",
	  "tini_project:tini",
	  "tini tini-static docker-init",
	  NULL,
	  false,
	  { "tini version %v" } },
	{ "tmux", "tmux_project:tmux", "tmux", "TMUX_TMPDIR", false, { "%0%v%0" } },
	{ "tor", "torproject:tor", "tor", NULL, false, { "(on Tor %v " } },
	{ "transmission",
	  "transmissionbt:transmission",
	  "transmission-daemon transmission-cli transmission-remote",
	  NULL,
	  false,
	  { "%0Transmission/%v" } },
	{ "unbound", "nlnetlabs:unbound", "unbound", NULL, false, { "%0unbound %v" } },
	{ "varnish",
	  "varnish-software:varnish_cache",
	  "varnishd",
	  NULL,
	  false,
	  { "varnish-%v revision" },
	  "varnish" },
	{ "vsftpd", "vsftpd_project:vsftpd", "vsftpd", NULL, false, { "(vsFTPd %v)" } },
	{ "xz", "tukaani:xz", LIBRARY("lzma"), NULL, false, { "%0%n%0" } },
	{ "zlib", "zlib:zlib", LIBRARY("z"), NULL, false, { " inflate %v Copyright" } },
};
const size_t classifiers_n = sizeof(classifiers) / sizeof(classifiers[0]);

/* ---- names ---- */

bool classifier_wants(const struct classifier *c, struct lc_slice name)
{
	struct lc_slice rest = lc_str(c->files);
	struct lc_slice item;
	while (rest.p && lc_split(&rest, ' ', &item)) {
		bool open = lc_chop_suffix(&item, LC_S("*"));
		if (open ? lc_starts(name, item) : lc_eq(name, item))
			return true;
	}
	return false;
}

/* Digits and dots between, not at the end. */
static size_t numbers(struct lc_slice s, size_t *ret_dots)
{
	size_t n = 0;
	*ret_dots = 0;
	while (n < s.n && (lc_is_digit(s.p[n]) ||
			   (n && s.p[n] == '.' && n + 1 < s.n && lc_is_digit(s.p[n + 1])))) {
		*ret_dots += s.p[n] == '.';
		n++;
	}
	return n;
}

struct lc_slice classifier_numbers(struct lc_slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		size_t dots;
		if (lc_is_digit(name.p[i]))
			return lc_sub(name, i, numbers(lc_skip(name, i), &dots));
	}
	return LC_S("");
}

/* ---- versions ---- */

static bool is_word(uint8_t c)
{
	return lc_is_alpha(c) || lc_is_digit(c) || c == '_';
}

static size_t digits(struct lc_slice s)
{
	size_t n = 0;
	while (n < s.n && lc_is_digit(s.p[n]))
		n++;
	return n;
}

/* "w", "p1", "-beta3", "rc1": what may stand behind the numbers of a version. */
static size_t tail(struct lc_slice s)
{
	static const struct lc_slice words[] = {
		LC_S_INIT("alpha"), LC_S_INIT("beta"), LC_S_INIT("rc"),
		LC_S_INIT("pre"),   LC_S_INIT("dev"),
	};
	size_t dash = s.n && s.p[0] == '-';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct lc_slice rest = lc_skip(s, dash);
		if (lc_chop_prefix(&rest, words[i])) {
			size_t dot = rest.n > 1 && rest.p[0] == '.' && lc_is_digit(rest.p[1]);
			return dash + words[i].n + dot + digits(lc_skip(rest, dot));
		}
	}
	if (!dash && s.n && lc_is_alpha(s.p[0]))
		return 1 + digits(lc_skip(s, 1));
	return 0;
}

/* Addresses that programs hold look like versions. */
static bool is_address(struct lc_slice s)
{
	return lc_eq(s, LC_S("127.0.0.1")) || lc_eq(s, LC_S("0.0.0.0")) ||
	       lc_eq(s, LC_S("255.255.255.255"));
}

/* The version at the start: its length, 0 none. */
static size_t version(struct lc_slice s, char kind)
{
	size_t dots;
	size_t n = numbers(s, &dots);
	if (n == 0 || dots == 0 || is_address(lc_sub(s, 0, n)))
		return 0;
	if (kind == 'n')
		return n;
	struct lc_slice rest = lc_skip(s, n);
	if (kind == 'p' && rest.n && rest.p[0] == '-')
		n += digits(lc_skip(rest, 1)) ? 1 + digits(lc_skip(rest, 1)) : 0;
	else
		n += tail(rest);
	rest = lc_skip(s, n);
	bool ends = rest.n == 0 || (!is_word(rest.p[0]) && rest.p[0] != '*');
	bool goes_on =
		rest.n > 1 && rest.p[0] == '.' && (lc_is_digit(rest.p[1]) || rest.p[1] == '*');
	return ends && !goes_on ? n : 0;
}

/* ---- patterns ---- */

/* Match at the start; *ret_end is where it ends. */
static bool match(const char *p, struct lc_slice s, size_t *ret_end, struct lc_slice *ret)
{
	size_t at = 0;
	for (; *p; p++) {
		struct lc_slice rest = lc_skip(s, at);
		char c = *p == '%' ? *++p : '\0';
		size_t n = 1;
		if (c == 'n' || c == 'v' || c == 'p') {
			n = version(rest, c);
			*ret = lc_sub(rest, 0, n);
		} else if (c == '9') {
			n = rest.n && lc_is_digit(rest.p[0]);
		} else {
			uint8_t want = c == '0' ? 0 : (uint8_t)*p;
			n = rest.n && rest.p[0] == want;
		}
		if (n == 0)
			return false;
		at += n;
	}
	*ret_end = at;
	return true;
}

/* The literal that a pattern begins with; "%0" counts as its NUL. */
static struct lc_slice lead(const char *p, char *buf, size_t room)
{
	size_t n = 0;
	for (; *p && n < room; p++) {
		if (*p != '%') {
			buf[n++] = *p;
			continue;
		}
		p++;
		if (*p != '0' && *p != '%')
			break;
		buf[n++] = *p == '0' ? '\0' : '%';
	}
	return lc_slice_of(buf, n);
}

bool classifier_next(const char *pattern, struct lc_slice s, size_t *at, struct lc_slice *ret)
{
	char buf[64];
	struct lc_slice first = lead(pattern, buf, sizeof(buf));
	while (*at < s.n) {
		struct lc_slice rest = lc_skip(s, *at);
		size_t end;
		size_t found = lc_find_slice(rest, first);
		if (found == SIZE_MAX)
			break;
		*at += found;
		if (match(pattern, lc_sub(s, *at, CLASSIFIER_SPAN_MAX), &end, ret)) {
			*at += end > 1 ? end - 1 : 1; /* its last NUL may begin the next */
			return true;
		}
		(*at)++;
	}
	*at = s.n;
	return false;
}
