#!/usr/bin/env python3
"""What `lacre clean` says is removed is not attached any more, in layouts that others wrote too:
listed, signed in turn, or named by an index. What it does not own stays.

usage: signing_clean.py LACRE
"""

import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

from program import Program  # noqa: E402
from small_image import Image, digest, tar_of  # noqa: E402
from tap import Skip, run  # noqa: E402

lacre = Program(sys.argv[1])
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)
INDEX = "application/vnd.oci.image.index.v1+json"
NAME = "org.opencontainers.image.ref.name"


def call(*args, want=0):
    done = lacre.run(*args, cwd=ROOT, env={"COSIGN_PASSWORD": "pw"})
    if done.returncode != want:
        raise RuntimeError(f"{args}: exit {done.returncode}, want {want}: {done.stderr.decode()}")
    return done.stderr.decode()


def verify(where, want):
    call("verify", "--insecure-ignore-tlog", "--key", "lacre.pub", where, want=want)


class Layout:
    """A signed image in a directory."""

    def __init__(self, name, *extra):
        self.path = ROOT / name
        Image().write_dir(self.path)
        self.image = self.entries()[0]["digest"]
        if not (ROOT / "lacre.key").exists():
            call("generate-key-pair")
        call("sign", "--key", "lacre.key", *extra, self.place())

    def place(self, name="1"):
        return f"oci:{self.path}:{name}"

    def blob(self, name):
        return self.path / "blobs" / name.replace(":", "/")

    def entries(self):
        return json.loads((self.path / "index.json").read_text())["manifests"]

    def write_entries(self, entries):
        text = json.dumps({"schemaVersion": 2, "manifests": entries})
        (self.path / "index.json").write_text(text)

    def put(self, document):
        """What lists it."""
        text = json.dumps(document).encode()
        self.blob(digest(text)).write_bytes(text)
        return {"mediaType": document["mediaType"], "digest": digest(text), "size": len(text)}

    def list(self, entry, tag=None):
        notes = {"annotations": {NAME: tag}} if tag else {}
        self.write_entries([*self.entries(), {**entry, **notes}])

    def referrer(self):
        """What lists the signature, and the signature's manifest."""
        for path in sorted((self.path / "blobs/sha256").iterdir()):
            text = path.read_bytes()
            document = json.loads(text) if text.startswith(b"{") else {}
            if document.get("subject", {}).get("digest") == self.image:
                return {"mediaType": document["mediaType"], "digest": f"sha256:{path.name}",
                        "size": len(text)}, document
        raise RuntimeError("not signed")


def write_tar(layout, path):
    files = (p for p in layout.path.rglob("*") if p.is_file())
    path.write_bytes(tar_of({str(p.relative_to(layout.path)): p.read_bytes() for p in files}))


def add_member(path, name, kind, target):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    with tarfile.open(path, "a") as tar:
        tar.addfile(member)


def one_that_is_listed_is_gone_though_nothing_is_swept():
    for archive in (False, True):
        layout = Layout(f"listed-{archive}")
        entry, _ = layout.referrer()
        layout.list(entry)
        layout.list(entry, "twice")
        (layout.path / "README.md").write_text("text")
        place = layout.place()
        if archive:
            write_tar(layout, ROOT / "listed.tar")
            place = f"oci-archive:{ROOT}/listed.tar:1"
        verify(place, 0)
        said = call("clean", place)
        if "README.md" not in said:
            yield said
        verify(place, 10)
        if not archive and [e["digest"] for e in layout.entries()] != [layout.image]:
            yield f"{layout.entries()}"


def what_links_lead_to_stays_in_archives():
    # What is added, of what type, where it leads to: {} is the hex of the signature's layer.
    rows = (("blobs/sha512/" + 128 * "0", tarfile.LNKTYPE, "blobs/sha256/{}"),
            ("blobs/sha512/" + 128 * "0", tarfile.SYMTYPE, "../sha256/{}"),
            ("blobs/README", tarfile.REGTYPE, ""),
            ("blobs/sha384", tarfile.SYMTYPE, "sha256"),
            ("README", tarfile.SYMTYPE, "blobs/sha256/{}"),
            ("README", tarfile.LNKTYPE, "blobs/sha256/{}"))
    layout = Layout("links")
    entry, document = layout.referrer()
    layer = document["layers"][0]["digest"]
    for at, (name, kind, target) in enumerate(rows):
        path = ROOT / f"links-{at}.tar"
        write_tar(layout, path)
        add_member(path, name, kind, target.format(layer[7:]))
        said = call("clean", f"oci-archive:{path}:1")
        verify(f"oci-archive:{path}:1", 10)
        with tarfile.open(path) as tar:
            names = tar.getnames()
        if name not in said or f"blobs/sha256/{layer[7:]}" not in names or name not in names:
            yield f"{name}: {said}"
    path = ROOT / "links-to-it.tar"
    write_tar(layout, path)
    add_member(path, "README", tarfile.LNKTYPE, "blobs/" + entry["digest"].replace(":", "/"))
    before = path.read_bytes()
    said = call("clean", f"oci-archive:{path}:1", want=15)
    if path.read_bytes() != before or "README" not in said or "removed sha" in said:
        yield f"{said}"


