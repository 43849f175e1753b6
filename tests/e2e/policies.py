#!/usr/bin/env python3
"""Policies of the containers tools through the program: every case of the shared data gives the
expected answer, signatures are found where registries.d says, and each refusal says why.

usage: policies.py LACRE
"""

import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import sys
import tarfile
import tempfile
import threading
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "house"), str(HERE.parent / "cli"), str(HERE.parent / "interop")]

from fake_registry import Registry  # noqa: E402
from program import SOURCE, Program, data_dir  # noqa: E402
from small_image import Image, tar_of  # noqa: E402
from tap import Skip, run  # noqa: E402

PROGRAM = Program(sys.argv[1])
OWN = SOURCE / "tests/data/policy"
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)
ENV = {"HOME": str(ROOT), "XDG_CONFIG_HOME": str(ROOT / "config"), "COSIGN_PASSWORD": "pw",
       "DOCKER_CONFIG": str(ROOT / "docker"), "TMPDIR": str(ROOT)}
REJECT = [{"type": "reject"}]


def need_gpg():
    if not shutil.which("gpg"):
        raise Skip("gpg is not installed")


def policy(name="policy.json", default=None, **transports):
    path = ROOT / name
    path.write_text(json.dumps({"default": default or REJECT, "transports": transports}))
    return path


def gpg_by(key, name="reg.example/app:1"):
    return {"type": "signedBy", "keyType": "GPGKeys", "keyPath": str(OWN / key),
            "signedIdentity": {"type": "exactReference", "dockerReference": name}}


def verify(path, image, *args, cwd=None):
    return PROGRAM.run("verify", "--policy", path, *args, image, env=ENV, cwd=cwd)


def expect(done, status, *words):
    text = (done.stdout + done.stderr).decode()
    if done.returncode != status or any(word not in text for word in words):
        yield f"{' '.join(done.args[1:])}: {done.returncode}, want {status} {words}: {text}"


# ---- the shared data ----

# Exit status and rule of some that fail; the others are 12.
REASONS = {
    "unsigned/gpg": (10, "no such signature"), "unsigned/cosign-key": (10, "no such signature"),
    "unsigned/gpg-key1": (10, "no such signature"), "cosign-other-attachment/cosign-key": (10, "R3"),
    "cosign-other-attachment/cosign-key-wrongrepo": (10, "R3"),
    "no-manifest/gpg": (11, "no such image"), "cosign-no-manifest/cosign-key": (11, "no such image"),
    "valid/gpg-wrongref": (12, "P5"), "valid-subkey/gpg-key1": (12, "G2"),
    "valid-2/gpg-and-reject": (12, "R1"), "modified-manifest/gpg": (14, "P2"),
    "modified-manifest/gpg-key1": (14, "P2"), "modified-manifest/gpg-keys": (14, "P2"),
    "cosign-modified-manifest/cosign-key-wrongrepo": (14, "P2"), "mixed/gpg-wrongref": (14, "P1"),
    "manifest-digest-error/gpg": (12, "R2"),
    "cosign-valid/rekor-key": (12, "L1"), "cosign-valid/cosign-key2": (12, "V1"),
    "cosign-valid/gpg": (10, "R3"), "cosign-pki-valid/pki-wrong": (12, "I1"),
    "cosign-fulcio-rekor-valid/fulcio-wrong-issuer": (12, "I2"),
    "cosign-fulcio-rekor-valid/fulcio-wrong-ca": (12, "C1"),
}


def judge(base, case):
    path = policy(dir={"": case["requirements"]})
    done = verify(path, case["image"], cwd=base)
    report = verify(path, case["image"], "--output", "report", cwd=base)
    if (done.returncode == 0) != (case["expect"] == "pass"):
        yield f"{case['case']}: {done.returncode} {done.stderr.decode()}"
    if case["case"] in REASONS:
        yield from expect(done, *REASONS[case["case"]])
    elif done.returncode not in (0, 12):
        yield f"{case['case']}: {done.returncode}"
    if report.returncode != done.returncode:
        yield f"{case['case']}: report {report.returncode}"
    if not report.stdout:
        return
    told = json.loads(report.stdout)[0]
    if told["ExitStatus"] != done.returncode or told["Verified"] != (case["expect"] == "pass"):
        yield f"{case['case']}: {told}"
    for requirement in told["Requirements"]:
        for one in requirement["Signatures"]:
            if not one["Verified"] and not (one["Rule"] and one["Reason"]):
                yield f"{case['case']}: no reason: {one}"


