"""Vendors' own formats through the program: statuses in table and JSON, what leaves them out, updates over HTTP.

usage: native.py LACRE
"""

import hashlib
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "cli")]

from program import SOURCE, Program, data_dir  # noqa: E402
from small_image import Image  # noqa: E402
from tap import Skip, run  # noqa: E402

lacre = Program(sys.argv[1])
data = data_dir()
SCRATCH = pathlib.Path(tempfile.mkdtemp())
UBUNTU = b'ID=ubuntu\nVERSION_ID="16.04"\nVERSION_CODENAME=xenial\n'
DEBIAN = b'ID=debian\nVERSION_ID="10"\nVERSION_CODENAME=buster\n'
SEEDS = SOURCE / "fuzz" / "corpus"


def paragraph(name, version):
    return (f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n"
            f"Maintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>\nVersion: {version}\n\n").encode()


def image(name, release, packages):
    path = SCRATCH / name
    if not path.exists():
        status = b"".join(paragraph(*p) for p in packages)
        Image([{"etc/os-release": release, "var/lib/dpkg/status": status}]).write_tar(path)
    return path


def samples_database():
    if data is None:
        raise Skip("the shared test data is not here")
    path = SCRATCH / "samples.db"
    if not path.exists():
        lacre.run("db", "build", "--from", data / "advisories", "--only", "native-samples", "-o", path,
                  "--quiet", check=True)
    return path


def own_database():
    """Of our own documents, which have what no public sample has."""
    path = SCRATCH / "own.db"
    if not path.exists():
        folder = SCRATCH / "own" / "native" / "debian-tracker"
        folder.mkdir(parents=True)
        shutil.copy(SEEDS / "debian" / "states.json", folder)
        lacre.run("db", "build", "--from", SCRATCH / "own", "-o", path, "--quiet", check=True)
    return path


def scan(path, db, *args):
    report = lacre.json("image", "--input", path, "--db", db, "-f", "json", "--quiet", "--scanners", "vuln", *args)
    found = [v for r in report["Results"] for v in r.get("Vulnerabilities") or []]
    return {(v["PkgName"], v["VulnerabilityID"]): v for v in found}


UBUNTU_PACKAGES = [("curl", "7.47.0-1ubuntu2.19"), ("dietlibc", "0.33"), ("vnc4", "4.1"),
                   ("qtwebkit-opensource-src", "5.5"), ("bluez", "5.37-0ubuntu5")]
UBUNTU_WANT = {("curl", "CVE-2023-38545"): "end_of_life", ("dietlibc", "CVE-2016-20013"): "will_not_fix",
               ("vnc4", "CVE-2019-15903"): "affected",
               ("qtwebkit-opensource-src", "CVE-2020-9925"): "under_investigation",
               ("bluez", "CVE-2020-0556"): "fixed"}


def ubuntu():
    return image("ubuntu.tar", UBUNTU, UBUNTU_PACKAGES)


def statuses_are_shown():
    got = scan(ubuntu(), samples_database())
    for key, status in UBUNTU_WANT.items():
        if got.get(key, {}).get("Status") != status:
            yield f"{key}: {got.get(key, {}).get('Status')}, want {status}"
    table = lacre.run("image", "--input", ubuntu(), "--db", samples_database(), "--quiet", "--scanners", "vuln",
                      check=True).stdout.decode()
    for status in UBUNTU_WANT.values():
        if status not in table:
            yield f"{status} is not in the table"


def deferred_fixes_are_shown():
    path = image("debian.tar", DEBIAN, [("pkg", "1.0-1")])
    got = scan(path, own_database())
    if got.get(("pkg", "CVE-2020-0001"), {}).get("Status") != "fix_deferred":
        yield f"{got}"
    table = lacre.run("image", "--input", path, "--db", own_database(), "--quiet", "--scanners", "vuln", check=True)
    if b"fix_deferred" not in table.stdout:
        yield "fix_deferred is not in the table"
    if scan(path, own_database(), "--ignore-status", "fix_deferred"):
        yield "--ignore-status leaves it"


def statuses_can_be_left_out():
    unfixed = scan(ubuntu(), samples_database(), "--ignore-unfixed")
    left = {v["Status"] for v in unfixed.values()}
    if left - {"fixed"}:
        yield f"--ignore-unfixed leaves {left}"
    everything = scan(ubuntu(), samples_database())
    for status in sorted(set(UBUNTU_WANT.values())):
        got = scan(ubuntu(), samples_database(), "--ignore-status", status)
        want = {k for k, v in everything.items() if v["Status"] != status}
        if set(got) != want:
            yield f"--ignore-status {status}: {sorted(set(got) ^ want)}"


