#!/usr/bin/env python3
"""Bad input and bad outputs end with one clear line, status 1 and nothing left behind.

usage: bad_input.py LACRE
"""

import os
import pathlib
import re
import resource
import signal
import subprocess
import time

from harness import SCRATCH, fails, lacre, leftovers, lines, run
from program import data_dir
from small_image import Image
import tap

IMAGE = Image().write_tar(SCRATCH / "image.tar")
QUICK = ("--quiet", "--scanners", "vuln")


def folder(name):
    path = SCRATCH / name
    path.mkdir()
    return path


def scan(path, *args, **kw):
    return run("image", *QUICK, "--input", path, *args, **kw)


def missing_and_wrong_files():
    text = SCRATCH / "text.txt"
    text.write_text("hello\n" * 300)
    empty = SCRATCH / "empty.tar"
    empty.write_bytes(b"")
    nothing = folder("nothing")
    yield from fails(scan(SCRATCH / "absent.tar"), 1, "absent.tar")
    yield from fails(run("image", "./absent.tar"), 1, "absent.tar", "no such file")
    yield from fails(scan(text), 1, "text.txt")
    yield from fails(scan(empty), 1, "empty.tar")
    yield from fails(scan(nothing), 1, "nothing")
    yield from fails(scan("/dev/null"), 1, "/dev/null")


