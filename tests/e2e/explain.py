"""Explanations of real images agree with their reports, and give each reason that the data has.

usage: explain.py LACRE
"""

import json
import pathlib
import sys
import tempfile

from program import SOURCE, Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
data = data_dir()
scratch = tempfile.TemporaryDirectory()
OLD = "debian-12-unpatched.docker.tar"
ALPINE = "alpine-3.18.oci.tar"


def need_data():
    if data is None:
        raise Skip("the shared test data is not here")
    return data


def image(name):
    return need_data() / "images" / name


def explain(name, vulnerability, *args):
    return lacre.json("explain", "--quiet", "-f", "json", vulnerability, "--input", image(name),
                      *args, cwd=scratch.name)


def scan(name, *args):
    report = lacre.json("image", "--quiet", "--scanners", "vuln", "-f", "json", "--input",
                        image(name), *args, cwd=scratch.name)
    return [f for r in report["Results"] for f in r.get("Vulnerabilities", [])]


def every_finding_of_the_report_is_explained_as_reported():
    findings = scan(OLD)
    if not findings:
        yield "the starter database finds nothing"
    for vulnerability in sorted({f["VulnerabilityID"] for f in findings})[:8]:
        told = explain(OLD, vulnerability)
        want = sorted(f["PkgID"] for f in findings if f["VulnerabilityID"] == vulnerability)
        have = sorted(p["ID"] for p in told["Packages"] for f in p["Findings"]
                      if f["ID"] == vulnerability and f["Suppression"] == "shown")
        if told["Verdict"] != "reported" or have != want:
            yield f"{vulnerability}: {told['Verdict']} {have}, want {want}"
        for package in told["Packages"]:
            affected = any(a["Outcome"] == "affected" for a in package["Advisories"])
            if affected != bool(package["Findings"]):
                yield f"{vulnerability}: steps and findings of {package['ID']} disagree"


def wrong(told, verdict):
    if told["Verdict"] != verdict:
        yield f"{told['ID']}: {told['Verdict']}, want {verdict}"


def each_reason_is_given():
    one = scan(OLD, "--severity", "HIGH,CRITICAL")[0]["VulnerabilityID"]
    rules = pathlib.Path(scratch.name) / "ignored"
    rules.write_text(f"# none\n{one} not reachable\n", encoding="utf-8")
    told = explain(OLD, one, "--ignorefile", rules)
    yield from wrong(told, "suppressed")
    by = {f.get("SuppressedBy") for p in told["Packages"] for f in p["Findings"]}
    if by != {f"{rules}:2"}:
        yield f"suppressed by {by}"
    yield from wrong(explain(OLD, one, "--severity", "LOW"), "suppressed")
    yield from wrong(explain(OLD, one, "--ignore-status", "fixed"), "suppressed")
    yield from wrong(explain(OLD, one, "--pkg-types", "library"), "not_matched")
    yield from wrong(explain(ALPINE, "ALPINE-CVE-2023-5363"), "fixed")
    yield from wrong(explain(OLD, "CVE-2021-44228"), "not_installed")
    yield from wrong(explain("busybox.docker.tar", "CVE-2021-44228"), "other_ecosystem")
    yield from wrong(explain(OLD, "CVE-2999-99999"), "unknown")


def the_exit_status_tells_answers_from_errors():
    for args, want in ((("CVE-2999-1", image(OLD)), 0), (("CVE-2021-44228", image(OLD)), 0),
                       (("\x1b[31m", image(OLD)), 2), (("CVE-2021-44228",), 2),
                       (("CVE-2021-44228", "no-such.tar"), 1)):
        done = lacre.run("explain", "--quiet", *args, cwd=scratch.name)
        if done.returncode != want or b"\x1b" in done.stderr + done.stdout:
            yield f"{args}: {done.returncode}, want {want}: {done.stderr[:200]!r}"


def tables_grouped_by_source_count_each_finding_once():
    findings = scan(OLD)
    done = lacre.run("image", "--quiet", "--scanners", "vuln", "--group-by", "source", "--input",
                     image(OLD), check=True, cwd=scratch.name).stdout.decode()
    if f"Total: {len(findings)} (" not in done:
        yield f"no total of {len(findings)}"
    for finding in findings:
        if finding["VulnerabilityID"] not in done or finding["PkgName"] not in done:
            yield f"{finding['PkgName']} {finding['VulnerabilityID']} is not shown"


