#!/usr/bin/env python3
"""meson install puts in place what a package needs, and a C program builds against it.

usage: install.py MESON BUILD-DIRECTORY PREFIX CC...
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

MESON, BUILD, PREFIX, *CC = sys.argv[1:]

# One of each pattern must exist below the prefix.
WANTED = [
    "bin/lacre",
    "include/lacre/lacre.h",
    "**/liblacre.so",
    "**/liblacre.so.[0-9]*",
    "**/pkgconfig/lacre.pc",
    "share/man/man1/lacre.1*",
    "share/bash-completion/completions/lacre",
    "share/zsh/site-functions/_lacre",
    "share/fish/vendor_completions.d/lacre.fish",
    "share/locale/pt_BR/LC_MESSAGES/lacre.mo",
]

CONSUMER = """#include <lacre/lacre.h>
int main(void) { return lacre_version() == 0; }
"""


def install():
    folder = tempfile.TemporaryDirectory()
    subprocess.run([MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir",
                    folder.name], check=True, capture_output=True)
    return folder, Path(folder.name + PREFIX)


DESTDIR, ROOT = install()


def everything_is_installed():
    return [pattern for pattern in WANTED if not list(ROOT.glob(pattern))]


def nothing_else_is_installed():
    wanted = {path for pattern in WANTED for path in ROOT.glob(pattern)}
    for path in sorted(ROOT.rglob("*")):
        if not path.is_dir() and path not in wanted and "share/man/" not in str(path):
            yield str(path.relative_to(ROOT))


def the_installed_program_runs():
    done = subprocess.run([str(ROOT / "bin/lacre"), "--version"], capture_output=True, text=True,
                          check=False)
    if done.returncode or not re.search(r"\d+\.\d+\.\d+", done.stdout):
        yield f"exit code {done.returncode}, output {done.stdout!r}, {done.stderr[:300]!r}"


def a_program_builds_with_the_pkg_config_file():
    pc = next(ROOT.glob("**/pkgconfig/lacre.pc")).parent
    environment = {**os.environ, "PKG_CONFIG_PATH": str(pc), "PKG_CONFIG_SYSROOT_DIR": DESTDIR.name}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "lacre"], env=environment,
                           capture_output=True, text=True, check=True).stdout.split()
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "c.c"), os.path.join(folder, "c")
        Path(source).write_text(CONSUMER, encoding="ascii")
        made = subprocess.run([*CC, source, "-o", program, *flags], capture_output=True, text=True,
                              check=False)
        if made.returncode:
            yield from made.stderr.splitlines()[:10]
            return
        library = next(ROOT.glob("**/liblacre.so")).parent
        done = subprocess.run([program], env={**os.environ, "LD_LIBRARY_PATH": str(library)},
                              capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"exit code {done.returncode}: {done.stderr[:300]}"


tap.run([(check.__name__, check) for check in (
    everything_is_installed,
    nothing_else_is_installed,
    the_installed_program_runs,
    a_program_builds_with_the_pkg_config_file,
)])
