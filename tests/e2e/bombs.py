"""Layers made to cost their reader more than it has: limits hold, the message says which, the rest is read.

usage: bombs.py LACRE plain|sanitized
Each bomb is the second of three layers, made while it is written. The scan must end soon, within the memory that any
scan may use, and report what the first and the third layer hold.
"""

import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zlib

from program import SOURCE, Program
from tap import Skip, run

sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from small_image import OS_RELEASE, Image, paragraph, tar_of  # noqa: E402

lacre = Program(sys.argv[1])
sanitized = sys.argv[2] == "sanitized"
LONG = bool(os.environ.get("LACRE_LONG_TESTS"))
PEAK = 64 << 20
STATUS = "var/lib/dpkg/status.d/"
ZEROS = bytes(1 << 20)

# A child of its own, so that the peak is that of one scan alone: of it or of any of its processes.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL)
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def member(plain):
    return gzip.compress(plain, 9, mtime=0)


def header(name, size=0, kind=b"0", link=""):
    entry = tarfile.TarInfo(name)
    entry.size, entry.type, entry.linkname = size, kind, link
    return entry.tobuf(tarfile.GNU_FORMAT)


class Layer:
    """Stored pieces, and the digest of what they inflate to."""

    def __init__(self, media="tar+gzip"):
        self.stored, self.plain, self.media = [], hashlib.sha256(), media

    def add(self, plain, times=1, stored=None):
        piece = member(plain) if stored is None else stored
        for _ in range(times):
            self.stored.append(piece)
            self.plain.update(plain)
        return self

    def end(self):
        return self.add(bytes(1024))


def image_of(layer, directory, diff_id=None):
    """An OCI layout whose second layer is the bomb."""
    image = Image([{"etc/os-release": OS_RELEASE, STATUS + "first": paragraph("first", "1")},
                   {STATUS + "bomb": paragraph("bomb", "1")},
                   {STATUS + "third": paragraph("third", "1")}])
    image.write_dir(directory)
    blobs = pathlib.Path(directory) / "blobs"
    digest, size = hashlib.sha256(), 0
    with open(blobs / "sha256" / "part", "wb") as f:
        for piece in layer.stored:
            f.write(piece)
            digest.update(piece)
            size += len(piece)
    os.rename(blobs / "sha256" / "part", blobs / "sha256" / digest.hexdigest())

    def load(d):
        return json.loads((blobs / d["digest"].replace(":", "/")).read_bytes())

    def store(d, value):
        content = json.dumps(value).encode()
        name = hashlib.sha256(content).hexdigest()
        (blobs / "sha256" / name).write_bytes(content)
        d.update(digest="sha256:" + name, size=len(content))

    index = json.loads((pathlib.Path(directory) / "index.json").read_bytes())
    manifest = load(index["manifests"][0])
    config = load(manifest["config"])
    config["rootfs"]["diff_ids"][1] = diff_id or "sha256:" + layer.plain.hexdigest()
    manifest["layers"][1] = {"mediaType": "application/vnd.oci.image.layer.v1." + layer.media,
                             "digest": "sha256:" + digest.hexdigest(), "size": size}
    store(manifest["config"], config)
    store(index["manifests"][0], manifest)
    (pathlib.Path(directory) / "index.json").write_text(json.dumps(index))
    return size


def scan(directory, *options):
    report = pathlib.Path(directory) / "report.json"
    done = subprocess.run([sys.executable, "-c", MEASURE, lacre.path, "image", "--input", str(directory), "-f", "json",
                           "--list-all-pkgs", "--scanners", "vuln", "--quiet", "-o", str(report),
                           "--cache-backend", "memory", *options],
                          capture_output=True, timeout=500,
                          env={k: v for k, v in os.environ.items() if not k.startswith(("LACRE_", "TRIVY_"))})
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return json.loads(report.read_text()), int(done.stdout.split()[-1]) * 1024


def judge(layer, words, *options, diff_id=None, file_words=None):
    """words: what the report says of the layer; None: it is read. file_words: of a file in it."""
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        size = image_of(layer, directory, diff_id)
        report, used = scan(directory, *options)
    names = {p["Name"] for r in report.get("Results", []) for p in r.get("Packages", [])}
    told = [d["Message"] for d in report["Lacre"].get("NotUnderstood", [])]
    said = report["Lacre"]["Layers"][1].get("Trouble", "")
    print(f"# {size} bytes stored, {used >> 20} MiB at most: {said or told or 'read'}")
    if not {"first", "third"} <= names:
        wrong.append(f"of the other layers only {sorted(names)}")
    if words is None and said:
        wrong.append(f"not read: {said}")
    if words is not None and words not in said:
        wrong.append(f'"{said}" does not say "{words}"')
    if file_words and not any(file_words in message for message in told):
        wrong.append(f'{told} do not say "{file_words}"')
    if bool(words or file_words) != report["Lacre"]["Partial"]:
        wrong.append(f"Partial is {report['Lacre']['Partial']}")
    if used > PEAK and not sanitized:
        wrong.append(f"{used} bytes of memory, more than {PEAK}")
    return wrong


def zeros(gigabytes):
    """One file of zeros, a gzip member for each mebibyte."""
    layer = Layer()
    size = gigabytes << 30
    layer.add(header("data", size))
    piece = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = piece.compress(ZEROS) + piece.flush()
    for _ in range(size >> 20):
        layer.stored.append(piece)
    return layer, piece


