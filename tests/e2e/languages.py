"""Packages of languages in real images against what is in them.

usage: languages.py LACRE
The truth is what pip, npm and the files themselves say; of jars, what was put in. What is on its own outside node_modules is
a package, too, where the truth lists node_modules alone; so is an archive that only its file names, beside what was
put into it, for an index may know it by its bytes: rows of ALONE.
"""

import json
import sys

from program import Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
KINDS = {"pypi": "python-pkg", "npm": "node-pkg", "maven": "jar"}
ALONE = {("npm", "shop-front", "1.4.2"), ("maven", "report-tool", "0.9")}


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


def images():
    for path in sorted((need_data() / "images").glob("*.tar")):
        truth = json.loads((path.parent / (path.name.removesuffix(".tar") + ".truth.json")).read_text())
        if any(kind in truth["packages_final"] for kind in KINDS):
            yield path, truth


def report(path):
    return lacre.json("image", "--input", path, "-f", "json", "--list-all-pkgs", "--scanners", "vuln", "--quiet",
                      "--no-cache")


def packages(rep, kind):
    found = [p for r in rep["Results"] if r["Type"] == KINDS[kind] for p in r.get("Packages", [])]
    return {(kind, p["Name"], p["Version"], p["Layer"]["DiffID"]) for p in found
            if (kind, p["Name"], p["Version"]) not in ALONE}


def wanted(truth, kind):
    """Name, version and the layer that brought it: the first in an unbroken row that lists it."""
    layers = [(layer["diff_id"], {(p["name"], p["version"]) for p in by_layer.get(kind, [])})
              for layer, by_layer in zip(truth["layers"], truth["packages_by_layer"])]
    for p in truth["packages_final"].get(kind, []):
        key = (p["name"], p["version"])
        yield kind, *key, next(diff_id for diff_id, has in layers if key in has)


def packages_of_languages_are_those_installed():
    seen = 0
    for path, truth in images():
        rep = report(path)
        for kind in KINDS:
            got, want = packages(rep, kind), set(wanted(truth, kind))
            for p in sorted(got - want):
                yield f"{path.name}: {' '.join(p)} is not in it"
            for p in sorted(want - got):
                yield f"{path.name}: {' '.join(p)} was not found"
            seen += len(want)
    if not seen:
        yield "no image holds any"


def purls_are_those_of_the_truth():
    for path, truth in images():
        rep = report(path)
        got = {p["Identifier"]["PURL"] for r in rep["Results"] for p in r.get("Packages", [])}
        for kind in KINDS:
            for p in truth["packages_final"].get(kind, []):
                if p["purl"] not in got:
                    yield f"{path.name}: {p['purl']} is not there"


run([(f.__name__, f) for f in (packages_of_languages_are_those_installed, purls_are_those_of_the_truth)])
