#!/usr/bin/env python3
"""Signing with services of sigstore on loopback: without a key, by an identity token, and with keys
whose signatures are published. What was signed is verified; whatever a service answers wrongly is
refused with one line, and nothing is written.

usage: keyless.py LACRE
"""

import json
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "interop"), str(HERE.parent / "cli")]

from program import Program  # noqa: E402
from small_image import Image  # noqa: E402
from tap import run  # noqa: E402

try:
    from fake_sigstore import ISSUER, Services, token
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

LACRE = Program(sys.argv[1])
WORK = pathlib.Path(tempfile.mkdtemp(prefix="lacre-keyless-"))
ME = "me@example.com"
WHO = ("--certificate-identity", ME, "--certificate-oidc-issuer", ISSUER)
PREDICATE = WORK / "predicate.json"
FILE = WORK / "file"
TAMPERED = WORK / "tampered"


def lacre(*args, want=0, **env):
    done = LACRE.run(*args, timeout=60, env={"HOME": str(WORK), "COSIGN_PASSWORD": "pw",
                                             "DOCKER_CONFIG": str(WORK / "docker"), **env})
    if want is not None and done.returncode != want:
        raise RuntimeError(f"lacre {' '.join(map(str, args))}: exit {done.returncode}, want {want}: "
                           + done.stderr.decode())
    return done


def services(name):
    return Services(WORK / name)


def common(s, *config, **kw):
    """The options that name services, and whom to judge them by."""
    return ("--signing-config", s.write("config.json", s.signing_config(*config, **kw)),
            "--trusted-root", s.write("root.json", s.trusted_root()))


def one_line(done, *words):
    err = done.stderr.decode()
    if done.returncode == 0:
        yield f"{done.args[1:]}: accepted"
    if done.stdout or len(err.splitlines()) != 1:
        yield f"{done.args[1:]}: not one line: {done.stdout!r} {err!r}"
    for word in words:
        if word not in err:
            yield f"{done.args[1:]}: no {word!r} in {err!r}"


# ---- files ----

def files_are_signed_without_a_key():
    with services("files") as s:
        for number, (logs, tsa) in enumerate((((1,), True), ((2,), True), ((1,), False), ((), True),
                                              ((1, 2), True))):
            bundle = s.dir / f"{number}.bundle"
            lacre("sign-blob", "--identity-token", token(), *common(s, logs, tsa), "--bundle", bundle,
                  FILE)
            material = json.loads(bundle.read_bytes())["verificationMaterial"]
            entries = [e["kindVersion"]["version"] for e in material.get("tlogEntries", [])]
            # Of several versions the highest counts.
            if entries != ([] if not logs else ["0.0.2"] if 2 in logs else ["0.0.1"]):
                yield f"{logs} {tsa}: {entries}"
            stamps = material.get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
            if len(stamps) != tsa:
                yield f"{logs} {tsa}: {len(stamps)} timestamps"
            ignore = () if logs else ("--insecure-ignore-tlog",)
            verify = ("verify-blob", "--bundle", bundle, *WHO, *ignore, "--trusted-root",
                      s.dir / "root.json")
            lacre(*verify, FILE)
            lacre(*verify, TAMPERED, want=14)


def urls_name_services_as_well():
    with services("urls") as s:
        root = s.write("root.json", s.trusted_root())
        bundle = s.dir / "a.bundle"
        sign = ("sign-blob", "--identity-token", token(), "--trusted-root", root, "--bundle", bundle,
                "--fulcio-url", s.url + "/", FILE)
        verify = ("verify-blob", "--bundle", bundle, *WHO, "--trusted-root", root)
        lacre(*sign, "--rekor-url", s.url)
        lacre(*verify, FILE)
        lacre(*sign, "--rekor-url", s.url, "--rekor-version", "2", "--timestamp-server-url",
              s.url + "/tsa")
        lacre(*verify, FILE)
        lacre(*sign, "--timestamp-server-url", s.url + "/tsa", "--tlog-upload=false")
        lacre(*verify, "--insecure-ignore-tlog", FILE)
        before = bundle.read_bytes()
        yield from one_line(lacre(*sign, want=2), "--rekor-url", "--timestamp-server-url")
        yield from one_line(lacre(*sign, "--rekor-url", s.url, "--rekor-version", "2", want=2),
                            "--timestamp-server-url")
        yield from one_line(lacre(*sign, "--tlog-upload", want=2), "--rekor-url")
        if bundle.read_bytes() != before:
            yield "a refused run wrote"


