"""Memory does not grow with the image: many layers, large layers, many threads.

usage: bounds.py LACRE plain|sanitized
A scan's peak must stay under 64 MiB plus the largest file that an analyser wants whole. The plain tier
makes an image of 500 layers and one of 300 MB; with LACRE_LONG_TESTS set the latter has 5 GB.
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

from program import SOURCE, Program
from tap import Skip, run

sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from small_image import OS_RELEASE, Image, paragraph  # noqa: E402

lacre = Program(sys.argv[1])
sanitized = sys.argv[2] == "sanitized"
scratch = tempfile.TemporaryDirectory()
LIMIT = 64 << 20
LAYERS = 500
PACKAGES = 400
SLOW = 400 << 20
LARGE = (5 << 30) if os.environ.get("LACRE_LONG_TESTS") else (300 << 20)

# A child of its own, so that the peak is that of one scan alone.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def status(extra=""):
    """A database as a distribution has it: 400 packages with dependencies and descriptions."""
    out = []
    for i in range(PACKAGES):
        depends = ", ".join(f"p{(i * 7 + k) % PACKAGES} (>= 1.0)" for k in range(6))
        out.append(f"Package: p{i}\nStatus: install ok installed\nPriority: optional\nSection: libs\n"
                   f"Maintainer: Debian Maintainers <maintainers@lists.debian.org>\nArchitecture: amd64\n"
                   f"Version: 1.{i}-1\nDepends: {depends}\nDescription: package {i}\n "
                   + "words of a description " * 10 + "\n\n")
    return ("".join(out) + extra).encode()


def many_layers(first=0):
    """first: bytes of a file in the lowest layer, for which all others then wait."""
    base = status()
    layers = []
    for i in range(LAYERS):
        files = {"var/lib/dpkg/status": base + paragraph(f"q{i}", f"1.{i}")}
        files.update({f"srv/{i}/{k}": b"x" * 100 for k in range(20)})
        if i == 0:
            files.update({"etc/os-release": OS_RELEASE, "etc/debian_version": b"12.0\n", "srv/large": b"\0" * first})
        layers.append(files)
    return Image(layers), len(base) + 100


class Endless:
    """size bytes that do not compress to nothing, made while they are read."""

    block = b"".join(hashlib.sha256(bytes([i, k])).digest() for i in range(256) for k in range(128))

    def __init__(self, size):
        self.left = size

    def read(self, n):
        n = min(n, self.left, len(self.block))
        self.left -= n
        return self.block[:n]


class Hashing:
    def __init__(self, f):
        self.f, self.hash, self.size = f, hashlib.sha256(), 0

    def write(self, b):
        self.hash.update(b)
        self.size += len(b)
        return self.f.write(b)


def large_layer(directory, compressed):
    """One layer of LARGE bytes beside a database; written in one go, nothing kept in memory."""
    wanted = status()
    image = Image([{"etc/os-release": OS_RELEASE, "etc/debian_version": b"12.0\n"}])
    image.write_dir(directory)
    blobs = pathlib.Path(directory) / "blobs" / "sha256"
    part = blobs / "part"
    with open(part, "wb") as f:
        stored = Hashing(f)
        packed = gzip.GzipFile(fileobj=stored, mode="wb", compresslevel=1, mtime=0) if compressed else stored
        plain = Hashing(packed)
        with tarfile.open(fileobj=plain, mode="w|") as tar:
            for name, size, source in ([("var/lib/dpkg/status", len(wanted), io.BytesIO(wanted))]
                                       + [(f"data/{i}", LARGE // 8, Endless(LARGE // 8)) for i in range(8)]):
                entry = tarfile.TarInfo(name)
                entry.size = size
                tar.addfile(entry, source)
        if compressed:
            packed.close()
    os.rename(part, blobs / stored.hash.hexdigest())
    append_layer(directory, stored, "sha256:" + plain.hash.hexdigest(), compressed)
    return len(wanted)


def append_layer(directory, stored, diff_id, compressed):
    directory = pathlib.Path(directory)

    def load(d):
        return json.loads((directory / "blobs" / d["digest"].replace(":", "/")).read_bytes())

    def store(d, value):
        content = json.dumps(value).encode()
        name = hashlib.sha256(content).hexdigest()
        (directory / "blobs" / "sha256" / name).write_bytes(content)
        d.update(digest="sha256:" + name, size=len(content))

    index = json.loads((directory / "index.json").read_bytes())
    manifest = load(index["manifests"][0])
    config = load(manifest["config"])
    config["rootfs"]["diff_ids"].append(diff_id)
    manifest["layers"].append({
        "mediaType": "application/vnd.oci.image.layer.v1.tar" + ("+gzip" if compressed else ""),
        "digest": "sha256:" + stored.hash.hexdigest(), "size": stored.size})
    store(manifest["config"], config)
    store(index["manifests"][0], manifest)
    (directory / "index.json").write_text(json.dumps(index))


def peak(path, threads, packages, cached=False):
    """Bytes, of a scan that must find this many packages."""
    report = pathlib.Path(scratch.name) / "report.json"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LACRE_", "TRIVY_"))}
    done = subprocess.run([sys.executable, "-c", MEASURE, lacre.path, "image", "--input", str(path), "-f", "json",
                           "--list-all-pkgs", "--scanners", "vuln", "--quiet", "--parallel", str(threads),
                           "-o", str(report)], capture_output=True, timeout=500,
                          env=env | {"LACRE_NO_CACHE": "false" if cached else "true"})
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    doc = json.loads(report.read_text())
    got = sum(len(r.get("Packages", [])) for r in doc["Results"])
    if got != packages or doc['Lacre']['Partial']:
        raise RuntimeError(f"{got} packages, want {packages}; partial: {doc['Lacre']['Partial']}")
    return int(done.stdout) * 1024


def judge(what, path, wanted, packages, threads, cached=False):
    got = peak(path, threads, packages, cached)
    limit = LIMIT + wanted
    print(f"# {what}, {threads} threads: {got >> 20} MiB at most; allowed {limit >> 20}")
    return [f"{threads} threads: {got} bytes, more than {limit}"] if got > limit else []


def plain_build():
    if sanitized:
        raise Skip("a sanitizer's own memory would be measured")


def five_hundred_layers():
    plain_build()
    image, wanted = many_layers()
    path = image.write_tar(pathlib.Path(scratch.name) / "many.tar")
    wrong = [w for n in (1, 2, 8) for w in judge("500 layers", path, wanted, PACKAGES + 1, n)]
    # The first fills the cache of this test run, the others find it.
    wrong += [w for n in (2, 1, 2, 8) for w in judge("500 cached layers", path, wanted, PACKAGES + 1, n, True)]
    image, wanted = many_layers(SLOW)
    path = image.write_tar(pathlib.Path(scratch.name) / "slow.tar")
    return wrong + judge("499 cached layers over a slow one", path, wanted, PACKAGES + 1, 8, True)


def one_large_layer(compressed):
    plain_build()
    with tempfile.TemporaryDirectory() as directory:
        wanted = large_layer(directory, compressed)
        return [w for n in (1, 8) for w in judge("one large layer", directory, wanted, PACKAGES, n)]


run([
    ("500 layers that each rewrite the database", five_hundred_layers),
    ("one large plain layer", lambda: one_large_layer(False)),
    ("one large gzip layer", lambda: one_large_layer(True)),
])