def answers_as_the_tools_do():
    need_gpg()
    data = data_dir()
    if data is None:
        raise Skip("the shared test data is not here")
    base = data / "containers-policy"
    cases = json.loads((base / "index.json").read_text(encoding="utf-8"))["cases"]
    if len(cases) != 69:
        yield f"{len(cases)} cases"
    for case in cases:
        yield from judge(base, case)


# ---- certificates and logs of our own ----

def judges_certificates_and_logs():
    try:
        import policy_cases
    except ImportError as e:
        raise Skip(f"python3-cryptography is not installed: {e}")
    for requirements, place, status, rule in policy_cases.Cases(ROOT).all():
        yield from expect(verify(policy(default=requirements), f"dir:{place}"), status, rule)


# ---- what was asked ----

def says_what_is_wrong_with_what_was_asked():
    good = policy(dir={"": [{"type": "insecureAcceptAnything"}]})
    bad = ROOT / "bad.json"
    bad.write_text('{"default":[{"type":"reject"}],\n "transport":{}}')
    twice = ROOT / "twice.json"
    twice.write_text('{"default":[{"type":"reject"}],"default":[{"type":"reject"}]}')
    absent = policy("absent-key.json", [dict(gpg_by("one.asc"), keyPath="/absent/key")])
    for done, status, *words in (
            (verify(good, f"dir:{OWN}"), 0, "insecureAcceptAnything", "passes"),
            (verify(ROOT / "absent.json", f"dir:{OWN}"), 1, "no such file"),
            (verify(bad, f"dir:{OWN}"), 1, "line 2", "'transport'"),
            (verify(twice, f"dir:{OWN}"), 1, "default"),
            (verify(good, "dir:absent", cwd=ROOT), 2, "no such directory"),
            (verify(good, f"dir:{ROOT}/config"), 2, "no such directory"),
            (verify(good, f"dir:{OWN}", "--key", OWN / "key.pub"), 2, "--key"),
            (verify(good, f"dir:{OWN}", "--output", "xml"), 2, "xml"),
            (verify(good, "reg.example/app", "--registries-d", "absent", cwd=ROOT), 1, "absent"),
            (PROGRAM.run("verify", "--key", OWN / "key.pub", f"dir:{OWN}", env=ENV), 2)):
        yield from expect(done, status, *words)
    if shutil.which("gpg"):
        yield from expect(verify(absent, f"dir:{OWN}"), 1, "/absent/key", "no such file")


def scopes_of_directories_are_paths_without_links():
    (ROOT / "link").symlink_to(OWN)
    accept = [{"type": "insecureAcceptAnything"}]
    for scope, status in ((str(OWN.resolve()), 0), (str(OWN.resolve().parent), 0),
                          (str(ROOT / "link"), 12), ("", 0)):
        path = policy(dir={scope: accept})
        yield from expect(verify(path, f"dir:{ROOT}/link"), status)


def prints_what_was_signed():
    need_gpg()
    done = verify(policy(default=[gpg_by("one.asc")]), f"dir:{OWN}")
    yield from expect(done, 0, "OpenPGP key", "default")
    payloads = json.loads(done.stdout)
    if [p["critical"]["identity"]["docker-reference"] for p in payloads] != ["reg.example/app:1"]:
        yield f"{payloads}"
    done = verify(policy(default=[gpg_by("one.asc"), gpg_by("two.gpg")]), f"dir:{OWN}")
    yield from expect(done, 12, "G2")
    if done.stdout:
        yield f"printed of what fails: {done.stdout}"
    left = [p.name for p in ROOT.iterdir() if p.name.startswith("lacre-gpg")]
    if left:
        yield f"left behind: {left}"


