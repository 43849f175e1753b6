#!/usr/bin/env python3
"""Key files of the program: made, imported, opened; never replaced, never shown.

usage: signing_keys.py LACRE
"""

import base64
import fcntl
import hashlib
import json
import os
import pathlib
import pty
import select
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import time

from program import Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)


def folder(name):
    path = ROOT / name
    path.mkdir()
    return path


def call(*args, cwd, password="secret", **kw):
    env = {} if password is None else {"LACRE_PASSWORD": password}
    return lacre.run(*args, cwd=cwd, env={**env, **kw.pop("env", {})}, **kw)


def refused(done, *words, status=None):
    err = done.stderr.decode()
    if done.returncode == 0 or (status and done.returncode != status):
        yield f"{done.args[1:]}: exit status {done.returncode}: {err!r}"
    if len(err.splitlines()) != 1:
        yield f"{done.args[1:]}: not one line: {err!r}"
    for word in words:
        if word not in err:
            yield f"{done.args[1:]}: no {word!r} in {err!r}"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def openssl(*args, **kw):
    return subprocess.run(["openssl", *map(str, args)], capture_output=True, check=True, **kw)


def a_pair_has_its_modes_and_belongs_together():
    here = folder("pair")
    for kind, prefix in (("ecdsa-p256", "lacre"), ("ecdsa-p384", "b"), ("ecdsa-p521", "c"),
                         ("ed25519", "d"), ("rsa", "e")):
        args = [] if prefix == "lacre" else ["--output-key-prefix", prefix, "--key-type", kind]
        done = call("generate-key-pair", *args, cwd=here)
        key, pub = here / f"{prefix}.key", here / f"{prefix}.pub"
        if done.returncode:
            yield f"{kind}: {done.stderr!r}"
            continue
        if mode(key) != 0o600 or mode(pub) != 0o644:
            yield f"{kind}: modes {mode(key):o} {mode(pub):o}"
        if b"ENCRYPTED SIGSTORE PRIVATE KEY" not in key.read_bytes():
            yield f"{kind}: {key.read_bytes()[:60]}"
        if call("public-key", "--key", key, cwd=here).stdout != pub.read_bytes():
            yield f"{kind}: public-key shows another key than the file has"
        openssl("pkey", "-pubin", "-in", pub, "-noout")


def nothing_that_is_there_is_replaced():
    here = folder("there")
    for taken in ("x.key", "x.pub"):
        (here / taken).write_text("mine")
        yield from refused(call("generate-key-pair", "--output-key-prefix", "x", cwd=here),
                           taken, "never replaced", status=2)
        if sorted(p.name for p in here.iterdir()) != [taken]:
            yield f"files beside {taken}: {list(here.iterdir())}"
        (here / taken).unlink()
    # A link to nowhere is there, too: what it points to must not come into being.
    (here / "x.key").symlink_to(here / "elsewhere")
    yield from refused(call("generate-key-pair", "--output-key-prefix", "x", cwd=here), "x.key")
    if (here / "elsewhere").exists():
        yield "a key went through a link"


def a_link_that_appears_while_the_password_is_typed_is_refused():
    here = folder("race")
    child = subprocess.Popen([lacre.path, "generate-key-pair", "--output-key-prefix", "x"],
                             cwd=here, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={k: v for k, v in os.environ.items() if "PASSWORD" not in k})
    # It has looked for the files once it waits for the password.
    until = time.monotonic() + 60
    while "poll" not in pathlib.Path(f"/proc/{child.pid}/wchan").read_text():
        if child.poll() is not None or time.monotonic() > until:
            child.kill()
            yield f"it ended, or does not wait: {child.stderr.read()!r}"
            return
    (here / "x.key").symlink_to(here / "elsewhere")
    child.stdin.write(b"secret\n")
    child.stdin.close()
    err = child.stderr.read()
    if child.wait() == 0 or b"there already" not in err or (here / "elsewhere").exists():
        yield f"{child.returncode} {err!r}"


