"""Stacks of layers: made at random from a seed, written as OCI layouts, kept as JSON.

A stack is a list of layers {"compression", "format", "members"}; a member is {"path", "type", "text",
"size", "target"} with type one of file dir symlink hardlink whiteout opaque.
"""

import base64
import gzip
import hashlib
import io
import json
import pathlib
import random
import subprocess
import tarfile

FORMATS = {"gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT, "ustar": tarfile.USTAR_FORMAT}
NAMES = ["a", "b", "c", "lib", "x y", "-rf", "é", "日本", "new\nline", "back\\slash", "x.wh.y", "tab\there", "'q'",
         "*", ".hidden", "n" * 120, "m" * 255, "wh", "..."]
KINDS = (["file"] * 6 + ["dir"] * 3 + ["symlink"] * 2 + ["hardlink"] * 2 + ["whiteout"] * 4
         + ["opaque"] * 2)
LAYER = "application/vnd.oci.image.layer.v1.tar"


def parents(path):
    parts = path.split("/")
    return ["/".join(parts[:i]) for i in range(1, len(parts))]


class Tree:
    """What a stack in the making holds, so that only members that every program can unpack are drawn:
    none lies below something that is no directory, hard links name files of their own layer."""

    def __init__(self):
        self.types = {}

    def remove_below(self, path):
        for other in [p for p in self.types if p.startswith(path + "/")]:
            del self.types[other]

    def put(self, path, kind):
        for p in parents(path):
            self.types.setdefault(p, "dir")
        if kind != "dir":
            self.remove_below(path)
        self.types[path] = kind

    def usable(self, path):
        return all(self.types.get(p, "dir") == "dir" for p in parents(path))


def draw_path(rng, tree):
    if tree.types and rng.random() < 0.5:
        return rng.choice(sorted(tree.types))
    dirs = [""] + sorted(p + "/" for p, t in tree.types.items() if t == "dir")
    path = rng.choice(dirs) + rng.choice(NAMES)
    while rng.random() < 0.25 and len(path) < 400:
        path += "/" + rng.choice(NAMES)
    return path


def draw_member(rng, tree, own, lower):
    path = draw_path(rng, tree)
    kind = rng.choice(KINDS)
    if kind in ("whiteout", "opaque"):
        known = sorted(lower.types)
        path = rng.choice(known) if known and rng.random() < 0.9 else path
        if kind == "opaque" and lower.types.get(path) != "dir":
            return None
        if kind == "opaque" and tree.types.get(path) != "dir":
            return None
        return {"path": path, "type": kind} if tree.usable(path) and lower.usable(path) else None
    if not tree.usable(path):
        return None
    member = {"path": path, "type": kind}
    if kind == "file":
        member["text"] = rng.choice(["", "x", f"{rng.random()}"])
        if rng.random() < 0.1:
            member["size"] = rng.choice([511, 512, 513, 70000])
    elif kind == "symlink":
        member["target"] = rng.choice(["/", "..", "a/b", "/nowhere", "../../..", "x y", "t" * 150])
    elif kind == "hardlink":
        files = sorted(p for p in own if own[p] == "file" and tree.types.get(p) == "file" and p != path
                       and not p.startswith(path + "/"))
        if not files:
            return None
        member["target"] = rng.choice(files)
    return member


def draw_layer(rng, tree):
    """Whiteouts and opaque directories speak of lower layers alone, wherever in the archive they stand."""
    lower = Tree()
    lower.types = dict(tree.types)
    own, members, hidden = {}, [], []
    for _ in range(rng.randint(1, 12)):
        member = draw_member(rng, tree, own, lower)
        if member is None:
            continue
        path, kind = member["path"], member["type"]
        members.append(member)
        if kind in ("whiteout", "opaque"):
            hidden.append((path, kind))
            for p in [p for p in tree.types if p not in own and (p.startswith(path + "/")
                                                                or (p == path and kind == "whiteout"))]:
                if not any(o.startswith(p + "/") for o in own):
                    del tree.types[p]
            continue
        stays = {p: k for p, k in own.items() if kind == "dir" or not p.startswith(path + "/")}
        own.clear()
        own.update(stays)
        for p in parents(path):
            own.setdefault(p, "dir")
        own[path] = "file" if kind == "hardlink" else kind
        tree.put(path, own[path])
    return {"compression": rng.choice(["gzip", "gzip", "zstd", "plain"]),
            "format": rng.choice(sorted(FORMATS)), "members": members}


def draw(seed):
    rng = random.Random(seed)
    tree = Tree()
    return [draw_layer(rng, tree) for _ in range(rng.randint(1, 5))]


# ---- writing ----

def mark(member):
    path, _, name = member["path"].rpartition("/")
    if member["type"] == "opaque":
        return member["path"] + "/.wh..wh..opq"
    return (path + "/" if path else "") + ".wh." + name


def content(member):
    text = member.get("text", "").encode()
    return (text or b"z") * member["size"] if "size" in member else text


def entry_of(member):
    entry = tarfile.TarInfo(member["path"])
    entry.mode = 0o755 if member["type"] == "dir" else 0o644
    if member["type"] in ("whiteout", "opaque"):
        entry.name = mark(member)
    elif member["type"] == "dir":
        entry.type = tarfile.DIRTYPE
    elif member["type"] == "symlink":
        entry.type, entry.linkname = tarfile.SYMTYPE, member["target"]
    elif member["type"] == "hardlink":
        entry.type, entry.linkname = tarfile.LNKTYPE, member["target"]
    else:
        entry.size = len(content(member)[:member.get("size", 1 << 30)])
    return entry


def fits_ustar(entry):
    try:
        entry.tobuf(tarfile.USTAR_FORMAT)
        return True
    except ValueError:
        return False


def tar_of(layer, wanted=lambda m: True):
    entries = [(entry_of(m), m) for m in layer["members"] if wanted(m)]
    form = layer["format"]
    if form == "ustar" and not all(fits_ustar(e) for e, _ in entries):
        form = "pax"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=FORMATS[form]) as tar:
        for entry, member in entries:
            tar.addfile(entry, io.BytesIO(content(member)[:entry.size]))
    return out.getvalue()


def compress(tar, how):
    if how == "zstd":
        return subprocess.run(["zstd", "-q", "-c"], input=tar, capture_output=True, check=True).stdout
    return gzip.compress(tar, 1, mtime=0) if how == "gzip" else tar


def write(stack, directory, zstd=True):
    """An OCI layout with the tag "t"; layers in zstd are in gzip for programs that do not know it."""
    directory = pathlib.Path(directory)
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(body, media_type):
        name = hashlib.sha256(body).hexdigest()
        (blobs / name).write_bytes(body)
        return {"mediaType": media_type, "digest": "sha256:" + name, "size": len(body)}

    ids, layers = [], []
    for layer in stack:
        tar = tar_of(layer)
        how = "gzip" if layer["compression"] == "zstd" and not zstd else layer["compression"]
        ids.append("sha256:" + hashlib.sha256(tar).hexdigest())
        layers.append(blob(compress(tar, how), LAYER + ("" if how == "plain" else "+" + how)))
    config = blob(json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                              "rootfs": {"type": "layers", "diff_ids": ids}}).encode(),
                  "application/vnd.oci.image.config.v1+json")
    manifest = blob(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                                "config": config, "layers": layers}).encode(),
                    "application/vnd.oci.image.manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "t"}
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    (directory / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')


def name_text(path):
    """Bytes of a path as JSON can hold them."""
    try:
        return path.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(path).decode()
