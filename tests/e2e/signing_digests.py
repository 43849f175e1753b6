#!/usr/bin/env python3
"""Images that are known by their SHA-512: copied with what refers to them, they keep that name, or the
copy is refused before anything is written.

usage: signing_digests.py LACRE
"""

import hashlib
import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cli"), str(HERE.parent / "interop")]

from fake_registry import Registry  # noqa: E402
from program import Program  # noqa: E402
from small_image import Image  # noqa: E402
from tap import run  # noqa: E402

lacre = Program(sys.argv[1])
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)
ENV = {"COSIGN_PASSWORD": "pw", "DOCKER_CONFIG": str(ROOT / "docker")}
VERIFY = ("verify", "--insecure-ignore-tlog", "--key", ROOT / "k.pub", "--output", "report")


def call(*args, want=0):
    done = lacre.run(*args, cwd=ROOT, env=ENV)
    if done.returncode != want:
        raise RuntimeError(f"{args}: exit {done.returncode}, want {want}: {done.stderr.decode()}")
    return done


def image(path, layers=True):
    """A layout whose manifest has a SHA-512, and its layers, too; the digest of the manifest."""
    made = Image()
    blobs = {name: body for name, body in made.members.items() if name.startswith("blobs/")}
    index = json.loads(made.members["index.json"])
    top = index["manifests"][0]
    manifest = json.loads(blobs.pop("blobs/" + top["digest"].replace(":", "/")))
    for layer in manifest["layers"] if layers else ():
        body = blobs.pop("blobs/" + layer["digest"].replace(":", "/"))
        layer["digest"] = "sha512:" + hashlib.sha512(body).hexdigest()
        blobs["blobs/" + layer["digest"].replace(":", "/")] = body
    body = json.dumps(manifest).encode()
    top.update(digest="sha512:" + hashlib.sha512(body).hexdigest(), size=len(body))
    blobs["blobs/" + top["digest"].replace(":", "/")] = body
    made.members = {"oci-layout": made.members["oci-layout"], **blobs,
                    "index.json": json.dumps(index).encode()}
    made.write_dir(path)
    return top["digest"]


def signed(name):
    digest = image(ROOT / name)
    for form in ([], ["--new-bundle-format=false"]):
        call("sign", "--key", ROOT / "k.key", *form, f"oci:{name}")
    return digest


def blobs(name):
    return {str(p.relative_to(ROOT / name)) for p in (ROOT / name / "blobs").rglob("*") if p.is_file()}


def counted(where, digest):
    told = json.loads(call(*VERIFY, where).stdout)[0]
    if (told["Counted"], told["Digest"]) != (2, digest):
        yield f"{where}: {told['Counted']} of {told['Digest']} count"


def layouts_and_archives_keep_the_name():
    digest = signed("one")
    yield from counted("oci:one", digest)
    hops = ["oci:one", "oci-archive:two.tar", "oci:three", "oci-archive:four.tar", "oci:five"]
    for one, two in zip(hops, hops[1:]):
        call("copy", one, two)
        yield from counted(two, digest)
    if blobs("five") != blobs("one"):
        yield f"blobs differ: {blobs('five') ^ blobs('one')}"


def registries_get_it_by_its_digest():
    digest = signed("up")
    for referrers in (True, False):
        with Registry(None, referrers=referrers, sha512="keeps") as r:
            there = f"{r.host}/t/app@{digest}"
            call("copy", "oci:up", there)
            yield from counted(there, digest)
            call("copy", there, f"oci:down-{referrers}")
            yield from counted(f"oci:down-{referrers}", digest)


def a_tag_in_a_registry_is_refused_at_once():
    signed("tagged")
    with Registry(None, referrers=True, sha512="keeps") as r:
        done = call("copy", "oci:tagged", f"{r.host}/t/app:1", want=2)
        if done.stderr.count(b"\n") != 1 or b"@sha512:" not in done.stderr:
            yield f"{done.stderr}"
        if r.blobs or r.tags:
            yield "something was written"


def a_registry_that_cannot_is_told():
    digest = image(ROOT / "plain", layers=False)
    for sha512, word in (("refuses", b"named by sha512"), ("renames", b"keeps it as sha256:")):
        with Registry(None, referrers=True, sha512=sha512) as r:
            done = call("copy", "oci:plain", f"{r.host}/t/app@{digest}", want=15)
            if done.stderr.count(b"\n") != 1 or word not in done.stderr:
                yield f"{sha512}: {done.stderr}"


call("generate-key-pair", "--output-key-prefix", "k")
run([(check.__name__, check) for check in (
    layouts_and_archives_keep_the_name,
    registries_get_it_by_its_digest,
    a_tag_in_a_registry_is_refused_at_once,
    a_registry_that_cannot_is_told,
)])