def passwords_come_from_the_environment_first():
    here = folder("environment")
    call("generate-key-pair", cwd=here, check=True, env={"COSIGN_PASSWORD": "other"})
    key = here / "lacre.key"
    if call("public-key", "--key", key, cwd=here).returncode:
        yield "LACRE_PASSWORD does not go before COSIGN_PASSWORD"
    yield from refused(call("public-key", "--key", key, cwd=here, password=None,
                            env={"COSIGN_PASSWORD": "other"}), "password", str(key))
    done = call("public-key", "--key", "env://MY_KEY", cwd=here, password=None,
                env={"COSIGN_PASSWORD": "secret", "MY_KEY": key.read_text()})
    if done.stdout != (here / "lacre.pub").read_bytes():
        yield f"env://: {done.stderr!r}"


def an_empty_password_is_a_password():
    here = folder("empty")
    call("generate-key-pair", cwd=here, password="", check=True)
    if call("public-key", "--key", "lacre.key", cwd=here, password="").returncode:
        yield "not opened"
    yield from refused(call("public-key", "--key", "lacre.key", cwd=here, password="x"),
                       "password")


def no_password_at_all_makes_no_key():
    here = folder("nothing")
    env = {k: v for k, v in os.environ.items() if "PASSWORD" not in k}
    done = subprocess.run([lacre.path, "generate-key-pair"], stdin=subprocess.DEVNULL, cwd=here,
                          env=env, capture_output=True, check=False)
    yield from refused(done, "LACRE_PASSWORD")
    if list(here.iterdir()):
        yield "a key was made"


def a_pipe_gives_the_password():
    here = folder("pipe")
    env = {k: v for k, v in os.environ.items() if "PASSWORD" not in k}
    for text in (b"from a pipe\n", b"from a pipe", b"from a pipe\r\n"):
        prefix = f"p{len(text)}"
        done = subprocess.run([lacre.path, "generate-key-pair", "--output-key-prefix", prefix],
                              input=text, cwd=here, env=env, capture_output=True, check=False)
        if done.returncode:
            yield f"{text}: {done.stderr!r}"
        elif call("public-key", "--key", f"{prefix}.key", cwd=here,
                  password="from a pipe").returncode:
            yield f"{text}: another password was taken"


