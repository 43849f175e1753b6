#!/usr/bin/env python3
"""Holds the golden reports to docs/schema/report-1.json with a full validator.

usage: schema.py SOURCE_ROOT
"""

import copy
import json
import pathlib
import sys

ROOT = pathlib.Path(sys.argv[1])
try:
    import jsonschema
except ImportError:
    print("1..1\nok 1 - schema # SKIP python3-jsonschema is not installed")
    sys.exit(0)

schema = json.loads((ROOT / "docs/schema/report-1.json").read_text())
reports = sorted((ROOT / "tests/data/report").glob("*.json"))
validator = jsonschema.Draft202012Validator(schema)
results = []


def check(name, good):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}")


def is_valid(value):
    errors = list(validator.iter_errors(value))
    for error in errors[:5]:
        print(f"# {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    return not errors


jsonschema.Draft202012Validator.check_schema(schema)
check("there are reports", bool(reports))
for path in reports:
    check(f"{path.name} fits", is_valid(json.loads(path.read_text())))

# The schema is strict: it must refuse what it does not describe.
whole = json.loads((ROOT / "tests/data/report/sample.json").read_text())
extra = copy.deepcopy(whole)
extra["Lacre"]["Extra"] = 1
check("an undescribed member is refused", not is_valid(extra))
lacking = copy.deepcopy(whole)
del lacking["Results"][0]["Vulnerabilities"][0]["Lacre"]["Evidence"]
check("a finding without evidence is refused", not is_valid(lacking))
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