# ---- systems that several places speak of ----

def redhat_database():
    """Red Hat's words of a flaw, one a release; and a notice that is for the stream 9.2 alone."""
    path = SCRATCH / "redhat.db"
    if not path.exists():
        folder = SCRATCH / "own-redhat" / "native" / "redhat"
        folder.mkdir(parents=True)
        document = json.loads((SEEDS / "csaf" / "states.json").read_text())
        (folder / "all.json").write_text(json.dumps(document))
        flaw = document["vulnerabilities"][0]
        flaw["cve"] = "CVE-2024-0002"
        fixed = [p for p in flaw["product_status"]["fixed"] if p.startswith("E92:")]
        flaw["product_status"] = {"fixed": fixed}
        (folder / "stream.json").write_text(json.dumps(document))
        lacre.run("db", "build", "--from", SCRATCH / "own-redhat", "-o", path, "--quiet", check=True)
    return path


def redhat(release, sets=None):
    path = SCRATCH / f"redhat-{release}-{bool(sets)}.tar"
    curl = ("curl", "7.0-1.el", "0", "0", "Red Hat, Inc.", "1", "1", "x86_64", "1", "curl-7.0-1.el.src.rpm")
    files = {"etc/os-release": f'ID="rhel"\nVERSION_ID="{release}"\n'.encode(),
             "var/lib/rpmmanifest/container-manifest-2": ("\t".join(curl) + "\n").encode()}
    if sets:
        files["root/buildinfo/content_manifests/x.json"] = json.dumps({"content_sets": sets}).encode()
    Image([files]).write_tar(path)
    return path


def each_status_of_a_vendor_is_shown():
    want = {"10.0": "under_investigation", "9.2": "fixed", "8.4": "fix_deferred", "7.9": "end_of_life",
            "6.10": "will_not_fix"}
    for release, status in want.items():
        got = scan(redhat(release), redhat_database())
        if got.get(("curl", "CVE-2024-0001"), {}).get("Status") != status:
            yield f"{release}: {got}, want {status}"
        table = lacre.run("image", "--input", redhat(release), "--db", redhat_database(), "--quiet", "--scanners",
                          "vuln", check=True).stdout
        if status.encode() not in table:
            yield f"{release}: {status} is not in the table"
        if scan(redhat(release), redhat_database(), "--ignore-status", status):
            yield f"--ignore-status {status} leaves it"
        left = scan(redhat(release), redhat_database(), "--ignore-unfixed")
        if bool(left) != (status == "fixed"):
            yield f"{release}: --ignore-unfixed leaves {left}"


def content_sets_choose_the_stream():
    sets = ["rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2", "rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2"]
    for image_sets, ids in ((None, ["CVE-2024-0001"]), (["rhel-9-for-x86_64-baseos-rpms"], ["CVE-2024-0001"]),
                            (sets, ["CVE-2024-0001", "CVE-2024-0002"])):
        got = scan(redhat("9.2", image_sets), redhat_database())
        if sorted(i for _, i in got) != ids:
            yield f"{image_sets}: {sorted(got)}, want {ids}"
        places = {e["Ecosystem"] for v in got.values() for e in v["Lacre"]["Evidence"]}
        if places != ({"Red Hat:rhel_eus:9.2"} if image_sets == sets else {"Red Hat:9"}):
            yield f"{image_sets}: judged by {places}"


BIONIC = b'ID=ubuntu\nVERSION_ID="18.04"\nVERSION_CODENAME=bionic\n'


