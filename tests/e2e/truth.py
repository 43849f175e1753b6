"""Scans of real images against their ground truth: packages, layers of origin, findings.

usage: truth.py LACRE
Packages come from the distributions' own tools (those of languages: languages.py), findings from an evaluation that
does not share a line with lacre. A difference that stays is a row of tests/data/expected/findings.jsonl: at most one
in a hundred of an image's findings; a missing or a stale row fails.
"""

import collections
import json
import pathlib
import sys
import tempfile

from program import Program, data_dir, difference_rows
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
scratch = tempfile.TemporaryDirectory()
KINDS = {"deb": "deb", "apk": "apk", "rpm": "rpm"}
SUPPORTED = ("deb", "apk")
# The evaluation's name for what a result of that type holds; images with an rpm database: rpm_truth.py.
ECOSYSTEMS = {"debian": "Debian", "alpine": "Alpine", "python-pkg": "PyPI", "node-pkg": "npm", "jar": "Maven",
              "gobinary": "Go", "rustbinary": "cargo"}


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


_database = []


def database():
    if not _database:
        path = pathlib.Path(scratch.name) / "lacre.db"
        lacre.run("db", "build", "--from", need_data() / "advisories", "-o", path, "--quiet", check=True)
        _database.append(path)
    return _database[0]


_reports = {}


def report(image):
    if image not in _reports:
        _reports[image] = lacre.json("image", "--input", need_data() / "images" / image, "-f", "json",
                                     "--list-all-pkgs", "--scanners", "vuln", "--quiet", "--db", database())
    return _reports[image]


def images():
    return sorted(p.name for p in (need_data() / "images").glob("*.tar"))


def truth(image):
    return json.loads((need_data() / "images" / (image.removesuffix(".tar") + ".truth.json")).read_text())


def full(p, prefix=""):
    """Version text from the split form of reports."""
    text = p.get(prefix + "Version", "")
    if p.get(prefix + "Release"):
        text += "-" + p[prefix + "Release"]
    return f"{p[prefix + 'Epoch']}:{text}" if p.get(prefix + "Epoch") else text


def os_results(rep):
    return [r for r in rep.get("Results", []) if r["Class"] == "os-pkgs"]


def origin(layers, kind, want):
    """First layer whose database holds the package and keeps it to the end."""
    first = None
    for i, layer in enumerate(layers):
        if kind not in layer:
            continue
        here = any((p["name"], p["version"], p["arch"]) == want for p in layer[kind])
        first = (i if first is None else first) if here else None
    return first


def check_packages(image):
    t = truth(image)
    got = collections.Counter()
    layer_of = {}
    for r in os_results(report(image)):
        for p in r.get("Packages", []):
            key = (p["Name"], full(p), p.get("Arch", ""))
            got[key + (p.get("SrcName", ""), full(p, "Src"))] += 1
            layer_of[key] = p["Layer"].get("DiffID")
    wrong = []
    diff_ids = [l["diff_id"] for l in t["layers"]]
    for kind in SUPPORTED:
        want = collections.Counter()
        for p in t["packages_final"].get(kind, []):
            source = p.get("source") or p.get("origin") or p["name"]
            want[(p["name"], p["version"], p["arch"], source, p.get("source_version") or p["version"])] += 1
            by_layer = t.get("packages_by_layer") or ([t["packages_final"]] if len(diff_ids) == 1 else [])
            at = origin(by_layer, kind, (p["name"], p["version"], p["arch"]))
            have = layer_of.get((p["name"], p["version"], p["arch"]))
            if at is None or have != diff_ids[at]:
                wrong.append(f"{p['name']} {p['version']}: layer {have}, want {at}")
        if want or kind in t["packages_final"]:
            wrong += [f"missing {k}" for k in want - got] + [f"too many {k}" for k in got - want]
    if not any(k in t["packages_final"] for k in SUPPORTED) and "rpm" not in t["packages_final"] and got:
        wrong.append(f"packages where there are none: {list(got)[:3]}")
    return wrong


FAMILIES = {"almalinux": "alma"}