def bombs_and_rubbish_do_not_count():
    need_gpg()
    place = ROOT / "rubbish"
    shutil.copytree(OWN, place)
    good = (OWN / "signature-1").read_bytes()
    # A compressed packet of 16 MB of zeros, as an OpenPGP message of a literal.
    literal = b"\xcb\xff" + (16000010).to_bytes(4, "big") + b"b\0\0\0\0\0" + bytes(16000004)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"\xa3\x01" + squeeze.compress(literal) + squeeze.flush()
    for name, content in (("1", bomb), ("2", b""), ("3", b"\xa3"), ("4", good[:-1]),
                          ("5", os.urandom(3000)), ("6", b"\0" + b"x" * 5000), ("7", good)):
        (place / f"signature-{name}").write_bytes(content)
    done = verify(policy(default=[gpg_by("one.asc")]), f"dir:{place}", "--output", "report")
    yield from expect(done, 0)
    told = json.loads(done.stdout)[0]["Requirements"][0]["Signatures"]
    if [s["Verified"] for s in told] != [False] * 6 + [True]:
        yield f"{told}"


# ---- registries and lookasides ----

@contextlib.contextmanager
def web(folder):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_):
            pass

        def do_GET(self):
            if "broken" in self.path:
                self.send_error(500)
            else:
                super().do_GET()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def registries(**scopes):
    folder = pathlib.Path(tempfile.mkdtemp(dir=ROOT))
    lines = ["docker:"]
    for scope, settings in scopes.items():
        lines.append(f"  {scope}:")
        lines += [f"    {key}: {value}" for key, value in settings.items()]
    (folder / "a.yaml").write_text("\n".join(lines) + "\n")
    return folder


class Small:
    """Our own manifest as the image of a registry."""

    def __init__(self):
        self.manifest = (OWN / "manifest.json").read_bytes()
        hexa = hashlib.sha256(self.manifest).hexdigest()
        self.digest = "sha256:" + hexa
        top = {"digest": self.digest, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
        self.members = {"index.json": json.dumps({"manifests": [top]}),
                        f"blobs/sha256/{hexa}": self.manifest}


def reads_lookasides_of_files_and_web_servers():
    need_gpg()
    image = Small()
    folder = ROOT / "lookaside"
    below = folder / f"team/app@{image.digest.replace(':', '=')}"
    below.mkdir(parents=True)
    shutil.copy(OWN / "signature-1", below / "signature-1")
    with Registry(image) as r, web(folder) as url:
        path = policy(docker={r.host: [gpg_by("one.asc")]})
        for base, status, *words in (
                (f"file://{folder}", 0, "signature-1"), (url, 0, "signature-1"),
                (f"file://{folder}/none", 10, "no such signature", "looked for signatures"),
                (f"{url}/none", 10), (f"{url}/broken", 15, "500"),
                ("http://127.0.0.1:1", 15), ("ftp://host/x", 2, "ftp://host/x")):
            settings = registries(**{r.host: {"lookaside": base}})
            yield from expect(verify(path, r.name(), "--registries-d", settings), status, *words)
        other = policy("other.json", docker={f"{r.host}/team/app:2": [gpg_by("one.asc")]})
        yield from expect(verify(other, r.name()), 12, "R1", "default")


def attached_signatures_count_where_it_says_so():
    key = ROOT / "key"
    PROGRAM.run("generate-key-pair", "--output-key-prefix", key, env=ENV, check=True)
    image = Small()
    by_key = {"type": "sigstoreSigned", "keyPath": f"{key}.pub",
              "signedIdentity": {"type": "matchRepository"}}
    with Registry(image) as r:
        r.writable = True
        path = policy(docker={"": [by_key]})
        on = registries(**{r.host: {"use-sigstore-attachments": "true"}})
        PROGRAM.run("sign", "--key", f"{key}.key", "--new-bundle-format=false", r.name(), env=ENV,
                    check=True)
        yield from expect(verify(path, r.name()), 10, "use-sigstore-attachments")
        yield from expect(verify(path, r.name(), "--registries-d", on), 0, "by the key sha256:")
        exact = policy("exact.json", docker={"": [{k: v for k, v in by_key.items()
                                                    if k != "signedIdentity"}]})
        yield from expect(verify(exact, r.name(), "--registries-d", on), 12, "P5")
        tag = "sha256-" + image.digest[7:] + ".sig"
        r.behave = lambda h, kind, name: name == tag and (h.refuse(503) or True)
        yield from expect(verify(path, r.name(), "--registries-d", on), 15)
        r.behave = None
        # Another image under the tag, with the signatures of the first.
        signatures = r.tags.get(("team/app", tag), r.tags.get(tag))
        changed = image.manifest + b"\n"
        digest = "sha256:" + hashlib.sha256(changed).hexdigest()
        r.blobs[digest], r.types[digest] = changed, r.types[image.digest]
        r.tags["1"] = digest
        r.tags["sha256-" + digest[7:] + ".sig"] = signatures
        yield from expect(verify(path, r.name(), "--registries-d", on), 14, "P2")


def judges_each_image_of_an_index():
    need_gpg()
    place = ROOT / "index"
    place.mkdir()
    image = Small()
    hexa = image.digest[7:]
    (place / "manifest.json").write_text(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json",
                       "digest": image.digest, "size": len(image.manifest),
                       "platform": {"os": "linux", "architecture": "s390x"}}]}))
    (place / f"{hexa}.manifest.json").write_bytes(image.manifest)
    shutil.copy(OWN / "signature-1", place / f"{hexa}.signature-1")
    path = policy(default=[gpg_by("one.asc")])
    yield from expect(verify(path, f"dir:{place}", "--platform", "linux/s390x"), 0, image.digest)
    yield from expect(verify(path, f"dir:{place}", "--platform", "linux/mips"), 11, "linux/mips")
    yield from expect(verify(path, f"dir:{place}", "--platform", "a/b/c/d"), 2, "--platform")
    yield from expect(verify(path, f"dir:{place}", "--recursive"), 0, image.digest)
    (place / f"{hexa}.manifest.json").write_bytes(image.manifest + b" ")
    yield from expect(verify(path, f"dir:{place}", "--recursive"), 14)