def what_is_swept_no_further_is_a_note():
    layout = Layout("unreadable")
    (layout.path / "README").write_text("{}")
    (layout.path / "README").chmod(0)
    user = {}
    if os.geteuid() == 0:
        ROOT.chmod(0o755)
        program = pathlib.Path(lacre.path).resolve()
        if not all(p.stat().st_mode & 1 for p in (*program.parents, *layout.path.parents)):
            raise Skip("no place that another user can reach")
        for path in (layout.path, *layout.path.rglob("*")):
            os.chown(path, 65534, 65534)
        user = {"user": 65534, "group": 65534, "extra_groups": []}
    done = subprocess.run([lacre.path, "clean", layout.place()], cwd="/", capture_output=True,
                          check=False, **user)
    if done.returncode or b"removed sha256" not in done.stderr or b"README" not in done.stderr:
        yield f"{done.returncode} {done.stderr}"
    verify(layout.place(), 10)


def one_that_is_signed_in_turn_is_gone():
    layout = Layout("countersigned")
    entry, document = layout.referrer()
    layout.list(entry)
    about = layout.put({**document, "subject": entry, "artifactType": "text/about"})
    call("clean", layout.place())
    verify(layout.place(), 10)
    if layout.blob(entry["digest"]).exists() or not layout.blob(about["digest"]).exists():
        yield "the wrong one stayed"


def the_list_under_the_tag_of_an_image_is_kept_up():
    for others in (0, 1):
        layout = Layout(f"fallback-{others}")
        entry, document = layout.referrer()
        other = layout.put({**document, "artifactType": "text/other"})
        tag = layout.image.replace(":", "-")
        old = layout.put({"schemaVersion": 2, "mediaType": INDEX,
                          "manifests": [entry, *[other][:others]]})
        layout.list(old, tag)
        call("clean", layout.place())
        verify(layout.place(), 10)
        lists = [e for e in layout.entries() if e.get("annotations", {}).get(NAME) == tag]
        listed = [json.loads(layout.blob(e["digest"]).read_text())["manifests"] for e in lists]
        if listed != [[other]][:others] or layout.blob(old["digest"]).exists():
            yield f"{others}: {listed}"


def one_that_another_index_lists_stays_and_that_is_said():
    layout = Layout("index")
    entry, _ = layout.referrer()
    below = layout.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})
    above = layout.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": [below]})
    layout.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry], "nobody": "has it"})
    layout.list(above, "all")
    said = call("clean", layout.place(), want=15)
    if "removed" in said or entry["digest"] not in said or below["digest"] not in said:
        yield said
    verify(layout.place(), 0)
    layout.write_entries([e for e in layout.entries() if e["digest"] != above["digest"]])
    call("clean", layout.place())
    verify(layout.place(), 10)


def an_image_that_only_its_signature_names_stays():
    layout = Layout("unlisted", "--new-bundle-format=false")
    signature = next(e for e in layout.entries() if e["digest"] != layout.image)
    document = json.loads(layout.blob(signature["digest"]).read_text())
    layer = {**document["layers"][0], "digest": layout.image,
             "size": layout.blob(layout.image).stat().st_size}
    before = {p for p in layout.path.rglob("*")}
    both = layout.put({**document, "layers": [*document["layers"], layer]})
    layout.blob(signature["digest"]).unlink()
    layout.write_entries([{**signature, **both}])
    call("clean", layout.place(layout.image))
    gone = {p.name for p in before - {p for p in layout.path.rglob("*")}}
    image = json.loads(layout.blob(layout.image).read_text())
    if gone & {d.partition(":")[2] for d in
               [layout.image, *(x["digest"] for x in [image["config"], *image["layers"]])]}:
        yield f"{gone}"
    if layout.blob(both["digest"]).exists() or layout.entries():
        yield "the signature stayed"


run([(f.__name__, f) for f in [
    one_that_is_listed_is_gone_though_nothing_is_swept,
    what_links_lead_to_stays_in_archives,
    what_is_swept_no_further_is_a_note,
    one_that_is_signed_in_turn_is_gone,
    the_list_under_the_tag_of_an_image_is_kept_up,
    one_that_another_index_lists_stays_and_that_is_said,
    an_image_that_only_its_signature_names_stays,
]])
