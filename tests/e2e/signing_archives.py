#!/usr/bin/env python3
"""Images in archives are signed and verified where they are: OCI layouts in tar files, and docker
archives. What is written is whole or not there, and nothing else in the file changes.

usage: signing_archives.py LACRE
"""

import contextlib
import fcntl
import gzip
import hashlib
import http.server
import io
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

from program import Program  # noqa: E402
from small_image import OS_RELEASE, Image, digest, tar_of  # noqa: E402
from tap import Skip, run  # noqa: E402

lacre = Program(sys.argv[1])
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)
ENV = {"COSIGN_PASSWORD": "pw"}


def call(*args, want=0, **kw):
    done = lacre.run(*args, cwd=ROOT, env=ENV, **kw)
    if done.returncode != want:
        raise RuntimeError(f"{args}: exit {done.returncode}, want {want}: {done.stderr.decode()}")
    return done


def key(name="one"):
    if not (ROOT / f"{name}.key").exists():
        call("generate-key-pair", "--output-key-prefix", name)
    return ROOT / f"{name}.key"


def sign(where, *extra, **kw):
    return call("sign", "--key", key(), *extra, where, **kw)


def verify(where, *extra, by="one", **kw):
    key(by)
    return call("verify", "--insecure-ignore-tlog", "--key", ROOT / f"{by}.pub", *extra, where, **kw)


def members(path):
    """name -> (content, mode, mtime) of the files of a tar."""
    with tarfile.open(path) as tar:
        return {m.name: (tar.extractfile(m).read(), m.mode, m.mtime) for m in tar if m.isfile()}


def left_beside(path):
    return [p.name for p in path.parent.iterdir() if p.name.startswith("." + path.name)]


def docker_archive(path, spoil=None):
    """As `docker save` wrote before version 25; gives the digest of the manifest made up for it."""
    layers = [tar_of({"etc/os-release": OS_RELEASE}), tar_of({"app": b"x" * 5000})]
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": [digest(x) for x in layers]}}
                        ).encode()
    manifest = {
        "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json",
                   "size": len(config), "digest": digest(config)},
        "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                    "size": len(x), "digest": digest(x)} for x in layers]}
    names = [f"{hashlib.sha256(x).hexdigest()}/layer.tar" for x in layers]
    files = {f"{hashlib.sha256(config).hexdigest()}.json": config, **dict(zip(names, layers)),
             "manifest.json": json.dumps([{"Config": f"{hashlib.sha256(config).hexdigest()}.json",
                                           "RepoTags": ["app:1"], "Layers": names}]).encode()}
    if spoil:
        files[names[1]] = tar_of({"app": b"y" * 5000})
    path.write_bytes(tar_of(files))
    return digest(json.dumps(manifest, separators=(",", ":")).encode())


def an_archive_is_signed_in_place():
    path = ROOT / "oci.tar"
    Image().write_tar(path)
    path.chmod(0o640)
    before = members(path)
    verify(path, "--local-image", want=10)
    for form in ([], ["--new-bundle-format=false"]):
        sign(f"oci-archive:{path}", *form)
        inode = path.stat().st_ino
        sign(f"oci-archive:{path}:1", *form)  # again: nothing to add, nothing written
        if path.stat().st_ino != inode:
            yield f"{form}: written anew for nothing"
    after = members(path)
    for name, was in before.items():
        if name != "index.json" and after.get(name) != was:
            yield f"{name} changed: {was[1:]} {after.get(name, ('', 0, 0))[1:]}"
    if left_beside(path) or path.stat().st_mode & 0o777 != 0o640:
        yield f"beside it: {left_beside(path)}, mode {path.stat().st_mode:o}"
    verify(path, "--local-image")
    verify(f"oci-archive:{path}:1")
    verify(f"oci-archive:{path}", by="two", want=12)
    report = json.loads(verify(path, "--local-image", "--output", "report").stdout)[0]
    if report["Counted"] != 2:
        yield f"{report}"
    sign(path, "--local-image", "-a", "by=path")
    verify(path, "--local-image", "-a", "by=path")
    call("clean", "--type", "signature", f"oci-archive:{path}")
    verify(path, "--local-image", want=10)
    if set(members(path)) != set(before):
        yield f"left after clean, or gone: {set(members(path)) ^ set(before)}"


