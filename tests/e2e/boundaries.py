"""Versions on and beside the edges of advisories' ranges, through `lacre db match`.

usage: boundaries.py LACRE
Each line gives exactly the ids of an independent evaluation. A difference that stays is a row of
tests/data/expected/boundaries-differences.jsonl; a missing or a stale row fails.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from program import Program, data_dir, difference_rows
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
scratch = tempfile.TemporaryDirectory()
FAMILIES = ("Debian:", "Alpine:", "Wolfi", "Ubuntu:", "AlmaLinux:", "Go", "npm", "PyPI", "Maven", "cargo", "NuGet",
            "Packagist", "RubyGems")
LINES_MIN = 5306


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


def database():
    path = pathlib.Path(scratch.name) / "lacre.db"
    if not path.exists():
        lacre.run("db", "build", "--from", need_data() / "advisories", "-o", path, "--quiet", check=True)
    return path


def questions():
    path = need_data() / "expected" / "oracle-boundaries.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [r for r in rows if r["ecosystem"].startswith(FAMILIES)]


def ask(rows):
    """Answers to all of them, in one go."""
    lines = "".join(json.dumps({k: r[k] for k in ("ecosystem", "package", "version")}) + "\n" for r in rows)
    done = subprocess.run([lacre.path, "db", "match", "--db", str(database())], input=lines.encode(),
                          capture_output=True, timeout=300, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ids_of(answer, want):
    """Ids as the evaluation names them: what has no CVE goes there by the record's own id."""
    got = {}
    for f in answer["findings"]:
        names = [f["id"]] + f["advisories"] + f.get("aliases", [])
        name = next((n for n in names if n in want), f["id"])
        got[name] = f["advisories"][0]
    return got


def lines_give_their_ids():
    rows = questions()
    if len(rows) < LINES_MIN:
        yield f"{len(rows)} lines, at least {LINES_MIN} are known"
    known = {(r["finding"], r["advisory"]) for r in difference_rows("boundaries-differences.jsonl")}
    met = set()
    for row, answer in zip(rows, ask(rows), strict=True):
        want = set(row["ids"])
        got = ids_of(answer, want)
        where = f"{row['ecosystem']} {row['package']} {row['version']}"
        for sign, name, by in ([("-", i, "none") for i in sorted(want - set(got))]
                               + [("+", i, got[i]) for i in sorted(set(got) - want)]):
            key = (f"{sign} {where} {name}", by)
            met.add(key)
            if key not in known:
                yield f"not in the file of differences: {key}"
    for key in sorted(known - met):
        yield f"stale row: {key}"


def one_by_one_is_the_same():
    for row, answer in list(zip(questions(), ask(questions()), strict=True))[::200]:
        args = (row["ecosystem"], row["package"], row["version"])
        done = lacre.run("db", "match", "--db", database(), *args, check=True)
        if done.stdout.decode().split() != answer["ids"]:
            yield f"{args}: {done.stdout!r}, among lines {answer['ids']}"
        if lacre.json("db", "match", "--db", database(), "--format", "json", *args) != answer:
            yield f"{args}: another object than among lines"


run([("lines give exactly their ids", lines_give_their_ids),
     ("one by one gives the same", one_by_one_is_the_same)])
