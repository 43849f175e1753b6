#!/usr/bin/env python3
"""Counts the tests of a meson run by their TAP lines and prints what failed.

usage: count-tests.py TESTLOG.json

Meson counts programs; a program of ours holds many tests. A program that crashes, times out, breaks
its plan or exits with an error though all its lines say ok (a leak found at exit, for one) counts as
one failed test more. The last line is "N passed, N failed, N skipped"; the exit code is 1 when
anything failed or nothing ran.
"""

import json
import re
import sys

LINE = re.compile(r"(not )?ok\b\s*\d*\s*-?\s*([^#]*)(?:#\s*(\w+)\s*(.*))?$")
PLAN = re.compile(r"1\.\.(\d+)")
OUTPUT_LINES_MAX = 200


class Program:
    def __init__(self, record):
        self.name = record["name"]
        self.result = record["result"]
        self.output = (record.get("stdout") or "") + (record.get("stderr") or "")
        self.passed = 0
        self.failures = []
        self.skips = []
        self.read(record.get("stdout") or "")

    def read(self, text):
        planned = None
        for line in text.splitlines():
            plan = PLAN.match(line)
            if plan:
                planned = int(plan.group(1))
                continue
            match = LINE.match(line)
            if match:
                self.one(*match.groups())
        if planned == 0:
            planned = None
        seen = self.passed + len(self.failures) + len(self.skips)
        if planned is None and not seen:
            self.plain()
        elif planned is not None and planned != seen:
            self.failures.append(f"{seen} results of {planned} planned")
        elif self.result not in ("OK", "SKIP") and not self.failures:
            self.failures.append(f"ended with {self.result}")

    def one(self, bad, name, directive, reason):
        directive = (directive or "").upper()
        if directive.startswith("SKIP") and not bad:
            self.skips.append(f"{name.strip()}: {reason}")
        elif bad:
            self.failures.append(name.strip())
        else:
            self.passed += 1

    def plain(self):
        """A program that writes no TAP is one test; so is one skipped as a whole (1..0)."""
        if self.result == "OK":
            self.passed += 1
        elif self.result == "SKIP":
            self.skips.append("whole program")
        else:
            self.failures.append(f"ended with {self.result}")


def print_failure(program):
    print(f"--- FAILED {program.name}: {'; '.join(program.failures[:10])}")
    lines = [line for line in program.output.splitlines() if not line.startswith("ok ")]
    if len(lines) > OUTPUT_LINES_MAX:
        print(f"(the last {OUTPUT_LINES_MAX} of {len(lines)} lines)")
    print("\n".join(lines[-OUTPUT_LINES_MAX:]))


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as log:
            programs = [Program(json.loads(line)) for line in log if line.strip()]
    except FileNotFoundError:
        programs = []
    for program in programs:
        if program.failures:
            print_failure(program)
    for program in programs:
        for reason in program.skips:
            print(f"skipped {program.name}: {reason}")
    passed = sum(p.passed for p in programs)
    failed = sum(len(p.failures) for p in programs)
    skipped = sum(len(p.skips) for p in programs)
    sys.stdout.flush()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
