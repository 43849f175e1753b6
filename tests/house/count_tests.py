#!/usr/bin/env python3
"""tools/count-tests.py and .ci/run never report less trouble than there was."""

import json
import os
import subprocess
import sys
import tempfile

import tap
import tree

OK, FAIL = "OK", "FAIL"

# (what happens, output, meson's result, wanted last line)
PROGRAMS = [
    ("all_pass", "1..2\nok 1 - a\nok 2 - b\n", OK, "2 passed, 0 failed, 0 skipped"),
    ("one_fails", "1..2\nok 1 - a\nnot ok 2 - b\n", FAIL, "1 passed, 1 failed, 0 skipped"),
    ("one_is_skipped", "1..2\nok 1 - a\nok 2 - b # SKIP no umoci\n", OK,
     "1 passed, 0 failed, 1 skipped"),
    ("all_are_skipped", "1..0 # SKIP no data\n", "SKIP", "0 passed, 0 failed, 1 skipped"),
    ("crashes_before_its_end", "1..3\nok 1 - a\n", "ERROR", "1 passed, 1 failed, 0 skipped"),
    ("leaks_at_exit", "1..1\nok 1 - a\n", "ERROR", "1 passed, 1 failed, 0 skipped"),
    ("writes_nothing_and_fails", "", FAIL, "0 passed, 1 failed, 0 skipped"),
    ("has_no_plan_and_times_out", "ok 1 - a\n", "TIMEOUT", "1 passed, 1 failed, 0 skipped"),
    ("skips_with_not_ok", "1..1\nnot ok 1 # SKIP a\n", FAIL, "0 passed, 1 failed, 0 skipped"),
]


def count(output, result):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
        json.dump({"name": "p", "result": result, "stdout": output, "stderr": ""}, log)
        log.flush()
        command = [sys.executable, str(tree.ROOT / "tools/count-tests.py"), log.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.rstrip("\n").splitlines()[-1], done.returncode


def case(output, result, want):
    def check():
        line, code = count(output, result)
        if line != want:
            yield f"{line!r}, not {want!r}"
        if (code == 0) != (" 0 failed" in want and not want.startswith("0 passed")):
            yield f"exit code {code}"
    return check


def a_missing_log_is_a_failure():
    command = [sys.executable, str(tree.ROOT / "tools/count-tests.py"), "/nonexistent"]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        yield "exit code 0"


# (what happens, what ./dev prints and how it ends, for each tier; wanted last line; wanted code)
RUNS = [
    ("ci_sums_its_tiers", "echo 2 passed, 0 failed, 1 skipped", "8 passed, 0 failed, 4 skipped", 0),
    ("ci_fails_when_a_tier_prints_no_count", "exit 0", "0 passed, 4 failed, 0 skipped", 1),
    ("ci_fails_when_a_tier_fails", "echo 1 passed, 1 failed, 0 skipped; exit 1",
     "4 passed, 4 failed, 0 skipped", 1),
    ("ci_fails_on_the_exit_code_alone", "echo 1 passed, 0 failed, 0 skipped; exit 3",
     "4 passed, 4 failed, 0 skipped", 1),
]


def ci_case(script, want, want_code):
    def check():
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, ".ci"))
            with open(os.path.join(folder, ".ci/run"), "w", encoding="utf-8") as run:
                run.write(tree.text(".ci/run"))
            dev = os.path.join(folder, "dev")
            with open(dev, "w", encoding="utf-8") as stand_in:
                stand_in.write(f"#!/bin/sh\n{script}\n")
            os.chmod(dev, 0o755)
            done = subprocess.run(["bash", os.path.join(folder, ".ci/run")],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False)
        lines = done.stdout.splitlines()
        if lines[-1] != want:
            yield f"{lines[-1]!r}, not {want!r}"
        if sum(line[:1].isdigit() for line in lines) != 1:
            yield "more than one line reads as a total"
        if done.returncode != want_code:
            yield f"exit code {done.returncode}"
    return check


tap.run(
    [(name, case(output, result, want)) for name, output, result, want in PROGRAMS]
    + [("a_missing_log_is_a_failure", a_missing_log_is_a_failure)]
    + [(name, ci_case(script, want, code)) for name, script, want, code in RUNS]
)
