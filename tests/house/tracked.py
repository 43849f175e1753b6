#!/usr/bin/env python3
"""What every tracked file, and the README of every room, must be like."""

import re

import tap
import tree

LINES_MAX = 6
COLUMNS_MAX = 100
TAB = 8

# Inputs and expected outputs hold whatever their formats do.
DATA = ("tests/data/", "fuzz/corpus/", "LICENSE")

# In pieces, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
FOR_NOW = re.compile(r"\bfor " + r"now\b", re.IGNORECASE)
MACHINE = re.compile("|".join(["/work" + "/", "/tmp/" + r"b-\w", "/tmp/" + "lacre/", r"\.py" + "env"]))


def is_data(path):
    return str(path).startswith(DATA)


def lines():
    """(path, number, line) of each line of every tracked text file that is not data."""
    for path in tree.tracked():
        if is_data(path):
            continue
        try:
            content = tree.text(path)
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(content.split("\n"), 1):
            yield path, number, line


def matching(pattern):
    for path, number, line in lines():
        if pattern.search(line):
            yield f"{path}:{number}: {line.strip()[:80]}"


def nothing_is_marked_unfinished():
    return matching(UNFINISHED)


def nothing_is_only_for_a_while():
    return matching(FOR_NOW)


def no_path_of_a_machine():
    return matching(MACHINE)


def width(line):
    return len(line.expandtabs(TAB))


def c_lines_fit_100_columns():
    for path, number, line in lines():
        if path.suffix in (".c", ".h") and width(line) > COLUMNS_MAX:
            yield f"{path}:{number}: {width(line)} columns"


def libraries_are_named_by_dependency_alone():
    """A bare -lNAME is another library than the one that was looked for, or none at all."""
    for path, number, line in lines():
        if path.name == "meson.build" and re.search(r"'-l\w", line):
            yield f"{path}:{number}: {line.strip()[:80]}"


def no_space_ends_a_line():
    for path, number, line in lines():
        if path.suffix in (".c", ".h", ".py", ".build", ".md") and line != line.rstrip():
            yield f"{path}:{number}"


def files_end_with_one_newline():
    for path in tree.tracked():
        if is_data(path) or path.suffix not in (".c", ".h", ".py", ".build", ".md", ".sh"):
            continue
        content = tree.text(path)
        if content and (not content.endswith("\n") or content.endswith("\n\n")):
            yield str(path)


def every_room_has_a_short_readme():
    for folder in sorted(p for p in (tree.ROOT / "src").iterdir() if p.is_dir()):
        readme = folder / "README.md"
        if not readme.exists():
            yield f"src/{folder.name} has no README.md"
        elif not 1 <= len(readme.read_text(encoding="utf-8").splitlines()) <= LINES_MAX:
            yield f"src/{folder.name}/README.md has more than {LINES_MAX} lines, or none"


def links_between_pages_lead_somewhere():
    for path in tree.tracked():
        if path.suffix != ".md" or is_data(path):
            continue
        for target in re.findall(r"\]\(([^)#\s]+)", tree.text(path)):
            if "://" not in target and not (tree.ROOT / path.parent / target).exists():
                yield f"{path}: {target}"


def every_fuzz_target_is_built_and_seeded():
    table = tree.text("fuzz/meson.build")
    for path in sorted((tree.ROOT / "fuzz").glob("fuzz_*.c")):
        name = path.stem.removeprefix("fuzz_")
        if f"'{name}':" not in table:
            yield f"{name} has no row in fuzz/meson.build"
        if not any((tree.ROOT / "fuzz/corpus" / name).glob("*")):
            yield f"fuzz/corpus/{name} has no seed"


def the_checks_see_what_they_look_for():
    if not UNFINISHED.search("/* TO" + "DO: more */") or UNFINISHED.search("mkstemp XXXXXX"):
        yield "marks of unfinished work"
    if not MACHINE.search("in /work" + "/main") or MACHINE.search("/usr/lib/x"):
        yield "paths of a machine"
    if width("\tx") != 9:
        yield "columns of a tab"


tap.run([(check.__name__, check) for check in (
    the_checks_see_what_they_look_for,
    nothing_is_marked_unfinished,
    nothing_is_only_for_a_while,
    no_path_of_a_machine,
    c_lines_fit_100_columns,
    libraries_are_named_by_dependency_alone,
    no_space_ends_a_line,
    files_end_with_one_newline,
    every_room_has_a_short_readme,
    links_between_pages_lead_somewhere,
    every_fuzz_target_is_built_and_seeded,
)])
