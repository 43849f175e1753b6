#!/usr/bin/env python3
"""A room includes from itself and from the rooms before it only, and by full name."""

import re
import sys

import tap
import tree

ROOMS = sys.argv[1:]
QUOTED = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
ANGLED = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([^>]+)>", re.MULTILINE)


def without_comments(source):
    return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), source, flags=re.DOTALL)


def judge(room, path, source):
    """What is wrong with the #include lines of one file of that room."""
    for match in QUOTED.finditer(without_comments(source)):
        target = match.group(1).split("/")[0]
        if match.group(1).startswith("lacre/"):
            if ROOMS.index(room) < ROOMS.index("api"):
                yield f"{path}: the public header is for api and what comes after it"
        elif target not in ROOMS:
            if not match.group(1).endswith(".inc"):
                yield f'{path}: "{match.group(1)}" is not room/file.h'
        elif ROOMS.index(target) > ROOMS.index(room):
            yield f"{path}: {room} may not include from {target}"


def rooms_are_known():
    folders = sorted(p.name for p in (tree.ROOT / "src").iterdir() if p.is_dir())
    return [f"src/{name} is not in the list of rooms" for name in folders if name not in ROOMS]


def includes_go_upwards():
    for path in tree.c_files("src"):
        yield from judge(path.parts[1], path, tree.text(path))


def own_header_comes_first():
    for path in tree.c_files("src"):
        if path.suffix != ".c" or not (tree.ROOT / path.with_suffix(".h")).exists():
            continue
        stem = str(path.with_suffix("").relative_to("src"))
        first = re.search(r"^[ \t]*#[ \t]*include[ \t]*[\"<]([^\">]+)", tree.text(path), re.M)
        if not first or first.group(1) not in (stem + ".h", stem + "_impl.h"):
            yield f"{path}: own header is not the first include"


def public_header_includes_only_the_standard_library():
    for path in tree.c_files("include"):
        source = without_comments(tree.text(path))
        for match in QUOTED.finditer(source):
            yield f"{path}: includes {match.group(1)}"
        for match in ANGLED.finditer(source):
            if match.group(1) not in ("stdbool.h", "stddef.h", "stdint.h"):
                yield f"{path}: includes {match.group(1)}"


def the_check_sees_a_wrong_include():
    if not list(judge("base", "x.c", '#include "cli/main.h"\n')):
        yield "base including from cli went unnoticed"
    if not list(judge("cli", "x.c", '#include "main.h"\n')):
        yield "an include without its room went unnoticed"
    if list(judge("cli", "x.c", '/* #include "nowhere.h" */\n#include "base/err.h"\n')):
        yield "a right include was refused"


tap.run([
    ("the_check_sees_a_wrong_include", the_check_sees_a_wrong_include),
    ("rooms_are_known", rooms_are_known),
    ("includes_go_upwards", includes_go_upwards),
    ("own_header_comes_first", own_header_comes_first),
    ("public_header_includes_only_the_standard_library",
     public_header_includes_only_the_standard_library),
])
