"""Makes what applications are made of: a tree of projects, and an image full of their packages.

The same bytes each time. Names are made up; sizes are those of middling packages.
"""

import gzip
import hashlib
import io
import json
import pathlib
import random
import tarfile
import zipfile

FILES_OF_NODE = 25   # a package
FILES_OF_PYTHON = 50
LOCK_ENTRIES = 400


def node_package(number):
    return json.dumps({"name": f"bench-node-{number}", "version": f"1.{number % 40}.{number % 7}",
                       "license": "MIT"}).encode()


def python_metadata(number):
    return (f"Metadata-Version: 2.1\nName: bench-python-{number}\n"
            f"Version: 2.{number % 30}.{number % 5}\nLicense: BSD-3-Clause\n").encode()


def lock_file(project):
    packages = {"": {"name": f"bench-project-{project}", "version": "1.0.0"}}
    for n in range(LOCK_ENTRIES):
        packages[f"node_modules/bench-lock-{project}-{n}"] = {
            "version": f"3.{n % 50}.{project % 9}", "license": "ISC"}
    return json.dumps({"name": f"bench-project-{project}", "lockfileVersion": 3,
                       "packages": packages}).encode()


def members(scale, source):
    """(path, bytes) of node_modules, site-packages and lock files; about 100,000 at scale 1."""
    for number in range(int(2000 * scale)):
        base = f"app/node_modules/bench-node-{number}"
        yield f"{base}/package.json", node_package(number)
        for n in range(FILES_OF_NODE - 1):
            yield f"{base}/lib/part{n}.js", source(900)
    for number in range(int(1000 * scale)):
        base = f"usr/lib/python3/site-packages/bench_python_{number}"
        yield f"{base}-2.{number % 30}.{number % 5}.dist-info/METADATA", python_metadata(number)
        for n in range(FILES_OF_PYTHON - 1):
            yield f"{base}/part{n}.py", source(700)
    for project in range(int(50 * scale)):
        yield f"projects/p{project}/package-lock.json", lock_file(project)


def words(seed):
    """Text that packs as source does."""
    numbers = random.Random(seed)
    known = [("%x" % numbers.getrandbits(40)) for _ in range(4000)]

    def source(size):
        text = []
        while size > 0:
            text.append(numbers.choice(known))
            size -= len(text[-1]) + 1
        return " ".join(text).encode()
    return source


def make_tree(folder, scale):
    """Returns the directory and how many files lie in it."""
    tree = pathlib.Path(folder) / f"tree-{scale}"
    stamp = pathlib.Path(folder) / f"tree-{scale}.made"
    if stamp.exists():
        return tree, int(stamp.read_text())
    count = 0
    made = set()
    for path, content in members(scale, words(1)):
        target = tree / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_bytes(content)
        count += 1
    stamp.write_text(str(count))
    return tree, count


def jar(number, source):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        def put(name, content):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        put(f"META-INF/maven/org.bench/lib{number}/pom.properties",
            f"groupId=org.bench\nartifactId=lib{number}\nversion=4.{number % 20}.0\n")
        for n in range(40):
            put(f"org/bench/lib{number}/Class{n}.class", source(6000))
    return out.getvalue()


def write_blob(layout, content):
    digest = hashlib.sha256(content).hexdigest()
    path = layout / "blobs/sha256" / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"digest": f"sha256:{digest}", "size": len(content)}


def layer(scale):
    source = words(2)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        def put(path, content):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        put("etc/os-release", b'ID=alpine\nVERSION_ID=3.20.0\n')
        for path, content in members(scale, source):
            put(path, content)
        for number in range(int(400 * scale)):
            put(f"opt/app/lib/lib{number}-4.{number % 20}.0.jar", jar(number, source))
    return out.getvalue()


def make_languages(folder, scale):
    """An image of one packed layer, as an OCI layout: its directory."""
    target = pathlib.Path(folder) / f"languages-{scale}"
    layout = target / "layout"
    if (layout / "oci-layout").exists():
        return target
    plain = layer(scale)
    packed = write_blob(layout, gzip.compress(plain, 6, mtime=0))
    path = layout / "blobs/sha256" / packed["digest"].removeprefix("sha256:")
    (target / "blobs").write_text(f"{path} 0 {packed['size']} gzip\n")  # for the floor
    config = write_blob(layout, json.dumps({
        "architecture": "amd64", "os": "linux", "rootfs": {
            "type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(plain).hexdigest()]},
    }).encode())
    kind = "application/vnd.oci.image"
    manifest = write_blob(layout, json.dumps({
        "schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json",
        "config": {"mediaType": f"{kind}.config.v1+json", **config},
        "layers": [{"mediaType": f"{kind}.layer.v1.tar+gzip", **packed}]}).encode())
    (layout / "index.json").write_text(json.dumps({
        "schemaVersion": 2,
        "manifests": [{"mediaType": f"{kind}.manifest.v1+json", **manifest}]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return target
