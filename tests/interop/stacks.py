"""The files of stacks of layers, as we see them and as others unpack them.

usage: stacks.py LAYER_LIST replay|peers
replay: the stacks kept in tests/data/stacks with the files that all agreed on.
peers: stacks from seeds against `umoci raw unpack` and bsdtar (libarchive). One that differs is made
smaller member by member and written to $LACRE_STACKS_OUT (default: the build directory), to be looked
at, judged and kept in tests/data/stacks.
LACRE_STACK_SEEDS=FROM-TO chooses other seeds.
"""

import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "house"))
import stack as stacks  # noqa: E402
from tap import Skip, run  # noqa: E402

program, mode = sys.argv[1:]
SOURCE = pathlib.Path(os.environ.get("LACRE_SOURCE_ROOT", pathlib.Path(__file__).resolve().parents[2]))
KEPT = SOURCE / "tests" / "data" / "stacks"
OUT = pathlib.Path(os.environ.get("LACRE_STACKS_OUT", os.environ.get("LACRE_BUILD_ROOT", ".")))
FIRST, LAST = map(int, os.environ.get("LACRE_STACK_SEEDS", "0-149").split("-"))


class Failed(Exception):
    """A program could not unpack the stack at all."""


def call(*args, **kw):
    done = subprocess.run(list(map(str, args)), capture_output=True, **kw)
    if done.returncode:
        raise Failed(f"{args[0]}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


# ---- lists: path -> (type, size, digest, target) ----

def ours(stack):
    with tempfile.TemporaryDirectory() as d:
        stacks.write(stack, d + "/image")
        text = call(program, d + "/image").decode()
    out = {}
    for line in text.splitlines():
        kind, size, digest, target, path = line.split(" ")
        path = stacks.name_text(bytes.fromhex(path))
        if path in out:
            raise Failed(f"{path!r} twice")
        target = "" if target == "-" else stacks.name_text(bytes.fromhex(target))
        out[path] = [kind, int(size), digest, target]
    return out


def files_below(root):
    out = {}
    for directory, dirs, files in os.walk(os.fsencode(root)):
        for name in dirs + files:
            full = os.path.join(directory, name)
            path = stacks.name_text(os.path.relpath(full, os.fsencode(root)))
            info = os.lstat(full)
            if stat.S_ISLNK(info.st_mode):
                out[path] = ["l", 0, "-", stacks.name_text(os.readlink(full))]
            elif stat.S_ISDIR(info.st_mode):
                out[path] = ["d", 0, "-", ""]
            else:
                with open(full, "rb") as f:
                    digest = hashlib.sha256(f.read()).hexdigest()
                out[path] = ["f", info.st_size, "sha256:" + digest, ""]
    return out


def umoci(stack):
    """umoci 0.4 knows no zstd, so it gets those layers in gzip: the same tar, the same diff id."""
    if not shutil.which("umoci"):
        raise Skip("umoci is not installed")
    with tempfile.TemporaryDirectory() as d:
        stacks.write(stack, d + "/image", zstd=False)
        call("umoci", "raw", "unpack", "--rootless", "--image", d + "/image:t", d + "/root")
        return files_below(d + "/root")


def remove(path):
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


def libarchive(stack):
    """bsdtar knows nothing of whiteouts: they are carried out before the rest of their layer. It keeps a
    directory that has something in it where a file should be, and a directory member where a symbolic link is."""
    if not shutil.which("bsdtar"):
        raise Skip("bsdtar (libarchive-tools) is not installed")
    with tempfile.TemporaryDirectory() as d:
        root = pathlib.Path(d) / "root"
        root.mkdir()
        for layer in stack:
            for m in layer["members"]:
                at = root / m["path"]
                if m["type"] == "whiteout":
                    remove(at)
                elif m["type"] == "opaque" and at.is_dir() and not at.is_symlink():
                    for child in at.iterdir():
                        remove(child)
            for m in layer["members"]:
                # One by one, as the peer has no way to replace a full directory.
                if m["type"] in ("whiteout", "opaque"):
                    continue
                at = root / m["path"]
                if m["type"] != "dir" or at.is_symlink() or not at.is_dir():
                    if m["type"] != "hardlink" or at != root / m["target"]:
                        remove(at)
                tar = stacks.tar_of({"members": [m], "format": layer["format"]})
                call("bsdtar", "-x", "-f", "-", "--no-same-owner", "-C", root, input=tar)
        return files_below(root)


PEERS = {"umoci": umoci, "libarchive": libarchive}


# ---- comparing ----

def differences(want, got):
    out = []
    for path in sorted(set(want) | set(got)):
        if want.get(path) != got.get(path):
            out.append(f"{path[:60]!r}: we have {got.get(path)}, the peer {want.get(path)}")
    return out


def differs(stack, peer):
    """What differs, and whether both could unpack it."""
    try:
        return differences(peer(stack), ours(stack)), True
    except Failed as why:
        return [str(why)], False


def smaller(stack):
    """The stack without one layer, without one member."""
    for i in range(len(stack)):
        if len(stack) > 1:
            yield stack[:i] + stack[i + 1:]
    for i, layer in enumerate(stack):
        for k in range(len(layer["members"])):
            yield stack[:i] + [dict(layer, members=layer["members"][:k] + layer["members"][k + 1:])] + stack[i + 1:]


def is_whole(stack):
    """Hard links still name a file that stands before them in their layer."""
    for layer in stack:
        seen = set()
        for m in layer["members"]:
            if m["type"] == "hardlink" and m["target"] not in seen:
                return False
            if m["type"] in ("file", "hardlink"):
                seen.add(m["path"])
    return True


def shrink(stack, peer):
    kind = differs(stack, peer)[1]
    again = True
    while again:
        again = False
        for candidate in smaller(stack):
            found, unpacked = differs(candidate, peer) if is_whole(candidate) else ([], kind)
            if found and unpacked == kind:
                stack, again = candidate, True
                break
    return stack


def keep(name, stack):
    path = OUT / f"stack-{name}.json"
    path.write_text(json.dumps({"layers": stack}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def compare(name, peer):
    wrong = []
    total = 0
    for seed in range(FIRST, LAST + 1):
        stack = stacks.draw(seed)
        total += sum(len(layer["members"]) for layer in stack)
        if differs(stack, peer)[0]:
            small = shrink(stack, peer)
            wrong.append(f"seed {seed}: {keep(f'{name}-{seed}', small)}")
            wrong += ["  " + d for d in differs(small, peer)[0][:5]]
    if total < LAST - FIRST:
        wrong.append(f"only {total} members in all")
    return wrong


def kept():
    out = []
    for path in sorted(KEPT.glob("*.json")):
        doc = json.loads(path.read_text(encoding="utf-8"))
        out.append((f"{path.stem}: {doc['why']}", lambda d=doc: differences(d["files"], ours(d["layers"]))))
    return out or [("stacks are kept", lambda: [f"nothing in {KEPT}"])]


if mode == "replay":
    run(kept())
else:
    run([(f"random stacks of layers give the files of {name}", lambda n=name, p=peer: compare(n, p))
         for name, peer in PEERS.items()])