def claims_about_files():
    with services("claims") as s:
        bundle, envelope = s.dir / "a.bundle", s.dir / "a.dsse"
        for logs in ((1,), (2,)):
            lacre("attest-blob", "--identity-token", token(), *common(s, logs), "--predicate",
                  PREDICATE, "--type", "https://example.com/t", "--bundle", bundle,
                  "--output-attestation", envelope, FILE)
            verify = ("verify-blob-attestation", "--bundle", bundle, *WHO, "--trusted-root",
                      s.dir / "root.json", "--type", "https://example.com/t")
            lacre(*verify, FILE)
            lacre(*verify, TAMPERED, want=14)
            payload = json.loads(envelope.read_bytes())
            if payload != json.loads(bundle.read_bytes())["dsseEnvelope"]:
                yield "the envelope alone is another one"


def the_older_file_of_cosign():
    with services("older") as s:
        bundle = s.dir / "a.bundle"
        sign = ("sign-blob", "--identity-token", token(), "--new-bundle-format=false", "--bundle",
                bundle, FILE)
        lacre(*sign, *common(s, (1,), False))
        verify = ("verify-blob", "--new-bundle-format=false", "--bundle", bundle, *WHO,
                  "--trusted-root", s.dir / "root.json")
        lacre(*verify, FILE)
        lacre(*verify, TAMPERED, want=14)
        bundle.unlink()
        yield from one_line(lacre(*sign, *common(s, (2,)), want=2), "version 1")
        if bundle.exists():
            yield "written all the same"


# ---- images ----

def layout(name):
    path = WORK / name
    Image().write_dir(path)
    return f"oci:{path}:1"


def images_are_signed_without_a_key():
    with services("images") as s:
        for number, (logs, form) in enumerate((((1,), "true"), ((2,), "true"), ((1,), "false"))):
            image = layout(f"image-{number}")
            options = (*common(s, logs), f"--new-bundle-format={form}")
            verify = ("--trusted-root", s.dir / "root.json", image)
            lacre("verify", *WHO, *verify, want=10)
            lacre("sign", "--identity-token", token(), *options, image)
            lacre("verify", *WHO, *verify)
            lacre("verify", *WHO, *verify, "--use-signed-timestamps")
            lacre("verify", "--certificate-identity", "you@example.com",
                  "--certificate-oidc-issuer", ISSUER, *verify, want=12)
            lacre("verify-attestation", *WHO, *verify, want=10)
            lacre("attest", "--identity-token", token(), *options, "--predicate", PREDICATE, "--type",
                  "cyclonedx", image)
            lacre("verify-attestation", *WHO, *verify, "--type", "cyclonedx")
        asked = len(s.seen)
        yield from one_line(lacre("sign", "--identity-token", token(), *common(s, (2,)),
                                  "--quiet", "--new-bundle-format=false", image, want=2),
                            "version 1")
        if len(s.seen) != asked:
            yield "services were asked for what cannot be written"


