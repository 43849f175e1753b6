#!/usr/bin/env python3
"""Signing with services of sigstore on loopback: without a key, by an identity token, and with keys
whose signatures are published. What was signed is verified; whatever a service answers wrongly is
refused with one line, and nothing is written.

usage: keyless.py LACRE [CASE...]
"""

import base64
import hashlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "interop"), str(HERE.parent / "cli")]

from program import Program  # noqa: E402
from small_image import Image  # noqa: E402
from tap import run  # noqa: E402

try:
    from fake_sigstore import ISSUER, PEM, SPKI, Services, token
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


def without_a_root(image):
    """It might count, so it is neither unsigned nor another's: as with verify-blob. One cannot be two."""
    if b"does not count, L1" not in lacre("verify", *WHO, image, want=15).stderr:
        yield "no reason"
    told = json.loads(lacre("verify", *WHO, "--output", "report", image, want=15).stdout)[0]
    if (told["Outcome"], told["ExitStatus"]) != ("undecided", 15):
        yield f"told: {told}"
    lacre("verify", *WHO, "--threshold", "2", image, want=12)


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
            yield from without_a_root(image)
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


# ---- timestamps by openssl ts alone ----

def openssl(s, *args):
    return subprocess.run(["openssl", *map(str, args)], cwd=s.dir, capture_output=True,
                          check=True).stdout


def timestamp(s, content, *query):
    """What openssl makes of a question that openssl made."""
    (s.dir / "stamped").write_bytes(content)
    (s.dir / "q.tsq").write_bytes(openssl(s, "ts", "-query", "-data", "stamped", *query))
    openssl(s, "ts", "-reply", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key",
            "-config", "tsa.cnf", "-out", "made.tsr")
    return s.dir / "made.tsr"


def timestamps_made_by_openssl():
    with services("stamped") as s:
        key, sig, bundle = keys("stamped", "ecdsa-p256"), s.dir / "a.sig", s.dir / "bundle"
        pub, root = key.with_suffix(".pub"), s.write("root.json", s.trusted_root())
        lacre("sign-blob", "--key", key, "--output-signature", sig, FILE)
        raw = base64.b64decode(sig.read_text())
        create = ("bundle", "create", "--artifact", FILE, "--signature", sig, "--key", pub,
                  "--ignore-tlog", "--out", bundle, "--rfc3161-timestamp")
        verify = ("verify-blob", "--bundle", bundle, "--key", pub, "--insecure-ignore-tlog",
                  "--use-signed-timestamps", "--trusted-root", root, FILE)
        for query in (("-sha256", "-cert"), ("-sha384",), ("-sha512", "-cert", "-no_nonce")):
            made = timestamp(s, raw, *query)
            lacre(*create, made)
            lacre(*verify)
            wrapped = s.write("wrapped.json", {
                "SignedRFC3161Timestamp": base64.b64encode(made.read_bytes()).decode()})
            lacre(*create, wrapped)
            if b"signed at" not in lacre(*verify).stdout:
                yield f"{query}: no time"
        lacre(*create, timestamp(s, b"another", "-sha256", "-cert"))
        if b"T1" not in lacre(*verify, want=12).stderr:
            yield "a timestamp of something else counts"
        other = Services(s.dir / "other")
        other.server.server_close()
        made = timestamp(other, raw, "-sha256", "-cert")
        lacre(*create, made)
        if b"T1" not in lacre(*verify, want=12).stderr:
            yield "another authority's timestamp counts"
        # The same root as files, as openssl and cosign take them.
        lacre(*create, timestamp(s, raw, "-sha256", "-cert"))
        (s.dir / "chain.pem").write_bytes((s.dir / "tsa.pem").read_bytes()
                                          + (s.dir / "tsaroot.pem").read_bytes())
        lacre("verify-blob", "--bundle", bundle, "--key", pub, "--insecure-ignore-tlog",
              "--use-signed-timestamps", "--timestamp-certificate-chain", s.dir / "chain.pem", FILE)


# ---- whom to trust ----

