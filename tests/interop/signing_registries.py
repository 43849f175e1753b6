"""Signing in registries: Debian's docker-registry, which has no referrers API, and a loopback one
that has it. What is signed is verified, listed, copied and cleaned; interrupted and repeated runs
leave nothing half-made and nothing twice."""

import base64
import hashlib
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
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "house"), str(HERE.parent / "cli"),
                str(HERE.parent / "e2e")]

import tap  # noqa: E402
from debian_registry import PROGRAM as DEBIAN, DebianRegistry  # noqa: E402
from fake_registry import Registry  # noqa: E402
from program import Program  # noqa: E402
from small_image import Image  # noqa: E402

PROGRAM = Program(sys.argv[1])
WORK = pathlib.Path(tempfile.mkdtemp(prefix="lacre-signing-"))
ENV = {"COSIGN_PASSWORD": "pw", "HOME": str(WORK), "DOCKER_CONFIG": str(WORK / "docker")}
IMAGE = Image()
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def lacre(*args, want=0):
    done = PROGRAM.run(*args, env=ENV, timeout=60)
    if done.returncode != want:
        raise RuntimeError(f"lacre {' '.join(map(str, args))}: exit {done.returncode}, want {want}: "
                           + done.stderr.decode())
    return done


def make_keys():
    for name in ("one", "two"):
        lacre("generate-key-pair", "--output-key-prefix", WORK / name)


def call(host, method, path, body=None, kind=None):
    url = path if path.startswith("http") else f"http://{host}{path}"
    q = urllib.request.Request(url, data=body, method=method)
    if kind:
        q.add_header("Content-Type", kind)
    if method == "GET":
        q.add_header("Accept", f"{INDEX}, {MANIFEST}")
    return urllib.request.urlopen(q, timeout=20)


def push(host, repository):
    """The small image and an index over it; gives the digests of both."""
    blobs = {p.split("/")[2]: c for p, c in IMAGE.members.items() if p.startswith("blobs/")}
    top = json.loads(IMAGE.members["index.json"])["manifests"][0]
    manifest = blobs[top["digest"].split(":")[1]]
    for hexa, content in blobs.items():
        if content == manifest:
            continue
        where = call(host, "POST", f"/v2/{repository}/blobs/uploads/", b"").headers["Location"]
        call(host, "PUT", where + ("&" if "?" in where else "?") + f"digest=sha256:{hexa}", content,
             "application/octet-stream")
    call(host, "PUT", f"/v2/{repository}/manifests/1", manifest, top["mediaType"])
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        {"mediaType": top["mediaType"], "digest": top["digest"], "size": len(manifest),
         "platform": {"os": "linux", "architecture": "amd64"}}]}).encode()
    call(host, "PUT", f"/v2/{repository}/manifests/all", index, INDEX)
    return top["digest"], "sha256:" + hashlib.sha256(index).hexdigest()


def tags(host, repository):
    with call(host, "GET", f"/v2/{repository}/tags/list") as r:
        return sorted(json.load(r)["tags"] or [])


def attached(name, key="one", *extra):
    """What verify finds, as rows (kind, form, counts)."""
    done = PROGRAM.run("verify", "--insecure-ignore-tlog", "--key", WORK / f"{key}.pub", "--output",
                       "report", *extra, name, env=ENV)
    return [(f["Kind"], f["Form"], f["Verified"]) for f in json.loads(done.stdout)[0]["Signatures"]]


def verify(name, key="one", *extra, want=0):
    return lacre("verify", "--insecure-ignore-tlog", "--key", WORK / f"{key}.pub", *extra, name,
                 want=want)