def ten_gigabytes_over_the_limit():
    layer, _ = zeros(10)
    return judge(layer, "1073741824", "--max-image-size", "1GB", diff_id="sha256:" + "0" * 64)


def ten_gigabytes_are_streamed():
    if not LONG:
        raise Skip("takes half a minute: with LACRE_LONG_TESTS")
    layer, _ = zeros(10)
    for _ in range(10 << 10):
        layer.plain.update(ZEROS)
    return judge(layer.end(), None)


def a_ratio_past_all_sense():
    """zstd packs zeros 10,000 to one: the ratio speaks at the first 64 MiB."""
    try:
        packed = subprocess.run(["zstd", "-q", "-19", "-c"], input=bytes(256 << 20), capture_output=True, check=True)
    except FileNotFoundError as missing:
        raise Skip("no zstd") from missing
    layer = Layer("tar+zstd")
    layer.stored = [packed.stdout]
    return judge(layer, "inflates to more than 1100 times its size", diff_id="sha256:" + "0" * 64)


def entries(n):
    return Layer().add(b"".join(header(f"d/{i}") for i in range(1000)), n // 1000).end()


def a_million_entries():
    return judge(entries(1000000), None)


def too_many_entries():
    return judge(entries(2001000), "more than 2000000 entries")


def nested_directories():
    """A thousand directories in each other, and a package at the bottom of them."""
    files = {}
    path = ""
    for _ in range(1000):
        path += "d/"
    files[path + "var/lib/dpkg/status"] = paragraph("deep", "1")
    files[STATUS + "near"] = paragraph("near", "1")
    return judge(Layer().add(tar_of(files)), None)


def chains_of_links():
    """A thousand links one after the other, a circle, and a tree that doubles with each."""
    parts = [header(f"l{i}", kind=b"2", link=f"l{i + 1}") for i in range(1000)]
    parts += [header("a", kind=b"2", link="b"), header("b", kind=b"2", link="a")]
    parts += [header(f"x{i}", kind=b"2", link=f"x{i + 1}/x{i + 1}") for i in range(1000)]
    parts += [header("h", kind=b"1", link="h")]
    return judge(Layer().add(b"".join(parts)).end(), None)


def a_database_behind_a_chain():
    """The links end nowhere: that is said, not followed without end."""
    parts = [header(f"l{i}", kind=b"2", link=f"l{i + 1}") for i in range(1000)]
    parts += [header("lib", kind=b"2", link="l0")]
    return judge(Layer().add(b"".join(parts)).end(), None, file_words="is a link that leads in a circle")


def archives_in_each_other():
    """gzip in gzip, a thousand deep: one layer of it is taken off, and what is there is no tar."""
    content = tar_of({"data": b"x"})
    for _ in range(1000):
        content = member(content)
    layer = Layer().add(content)
    return judge(layer, "layer 1")


def a_diff_id_that_lies():
    return judge(Layer().add(tar_of({STATUS + "forged": paragraph("forged", "1")})), "diff id does not hold",
                 diff_id="sha256:" + "1" * 64)


def pax_without_end():
    """One extended header of a gigabyte."""
    layer = Layer().add(header("x", 1 << 30, b"x"))
    piece = member(b"30 comment=" + b"x" * 18 + b"\n" + ZEROS[:1 << 19])
    layer.stored += [piece] * 16
    return judge(layer, "extended header of 1073741824 bytes", diff_id="sha256:" + "0" * 64)


def pax_after_pax():
    """Extended headers one behind the other, and never a file."""
    record = b"12 comment=\n"
    one = header("x", len(record), b"x") + record.ljust(512, b"\0")
    return judge(Layer().add(one * 200, 500).end(), "too many extended headers in a row")


def sparse_size(path, real):
    """GNU's old sparse header: nothing stored, and real bytes claimed."""
    block = bytearray(header(path, 0, b"S"))
    block[386:410] = b"%011o\0%011o\0" % (0, 0)
    block[483:495] = b"\x80" + real.to_bytes(11, "big")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def sparse_files():
    """A package database of an exabyte, made of a hole."""
    layer = Layer().add(sparse_size(STATUS + "hole", 1 << 60)).end()
    return judge(layer, None, file_words="file of 1152921504606846976 bytes, more than")


run([
    ("10 GB of zeros in 10 MB end at --max-image-size", ten_gigabytes_over_the_limit),
    ("10 GB of zeros in 10 MB are streamed", ten_gigabytes_are_streamed),
    ("a ratio past all sense is told at 64 MiB", a_ratio_past_all_sense),
    ("a million entries are read", a_million_entries),
    ("more than two million are not", too_many_entries),
    ("a thousand directories in each other", nested_directories),
    ("a thousand links, circles, and links that double", chains_of_links),
    ("a directory of databases behind a thousand links", a_database_behind_a_chain),
    ("gzip in gzip, a thousand deep", archives_in_each_other),
    ("a layer that contradicts its diff id", a_diff_id_that_lies),
    ("an extended header of a gigabyte", pax_without_end),
    ("extended headers without end", pax_after_pax),
    ("a sparse file of an exabyte", sparse_files),
])