def material_of(s):
    """Keys and chains of the services as files, and the options that describe them."""
    for name, key in (("rekor", s.log1.key), ("rekor2", s.log2.key), ("ct", s.ct_key)):
        (s.dir / f"{name}.pub").write_bytes(key.public_key().public_bytes(PEM, SPKI))
    (s.dir / "ca.pem").write_bytes(s.ca.public_bytes(PEM) + s.root.public_bytes(PEM))
    (s.dir / "chain.pem").write_bytes((s.dir / "tsa.pem").read_bytes()
                                      + (s.dir / "tsaroot.pem").read_bytes())
    start = "start-time=2020-01-01T00:00:00Z"
    return {"--fulcio": [f"url={s.url},certificate-chain={s.dir}/ca.pem"],
            "--tsa": [f"url={s.url}/tsa,certificate-chain={s.dir}/chain.pem"],
            "--ctfe": [f"url={s.url}/ct,public-key={s.dir}/ct.pub,{start}"],
            "--rekor": [f"url={s.url},public-key={s.dir}/rekor.pub,{start}",
                        f"url={s.url},public-key={s.dir}/rekor2.pub,{start},origin={s.host}"]}


def flat(options):
    return [x for name, all_of in options.items() for one in all_of for x in (name, one)]


def trusted_roots_are_made_of_files():
    with services("roots") as s:
        options, root = material_of(s), s.dir / "made.json"
        lacre("trusted-root", "create", *flat(options), "--out", root)
        made, want = json.loads(root.read_text()), s.trusted_root()
        for name in ("tlogs", "ctlogs"):
            for one, other in zip(made[name], want[name]):
                for field in ("baseUrl", "hashAlgorithm", "logId"):
                    if one[field] != other[field]:
                        yield f"{name} {field}: {one[field]} {other[field]}"
                if one["publicKey"]["keyDetails"] != other["publicKey"]["keyDetails"]:
                    yield f"{name}: {one['publicKey']}"
        for name in ("certificateAuthorities", "timestampAuthorities"):
            if made[name][0]["certChain"] != want[name][0]["certChain"]:
                yield f"{name}: another chain"
        for logs in ((1,), (2,)):
            bundle = s.dir / "a.bundle"
            lacre("sign-blob", "--identity-token", token(), "--signing-config",
                  s.write("config.json", s.signing_config(logs)), "--trusted-root", root, "--bundle",
                  bundle, FILE)
            lacre("verify-blob", "--bundle", bundle, *WHO, "--trusted-root", root, FILE)
        # To what is there something is added, or taken from it.
        both = json.loads(lacre("trusted-root", "create", "--trusted-root", root, "--no-default-ctfe",
                                "--no-default-tsa", "--rekor", options["--rekor"][0]).stdout)
        sizes = [len(both[n]) for n in ("tlogs", "ctlogs", "certificateAuthorities",
                                        "timestampAuthorities")]
        if sizes != [3, 0, 1, 0] or both["tlogs"][:2] != made["tlogs"]:
            yield f"{sizes}"


def trusted_roots_of_wrong_parts():
    with services("wrong-roots") as s:
        good = material_of(s)
        root = s.dir / "made.json"
        (s.dir / "backwards.pem").write_bytes((s.dir / "tsaroot.pem").read_bytes()
                                              + (s.dir / "tsa.pem").read_bytes())
        log, start = f"url={s.url},public-key={s.dir}/rekor.pub", "start-time=2020-01-01T00:00:00Z"
        for option, spec, word in (
                ("--rekor", log, "start-time"),
                ("--rekor", f"{log},start-time=soon", "start-time"),
                ("--rekor", f"{log},{start},end-time=2019-01-01T00:00:00Z", "ends before"),
                ("--rekor", f"public-key={s.dir}/rekor.pub,{start}", "url"),
                ("--rekor", f"url={s.url},{start}", "public-key"),
                ("--rekor", f"url={s.url},public-key={s.dir}/none,{start}", "no such file"),
                ("--rekor", f"{log},{start},surprise=1", "surprise"),
                ("--rekor", f"{log},{start},", "KEY=VALUE"),
                ("--rekor", f"url={s.url},public-key={PREDICATE},{start}", "PEM"),
                ("--fulcio", f"url={s.url},certificate-chain={s.dir}/rekor.pub", "PUBLIC KEY"),
                ("--fulcio", f"url={s.url},certificate-chain={PREDICATE}", "no certificate"),
                ("--fulcio", good["--fulcio"][0] + ",origin=x", "origin"),
                ("--tsa", f"url={s.url},certificate-chain={s.dir}/backwards.pem", "first certificate"),
                ("--tsa", f"url={s.url},certificate-chain={s.dir}/ca.pem", "first certificate")):
            yield from one_line(lacre("trusted-root", "create", option, spec, "--out", root,
                                      want=None), option[2:] if word == "start-time" else word)
        yield from one_line(lacre("trusted-root", "create", "--out", root, want=2), "--fulcio")
        if root.exists():
            yield "written all the same"


