"""What the tests of registries share: an image, a pull of it, faults for one kind of request."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cli"), str(HERE.parent / "interop")]

from harness import SCRATCH, leftovers, run  # noqa: E402  (it adds house to the path)
from small_image import Image  # noqa: E402

IMAGE = Image()
FILE = IMAGE.write_tar(SCRATCH / "image.tar")
QUICK = ("image", "--quiet", "--scanners", "vuln")
HOME = SCRATCH / "home"
HOME.mkdir()
TEMP = SCRATCH / "tmp"
TEMP.mkdir()
DOCKER = {"DOCKER_CONFIG": str(SCRATCH / "docker")}


def findings(done):
    report = json.loads(done.stdout)
    return sorted((v["VulnerabilityID"], v["PkgName"]) for r in report["Results"]
                  for v in r.get("Vulnerabilities", []))


WANT = findings(run(*QUICK, "--format", "json", "--input", FILE))


def pull(registry, *args, name=None, **kw):
    kw["env"] = {**DOCKER, "TMPDIR": str(TEMP), **kw.pop("env", {})}
    target = [registry.name()] if name is None else [name] if name else []
    src = () if "--image-src" in args else ("--image-src", "remote")
    return run(*QUICK, *src, *args, *target, timeout=60, **kw)


def works(registry, *args, **kw):
    done = pull(registry, "--format", "json", *args, **kw)
    if done.returncode:
        yield f"status {done.returncode}: {done.stderr[:300]}"
    elif findings(done) != WANT:
        yield "other findings than from the file"
    elif json.loads(done.stdout)["Lacre"].get("Partial"):
        yield "partial"


def on_blob(fault, times=1):
    """A fault for the first requests of layers."""
    left = [times]

    def behave(handler, kind, name):
        body = handler.registry.blobs.get(name, b"")
        if kind != "blobs" or not body.startswith(b"\x1f\x8b") or left[0] == 0:
            return False
        left[0] -= 1
        return fault(handler, body) is not False
    return behave


def on(kind, fault, times=-1):
    left = [times]

    def behave(handler, k, name):
        if k != kind or left[0] == 0:
            return False
        left[0] -= 1
        return fault(handler) is not False
    return behave


def left_behind(*known):
    """Files that no pull should have left."""
    yield from leftovers(SCRATCH, "image.tar", "tmp", "home", "cache", "docker", *known)
    yield from leftovers(HOME, ".config")
    yield from leftovers(TEMP)