def what_pro_has_is_offered():
    path = SCRATCH / "tracker.db"
    folder = SCRATCH / "tracker" / "native" / "ubuntu"
    folder.mkdir(parents=True)
    shutil.copy(SEEDS / "ubuntu_tracker" / "states", folder)
    lacre.run("db", "build", "--from", SCRATCH / "tracker", "-o", path, "--quiet", check=True)
    status = paragraph("openssl", "1.1.1-1ubuntu2")
    plain, pro = SCRATCH / "plain.tar", SCRATCH / "pro.tar"
    Image([{"etc/os-release": BIONIC, "var/lib/dpkg/status": status}]).write_tar(plain)
    enabled = json.dumps({"services": [{"name": "esm-infra", "status": "enabled"}]}).encode()
    Image([{"etc/os-release": BIONIC, "var/lib/dpkg/status": status,
            "var/lib/ubuntu-advantage/status.json": enabled}]).write_tar(pro)
    key, fix = ("openssl", "CVE-2024-0001"), "1.1.1-1ubuntu2.1+esm1"
    without = scan(plain, path).get(key, {})
    if without.get("Status") != "affected" or "FixedVersion" in without:
        yield f"without Pro: {without}"
    if without.get("Lacre", {}).get("Offered") != {"With": "Ubuntu Pro", "Version": fix}:
        yield f"not offered: {without.get('Lacre')}"
    if scan(plain, path, "--ignore-unfixed"):
        yield "--ignore-unfixed takes an offer for a fix"
    table = lacre.run("image", "--input", plain, "--db", path, "--quiet", "--scanners", "vuln", check=True,
                      env={"COLUMNS": "200"}).stdout.decode()
    if "with Ubuntu Pro" not in " ".join(table.split()):
        yield f"not in the table: {table}"
    within = scan(pro, path).get(key, {})
    if within.get("Status") != "fixed" or within.get("FixedVersion") != fix or "Offered" in within["Lacre"]:
        yield f"with Pro: {within}"


# ---- db update over HTTP ----

