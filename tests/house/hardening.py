#!/usr/bin/env python3
"""How the built program is made: hardening, libraries that it needs, size.

usage: hardening.py PROGRAM [sanitized|optimised|plain] CC...
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

PROGRAM, BUILD, *CC = sys.argv[1:]
SIZE_MAX = 5 * 1000 * 1000

# Opened when first used, so that a command which does not use them starts in 4 ms.
HEAVY = ("libcurl", "libpcre2", "libhs", "libpq", "libmicrohttpd", "libgpgme", "libp11-kit")


def readelf(*options, path=PROGRAM):
    command = ["readelf", "-W", *options, path]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needs_release():
    if BUILD != "optimised":
        raise tap.Skip(f"build is {BUILD}: ./dev build makes an optimised one")


def needs_no_sanitizer():
    if BUILD == "sanitized":
        raise tap.Skip("sanitizers replace this hardening")


def loads_at_any_address():
    if not re.search(r"Type:\s+DYN", readelf("-h")):
        yield "not a position independent executable"


def relocations_are_read_only():
    if "GNU_RELRO" not in readelf("-l"):
        yield "no RELRO segment"
    if not re.search(r"\(FLAGS_1\).*NOW|\(BIND_NOW\)|\(FLAGS\).*BIND_NOW", readelf("-d")):
        yield "symbols are bound lazily"


def stack_is_not_executable():
    match = re.search(r"GNU_STACK.*", readelf("-l"))
    if not match or re.search(r"\bRWE\b", match.group(0)):
        yield f"stack segment: {match.group(0) if match else 'none'}"


def no_segment_is_writable_and_executable():
    for line in readelf("-l").splitlines():
        if re.search(r"LOAD.*\bRWE\b", line):
            yield line.strip()


def imported():
    return set(re.findall(r"UND\s+(\w+)", readelf("--dyn-syms")))


def stack_is_protected():
    needs_no_sanitizer()
    if "__stack_chk_fail" not in imported():
        yield "__stack_chk_fail is not imported"


def copies_are_fortified():
    needs_release()
    names = sorted(name for name in imported() if name.endswith("_chk"))
    if not [name for name in names if name != "__stack_chk_fail"]:
        yield f"no fortified function is imported, only {names}"


def branches_are_checked_by_hardware():
    with tempfile.TemporaryDirectory() as folder:
        probe = os.path.join(folder, "probe")
        with open(probe + ".c", "w", encoding="ascii") as source:
            source.write("int main(void) { return 0; }\n")
        made = subprocess.run([*CC, "-fcf-protection=full", "-o", probe, probe + ".c"],
                              capture_output=True, check=False)
        if made.returncode or "IBT" not in readelf("-n", path=probe):
            raise tap.Skip("this compiler and its start files make no CET note")
    if "IBT" not in readelf("-n") or "SHSTK" not in readelf("-n"):
        yield "no IBT and SHSTK note"


def no_library_path_is_built_in():
    installed = readelf("-d")
    for line in installed.splitlines():
        if re.search(r"\((RPATH|RUNPATH)\)", line) and "$ORIGIN" not in line:
            yield line.strip()


def heavy_libraries_are_not_linked():
    for name in re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d")):
        if name.startswith(HEAVY):
            yield name


def what_looks_for_most_symbols_is_loaded_first():
    """Their own are found at once then, and not behind all others: it is half of what starting costs."""
    if BUILD == "sanitized":
        raise tap.Skip("sanitizers are loaded first")
    first = re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d"))[:2]
    if [name.split(".")[0] for name in first] != ["libcrypto", "libsqlite3"]:
        yield f"{first}"


def stripped_program_is_small():
    needs_release()
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(PROGRAM, folder)
        subprocess.run(["strip", copy], check=True)
        size = os.path.getsize(copy)
    if size > SIZE_MAX:
        yield f"{size} bytes, more than {SIZE_MAX}"


tap.run([(check.__name__, check) for check in (
    loads_at_any_address,
    relocations_are_read_only,
    stack_is_not_executable,
    no_segment_is_writable_and_executable,
    stack_is_protected,
    copies_are_fortified,
    branches_are_checked_by_hardware,
    no_library_path_is_built_in,
    heavy_libraries_are_not_linked,
    what_looks_for_most_symbols_is_loaded_first,
    stripped_program_is_small,
)])
