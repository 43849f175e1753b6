#!/usr/bin/env python3
"""tools/pack-oci.sh writes a layout whose digests and sizes hold."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile

import tap
import tree


def make_tar(path):
    with tarfile.open(path, "w") as root:
        entry = tarfile.TarInfo("etc/os-release")
        content = b"ID=debian\n"
        entry.size = len(content)
        root.addfile(entry, io.BytesIO(content))


def pack(folder):
    tar = os.path.join(folder, "root.tar")
    layout = os.path.join(folder, "layout")
    make_tar(tar)
    subprocess.run(["sh", str(tree.ROOT / "tools/pack-oci.sh"), tar, layout, "box:1"], check=True)
    return tar, layout


def read_blob(layout, descriptor):
    """The blob of a descriptor; raises ValueError when digest or size do not hold."""
    algorithm, name = descriptor["digest"].split(":")
    with open(os.path.join(layout, "blobs", algorithm, name), "rb") as blob:
        content = blob.read()
    if hashlib.sha256(content).hexdigest() != name or len(content) != descriptor["size"]:
        raise ValueError(f"{descriptor} does not fit its blob")
    return content


def digests_and_sizes_hold():
    with tempfile.TemporaryDirectory() as folder:
        tar, layout = pack(folder)
        with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
            index = json.load(file)
        manifest = json.loads(read_blob(layout, index["manifests"][0]))
        config = json.loads(read_blob(layout, manifest["config"]))
        layer = gzip.decompress(read_blob(layout, manifest["layers"][0]))
        with open(tar, "rb") as file:
            if layer != file.read():
                yield "the layer is not the tar"
        diff_id = "sha256:" + hashlib.sha256(layer).hexdigest()
        if config["rootfs"]["diff_ids"] != [diff_id]:
            yield f"diff ids {config['rootfs']['diff_ids']}, not {diff_id}"


def nothing_else_is_left_in_the_layout():
    with tempfile.TemporaryDirectory() as folder:
        _, layout = pack(folder)
        names = sorted(os.listdir(layout))
        if names != ["blobs", "index.json", "oci-layout"]:
            yield f"{names}"
        if len(os.listdir(os.path.join(layout, "blobs/sha256"))) != 3:
            yield "not three blobs"


def packing_twice_gives_the_same_bytes():
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        indexes = []
        for folder in (one, two):
            with open(os.path.join(pack(folder)[1], "index.json"), "rb") as file:
                indexes.append(file.read())
        if indexes[0] != indexes[1]:
            yield "two indexes"


tap.run([(check.__name__, check) for check in (
    digests_and_sizes_hold,
    nothing_else_is_left_in_the_layout,
    packing_twice_gives_the_same_bytes,
)])