def layouts_and_archives_signed_by_us_pass():
    key = ROOT / "layout-key"
    PROGRAM.run("generate-key-pair", "--output-key-prefix", key, env=ENV, check=True)
    place = ROOT / "layout"
    for name, content in Image().members.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    archive = ROOT / "layout.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(place, arcname=".")
    docker = ROOT / "docker.tar"
    write_docker_archive(docker)
    asks = [{"type": "sigstoreSigned", "keyPath": f"{key}.pub",
             "signedIdentity": {"type": "exactRepository", "dockerRepository": "reg.example/app"}}]
    below = {str(ROOT.resolve()): asks}
    path = policy(**{"oci": below, "oci-archive": below, "docker-archive": {"": asks}})
    for name, transport in ((f"oci:{place}:1", "oci"), (f"oci-archive:{archive}:1", "oci-archive"),
                            (f"docker-archive:{docker}", "docker-archive")):
        yield from expect(verify(path, name), 10, f"transports.{transport}.")
        PROGRAM.run("sign", "--key", f"{key}.key", "--new-bundle-format=false",
                    "--sign-container-identity", "reg.example/app", name, env=ENV, check=True)
        yield from expect(verify(path, name), 0, f"transports.{transport}.")
    for name in (place, archive, docker):
        yield from expect(verify(path, name, "--local-image"), 0)
    by_name = policy("by-name.json", **{"docker-archive": {"": [dict(asks[0], signedIdentity={
        "type": "matchRepository"})]}})
    yield from expect(verify(by_name, f"docker-archive:{docker}"), 12, "P5", "exactReference")
    yield from expect(verify(by_name, f"docker-archive:{docker}:reg.example/app:1"), 0)
    yield from expect(verify(by_name, f"docker-archive:{docker}:reg.example/other:1"), 2,
                      "no image reg.example/other:1")


def write_docker_archive(path):
    layer = tar_of({"etc/os-release": b"ID=debian\n"})
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
        "type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()
    files = {"layer.tar": layer, hashlib.sha256(config).hexdigest() + ".json": config}
    files["manifest.json"] = json.dumps([{
        "Config": hashlib.sha256(config).hexdigest() + ".json", "RepoTags": ["reg.example/app:1"],
        "Layers": ["layer.tar"]}]).encode()
    path.write_bytes(tar_of(files))


run([(check.__name__, check) for check in (
    answers_as_the_tools_do,
    judges_certificates_and_logs,
    says_what_is_wrong_with_what_was_asked,
    scopes_of_directories_are_paths_without_links,
    prints_what_was_signed,
    bombs_and_rubbish_do_not_count,
    reads_lookasides_of_files_and_web_servers,
    attached_signatures_count_where_it_says_so,
    judges_each_image_of_an_index,
    layouts_and_archives_signed_by_us_pass,
)])
