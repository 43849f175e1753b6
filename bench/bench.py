#!/usr/bin/env python3
"""Measures lacre against the floor and against what peers are on PATH.

usage: bench.py BUILD-DIRECTORY [--quick] [--rounds N] [--keep DIR] [--only ROW[,ROW...]]
                [--peers NAME[,NAME...]] [--counts] [--store]

Makes its images (the same bytes each time), runs what is compared by turns (A B A B ...) and tells
medians and ratios: on a shared machine only these mean anything. --quick: a tenth of the megabytes,
three rounds. --counts: instructions (callgrind) and peak memory against the ceilings of
bench/ceilings.json, which fail when passed by 5 %; --store writes new ones.
--keep: images stay there, and are not made again.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from bench_trees import make_languages, make_tree

HERE = pathlib.Path(__file__).resolve().parent
CEILINGS = HERE / "ceilings.json"
PASSED_BY = 1.05  # what a ceiling allows
PROGRAM_BYTES = 5_000_000  # stripped
FLOOR_VALID = 0.9  # of igzip and of openssl speed

# name, form, megabytes, layers, packages
IMAGES = (
    ("small", "layout", 8, 1, 100),
    ("plain", "docker", 170, 4, 100),
    ("gzip", "layout", 170, 4, 100),
    ("big-plain", "docker", 1700, 8, 2100),
    ("big-gzip", "layout", 1700, 8, 2100),
    ("many", "layout", 8, 1, 2100),
)
# What bench_trees.py makes: a directory, and an image of applications.
TREES = ("tree", "languages")
COUNTED = ("small", "many")  # small enough for callgrind
COUNTS_OF = "small,plain,gzip,many"  # made in seconds


class Tools:
    def __init__(self, build):
        self.build = pathlib.Path(build)
        self.lacre = str(self.build / "src/cli/lacre")
        self.make = str(self.build / "bench/bench_make")
        self.floor = str(self.build / "bench/bench_floor")
        self.measure = str(self.build / "bench/bench_measure")


def out(*argv, **more):
    return subprocess.run(argv, capture_output=True, text=True, check=False, **more)


# ---- images and advisories ----

def make_images(tools, folder, names, scale):
    made = {}
    for name, form, megabytes, layers, packages in IMAGES:
        if name not in names:
            continue
        target = folder / name
        size = max(8, int(megabytes * scale))
        stamp = target / f"made-{form}-{size}-{layers}-{packages}"
        if not stamp.exists():
            shutil.rmtree(target, ignore_errors=True)
            subprocess.run([tools.make, target, form, str(size), str(layers), str(packages)],
                           check=True)
            stamp.touch()
        made[name] = target
    return made


def input_of(target):
    layout = target / "layout"
    return str(layout if layout.is_dir() else target / "image.tar")


def advisory(number):
    """One of OSV's form; three of them hit each third package: 1,400 findings of 2,100."""
    package = number // 2 * 3
    return {
        "id": f"CVE-2025-{10000 + number}", "modified": "2026-01-01T00:00:00Z",
        "published": "2025-06-01T00:00:00Z",
        "details": "A defect of a package that benchmark images hold, told in some words.",
        "affected": [{
            "package": {"ecosystem": "Debian:12", "name": f"bench-source-{package}"},
            "ranges": [{"type": "ECOSYSTEM",
                        "events": [{"introduced": "0"}, {"fixed": "9.0-1"}]}],
        }],
    }