def attested_and_listed():
    path = ROOT / "att.tar"
    Image().write_tar(path)
    (ROOT / "p.json").write_text("{}")
    call("attest", "--key", key(), "--type", "cyclonedx", "--predicate", "p.json",
         f"oci-archive:{path}")
    call("verify-attestation", "--insecure-ignore-tlog", "--key", ROOT / "one.pub", "--type",
         "cyclonedx", "--local-image", path)
    if b"bundle" not in call("tree", "--local-image", path).stdout:
        yield "tree does not list it"


def a_payload_of_ones_own_is_signed():
    path = ROOT / "payload.tar"
    Image().write_tar(path)
    image = json.loads(members(path)["index.json"][0])["manifests"][0]["digest"]
    claim = {"critical": {"identity": {"docker-reference": "reg.example/own"},
                          "image": {"docker-manifest-digest": image},
                          "type": "cosign container image signature"}, "optional": {"by": "hand"}}
    payload = ROOT / "payload.json"
    payload.write_text(json.dumps(claim, indent=1))
    sign(f"oci-archive:{path}", "--payload", payload)
    printed = json.loads(verify(path, "--local-image", "-a", "by=hand").stdout)
    if printed != [claim]:
        yield f"{printed}"
    if payload.read_bytes() not in [c[0] for c in members(path).values()]:
        yield "it was not signed as it is"
    done = sign(f"oci-archive:{path}", "--payload", payload, "-a", "k=v", want=2)
    if "--annotations" not in done.stderr.decode():
        yield f"an annotation beside a payload: {done.stderr}"
    claim["critical"]["image"]["docker-manifest-digest"] = "sha256:" + "0" * 64
    for text, word in ((json.dumps(claim), "P2"), ("{}", "P1"), ("", "empty")):
        payload.write_text(text)
        done = sign(f"oci-archive:{path}", "--payload", payload, want=2)
        if word not in done.stderr.decode() or done.stderr.count(b"\n") != 1:
            yield f"{text}: {done.stderr}"


def what_was_changed_is_refused():
    path = ROOT / "changed.tar"
    image = Image()
    image.write_tar(path)
    sign(f"oci-archive:{path}")
    manifest = json.loads(members(path)["index.json"][0])["manifests"][0]["digest"]
    name = "blobs/" + manifest.replace(":", "/")
    files = {n: c[0] for n, c in members(path).items()}
    files[name] = files[name].replace(b"{", b"{ ", 1)
    path.write_bytes(tar_of(files))
    verify(path, "--local-image", want=14)
    return []


def compressed_archives_are_read_and_not_written():
    path = ROOT / "plain.tar"
    packed = ROOT / "packed.tar.gz"
    Image().write_tar(path)
    sign(f"oci-archive:{path}")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    verify(packed, "--local-image")
    done = sign(f"oci-archive:{packed}", want=1)
    if b"compressed" not in done.stderr or done.stderr.count(b"\n") != 1:
        yield f"{done.stderr}"