def signing_configs_are_made_of_words():
    with services("configs") as s:
        made, bundle = s.dir / "made.json", s.dir / "bundle"
        root = s.write("root.json", s.trusted_root())
        same = "operator=test,start-time=2020-01-01T00:00:00Z"
        create = ("signing-config", "create", "--out", made)
        one = {"--fulcio": f"url={s.url},api-version=1,{same}",
               "--oidc-provider": f"url={s.url}/oidc,api-version=1,{same}",
               "--rekor": f"url={s.url},api-version=1,{same}", "--rekor-config": "ANY",
               "--tsa": f"url={s.url}/tsa,api-version=1,{same}", "--tsa-config": "ANY"}
        lacre(*create, *(x for pair in one.items() for x in pair))
        if json.loads(made.read_text()) != s.signing_config((1,)):
            yield made.read_text()
        lacre("sign-blob", "--identity-token", token(), "--signing-config", made, "--trusted-root", root,
              "--bundle", bundle, FILE)
        lacre("verify-blob", "--bundle", bundle, *WHO, "--trusted-root", root, FILE)
        base = s.write("base.json", s.signing_config((1,)))
        lacre(*create, "--base-config", base, "--no-default-tsa", "--rekor",
              f"url={s.url},api-version=2,{same},end-time=2099-01-01T00:00:00Z", "--rekor-config",
              "EXACT:1")
        value = json.loads(made.read_text())
        log = value["rekorTlogUrls"]
        if value["tsaUrls"] or len(log) != 1 or log[0]["majorApiVersion"] != 2 or \
                value["rekorTlogConfig"] != {"selector": "EXACT", "count": 1} or \
                log[0]["validFor"]["end"] != "2099-01-01T00:00:00Z" or \
                value["caUrls"] != s.signing_config()["caUrls"]:
            yield made.read_text()
        made.unlink()
        for args, word in (((), "--fulcio"),
                           (("--fulcio", f"url={s.url},{same}"), "api-version"),
                           (("--fulcio", f"url=ftp://x,api-version=1,{same}"), "ftp"),
                           (("--fulcio", f"url={s.url},api-version=x,{same}"), "api-version=x"),
                           (("--fulcio", f"url={s.url},surprise=1,{same}"), "surprise"),
                           (("--fulcio", f"url={s.url},api-version=1,operator=x"), "start-time"),
                           (("--fulcio", one["--fulcio"] + ","), "KEY"),
                           (("--rekor", one["--rekor"]), "--rekor-config"),
                           (("--rekor", one["--rekor"], "--rekor-config", "SOME"), "EXACT:N"),
                           (("--rekor", one["--rekor"], "--rekor-config", "EXACT"), "EXACT:N"),
                           (("--rekor", one["--rekor"], "--rekor-config", "EXACT:0"), "EXACT:N"),
                           (("--rekor", one["--rekor"], "--rekor-config", "ANY:1"), "EXACT:N"),
                           (("--base-config", s.dir / "none"), "no such file"),
                           (("--base-config", root), "media type")):
            yield from one_line(lacre(*create, *args, want=None), "url=" if word == "KEY" else word)
        if made.exists():
            yield "written all the same"


# ---- bundles of other forms ----