def signs(host):
    image, index = push(host, "t/app")
    name = f"{host}/t/app:1"
    verify(name, want=10)
    done = lacre("sign", "--key", WORK / "one.key", name)
    if b"is a tag" not in done.stderr:
        yield f"no warning of a tag: {done.stderr}"
    verify(name)
    verify(name, "two", want=12)
    if attached(name) != [("signature", "bundle", True)]:
        yield f"after one: {attached(name)}"
    lacre("sign", "--key", WORK / "one.key", f"{host}/t/app@{image}")
    if len(attached(name)) != 1:
        yield f"again: {attached(name)}"
    lacre("sign", "--key", WORK / "two.key", "-a", "env=prod", "--new-bundle-format=false", name)
    lacre("sign", "--key", WORK / "two.key", "-a", "env=prod", "--new-bundle-format=false", name)
    if attached(name, "two") != [("signature", "simple-signing", True),
                                 ("signature", "bundle", False)]:
        yield f"older form: {attached(name, 'two')}"
    verify(name, "two", "-a", "env=prod")
    verify(name, "two", "-a", "env=test", want=12)
    verify(name, "one", "--key", WORK / "two.pub", "--threshold", "2")
    lacre("sign", "--key", WORK / "two.key", "--new-bundle-format=false", "-a", "how=referrer",
          "--registry-referrers-mode", "oci-1-1", name)
    verify(name, "two", "-a", "how=referrer")
    lacre("sign", "--key", WORK / "one.key", "--new-bundle-format=false", "-a", "tag=2",
          "--sign-container-identity", "reg.example/app:2", name)
    verify(name, "one", "-a", "tag=2", want=12)  # signed under another tag
    verify(f"{host}/t/app@{image}", "one", "-a", "tag=2")
    verify(f"{host}/t/app:all", want=10)
    lacre("sign", "--key", WORK / "one.key", "--recursive", "-a", "a=b", f"{host}/t/app:all")
    verify(f"{host}/t/app:all", "one", "--recursive", "-a", "a=b")
    verify(f"{host}/t/app:none", want=11)
    if index == image:
        yield "one digest for two"


def attests(host):
    image, _ = push(host, "t/att")
    name = f"{host}/t/att:1"
    sbom = WORK / "sbom.json"
    sbom.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.5"}')
    plain = WORK / "plain.txt"
    plain.write_text("SPDXVersion: SPDX-2.3\n")
    for extra in ((), ("--new-bundle-format=false",)):
        lacre("attest", "--key", WORK / "one.key", "--type", "cyclonedx", "--predicate", sbom,
              *extra, name)
        lacre("attest", "--key", WORK / "one.key", "--type", "cyclonedx", "--predicate", sbom,
              *extra, name)
        lacre("attest", "--key", WORK / "one.key", "--type", "spdx", "--predicate", plain, *extra,
              name)
        lacre("attest", "--key", WORK / "one.key", "--predicate", plain, *extra, name)
    verify(name, want=10)
    kinds = [k for k, _, _ in attached(name)]
    if kinds != ["attestation"] * 6:
        yield f"attached: {kinds}"
    for kind, want in (("cyclonedx", 2), ("spdx", 2), ("custom", 2)):
        done = lacre("verify-attestation", "--insecure-ignore-tlog", "--key", WORK / "one.pub",
                     "--type", kind, f"{host}/t/att@{image}")
        if len(done.stdout.splitlines()) != want:
            yield f"{kind}: {done.stdout[:300]}"
    lacre("verify-attestation", "--insecure-ignore-tlog", "--key", WORK / "one.pub", "--type",
          "vuln", name, want=10)
    for args in (("--predicate", WORK / "none"), ("--predicate", plain, "--type", "cyclonedx"), ()):
        done = PROGRAM.run("attest", "--key", WORK / "one.key", *args, name, env=ENV)
        if done.returncode == 0 or done.stderr.count(b"\n") != 1:
            yield f"{args}: {done.returncode} {done.stderr}"


def outcome(name, *extra):
    """What verify says of an image and of all of an index, with nothing that names a place."""
    done = PROGRAM.run("verify", "--insecure-ignore-tlog", "--key", WORK / "one.pub", "--recursive",
                       "--output", "report", *extra, name, env=ENV)
    return [(r["Digest"], r["Outcome"], sorted((s["Kind"], s["Blob"], s["Verified"])
                                               for s in r["Signatures"]))
            for r in json.loads(done.stdout)]


def sign_all_forms(host, repository):
    push(host, repository)
    name = f"{host}/{repository}:all"
    lacre("sign", "--key", WORK / "one.key", "--recursive", name)
    lacre("sign", "--key", WORK / "one.key", "--recursive", "--new-bundle-format=false", name)
    sbom = WORK / "any.json"
    sbom.write_text("{}")
    for extra in ((), ("--new-bundle-format=false",)):
        lacre("attest", "--key", WORK / "one.key", "--recursive", "--type", "cyclonedx",
              "--predicate", sbom, *extra, name)
    lacre("attach", "sbom", "--sbom", sbom, name)
    return name


