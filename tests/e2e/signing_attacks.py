"""Whoever owns the registry, or made the layout, wants more than they may: another image scanned than
the one whose signature was judged, a failing look-up taken for an unsigned image, files of the user
read or written, images deleted."""

import hashlib
import json
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "house"), str(HERE.parent / "cli"),
                str(HERE.parent / "interop")]

import tap  # noqa: E402
from fake_registry import Registry  # noqa: E402
from program import Program  # noqa: E402
from small_image import Image  # noqa: E402

PROGRAM = Program(sys.argv[1])
SCRATCH = tempfile.TemporaryDirectory()
WORK = pathlib.Path(SCRATCH.name)
ENV = {"COSIGN_PASSWORD": "", "HOME": str(WORK), "DOCKER_CONFIG": str(WORK / "docker")}
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
KEY = ("--insecure-ignore-tlog", "--key", WORK / "k.pub")
VERIFY_KEY = ("--insecure-ignore-tlog", "--verify-key", WORK / "k.pub")
SCAN = ("image", "--quiet", "--scanners", "vuln", "--format", "json")
OPENSSL = Image()
OTHER = Image([{"etc/os-release": b'ID=alpine\nVERSION_ID=3.18.0\n'}], architecture="s390x", tag="o")


def lacre(*args, **kw):
    return PROGRAM.run(*args, env=ENV, timeout=30, **kw)


def need(done, want=0):
    if done.returncode != want:
        raise RuntimeError(f"{done.args[1:]}: exit {done.returncode}, want {want}: "
                           + done.stderr.decode())
    return done


def make_key():
    need(lacre("generate-key-pair", "--output-key-prefix", WORK / "k"))


def top(image):
    return json.loads(image.members["index.json"])["manifests"][0]


def sha(body):
    return "sha256:" + hashlib.sha256(body).hexdigest()


def fill(registry, image, repository="t/app", tag="1"):
    """What a push would leave in an empty registry."""
    for path, content in image.members.items():
        if path.startswith("blobs/"):
            registry.blobs["sha256:" + path.split("/")[2]] = content
    digest = top(image)["digest"]
    registry.types[digest] = MANIFEST
    registry.tags[(repository, tag)] = registry.tags[(repository, digest)] = digest
    return digest


def put(registry, body, kind, *names, repository="t/app"):
    digest = sha(body)
    registry.blobs[digest], registry.types[digest] = body, kind
    for name in (digest, *names):
        registry.tags[(repository, name)] = digest
    return digest


# ---- what is scanned is what was judged ----

def both(name, signed=OTHER):
    """A layout with two images, of which cosign's annotation names one; that one gets signed."""
    where = WORK / name
    for image in (OPENSSL, OTHER):
        image.write_dir(where)
    entries = [top(OPENSSL), top(OTHER)]
    for entry, image in zip(entries, (OPENSSL, OTHER)):
        entry["annotations"] = {}
        if image is signed:
            entry["annotations"]["kind"] = "dev.cosignproject.cosign/image"
    (where / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))
    need(lacre("sign", "--key", WORK / "k.key", f"oci:{where}"))
    return where


def another_image_of_the_layout_is_not_scanned():
    where = both("both")
    want = top(OTHER)["digest"]
    for args in (("--input", where), (where,), (f"oci:{where}",)):
        done = lacre(*SCAN, *VERIFY_KEY, "--require-signature", *args)
        report = json.loads(done.stdout or "{}")
        family = report.get("Metadata", {}).get("OS", {}).get("Family")
        if done.returncode or report["Lacre"]["Trust"]["Digest"] != want or family != "alpine":
            yield f"{args}: {done.returncode}, scanned {family}: {done.stderr[:300]}"
    # Neither a platform nor a name brings the other one in.
    done = lacre(*SCAN, *VERIFY_KEY, "--require-signature", "--platform", "linux/amd64", where)
    if done.returncode == 0 or done.stdout:
        yield f"another platform: {done.returncode} {done.stdout[:200]}"


def a_second_manifest_does_not_take_its_place():
    """docker's manifest.json beside the index is read where the index fails: not for what was judged."""
    where = WORK / "fallback"
    OTHER.write_dir(where)
    need(lacre("sign", "--key", WORK / "k.key", f"oci:{where}"))
    for path, content in OPENSSL.members.items():
        if path.startswith("blobs/"):
            (where / path).write_bytes(content)
    manifest = json.loads(OPENSSL.members["blobs/" + top(OPENSSL)["digest"].replace(":", "/")])
    judged = top(OTHER)["digest"]
    (where / "manifest.json").write_text(json.dumps([{
        "Config": "blobs/" + manifest["config"]["digest"].replace(":", "/"),
        "RepoTags": [judged, "o"], "Layers": OPENSSL.layer_paths}]))
    config = json.loads(OTHER.members["blobs/" + judged.replace(":", "/")])["config"]["digest"]
    (where / "blobs" / config.replace(":", "/")).unlink()
    done = lacre(*SCAN, *VERIFY_KEY, "--require-signature", where)
    if done.returncode == 0 or b"debian" in done.stdout:
        yield f"{done.returncode} {done.stdout[:300]}"


def engines_and_files_have_no_signatures():
    tar = OPENSSL.write_tar(WORK / "image.tar")
    for args in (("docker-daemon:app:1",), (tar,), ("--input", tar), (f"oci-archive:{tar}",),
                 ("--image-src", "docker,podman", "app:1")):
        done = lacre(*SCAN, *VERIFY_KEY, "--require-signature", *args)
        if done.returncode != 2 or b"signatures are looked up" not in done.stderr:
            yield f"{args}: {done.returncode} {done.stderr[:300]}"


CHECKS = [another_image_of_the_layout_is_not_scanned,
          a_second_manifest_does_not_take_its_place,
          engines_and_files_have_no_signatures]
make_key()
tap.run([(check.__name__, check) for check in CHECKS])
