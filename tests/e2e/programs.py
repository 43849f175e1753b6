"""Programs in real images: modules of Go, crates of Rust, software that no package manager installed.

usage: programs.py LACRE
Packages are those that `go version -m`, `cargo tree` and the programs themselves name, findings those of an evaluation
that does not share a line with lacre.
"""

import json
import pathlib
import sys
import tempfile

from program import Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
scratch = tempfile.TemporaryDirectory()
# The kind in the truth, the type of results, the ecosystem of the evaluation.
KINDS = (("golang", "gobinary", "Go"), ("cargo", "rustbinary", "cargo"), ("binary", "binary", None))


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


def plain(version):
    return "" if version == "(devel)" else version.removeprefix("v")


_reports = {}


def report(image):
    database = pathlib.Path(scratch.name) / "lacre.db"
    if not database.exists():
        lacre.run("db", "build", "--from", need_data() / "advisories", "-o", database, "--quiet", check=True)
    if image not in _reports:
        _reports[image] = lacre.json("image", "--input", need_data() / "images" / image, "-f", "json", "--list-all-pkgs",
                                     "--scanners", "vuln", "--quiet", "--no-cache", "--db", database)
    return _reports[image]


def truths():
    for path in sorted((need_data() / "images").glob("*.truth.json")):
        final = json.loads(path.read_text())["packages_final"]
        if any(kind in final for kind, _, _ in KINDS):
            yield path.name.removesuffix(".truth.json") + ".tar", final


def programs_give_their_packages():
    met = set()
    for image, final in truths():
        for kind, type_, _ in KINDS:
            if kind not in final:
                continue
            met.add(kind)
            want = {(p["name"], plain(p["version"])) for p in final[kind]}
            got = {(p["Name"], plain(p.get("Version", ""))) for r in report(image)["Results"] if r["Type"] == type_
                   for p in r["Packages"]}
            # The truth of programs names the ones that the image is about.
            extra = got - want if kind != "binary" else set()
            yield from (f"{image}: - {p}" for p in sorted(want - got))
            yield from (f"{image}: + {p}" for p in sorted(extra))
    yield from (f"no image holds {kind}" for kind, _, _ in KINDS if kind not in met)


def programs_give_their_findings():
    want, count = {}, 0
    for line in (need_data() / "expected" / "oracle-images.jsonl").read_text().splitlines():
        o = json.loads(line)
        want.setdefault((o["image"], o["ecosystem"]), set()).add((o["package"], plain(o["installed"]), o["id"]))
    for image, final in truths():
        for kind, type_, ecosystem in KINDS:
            if kind not in final or not ecosystem:
                continue
            wanted = want.get((image, ecosystem), set())
            got = set()
            for v in (v for r in report(image)["Results"] if r["Type"] == type_ for v in r.get("Vulnerabilities", [])):
                key = (v["PkgName"], plain(v["InstalledVersion"]))
                ids = [v["VulnerabilityID"]] + v.get("VendorIDs", [])
                got.add((*key, next((i for i in ids if (*key, i) in wanted), ids[0])))
            count += len(wanted)
            yield from (f"{image}: - {f}" for f in sorted(wanted - got))
            yield from (f"{image}: + {f}" for f in sorted(got - wanted))
    if count < 40:
        yield f"only {count} findings were compared"


run([("programs give the packages that are in them", programs_give_their_packages),
     ("programs give the evaluated findings", programs_give_their_findings)])
