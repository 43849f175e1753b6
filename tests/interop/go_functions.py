"""What is said to be linked into a Go program is what Go's own tools find in it.

usage: go_functions.py LACRE
A program is built for several systems, stripped or not. Functions that `go tool nm` lists are never said to be missing;
those that it does not list may have been inlined.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "house"), str(TESTS / "e2e")]
from program import Program  # noqa: E402
from tap import Skip, run  # noqa: E402

lacre = Program(sys.argv[1])
scratch = pathlib.Path(tempfile.mkdtemp())

SOURCE = """package main

import (
	"encoding/pem"
	"fmt"
	"net/url"
)

func main() {
	u, err := url.Parse("http://example.org")
	b, _ := pem.Decode(nil)
	fmt.Println(u, err, b)
}
"""
# A record of every function that is asked about; the version of the toolchain is affected by all.
ASKED = ["net/url Parse", "net/url URL.String", "net/url URL.Parse", "encoding/pem Decode", "encoding/pem Encode",
         "net/http Get", "fmt Println", "fmt Sscanf", "crypto/x509", "encoding/pem"]
SYSTEMS = [("linux", "amd64", []), ("linux", "amd64", ["-ldflags=-s -w"]), ("linux", "386", []), ("linux", "s390x", []),
           ("windows", "amd64", []), ("darwin", "arm64", [])]


def database():
    feed = scratch / "feed"
    path = scratch / "lacre.db"
    if path.exists():
        return path
    (feed / "Go").mkdir(parents=True)
    with zipfile.ZipFile(feed / "Go" / "all.zip", "w") as archive:
        for i, text in enumerate(ASKED):
            package, *symbols = text.split()
            record = {"schema_version": "1.3.1", "id": f"GO-2000-{i:04}", "modified": "2024-01-01T00:00:00Z",
                      "published": "2024-01-01T00:00:00Z", "summary": "x", "affected": [{
                          "package": {"name": "stdlib", "ecosystem": "Go"},
                          "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
                          "ecosystem_specific": {"imports": [{"path": package, "symbols": symbols}]}}]}
            archive.writestr(f"GO-2000-{i:04}.json", json.dumps(record))
    lacre.run("db", "build", "--from", feed, "-o", path, "--quiet", check=True)
    return path


def build(system, arch, flags):
    if not shutil.which("go"):
        raise Skip("go is not here")
    place = scratch / "source"
    place.mkdir(exist_ok=True)
    (place / "main.go").write_text(SOURCE)
    (place / "go.mod").write_text("module example.org/program\n\ngo 1.17\n")
    out = scratch / "tree" / f"{system}-{arch}-{len(flags)}"
    out.mkdir(parents=True)
    env = os.environ | {"GOOS": system, "GOARCH": arch, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    subprocess.run(["go", "build", *flags, "-o", out / "program", "."], cwd=place, env=env, check=True,
                   capture_output=True)
    return out


def listed(program):
    """Functions as advisories write them."""
    text = subprocess.run(["go", "tool", "nm", program], check=True, capture_output=True, text=True).stdout
    names = {line.split(maxsplit=2)[2] for line in text.splitlines() if line[:1] != " " and len(line.split()) > 2}
    return {re.sub(r"\[.*\]|[(*)]", "", name) for name in names}


def agrees_with_go():
    for system, arch, flags in SYSTEMS:
        tree = build(system, arch, flags)
        report = lacre.json("rootfs", "-f", "json", "--quiet", "--scanners", "vuln", "--db", database(), tree)
        found = {v["VulnerabilityID"]: v["Lacre"] for r in report["Results"] for v in r.get("Vulnerabilities", [])
                 if v["PkgName"] == "stdlib"}
        if len(found) != len(ASKED):
            yield f"{system}/{arch}: {len(found)} findings of {len(ASKED)}"
            continue
        names = set() if flags else listed(tree / "program")
        for i, text in enumerate(ASKED):
            package, *symbols = text.split()
            wanted = {f"{package}.{s}" for s in symbols}
            there = any(n in wanted if symbols else n.startswith(package + ".") for n in names)
            missing = found[f"GO-2000-{i:04}"].get("NotReachable", False)
            if there and missing:
                yield f"{system}/{arch} {flags}: {text} is there"
            if text.startswith(("net/http", "crypto/x509")) and not missing:
                yield f"{system}/{arch} {flags}: {text} was never linked"
            if text in ("net/url Parse", "encoding/pem") and missing:
                yield f"{system}/{arch} {flags}: {text} is used"


try:
    run([("no function that go finds is said to be missing", agrees_with_go)])
finally:
    shutil.rmtree(scratch)
