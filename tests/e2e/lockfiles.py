"""Real lock files against their lists of packages and an independent evaluation's findings.

usage: lockfiles.py LACRE
What the lists hold is looked up by `lacre db match`, whatever reads the files; then `lacre fs` reads the files
themselves, with development dependencies. Kinds of files that nothing reads are named and counted; those of BUILT
must be read. A difference that stays is a row of tests/data/expected/lockfiles-differences.jsonl.
"""

import collections
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

# The folder of a kind, and the ecosystem of what its files list; those that no advisory speaks of have none.
ECOSYSTEMS = {
    "bun": "npm", "npm": "npm", "pnpm": "npm", "yarn": "npm", "bundler": "RubyGems", "cargo": "crates.io",
    "composer": "Packagist", "conan": "ConanCenter", "dotnetdeps": "NuGet", "nuget": "NuGet", "nugetconfig": "NuGet",
    "gomod": "Go", "gosum": "Go", "gradle": "Maven", "sbt": "Maven", "mix": "Hex", "pipenv": "PyPI", "poetry": "PyPI",
    "requirements": "PyPI", "uv": "PyPI", "pub": "Pub", "swift": "SwiftURL", "julia": "Julia", "cocoapods": None,
    "conda": None,
}
BUILT = (
    "bun", "bundler", "cargo", "cocoapods", "composer", "conan", "conda", "dotnetdeps", "gomod", "gradle", "julia", "mix",
    "npm", "nuget", "nugetconfig", "pipenv", "pnpm", "poetry", "pub", "requirements", "sbt", "swift", "uv", "yarn",
)
# A go.sum alone lists versions that no build uses: it is no list of packages.
UNREAD = {"gosum"}


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


def database():
    path = pathlib.Path(scratch.name) / "lacre.db"
    if not path.exists():
        lacre.run("db", "build", "--from", need_data() / "advisories", "-o", path, "--quiet", check=True)
    return path


def kind(target):
    return target.split("/")[0]


def plain(target, version):
    return version.removeprefix("v") if kind(target) in ("gomod", "gosum") else version


def cases():
    """Target -> {(name, version): is it for development alone}."""
    all_cases = json.loads((need_data() / "lockfiles" / "expected.json").read_text())["cases"]
    lists = {}
    for case in all_cases:
        packages = lists.setdefault(case["path"], {})
        for p in case.get("packages", ()):
            key = (p["name"], plain(case["path"], p["version"]))
            packages[key] = packages.get(key, True) and bool(p.get("dev"))
    return lists


def evaluation():
    """(target, name, version) -> {id: fixed versions}."""
    found = collections.defaultdict(dict)
    for line in (need_data() / "expected" / "oracle-lockfiles.jsonl").read_text().splitlines():
        r = json.loads(line)
        found[r["target"], r["package"], plain(r["target"], r["installed"])][r["id"]] = set(r["fixed"])
    return found


def against_rows(differences):
    """What is not a row, and rows that nothing met."""
    known = {(r["finding"], r["advisory"]) for r in difference_rows("lockfiles-differences.jsonl")
             if r["advisory"] == differences[0]}
    met = {(d, differences[0]) for d in differences[1]}
    yield from (f"not in the file of differences: {k}" for k in sorted(met - known))
    yield from (f"stale row: {k}" for k in sorted(known - met))


def named(finding, want):
    """The id as the evaluation has it: what has no CVE goes there by the record's own."""
    names = [finding["id"]] + finding["advisories"] + finding.get("aliases", [])
    return next((n for n in names if n in want), finding["id"])


