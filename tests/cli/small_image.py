"""Small OCI images made for tests: Debian 12 with packages that the starter database knows."""

import gzip
import hashlib
import io
import json
import pathlib
import tarfile

OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nNAME="Debian GNU/Linux"\n'


def paragraph(name, version):
    return (f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n"
            f"Maintainer: Debian <debian@lists.debian.org>\nVersion: {version}\n\n").encode()


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def default_layers():
    """Layers that a scan reads in any order and must report in one."""
    status = [paragraph("openssl", "3.0.9-1"), paragraph("zlib1g", "1:1.2.13.dfsg-1"),
              paragraph("apt", "2.6.1"), paragraph("libperl5.36", "5.36.0-7")]
    layers = [{"etc/os-release": OS_RELEASE, "etc/debian_version": b"12.0\n"}]
    for i in range(len(status)):
        layers.append({"var/lib/dpkg/status": b"".join(status[:i + 1]),
                       f"usr/share/big{i}": bytes([i]) * 300000})
    return layers


class Image:
    """members: path -> bytes of an OCI layout; spoil them before writing."""

    def __init__(self, layers=None, architecture="amd64", tag="1"):
        self.members = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
        blobs, ids = [], []
        for files in layers or default_layers():
            tar = tar_of(files)
            ids.append(digest(tar))
            blobs.append(self.blob(gzip.compress(tar, mtime=0),
                                   "application/vnd.oci.image.layer.v1.tar+gzip"))
        self.layer_paths = ["blobs/" + b["digest"].replace(":", "/") for b in blobs]
        config = self.blob(json.dumps({
            "architecture": architecture, "os": "linux", "created": "2026-01-01T00:00:00Z",
            "rootfs": {"type": "layers", "diff_ids": ids}, "config": {},
        }).encode(), "application/vnd.oci.image.config.v1+json")
        manifest = self.blob(json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": blobs,
        }).encode(), "application/vnd.oci.image.manifest.v1+json")
        manifest["platform"] = {"os": "linux", "architecture": architecture}
        manifest["annotations"] = {"org.opencontainers.image.ref.name": tag}
        self.members["index.json"] = json.dumps(
            {"schemaVersion": 2, "manifests": [manifest]}).encode()

    def blob(self, content, media_type):
        name = digest(content)
        self.members["blobs/" + name.replace(":", "/")] = content
        return {"mediaType": media_type, "digest": name, "size": len(content)}

    def write_tar(self, path):
        pathlib.Path(path).write_bytes(tar_of(self.members))
        return path

    def write_dir(self, path):
        for name, content in self.members.items():
            target = pathlib.Path(path) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return path
