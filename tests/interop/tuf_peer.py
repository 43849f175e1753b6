#!/usr/bin/env python3
"""Repositories of The Update Framework made with python-tuf, served over HTTP: lacre's client and
python-tuf's own take the same ones and refuse the same ones.

usage: tuf_peer.py LACRE
"""

import datetime
import functools
import http.server
import json
import os
import pathlib
import shutil
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "house"), str(HERE.parent / "e2e")]

import tap  # noqa: E402
from peer_python import python_with  # noqa: E402
from program import Program  # noqa: E402

if os.environ.get("LACRE_PEER") != "tuf":
    try:
        own = python_with("sigstore")
    except tap.Skip as missing:
        print(f"1..0 # SKIP {missing}")
        sys.exit(0)
    os.execve(own, [str(own), *sys.argv], {**os.environ, "LACRE_PEER": "tuf"})

from fake_sigstore import Services  # noqa: E402
from securesystemslib.signer import CryptoSigner  # noqa: E402
from tuf.api.metadata import (Metadata, MetaFile, Root, Snapshot, TargetFile,  # noqa: E402
                              Targets, Timestamp)
from tuf.api.serialization.json import JSONSerializer  # noqa: E402
from tuf.ngclient import Updater  # noqa: E402

WORK = pathlib.Path(tempfile.mkdtemp(prefix="lacre-tuf-"))
ROLES = ("root", "timestamp", "snapshot", "targets")
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
TARGET = "trusted_root.json"
CONFIG = "signing_config.v0.2.json"


def in_days(n):
    return NOW + datetime.timedelta(days=n)