def snapshot(path):
    return {p.relative_to(path): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def a_wrong_answer_leaves_an_image_as_it_was():
    with services("intact") as s:
        image = layout("intact-image")
        path = WORK / "intact-image"
        before = snapshot(path)
        for fault in ("wrong-sct", "other-key", "wrong-proof", "wrong-nonce"):
            s.fault = fault
            yield from one_line(lacre("sign", "--quiet", "--identity-token", token(),
                                      *common(s, (1,)), image, want=None), s.host)
            if snapshot(path) != before:
                yield f"{fault}: the layout changed"


# ---- who ----

def tokens_come_from_many_places():
    with services("tokens") as s:
        bundle, file = s.dir / "a.bundle", s.dir / "token"
        file.write_text(token() + "\n")
        sign = ("sign-blob", *common(s, (1,)), "--bundle", bundle, FILE)
        verify = ("verify-blob", "--bundle", bundle, "--trusted-root", s.dir / "root.json", FILE)
        github = {"ACTIONS_ID_TOKEN_REQUEST_URL": f"{s.url}/github?x=1",
                  "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "github-secret"}
        lacre(*sign, "--identity-token", file)
        lacre(*verify, *WHO)
        lacre(*sign, SIGSTORE_ID_TOKEN=token("ci@example.com"))
        lacre(*verify, "--certificate-identity", "ci@example.com", "--certificate-oidc-issuer", ISSUER)
        lacre(*sign, **github)
        lacre(*verify, "--certificate-identity-regexp", "^https://github.com/acme/app/.*$",
              "--certificate-oidc-issuer", ISSUER)
        # What is given goes before what lies around.
        lacre(*sign, "--identity-token", file, SIGSTORE_ID_TOKEN="no token", **github)
        lacre(*verify, *WHO)
        yield from one_line(lacre(*sign, "--oidc-disable-ambient-providers", want=2, **github),
                            "--identity-token")
        github["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "wrong"
        yield from one_line(lacre(*sign, want=1, **github), "ACTIONS_ID_TOKEN_REQUEST_URL", "401")


def tokens_that_cannot_serve():
    with services("bad-tokens") as s:
        bundle = s.dir / "a.bundle"
        for text, *words in (
                (token(seconds=-5), "expired"),
                (token(audience="other"), "sigstore"),
                (token(audience=["other", "more"]), "sigstore"),
                (token(email_verified=False), "not verified"),
                (token(nbf=2**33), "not valid before"),
                (token(exp=None), "expires"),
                (token(exp="soon"), "expires"),
                (token(None, sub=None), "nobody"),
                (token(iss=None), "nobody"),
                ("a.b", "not an identity token"),
                ("a..c", "not an identity token"),
                (".".join(("x", "e30", "")), "not an identity token"),
                ("x." + "W10" + ".y", "no JSON object"),
                ("x.e30.y", "nobody"),
                ("not-there.txt", "not an identity token")):
            done = lacre("sign-blob", "--identity-token", text, *common(s, (1,)), "--bundle", bundle,
                         FILE, want=None)
            yield from one_line(done, *words)
            if s.seen:
                yield f"{words}: something was asked: {s.seen}"
        if bundle.exists():
            yield "a bundle was written"


def what_is_missing_is_said():
    with services("missing") as s:
        sign = ("sign-blob", "--bundle", s.dir / "a.bundle", FILE)
        config, root = common(s, (1,))[1::2]
        yield from one_line(lacre(*sign, want=2), "--key", "--identity-token", "id-token: write")
        yield from one_line(lacre(*sign, "--identity-token", token(), want=2), "--signing-config")
        yield from one_line(lacre(*sign, "--identity-token", token(), "--signing-config", config,
                                  want=2), "--trusted-root", "initialize")
        yield from one_line(lacre(*sign, "--identity-token", token(), "--signing-config",
                                  s.dir / "none", want=2), "no such file")
        yield from one_line(lacre(*sign, "--identity-token", token(), "--signing-config", config,
                                  "--fulcio-url", s.url, want=2), "--fulcio-url")
        yield from one_line(lacre("sign-blob", "--identity-token", token(), "--signing-config",
                                  config, "--trusted-root", root, FILE, want=2), "--bundle")
        no_ca = s.signing_config()
        no_ca["caUrls"] = []
        yield from one_line(lacre(*sign, "--identity-token", token(), "--signing-config",
                                  s.write("no-ca.json", no_ca), want=2), "--fulcio-url")
        no_time = s.signing_config((2,), False)
        yield from one_line(lacre(*sign, "--identity-token", token(), "--signing-config",
                                  s.write("no-time.json", no_time), want=2), "timestamp")
        old = s.signing_config()
        old["caUrls"][0]["validFor"]["end"] = "2021-01-01T00:00:00Z"
        yield from one_line(lacre(*sign, "--identity-token", token(), "--signing-config",
                                  s.write("old.json", old), want=1), "certificate authority",
                            "out of date")
        yield from one_line(lacre(*sign, "--fulcio-auth-flow", "device", want=2), "--identity-token")
        if s.seen:
            yield f"something was asked: {s.seen}"


def services_kept_by_initialize():
    """Where `initialize` keeps them, neither configuration nor root needs to be named."""
    with services("kept") as s:
        home = s.dir / "trust"
        home.mkdir()
        (home / "trusted_root.json").write_text(json.dumps(s.trusted_root()))
        (home / "signing_config.v0.2.json").write_text(json.dumps(s.signing_config((1,))))
        bundle = s.dir / "a.bundle"
        lacre("sign-blob", "--bundle", bundle, FILE, TUF_ROOT=str(home), SIGSTORE_ID_TOKEN=token())
        lacre("verify-blob", "--bundle", bundle, *WHO, FILE, TUF_ROOT=str(home))
        # A key asks nobody unless told to.
        s.seen.clear()
        key = keys("kept", "ecdsa-p256")
        lacre("sign-blob", "--key", key, "--bundle", bundle, FILE, TUF_ROOT=str(home))
        if s.seen:
            yield f"a key asked {s.seen}"
        lacre("sign-blob", "--key", key, "--tlog-upload", "--bundle", bundle, FILE, TUF_ROOT=str(home))
        lacre("verify-blob", "--key", key.with_suffix(".pub"), "--bundle", bundle, FILE,
              TUF_ROOT=str(home))


# ---- keys ----

def keys(name, kind):
    prefix = WORK / f"{name}-{kind}"
    lacre("generate-key-pair", "--key-type", kind, "--output-key-prefix", prefix)
    return prefix.with_suffix(".key")


def signatures_of_keys_are_published():
    with services("published") as s:
        bundle = s.dir / "a.bundle"
        for kind in ("ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa", "ed25519"):
            key = keys("published", kind)
            for logs in ((1,), (2,)):
                verify = ("--key", key.with_suffix(".pub"), "--bundle", bundle, "--trusted-root",
                          s.dir / "root.json")
                lacre("sign-blob", "--key", key, *common(s, logs), "--bundle", bundle, FILE)
                lacre("verify-blob", *verify, FILE)
                lacre("verify-blob", *verify, TAMPERED, want=14)
                # An older log checks envelopes with the plain form of Ed25519, and takes that.
                lacre("attest-blob", "--key", key, *common(s, logs), "--predicate", PREDICATE,
                      "--type", "cyclonedx", "--bundle", bundle, FILE)
                lacre("verify-blob-attestation", *verify, "--type", "cyclonedx", FILE)
    return []


def the_same_again_is_one_entry():
    """RSA signs the same alike: the log knows it already, and the entry is fetched."""
    with services("again") as s:
        key = keys("again", "rsa")
        for number in range(2):
            bundle = s.dir / f"{number}.bundle"
            lacre("sign-blob", "--key", key, "--rekor-url", s.url, "--trusted-root",
                  s.write("root.json", s.trusted_root()), "--bundle", bundle, FILE)
            lacre("verify-blob", "--key", key.with_suffix(".pub"), "--bundle", bundle,
                  "--trusted-root", s.dir / "root.json", FILE)
        if len(s.log1.bodies) != 6:
            yield f"{len(s.log1.bodies)} leaves"
        if [m for m, _ in s.seen] != ["POST", "POST", "GET"]:
            yield f"{s.seen}"


def images_signed_by_keys_are_published_once():
    with services("key-image") as s:
        image, key = layout("key-image-layout"), keys("key-image", "ecdsa-p256")
        verify = ("verify", "--key", key.with_suffix(".pub"), "--trusted-root", s.dir / "root.json",
                  image)
        lacre("sign", "--key", key, image)
        options = common(s, (1,))
        lacre(*verify, want=12)  # not in any log
        lacre("sign", "--key", key, *options, image)
        lacre(*verify)
        asked = len(s.seen)
        done = lacre("sign", "--key", key, *options, image)
        if b"nothing was added" not in done.stderr or len(s.seen) != asked:
            yield f"{done.stderr} {s.seen[asked:]}"


# ---- faults ----

FAULTS = {
    "wrong-sct": "(C5)", "no-sct": "(C5)", "other-key": "another key", "other-name": "somebody@",
    "other-ca": "(C1)", "detached": "detached",
    "wrong-proof": "(L5)", "wrong-checkpoint": "(L7)", "wrong-set": "(L3)", "other-entry": "(L2)",
    "no-proof": "inclusionProof", "unknown-log": "not known", "conflict-nowhere": "already",
    "wrong-nonce": "nonce", "wrong-imprint": "(S1)", "tsa-cut": "malformed", "tsa-changed": "(S",
    "tsa-refuses": "not today", "no-json": "malformed",
    "status-signingCert-400": "400", "status-signingCert-401": "401", "status-signingCert-403": "403",
    "status-entries-400": "400", "status-entries-503": "503", "status-tsa-500": "500",
}


def wrong_answers_are_refused():
    with services("faults") as s:
        out = s.dir / "out"
        out.mkdir()
        options = common(s, (1,))
        sign = ("sign-blob", "--identity-token", token(), *options, "--bundle", out / "a.bundle",
                "--output-certificate", out / "a.pem", "--output-signature", out / "a.sig", FILE)
        for fault, word in FAULTS.items():
            s.fault = fault
            s.seen.clear()
            yield from one_line(lacre(*sign, want=1), word, s.host)
            if list(out.iterdir()):
                yield f"{fault}: {list(out.iterdir())}"
            asked = [p for _, p in s.seen]
            if fault in ("wrong-sct", "other-key", "other-name", "other-ca") and len(asked) != 1:
                yield f"{fault}: asked on with a certificate that does not hold: {asked}"
            if fault.startswith("wrong-nonce") and any("entries" in p for p in asked):
                yield f"{fault}: published before the timestamp held"
        s.fault = "conflict"
        lacre(*sign)
        lacre("verify-blob", "--bundle", out / "a.bundle", *WHO, "--trusted-root",
              s.dir / "root.json", FILE)
        s.fault = "no-sct"
        lacre(*sign, "--insecure-skip-verify")


def faults_of_newer_logs():
    with services("faults2") as s:
        bundle = s.dir / "a.bundle"
        options = common(s, (2,))
        for fault, word in (("wrong-proof", "(L5)"), ("no-json", "malformed"),
                            ("status-entries-409", "409")):
            s.fault = fault
            yield from one_line(lacre("sign-blob", "--identity-token", token(), *options, "--bundle",
                                      bundle, FILE, want=1), word)
        if bundle.exists():
            yield "a bundle was written"


def nobody_is_there():
    with services("gone") as s:
        options = common(s, (1,))
    done = lacre("sign-blob", "--identity-token", token(), *options, "--timeout", "3s", "--bundle",
                 WORK / "gone.bundle", FILE, want=1)
    yield from one_line(done, s.host)
    if (WORK / "gone.bundle").exists():
        yield "written all the same"


CASES = [files_are_signed_without_a_key, urls_name_services_as_well, claims_about_files,
         the_older_file_of_cosign, images_are_signed_without_a_key,
         a_wrong_answer_leaves_an_image_as_it_was, tokens_come_from_many_places,
         tokens_that_cannot_serve, what_is_missing_is_said, services_kept_by_initialize,
         signatures_of_keys_are_published, the_same_again_is_one_entry,
         images_signed_by_keys_are_published_once, wrong_answers_are_refused, faults_of_newer_logs,
         nobody_is_there]

FILE.write_text("hello\n")
TAMPERED.write_text("hello!\n")
PREDICATE.write_text('{"answer": 42}')
try:
    run([(f.__name__, f) for f in CASES])
finally:
    shutil.rmtree(WORK, ignore_errors=True)