def truncated_archives():
    whole = pathlib.Path(IMAGE).read_bytes()
    cut = SCRATCH / "cut.tar"
    for size in (100, 600, len(whole) // 3, len(whole) // 2, len(whole) - 12000):
        cut.write_bytes(whole[:size])
        yield from fails(scan(cut), 1, "cut.tar")


def wrong_digests_of_documents():
    for end in ('"os": "linux"}', '"layers": ['):
        image = Image()
        for path, content in image.members.items():
            if path.startswith("blobs/") and end.split(":")[0].encode() in content[:3000]:
                image.members[path] = content.replace(b"linux", b"minix").replace(b"layers",
                                                                                  b"Layers")
        yield from fails(scan(image.write_tar(SCRATCH / "digest.tar")), 1, "digest")


def a_wrong_digest_of_a_layer_drops_its_facts():
    image = Image()
    path = image.layer_paths[-1]
    other = Image([{"var/lib/dpkg/status": b"Package: evil\nStatus: install ok installed\n"
                                           b"Architecture: amd64\nVersion: 1\n\n"}])
    image.members[path] = other.members[other.layer_paths[0]]
    done = run("image", *QUICK, "-f", "json", "--fail-on-partial", "5",
               image.write_tar(SCRATCH / "layer.tar"))
    if done.returncode not in (1, 5):
        yield f"exit status {done.returncode}: {done.stderr!r}"
    if b'"evil"' in done.stdout:
        yield "facts of a layer whose digest does not hold are reported"


def missing_blobs():
    image = Image()
    del image.members[image.layer_paths[1]]
    done = scan(image.write_tar(SCRATCH / "blob.tar"), "--fail-on-partial", "5")
    if done.returncode not in (1, 5):
        yield f"exit status {done.returncode}: {done.stderr!r}"


def platforms_that_are_not_there():
    yield from fails(scan(IMAGE, "--platform", "linux/s390x"), 1, "s390x", "linux/amd64")
    yield from fails(run("image", *QUICK, f"oci-archive:{IMAGE}:other"), 1, "other")


def corrupt_and_foreign_databases():
    text = SCRATCH / "text.db"
    text.write_text("no database at all\n" * 500)
    empty = SCRATCH / "empty.db"
    empty.write_bytes(b"")
    foreign = SCRATCH / "foreign.db"
    header = b"SQLite format 3\0" + b"\x10\x00\x01\x01\x00\x40\x20\x20" + bytes(4072)
    foreign.write_bytes(header)
    for path in (SCRATCH / "absent.db", text, empty, foreign, SCRATCH):
        yield from fails(scan(IMAGE, "--db", path), 1, str(path).split("/")[-1])
        yield from fails(run("db", "info", path), 1, str(path).split("/")[-1])


def databases_are_whole_or_not_there():
    out = folder("db")
    target = out / "lacre.db"
    target.write_bytes(b"old")
    empty = folder("feeds")
    yield from fails(run("db", "build", "--from", SCRATCH / "no-feeds", "-o", target, "--quiet"),
                     1, "no-feeds")
    yield from fails(run("db", "build", "--from", empty, "-o", target, "--quiet"), 1)
    yield from fails(run("db", "build", "-o", target), 2, "--from DIR")
    if target.read_bytes() != b"old":
        yield "the old database was touched"
    yield from leftovers(out, "lacre.db")


def unwritable_outputs():
    out = folder("out")
    for path, word in ((out, "directory"), (SCRATCH / "no/such/dir.json", "No such file"),
                       ("/dev/full", "No space left")):
        yield from fails(scan(IMAGE, "-o", path), 1, word, "--output")
    yield from leftovers(out)
    for words in (("--version",), ("--help",), ("db", "info"), ("completion", "bash"),
                  ("image", *QUICK, IMAGE)):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([lacre.path, *words], stdout=full, stderr=subprocess.PIPE,
                                  check=False)
        if done.returncode != 1 or not re.fullmatch(rb"[^\n]*No space left[^\n]*\n", done.stderr):
            yield f"{words}: {done.returncode} {done.stderr!r}"


def closed_standard_output():
    done = subprocess.run(["sh", "-c", f'"{lacre.path}" --version >&-'], capture_output=True,
                          check=False)
    if done.returncode != 1 or len(lines(done.stderr)) != 1:
        yield f"{done.returncode} {done.stderr!r}"


def a_reader_that_went_away():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([lacre.path, "image", "--help"], stdout=writer, stderr=subprocess.PIPE,
                          check=False)
    os.close(writer)
    if done.returncode != 1 or done.stderr:
        yield f"{done.returncode} {done.stderr!r}"


def full_disks():
    """A file size limit stands for a disk that is full: the write fails in the same place."""
    out = folder("full")
    kept = out / "report.json"
    kept.write_text("old")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run([lacre.path, "image", *QUICK, "-f", "json", "-o", kept, IMAGE],
                          capture_output=True, preexec_fn=limit, check=False,
                          env={"HOME": str(SCRATCH), "LC_ALL": "C"})
    yield from fails(done, 1, "File too large")
    if kept.read_text() != "old":
        yield "the old report was touched"
    yield from leftovers(out, "report.json")


def time_that_is_up():
    yield from fails(scan(IMAGE, "--timeout", "1us"), 1, "--timeout")


def large_image():
    status = b"".join(b"Package: p%d\nStatus: install ok installed\nArchitecture: amd64\n"
                      b"Version: 1\n\n" % i for i in range(2000))
    return Image([{"etc/debian_version": b"12.0\n", "var/lib/dpkg/status": status}]).write_tar(
        SCRATCH / "large.tar")


def signals_end_the_work_in_order():
    large = large_image()
    out = folder("signal")
    for number in (signal.SIGINT, signal.SIGTERM):
        read, write = os.pipe()
        process = subprocess.Popen(
            [lacre.path, "image", *QUICK, "-f", "json", "--input", large],
            stdout=write, stderr=subprocess.PIPE, cwd=out,
            env={"HOME": str(SCRATCH), "LC_ALL": "C"})
        # The report is larger than a pipe holds: the program waits for its reader.
        os.close(write)
        os.read(read, 1)
        time.sleep(0.2)
        done_before = process.poll()
        process.send_signal(number)
        try:
            code = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            code = None
        os.close(read)
        process.stderr.close()
        if done_before is not None or code != 128 + number:
            yield f"signal {number}: exit status {code}"
    yield from leftovers(out)


def a_signal_leaves_no_half_built_database():
    data = data_dir()
    if data is None:
        raise tap.Skip("the shared test data is not here: nothing takes long enough to stop")
    out = folder("half")
    target = out / "lacre.db"
    target.write_bytes(b"old")
    process = subprocess.Popen(
        [lacre.path, "db", "build", "--from", data / "advisories", "-o", target],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"HOME": str(SCRATCH), "LC_ALL": "C"})
    for _ in range(200):
        if len(list(out.iterdir())) > 1 or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=60)[1]
    if process.returncode != 143 or said:
        yield f"exit status {process.returncode}: {said[:300]!r}"
    # The signal may come when the new one is in place: it is whole then.
    if target.read_bytes() != b"old" and run("db", "info", target).returncode:
        yield "the database is neither the old nor a whole new one"
    yield from leftovers(out, "lacre.db")


tap.run([(check.__name__, check) for check in (
    missing_and_wrong_files,
    truncated_archives,
    wrong_digests_of_documents,
    a_wrong_digest_of_a_layer_drops_its_facts,
    missing_blobs,
    platforms_that_are_not_there,
    corrupt_and_foreign_databases,
    databases_are_whole_or_not_there,
    unwritable_outputs,
    closed_standard_output,
    a_reader_that_went_away,
    full_disks,
    time_that_is_up,
    signals_end_the_work_in_order,
    a_signal_leaves_no_half_built_database,
)])
