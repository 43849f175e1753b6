#!/usr/bin/env python3
"""What is kept of layers: found again, never believed when it does not hold, never in the way.

usage: cache.py LACRE
"""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cli"), str(HERE.parent / "interop")]

from harness import SCRATCH, fails, lacre, run  # noqa: E402  (it adds house to the path)
from program import data_dir  # noqa: E402
import tap  # noqa: E402
from small_image import OS_RELEASE, Image, digest, paragraph, tar_of  # noqa: E402
from fake_registry import Registry  # noqa: E402

QUICK = ("image", "--scanners", "vuln", "--list-all-pkgs")
FILE = Image().write_tar(SCRATCH / "image.tar")
PROCESSES = 200


class Home:
    """A user of one's own, with a cache."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
        self.cache = self.path / ".cache" / "lacre"
        self.facts = self.cache / "facts"
        self.env = {"HOME": str(self.path), "XDG_CACHE_HOME": "", "XDG_DATA_HOME": "", "LACRE_NO_CACHE": "false"}

    def run(self, *args, env=None, **kw):
        return run(*QUICK, *args, env={**self.env, **(env or {})}, **kw)

    def report(self, *args, image=("--input", FILE), **kw):
        done = self.run("--quiet", "--format", "json", *args, *image, **kw)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return json.loads(done.stdout)

    def entries(self):
        return sorted(p for p in self.facts.glob("*") if len(p.name) == 64) if self.facts.exists() else []


def cached(report):
    return sum(layer.get("Cached", False) for layer in report["Lacre"]["Layers"])


def same(report):
    """Without what two scans of the same may differ in."""
    report = json.loads(json.dumps(report))
    for name in ("ReportID", "CreatedAt"):
        del report[name]
    lacre_part = report["Lacre"]
    lacre_part["Coverage"].pop("LayersCached", None)
    for layer in lacre_part["Layers"]:
        layer.pop("Cached", None)
    lacre_part["Warnings"] = [w for w in lacre_part.get("Warnings", []) if "cache" not in w]
    return report


def check_warm(home, layers, image=("--input", FILE)):
    cold = home.report("--no-cache", image=image)
    if cached(cold):
        yield "cached in spite of --no-cache"
    for turn, want in ((1, None), (2, layers)):
        warm = home.report(image=image)
        if want is not None and cached(warm) != want:
            yield f"{cached(warm)} of {want} layers cached in turn {turn}"
        if same(warm) != same(cold):
            yield f"turn {turn} differs from the cold report"


def warm_is_cold_but_for_the_marks():
    home = Home()
    yield from check_warm(home, 5)
    done = home.run("--input", FILE)
    if "of them cached, not read again: 5" not in done.stdout.decode().splitlines()[0]:
        yield f"the first line does not say so: {done.stdout.splitlines()[:1]}"
    if len(home.entries()) != 5 or any(home.facts.glob("tmp/*")):
        yield f"files: {sorted(p.name for p in home.facts.rglob('*'))}"
    if any(p.stat().st_mode & 0o77 for p in [home.facts, *home.facts.rglob("*")]):
        yield "others can read it"
    if home.report("--no-cache") and len(home.entries()) != 5:
        yield "--no-cache changed the cache"


def real_images_are_the_same_warm():
    data = data_dir()
    if data is None:
        raise tap.Skip("the shared test data is not here")
    home = Home()
    for image in sorted((data / "images").glob("*.tar")):
        for wrong in check_warm(home, None, ("--input", image)):
            yield f"{image.name}: {wrong}"


def a_switched_off_cache_makes_no_files():
    for args in (("--no-cache",), ("--cache-backend", "memory"), ("--cache-size", "0")):
        home = Home()
        home.report(*args)
        if home.cache.exists() or (home.path / ".local").exists():
            yield f"{args}: files were made"
    yield from fails(Home().run("--cache-backend", "memroy", "--input", FILE), 2, "memroy")
    done = Home().run("--cache-backend", "redis://127.0.0.1:1", "--input", FILE)
    if done.returncode or b"no redis yet" not in done.stderr:
        yield f"redis: {done.returncode} {done.stderr[:200]}"


def verify_content_reads_all():
    home = Home()
    home.report()
    if cached(home.report("--verify-content")) != 0:
        yield "layers were cached"
    image = Image()
    blob = image.members[image.layer_paths[1]]
    image.members[image.layer_paths[1]] = blob[:-1] + bytes([blob[-1] ^ 1])
    path = image.write_tar(SCRATCH / "spoilt.tar")
    report = home.report("--verify-content", image=("--input", path))
    if not report["Lacre"]["Partial"]:
        yield "a spoilt layer was taken from the cache"


def reproducible_reports_have_no_marks():
    home = Home()
    outs = {home.run("--quiet", "--reproducible", "-f", form, "--input", FILE).stdout
            for form in ("json",) for _ in range(3)}
    if len(outs) != 1:
        yield "other bytes from a warm scan"


def other_options_have_entries_of_their_own():
    home = Home()
    home.report()
    skipped = home.report("--skip-dirs", "var/lib/dpkg")
    if cached(skipped) or any(r.get("Packages") for r in skipped.get("Results", [])):
        yield "what is skipped came out of the cache"
    if cached(home.report("--skip-dirs", "var/lib/dpkg")) != 5:
        yield "the second scan with the same options read layers"


def the_same_layer_in_another_blob():
    """A docker archive of a plain tar and an OCI layout of the same as gzip, each with its own sizes.

    That the gzip one inflates to the other only its confined reader has seen: its word counts for its blob alone.
    """
    files = [{"etc/os-release": OS_RELEASE, "etc/debian_version": b"12.0\n",
              "var/lib/dpkg/status": paragraph("openssl", "3.0.9-1"), "pad": bytes(100000)}]
    oci = Image(files)
    tar = tar_of(files[0])
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {
        "type": "layers", "diff_ids": [digest(tar)]}, "config": {}}).encode()
    name = digest(config)[7:] + ".json"
    docker = SCRATCH / "docker.tar"
    docker.write_bytes(tar_of({"a/layer.tar": tar, name: config, "manifest.json": json.dumps(
        [{"Config": name, "RepoTags": ["a:1"], "Layers": ["a/layer.tar"]}]).encode()}))
    paths = [("--input", docker), ("--input", oci.write_tar(SCRATCH / "one.tar"))]
    for order, options, want in ((paths, [], 1), (paths[::-1], [], 0), (paths[::-1], ["--no-sandbox"], 1)):
        home = Home()
        home.report(*options, image=order[0])
        cold = home.report("--no-cache", *options, image=order[1])
        warm = home.report(*options, image=order[1])
        if cached(warm) != want:
            yield f"{order[1][1].name} {options}: {cached(warm)} cached, {want} wanted"
        if same(warm) != same(cold):
            yield f"{order[1][1].name}: {warm['Lacre']['Layers']} is not {cold['Lacre']['Layers']}"


def a_registry_is_not_asked_for_cached_layers():
    home = Home()
    with Registry(Image()) as registry:
        image = ("--image-src", "remote", registry.name())
        home.report(image=image)
        before = len(registry.seen)
        warm = home.report(image=image)
        asked = [path for _, path, _ in registry.seen[before:] if "/blobs/" in path]
        if cached(warm) != 5:
            yield f"{cached(warm)} of 5 layers cached"
        if len(asked) != 1:  # the configuration
            yield f"asked for {asked}"


# ---- what does not hold ----

def damaged_entries_are_told_and_read_again():
    home = Home()
    cold = home.report()
    rng = random.Random(7)
    for turn in range(12):
        victims = rng.sample(home.entries(), 2)
        for victim in victims:
            bad = bytearray(victim.read_bytes())
            if turn % 3 == 0:
                bad = bad[:rng.randrange(len(bad))]
            else:
                bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
            victim.write_bytes(bad)
        report = home.report()
        warnings = [w for w in report["Lacre"]["Warnings"] if "damaged or forged" in w]
        if len(warnings) != 1 or cached(report) != 3:
            yield f"turn {turn}: {cached(report)} cached, warnings {warnings}"
        if same(report) != same(cold):
            yield f"turn {turn}: another report"
        if cached(home.report()) != 5:
            yield f"turn {turn}: the entries were not made anew"


def swapped_entries_hide_nothing():
    home = Home()
    cold = home.report()
    first, second = home.entries()[:2]
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)
    report = home.report()
    if same(report) != same(cold) or cached(report) != 3:
        yield f"{cached(report)} cached"


def layers_that_contradict_their_diff_id_are_not_kept():
    home = Home()
    image = Image()
    path = image.layer_paths[4]
    image.members[path] = image.members[path][:-1] + bytes([image.members[path][-1] ^ 1])
    spoilt = image.write_tar(SCRATCH / "spoilt-last.tar")
    for _ in range(2):
        report = home.report(image=("--input", spoilt))
        if not report["Lacre"]["Partial"] or len(home.entries()) != 4:
            yield f"partial {report['Lacre']['Partial']}, {len(home.entries())} entries"


def unsafe_places_are_refused_in_one_line():
    def linked(home):
        home.cache.rename(home.path / "elsewhere")
        home.cache.symlink_to(home.path / "elsewhere")

    def facts_linked(home):
        home.facts.rename(home.path / "facts")
        home.facts.symlink_to(home.path / "facts")

    for spoil, word in ((linked, "is a link"), (facts_linked, "is a link"),
                        (lambda h: h.facts.chmod(0o755), "others may"),
                        (lambda h: (h.path / ".local/share/lacre/cache.key").chmod(0o644), "others may")):
        home = Home()
        cold = home.report()
        spoil(home)
        done = home.run("--format", "json", "--input", FILE)
        told = [line for line in done.stderr.decode().splitlines() if "the cache is not used" in line]
        if done.returncode or len(told) != 1 or word not in told[0]:
            yield f"{word}: {done.returncode} {told}"
        elif same(json.loads(done.stdout)) != same(cold) or cached(json.loads(done.stdout)):
            yield f"{word}: another report"


def another_users_key_opens_nothing():
    home = Home()
    home.report()
    shutil.rmtree(home.path / ".local")
    report = home.report()
    if cached(report) or any("cache" in w for w in report["Lacre"]["Warnings"]):
        yield "entries of another key were looked at"


# ---- many at once ----

def start(home, out):
    return subprocess.Popen([lacre.path, *QUICK, "--quiet", "--parallel", "2", "-f", "json", "--cache-size", "100kB",
                             "--reproducible", "--input", str(FILE)], stdin=subprocess.DEVNULL,
                            stdout=out, stderr=subprocess.PIPE,
                            env={**os.environ, **home.env, "LC_ALL": "C"})


def two_hundred_processes_and_kills_at_random():
    home = Home()
    rng = random.Random(11)
    began = time.monotonic()
    want = home.run("--quiet", "-f", "json", "--reproducible", "--no-cache", "--input", FILE).stdout
    # Kills come anywhere in what one takes, on machines of any speed.
    life = (time.monotonic() - began) / 2
    running, whole, killed, n = [], 0, 0, 0
    while n < PROCESSES or running:
        while n < PROCESSES and len(running) < 24:
            out = open(SCRATCH / f"out-{n}", "wb+")
            end = time.monotonic() + rng.random() * life if rng.random() < 0.4 else None
            running.append((start(home, out), out, end))
            n += 1
        time.sleep(rng.random() * min(0.01, life / 10))
        for one in list(running):
            process, out, end = one
            if process.poll() is None:
                if end and time.monotonic() >= end:
                    process.send_signal(signal.SIGKILL)
                continue
            running.remove(one)
            out.seek(0)
            got = out.read()
            out.close()
            os.unlink(out.name)
            error = process.stderr.read()
            process.stderr.close()
            if process.returncode == -signal.SIGKILL:
                killed += 1
                continue
            whole += 1
            if process.returncode or got != want or error:
                yield f"status {process.returncode}, {len(got)} bytes, {error[:200]}"
                return
    print(f"# {whole} whole, {killed} killed")
    if whole < 50 or killed < 20:
        yield f"{whole} whole and {killed} killed show little"
    # What was being written when a kill came is there till somebody comes by, and no longer.
    (home.facts / "tmp" / ".x.lacre-0").write_bytes(b"half")
    if home.run("--quiet", "-f", "json", "--reproducible", "--input", FILE).stdout != want:
        yield "another report afterwards"
    left = [p.name for p in home.facts.rglob("*") if p.is_file() and p.name != "written" and len(p.name) != 64]
    left += [p.name for p in (home.path / ".local").rglob("*") if p.is_file() and p.name != "cache.key"]
    if left:
        yield f"left behind: {left}"


def eviction_disturbs_no_reader():
    home = Home()
    layers = [{"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": paragraph("openssl", "3.0.9-1"),
               f"var/lib/dpkg/status.d/{i}-{k}": paragraph(f"p{i}-{k}", "1") * 40} for i in range(6) for k in (0,)]
    paths = []
    for i in range(8):
        path = SCRATCH / f"evict-{i}.tar"
        Image([*layers, {f"var/lib/dpkg/status.d/own{i}": paragraph(f"own{i}", "1")}]).write_tar(path)
        paths.append(path)
    want = [home.run("--quiet", "-f", "json", "--reproducible", "--no-cache", "--input", p).stdout for p in paths]
    running = [(i, subprocess.Popen([lacre.path, *QUICK, "--quiet", "-f", "json", "--reproducible", "--cache-size",
                                     "64kB", "--input", str(paths[i % 8])], stdout=subprocess.PIPE,
                                    env={**os.environ, **home.env, "LC_ALL": "C"})) for i in range(32)]
    for i, process in running:
        if process.communicate()[0] != want[i % 8]:
            yield f"process {i}: another report"
    kept = sum(p.stat().st_blocks * 512 for p in home.entries())
    if kept > 64000 + 8192:
        yield f"{kept} bytes are kept, 64000 were allowed"


# ---- lacre clean ----

def clean(home, *args, **kw):
    return run("clean", *args, env=home.env, **kw)


def clean_removes_what_is_ours_and_no_more():
    home = Home()
    home.report()
    for path in (home.cache / "mine", home.cache / "db" / "mine", home.facts / "mine"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("the user's")
    (home.cache / "db" / "lacre.db").write_text("x")
    (home.cache / "db" / "feeds" / "osv").mkdir(parents=True)
    (home.cache / "db" / "feeds" / "osv" / "x").symlink_to(home.path / ".local")
    yield from fails(clean(home), 2, "clean what?")
    done = clean(home, "--scan-cache")
    if done.returncode or home.entries() or b"removed: 5" not in done.stderr:
        yield f"--scan-cache: {done.stderr}"
    if not (home.cache / "db" / "lacre.db").exists():
        yield "--scan-cache removed the database"
    (home.cache / "db" / "lacre.db").unlink()
    if cached(home.report()) or len(home.entries()) != 5:
        yield "the next scan did not fill the cache"
    (home.cache / "db" / "lacre.db").write_text("x")
    done = clean(home, "--all", "--quiet")
    if done.returncode or done.stderr or done.stdout:
        yield f"--all --quiet: {done.stderr}"
    left = sorted(str(p.relative_to(home.cache)) for p in home.cache.rglob("*"))
    if left != ["db", "db/mine", "facts", "facts/mine", "mine"]:
        yield f"left: {left}"
    if not (home.path / ".local/share/lacre/cache.key").exists():
        yield "a link was followed"
    if clean(home, "--all").returncode or clean(home, "--java-db", "--checks-bundle").returncode:
        yield "nothing to remove is a failure"


def clean_follows_no_links():
    home = Home()
    home.report()
    home.facts.rename(home.path / "facts")
    home.facts.symlink_to(home.path / "facts")
    (home.path / "db").mkdir()
    (home.path / "db" / "lacre.db").write_text("x")
    (home.cache / "db").symlink_to(home.path / "db")
    yield from fails(clean(home, "--scan-cache"), 1, "is a link")
    yield from fails(clean(home, "--vuln-db"), 1, "is a link")
    if len(list((home.path / "facts").glob("*"))) < 5 or not (home.path / "db" / "lacre.db").exists():
        yield "files behind a link are gone"


tap.run([(f.__name__, lambda f=f: list(f())) for f in (
    warm_is_cold_but_for_the_marks, real_images_are_the_same_warm, a_switched_off_cache_makes_no_files,
    verify_content_reads_all, reproducible_reports_have_no_marks, other_options_have_entries_of_their_own,
    the_same_layer_in_another_blob, a_registry_is_not_asked_for_cached_layers,
    damaged_entries_are_told_and_read_again, swapped_entries_hide_nothing,
    layers_that_contradict_their_diff_id_are_not_kept, unsafe_places_are_refused_in_one_line,
    another_users_key_opens_nothing, two_hundred_processes_and_kills_at_random, eviction_disturbs_no_reader,
    clean_removes_what_is_ours_and_no_more, clean_follows_no_links)])