def make_database(tools, folder):
    import zipfile
    database = folder / "lacre.db"
    feeds = folder / "feeds/Debian"
    if database.exists():
        return str(database)
    feeds.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(feeds / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(1400):
            one = advisory(number)
            archive.writestr(zipfile.ZipInfo(one["id"] + ".json"), json.dumps(one))
    subprocess.run([tools.lacre, "db", "build", "--from", feeds.parent, "-o", database],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return str(database)


# ---- measuring ----

class Run:
    """One way of doing it: its name, its command and what it took, round by round."""

    def __init__(self, name, argv, env=None, before=None):
        self.name = name
        self.argv = [str(a) for a in argv]
        self.env = {**os.environ, **(env or {})}
        self.before = before
        self.wall, self.cpu, self.peak, self.status = [], [], [], 0

    def once(self, tools):
        if self.before:
            self.before()
        done = out(tools.measure, *self.argv, env=self.env)
        wall, user, system, peak, status = done.stdout.split()
        self.wall.append(float(wall))
        self.cpu.append(float(user) + float(system))
        self.peak.append(int(peak) / 1024)
        self.status = self.status or int(status)


def ratio(runs, of, by):
    """The median of the rounds' own ratios: each is of two runs that followed one another."""
    pairs = zip(getattr(runs[0], by), getattr(of, by))
    return statistics.median(a / b for a, b in pairs)


def compare(tools, runs, rounds):
    for _ in range(rounds):
        for run in runs:
            if not run.status:
                run.once(tools)


def tell(title, runs):
    print(f"\n{title}")
    for run in runs:
        if run.status:
            print(f"  {run.name:<22} failed with status {run.status}")
            continue
        line = (f"  {run.name:<22} wall {statistics.median(run.wall):8.1f} ms"
                f"  cpu {statistics.median(run.cpu):8.1f} ms"
                f"  peak {max(run.peak):6.1f} MB")
        if run is not runs[0]:
            line += (f"  lacre/this: wall {ratio(runs, run, 'wall'):5.2f}"
                     f" cpu {ratio(runs, run, 'cpu'):5.2f}")
        print(line, flush=True)


# ---- the floor ----

def floor_is_valid(tools, blobs):
    """Its rates of one thread, against those of igzip and of openssl speed in the same run."""
    mine = {}
    for line in out(tools.floor, "--rates", blobs).stdout.splitlines():
        words = line.split()
        mine[words[0]] = (float(words[1]), words[2] if len(words) > 2 else None)
    theirs = {}
    # CPU time of theirs, too (-elapsed is not given): the machine may be shared.
    speed = out("openssl", "speed", "-evp", "sha256", "-bytes", "131072", "-seconds", "1")
    found = re.search(r"^sha256\s+([0-9.]+)k", speed.stdout, re.M)
    if found:
        theirs["sha256"] = float(found.group(1)) / 1000
    blob = mine.get("inflate", (0, None))[1]
    if blob and shutil.which("igzip"):
        size = int(subprocess.run(f"igzip -dc < '{blob}' | wc -c", shell=True, check=True,
                                  capture_output=True, text=True).stdout)
        took = out(tools.measure, "sh", "-c", f"exec igzip -dc < '{blob}'").stdout.split()
        theirs["inflate"] = size / (float(took[1]) + float(took[2])) / 1000
    valid = True
    for what, rate in theirs.items():
        own = mine.get(what, (0, None))[0]
        enough = own >= FLOOR_VALID * rate
        valid = valid and enough
        peer = "openssl speed" if what == "sha256" else "igzip"
        print(f"floor {what}: {own:.0f} MB/s, {peer} {rate:.0f} MB/s: {own / rate:.2f}"
              + ("" if enough else ", too slow"))
    if not theirs:
        print("floor: neither openssl nor igzip is there to judge it")
    elif not valid:
        print("floor: INVALID, its ratios mean nothing")
    return valid


# ---- what is compared ----

def lacre(tools, target, folder, *more, name="lacre"):
    cache = folder / "cache"
    return Run(name, [tools.lacre, "image", "--quiet", "--format", "json", "--cache-dir", cache,
                      *more, "--input", input_of(target)])


def has_option(tools, option):
    return option in out(tools.lacre, "image", "--help").stdout


def cold_options(tools):
    return ("--no-cache",) if has_option(tools, "--no-cache") else ()


def peers(target, folder, wanted):
    """Packages only, from the same file, no network: what each does to answer the same question."""
    path = input_of(target)
    layout = os.path.isdir(path)
    cache = folder / "peer-cache"
    wipe = lambda: shutil.rmtree(cache, ignore_errors=True)
    rows = (
        ("trivy", ["trivy", "image", "-q", "--cache-dir", cache, "--input", path,
                   "--format", "cyclonedx", "--skip-version-check", "--offline-scan"], True),
        ("syft", ["syft", "scan", "-q", ("oci-dir:" if layout else "docker-archive:") + path,
                  "-o", "syft-json"], True),
        ("grype", ["grype", "-q", ("oci-dir:" if layout else "docker-archive:") + path], True),
        ("dockle", ["dockle", "--input", path], not layout),
    )
    env = {"SYFT_CHECK_FOR_APP_UPDATE": "false", "GRYPE_DB_AUTO_UPDATE": "false"}
    return [Run(name, argv, env, wipe) for name, argv, can in rows
            if can and name in wanted and shutil.which(name)]


def cold_row(tools, name, target, folder, args, database):
    blobs = target / "blobs"
    cold = ("--db", database, *cold_options(tools))
    runs = [lacre(tools, target, folder, *cold), Run("floor", [tools.floor, blobs]), Run("floor, pairs", [tools.floor, blobs, "pairs"])]
    compare(tools, runs, args.rounds)
    best = min(runs[1:], key=lambda r: statistics.median(r.wall))
    best.name = "floor"
    others = peers(target, folder, args.peers)
    for peer in others:  # each beside a run of lacre of its own, fewer rounds: they take long
        beside = lacre(tools, target, folder, *cold)
        compare(tools, [beside, peer], min(args.rounds, 3))
        peer.pair = beside
    tell(f"{name}, cold", [runs[0], best])
    for peer in others:
        tell_peer(peer)


def tell_peer(peer):
    if peer.status:
        print(f"  {peer.name:<22} failed with status {peer.status}")
        return
    print(f"  {peer.name:<22} wall {statistics.median(peer.wall):8.1f} ms"
          f"  cpu {statistics.median(peer.cpu):8.1f} ms  peak {max(peer.peak):6.1f} MB"
          f"  this/lacre: wall {1 / ratio([peer.pair], peer, 'wall'):5.1f}"
          f" cpu {1 / ratio([peer.pair], peer, 'cpu'):5.1f}", flush=True)


def warm_row(tools, name, target, folder, args, database):
    if not cold_options(tools):
        print(f"\n{name}, warm: this build has no cache")
        return
    warm = lacre(tools, target, folder, "--db", database)
    cold = lacre(tools, target, folder, "--db", database, "--no-cache", name="the same, cold")
    warm.once(tools)
    warm.wall, warm.cpu, warm.peak = [], [], []
    compare(tools, [warm, cold], max(args.rounds, 5))
    tell(f"{name}, warm, with its advisories", [warm, cold])


def pull_row(tools, name, target, folder, args, database):
    """From a registry on loopback, against the same image from its file."""
    if not shutil.which("docker-registry") or not shutil.which("skopeo"):
        print(f"\n{name}, pulled: docker-registry and skopeo are not there")
        return
    config = folder / "registry.yml"
    config.write_text("version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
                      f"storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
                      "http: {addr: 127.0.0.1:5077}\n")
    server = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        subprocess.run(["skopeo", "copy", "-q", "--retry-times", "5", "--insecure-policy",
                        "--dest-tls-verify=false", f"oci:{input_of(target)}:latest",
                        f"docker://127.0.0.1:5077/{name}:latest"], check=True)
        pulled = Run("lacre, pulled", [tools.lacre, "image", "--quiet", "--format", "json",
                                       "--db", database, *cold_options(tools),
                                       "--image-src", "remote",
                                       f"127.0.0.1:5077/{name}:latest"])
        runs = [pulled, lacre(tools, target, folder, "--db", database, *cold_options(tools),
                              name="from its file")]
        compare(tools, runs, args.rounds)
        tell(f"{name}, from a registry on loopback", runs)
    finally:
        server.terminate()
        server.wait()


def tree_row(tools, folder, args):
    """Its floor is to list it: every name, and nothing of the content."""
    tree, count = make_tree(folder, 0.1 if args.quick else 1)
    for command in ("fs", "rootfs"):
        runs = [Run(f"lacre {command}", [tools.lacre, command, "--quiet", "--format", "json", tree]),
                Run("find -type f", ["find", tree, "-type", "f"])]
        compare(tools, runs, args.rounds)
        tell(f"{command}, {count} files", runs)
        for name, argv in (("trivy", ["trivy", command, "-q", "--offline-scan", "--format",
                                      "cyclonedx", tree]),
                           ("syft", ["syft", "scan", "-q", f"dir:{tree}", "-o", "syft-json"])):
            if name in args.peers and shutil.which(name):
                peer = Run(name, argv)
                peer.pair = Run(f"lacre {command}", runs[0].argv)
                compare(tools, [peer.pair, peer], min(args.rounds, 3))
                tell_peer(peer)


# ---- ceilings ----

def instructions(tools, target, folder, database):
    """Of one thread in one process: they repeat to a few in a million."""
    log = folder / "callgrind.out"
    done = out("valgrind", "--tool=callgrind", f"--callgrind-out-file={log}", tools.lacre,
               "image", "--quiet", "--format", "json", "--parallel", "1", "--no-sandbox", *cold_options(tools),
               "--db", database, "--cache-dir", folder / "cache", "--reproducible", "--input",
               input_of(target))
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found.group(1)) if found else None


def check(what, value, ceilings, store):
    """True unless the ceiling is passed."""
    if store:
        ceilings[what] = value
        print(f"{what}: {value} stored")
        return True
    ceiling = ceilings.get(what)
    if ceiling is None:
        print(f"{what}: {value}, no ceiling yet")
        return True
    good = value <= ceiling * PASSED_BY
    print(f"{what}: {value}, ceiling {ceiling}: {value / ceiling:.3f}"
          + ("" if good else " FAILED: passed by more than 5 %"))
    return good


def count_row(tools, name, target, folder, database, ceilings, store):
    good = True
    if name in COUNTED and shutil.which("valgrind"):
        value = instructions(tools, target, folder, database)
        good = value is not None and check(f"{name} instructions", value, ceilings, store)
    run = lacre(tools, target, folder, "--db", database, *cold_options(tools), "--parallel", "2")
    for _ in range(3):
        run.once(tools)
    return check(f"{name} peak KiB", int(min(run.peak) * 1024), ceilings, store) and good


def counts(tools, images, folder, database, store):
    ceilings = json.loads(CEILINGS.read_text()) if CEILINGS.exists() else {}
    good = True
    print()
    for name, target in images.items():
        good = count_row(tools, name, target, folder, database, ceilings, store) and good
    size = os.stat(tools.lacre).st_size
    print(f"program: {size} bytes of {PROGRAM_BYTES}" + (" FAILED" if size > PROGRAM_BYTES else ""))
    good = size <= PROGRAM_BYTES and good
    if store:
        CEILINGS.write_text(json.dumps(ceilings, indent=1, sort_keys=True) + "\n")
    return good


# ---- all ----

def start_row(tools, args):
    runs = [Run("lacre --version", [tools.lacre, "--version"]), Run("true", ["true"])]
    compare(tools, runs, max(args.rounds, 9))
    tell("start", runs)


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"machine: {model.group(1) if model else 'unknown'}, {os.cpu_count()} processors, "
          f"load {os.getloadavg()[0]:.1f}; {out('openssl', 'version').stdout.split(' (')[0]}")