def carries(host):
    """copy, save and load keep every digest and every attachment, also those of children."""
    name = sign_all_forms(host, "t/from")
    want = outcome(name)
    if len(want) != 2 or [len(w[2]) for w in want] != [5, 4]:
        yield f"before: {want}"
    directory = WORK / f"saved-{host.split(':')[1]}"
    for _ in range(2):  # the second time finds all of it there
        lacre("copy", name, f"{host}/t/to:all")
        lacre("save", "--dir", directory, name)
        lacre("load", "--dir", directory, f"{host}/t/loaded:all")
    for where, extra in ((f"{host}/t/to:all", ()), (directory, ("--local-image",)),
                         (f"{host}/t/loaded:all", ())):
        got = outcome(where, *extra)
        if got != want:
            yield f"{where}: {got}, want {want}"
    lacre("copy", f"{host}/t/none:1", f"{host}/t/x:1", want=11)
    tree = lacre("tree", name).stdout.decode()
    if tree.count("bundle") < 2 or ".sig" not in tree or "SBOM" not in tree:
        yield f"tree: {tree}"


def cleans(host):
    name = sign_all_forms(host, "t/clean")
    lacre("clean", "--type", "signature", name)
    if [f[0] for f in attached(name)].count("signature") or len(attached(name)) != 3:
        yield f"without signatures: {attached(name)}"
    verify(name, want=10)
    lacre("verify-attestation", "--insecure-ignore-tlog", "--key", WORK / "one.pub", "--type",
          "cyclonedx", name)
    lacre("clean", name)
    if attached(name):
        yield f"cleaned: {attached(name)}"
    lacre("clean", name)
    if "nothing is attached" not in lacre("tree", name).stdout.decode():
        yield "tree of a clean image"
    lacre("sign", "--key", WORK / "one.key", name)
    verify(name)
    lacre("clean", "--type", "all", f"{host}/t/clean:none", want=11)
    lacre("clean", "--type", "none", name, want=2)


def downloads(host):
    name = sign_all_forms(host, "t/down")
    lines = [json.loads(x) for x in lacre("download", "signature", name).stdout.splitlines()]
    old = [x for x in lines if "Base64Signature" in x]
    new = [x for x in lines if "verificationMaterial" in x]
    if len(old) != 1 or len(new) != 1:
        yield f"signatures: {lines}"
    lines = lacre("download", "attestation", "--type", "cyclonedx", name).stdout.splitlines()
    if len(lines) != 2:
        yield f"attestations: {lines}"
    if lacre("download", "sbom", name).stdout != b"{}\n":
        yield "sbom"
    where = lacre("triangulate", name).stdout.decode().strip()
    if not where.startswith(f"{host}/t/down:sha256-") or not where.endswith(".sig"):
        yield where
    # What was downloaded is attached to a copy without anything, and holds there.
    push(host, "t/bare")
    bare = f"{host}/t/bare:all"
    payload, signature = WORK / "payload", WORK / "signature"
    payload.write_bytes(base64.b64decode(old[0]["Payload"]))
    signature.write_text(old[0]["Base64Signature"])
    lacre("attach", "signature", "--signature", signature, "--payload", payload, bare)
    verify(bare)
    for line in lines:
        one = WORK / "attestation"
        one.write_bytes(line)
        lacre("attach", "attestation", "--attestation", one, bare)
    if attached(bare) != [("signature", "simple-signing", True), ("attestation", "dsse", False),
                          ("attestation", "bundle", False)]:
        yield f"attached: {attached(bare)}"
    lacre("attach", "signature", "--signature", "no base64!", "--payload", payload, bare, want=2)
    lacre("attach", "sbom", bare, want=2)


