"""An image says the same wherever skopeo, podman or buildah put it.

usage: copies.py LACRE
Images of the shared test data are copied from their archive to each kind that we read.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "house"), str(TESTS / "e2e")]
from program import Program, data_dir  # noqa: E402
from tap import Skip, run  # noqa: E402

lacre = Program(sys.argv[1])
data = data_dir()


def facts(path):
    """Packages and findings with their layers: all that a copy must not change."""
    report = lacre.json("image", "--input", path, "-f", "json", "--list-all-pkgs", "--scanners", "vuln", "--quiet")
    out = set()
    for r in report.get("Results", []):
        for p in r.get("Packages", []):
            out.add(("package", r["Type"], p["Name"], p.get("Version"),
                     p.get("FilePath"), p["Layer"].get("DiffID")))
        for v in r.get("Vulnerabilities", []):
            out.add(("finding", v["PkgName"], v["InstalledVersion"], v["VulnerabilityID"],
                     v.get("FixedVersion"), v["Severity"], v["Layer"].get("DiffID")))
    out.add(("image", report["Metadata"]["ImageID"], tuple(report["Metadata"]["DiffIDs"])))
    return out


def peer_environment():
    """podman refuses to run where DOCKER_CONFIG names a directory without a file in it."""
    return {k: v for k, v in os.environ.items() if k != "DOCKER_CONFIG"}


def call(*args):
    env = peer_environment()
    done = subprocess.run(list(map(str, args)), capture_output=True, env=env)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, args))}: {done.stderr.decode(errors='replace')[-400:]}")


def need(tool):
    if not shutil.which(tool):
        raise Skip(f"{tool} is not installed")
    if data is None:
        raise Skip("the shared test data is not here")


def source(image):
    return ("docker-archive:" if ".docker." in image.name else "oci-archive:") + str(image)


def images():
    found = sorted((data / "images").glob("*.tar"))
    if not found:
        raise RuntimeError("no images in the shared test data")
    return found


def copy(origin, target):
    """False for layers in zstd, which skopeo puts into no docker-archive."""
    try:
        call("skopeo", "--insecure-policy", "copy", "-q", origin, target)
    except RuntimeError as why:
        if "zstd compression is not supported for docker images" not in str(why):
            raise
        return False
    return True


def same(image, want, path):
    got = facts(path)
    # A copy to a docker-archive makes a new config of some images: then the image is another, its content not.
    want, got = ({f for f in s if f[0] != "image"} | {f[2:] for f in s if f[0] == "image"} for s in (want, got))
    return [f"{image.name}: {path.name}: {sorted(map(str, want ^ got))[:3]}"] if want != got else []


def copied(kind):
    need("skopeo")
    wrong, total, compared = [], 0, 0
    for image in images():
        want = facts(image)
        total += len(want)
        with tempfile.TemporaryDirectory() as d:
            path = pathlib.Path(d) / "copy"
            if copy(source(image), f"{kind}:{path}:copy:1"):
                wrong += same(image, want, path)
                compared += 1
            elif kind != "docker-archive":
                wrong.append(f"{image.name}: no copy")
    print(f"# {compared} images, {total} facts")
    return wrong if total > 100 and compared > 5 else wrong + [f"only {compared} images, {total} facts"]


def and_back():
    """docker-archive made from a docker-archive made from an OCI layout."""
    need("skopeo")
    wrong = []
    for image in images()[:6]:
        with tempfile.TemporaryDirectory() as d:
            first, second = pathlib.Path(d) / "one.tar", pathlib.Path(d) / "two.tar"
            if copy(source(image), f"docker-archive:{first}:copy:1"):
                call("skopeo", "--insecure-policy", "copy", "-q", f"docker-archive:{first}",
                     f"docker-archive:{second}:copy:2")
                wrong += same(image, facts(image), second)
    return wrong


def pulled(tool, image):
    """The id of an image that tool took from its archive; skips where it cannot run at all."""
    env = peer_environment()
    done = subprocess.run([*tool, "pull", "-q", source(image)], capture_output=True, env=env)
    if done.returncode:
        why = " ".join(done.stderr.decode(errors="replace").split())[-200:]
        raise Skip(f"{tool[0]} cannot pull here: {why}")
    return done.stdout.decode().strip()


def saved_by_podman():
    need("podman")
    wrong = []
    for image in images()[:3]:
        with tempfile.TemporaryDirectory() as d:
            podman = ["podman", "--root", f"{d}/root", "--runroot", f"{d}/run", "--storage-driver", "vfs"]
            name = pulled(podman, image)
            path = pathlib.Path(d) / "saved.tar"
            call(*podman, "save", "-q", "-o", path, name)
            wrong += same(image, facts(image), path)
    return wrong


def pushed_by_buildah():
    need("buildah")
    wrong = []
    for image in images()[:3]:
        with tempfile.TemporaryDirectory() as d:
            buildah = ["buildah", "--root", f"{d}/root", "--runroot", f"{d}/run", "--storage-driver", "vfs"]
            name = pulled(buildah, image)
            path = pathlib.Path(d) / "pushed.tar"
            call(*buildah, "push", "-q", name, f"docker-archive:{path}:copy:1")
            wrong += same(image, facts(image), path)
    return wrong


run([
    ("skopeo copies to docker-archive", lambda: copied("docker-archive")),
    ("skopeo copies to an OCI layout", lambda: copied("oci")),
    ("skopeo copies to an OCI archive", lambda: copied("oci-archive")),
    ("skopeo copies a docker-archive again", and_back),
    ("podman saves", saved_by_podman),
    ("buildah pushes", pushed_by_buildah),
])