class Repository:
    """Metadata that a test may change before publish() signs and writes it."""

    def __init__(self, name, files):
        self.dir = WORK / name / "mirror"
        (self.dir / "targets").mkdir(parents=True)
        self.keys = {r: [CryptoSigner.generate_ecdsa() for _ in range(3 if r == "root" else 1)]
                     for r in ROLES}
        self.root = Root(version=1, expires=in_days(300), consistent_snapshot=True)
        self.timestamp = Timestamp(version=1, expires=in_days(1))
        self.snapshot = Snapshot(version=1, expires=in_days(7))
        self.targets = Targets(version=1, expires=in_days(30))
        for role, signers in self.keys.items():
            for signer in signers:
                self.root.add_key(signer.public_key, role)
        self.root.roles["root"].threshold = 2
        for path, content in files.items():
            self.add(path, content)
        self.sign_root(self.keys["root"])
        self.first = WORK / name / "root.json"
        shutil.copy(self.dir / "1.root.json", self.first)
        self.publish()

    def add(self, path, content):
        target = TargetFile.from_data(path, content, ["sha256"])
        self.targets.targets[path] = target
        (self.dir / "targets" / f"{target.hashes['sha256']}.{path}").write_bytes(content)

    def write(self, name, value, signers):
        signed = Metadata(value)
        for signer in signers:
            signed.sign(signer, append=True)
        data = signed.to_bytes(JSONSerializer(compact=False))
        (self.dir / name).write_bytes(data)
        return data

    def sign_root(self, signers):
        self.write(f"{self.root.version}.root.json", self.root, signers)

    def rotate(self, signers=None):
        """A new root with new keys, signed by those of the old and the new one."""
        old = self.keys["root"]
        new = [CryptoSigner.generate_ecdsa() for _ in range(3)]
        for signer in old:
            self.root.revoke_key(signer.public_key.keyid, "root")
        for signer in new:
            self.root.add_key(signer.public_key, "root")
        self.root.version += 1
        self.keys["root"] = new
        self.sign_root(signers(old, new) if signers else old[:2] + new[:2])

    def publish(self):
        t, s = self.targets, self.snapshot
        data = self.write(f"{t.version}.targets.json", t, self.keys["targets"])
        s.meta["targets.json"] = MetaFile(t.version, len(data))
        data = self.write(f"{s.version}.snapshot.json", s, self.keys["snapshot"])
        self.timestamp.snapshot_meta = MetaFile.from_data(s.version, data, ["sha256"])
        self.write("timestamp.json", self.timestamp, self.keys["timestamp"])

    def next(self):
        self.targets.version += 1
        self.snapshot.version += 1
        self.timestamp.version += 1


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Mirror:
    def __init__(self, directory):
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(directory)))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Clients:
    """Both, each with a place of its own that stays between runs."""

    def __init__(self, name, repository, url):
        self.dir, self.url, self.first = WORK / name, url, repository.first
        self.begun = False

    def lacre(self):
        """The target, or None with the error line in self.said."""
        home = self.dir / "lacre"
        root = () if self.begun else ("--root", self.first)
        done = Program(sys.argv[1]).run("initialize", "--mirror", self.url, *root, "--timeout", "20s",
                                        env={"TUF_ROOT": str(home), "HOME": str(WORK)}, timeout=60)
        self.said = done.stderr.decode()
        if done.returncode:
            return None
        return (home / TARGET).read_bytes()

    def peer(self):
        home, out = self.dir / "peer", self.dir / "peer-targets"
        home.mkdir(parents=True, exist_ok=True)
        out.mkdir(parents=True, exist_ok=True)
        first = None if self.begun else self.first.read_bytes()
        try:
            updater = Updater(str(home), self.url, str(out), self.url + "targets/", bootstrap=first)
            updater.refresh()
            info = updater.get_targetinfo(TARGET)
            return pathlib.Path(updater.download_target(info)).read_bytes()
        except Exception as e:  # any refusal is one
            self.why = f"{type(e).__name__}: {e}"
            return None

    def both(self, what, want, word=""):
        if not self.begun:  # what a failed run got is no beginning
            for name in ("lacre", "peer", "peer-targets"):
                shutil.rmtree(self.dir / name, ignore_errors=True)
        ours, theirs = self.lacre(), self.peer()
        if theirs != want:
            yield f"{what}: python-tuf gives {theirs and theirs[:40]} ({getattr(self, 'why', '')})"
        if ours != want:
            yield f"{what}: lacre gives {ours and ours[:40]}: {self.said}"
        if want is None and (len(self.said.splitlines()) != 1 or word not in self.said):
            yield f"{what}: no {word!r} in one line: {self.said!r}"
        self.begun = self.begun or want is not None


def with_mirror(fn):
    def run():
        with Services(WORK / fn.__name__ / "services") as s:
            content = json.dumps(s.trusted_root()).encode()
            config = json.dumps(s.signing_config((1,))).encode()
        repository = Repository(fn.__name__, {TARGET: content, CONFIG: config})
        with Mirror(repository.dir) as mirror:
            clients = Clients(fn.__name__, repository, mirror.url)
            yield from fn(repository, clients, content)
    return run


def fresh_and_again(repository, clients, content):
    home = clients.dir / "lacre"
    yield from clients.both("at first", content)
    if not (home / CONFIG).exists():
        yield "the services to sign with are not kept"
    yield from clients.both("again", content)
    changed = content.replace(b'"test"', b'"news"')
    repository.next()
    repository.add(TARGET, changed)
    del repository.targets.targets[CONFIG]
    repository.publish()
    yield from clients.both("news", changed)
    if (home / CONFIG).exists():
        yield "services that the mirror took back are kept"


def roots_rotate(repository, clients, content):
    repository.rotate()
    yield from clients.both("two roots", content)
    for _ in range(3):
        repository.rotate()
    repository.next()
    repository.publish()
    yield from clients.both("three more, all keys new", content)


def roots_signed_by_too_few(repository, clients, content):
    yield from clients.both("at first", content)
    repository.rotate(lambda old, new: old[:1] + new[:2])
    yield from clients.both("one of the old keys", None, "root")
    repository.sign_root(repository.keys["root"][:2])
    yield from clients.both("none of the old keys", None, "root")