LOCK = {"name": "x", "lockfileVersion": 3, "packages": {
    "": {"name": "x", "dependencies": {"lodash": "4"}, "devDependencies": {"minimist": "1"}},
    "node_modules/lodash": {"version": "4.17.4"},
    "node_modules/minimist": {"version": "1.2.0", "dev": True}}}


def directory():
    root = pathlib.Path(scratch.name) / "project"
    if not root.exists():
        (root / "usr/lib/node_modules/lodash").mkdir(parents=True)
        (root / "package-lock.json").write_text(json.dumps(LOCK, indent=1), encoding="utf-8")
        for name in ("index.json", "manifest.json"):  # as an image has, but of the project's own
            (root / name).write_text("{}", encoding="utf-8")
        (root / "usr/lib/node_modules/lodash/package.json").write_text('{"name": "lodash", "version": "4.17.4"}')
    return root


_database = []


def database():
    if not _database:
        path = pathlib.Path(scratch.name) / "lacre.db"
        feeds = pathlib.Path(scratch.name) / "feeds"
        feeds.mkdir()
        (feeds / "npm").symlink_to((need_data() / "advisories" / "npm").resolve())
        lacre.run("db", "build", "--from", feeds, "-o", path, "--quiet", check=True)
        _database.append(path)
    return _database[0]


def directories_are_explained_as_the_command_scans_them():
    root = directory()
    for command, args, path in (("fs", [], "package-lock.json"), ("repo", ["--as", "repo"], "package-lock.json"),
                                ("rootfs", ["--as", "rootfs"], "usr/lib/node_modules/lodash/package.json")):
        report = lacre.json(command, "--quiet", "-f", "json", "--db", database(), root)
        findings = [f for r in report["Results"] for f in r.get("Vulnerabilities", [])]
        if not findings:
            yield f"{command}: nothing is found"
        for vulnerability in sorted({f["VulnerabilityID"] for f in findings})[:4]:
            told = lacre.json("explain", "--quiet", "-f", "json", "--db", database(), *args, vulnerability, root)
            where = {p["File"] for p in told["Packages"]}
            if told["Verdict"] != "reported" or where != {path}:
                yield f"{command}: {vulnerability}: {told['Verdict']} {where}"
            text = lacre.run("explain", "--quiet", "--db", database(), *args, vulnerability, root,
                             check=True).stdout.decode()
            if "layer" in text or "image" in text or path not in text:
                yield f"{command}: {text}"


def what_is_for_development_is_explained_when_asked_for():
    for args, verdict in (([], "not_installed"), (["--include-dev-deps"], "reported")):
        told = lacre.json("explain", "--quiet", "-f", "json", "--db", database(), *args, "CVE-2020-7598", directory())
        yield from wrong(told, verdict)


def what_no_directory_is_is_told():
    for args, want in ((("--as", "fs", "CVE-2021-1"), 2), (("--as", "none", "CVE-2021-1", directory()), 2),
                       (("--as", "rootfs", "CVE-2021-1", "no-such-directory"), 1),
                       (("--input", "x.tar", "CVE-2021-1", directory()), 2)):
        done = lacre.run("explain", "--quiet", *args, cwd=scratch.name)
        if done.returncode != want or not done.stderr or done.stdout:
            yield f"{args}: {done.returncode}, want {want}: {done.stderr[:200]!r}"


def explanations_fit_their_schema():
    try:
        import jsonschema
    except ImportError:
        raise Skip("python3-jsonschema is not installed") from None
    schema = json.loads((SOURCE / "docs/schema/explain-1.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    whole = json.loads((SOURCE / "tests/data/view/explain.json").read_text(encoding="utf-8"))
    yield from (f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(whole))
    whole["Packages"][0]["Extra"] = 1
    if validator.is_valid(whole):
        yield "the schema takes what it does not describe"
    if data is not None:
        for name, one in ((OLD, "CVE-2999-1"), (ALPINE, "CVE-2023-5363")):
            for e in validator.iter_errors(explain(name, one)):
                yield f"{one}: {e.json_path}: {e.message[:200]}"


run([(check.__name__, check) for check in (
    every_finding_of_the_report_is_explained_as_reported,
    each_reason_is_given,
    the_exit_status_tells_answers_from_errors,
    tables_grouped_by_source_count_each_finding_once,
    directories_are_explained_as_the_command_scans_them,
    what_is_for_development_is_explained_when_asked_for,
    what_no_directory_is_is_told,
    explanations_fit_their_schema,
)])
