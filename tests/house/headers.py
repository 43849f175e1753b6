#!/usr/bin/env python3
"""Every header compiles alone: ours as C17 with GNU extensions, public ones as strict C11 and C++.

usage: headers.py CC...      the compiler and its arguments; C++ is skipped where there is none
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import tap
import tree

CC = sys.argv[1:]
# Rows of a table, included where CLI_ROW says what a row becomes: no header of its own.
TABLES = {"cli/option_rows.h"}
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only"]


def compile_alone(command, suffix, name):
    """Errors of a file that includes that header twice and nothing else."""
    with tempfile.NamedTemporaryFile("w", suffix=suffix) as source:
        source.write(f'#include "{name}"\n#include "{name}"\nextern int not_empty_;\n')
        source.flush()
        done = subprocess.run([*command, source.name], capture_output=True, text=True)
    return [] if done.returncode == 0 else [f"{name}:"] + done.stderr.splitlines()[:10]


def compile_all(command, suffix, names):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for wrong in pool.map(lambda name: compile_alone(command, suffix, name), names):
            yield from wrong


def names_below(folder):
    base = tree.ROOT / folder
    return sorted({str(p.relative_to(base)) for p in base.rglob("*.h")} - TABLES)


def include_flags(folder):
    return ["-I", str(tree.ROOT / folder)]


def every_header_guards_itself():
    """What is meant to be included in the middle of something is no header: call it .inc."""
    for folder in ("src", "tests"):
        for name in names_below(folder):
            if "#pragma once" not in tree.text(os.path.join(folder, name)):
                yield f"{folder}/{name}: no #pragma once"


def headers_compile_alone_as_c17():
    generated = os.path.join(os.environ["LACRE_BUILD_ROOT"], "src")
    # The one library whose headers are in a folder of their own.
    tokens = subprocess.run(["pkg-config", "--cflags", "p11-kit-1"], capture_output=True, text=True,
                            check=True).stdout.split()
    flags = ["-std=gnu17", "-D_GNU_SOURCE", *include_flags("src"), *include_flags("include"),
             "-I", generated, *tokens]
    return compile_all([*CC, *flags, *WARNINGS], ".c", names_below("src"))


def public_names():
    names = names_below("include")
    if not names:
        raise tap.Skip("no header under include")
    return names


def public_headers_compile_alone_as_strict_c11():
    flags = ["-std=c11", "-pedantic-errors", *include_flags("include")]
    return compile_all([*CC, *flags, *WARNINGS], ".c", public_names())


def public_headers_compile_alone_as_cxx():
    cxx = shutil.which("g++") or shutil.which("clang++")
    if not cxx:
        raise tap.Skip("no C++ compiler: install g++")
    flags = ["-std=c++11", "-pedantic-errors", *include_flags("include")]
    return compile_all([cxx, *flags, *WARNINGS], ".cc", public_names())


def the_check_sees_a_header_that_needs_another():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "bad.h"), "w", encoding="ascii") as header:
            header.write("#pragma once\nsize_t length(const struct unknown *u);\n")
        if not compile_alone([*CC, "-I", folder, *WARNINGS], ".c", "bad.h"):
            yield "a header without its includes compiled"


tap.run([
    ("the_check_sees_a_header_that_needs_another", the_check_sees_a_header_that_needs_another),
    ("every_header_guards_itself", every_header_guards_itself),
    ("headers_compile_alone_as_c17", headers_compile_alone_as_c17),
    ("public_headers_compile_alone_as_strict_c11", public_headers_compile_alone_as_strict_c11),
    ("public_headers_compile_alone_as_cxx", public_headers_compile_alone_as_cxx),
])
