"""However a scan ends, no process of it is left: at its end, at Ctrl-C, killed, or when its processes are.

usage: leftovers.py LACRE
"""

import gzip
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

from program import SOURCE, Program
from tap import Skip, run

sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from small_image import OS_RELEASE, Image, paragraph  # noqa: E402

lacre = Program(sys.argv[1])
scratch = tempfile.TemporaryDirectory()


def slow_image():
    """Its second layer inflates to more than can be read in the time of a test."""
    directory = pathlib.Path(scratch.name) / "slow"
    if directory.exists():
        return directory
    image = Image([{"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": paragraph("base", "1")}, {"x": b"y"}])
    piece = gzip.compress(bytes(64 << 20), 9, mtime=0)
    slow = gzip.compress(slow_header(), mtime=0) + piece * 900
    image.members["blobs/sha256/" + hashlib.sha256(slow).hexdigest()] = slow
    index = json.loads(image.members["index.json"])
    manifest_path = "blobs/" + index["manifests"][0]["digest"].replace(":", "/")
    manifest = json.loads(image.members[manifest_path])
    manifest["layers"][1].update(digest="sha256:" + hashlib.sha256(slow).hexdigest(), size=len(slow))
    content = json.dumps(manifest).encode()
    index["manifests"][0].update(digest="sha256:" + hashlib.sha256(content).hexdigest(), size=len(content))
    image.members["blobs/" + index["manifests"][0]["digest"].replace(":", "/")] = content
    image.members["index.json"] = json.dumps(index).encode()
    image.write_dir(directory)
    return directory


def slow_header():
    entry = tarfile.TarInfo("slow")
    entry.size = 900 * (64 << 20)
    return entry.tobuf()


def processes(session):
    """pid -> name of what lives in a session."""
    found = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        if int(rest[3]) == session and rest[0] != "Z":
            found[int(stat.parent.name)] = name
    return found


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Scan:
    """A scan in a session of its own, at work on the slow layer."""

    def __init__(self, *options):
        self.report = pathlib.Path(scratch.name) / f"report-{time.monotonic_ns()}.json"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("LACRE_", "TRIVY_"))}
        environment["TMPDIR"] = scratch.name
        self.process = subprocess.Popen(
            [lacre.path, "image", "--input", str(slow_image()), "-f", "json", "-o", str(self.report), "--quiet",
             "--cache-backend", "memory", "--list-all-pkgs", *options], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        self.files = set(os.listdir(scratch.name))
        if not wait_for(lambda: "lacre-worker" in self.names()):
            raise RuntimeError(f"no worker: {self.names()}")
        time.sleep(0.3)

    def names(self):
        return list(processes(self.process.pid).values())

    def pids(self, name):
        return [pid for pid, n in processes(self.process.pid).items() if n == name]

    def end(self, status=None):
        """What is wrong with how it ends."""
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return ["it does not end"]
        wrong = []
        if status is not None and self.process.returncode != status:
            wrong.append(f"exit {self.process.returncode}, not {status}: {self.process.stderr.read().decode()}")
        if not wait_for(lambda: not self.names(), 20):
            wrong.append(f"left behind: {self.names()}")
        left = set(os.listdir(scratch.name)) - self.files - {self.report.name}
        if left:
            wrong.append(f"files left: {left}")
        return wrong


def control_c():
    scan = Scan()
    os.killpg(scan.process.pid, signal.SIGINT)
    return scan.end(130)


def control_c_twice():
    scan = Scan()
    os.killpg(scan.process.pid, signal.SIGINT)
    os.killpg(scan.process.pid, signal.SIGINT)
    return scan.end(130)


def terminated():
    scan = Scan()
    scan.process.terminate()
    return scan.end(143)


def killed():
    scan = Scan()
    scan.process.kill()
    return scan.end(-9)


def timed_out():
    return Scan("--timeout", "2s").end(1)


def report_of(scan):
    report = json.loads(scan.report.read_text())
    names = {p["Name"] for r in report.get("Results", []) for p in r.get("Packages", [])}
    return report["Lacre"], names


def worker_killed():
    scan = Scan()
    for pid in scan.pids("lacre-worker"):
        os.kill(pid, signal.SIGKILL)
    wrong = scan.end(0)
    said, names = report_of(scan)
    trouble = said["Layers"][1].get("Trouble", "")
    if "was killed by SIGKILL" not in trouble or not said["Partial"]:
        wrong.append(f"said: {trouble}; partial: {said['Partial']}")
    if names != {"base"}:
        wrong.append(f"packages: {names}")
    return wrong


def nursery_killed():
    scan = Scan()
    for pid in scan.pids("lacre-nursery"):
        os.kill(pid, signal.SIGKILL)
    wrong = scan.end(0)
    said, _ = report_of(scan)
    if "gone with all worker processes" not in said["Layers"][1].get("Trouble", ""):
        wrong.append(f"said: {said['Layers'][1]}")
    return wrong


if not os.path.isdir("/proc/self"):
    raise Skip("no /proc")

run([
    ("Ctrl-C", control_c),
    ("Ctrl-C twice", control_c_twice),
    ("SIGTERM to the program alone", terminated),
    ("SIGKILL to the program alone", killed),
    ("time that is up", timed_out),
    ("a worker killed from outside costs its layer", worker_killed),
    ("all workers killed from outside", nursery_killed),
])