def versions(tools, wanted):
    print("versions:", out(tools.lacre, "--version").stdout.splitlines()[0])
    for name in wanted:
        if shutil.which(name):
            lines = out(name, "--version").stdout.splitlines()
            print("versions:", lines[0] if lines else name)


def parse():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("build")
    p.add_argument("--quick", action="store_true")
    p.add_argument("--rounds", type=int)
    p.add_argument("--keep", metavar="DIR")
    p.add_argument("--only", metavar="ROW[,ROW...]")
    p.add_argument("--peers", metavar="NAME[,NAME...]", default="trivy,syft,grype,dockle")
    p.add_argument("--counts", action="store_true")
    p.add_argument("--store", action="store_true")
    args = p.parse_args()
    args.rounds = args.rounds or (3 if args.quick else 7)
    args.peers = args.peers.split(",")
    every = COUNTS_OF if args.counts or args.store else ",".join((*(i[0] for i in IMAGES), *TREES))
    args.only = (args.only or every).split(",")
    if args.quick and (args.counts or args.store):
        p.error("ceilings are of images of full size: without --quick")
    unknown = set(args.only) - {i[0] for i in IMAGES} - set(TREES)
    if unknown:
        p.error(f"no such row: {', '.join(sorted(unknown))}; there are "
                + ", ".join((*(i[0] for i in IMAGES), *TREES)))
    return args


def rows(tools, images, folder, database, args):
    first = next((t for t in images.values() if (t / "layout").is_dir()), None)
    if first:
        floor_is_valid(tools, first / "blobs")
    start_row(tools, args)
    for name, target in images.items():
        if name == "many":
            continue
        cold_row(tools, name, target, folder, args, database)
        if name == "gzip":
            pull_row(tools, name, target, folder, args, database)
    for name in ("small", "many"):
        if name in images:
            warm_row(tools, name, images[name], folder, args, database)
    if "tree" in args.only:
        tree_row(tools, folder, args)
    if "languages" in args.only:
        target = make_languages(folder, 0.1 if args.quick else 1)
        cold_row(tools, "languages", target, folder, args, database)


def main():
    args = parse()
    tools = Tools(args.build)
    with tempfile.TemporaryDirectory(prefix="lacre-bench-") as scratch:
        folder = pathlib.Path(args.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        machine()
        versions(tools, args.peers)
        images = make_images(tools, folder, args.only, 0.1 if args.quick else 1)
        database = make_database(tools, folder)
        if args.counts or args.store:
            return 0 if counts(tools, images, folder, database, args.store) else 1
        rows(tools, images, folder, database, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
