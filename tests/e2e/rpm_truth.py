"""Images with an rpm database against what rpm says of them, and their findings against the oracle.

usage: rpm_truth.py LACRE
"""

import collections
import json
import pathlib
import sys
import tempfile

from program import Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
scratch = tempfile.TemporaryDirectory()
IMAGES = ("alma-8-ndb.docker.tar", "alma-9.oci.tar", "fedora-like.docker.tar", "sles-like.oci.tar")
_made = {}


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


def database():
    """Of AlmaLinux alone: what the others say of other systems is no matter here."""
    if "db" not in _made:
        feeds = pathlib.Path(scratch.name) / "feeds"
        feeds.mkdir()
        (feeds / "AlmaLinux").symlink_to((need_data() / "advisories" / "AlmaLinux").resolve())
        _made["db"] = pathlib.Path(scratch.name) / "lacre.db"
        lacre.run("db", "build", "--from", feeds, "-o", _made["db"], "--quiet", check=True)
    return _made["db"]


def report(image):
    if image not in _made:
        _made[image] = lacre.json("image", "--input", need_data() / "images" / image, "-f", "json", "--list-all-pkgs",
                                  "--scanners", "vuln", "--quiet", "--db", database())
    return _made[image]


def truth(image):
    return json.loads((need_data() / "images" / (image.removesuffix(".tar") + ".truth.json")).read_text())


def origin(layers, want):
    """First layer whose database holds the package and keeps it to the end."""
    first = None
    for i, layer in enumerate(layers):
        here = any((p["name"], p["version"], p["arch"]) == want for p in layer["rpm"])
        first = (i if first is None else first) if here else None
    return first


def key_of(p, prefix=""):
    epoch = p.get(prefix + "Epoch")
    return (f"{epoch}:" if epoch else "") + p[prefix + "Version"] + "-" + p[prefix + "Release"]


def check_packages(image):
    t = truth(image)
    want = collections.Counter()
    for p in t["packages_final"]["rpm"]:
        if p["name"] == "gpg-pubkey":  # a key, no package
            continue
        layer = t["layers"][origin(t["packages_by_layer"], (p["name"], p["version"], p["arch"]))]["diff_id"]
        want[(p["name"], p["version"].removeprefix("0:"), p["arch"], p["source"], p["modularitylabel"], p["licence"],
              p["vendor"], p["vendor"] == "Example Corp", layer)] += 1
    got = collections.Counter()
    for r in report(image)["Results"]:
        for p in r["Packages"]:
            source = f"{p['SrcName']}-{p['SrcVersion']}-{p['SrcRelease']}.src.rpm"
            got[(p["Name"], key_of(p), p["Arch"], source, p.get("Modularitylabel"), p["Licenses"][0], p["Maintainer"],
                 p.get("Repository", {}).get("Class") == "third-party", p["Layer"]["DiffID"])] += 1
    return [f"missing {k}" for k in want - got] + [f"too many {k}" for k in got - want]


def check_findings(image):
    want, doubt = set(), set()
    with open(need_data() / "expected" / "oracle-images.jsonl", encoding="utf-8") as f:
        for line in f:
            o = json.loads(line)
            if o["image"] == image:
                (doubt if o.get("doubt") else want).add((o["package"], o["installed"], o["id"]))
    got = {(v["PkgName"], v["InstalledVersion"], v["VulnerabilityID"])
           for r in report(image)["Results"] for v in r.get("Vulnerabilities", [])}
    wrong = [f"missing {k}" for k in want - got] + [f"too many {k}" for k in got - want - doubt]
    if image.startswith("alma") and len(want) < 100:
        wrong.append(f"the oracle has only {len(want)} findings")
    return wrong


def cases():
    if data is None:
        return [("rpm images are scanned as their ground truth says", need_data)]
    out = []
    for image in IMAGES:
        out.append((f"lists the packages of {image} as rpm does", lambda i=image: check_packages(i)))
        out.append((f"finds in {image} what the oracle finds", lambda i=image: check_findings(i)))
    return out


run(cases())