def docker_archives_carry_their_signatures():
    path = ROOT / "docker.tar"
    want = docker_archive(path)
    before = members(path)
    verify(path, "--local-image", want=10)
    sign(f"docker-archive:{path}:app:1")
    sign(f"docker-archive:{path}", "--new-bundle-format=false")
    report = json.loads(verify(path, "--local-image", "--output", "report").stdout)[0]
    if report["Digest"] != want or report["Counted"] != 2:
        yield f"{report['Digest']}, want {want}; {report['Counted']} count"
    verify(f"docker-archive:{path}", by="two", want=12)
    after = members(path)
    if any(after[n] != c for n, c in before.items()):
        yield "what docker reads was changed"
    if any(not n.startswith("signatures/") for n in set(after) - set(before)):
        yield f"{set(after) - set(before)}"
    for scanned in (("--input", path), (f"docker-archive:{path}:app:1",)):
        call("image", "--quiet", "--scanners", "vuln", *scanned, "--verify-key",
             ROOT / "one.pub", "--insecure-ignore-tlog", "--require-signature")
    # Layers that are others than the configuration says; then an image that nobody signed, under
    # the signatures of another one.
    spoilt = ROOT / "spoilt.tar"
    docker_archive(spoilt, spoil=True)
    verify(spoilt, "--local-image", want=14)
    files = {n: c[0] for n, c in after.items() if n.startswith("signatures/")}
    other = ROOT / "other.tar"
    config = json.dumps({"architecture": "arm64", "os": "linux", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": []}}).encode()
    files["c.json"] = config
    files["manifest.json"] = json.dumps([{"Config": "c.json", "RepoTags": None,
                                          "Layers": []}]).encode()
    other.write_bytes(tar_of(files))
    done = verify(other, "--local-image", want=14)
    if b"signatures are of another image" not in done.stderr:
        yield f"{done.stderr}"


def contents(path):
    return {n: c[0] for n, c in members(path).items()}


def refused(done, *words):
    if done.stderr.count(b"\n") != 1 or not all(w in done.stderr for w in words):
        yield f"{done.args[1:]}: {done.stderr}"


def a_docker_archive_is_one_image_and_nothing_else():
    """What docker and skopeo read of it is what is judged: by name, by manifest.json, and no index."""
    path = ROOT / "single.tar"
    docker_archive(path)
    sign(f"docker-archive:{path}")
    verify(f"docker-archive:{path}:app:1")
    yield from refused(verify(f"docker-archive:{path}:app:2", want=2), b"no image app:2", b"app:1")
    # An image that somebody signed, as a layout, over one that nobody did.
    signed = ROOT / "signed.tar"
    Image().write_tar(signed)
    sign(f"oci-archive:{signed}")
    evil = ROOT / "evil.tar"
    docker_archive(evil)
    evil.write_bytes(tar_of(contents(evil) | contents(signed)))
    (ROOT / "p.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    for done in (verify(f"docker-archive:{evil}", want=2),
                 sign(f"docker-archive:{evil}", want=2),
                 call("verify", "--policy", "p.json", f"docker-archive:{evil}", want=2)):
        yield from refused(done, b"docker 25", f"oci-archive:{evil}".encode())
    scan = ("image", "--quiet", "--scanners", "vuln", "--verify-key", ROOT / "one.pub",
            "--insecure-ignore-tlog", "--require-signature")
    yield from refused(call(*scan, f"docker-archive:{evil}", want=2), b"index.json")
    call(*scan, f"oci-archive:{evil}")
    verify(f"oci-archive:{evil}")
    yield from refused(verify(f"docker-archive:{signed}", want=2), b"index.json")
    # Two images, of which the signed one is for this machine.
    files = contents(path)
    config = json.dumps({"architecture": "riscv64", "os": "linux", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": []}}).encode()
    files["c.json"] = config
    two = json.loads(files["manifest.json"]) + [{"Config": "c.json", "RepoTags": ["app:2"],
                                                 "Layers": []}]
    files["manifest.json"] = json.dumps(two).encode()
    path.write_bytes(tar_of(files))
    for name in ("", ":app:1", ":app:2"):
        yield from refused(verify(f"docker-archive:{path}{name}", want=1), b"2 images in it")
    yield from refused(verify(path, "--local-image", want=1), b"2 images in it")


def appended(path, name, content=b"{}", kind=tarfile.REGTYPE):
    """The archive with one more member."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.type = len(content), kind
    out = ROOT / "appended.tar"
    shutil.copy(path, out)
    with tarfile.open(out, "a") as tar:
        tar.addfile(entry, io.BytesIO(content))
    return out


def a_name_that_readers_disagree_about_is_refused():
    layout, docker = ROOT / "once.tar", ROOT / "once-docker.tar"
    Image().write_tar(layout)
    docker_archive(docker)
    for path, name in ((layout, "index.json"), (docker, "manifest.json")):
        sign(path, "--local-image")
        for again in (name, f"./{name}", f"/{name}", f"a/../{name}"):
            twice = appended(path, again, contents(path)[name])
            for done in (verify(twice, "--local-image", want=14),
                         sign(twice, "--local-image", "-a", "x=y", want=14)):
                yield from refused(done, b"a name twice")
        call("image", "--quiet", "--scanners", "vuln", "--input",
             appended(path, name, contents(path)[name]))
        call("image", "--quiet", "--scanners", "vuln", "--verify-key", ROOT / "one.pub",
             "--insecure-ignore-tlog", "--require-signature", "--input",
             appended(path, name, contents(path)[name]), want=14)


def skopeo_sees_the_same_digest():
    if not shutil.which("skopeo"):
        raise Skip("skopeo is not installed")
    path = ROOT / "skopeo.tar"
    want = docker_archive(path)
    for _ in range(2):  # unsigned, then signed
        done = subprocess.run(["skopeo", "inspect", "--format", "{{.Digest}}",
                               f"docker-archive:{path}"], capture_output=True, text=True,
                              check=True)
        if done.stdout.strip() != want:
            yield f"{done.stdout} want {want}"
        sign(f"docker-archive:{path}")


def copies_lose_nothing():
    path = ROOT / "from.tar"
    Image().write_tar(path)
    for form in ([], ["--new-bundle-format=false"]):
        sign(f"oci-archive:{path}", *form)
    hops = [f"oci-archive:{path}", f"oci:{ROOT}/hop1", f"oci-archive:{ROOT}/hop2.tar",
            f"oci:{ROOT}/hop3"]
    for one, two in zip(hops, hops[1:]):
        call("copy", one, two)
    blobs = {n for n in members(path) if n.startswith("blobs/")}
    if {n for n in members(ROOT / "hop2.tar") if n.startswith("blobs/")} != blobs:
        yield "blobs of the archive differ"
    found = {str(p.relative_to(ROOT / "hop3")) for p in (ROOT / "hop3/blobs").rglob("*")
             if p.is_file()}
    if found != blobs:
        yield f"blobs of the directory differ: {found ^ blobs}"
    for where in (ROOT / "hop2.tar", ROOT / "hop3"):
        report = json.loads(verify(where, "--local-image", "--output", "report").stdout)[0]
        if report["Counted"] != 2:
            yield f"{where}: {report['Counted']} count"


def save_of_docker_25(path):
    """An OCI layout with manifest.json beside, and layers that are not compressed; its digest."""
    image = Image()
    names = {n: b for n, b in image.members.items() if n.startswith("blobs/")}
    index = json.loads(image.members["index.json"])
    top = index["manifests"][0]
    manifest = json.loads(names.pop("blobs/" + top["digest"].replace(":", "/")))
    sources = {}
    for layer in manifest["layers"]:
        body = gzip.decompress(names.pop("blobs/" + layer["digest"].replace(":", "/")))
        layer.update(mediaType="application/vnd.oci.image.layer.v1.tar", digest=digest(body),
                     size=len(body))
        sources[layer["digest"]] = layer
        names["blobs/" + layer["digest"].replace(":", "/")] = body
    body = json.dumps(manifest).encode()
    top.update(digest=digest(body), size=len(body), annotations={
        "io.containerd.image.name": "docker.io/library/app:1",
        "org.opencontainers.image.ref.name": "1"})
    names["blobs/" + top["digest"].replace(":", "/")] = body
    beside = [{"Config": "blobs/" + manifest["config"]["digest"].replace(":", "/"),
               "RepoTags": ["app:1"], "LayerSources": sources,
               "Layers": ["blobs/" + la["digest"].replace(":", "/") for la in manifest["layers"]]}]
    path.write_bytes(tar_of({
        **names, "index.json": json.dumps(index).encode(), "manifest.json": json.dumps(beside).encode(),
        "oci-layout": image.members["oci-layout"],
        "repositories": json.dumps({"app": {"1": manifest["layers"][-1]["digest"][7:]}}).encode()}))
    return top["digest"]


def what_docker_25_saves_is_read_as_the_layout_that_it_is():
    path = ROOT / "saved.tar"
    want = save_of_docker_25(path)
    before = members(path)
    scan = ("image", "--quiet", "--scanners", "vuln", "--format", "json")
    said = [json.loads(call(*scan, *way).stdout)["Results"] for way in (
        ("--input", path), (path,), (f"docker-archive:{path}",), (f"oci-archive:{path}",))]
    if not said[0][0]["Vulnerabilities"] or any(s[0]["Vulnerabilities"] != said[0][0]["Vulnerabilities"]
                                                for s in said):
        yield "scans differ"
    # What is asked of the docker archive in it is refused, with the way that works.
    for done in (sign(f"docker-archive:{path}:app:1", want=2),
                 call("copy", f"docker-archive:{path}", f"oci:{ROOT}/unsaved", want=2)):
        yield from refused(done, b"docker 25", f"give oci-archive:{path}\n".encode())
    sign(f"oci-archive:{path}")
    verify(path, "--local-image")
    call(*scan, "--verify-key", ROOT / "one.pub", "--insecure-ignore-tlog", "--require-signature", path)
    call("copy", f"oci-archive:{path}", f"oci:{ROOT}/unsaved")
    if json.loads(verify(f"oci:{ROOT}/unsaved", "--output", "report").stdout)[0]["Digest"] != want:
        yield "another digest"
    call("clean", f"oci-archive:{path}")
    if set(members(path)) != set(before):
        yield f"after clean: {set(members(path)) ^ set(before)}"


@contextlib.contextmanager
def answering(status):
    """A server that says the same to all."""
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def a_file_that_is_taken_for_a_name_is_told():
    (ROOT / "127.0.0.1:1").mkdir()
    Image().write_tar(ROOT / "127.0.0.1:1/named")
    done = call("copy", "127.0.0.1:1/named", f"oci:{ROOT}/never", want=15)
    if b"oci-archive:127.0.0.1:1/named\n" not in done.stderr:
        yield f"{done.stderr}"
    Image().write_dir(ROOT / "127.0.0.1:1/layout")
    (ROOT / "127.0.0.1:1/folder").mkdir()
    Image().write_dir(ROOT / "from")
    for name, want in (("layout", b"is oci:127.0.0.1:1/layout\n"), ("named", b"is oci-archive:")):
        done = call("copy", f"oci:{ROOT}/from", f"127.0.0.1:1/{name}", want=15)
        if want not in done.stderr:
            yield f"{name}: {done.stderr}"
    done = call("copy", f"oci:{ROOT}/from", "127.0.0.1:1/folder", want=15)
    if done.stderr.count(b"\n") != 1:
        yield f"a folder that is no layout: {done.stderr}"
    for status, want in ((401, 0), (403, 0), (404, 1)):
        with answering(status) as port:
            (ROOT / f"127.0.0.1:{port}").mkdir()
            Image().write_tar(ROOT / f"127.0.0.1:{port}/named")
            done = lacre.run("copy", f"127.0.0.1:{port}/named", f"oci:{ROOT}/never", cwd=ROOT)
        if done.returncode == 0 or done.stderr.count(b"the file there is") != want:
            yield f"{status}: {done.stderr}"


def docker_archives_are_not_copied():
    path = ROOT / "still.tar"
    docker_archive(path)
    Image().write_dir(ROOT / "still")
    for one, two in ((f"docker-archive:{path}", f"oci:{ROOT}/new"),
                     (f"oci:{ROOT}/still", f"docker-archive:{ROOT}/new.tar")):
        done = call("copy", one, two, want=2)
        if done.stderr.count(b"\n") != 1 or (ROOT / "new").exists() or (ROOT / "new.tar").exists():
            yield f"{one}: {done.stderr}"
    sign(f"docker-archive:{ROOT}/absent.tar", want=11)
    if (ROOT / "absent.tar").exists():
        yield "an archive was made of nothing"


def two_writers_do_not_lose_a_signature():
    path = ROOT / "locked.tar"
    Image().write_tar(path)
    with open(path, "rb") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        done = sign(f"oci-archive:{path}", want=2)
        if b"another process" not in done.stderr:
            yield f"{done.stderr}"
    sign(f"oci-archive:{path}")


def members_of_no_known_kind_are_not_rewritten():
    path = ROOT / "kinds.tar"
    Image().write_tar(path)
    odd = appended(path, "odd", b"", b"Z")
    before = odd.read_bytes()
    done = sign(odd, "--local-image", want=15)
    if b"odd: not to be copied" not in done.stderr or b"signed" in done.stderr:
        yield f"not refused, or told to be signed: {done.stderr}"
    if b"signed sha256:" not in sign(path, "--local-image").stderr:
        yield "not told what was signed"
    if odd.read_bytes() != before:
        yield "it was written"


def whatever_is_interrupted_is_whole():
    path = ROOT / "killed.tar"
    layers = [{"etc/os-release": OS_RELEASE}] + [{f"f{i}": os.urandom(1 << 20)} for i in range(24)]
    Image(layers).write_tar(path)
    fresh = path.read_bytes()
    key()
    chance = random.Random(7)
    took = 0.5
    for round_ in range(12):
        path.write_bytes(fresh)
        begin = time.monotonic()
        child = subprocess.Popen([lacre.path, "sign", "--key", "one.key", f"oci-archive:{path}"],
                                 cwd=ROOT, env={**os.environ, **ENV}, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        if round_:
            time.sleep(chance.uniform(took * 0.3, took * 1.1))
            child.send_signal(signal.SIGTERM if round_ % 2 else signal.SIGKILL)
        status = child.wait()
        took = took if round_ else time.monotonic() - begin
        if path.read_bytes() != fresh:
            verify(path, "--local-image")
        if status != -signal.SIGKILL and left_beside(path):
            yield f"{status}: {left_beside(path)}"
        for name in left_beside(path):
            (path.parent / name).unlink()
        sign(f"oci-archive:{path}")
        verify(path, "--local-image")


def broken_archives_are_one_line():
    cut = ROOT / "cut.tar"
    Image().write_tar(cut)
    cut.write_bytes(cut.read_bytes()[:3000])
    (ROOT / "empty.tar").write_bytes(b"")
    (ROOT / "text.tar").write_text("no archive\n" * 99)
    (ROOT / "other.tar").write_bytes(tar_of({"a": b"b"}))
    no_manifest = io.BytesIO()
    with tarfile.open(fileobj=no_manifest, mode="w") as tar:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = 2
        tar.addfile(entry, io.BytesIO(b"[]"))
    (ROOT / "none.tar").write_bytes(no_manifest.getvalue())
    for name in ("cut.tar", "empty.tar", "text.tar", "other.tar", "none.tar", "absent.tar"):
        for args in (("verify", "--insecure-ignore-tlog", "--key", ROOT / "one.pub"),
                     ("sign", "--key", key())):
            if name == "absent.tar" and args[0] == "sign":
                continue
            done = lacre.run(*args, "--local-image", name, cwd=ROOT, env=ENV)
            if done.returncode in (0, 10) or done.stderr.count(b"\n") != 1:
                yield f"{args[0]} {name}: {done.returncode} {done.stderr}"


run([(f.__name__, f) for f in [
    an_archive_is_signed_in_place,
    attested_and_listed,
    a_payload_of_ones_own_is_signed,
    what_was_changed_is_refused,
    compressed_archives_are_read_and_not_written,
    docker_archives_carry_their_signatures,
    a_docker_archive_is_one_image_and_nothing_else,
    a_name_that_readers_disagree_about_is_refused,
    skopeo_sees_the_same_digest,
    copies_lose_nothing,
    what_docker_25_saves_is_read_as_the_layout_that_it_is,
    a_file_that_is_taken_for_a_name_is_told,
    docker_archives_are_not_copied,
    two_writers_do_not_lose_a_signature,
    members_of_no_known_kind_are_not_rewritten,
    whatever_is_interrupted_is_whole,
    broken_archives_are_one_line,
]])