def listed_packages_match():
    found = evaluation()
    questions = [(t, n, v) for t, packages in sorted(cases().items()) if ECOSYSTEMS[kind(t)] for n, v in packages]
    questions += sorted(k for k in found if k not in set(questions))
    lines = "".join(json.dumps({"ecosystem": ECOSYSTEMS[kind(t)], "package": n, "version": v}) + "\n"
                    for t, n, v in questions if covered(ECOSYSTEMS[kind(t)]))
    questions = [q for q in questions if covered(ECOSYSTEMS[kind(q[0])])]
    done = subprocess.run([lacre.path, "db", "match", "--db", str(database())], input=lines.encode(),
                          capture_output=True, timeout=300, check=True)
    differences = set()
    for q, line in zip(questions, done.stdout.splitlines(), strict=True):
        want = found.get(q, {})
        got = {named(f, want): set(f.get("fixed", ())) for f in json.loads(line)["findings"]}
        for name in sorted(set(want) | set(got)):
            sign = "-" if name not in got else "+" if name not in want else "~"
            if sign != "~" or got[name] != want[name]:
                differences.add(f"{sign} {' '.join(q)} {name}")
    if len(questions) < 500:
        yield f"{len(questions)} packages were looked up"
    yield from against_rows(("match", differences))


_covered = {}


def covered(ecosystem):
    if ecosystem not in _covered:
        done = lacre.run("db", "match", "--db", database(), ecosystem, "no-such-package", "1.0")
        _covered[ecosystem] = done.returncode == 0
    return _covered[ecosystem]


_results = {}


def results():
    """Target -> its packages and findings, by one scan of all files."""
    if not _results:
        if lacre.run("fs", "--help").returncode:
            raise Skip("this build has no lacre fs")
        tree = pathlib.Path(scratch.name) / "files"
        tree.mkdir()
        archive = need_data() / "lockfiles" / "files.tar.zst"
        subprocess.run(["tar", "--zstd", "-xf", str(archive), "-C", str(tree)], check=True)
        report = lacre.json("fs", "-f", "json", "--list-all-pkgs", "--include-dev-deps", "--scanners", "vuln",
                            "--quiet", "--db", database(), tree)
        for r in report.get("Results", ()):
            if r.get("Class") == "lang-pkgs":
                _results[r["Target"]] = r
    return _results


def read_kinds():
    """Kinds of which something was read; the others are named once."""
    kinds = {kind(t) for t in results()}
    unread = sorted(set(ECOSYSTEMS) - kinds - UNREAD)
    if unread:
        print(f"# {len(unread)} kinds are not read: {' '.join(unread)}")
    return kinds


def files_give_their_packages():
    kinds = read_kinds()
    differences = set()
    for target, want in sorted(cases().items()):
        if kind(target) not in kinds:
            continue
        got = {}
        for p in results().get(target, {}).get("Packages", ()):
            if p.get("Relationship") in ("root", "workspace"):
                continue
            key = (p["Name"], plain(target, p.get("Version", "")))
            got[key] = got.get(key, True) and bool(p.get("Dev"))
        for name, version in sorted(set(want) | set(got)):
            key = (name, version)
            sign = "-" if key not in got else "+" if key not in want else "~"
            if sign != "~" or got[key] != want[key]:
                differences.add(f"{sign} {target} {name} {version}")
    yield from (f"{k}: nothing is read any more" for k in BUILT if k not in kinds)
    yield from against_rows(("packages", differences))


def files_give_their_findings():
    kinds = read_kinds()
    want = {(t, n, v, i) for (t, n, v), ids in evaluation().items() if kind(t) in kinds for i in ids}
    got = set()
    for target, r in results().items():
        for f in r.get("Vulnerabilities", ()):
            key = (target, f["PkgName"], plain(target, f["InstalledVersion"]))
            names = [f["VulnerabilityID"]] + f.get("VendorIDs", [])
            got.add((*key, next((n for n in names if (*key, n) in want), names[0])))
    differences = {f"- {' '.join(k)}" for k in want - got} | {f"+ {' '.join(k)}" for k in got - want}
    yield from against_rows(("findings", differences))


run([("the packages of the lists match as evaluated", listed_packages_match),
     ("the files give the packages of their lists", files_give_their_packages),
     ("the files give the evaluated findings", files_give_their_findings)])
