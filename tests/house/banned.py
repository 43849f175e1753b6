#!/usr/bin/env python3
"""Functions that src/ does not call: unbounded or ambiguous ones nowhere, and those that the shims of
base stand before (heap, files, clock, randomness) nowhere but there."""

import re

import tap
import tree

NOWHERE = """strcpy strcat sprintf vsprintf strtok gets strncpy strncat atoi atol atoll atof strtol
strtoul strtoll strtoull sscanf localtime gmtime alloca rand srand random system popen mktemp tmpnam
tempnam asctime ctime setjmp longjmp""".split()

SHIMMED = """malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf open openat
creat fopen pread read write rename renameat unlink unlinkat fsync fdatasync time clock_gettime
gettimeofday getrandom getentropy""".split()

# Programs end, and their output is made, in one room only.
CLI_ONLY = "exit _exit abort printf puts putchar perror".split()

SHIM_FILES = {"src/base/shim.c"}

# file -> names, with the reason.
ALLOWED = {
    # Processes of our own, which have no command to return to.
    "src/io/guard.c": {"_exit"},
    "src/io/worker_nursery.c": {"_exit"},
    # p11-kit hands out names from its own malloc().
    "src/crypt/token_module.c": {"free"},
    # A condition variable waits for the kernel's time, whatever a test makes of ours.
    "src/io/zstd.c": {"clock_gettime"},
}


def calls(source, names):
    """(line number, name) of each call; members (x->open, x.free) are not those functions."""
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(map(re.escape, names)) + r")\s*\(")
    for number, line in enumerate(tree.code(source).splitlines(), 1):
        for match in pattern.finditer(line):
            yield number, match.group(1)


def report(names, is_exempt):
    for path in tree.c_files("src"):
        if is_exempt(path):
            continue
        allowed = ALLOWED.get(str(path), set())
        for number, name in calls(tree.text(path), names):
            if name not in allowed:
                yield f"{path}:{number}: {name}()"


def banned_functions_are_absent():
    return report(NOWHERE, lambda path: False)


def shimmed_functions_are_called_by_the_shims_only():
    return report(SHIMMED, lambda path: str(path) in SHIM_FILES)


def only_the_cli_prints_and_exits():
    return report(CLI_ONLY, lambda path: path.parts[1] == "cli")


def exemptions_are_needed():
    for name, allowed in ALLOWED.items():
        path = tree.ROOT / name
        if path.exists():
            used = {call for _, call in calls(path.read_text(encoding="utf-8"), allowed)}
            for spare in sorted(allowed - used):
                yield f"{name} does not call {spare}"


def the_check_sees_calls_and_nothing_else():
    source = 'x = "strcpy(a)"; /* strcpy(b) */ s->strcpy(c); my_strcpy(d);\nstrcpy (e); // gets(f)\n'
    found = list(calls(source, NOWHERE))
    if found != [(2, "strcpy")]:
        yield f"found {found}"


tap.run([
    ("the_check_sees_calls_and_nothing_else", the_check_sees_calls_and_nothing_else),
    ("banned_functions_are_absent", banned_functions_are_absent),
    ("shimmed_functions_are_called_by_the_shims_only",
     shimmed_functions_are_called_by_the_shims_only),
    ("only_the_cli_prints_and_exits", only_the_cli_prints_and_exits),
    ("exemptions_are_needed", exemptions_are_needed),
])
