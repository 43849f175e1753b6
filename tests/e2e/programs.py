"""Programs in real images: modules of Go, crates of Rust, software that no package manager installed.

usage: programs.py LACRE
Packages are those that `go version -m`, `cargo tree` and the programs themselves name; their findings: truth.py.
"""

import json
import sys

from program import Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
# The kind in the truth, the type of results.
KINDS = (("golang", "gobinary"), ("cargo", "rustbinary"), ("binary", "binary"))


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


def plain(version):
    return "" if version == "(devel)" else version.removeprefix("v")


_reports = {}


def report(image):
    if image not in _reports:
        _reports[image] = lacre.json("image", "--input", need_data() / "images" / image, "-f", "json", "--list-all-pkgs",
                                     "--scanners", "vuln", "--quiet", "--no-cache")
    return _reports[image]


def truths():
    for path in sorted((need_data() / "images").glob("*.truth.json")):
        final = json.loads(path.read_text())["packages_final"]
        if any(kind in final for kind, _ in KINDS):
            yield path.name.removesuffix(".truth.json") + ".tar", final


def programs_give_their_packages():
    met = set()
    for image, final in truths():
        for kind, type_ in KINDS:
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
    yield from (f"no image holds {kind}" for kind, _ in KINDS if kind not in met)


def programs_have_their_cpe():
    for image, final in truths():
        for r in report(image)["Results"]:
            for p in r["Packages"]:
                cpe = p["Lacre"].get("CPE", "")
                if r["Type"] == "binary" and f":{p['Version']}:" not in cpe:
                    yield f"{image}: {p['Name']} {p['Version']}: {cpe!r}"
                if r["Type"] != "binary" and cpe:
                    yield f"{image}: {p['Name']}: {cpe!r}"


run([("programs give the packages that are in them", programs_give_their_packages),
     ("programs have their CPE", programs_have_their_cpe)])
