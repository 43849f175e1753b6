"""Directories and root file systems: the same findings as in an image, whatever lies beside them.

usage: trees.py LACRE
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from program import SOURCE, Program
from tap import Skip, run

sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from small_image import OS_RELEASE, Image, paragraph  # noqa: E402

lacre = Program(sys.argv[1])
os.umask(0o022)


def _reachable(path):
    return all(os.stat(p).st_mode & 0o005 == 0o005 for p in [path, *pathlib.Path(path).parents])


# Where another user gets to: a private TMPDIR would hide the root itself.
scratch = tempfile.TemporaryDirectory(dir=next(
    (d for d in (tempfile.gettempdir(), "/tmp", "/var/tmp") if _reachable(d)), None))
os.chmod(scratch.name, 0o755)
STATUS = b"".join([paragraph("openssl", "3.0.9-1"), paragraph("zlib1g", "1:1.2.13.dfsg-1"),
                   paragraph("bash", "5.2.15-2")])
SYSTEM = {"etc/os-release": OS_RELEASE, "etc/debian_version": b"12.0\n",
          "var/lib/dpkg/status": STATUS, "srv/data/x": b"nothing"}


def tree(name, files=None):
    root = pathlib.Path(scratch.name) / name
    for path, content in (SYSTEM if files is None else files).items():
        at = root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(content)
    return root


def report(*args, **kw):
    return lacre.json(*args, "--format", "json", "--reproducible", "-q", **kw)


def findings(r):
    return sorted((v["VulnerabilityID"], v["PkgName"], v["InstalledVersion"])
                  for res in r.get("Results", []) for v in res.get("Vulnerabilities", []))


def a_root_file_system_has_the_findings_of_its_image():
    path = pathlib.Path(scratch.name) / "image.tar"
    Image([SYSTEM]).write_tar(path)
    want = findings(report("image", "--input", path))
    root = tree("system")
    for command in ("rootfs", "fs", "filesystem"):
        got = report(command, root)
        if not want or findings(got) != want:
            yield f"{command}: {len(findings(got))} findings, {len(want)} in the image"
        if got["ArtifactType"] != "filesystem" or "ArtifactID" in got:
            yield f"{command}: {got['ArtifactType']} {got.get('ArtifactID')}"
        if got["ArtifactName"] != str(root):
            yield f"{command}: called {got['ArtifactName']}"
        result = got["Results"][0]
        if result["Target"] != f"{root} (debian 12.0)":
            yield f"{command}: {result['Target']}"
        if any("Layer" in p for p in result["Packages"]):
            yield f"{command}: a directory has no layers"
        if got["Lacre"]["Sandbox"]["Level"] == "off":
            yield f"{command}: walked unconfined"
        if got["Lacre"]["Coverage"]["Entries"] < 4 or got["Lacre"]["Partial"]:
            yield f"{command}: {got['Lacre']['Coverage']}"


def the_host_it_is_of_names_it():
    root = tree("named", {**SYSTEM, "etc/hostname": b"db-1.example.org\n"})
    if report("rootfs", root)["ArtifactName"] != "db-1.example.org":
        yield "the host name is not used"
    (root / "etc/hostname").write_bytes(b"\x1b[31m evil\n")
    if report("rootfs", root)["ArtifactName"] != str(root):
        yield "anything is taken for a host name"
    (root / "etc/hostname").unlink()
    (root / "etc/hostname").symlink_to("/etc/hostname")
    if report("rootfs", root)["ArtifactName"] != str(root):
        yield "a link out of the tree was followed"


def threads_do_not_change_a_byte():
    files = dict(SYSTEM)
    for i in range(120):
        files[f"var/lib/dpkg/status.d/p{i}"] = paragraph(f"p{i}", f"1.{i}")
        files[f"srv/d{i % 9}/e{i}/f"] = b"x"
    root = tree("many", files)
    for form in ("json", "table"):
        outputs = {lacre.run("rootfs", root, "--format", form, "--reproducible", "-q", "--parallel",
                             n, check=True).stdout for n in (1, 2, 3, 8)}
        if len(outputs) != 1:
            yield f"{form}: {len(outputs)} different outputs"
    first, second = (report("rootfs", root, *args) for args in ([], ["--no-sandbox"]))
    if second["Lacre"].pop("Sandbox") != {"Level": "off"}:
        yield "--no-sandbox: confined all the same"
    first["Lacre"].pop("Sandbox")
    if first != second:
        yield "confined and not: different reports"


def skipped_paths_are_understood_as_written():
    root = tree("skipped")
    parent = root.parent
    cases = ((["--skip-dirs", "var"], parent), (["--skip-dirs", "./var/"], parent),
             (["--skip-dirs", "skipped/var"], parent), (["--skip-dirs", root / "var"], parent),
             (["--skip-dirs", "/var"], parent), (["--skip-dirs", "**/dpkg"], parent),
             (["--skip-files", "var/lib/dpkg/*"], parent),
             (["--skip-files", "./skipped/var/lib/dpkg/status"], parent),
             (["--skip-files", "**/status"], root))
    for args, cwd in cases:
        got = report("rootfs", *args, root if cwd == root else "skipped", cwd=cwd)
        if got["Lacre"]["Coverage"]["Packages"]:
            yield f"{args}: {got['Lacre']['Coverage']['Packages']} packages"
    got = report("rootfs", "--skip-dirs", "srv", "--skip-files", "status", root)
    if got["Lacre"]["Coverage"]["Packages"] != 3:
        yield "too much was left out"


def packages(r):
    return {p["Name"] for res in r.get("Results", []) for p in res.get("Packages", [])}


def files_are_of_the_type_that_a_pattern_says():
    lock = (b'{"name": "x", "lockfileVersion": 3, "packages": {"": {"dependencies": {"qs": "1"}}, '
            b'"node_modules/qs": {"version": "6.5.0"}}}')
    files = {"requirements-dev.txt": b"flask==0.5\n", "sub/requirements-x.txt": b"jinja2==2.4\n",
             "js/lock.json": lock, "js/package.json": b'{"dependencies": {"qs": "1"}}'}
    root = tree("patterns", files)
    path = pathlib.Path(scratch.name) / "patterns.tar"
    Image([{**SYSTEM, **{f"srv/app/{k}": v for k, v in files.items()}}]).write_tar(path)
    cases = ((["pip:requirements-.*\\.txt"], {"flask", "jinja2"}),
             (["pip:^requirements-.*\\.txt$"], {"flask"}), (["npm:(?i)LOCK\\.json"], {"qs"}),
             (["pip:sub/", "npm:js/lock", "pip:nothing"], {"jinja2", "qs"}), ([], set()))
    for patterns, want in cases:
        args = [a for p in patterns for a in ("--file-patterns", p)]
        for command in ("fs", "repo"):
            got = report(command, *args, "--list-all-pkgs", root)
            if packages(got) != want or got["Lacre"]["Partial"]:
                yield f"{command} {patterns}: {packages(got)} {got['Lacre']}"
    for args in ([], ["--no-sandbox"]):
        got = report("image", "--file-patterns", "pip:-dev.txt", "--pkg-types", "os",
                     "--input", path, *args)
        if "flask" in packages(got):
            yield "a type was read that was not asked for"
    for args, words in ((["--file-patterns", "pip:("], b"parenthesis"),
                        (["--file-patterns", "dockerfile:x"], b"dockerfile"),
                        (["--file-patterns", "pip"], b"TYPE:REGEX")):
        done = lacre.run("fs", *args, root)
        if done.returncode not in (1, 2) or words not in done.stderr or done.stdout:
            yield f"{args}: {done.returncode} {done.stderr}"


def exit_statuses_are_those_of_images():
    root = tree("statuses")
    for args, want in ((("rootfs",), 0), (("rootfs", "--exit-code", "5"), 5),
                       (("fs", "--exit-code", "6"), 6),
                       (("fs", "--exit-code", "6", "--pkg-types", "library"), 0)):
        got = lacre.run(*args, root).returncode
        if got != want:
            yield f"{args}: {got}, want {want}"


def what_is_not_there_is_one_line():
    for args, words in ((("fs", pathlib.Path(scratch.name) / "none"), b"No such file"),
                        (("fs", "/dev/null"), b"neither a directory nor a regular file"),
                        (("rootfs", "--skip-dirs", "{" * 99, "/"), b"pattern")):
        done = lacre.run(*args)
        if done.returncode not in (1, 2) or words not in done.stderr or done.stdout:
            yield f"{args}: {done.returncode} {done.stderr}"
        if len(done.stderr.splitlines()) > 2:
            yield f"{args}: {done.stderr}"


def nobody(path):
    """Runs lacre as a user who may not read everything."""
    command = [lacre.path, "rootfs", path, "--format", "json", "-q", "--fail-on-partial", "9"]
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run(list(map(str, command)), capture_output=True, check=False, cwd="/",
                          env={"PATH": os.environ["PATH"], "LACRE_CACHE_DIR": "/nonexistent"},
                          timeout=120, **user)


def what_may_not_be_read_makes_it_partial():
    if not os.access(lacre.path, os.X_OK) or not _reachable(lacre.path):
        raise Skip("the program is not where another user can run it")
    root = tree("closed")
    if os.geteuid() == 0 and not _reachable(root):
        raise Skip("no directory for scratch that another user can reach")
    (root / "var/lib/dpkg/status").chmod(0)
    (root / "srv/data").chmod(0)
    done = nobody(root)
    (root / "srv/data").chmod(0o755)
    if done.returncode != 9:
        yield f"exit status {done.returncode}: {done.stderr}"
        return
    got = json.loads(done.stdout)
    paths = {d.get("Path") for d in got["Lacre"]["NotUnderstood"]}
    if not got["Lacre"]["Partial"] or paths != {"var/lib/dpkg/status", "srv/data"}:
        yield f"{got['Lacre']['Partial']} {paths}"


def packages_are_chosen_by_how_they_came():
    lock = {"name": "x", "lockfileVersion": 3, "packages": {
        "": {"name": "x", "dependencies": {"aa": "1"}, "devDependencies": {"bb": "1"}},
        "node_modules/aa": {"version": "1.0.0", "dependencies": {"cc": "1"}},
        "node_modules/bb": {"version": "1.0.0", "dev": True},
        "node_modules/cc": {"version": "1.0.0"}}}
    root = tree("chosen", {"package-lock.json": json.dumps(lock).encode()})
    for args, want in (([], {"aa", "cc"}), (["--include-dev-deps"], {"aa", "bb", "cc"}),
                       (["--pkg-relationships", "direct"], {"aa"}),
                       (["--pkg-relationships", "indirect"], {"cc"}),
                       (["--pkg-relationships", "direct", "--include-dev-deps"], {"aa", "bb"})):
        for confined in ([], ["--no-sandbox"]):
            got = packages(report("fs", "--list-all-pkgs", *args, *confined, root))
            if got - {"x"} != want:
                yield f"{args} {confined}: {sorted(got)}, want {sorted(want)}"


def comprehensive_scans_take_what_is_not_pinned():
    root = tree("least", {"requirements.txt": b"flask==2.0.1\ndjango>=2.2\n",
                          "go.mod": b"module example.org/m\ngo 1.22\ntoolchain go1.22.1\n"})
    for command in ("fs", "repo"):
        for args, want in (([], {"flask"}), (["--detection-priority", "precise"], {"flask"}),
                           (["--detection-priority", "comprehensive"], {"flask", "django", "stdlib"})):
            for confined in ([], ["--no-sandbox"]):
                got = packages(report(command, "--list-all-pkgs", *args, *confined, root))
                if got - {"example.org/m"} != want:
                    yield f"{command} {args} {confined}: {sorted(got)}, want {sorted(want)}"


def comprehensive_scans_judge_what_the_system_brought():
    info = "var/lib/dpkg/info/python3-flask.list"
    meta = "usr/lib/python3/dist-packages/flask-2.0.1.dist-info/METADATA"
    root = tree("brought", {**SYSTEM, "var/lib/dpkg/status": STATUS + paragraph("python3-flask", "2.0.1-1"),
                            info: f"/.\n/{meta}\n".encode(),
                            meta: b"Metadata-Version: 2.1\nName: flask\nVersion: 2.0.1\n"})
    for args, want in (([], False), (["--detection-priority", "comprehensive"], True)):
        for confined in ([], ["--no-sandbox"]):
            got = packages(report("rootfs", "--list-all-pkgs", *args, *confined, root))
            if ("flask" in got) != want:
                yield f"{args} {confined}: {sorted(got)}"


def pom(group, artifact, version, more="", deps=(), parent=""):
    listed = "".join(f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId>"
                     + (f"<version>{v}</version>" if v else "") + "</dependency>" for g, a, v in deps)
    return (f"<project>{parent}<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
            f"{more}<dependencies>{listed}</dependencies></project>").encode()


def parent_of(artifact):
    return f"<parent><groupId>org.up</groupId><artifactId>{artifact}</artifactId><version>3</version></parent>"


MANAGED = ("<properties><v>1.2</v></properties><dependencyManagement><dependencies><dependency><groupId>org.a</groupId>"
           "<artifactId>a</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement>")


def maven_repository(home):
    """Parents of parents, and what dependencies bring."""
    stored = {
        "org/up/up/3/up-3.pom": pom("org.up", "up", "3", parent=parent_of("top")),
        "org/up/top/3/top-3.pom": pom("org.up", "top", "3", MANAGED),
        "org/a/a/1.2/a-1.2.pom": pom("org.a", "a", "1.2", deps=[("org.b", "b", "2.0")]),
        "org/b/b/2.0/b-2.0.pom": pom("org.b", "b", "2.0", deps=[("org.c", "c", "1"), ("org.a", "a", "9")]),
    }
    return tree(home, {f".m2/repository/{path}": text for path, text in stored.items()})


def maven_projects_are_completed_by_the_local_repository():
    root = tree("maven", {"app/pom.xml": pom("org.x", "app", "1", deps=[("org.a", "a", "")], parent=parent_of("up"))})
    home = maven_repository("home")
    (home / ".m2/repository/org/c/c/1").mkdir(parents=True)
    (home / ".m2/repository/org/c/c/1/c-1.pom").symlink_to("/etc/passwd")
    bare, full = {"org.x:app"}, {"org.x:app", "org.a:a", "org.b:b", "org.c:c"}
    elsewhere = {"HOME": str(root)}
    cases = (([], {"HOME": str(home)}, full), ([], elsewhere, bare),
             (["--maven-repository", "none"], {"HOME": str(home)}, bare),
             (["--maven-repository", home / ".m2/repository"], elsewhere, full))
    for args, env, want in cases:
        for command, path in (("fs", root), ("repo", root), ("fs", root / "app/pom.xml")):
            for confined in ([], ["--no-sandbox"]):
                got = report(command, "--list-all-pkgs", *args, *confined, path, env=env)
                if packages(got) != want:
                    yield f"{command} {args} {confined}: {sorted(packages(got))}, want {sorted(want)}"
    got = report("fs", "--list-all-pkgs", root, env={"HOME": str(home)})
    tells = [d["Message"] for d in got["Lacre"]["NotUnderstood"]]
    if len(tells) != 1 or "org.c:c" not in tells[0]:
        yield f"what is not in the repository: {tells}"
    broken = tree("broken", {"a/pom.xml": pom("org.x", "a", "1", parent=parent_of("z").replace(
        "</parent>", "<relativePath>../z</relativePath></parent>")), "z/pom.xml": b"<project><artifactId>z"})
    tells = [d["Path"] for d in report("fs", broken)["Lacre"]["NotUnderstood"]]
    if tells != ["z/pom.xml"]:
        yield f"a broken parent: {tells}"
    done = lacre.run("fs", "--maven-repository", root / "none", root)
    if done.returncode != 1 or done.stdout or b"No such file" not in done.stderr:
        yield f"a repository that is not there: {done.returncode} {done.stderr}"


BUILDS = {
    "net/a.csproj": b'<Project><PackageReference Include="Project" Version="1"/></Project>',
    "restored/obj/project.assets.json": b'{"targets": {"x": {"Restored/1": {"type": "package"}}}}',
    "jvm/gradle/libs.versions.toml": b'[libraries]\nx = "g:catalogue:1"\n',
    "sums/gradle/verification-metadata.xml": b'<a><component group="g" name="sums" version="1"/></a>',
    ".github/workflows/ci.yml": b"jobs: {a: {steps: [{uses: o/action@v1.2.3}]}}",
    "act/action.yaml": b"runs: {steps: [{uses: o/composite@v1.2.3}]}",
    "perl/cpanfile.snapshot": b"DISTRIBUTIONS\n  Snapshot-1\n",
    "cpp/vcpkg.json": b'{"overrides": [{"name": "manifest", "version": "1"}]}',
    "go/go.work": b"use ./m\nreplace x => worked v1.0.0\n", "go/m/go.mod": b"go 1.20\nrequire x v1.0.0\n",
}
BESIDE = {
    "usr/lib/php/.registry/pear.reg": b'a:2:{s:4:"name";s:4:"Pear";s:7:"version";s:1:"1";}',
    "usr/lib/perl5/perllocal.pod": b"=head2 x: C<Module> L<Pod|Pod>\nC<VERSION: 1>\n",
    "opt/perl5/.meta/Meta-1/install.json": b'{"dist": "Meta-1", "version": "1"}',
    "src/installed/vcpkg/status": b"Package: port\nVersion: 1\nStatus: install ok installed\n",
}
BILLS = {
    "sbom/a.cdx.json": b'{"bomFormat": "CycloneDX", "components": [{"purl": "pkg:npm/%40a/bill@1"}]}',
    "var/lib/db/sbom/b.spdx.json": b'{"spdxVersion": "SPDX-2.3", "packages": [{"externalRefs": [{"referenceType": '
                                   b'"purl", "referenceLocator": "pkg:pypi/listed@1"}]}]}',
}


def what_builds_name_and_what_lies_beside_is_found():
    root = tree("builds", {**BUILDS, **BESIDE, **BILLS})
    bills = {"@a/bill", "listed"}
    locked = {"Project", "Restored", "g:catalogue", "g:sums", "o/action", "o/composite", "Snapshot", "manifest", "worked"}
    for command, want in (("fs", locked), ("repo", locked), ("rootfs", {"Pear", "Pod", "Meta", "port"})):
        got = report(command, "--list-all-pkgs", root)
        if packages(got) != want | bills or got["Lacre"]["Partial"]:
            yield f"{command}: {sorted(packages(got))} {got['Lacre'].get('NotUnderstood')}"


def hostile_trees_are_walked_to_the_end():
    root = tree("hostile")
    (root / "loop").symlink_to(".")
    (root / "up").symlink_to("../..")
    (root / "etc/apk").mkdir()
    (root / "etc/apk/repositories").symlink_to("/etc/shadow")
    os.mkfifo(root / "etc/lsb-release")
    os.mkfifo(root / "srv/fifo")
    bad = os.fsencode(root) + b"/srv/\xff\x1b[31m\n"
    os.mkdir(bad)
    here = os.getcwd()
    os.chdir(root / "srv")
    try:
        for _ in range(1000):
            os.mkdir("d")
            os.chdir("d")
        os.makedirs("var/lib/dpkg/status.d")
    finally:
        os.chdir(here)
    got = report("rootfs", root)
    if got["Lacre"]["Coverage"]["Packages"] != 3 or got["Lacre"]["Coverage"]["Entries"] < 1010:
        yield str(got["Lacre"])
    table = lacre.run("rootfs", root, "-q", check=True).stdout
    if b"\x1b" in table or b"root:" in table:
        yield "a name reached the terminal raw, or a link was followed"
    subprocess.run(["rm", "-rf", root], check=False)  # deeper than shutil goes


CHECKS = [a_root_file_system_has_the_findings_of_its_image, the_host_it_is_of_names_it,
              threads_do_not_change_a_byte, skipped_paths_are_understood_as_written,
              files_are_of_the_type_that_a_pattern_says,
              exit_statuses_are_those_of_images, what_is_not_there_is_one_line,
              what_may_not_be_read_makes_it_partial,
              packages_are_chosen_by_how_they_came, comprehensive_scans_take_what_is_not_pinned,
              comprehensive_scans_judge_what_the_system_brought,
              maven_projects_are_completed_by_the_local_repository,
              what_builds_name_and_what_lies_beside_is_found, hostile_trees_are_walked_to_the_end]
run([(check.__name__, check) for check in CHECKS])