def roots_not_signed_by_themselves(repository, clients, content):
    repository.rotate(lambda old, new: old)
    yield from clients.both("no new key", None, "root")


def roots_that_skip_a_version(repository, clients, content):
    repository.root.version = 3
    repository.write("2.root.json", repository.root, repository.keys["root"])
    yield from clients.both("2.root.json says 3", None, "root")


def what_is_expired(repository, clients, content):
    yield from clients.both("at first", content)
    for role in ("timestamp", "snapshot", "targets"):
        value = getattr(repository, role)
        before, value.expires = value.expires, in_days(-1)
        repository.next()
        repository.publish()
        yield from clients.both(f"{role} is expired", None, "expired")
        value.expires = before
    repository.next()
    repository.publish()
    yield from clients.both("all is fresh again", content)


def an_expired_root(repository, clients, content):
    repository.root.expires = in_days(-1)
    repository.rotate()
    yield from clients.both("an expired root", None, "expired")
    # What came after it may heal it.
    repository.root.expires = in_days(300)
    repository.rotate()
    yield from clients.both("and a fresh one behind it", content)


def what_goes_back(repository, clients, content):
    repository.timestamp.version = repository.snapshot.version = repository.targets.version = 5
    repository.publish()
    yield from clients.both("at first", content)
    repository.timestamp.version = 4
    repository.publish()
    yield from clients.both("timestamp", None, "older")
    repository.timestamp.version, repository.snapshot.version = 6, 4
    repository.publish()
    yield from clients.both("snapshot", None, "older")
    repository.timestamp.version, repository.snapshot.version = 7, 6
    repository.targets.version = 4
    repository.publish()
    yield from clients.both("targets", None, "older")


def an_older_root_given_again(repository, clients, content):
    repository.rotate()
    yield from clients.both("at first", content)
    kept = (clients.dir / "lacre/root.json").read_bytes()
    (repository.dir / "2.root.json").unlink()
    clients.begun = False  # with --root once more
    if clients.lacre() is not None or "root version 1" not in clients.said:
        yield f"a mirror that forgot a root is taken: {clients.said!r}"
    if (clients.dir / "lacre/root.json").read_bytes() != kept:
        yield "what was kept was changed"


def what_was_changed(repository, clients, content):
    for path in repository.dir.glob(f"targets/*.{TARGET}"):
        path.write_bytes(content.replace(b"test", b"TEST"))
    yield from clients.both("the target", None, TARGET)
    for path in repository.dir.glob(f"targets/*.{TARGET}"):
        path.write_bytes(content)
    for name in ("timestamp.json", "1.snapshot.json", "1.targets.json"):
        path = repository.dir / name
        good = path.read_bytes()
        path.write_bytes(good.replace(b'"version": 1', b'"version": 2', 1))
        yield from clients.both(name, None, name.split(".")[-2])
        path.write_bytes(good[:-20])
        yield from clients.both(f"{name}, cut", None)
        path.unlink()
        yield from clients.both(f"{name}, gone", None)
        path.write_bytes(good)
    yield from clients.both("whole again", content)


def keys_of_others(repository, clients, content):
    for role in ("timestamp", "snapshot", "targets"):
        right = repository.keys[role]
        repository.keys[role] = [CryptoSigner.generate_ecdsa()]
        repository.next()
        repository.publish()
        yield from clients.both(f"{role} by a key that the root does not name", None, role)
        repository.keys[role] = right


CASES = [fresh_and_again, roots_rotate, roots_signed_by_too_few, roots_not_signed_by_themselves,
         roots_that_skip_a_version, what_is_expired, an_expired_root, what_goes_back,
         an_older_root_given_again,
         what_was_changed, keys_of_others]
try:
    tap.run([(f.__name__, with_mirror(f)) for f in CASES])
finally:
    shutil.rmtree(WORK, ignore_errors=True)
