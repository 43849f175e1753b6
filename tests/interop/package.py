#!/usr/bin/env python3
"""The Debian packages install into a fresh Debian 12, work there, and go without a trace.

usage: package.py SOURCE-ROOT
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cli"), str(HERE.parent / "house")]

import tap  # noqa: E402
from small_image import Image  # noqa: E402

SOURCE = pathlib.Path(sys.argv[1])
scratch = tempfile.TemporaryDirectory()
SCRATCH = pathlib.Path(scratch.name)
# Run in the fresh root.
INSIDE = r"""
set -eu
export DEBIAN_FRONTEND=noninteractive HOME=/root LC_ALL=C
# Tests keep nothing and have a home of their own; here what is kept, and where, is looked at.
unset LACRE_NO_CACHE XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
apt-get -q -y install --no-install-recommends /tmp/in/*.deb
echo installed >>/tmp/in/told
lacre --version >>/tmp/in/told
lacre image --quiet --format json --input /tmp/in/image.tar >/tmp/in/report.json
lacre image --quiet --format json --input /tmp/in/image.tar >/tmp/in/warm.json
if lacre image --quiet 127.0.0.1:1/x:1 >/tmp/in/out 2>/tmp/in/absent; then exit 1; fi
LANGUAGE= LC_ALL=pt_BR.UTF-8 lacre --help >/tmp/in/help
ldconfig -p >/tmp/in/libraries
find / -xdev -path /proc -prune -o -path /tmp -prune -o -name '*lacre*' -print >/tmp/in/files
apt-get -q -y purge lacre liblacre0 liblacre-dev
rm -rf /root/.cache/lacre /root/.local/share/lacre
find / -xdev -path /proc -prune -o -path /tmp -prune -o -name '*lacre*' -print >/tmp/in/left
echo purged >>/tmp/in/told
"""


def make_packages():
    """In a directory of the test's own, so that no build of the user's is touched."""
    env = {**os.environ, "LACRE_BUILD_DIR": str(SCRATCH / "build")}
    done = subprocess.run(["sh", str(SOURCE / "dev"), "package"], env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return sorted((SCRATCH / "build-package").glob("*.deb"))


def mirror():
    """The line that this machine's apt uses for Debian 12, else Debian's own."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
                          capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        uri, _, release = line.partition(" ")
        if release == "bookworm" and "security" not in uri:
            return f"deb {uri} bookworm main"
    return "deb http://deb.debian.org/debian bookworm main"


def make_root(inside):
    script = SCRATCH / "inside.sh"
    script.write_text(INSIDE)
    shutil.copy(script, inside / "inside.sh")
    hook = f'mkdir -p "$1/tmp/in" && cp -a {inside}/. "$1/tmp/in/" && chroot "$1" sh /tmp/in/inside.sh && ' \
           f'cp -a "$1/tmp/in/." {inside}/'
    for how in (["--mode=auto"], ["--mode=root", "--skip=chroot/mount"]):
        done = subprocess.run(["mmdebstrap", *how, "--variant=apt", "--aptopt=Acquire::Retries \"3\"",
                               f"--customize-hook={hook}", "bookworm", "/dev/null", mirror()],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=900)
        if done.returncode == 0 or (inside / "told").exists():
            break
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])


def packages_work_in_a_fresh_root():
    missing = [t for t in ("mmdebstrap", "dpkg-buildpackage", "lintian", "dh") if not shutil.which(t)]
    if missing:
        raise tap.Skip(f"no {', '.join(missing)}")
    if os.geteuid() != 0:
        raise tap.Skip("a root to install into needs root here")
    debs = make_packages()
    names = [d.name.split("_")[0] for d in debs]
    if names != ["lacre", "liblacre-dev", "liblacre0"]:
        yield f"packages: {names}"
    inside = SCRATCH / "in"
    inside.mkdir()
    for deb in debs:
        shutil.copy(deb, inside)
    Image().write_tar(inside / "image.tar")
    make_root(inside)

    def read(name):
        return (inside / name).read_text(encoding="utf-8")

    if "installed" not in read("told") or "purged" not in read("told") or "Version" not in read("told"):
        yield f"told: {read('told')}"
    report, warm = json.loads(read("report.json")), json.loads(read("warm.json"))
    if not any(r.get("Vulnerabilities") for r in report["Results"]):
        yield "no findings"
    if not all(layer.get("Cached") for layer in warm["Lacre"]["Layers"]):
        yield "the second scan read layers"
    if "libcurl" not in read("absent") or len(read("absent").splitlines()) != 1:
        yield f"without libcurl: {read('absent')[:300]}"
    if "Uso" not in read("help") and "comando" not in read("help"):
        yield f"not Portuguese: {read('help')[:200]}"
    if "liblacre.so.0" not in read("libraries"):
        yield "ldconfig does not know the library"
    for wanted in ("/usr/bin/lacre", "/usr/share/man/man1/lacre-image.1.gz",
                   "/usr/share/bash-completion/completions/lacre", "/usr/share/zsh/site-functions/_lacre",
                   "/usr/share/fish/vendor_completions.d/lacre.fish", "/usr/include/lacre/lacre.h",
                   "/usr/share/locale/pt_BR/LC_MESSAGES/lacre.mo"):
        # dpkg of small roots may be told to leave out manual pages and translations.
        if wanted not in read("files").splitlines():
            yield f"{wanted} is not there"
    if read("left").split():
        yield f"left after purge: {read('left').split()}"


tap.run([("packages_work_in_a_fresh_root", packages_work_in_a_fresh_root)])