def bundles_are_made_of_older_files():
    with services("created") as s:
        old, pem, sig, new = (s.dir / n for n in ("a.old", "a.pem", "a.sig", "new"))
        options = common(s, (1,), False)
        lacre("sign-blob", "--identity-token", token(), *options, "--new-bundle-format=false",
              "--bundle", old, "--output-certificate", pem, "--output-signature", sig, FILE)
        wrapped = s.dir / "a.b64"
        wrapped.write_text(base64.b64encode(pem.read_bytes()).decode())
        create = ("bundle", "create", "--artifact", FILE)
        log = ("--rekor-url", s.url)
        for parts in (("--bundle", old), ("--signature", sig, "--certificate", pem),
                      ("--signature", sig, "--certificate", wrapped)):
            lacre(*create, *parts, *log, "--out", new)
            lacre("verify-blob", "--bundle", new, *WHO, "--trusted-root", s.dir / "root.json", FILE)
            new.unlink()
        for args, word in ((("bundle", "create", "--artifact", TAMPERED, "--bundle", old, *log), "V1"),
                           ((*create, "--bundle", old), "--rekor-url"),
                           ((*create, "--bundle", old, "--ignore-tlog"), "--ignore-tlog"),
                           ((*create, "--bundle", old, "--signature", sig), "one of"),
                           (create, "--signature"),
                           (("bundle", "create", "--bundle", old), "--artifact"),
                           ((*create, "--signature", sig, *log), "--certificate"),
                           ((*create, "--signature", sig, "--certificate", pem), "--rekor-url"),
                           ((*create, "--signature", pem, "--certificate", pem, *log), "V1"),
                           ((*create, "--signature", sig, "--certificate", sig, *log), "PEM"),
                           ((*create, "--signature", s.dir / "none", *log), "no such file")):
            yield from one_line(lacre(*args, "--out", new, want=None), word)
        s.fault = "other-entry"
        yield from one_line(lacre(*create, "--bundle", old, *log, "--out", new, want=1), "L5")
        s.fault = None
        key = keys("created", "ecdsa-p256")
        lacre("sign-blob", "--key", key, "--output-signature", sig, FILE)
        pub = key.with_suffix(".pub")
        yield from one_line(lacre(*create, "--signature", sig, "--key", pub, *log, "--out", new,
                                  want=1), "no entry")
        if new.exists():
            yield "written all the same"
        lacre(*create, "--signature", sig, "--key", pub, "--ignore-tlog", "--out", new)
        lacre("verify-blob", "--bundle", new, "--key", pub, "--insecure-ignore-tlog", FILE)


def bundles_are_made_of_envelopes():
    with services("enveloped") as s:
        envelope, pem, new = s.dir / "a.dsse", s.dir / "a.pem", s.dir / "new"
        lacre("attest-blob", "--identity-token", token(), *common(s, (1,), False), "--predicate",
              PREDICATE, "--type", "custom", "--bundle", s.dir / "first", "--output-attestation",
              envelope, "--output-certificate", pem, FILE)
        create = ("bundle", "create", "--attestation", envelope, "--certificate", pem, "--rekor-url",
                  s.url, "--out", new, "--artifact")
        yield from one_line(lacre(*create, TAMPERED, want=1), "V2")
        lacre(*create, FILE)
        lacre("verify-blob-attestation", "--bundle", new, *WHO, "--trusted-root",
              s.dir / "root.json", FILE)


def as_older(bundle, version, proofs=True):
    """A bundle of lacre's, as older versions have it."""
    value = json.loads(bundle.read_bytes())
    value["mediaType"] = f"application/vnd.dev.sigstore.bundle+json;version={version}"
    material = value["verificationMaterial"]
    material["x509CertificateChain"] = {"certificates": [material.pop("certificate")]}
    if not proofs:
        for entry in material["tlogEntries"]:
            del entry["inclusionProof"]
    return value


def bundles_are_upgraded():
    with services("upgraded") as s:
        first, old, new = s.dir / "first", s.dir / "old", s.dir / "new"
        lacre("sign-blob", "--identity-token", token(), *common(s, (1,)), "--bundle", first, FILE)
        verify = ("verify-blob", "--bundle", new, *WHO, "--trusted-root", s.dir / "root.json")
        for version, proofs in (("0.1", True), ("0.1", False), ("0.2", True), (None, True)):
            value = as_older(first, version, proofs) if version else json.loads(first.read_bytes())
            old.write_text(json.dumps(value))
            if not proofs:
                yield from one_line(lacre("bundle", "upgrade", old, "--out", new, want=2),
                                    "--rekor-url")
                s.fault = "other-entry"
                yield from one_line(lacre("bundle", "upgrade", old, "--out", new, "--rekor-url", s.url,
                                          want=1), "L5")
                s.fault = None
            lacre("bundle", "upgrade", old, "--out", new, "--rekor-url", s.url)
            if json.loads(new.read_bytes()).keys() != json.loads(first.read_bytes()).keys():
                yield f"{version}: {new.read_bytes()[:200]}"
            lacre(*verify, FILE)
            lacre(*verify, TAMPERED, want=14)
            new.unlink()
        if lacre("bundle", "upgrade", first).stdout.strip() != first.read_bytes().strip():
            yield "a bundle of the newest version changes"
        old.write_text("{}")
        yield from one_line(lacre("bundle", "upgrade", old, "--out", new, want=1), "F1")
        lacre("sign-blob", "--identity-token", token(), *common(s, (1,), False), "--bundle", old,
              "--new-bundle-format=false", FILE)
        yield from one_line(lacre("bundle", "upgrade", old, "--out", new, want=2), "bundle create")


