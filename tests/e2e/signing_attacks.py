"""Whoever owns the registry, or made the layout, wants more than they may: another image scanned than
the one whose signature was judged, a failing look-up taken for an unsigned image, files of the user
read or written, images deleted."""

import hashlib
import json
import os
import pathlib
import sys
import tarfile
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


def packed(where):
    """The same in an archive."""
    name = where.with_suffix(".tar")
    with tarfile.open(name, "w") as tar:
        for path in sorted(where.rglob("*")):
            tar.add(path, path.relative_to(where), recursive=False)
    return name


def another_image_of_the_layout_is_not_scanned():
    where = both("both")
    want = top(OTHER)["digest"]
    tar = packed(where)
    for args in (("--input", where), (where,), (f"oci:{where}",), (tar,), ("--input", tar),
                 (f"oci-archive:{tar}",)):
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
    for image in (where, packed(where)):
        done = lacre(*SCAN, *VERIFY_KEY, "--require-signature", image)
        if done.returncode == 0 or b"debian" in done.stdout:
            yield f"{image}: {done.returncode} {done.stdout[:300]}"


def a_manifest_is_no_configuration():
    """What was signed is named as the configuration of something else."""
    where = WORK / "as-config"
    OTHER.write_dir(where)
    need(lacre("sign", "--key", WORK / "k.key", f"oci:{where}"))
    judged = top(OTHER)["digest"]
    (where / "manifest.json").write_text(json.dumps([{
        "Config": "blobs/" + judged.replace(":", "/"), "RepoTags": [judged, "o"], "Layers": []}]))
    config = json.loads(OTHER.members["blobs/" + judged.replace(":", "/")])["config"]["digest"]
    (where / "blobs" / config.replace(":", "/")).unlink()
    for image in (where, packed(where)):
        done = lacre(*SCAN, *VERIFY_KEY, "--require-signature", image)
        if done.returncode == 0 or done.stdout or b"another image" not in done.stderr:
            yield f"{image}: {done.returncode} {done.stdout[:300]} {done.stderr[:300]}"


def engines_have_no_signatures():
    for args in (("docker-daemon:app:1",), ("--image-src", "docker,podman", "app:1")):
        done = lacre(*SCAN, *VERIFY_KEY, "--require-signature", *args)
        if done.returncode != 2 or b"signatures are looked up" not in done.stderr:
            yield f"{args}: {done.returncode} {done.stderr[:300]}"


def what_is_asked_is_never_passed_over():
    where = WORK / "asked"
    OTHER.write_dir(where)
    for args in (("--certificate-identity", ""), ("--certificate-identity-regexp", ""),
                 ("--certificate-oidc-issuer", "https://issuer.example"), ("--verify-key", "")):
        done = lacre(*SCAN, *args, where)
        if done.returncode == 0 or done.stdout:
            yield f"{args}: {done.returncode} {done.stderr[:300]}"
    policy = WORK / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    need(lacre("verify", "--policy", policy, f"oci:{where}"))
    digest = top(OTHER)["digest"]
    denied = WORK / "denied"
    denied.write_text(f"digest {digest}\n")
    for args in (("--deny-digest", digest), ("--deny-list", denied),
                 ("--deny-identity", "a@example.org"), ("--deny-key", WORK / "k.pub")):
        done = lacre("verify", "--policy", policy, *args, f"oci:{where}")
        if done.returncode != 2:
            yield f"{args}: {done.returncode} {done.stderr[:300]}"


# ---- a look-up that fails is no unsigned image ----

def other_answers_are_no_empty_lists():
    answers = [b"{}", b'{"errors":[{"code":"TOOMANYREQUESTS"}]}', b'{"manifests":"x"}', b"<html>",
               b'{"manifests":{}}']
    for body in answers:
        def behave(handler, kind, _, body=body):
            if kind == "referrers":
                handler.answer(200, body, [("Content-Type", "application/json")])
            return kind == "referrers"
        with Registry(None, behave=behave, referrers=True) as r:
            fill(r, OPENSSL)
            done = lacre("verify", *KEY, f"{r.host}/t/app:1")
            if done.returncode != 15:
                yield f"{body}: exit {done.returncode}: {done.stderr[:300]}"

    def none(handler, kind, _):
        if kind == "referrers":
            handler.answer(200, b'{"schemaVersion":2,"manifests":null}')
        return kind == "referrers"
    with Registry(None, behave=none, referrers=True) as r:
        fill(r, OPENSSL)
        if lacre("verify", *KEY, f"{r.host}/t/app:1").returncode != 10:
            yield "a list that is null is an empty one"


