#!/usr/bin/env python3
"""Keys on PKCS#11 tokens through the program, with SoftHSM in a folder of its own: made there,
signing there, never leaving; PINs that are wrong, missing or nearly locked are tried at most once.

usage: tokens.py LACRE TOKEN_SHIM
"""

import base64
import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

from program import Program  # noqa: E402
from small_image import Image  # noqa: E402
from tap import Skip, run  # noqa: E402

lacre = Program(sys.argv[1])
SHIM = pathlib.Path(sys.argv[2]).resolve()
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)
UTIL = shutil.which("softhsm2-util")
MODULE = next((p for p in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
                           "/usr/lib/pkcs11/libsofthsm2.so") if os.path.exists(p)), None)
PIN = "482913"
ENV = {"SOFTHSM2_CONF": str(ROOT / "softhsm2.conf"), "HOME": str(ROOT),
       "XDG_CONFIG_HOME": str(ROOT), "LACRE_PKCS11_MODULE_PATH": str(MODULE)}
# SoftHSM forgets a string for each Ed25519 key that it makes; frames must be known to tell that.
(ROOT / "leaks").write_text("leak:libsofthsm2\n")
ENV["LSAN_OPTIONS"] = f"suppressions={ROOT}/leaks:print_suppressions=0"
ENV["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":fast_unwind_on_malloc=0"
KINDS = {"ecdsa-p256": ["-sha256"], "ecdsa-p384": ["-sha384"], "ecdsa-p521": ["-sha512"],
         "rsa": ["-sha256"], "ed25519": None}


def token():
    """Two tokens, made once."""
    if not UTIL or not MODULE:
        raise Skip("SoftHSM is not installed (softhsm2)")
    if not (ROOT / "tokens").exists():
        (ROOT / "tokens").mkdir()
        (ROOT / "softhsm2.conf").write_text(f"directories.tokendir = {ROOT}/tokens\n"
                                            "objectstore.backend = file\nlog.level = ERROR\n")
        for label in ("Build", "Other", "Twin", "Twin"):
            subprocess.run([UTIL, "--init-token", "--free", "--label", label, "--pin", PIN,
                            "--so-pin", "99999999"], env={**os.environ, **ENV}, check=True,
                           capture_output=True)
    return "pkcs11:token=Build"


def call(*args, pin=PIN, **kw):
    env = {**ENV, **({} if pin is None else {"LACRE_PKCS11_PIN": pin}), **kw.pop("env", {})}
    return lacre.run(*args, cwd=ROOT, env=env, **kw)


def refused(done, *words, status=1):
    err = done.stderr.decode()
    if done.returncode != status or len(err.splitlines()) != 1:
        yield f"{done.args[1:]}: exit {done.returncode}, want {status}: {err!r}"
    if PIN in err or "pin-value" in err:
        yield f"a PIN is shown: {err!r}"
    for word in words:
        if word not in err:
            yield f"{done.args[1:]}: no {word!r} in {err!r}"


def make(kind):
    """A key on the token, once; its name."""
    where = f"{token()};object=key-{kind}"
    if not (ROOT / f"{kind}.pub").exists():
        call("generate-key-pair", "--kms", where, "--key-type", kind, "--output-key-prefix", kind,
             check=True)
    return where


def keys_are_made_there_and_sign_there():
    token()
    blob = ROOT / "blob"
    blob.write_bytes(b"what is sealed\n" * 99)
    for kind, how in KINDS.items():
        key = make(kind)
        pub = ROOT / f"{kind}.pub"
        if (ROOT / f"{kind}.key").exists():
            yield f"{kind}: a file with a private key"
        if call("public-key", "--key", key, pin=None).stdout != pub.read_bytes():
            yield f"{kind}: the public half is another, or was not shown without a PIN"
        done = call("sign-blob", "--key", key, "--bundle", "b.json", "--output-signature", "b.sig",
                    blob)
        if done.returncode:
            yield f"{kind}: {done.stderr!r}"
            continue
        (ROOT / "b.raw").write_bytes(base64.b64decode((ROOT / "b.sig").read_text()))
        verify = ["dgst", *how, "-verify", pub, "-signature", "b.raw", blob] if how else \
            ["pkeyutl", "-verify", "-pubin", "-inkey", pub, "-rawin", "-in", blob, "-sigfile",
             "b.raw"]
        by_openssl = subprocess.run(["openssl", *verify], cwd=ROOT, capture_output=True,
                                    check=False)
        if by_openssl.returncode:
            yield f"{kind}: openssl: {by_openssl.stdout!r} {by_openssl.stderr!r}"
        for name in (pub, key):
            done = call("verify-blob", "--key", name, "--insecure-ignore-tlog", "--bundle",
                        "b.json", blob, pin=None)
            if done.returncode:
                yield f"{kind} by {name}: {done.stderr!r}"
        done = call("verify-blob", "--key", key, "--insecure-ignore-tlog", "--bundle", "b.json",
                    pub, pin=None)
        if done.returncode != 14:
            yield f"{kind}: another file: {done.returncode} {done.stderr!r}"


def images_are_signed_by_a_token():
    key = make("ecdsa-p256")
    image = Image()
    layout = ROOT / "layout"
    image.write_dir(layout)
    call("sign", "--key", key, f"oci:{layout}", check=True)
    for who, want in (("ecdsa-p256", 0), ("ecdsa-p384", 12)):
        done = call("verify", "--key", make(who), "--insecure-ignore-tlog", "--local-image",
                    layout, pin=None)
        if done.returncode != want:
            yield f"{who}: {done.returncode} {done.stderr!r}"


def keys_are_never_replaced():
    key = make("ecdsa-p256")
    for where in (key, f"{key};id=%01"):
        yield from refused(call("generate-key-pair", "--kms", where, "--output-key-prefix", "again"),
                           "never replaced", status=2)
    yield from refused(call("generate-key-pair", "--kms", f"{token()};object=new",
                            "--output-key-prefix", "ecdsa-p256"), "ecdsa-p256.pub", status=2)
    rows = json.loads(call("pkcs11-tool", "list-keys-uris", token(), "--format", "json").stdout)
    if any(r["Label"] == "new" for r in rows):
        yield "a key was made whose public half could not be written"


def opensc(*args):
    tool = shutil.which("pkcs11-tool")
    if not tool:
        raise Skip("pkcs11-tool is not installed (opensc)")
    return subprocess.run([tool, "--module", MODULE, "--token-label", "Other", "--login", "--pin",
                           PIN, *args], capture_output=True, env={**os.environ, **ENV}, text=True,
                          check=True).stdout


def a_second_program_cannot_take_them_out():
    token()
    call("generate-key-pair", "--kms", "pkcs11:token=Other;object=stays", "--output-key-prefix",
         "stays", check=True)
    told = opensc("--list-objects", "--type", "privkey")
    access = [x for x in told.splitlines() if "Access:" in x]
    if not access or any("sensitive" not in x or "never extractable" not in x for x in access):
        yield told


def keys_of_a_second_program_sign():
    token()
    make_one = ("--keypairgen", "--key-type", "EC:prime256v1", "--label")
    opensc(*make_one, "same", "--id", "01")
    opensc(*make_one, "same", "--id", "02")
    opensc(*make_one, "each", "--id", "03", "--always-auth")
    for name, want in (("object=same;id=%01", 0), ("object=same", 2), ("id=%02", 0),
                       ("object=each", 0)):
        for _ in range(2):
            done = call("sign-blob", "--key", f"pkcs11:token=Other;{name}", "softhsm2.conf")
            if done.returncode != want or (want and b"2 keys fit" not in done.stderr):
                yield f"{name}: {done.returncode} {done.stderr!r}"
    done = call("verify-blob", "--key", "pkcs11:token=Other;object=same", "--signature", "x",
                "--insecure-ignore-tlog", "softhsm2.conf", pin=None)
    if done.returncode != 2 or b"2 keys fit" not in done.stderr:
        yield f"{done.returncode} {done.stderr!r}"
    opensc("--delete-object", "--type", "pubkey", "--id", "01")
    done = call("sign-blob", "--key", "pkcs11:token=Other;id=%01", "softhsm2.conf")
    yield from refused(done, "no public half")


def pins_come_from_where_they_are_said_to():
    key = make("ecdsa-p256")
    (ROOT / "pin").write_text(PIN + "\n")
    (ROOT / "empty").write_text("\n")
    sign = ("sign-blob", "--key")
    for name, env in ((f"{key}?pin-value={PIN}", {}), (f"{key}?pin-source=file:{ROOT}/pin", {}),
                      (f"{key}?pin-source={ROOT}/pin", {}), (key, {"COSIGN_PKCS11_PIN": PIN}),
                      (f"{key}?module-path={MODULE}&pin-value={PIN}",
                       {"LACRE_PKCS11_MODULE_PATH": "/nowhere.so"}),
                      (f"{key}?pin-value={PIN}", {"LACRE_PKCS11_MODULE_PATH": "",
                                                  "COSIGN_PKCS11_MODULE_PATH": MODULE})):
        done = call(*sign, name, "pin", pin=None, env=env)
        if done.returncode:
            yield f"{name} {env}: {done.stderr!r}"
    for name, words in ((f"{key}?pin-source=relative", ["absolute"]),
                        (f"{key}?pin-source=%7Ccat%20/etc/passwd", ["absolute"]),
                        (f"{key}?pin-source=/nowhere", ["pin-source"]),
                        (f"{key}?pin-source={ROOT}/empty", ["no PIN"]),
                        (f"{key}?pin-value=", ["empty"]),
                        (key, ["LACRE_PKCS11_PIN"])):
        done = call(*sign, name, "pin", pin=None, start_new_session=True)
        yield from refused(done, "pkcs11:token=Build", *words,
                           status=2 if "absolute" in words else 1)


def a_terminal_is_asked_and_shows_nothing():
    key = make("ecdsa-p256")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        env = {k: v for k, v in os.environ.items() if "PKCS11" not in k}
        os.execve(lacre.path, [lacre.path, "sign-blob", "--key", key, "softhsm2.conf"],
                  {**env, **ENV, "LC_ALL": "C"})
    seen, answered = b"", False
    while select.select([terminal], [], [], 60)[0]:
        try:
            got = os.read(terminal, 4096)
        except OSError:
            break
        seen += got
        if not answered and seen.endswith(b": "):
            os.write(terminal, PIN.encode() + b"\n")
            answered = True
        if not got:
            break
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status or PIN.encode() in seen or b"PIN of token Build" not in seen:
        yield f"{status} {seen!r}"


def logins(name, how, want, *words, **kw):
    """One run behind the shim: how many PINs it tried, and its one line."""
    log = ROOT / "logins"
    log.unlink(missing_ok=True)
    done = call("sign-blob", "--key", name, "softhsm2.conf", env={
        "LACRE_PKCS11_MODULE_PATH": str(SHIM), "TOKEN_SHIM_REAL": MODULE, "TOKEN_SHIM": how,
        "TOKEN_SHIM_LOGINS": str(log)}, **kw)
    tried = len(log.read_text().splitlines()) if log.exists() else 0
    if tried != want:
        yield f"{how}: {tried} PINs were tried, want {want}"
    if words:
        yield from refused(done, *words)
    elif done.returncode:
        yield f"{how}: {done.stderr!r}"


def a_pin_is_tried_once_at_most():
    key = make("ecdsa-p256")
    yield from logins(key, "", 1)
    yield from logins(key, "", 1, "wrong PIN", "not tried again", pin="000000")
    yield from logins(key, "locked", 0, "locked")
    yield from logins(key, "final", 0, "one try is left")
    yield from logins(f"{key}?pin-value={PIN}", "final", 0, "one try is left", pin=None)
    yield from logins(key, "", 0, "empty", pin="")


def a_token_that_breaks_its_word_is_refused():
    key = make("ecdsa-p256")
    shim = {"LACRE_PKCS11_MODULE_PATH": str(SHIM), "TOKEN_SHIM_REAL": MODULE}
    done = call("generate-key-pair", "--kms", "pkcs11:token=Other;object=loose",
                "--output-key-prefix", "loose", env={**shim, "TOKEN_SHIM": "extractable"})
    yield from refused(done, "removed again")
    rows = call("pkcs11-tool", "list-keys-uris", "pkcs11:token=Other", "--format", "json")
    if any(r["Label"] == "loose" for r in json.loads(rows.stdout)) or (ROOT / "loose.pub").exists():
        yield f"left behind: {rows.stdout!r}"
    done = call("sign-blob", "--key", key, "softhsm2.conf", env={**shim, "TOKEN_SHIM": "wrong"})
    yield from refused(done, "does not verify")


def what_is_not_there_is_one_line():
    key = make("ecdsa-p256")
    for name, status, *words in (
            ("pkcs11:token=None;object=a", 1, "no such token", "list-tokens"),
            ("pkcs11:token=Twin;object=a", 2, "2 tokens", "serial="),
            ("pkcs11:object=a", 2, "tokens fit"),
            (f"{token()};object=none", 1, "no such private key", "list-keys-uris"),
            (token(), 2, "which key"),
            (f"{token()};object=a;colour=red", 2, "colour"),
            (f"{token()};object=%4", 2, "hexadecimal"),
            (f"{key}?module-path=softhsm.so", 2, "absolute"),
            (f"{key}?module-path=/nowhere/softhsm.so", 1, "/nowhere/softhsm.so"),
            (f"{key}?module-path=/etc/passwd", 1, "/etc/passwd"),
            (f"{key}?module-name=none", 1, "no such token")):
        yield from refused(call("sign-blob", "--key", name, "softhsm2.conf"), *words,
                           status=status)


def tokens_and_keys_are_listed():
    make("ecdsa-p256")
    rows = json.loads(call("pkcs11-tool", "list-tokens", "--format", "json", pin=None).stdout)
    if sorted(r["Label"] for r in rows) != ["Build", "Other", "Twin", "Twin"]:
        yield f"{rows}"
    text = call("pkcs11-tool", "list-tokens", "--module-path", MODULE, pin=None).stdout.decode()
    if f"PKCS11 module '{MODULE}'" not in text or "\tLabel: Build\n" not in text:
        yield text
    slot = next(r["SlotID"] for r in rows if r["Label"] == "Build")
    done = call("pkcs11-tool", "list-keys-uris", "--slot-id", slot, "--pin", PIN, pin=None)
    uris = [x.split("URI: ")[1] for x in done.stdout.decode().splitlines() if "URI: " in x]
    if not uris or any(PIN in u for u in uris):
        yield f"{done.stdout!r} {done.stderr!r}"
    for uri in uris:  # each names one key
        if call("sign-blob", "--key", uri, "softhsm2.conf").returncode:
            yield f"{uri} does not sign"
    yield from refused(call("pkcs11-tool", "list-keys-uris", token(), pin="0000"), "wrong PIN")


run([(f.__name__, f) for f in [
    keys_are_made_there_and_sign_there,
    images_are_signed_by_a_token,
    keys_are_never_replaced,
    a_second_program_cannot_take_them_out,
    keys_of_a_second_program_sign,
    pins_come_from_where_they_are_said_to,
    a_terminal_is_asked_and_shows_nothing,
    a_pin_is_tried_once_at_most,
    a_token_that_breaks_its_word_is_refused,
    what_is_not_there_is_one_line,
    tokens_and_keys_are_listed,
]])
