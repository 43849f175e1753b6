#!/usr/bin/env python3
"""The program in docs/api.md compiles without a warning, runs and says what it should.

usage: example.py LIBRARY CC...
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "house"), str(HERE.parent / "cli")]

import tap  # noqa: E402  (the path is set above)
import tree  # noqa: E402
from small_image import Image  # noqa: E402

LIBRARY, *CC = sys.argv[1:]
scratch = tempfile.TemporaryDirectory()
FOLDER = pathlib.Path(scratch.name)
WARNINGS = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror"]


def source():
    blocks = re.findall(r"^```c\n(.*?)^```", tree.text("docs/api.md"), flags=re.S | re.M)
    return blocks[0]


def build():
    (FOLDER / "scan.c").write_text(source(), encoding="utf-8")
    return subprocess.run(
        [*CC, *WARNINGS, f"-I{tree.ROOT}/include", "-o", FOLDER / "scan", FOLDER / "scan.c",
         LIBRARY, f"-Wl,-rpath,{os.path.dirname(os.path.abspath(LIBRARY))}"],
        capture_output=True, text=True, check=False)


def scan(*args):
    return subprocess.run([FOLDER / "scan", *map(str, args)], capture_output=True, text=True,
                          check=False)


def the_example_compiles():
    return build().stderr.splitlines()[:10]


def the_example_scans():
    done = scan(Image().write_tar(FOLDER / "image.tar"))
    if done.returncode or not re.match(r"critical: \d+, high: \d+\nthe report has \d+ bytes\n$",
                                       done.stdout):
        yield f"{done.returncode} {done.stdout!r} {done.stderr!r}"


def the_example_tells_what_went_wrong():
    for args, words in ((("absent.tar",), "absent.tar"),
                        ((FOLDER / "image.tar", FOLDER / "scan.c"), "scan.c")):
        done = scan(*args)
        if done.returncode != 1 or words not in done.stderr or done.stdout:
            yield f"{args}: {done.returncode} {done.stdout!r} {done.stderr!r}"


tap.run([(check.__name__, check) for check in (
    the_example_compiles,
    the_example_scans,
    the_example_tells_what_went_wrong,
)])