def a_page_that_is_missing_is_told():
    def behave(handler, kind, _):
        if kind != "referrers":
            return False
        if "page=2" in handler.path:
            handler.refuse(404, "NOT_FOUND")
        else:
            handler.answer(200, b'{"schemaVersion":2,"manifests":[]}',
                           [("Link", f'<{handler.path}?page=2>; rel="next"')])
        return True
    with Registry(None, behave=behave, referrers=True) as r:
        fill(r, OPENSSL)
        done = lacre("verify", *KEY, f"{r.host}/t/app:1")
        if done.returncode != 15:
            yield f"exit {done.returncode}: {done.stderr[:300]}"


def a_tag_of_signatures_that_holds_something_else_is_told():
    for body in (b"{}", b'{"errors":[]}', b'{"schemaVersion":2,"manifests":[]}', b"[]", b"x"):
        with Registry(None, referrers=True) as r:
            digest = fill(r, OPENSSL)
            put(r, body, MANIFEST, digest.replace(":", "-") + ".sig")
            r.list_referrers = lambda h, *_: h.answer(200, b'{"manifests":[]}')
            done = lacre("verify", *KEY, f"{r.host}/t/app:1")
            if done.returncode != 14:
                yield f"{body}: exit {done.returncode}: {done.stderr[:300]}"


def what_a_layout_cannot_give_is_told():
    def signed(name):
        where = WORK / name
        OPENSSL.write_dir(where)
        need(lacre("sign", "--key", WORK / "k.key", f"oci:{where}"))
        known = {pathlib.Path(p).name for p in OPENSSL.members}
        blobs = [p for p in (where / "blobs/sha256").iterdir() if p.name not in known]
        return where, {("bundle" if b"dsseEnvelope" in p.read_bytes() else
                        "manifest" if b'"subject"' in p.read_bytes() else "config"): p
                       for p in blobs}

    def verify(where):
        return lacre("verify", *KEY, "--local-image", where).returncode
    for part in ("bundle", "manifest"):
        where, parts = signed(f"changed-{part}")
        if verify(where):
            yield "it is not signed to begin with"
        text = parts[part].read_bytes()
        parts[part].write_bytes(text.replace(b"created", b"creates").replace(b"payload", b"Payload", 1))
        if text == parts[part].read_bytes() or verify(where) != 14:
            yield f"{part} changed: exit {verify(where)}"
    where, parts = signed("led-away")
    outside = WORK / "manifest-elsewhere"
    outside.write_bytes(parts["manifest"].read_bytes())
    parts["manifest"].unlink()
    parts["manifest"].symlink_to(outside)
    if verify(where) != 14:
        yield f"a link out of the layout: exit {verify(where)}"
    where, parts = signed("fifo")
    os.mkfifo(where / "blobs/sha256" / ("0" * 64))
    if verify(where):
        yield "a pipe among the blobs"
    (where / "index.json").unlink()
    os.mkfifo(where / "index.json")
    if verify(where) == 0:
        yield "a pipe for an index"


# ---- what is written, and where ----

def no_file_of_the_user_is_written_over():
    config = hashlib.sha256(b"{}").hexdigest()  # every referrer has it
    for name, link in (("link-blob", f"blobs/sha256/{config}"), ("link-index", "index.json"),
                       ("link-mark", "oci-layout")):
        where = WORK / name
        OPENSSL.write_dir(where)
        mine = WORK / f"{name}.mine"
        mine.write_text("mine")
        (where / link).unlink(missing_ok=True)
        (where / link).symlink_to(mine)
        if link == "index.json":
            (where / "oci-layout").unlink()
        done = lacre("sign", "--key", WORK / "k.key", f"oci:{where}")
        done = lacre("copy", f"oci:{OPENSSL.write_dir(WORK / 'from')}", f"oci:{where}") or done
        if mine.read_text() != "mine":
            yield f"{link}: a file elsewhere was written over: {mine.read_text()[:80]}"


