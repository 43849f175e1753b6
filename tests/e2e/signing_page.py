#!/usr/bin/env python3
"""The commands of docs/signing.md, from the first to the last, against a registry on loopback: what
a newcomer types works, and prints what the page says.

usage: signing_page.py LACRE
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "interop"), str(HERE.parent / "cli")]

from program import SOURCE  # noqa: E402
from fake_registry import Registry  # noqa: E402
from small_image import Image  # noqa: E402
from tap import run  # noqa: E402

LACRE = pathlib.Path(sys.argv[1]).resolve()
PAGE = (SOURCE / "docs" / "signing.md").read_text(encoding="utf-8")
NAME = "registry.example"


def blocks():
    return re.findall(r"^```sh\n(.*?)^```$", PAGE, flags=re.S | re.M)


def push(host, repository, image):
    """A made image under the tag 1."""
    blobs = {p: c for p, c in image.members.items() if p.startswith("blobs/")}
    top = json.loads(image.members["index.json"])["manifests"][0]
    manifest = blobs.pop("blobs/" + top["digest"].replace(":", "/"))
    for path, content in blobs.items():
        q = urllib.request.Request(f"http://{host}/v2/{repository}/blobs/uploads/", data=b"",
                                   method="POST")
        where = urllib.request.urlopen(q, timeout=20).headers["Location"]
        where = where if where.startswith("http") else f"http://{host}{where}"
        digest = "sha256:" + path.rsplit("/", 1)[1]
        q = urllib.request.Request(f"{where}{'&' if '?' in where else '?'}digest={digest}",
                                   data=content, method="PUT")
        urllib.request.urlopen(q, timeout=20)
    q = urllib.request.Request(f"http://{host}/v2/{repository}/manifests/1", data=manifest,
                               method="PUT", headers={"Content-Type": top["mediaType"]})
    urllib.request.urlopen(q, timeout=20)


def the_page_is_executed_in_order():
    found = blocks()
    if len(found) < 8:
        yield f"{len(found)} blocks are marked sh"
    with tempfile.TemporaryDirectory() as tmp, Registry(None, referrers=True) as registry:
        work = pathlib.Path(tmp)
        (work / "bin").mkdir()
        (work / "bin/lacre").symlink_to(LACRE)
        push(registry.host, "app", Image())
        push(registry.host, "other", Image(architecture="arm64"))
        keep = {k: v for k, v in os.environ.items()
                if not k.startswith(("LACRE_", "COSIGN_", "TRIVY_"))}
        env = {**keep, "PATH": f"{work}/bin:{os.environ['PATH']}", "HOME": tmp, "LC_ALL": "C.UTF-8"}
        script = "".join(f"{block}echo 'block {i} done'\n" for i, block in enumerate(found))
        done = subprocess.run(["sh", "-eu", "-c", script.replace(NAME, registry.host)], cwd=work,
                              env=env, capture_output=True, text=True, check=False, timeout=300,
                              stdin=subprocess.DEVNULL)
    out = done.stdout
    if done.returncode:
        yield f"exit {done.returncode}: {done.stderr[-2000:]}"
        yield out[-1000:]
    for i, block in enumerate(found):
        before, mark, out = out.partition(f"block {i} done\n")
        wanted = re.findall(r"# (refused: \d+)", block)
        if re.findall(r"^(refused: \d+)$", before, flags=re.M) != wanted or not mark:
            yield f"block {i} printed {before[-500:]!r}, want {wanted}"


def examples_name_what_is_there():
    """Commands of the blocks that are not run are commands all the same."""
    words = set()
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, flags=re.S | re.M):
        words |= set(re.findall(r"^lacre ([a-z0-9-]+)", block, flags=re.M))
    known = subprocess.run([LACRE, "--help"], capture_output=True, text=True, check=True).stdout
    for word in words:
        if not re.search(rf"^  {re.escape(word)}[ \n]", known, flags=re.M):
            yield f"lacre {word} is not there"
    if len(words) < 5:
        yield f"only {words}"


run([(f.__name__, f) for f in [
    the_page_is_executed_in_order,
    examples_name_what_is_there,
]])