class Handler(http.server.BaseHTTPRequestHandler):
    files, faults, asked = {}, {}, []

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.asked.append((self.path, self.headers.get("If-None-Match")))
        fault = self.faults.get(self.path)
        body = self.files.get(self.path)
        if isinstance(fault, int):
            return self.send_error(fault)
        if body is None:
            return self.send_error(404)
        tag = f'"{hash(body)}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            return self.end_headers()
        start = 0
        span = self.headers.get("Range")
        if span and fault != "cut":
            start = int(span.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        if fault == "cut" or (fault == "cut once" and not span):
            self.wfile.write(body[start:len(body) // 2])
            self.close_connection = True
            return None
        self.wfile.write(body[start:])
        return None


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
BASE = f"http://127.0.0.1:{server.server_port}"
ARCH = json.dumps([{"name": "AVG-1", "packages": ["curl"], "status": "Fixed", "fixed": "2-1",
                    "issues": ["CVE-2024-0001"]}]).encode()
ARCH_NEW = ARCH.replace(b"2-1", b"3-1")
PATH = "/native/arch/all.json"


def update(cache, *args):
    done = subprocess.run([lacre.path, "db", "update", "--from", BASE, "--cache-dir", str(cache), *args],
                          capture_output=True, timeout=120, env={"HOME": str(SCRATCH), "LC_ALL": "C"})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def fixed(cache):
    out = lacre.json("db", "match", "--db", cache / "db" / "lacre.db", "--format", "json", "Arch Linux", "curl", "1-1")
    return out["findings"][0]["fixed"]


def fresh(name, files, faults=None):
    Handler.files, Handler.faults = dict(files), dict(faults or {})
    Handler.asked.clear()
    return SCRATCH / name


def updates_are_conditional():
    cache = fresh("one", {PATH: ARCH})
    status, out, err = update(cache)
    if status or fixed(cache) != ["2-1"]:
        yield f"{status} {out} {err}"
    Handler.asked.clear()
    status, out, err = update(cache)
    if status or "up to date" not in out:
        yield f"{status} {out} {err}"
    tags = [tag for path, tag in Handler.asked if path == PATH]
    if len(tags) != 1 or not tags[0]:
        yield f"asked {Handler.asked}"
    Handler.files[PATH] = ARCH_NEW
    status, out, err = update(cache)
    if status or fixed(cache) != ["3-1"]:
        yield f"{status} {out} {err}"


def cut_transfers_go_on():
    cache = fresh("two", {PATH: ARCH + b" " * 100000}, {PATH: "cut once"})
    status, out, err = update(cache)
    if status or fixed(cache) != ["2-1"]:
        yield f"{status} {out} {err}"


def failures_leave_the_database():
    for number, fault in enumerate((403, "cut")):
        cache = fresh(f"three{number}", {PATH: ARCH})
        if update(cache)[0]:
            yield "the first update failed"
        Handler.files[PATH] = ARCH_NEW
        Handler.faults[PATH] = fault
        status, out, err = update(cache, "--timeout", "20s")
        if status != 1 or "stays in use" not in err or "arch" not in err or fixed(cache) != ["2-1"]:
            yield f"{fault}: {status} {out} {err}"
        Handler.faults.clear()
        Handler.files[PATH] = b"<html>maintenance</html>"
        status, out, err = update(cache)
        if status != 1 or "stays in use" not in err or fixed(cache) != ["2-1"]:
            yield f"another document: {status} {out} {err}"


AMAZON = (b'<updates><update type="security"><id>ALAS2-2024-1</id><references><reference id="CVE-2024-0001" type="cve"/>'
          b'</references><pkglist><collection><name>Amazon Linux 2</name><package name="curl" version="1.2" '
          b'release="3.amzn2" arch="x86_64"/></collection></pkglist></update></updates>')


def repomd(of):
    return (f'<repomd><data type="updateinfo"><checksum type="sha256">{hashlib.sha256(of).hexdigest()}</checksum>'
            '<location href="repodata/updateinfo.xml"/></data></repomd>').encode()


def digests_of_repositories_are_checked():
    cache = fresh("five", {"/mirror.list": f"{BASE}/al2\n".encode(), "/al2/repodata/repomd.xml": repomd(AMAZON),
                           "/al2/repodata/updateinfo.xml": AMAZON})
    args = ("--only", "amazon", "--feed", f"amazon={BASE}/mirror.list")
    command = [lacre.path, "db", "update", "--cache-dir", str(cache), *args]
    env = {"HOME": str(SCRATCH), "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, timeout=120, env=env)
    ask = ("db", "match", "--db", cache / "db" / "lacre.db", "Amazon Linux:2", "curl", "1.2-2.amzn2")
    if done.returncode or b"CVE-2024-0001" not in lacre.run(*ask).stdout:
        yield f"{done.returncode} {done.stderr}"
    Handler.files["/al2/repodata/updateinfo.xml"] = AMAZON.replace(b"3.amzn2", b"4.amzn2")
    Handler.asked.clear()
    again = subprocess.run(command, capture_output=True, timeout=120, env=env)
    if again.returncode or "/al2/repodata/updateinfo.xml" in dict(Handler.asked):
        yield f"what has the published digest was fetched: {again.stderr} {Handler.asked}"
    Handler.files["/al2/repodata/repomd.xml"] = repomd(b"something else")
    done = subprocess.run(command, capture_output=True, timeout=120, env=env)
    if done.returncode != 1 or b"digest" not in done.stderr or b"stays in use" not in done.stderr:
        yield f"{done.returncode} {done.stderr}"
    if b"CVE-2024-0001" not in lacre.run(*ask).stdout:
        yield "the database is another"


def old_databases_are_told():
    path = SCRATCH / "old.db"
    feeds = own_database().parent / "own"
    lacre.run("db", "build", "--from", feeds, "-o", path, "--quiet", "--reproducible",
              env={"SOURCE_DATE_EPOCH": "1700000000"}, check=True)
    for db, told in ((path, True), (own_database(), False)):
        table = lacre.run("image", "--input", ubuntu(), "--db", db, "--scanners", "vuln", check=True)
        text = " ".join((table.stdout + table.stderr).decode().split())
        if ("days old" in text and "lacre db update" in text) != told:
            yield f"{db}: {text}"


def nothing_there_is_told():
    cache = fresh("four", {})
    status, out, err = update(cache)
    if status != 1 or "no feed could be fetched" not in err or "there is no database yet" not in err:
        yield f"{status} {out} {err}"
    status, out, err = update(cache, "--only", "nosuch")
    if status != 2 or "nosuch" not in err:
        yield f"{status} {out} {err}"


try:
    run([("statuses are shown in table and JSON", statuses_are_shown),
         ("deferred fixes are shown", deferred_fixes_are_shown),
         ("statuses can be left out", statuses_can_be_left_out),
         ("each status of a vendor is shown", each_status_of_a_vendor_is_shown),
         ("content sets choose the stream", content_sets_choose_the_stream),
         ("what Ubuntu Pro has is offered", what_pro_has_is_offered),
         ("updates fetch what changed", updates_are_conditional),
         ("cut transfers go on", cut_transfers_go_on),
         ("failures leave the database in use", failures_leave_the_database),
         ("digests of repositories are checked", digests_of_repositories_are_checked),
         ("old databases are told", old_databases_are_told),
         ("a mirror without feeds is told", nothing_there_is_told)])
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