def check_frame(image):
    """What stands around the packages: system, ids of image and layers, that all of it was read."""
    t, rep = truth(image), report(image)
    meta, wrong = rep["Metadata"], []
    named = t["packages_final"].get("os") or {}
    family = FAMILIES.get(named.get("ID"), named.get("ID"))
    got = meta.get("OS", {})
    # The file of the distribution may say more than os-release: "12.5" for "12".
    known = any(k in t["packages_final"] for k in KINDS)
    if known and (got.get("Family") != family
                  or not (got["Name"] + ".").startswith(named.get("VERSION_ID", "") + ".")):
        wrong.append(f"system {got}, want {named}")
    if meta["DiffIDs"] != [l["diff_id"] for l in t["layers"]]:
        wrong.append(f"layers {meta['DiffIDs']}")
    if t.get("config") and meta["ImageID"] != t["config"]:
        wrong.append(f"image {meta['ImageID']}, want {t['config']}")
    cover = rep["Lacre"]["Coverage"]
    if rep["Lacre"]["Partial"] or cover["Layers"] != len(t["layers"]) or cover["LayersUnreadable"]:
        wrong.append(f"not all was read: {cover}")
    return wrong


def version(ecosystem, text):
    return text.removeprefix("v") if ecosystem == "Go" else text


def evaluated(image):
    """(ecosystem, package, installed, id) -> row of the evaluation."""
    want = {}
    with open(need_data() / "expected" / "oracle-images.jsonl", encoding="utf-8") as f:
        for o in map(json.loads, f):
            ecosystem = o["ecosystem"].split(":")[0]
            if o["image"] == image and ecosystem in ECOSYSTEMS.values() and not o.get("doubt"):
                want[ecosystem, o["package"], version(ecosystem, o["installed"]), o["id"]] = o
    return want


def reported(image, wrong):
    """The same of the report -> findings, one a place. What contradicts itself goes to wrong."""
    got = collections.defaultdict(list)
    for r in report(image).get("Results", []):
        layers = {p["Identifier"]["UID"]: p["Layer"] for p in r.get("Packages", [])}
        for v in r.get("Vulnerabilities", []) if r["Type"] in ECOSYSTEMS else ():
            ecosystem = ECOSYSTEMS[r["Type"]]
            key = (ecosystem, v["PkgName"], version(ecosystem, v["InstalledVersion"]), v["VulnerabilityID"])
            if v.get("PkgPath") in [f.get("PkgPath") for f in got[key]]:
                wrong.append(f"twice {key}")
            if v["Layer"] != layers.get(v["PkgIdentifier"]["UID"]):
                wrong.append(f"layer of {key}: {v['Layer']}, its package's is another")
            v.setdefault("PkgPath", r["Target"])
            got[key].append(v)
    return got


def check_places(key, o, found):
    """Files that hold it, and the versions that mend it."""
    paths = {p.replace("!", "/") for p in o.get("paths", ())}  # of several the first, most often
    if not paths <= {v["PkgPath"] for v in found}:
        yield f"{key} in {sorted(v['PkgPath'] for v in found)}, want {sorted(paths)}"
    for v in found:
        if not set(o["fixed"]) <= set(v.get("FixedVersion", "").split(", ")) | {""}:
            yield f"fix of {key}: {v.get('FixedVersion')}, want {o['fixed']}"


def check_findings(image, rows):
    wrong = []
    want, got = evaluated(image), reported(image, wrong)
    named = {(*k[:3], a): k for k, o in want.items() for a in o["aliases"]}
    found = {named.get(k, k): v for k, v in got.items()}
    known = {tuple(r["finding"][k] for k in ("ecosystem", "package", "installed", "id")): r["verdict"]
             for r in rows if r["finding"]["image"] == image}
    if len(known) * 100 > len(want):
        wrong.append(f"{len(known)} differences of {len(want)} findings")
    for k in set(want) - set(found):
        if known.pop(k, None) != "missing":
            wrong.append(f"missing {k}")
    for k in set(found) - set(want):
        if known.pop(k, None) != "extra":
            wrong.append(f"too many {k}")
    wrong += [f"stale row {k}" for k in known]
    for k in set(found) & set(want):
        wrong += check_places(k, want[k], found[k])
    return wrong


def cases():
    if data is None:
        return [("images are scanned as their ground truth says", lambda: need_data())]
    rows = difference_rows("findings.jsonl")
    out = []
    for image in images():
        out.append((f"lists the packages of {image} with their layers", lambda i=image: check_packages(i)))
        out.append((f"reads all of {image} and names its system", lambda i=image: check_frame(i)))
        out.append((f"finds in {image} what the oracle finds", lambda i=image: check_findings(i, rows)))
    return out


run(cases())