def a_layout_without_its_mark_keeps_its_index():
    where = WORK / "no-mark"
    OPENSSL.write_dir(where)
    (where / "oci-layout").unlink()
    need(lacre("sign", "--key", WORK / "k.key", f"oci:{where}:1"))
    need(lacre("verify", *KEY, f"oci:{where}:1"))
    if len(json.loads((where / "index.json").read_text())["manifests"]) != 1:
        yield "its index was changed"


def an_index_names_digests_and_nothing_else():
    with Registry(None) as r, Registry(None) as to:
        fill(r, OPENSSL, "t/private", "1")
        for child in ("../../private/manifests/1", "1", "", "sha256:x"):
            fill(r, OTHER)
            body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
                {"mediaType": MANIFEST, "digest": child, "size": 5}]}).encode()
            put(r, body, INDEX, "1")
            r.seen.clear()
            for args in (("copy", f"{r.host}/t/app:1", f"{to.host}/x/app:1"),
                         ("sign", "--recursive", "--key", WORK / "k.key", f"{r.host}/t/app:1")):
                done = lacre(*args)
                if done.returncode == 0 or r.asked("private") or r.asked("manifests/1/"):
                    yield f"{child!r} {args[0]}: {done.returncode} {done.stderr[:200]}"
            if r.asked("/t/private/"):
                yield f"{child!r}: another repository was asked"


def an_image_is_not_cleaned_away():
    for suffix in (".sig", ".att", ".sbom"):
        for victim in (OPENSSL, OTHER):
            with Registry(None, referrers=True) as r:
                digest, other = fill(r, OPENSSL), fill(r, OTHER, tag="2")
                chosen = digest if victim is OPENSSL else other
                r.tags[("t/app", digest.replace(":", "-") + suffix)] = chosen
                lacre("clean", "--yes", f"{r.host}/t/app:1")
                if ("t/app", chosen) not in r.tags or [s for s in r.seen if s[0] == "DELETE"]:
                    yield f"{suffix}: an image was deleted"


def a_copy_has_its_signatures_before_its_name():
    with Registry(None, referrers=True) as r:
        fill(r, OPENSSL)
        name = f"{r.host}/t/app:1"
        need(lacre("sign", "--key", WORK / "k.key", name))
        need(lacre("sign", "--key", WORK / "k.key", "--new-bundle-format=false", name))
        for steps in range(60):
            with Registry(None, referrers=True) as to:
                to.fail_from = steps
                done = lacre("copy", name, f"{to.host}/x/app:1")
                to.fail_from = None
                if ("x/app", "1") in to.tags:
                    found = lacre("verify", *KEY, f"{to.host}/x/app:1")
                    if found.returncode:
                        yield f"stopped after {steps} requests: named, and not signed"
                if done.returncode == 0:
                    return
        yield "it never ends"


def what_refers_to_itself_ends():
    """A tag of signatures whose manifest is the image, and an index that names one child many times."""
    with Registry(None, referrers=True) as r, Registry(None, referrers=True) as to:
        digest = fill(r, OPENSSL)
        child = {"mediaType": MANIFEST, "digest": digest,
                 "size": len(r.blobs[digest])}
        inner = put(r, json.dumps({"schemaVersion": 2, "mediaType": INDEX,
                                   "manifests": [child] * 300}).encode(), INDEX)
        again = {"mediaType": INDEX, "digest": inner, "size": len(r.blobs[inner])}
        put(r, json.dumps({"schemaVersion": 2, "mediaType": INDEX,
                           "manifests": [again] * 300}).encode(), INDEX, "many")
        done = lacre("copy", f"{r.host}/t/app:many", f"{to.host}/x/app:1")
        if done.returncode or len(r.seen) > 400:
            yield f"exit {done.returncode} after {len(r.seen)} requests"


CHECKS = [another_image_of_the_layout_is_not_scanned, a_second_manifest_does_not_take_its_place,
          a_manifest_is_no_configuration,
          engines_have_no_signatures, what_is_asked_is_never_passed_over,
          other_answers_are_no_empty_lists,
          a_page_that_is_missing_is_told, a_tag_of_signatures_that_holds_something_else_is_told,
          what_a_layout_cannot_give_is_told, no_file_of_the_user_is_written_over,
          a_layout_without_its_mark_keeps_its_index, an_index_names_digests_and_nothing_else,
          an_image_is_not_cleaned_away, a_copy_has_its_signatures_before_its_name,
          what_refers_to_itself_ends]
make_key()
tap.run([(check.__name__, check) for check in CHECKS])