def on_a_terminal(args, cwd, *answers):
    """What stands on a terminal of its own after each prompt got its answer, and the status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        env = {k: v for k, v in os.environ.items() if "PASSWORD" not in k}
        os.execve(lacre.path, [lacre.path, *map(str, args)], {**env, "LC_ALL": "C"})
    seen, left = b"", list(answers)
    while True:
        if not select.select([terminal], [], [], 60)[0]:
            seen += b" TIMEOUT"
            break
        try:
            got = os.read(terminal, 4096)
        except OSError:
            break
        if not got:
            break
        seen += got
        if left and got.endswith(b": "):
            os.write(terminal, left.pop(0) + b"\n")
    os.close(terminal)
    return seen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def a_terminal_is_asked_twice_and_shows_nothing():
    here = folder("terminal")
    seen, status = on_a_terminal(["generate-key-pair"], here, b"typed unseen", b"typed unseen")
    if status or b"typed" in seen or b"again" not in seen:
        yield f"{status} {seen!r}"
    if call("public-key", "--key", "lacre.key", cwd=here, password="typed unseen").returncode:
        yield "another password was taken"
    seen, status = on_a_terminal(["public-key", "--key", "lacre.key"], here, b"typed unseen")
    if status or b"typed" in seen or b"BEGIN PUBLIC KEY" not in seen:
        yield f"{status} {seen!r}"
    seen, status = on_a_terminal(["generate-key-pair", "--output-key-prefix", "y"], here,
                                 b"one", b"two")
    if status == 0 or b"differ" not in seen or (here / "y.key").exists():
        yield f"two passwords: {status} {seen!r}"


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def a_terminal_echoes_again_whatever_ends_the_question():
    """One signal ends the read; two at once leave no time for that: the program is gone at once."""
    here = folder("echo")
    for together in ((signal.SIGINT,), (signal.SIGTERM, signal.SIGINT)):
        ours, terminal = pty.openpty()
        env = {k: v for k, v in os.environ.items() if "PASSWORD" not in k}
        child = subprocess.Popen([lacre.path, "generate-key-pair"], cwd=here, env=env, stdin=terminal,
                                 stdout=terminal, stderr=terminal, start_new_session=True,
                                 preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        seen = b""
        while not seen.endswith(b": ") and select.select([ours], [], [], 60)[0]:
            seen += os.read(ours, 4096)
        if echoes(terminal):
            yield f"what is typed is shown: {seen}"
        child.send_signal(signal.SIGSTOP)
        os.waitpid(child.pid, os.WUNTRACED)
        for number in together:
            child.send_signal(number)
        child.send_signal(signal.SIGCONT)
        status = child.wait(60)
        if status not in (128 + number for number in together):
            yield f"{together}: {status}"
        if not echoes(terminal):
            yield f"{together}: what is typed stays hidden"
        os.close(ours)
        os.close(terminal)
    if list(here.iterdir()):
        yield "a key was made"


def keys_of_openssl_are_imported():
    here = folder("import")
    made = {
        "sec1": ["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
        "pkcs1": ["genrsa", "-traditional", "2048"],
        "pkcs8-ec": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        "pkcs8-rsa": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "pkcs8-ed25519": ["genpkey", "-algorithm", "ED25519"],
    }
    for name, args in made.items():
        openssl(args[0], "-out", here / f"{name}.pem", *args[1:])
        done = call("import-key-pair", "--key", f"{name}.pem", "--output-key-prefix", name,
                    cwd=here)
        if done.returncode:
            yield f"{name}: {done.stderr!r}"
            continue
        want = openssl("pkey", "-in", here / f"{name}.pem", "-pubout").stdout
        if (here / f"{name}.pub").read_bytes() != want:
            yield f"{name}: another public key than openssl's"
        if mode(here / f"{name}.key") != 0o600:
            yield f"{name}: {mode(here / f'{name}.key'):o}"
    done = call("import-key-pair", "--key", "sec1.pem", cwd=here)
    if done.returncode or not (here / "import-lacre.key").exists():
        yield f"no prefix: {done.stderr!r}"
    openssl("genrsa", "-out", here / "weak.pem", "-traditional", "1024")
    yield from refused(call("import-key-pair", "--key", "weak.pem", "--output-key-prefix", "w",
                            cwd=here), "weak.pem")
    (here / "no.pem").write_text("no key\n")
    yield from refused(call("import-key-pair", "--key", "no.pem", "--output-key-prefix", "n",
                            cwd=here), "no.pem")
    yield from refused(call("import-key-pair", "--key", "absent.pem", cwd=here), "absent.pem")


def damaged_files_are_one_clear_error():
    here = folder("damaged")
    call("generate-key-pair", cwd=here, check=True)
    text = (here / "lacre.key").read_text()
    lines = text.splitlines()
    body = json.loads(base64.b64decode("".join(lines[1:-1])))

    def write(name, value):
        coded = base64.b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()
        (here / name).write_text(f"{lines[0]}\n{coded}\n{lines[-1]}\n")

    flipped = bytearray(base64.b64decode(body["ciphertext"]))
    flipped[-1] ^= 1
    write("flip.key", {**body, "ciphertext": base64.b64encode(flipped).decode()})
    cost = {**body["kdf"], "params": {"N": 1 << 20, "r": 8, "p": 1}}
    write("cost.key", {**body, "kdf": cost})
    (here / "cut.key").write_text(text[:len(text) // 2])
    (here / "empty.key").write_text("")
    for name in ("flip.key", "cost.key", "cut.key", "empty.key", "lacre.pub"):
        yield from refused(call("public-key", "--key", name, cwd=here), name)


def salsa20(key, block, add):
    """Salsa20/20 of 16 bytes of nonce and counter; HSalsa20 without the last addition."""
    words = struct.unpack("<4I", b"expand 32-byte k")
    k, n = struct.unpack("<8I", key), struct.unpack("<4I", block)
    x = start = [words[0], *k[:4], words[1], *n, words[2], *k[4:], words[3]]
    x = list(x)

    def quarter(a, b, c, d):
        for to, one, two, bits in ((b, a, d, 7), (c, b, a, 9), (d, c, b, 13), (a, d, c, 18)):
            v = (x[one] + x[two]) & 0xffffffff
            x[to] ^= (v << bits | v >> 32 - bits) & 0xffffffff

    for _ in range(10):
        for i in range(4):
            quarter(*[(5 * i + 4 * j) % 16 for j in range(4)])
        for i in range(4):
            quarter(*[4 * i + (i + j) % 4 for j in range(4)])
    if not add:
        return struct.pack("<8I", x[0], x[5], x[10], x[15], *x[6:10])
    return struct.pack("<16I", *[(p + q) & 0xffffffff for p, q in zip(x, start)])


def open_box(key, nonce, box):
    """NaCl's secretbox: XSalsa20 and Poly1305, the tag in front."""
    inner = salsa20(key, nonce[:16], False)
    stream = b"".join(salsa20(inner, nonce[16:] + struct.pack("<Q", i), True)
                      for i in range(len(box) // 64 + 2))
    r = int.from_bytes(stream[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    sealed, total = box[16:], 0
    for i in range(0, len(sealed), 16):
        total = (total + int.from_bytes(sealed[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    tag = (total + int.from_bytes(stream[16:32], "little")) % 2**128
    if tag.to_bytes(16, "little") != box[:16]:
        raise ValueError("the tag does not hold")
    return bytes(a ^ b for a, b in zip(sealed, stream[32:]))


def the_format_is_recomputed_independently():
    """Scrypt by hashlib, the box by what is written above: what cosign reads and writes."""
    here = folder("format")
    call("generate-key-pair", cwd=here, check=True)
    lines = (here / "lacre.key").read_text().splitlines()
    raw = base64.b64decode("".join(lines[1:-1]))
    body = json.loads(raw)
    if json.dumps(body, separators=(",", ":")).encode() != raw:
        yield "not compact, or in another order of members"
    if list(body) != ["kdf", "cipher", "ciphertext"] or body["kdf"]["name"] != "scrypt":
        yield f"{list(body)} {body['kdf']}"
    p = body["kdf"]["params"]
    if (p["N"], p["r"], p["p"]) != (65536, 8, 1):
        yield f"{p}"
    key = hashlib.scrypt(b"secret", salt=base64.b64decode(body["kdf"]["salt"]), n=p["N"],
                         r=p["r"], p=p["p"], dklen=32, maxmem=1 << 28)
    plain = open_box(key, base64.b64decode(body["cipher"]["nonce"]),
                     base64.b64decode(body["ciphertext"]))
    want = openssl("pkey", "-inform", "DER", "-pubout", input=plain).stdout
    if want != (here / "lacre.pub").read_bytes():
        yield "the box holds another key"


def keys_of_cosign_and_skopeo_open_as_expected():
    data = data_dir()
    if data is None:
        raise Skip("the shared test data is not here")
    index = json.loads((data / "cosign/index.json").read_text(encoding="utf-8"))
    cases = [c for c in index["cases"] if c["kind"] == "key"]
    if len(cases) < 10:
        yield f"{len(cases)} cases"
    for case in cases:
        done = call("public-key", "--key", data / "cosign" / case["private"], cwd=ROOT,
                    password=None, env={"COSIGN_PASSWORD": case["password"]})
        passed = done.returncode == 0 and \
            done.stdout == (data / "cosign" / case["public"]).read_bytes()
        if passed != (case["expect"] == "pass"):
            yield f"{case['case']}: {done.returncode} {done.stderr!r}"
        if not passed:
            yield from refused(done)


run([(check.__name__, check) for check in (
    a_pair_has_its_modes_and_belongs_together,
    nothing_that_is_there_is_replaced,
    a_link_that_appears_while_the_password_is_typed_is_refused,
    passwords_come_from_the_environment_first,
    an_empty_password_is_a_password,
    no_password_at_all_makes_no_key, a_pipe_gives_the_password,
    a_terminal_is_asked_twice_and_shows_nothing,
    a_terminal_echoes_again_whatever_ends_the_question,
    keys_of_openssl_are_imported,
    damaged_files_are_one_clear_error,
    the_format_is_recomputed_independently,
    keys_of_cosign_and_skopeo_open_as_expected,
)])
