#!/usr/bin/env python3
"""./dev says what it can do, refuses what it cannot, and names no host but Debian's."""

import re
import subprocess

import tap
import tree

DEV = str(tree.ROOT / "dev")


def run(*arguments):
    return subprocess.run(["sh", DEV, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)


def commands():
    """Those that the script has a function for."""
    return set(re.findall(r"^cmd_(\w+)\(\)", tree.text("dev"), re.MULTILINE)) | {"deps"}


def help_lists_every_command():
    out = run("help").stdout
    for name in sorted(commands()):
        if not re.search(rf"^  {name}\b", out, re.MULTILINE):
            yield name


def unknown_command_is_wrong_usage():
    done = run("dance")
    if done.returncode != 2 or "usage:" not in done.stderr:
        yield f"exit code {done.returncode}, {done.stderr[:100]!r}"


def unknown_option_of_test_is_refused():
    done = run("test", "--dance")
    if done.returncode != 1 or "--dance" not in done.stderr:
        yield f"exit code {done.returncode}, {done.stderr[:100]!r}"


def fuzz_needs_a_name_and_a_time():
    if run("fuzz", "json").returncode == 0:
        yield "exit code 0"


def no_host_but_debians():
    for name in ("dev", ".ci/run", "tools/pack-oci.sh"):
        for host in re.findall(r"https?://([\w.-]+)", tree.text(name)):
            if host != "deb.debian.org":
                yield f"{name}: {host}"


tap.run([(check.__name__, check) for check in (
    help_lists_every_command,
    unknown_command_is_wrong_usage,
    unknown_option_of_test_is_refused,
    fuzz_needs_a_name_and_a_time,
    no_host_but_debians,
)])