def bundles_are_shown():
    with services("shown") as s:
        bundle = s.dir / "bundle"
        lacre("sign-blob", "--identity-token", token(), *common(s, (1,)), "--bundle", bundle, FILE)
        text = lacre("bundle", "inspect", bundle).stdout.decode()
        digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
        for word in ("Bundle Version: 0.3", f"Subject Alternative Name: {ME}", ISSUER, digest,
                     "hashedrekord", "Tree Size: 6", f"Checkpoint Origin: {s.host}", "Timestamps: 1"):
            if word not in text:
                yield f"no {word!r} in {text}"
        lacre("attest-blob", "--identity-token", token(), *common(s, (2,)), "--predicate", PREDICATE,
              "--type", "https://example.com/t", "--bundle", bundle, FILE)
        text = lacre("bundle", "inspect", bundle).stdout.decode()
        for word in ("Predicate Type: https://example.com/t", "Subject: file", digest):
            if word not in text:
                yield f"no {word!r} in {text}"
        bundle.write_text('{"mediaType": 1}')
        yield from one_line(lacre("bundle", "inspect", bundle, want=1), "F1")


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


def stopped_while_it_waits():
    """Ctrl-C while a service thinks: nothing is written, neither file nor attachment."""
    with services("stopped") as s:
        image, bundle = layout("stopped-layout"), s.dir / "bundle"
        before = snapshot(WORK / "stopped-layout")
        common_options = ("--identity-token", token(), *common(s, (1,)))
        for command in (("sign-blob", *common_options, "--bundle", bundle, FILE),
                        ("sign", "--quiet", *common_options, image)):
            s.fault = "slow"
            s.seen.clear()
            child = subprocess.Popen([LACRE.path, *map(str, command)], stdin=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE, env={"HOME": str(WORK)})
            while ("POST", "/tsa") not in s.seen and child.poll() is None:
                time.sleep(0.02)
            child.send_signal(signal.SIGINT)
            err = child.communicate(timeout=20)[1]
            s.fault = None
            with s.lock:  # it has woken up
                pass
            if child.returncode != 130 or err:
                yield f"{command[0]}: {child.returncode} {err!r}"
            if bundle.exists() or snapshot(WORK / "stopped-layout") != before:
                yield f"{command[0]}: something was written"


def a_busy_service_is_asked_again():
    with services("busy") as s:
        bundle = s.dir / "bundle"
        s.fault = "busy-once"
        lacre("sign-blob", "--identity-token", token(), *common(s, (1,)), "--bundle", bundle, FILE)
        if [p for _, p in s.seen].count("/api/v2/signingCert") != 2 or len(s.log1.bodies) != 6:
            yield f"{s.seen}"


def tokens_are_shown_to_nobody():
    with services("silent") as s:
        text = token()
        for fault in (None, "status-signingCert-401", "wrong-sct"):
            s.fault = fault
            done = lacre("sign-blob", "--debug", "--identity-token", text, *common(s, (1,)), "--bundle",
                         s.dir / "bundle", FILE, want=None)
            for part in text.split("."):
                if len(part) > 20 and part.encode() in done.stderr + done.stdout:
                    yield f"{fault}: a part of the token in {done.stderr!r}"
            if text.encode() in (s.dir / "bundle").read_bytes():
                yield "the token in the bundle"


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
         images_signed_by_keys_are_published_once, timestamps_made_by_openssl,
         trusted_roots_are_made_of_files, trusted_roots_of_wrong_parts,
         signing_configs_are_made_of_words, bundles_are_made_of_older_files,
         bundles_are_made_of_envelopes, bundles_are_upgraded, bundles_are_shown,
         wrong_answers_are_refused, faults_of_newer_logs,
         stopped_while_it_waits, a_busy_service_is_asked_again, tokens_are_shown_to_nobody,
         nobody_is_there]

FILE.write_text("hello\n")
TAMPERED.write_text("hello!\n")
PREDICATE.write_text('{"answer": 42}')
try:
    run([(f.__name__, f) for f in CASES if f.__name__ in sys.argv[2:] or not sys.argv[2:]])
finally:
    shutil.rmtree(WORK, ignore_errors=True)