def scans(host):
    """A scan says whether what it scanned is signed, and asks for it before it reads a layer."""
    image, _ = push(host, "t/scan")
    name = f"{host}/t/scan:1"
    common = ("image", "--quiet", "--scanners", "vuln", "--image-src", "remote")
    key = ("--verify-key", WORK / "one.pub", "--insecure-ignore-tlog")
    done = lacre(*common, "--format", "json", name)
    if "Trust" in json.loads(done.stdout)["Lacre"]:
        yield "trust that nobody asked for"
    done = lacre(*common, *key, "--format", "json", name)
    if json.loads(done.stdout)["Lacre"]["Trust"]["Outcome"] != "unsigned":
        yield f"unsigned: {done.stdout[:400]}"
    if lacre(*common, *key, "--require-signature", name, want=10).stdout:
        yield "printed of an image that is not signed"
    lacre("sign", "--key", WORK / "one.key", name)
    done = lacre(*common, *key, "--require-signature", "--format", "json", name)
    trust = json.loads(done.stdout)["Lacre"]["Trust"]
    if trust["Outcome"] != "trusted" or trust["Digest"] != image or trust["Counted"] != 1:
        yield f"signed: {trust}"
    if "signed as asked for" not in lacre(*common, *key, name).stdout.decode():
        yield "the table says nothing"
    lacre(*common, "--verify-key", WORK / "two.pub", "--insecure-ignore-tlog",
          "--require-signature", name, want=12)
    lacre(*common, "--require-signature", name, want=2)
    directory = WORK / f"scanned-{host.split(':')[1]}"
    lacre("save", "--dir", directory, name)
    lacre("image", "--quiet", "--scanners", "vuln", *key, "--require-signature", "--input",
          directory)


def debian():
    return DebianRegistry(WORK)


KINDS = [("debian", debian), ("with the API", lambda: Registry(None, referrers=True)),
         ("without it", lambda: Registry(None))]


def with_registry(kind, fn):
    def run():
        if kind is debian and not DEBIAN:
            raise tap.Skip("no docker-registry")
        with kind() as registry:
            yield from fn(registry.host)
    return run


def interrupted():
    """Whatever request fails, a second run makes it whole, and nothing counts before."""
    for form in ((), ("--new-bundle-format=false",)):
        at = 0
        while True:
            with Registry(None, referrers=True) as r:
                push(r.host, "t/cut")
                name = f"{r.host}/t/cut:1"
                r.seen.clear()
                r.fail_from = at
                done = PROGRAM.run("sign", "--key", WORK / "one.key", *form, name, env=ENV)
                r.fail_from = None
                if not r.failed:
                    break
                if done.returncode != 15:
                    yield f"{form} {at}: exit {done.returncode} {done.stderr}"
                lacre("sign", "--key", WORK / "one.key", *form, name)
                if [f[2] for f in attached(name)] != [True]:
                    yield f"{form} {at}: {attached(name)}"
            at += 1
        if at < 5:
            yield f"{form}: only {at} requests"


def killed():
    """Killed at any moment, by either signal: a second run makes it whole."""
    chance = random.Random(11)
    kinds = [lambda: Registry(None, referrers=True), lambda: Registry(None)]
    kinds += [debian] if DEBIAN else []
    for kind in kinds:
        with kind() as r:
            push(r.host, "t/kill")
            name = f"{r.host}/t/kill:all"
            args = ["sign", "--key", str(WORK / "one.key"), "--recursive", name]
            for round_ in range(8):
                child = subprocess.Popen([PROGRAM.path, *args], env={**os.environ, **ENV},
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(chance.uniform(0, 0.4))
                child.send_signal(signal.SIGKILL if round_ % 2 else signal.SIGTERM)
                child.wait()
                found = attached(name)
                if any(not f[2] for f in found):
                    yield f"round {round_}: {found}"
            lacre(*args)
            lacre(*args)
            verify(name, "one", "--recursive")
            if len(attached(name)) != 1:
                yield f"twice: {attached(name)}"


def failing_lookups():
    """A throttled, broken or forbidden look-up is never 'unsigned'."""
    for status, parts in ((403, ("/referrers/", ".sig", ".att")), (503, ("/referrers/",))):
        for part in parts:
            with Registry(None, referrers=True) as r:
                push(r.host, "t/f")

                def behave(handler, kind, name, part=part, status=status):
                    if part not in handler.path:
                        return False
                    handler.refuse(status)
                    return True
                r.behave = behave
                verify(f"{r.host}/t/f:1", want=15)
    return []


make_keys()
try:
    tap.run([*((f"{what}: {fn.__name__}", with_registry(kind, fn))
               for what, kind in KINDS for fn in (signs, attests, carries, cleans, downloads, scans)),
             ("interrupted", interrupted), ("killed", killed), ("failing look-ups", failing_lookups)])
finally:
    shutil.rmtree(WORK, ignore_errors=True)
