"""What Maven projects bring along, against what Maven and trivy say of the same trees.

usage: maven.py LACRE
The trees and the repository are those of trivy's own tests; what each project depends on is what those tests want,
most of it checked there against `mvn dependency:tree`.
"""

import pathlib
import subprocess
import sys
import tempfile

from program import Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
scratch = tempfile.TemporaryDirectory()
API, DEP, NESTED = "org.example:example-api", "org.example:example-dependency", "org.example:example-nested"

# Project file -> who depends on whom. A project that is not named depends on nothing.
WANTED = {
    "exclusions/pom.xml": {"com.example:exclusions:3.0.0": [f"{NESTED}:3.3.3"], f"{NESTED}:3.3.3": [f"{DEP}:1.2.3"]},
    "exclusions-in-child/pom.xml": {
        "com.example:example:1.0.0": ["org.example:example-exclusions:4.0.0"],
        "org.example:example-exclusions:4.0.0": [f"{API}:1.7.30", f"{DEP}:1.2.3"]},
    "import-dependency-management/pom.xml": {"com.example:import:2.0.0": [f"{API}:1.7.30"]},
    "import-dependency-management-multiple/pom.xml": {"com.example:import:2.0.0": [f"{API}:1.7.30"]},
    "inherit-props/base/pom.xml": {"com.example:test:0.0.1-SNAPSHOT": [f"{API}:2.0.0"]},
    "multi-module/pom.xml": {},
    "multi-module/module/pom.xml": {"com.example:module:1.1.1": [f"{DEP}:1.2.3"], f"{DEP}:1.2.3": [f"{API}:2.0.0"]},
    "multi-module-soft-requirement/module1/pom.xml": {"com.example:module1:1.1.1": [f"{API}:1.7.30"]},
    "multi-module-soft-requirement/module2/pom.xml": {"com.example:module2:1.1.1": [f"{API}:2.0.0"]},
    "not-found-dependency/pom.xml": {
        "com.example:not-found-dependency:1.0.0": ["org.example:example-not-found:999"]},
    "not-found-parent/pom.xml": {"com.example:no-parent:1.0-SNAPSHOT": [f"{API}:1.7.30"]},
    "parent-dependency-management/child/pom.xml": {"com.example:child:3.0.0": [f"{API}:1.7.30"]},
    "parent-properties/child/pom.xml": {"com.example:child:1.0.0": [f"{API}:1.7.30"]},
    "parent-relative-path/pom.xml": {"com.example:child:1.0.0": [f"{API}:1.7.30"]},
    "parent-remote-repository/pom.xml": {"org.example:child:1.0.0": [f"{API}:1.7.30"]},
    "parent-version-is-property/child/pom.xml": {"com.example:child:1.0.0-SNAPSHOT": [f"{API}:1.1.1"]},
    "project-version-from-parent/child/pom.xml": {"com.example:child:2.0.0": [f"{API}:2.0.0"]},
    "root-pom-dep-management/pom.xml": {
        "com.example:root-pom-dep-management:1.0.0": [f"{NESTED}:3.3.3"], f"{NESTED}:3.3.3": [f"{DEP}:1.2.4"],
        f"{DEP}:1.2.4": [f"{API}:2.0.0"]},
    "soft-requirement/pom.xml": {
        "com.example:soft:1.0.0": [f"{API}:1.7.30", f"{DEP}:1.2.3"], f"{DEP}:1.2.3": [f"{API}:1.7.30"]},
    "soft-requirement-with-transitive-dependencies/pom.xml": {
        "com.example:soft-transitive:1.0.0": ["org.example:example-dependency2:2.3.4", f"{DEP}:1.2.3"],
        "org.example:example-dependency2:2.3.4": [f"{API}:2.0.0"], f"{DEP}:1.2.3": [f"{API}:2.0.0"]},
    "transitive-dependency-management/pom.xml": {
        "org.example:transitive-dependency-management:2.0.0": ["org.example:example-dependency-management3:1.1.1"],
        "org.example:example-dependency-management3:1.1.1": [f"{DEP}:1.2.3"], f"{DEP}:1.2.3": [f"{API}:2.0.0"]},
    "transitive-parents/base/pom.xml": {
        "com.example:base:4.0.0": ["org.example:example-child:2.0.0"],
        "org.example:example-child:2.0.0": [f"{API}:1.7.30"]},
    "version-requirement/pom.xml": {},
    "wildcard-exclusions/pom.xml": {
        "com.example:wildcard-exclusions:4.0.0": ["org.example:example-dependency2:2.3.4", f"{DEP}:1.2.3",
                                                  f"{NESTED}:3.3.3"]},
}
LICENCES = {
    ("inherit-license/module/submodule/pom.xml", "com.example.app:submodule:1.0.0"): ["Apache-2.0"],
    ("multiply-licenses/pom.xml", "com.example:multiply-licenses:1.0.0"): ["MIT", "Apache 2.0"],
    ("transitive-parents/base/pom.xml", "org.example:example-child:2.0.0"): ["Apache 2.0"],
    ("transitive-parents/base/pom.xml", f"{API}:1.7.30"): ["The Apache Software License, Version 2.0"],
}
_packages = {}


def packages(*args):
    """(project file, id) -> package."""
    if data is None:
        raise Skip("the shared test data is not here")
    root = pathlib.Path(scratch.name) / "pom"
    if not root.exists():
        archive = data / "lockfiles" / "files.tar.zst"
        subprocess.run(["tar", "--zstd", "-xf", str(archive), "-C", scratch.name, "pom"], check=True)
    if args not in _packages:
        report = lacre.json("fs", "-f", "json", "--list-all-pkgs", "-q", "--scanners", "vuln", "--maven-repository",
                            root / "repository", "--skip-dirs", "repository*", *args, root)
        _packages[args] = {(r["Target"], p["ID"]): p for r in report["Results"] for p in r.get("Packages", ())}
    return _packages[args]


def projects_bring_what_maven_says():
    for path, want in WANTED.items():
        got = {i: p.get("DependsOn", []) for (target, i), p in packages().items() if target == path}
        everything = set(want) | {d for on in want.values() for d in on}
        if {i: d for i, d in got.items() if d} != {i: sorted(d) for i, d in want.items()}:
            yield f"{path}: {got}, want {want}"
        if want and set(got) != everything:
            yield f"{path}: {sorted(got)}, want {sorted(everything)}"


def licences_are_those_of_the_project_or_its_parents():
    for key, want in LICENCES.items():
        got = packages().get(key, {}).get("Licenses")
        if got != want:
            yield f"{key}: {got}, want {want}"


def the_same_unconfined():
    if packages("--no-sandbox") != packages():
        yield "a confined process reads the repository otherwise"


run([(check.__name__, check) for check in (
    projects_bring_what_maven_says, licences_are_those_of_the_project_or_its_parents, the_same_unconfined)])
