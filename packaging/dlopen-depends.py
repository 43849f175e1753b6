#!/usr/bin/env python3
"""The packages of the libraries that a program opens at run time, as a line for a substvars file.

usage: dlopen-depends.py NAME ELF-FILE

The program notes them in itself: section .note.dlopen, owner "FDO", type 0x407c0c0a, a JSON array of
{"soname": [...], "feature": ..., "priority": ...}. Source: "ELF dlopen metadata" of the UAPI group.
"""

import json
import re
import struct
import subprocess
import sys
import tempfile

OWNER, TYPE = b"FDO\0", 0x407C0C0A


def section(path):
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["objcopy", "-O", "binary", "--only-section=.note.dlopen", path, out.name], check=True)
        return open(out.name, "rb").read()


def notes(data):
    """Descriptions of the notes, each padded to four bytes."""
    at = 0
    while at + 12 <= len(data):
        names, size, kind = struct.unpack_from("<3I", data, at)
        start = at + 12 + (names + 3) // 4 * 4
        if kind == TYPE and data[at + 12:at + 12 + names] == OWNER:
            yield json.loads(data[start:start + size].rstrip(b"\0"))
        at = start + (size + 3) // 4 * 4


def package_of(soname):
    done = subprocess.run(["dpkg-query", "-S", f"*/{soname}"], check=True, capture_output=True, text=True)
    return re.match(r"([a-z0-9][a-z0-9.+-]*)[:,]", done.stdout).group(1)


name, elf = sys.argv[1:]
sonames = {n for note in notes(section(elf)) for one in note for n in one["soname"]}
if not sonames:
    sys.exit(f"{elf}: notes no library that is opened at run time")
print(f"{name}={', '.join(sorted({package_of(n) for n in sonames}))}")
