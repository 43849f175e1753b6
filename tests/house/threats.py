"""docs/security.md names a test for every threat: each must exist."""

import re

import tap
from tree import ROOT


def rows():
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    return re.findall(r"^\| (\d+) \|.*\| `([\w/.]+): (\w+)` \|$", text, re.M)


def every_threat_has_a_row():
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    numbered = re.findall(r"^\| (\d+) \|", text, re.M)
    if len(numbered) < 10:
        return ["fewer than ten threats"]
    return [f"threat {n} names no test" for n in numbered if n not in {r[0] for r in rows()}]


def every_test_is_there():
    wrong = []
    for number, file, name in rows():
        path = ROOT / "tests" / file
        if not path.is_file():
            wrong.append(f"threat {number}: no file tests/{file}")
        elif not re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")):
            wrong.append(f"threat {number}: no test {name} in tests/{file}")
    return wrong


tap.run([("every threat names a test", every_threat_has_a_row), ("every test named is there", every_test_is_there)])
