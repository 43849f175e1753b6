#!/usr/bin/env python3
"""The shared library exports what its header declares, under lacre_*, and nothing else.

usage: exports.py LIBRARY
"""

import re
import subprocess
import sys

import tap
import tree

LIBRARY = sys.argv[1]
HEADER = "include/lacre/lacre.h"


def exported():
    command = ["nm", "-D", "--defined-only", LIBRARY]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines()
             if line.split()[-2] not in ("A", "a")}
    return {name for name in names if not name.startswith(("__asan", "__ubsan", "__sanitizer"))}


def declared():
    return set(re.findall(r"\b(lacre_\w+)\s*\(", tree.code(tree.text(HEADER))))


def only_lacre_names_are_exported():
    return sorted(name for name in exported() if not name.startswith("lacre_"))


def every_exported_name_is_declared():
    return sorted(exported() - declared())


def every_declared_name_is_exported():
    names = declared()
    if not names:
        yield f"{HEADER} declares nothing"
    yield from sorted(names - exported())


def soname_has_a_version():
    command = ["readelf", "-dW", LIBRARY]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if not re.search(r"\(SONAME\).*\[liblacre\.so\.\d+\]", out):
        yield "no SONAME liblacre.so.N"


tap.run([(check.__name__, check) for check in (
    only_lacre_names_are_exported,
    every_exported_name_is_declared,
    every_declared_name_is_exported,
    soname_has_a_version,
)])
