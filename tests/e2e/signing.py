#!/usr/bin/env python3
"""Files and their signatures through the program: every case of the shared data gives the expected
answer, with the file and with its digest; what is refused says by which rule, in text and JSON.

usage: signing.py LACRE
"""

import base64
import functools
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

from program import Program, data_dir
from tap import Skip, run

lacre = Program(sys.argv[1])
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)
STATUSES = {10, 12, 13, 14, 15}  # of signatures that do not count


def cases(folder, least, *kinds):
    data = data_dir()
    if data is None:
        raise Skip("the shared test data is not here")
    index = json.loads((data / folder / "index.json").read_text(encoding="utf-8"))
    chosen = [c for c in index["cases"] if c.get("kind") in kinds]
    if len(chosen) < least:
        raise ValueError(f"{folder}: {len(chosen)} cases")
    return data / folder, chosen


def arguments(base, case):
    """The command line of a case, without the file."""
    attestation = case.get("kind") == "blob-attestation"
    args = ["verify-blob-attestation" if attestation else "verify-blob"]
    if case.get("bundle"):
        args += ["--bundle", base / case["bundle"]]
    elif case.get("old_bundle"):
        args += ["--new-bundle-format=false", "--bundle", base / case["old_bundle"]]
    else:
        args += ["--signature", base / case["signature"]]
    if case.get("key"):
        args += ["--key", base / case["key"]]
    if case.get("identity"):
        args += ["--certificate-identity", case["identity"],
                 "--certificate-oidc-issuer", case["issuer"]]
    if case.get("trusted_root") == "public-good":
        args += ["--trusted-root", base.parent / "sigstore-root/trusted_root.json"]
    elif case.get("trusted_root"):
        args += ["--trusted-root", base / case["trusted_root"]]
    if case.get("ignore_tlog"):
        args += ["--insecure-ignore-tlog"]
    if attestation and case.get("type"):
        args += ["--type", case["type"]]
    return args


def judge(case, done, by_digest):
    """What is wrong with an answer in JSON."""
    err = done.stderr.decode()
    told = json.loads(done.stdout) if done.stdout else None
    want = case["expect"] == "pass"
    if want and by_digest and done.returncode == 15 and "give the file" in err:
        return  # a signature of Ed25519 cannot be told by a digest, and says so
    where = f"{case['case']}{' by digest' if by_digest else ''}: {done.returncode} {err.strip()}"
    if not told and not want and "--trusted-root" in err and done.returncode == 1:
        return  # whom to trust could not be read: nothing was judged
    if not told:
        yield f"no JSON: {where}"
    elif (done.returncode == 0) != want or told["Verified"] != want:
        yield where
    elif not want:
        one = told["Signatures"][0]
        if done.returncode not in STATUSES or told["ExitStatus"] != done.returncode:
            yield f"status: {where}"
        if not one["Rule"] or not one["Reason"] or one["Rule"] not in err:
            yield f"no rule: {where}"


def run_cases(base, chosen):
    for case in chosen:
        artefact = base / case["artifact"]
        digest = hashlib.sha256(artefact.read_bytes()).hexdigest()
        for by_digest, name in ((False, artefact), (True, f"sha256:{digest}")):
            done = lacre.run(*arguments(base, case), "--output", "json", name, cwd=ROOT)
            yield from judge(case, done, by_digest)


def answers_as_the_conformance_suite_expects():
    yield from run_cases(*cases("sigstore-conformance", 70, None))


def answers_as_expected_with_keys():
    yield from run_cases(*cases("cosign", 44, "blob", "blob-attestation"))


def answers_as_expected_with_a_private_instance():
    base, chosen = cases("cosign-keyless", 23, "bundle")
    yield from run_cases(base, chosen)
    dsse = [dict(c, kind="blob-attestation") for c in chosen if c.get("type")]
    yield from run_cases(base, dsse)
    yield from run_cases(base, [dict(c, type=None) for c in dsse])


def status_of(case, *args, name=None, base=None, **changes):
    folder, chosen = cases(base or "cosign", 1, "blob", "blob-attestation", "bundle")
    one = dict(next(c for c in chosen if c["case"] == case), **changes)
    return lacre.run(*arguments(folder, one), *args, name or folder / one["artifact"], cwd=ROOT)


def statuses_tell_reasons_apart():
    for done, status, *words in (
            (status_of("blob-bad-artifact"), 14, "V1"),
            (status_of("blob-bad-key"), 12, "another key"),
            (status_of("blob-needs-log"), 12, "L1", "--insecure-ignore-tlog"),
            (status_of("blob-new-p256-blob", key=None, identity="a", issuer="b"), 13, "F9"),
            (status_of("k-ok", base="cosign-keyless", identity="other"), 12, "I1"),
            (status_of("k-ok", base="cosign-keyless", issuer="https://other"), 12, "I2"),
            (status_of("k-ok", base="cosign-keyless", trusted_root=None), 15, "L1",
             "--trusted-root"),
            (status_of("blobatt-wrong-type"), 12, "V3"),
            (status_of("blob-new-p256-blob", key=None), 2, "--key"),
            (status_of("blob-new-p256-blob", name="absent"), 1, "absent"),
            (status_of("blob-new-p256-blob", name="sha256:12"), 1, "sha256:12"),
            (status_of("blob-new-p256-blob", "--signature", "x"), 2, "not both")):
        err = done.stderr.decode()
        if done.returncode != status or any(word not in err for word in words):
            yield f"{done.args[1:]}: {done.returncode}, want {status} {words}: {err}"


def an_envelope_may_be_verified_alone():
    base, chosen = cases("cosign", 1, "blob-attestation")
    case = next(c for c in chosen if c["expect"] == "pass" and c.get("bundle"))
    args = arguments(base, case)
    other = base / "index.json"
    for extra, want in (((other,), 14), ((other, "--check-claims=false"), 0),
                        (("--check-claims=false",), 0), ((), 2),
                        (("--check-claims=false", "--deny-digest", "sha256:" + "0" * 64), 2),
                        (("--check-claims=false", "--type", "https://other.example"), 12)):
        done = lacre.run(*args, *extra, cwd=ROOT)
        if done.returncode != want:
            yield f"{extra}: {done.returncode}, want {want}: {done.stderr!r}"


def a_timestamp_may_lie_beside_the_signature():
    """Made by openssl ts, in cosign's JSON and as it is; of another signature it does not count."""
    base, _ = cases("cosign", 1, "blob")
    here = key_pair("ecdsa-p256")
    (here / "dated").write_bytes(b"dated")
    sign(here, "--bundle", "dated.json", "--output-signature", "dated.sig", "dated", check=True)
    (here / "ts.cnf").write_text("""[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[stamps]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[tsa]
default_tsa = t
[t]
serial = ts.serial
signer_digest = sha256
default_policy = 1.2.3
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
[dn]
""")
    (here / "ts.serial").write_text("01\n")
    (here / "dated.raw").write_bytes(base64.b64decode((here / "dated.sig").read_text()))

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=here, capture_output=True, check=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/O=test/CN=root", "-config", "ts.cnf",
            "-extensions", "ca", "-days", "10")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/O=test/CN=tsa", "-config", "ts.cnf")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out",
            "tsa.pem", "-extfile", "ts.cnf", "-extensions", "stamps", "-days", "9",
            "-CAcreateserial")
    (here / "chain.pem").write_text((here / "tsa.pem").read_text() + (here / "ca.pem").read_text())
    for what, to in (("dated.raw", "good"), ("ts.cnf", "other")):
        openssl("ts", "-query", "-data", what, "-sha256", "-cert", "-out", f"{to}.tsq")
        openssl("ts", "-reply", "-queryfile", f"{to}.tsq", "-signer", "tsa.pem", "-inkey",
                "tsa.key", "-config", "ts.cnf", "-out", f"{to}.tsr")
    (here / "good.json").write_text(json.dumps({"SignedRFC3161Timestamp": base64.b64encode(
        (here / "good.tsr").read_bytes()).decode()}))
    for stamp, want in (("good.tsr", 0), ("good.json", 0), ("other.tsr", 12), (None, 12)):
        for form in (["--bundle", "dated.json"], ["--signature", "dated.sig"]):
            args = ["--rfc3161-timestamp", stamp] if stamp else []
            done = lacre.run("verify-blob", "--key", "lacre.pub", "--insecure-ignore-tlog",
                             "--timestamp-certificate-chain", "chain.pem",
                             "--use-signed-timestamps", "--max-age", "1h", *args, *form, "dated",
                             cwd=here)
            if done.returncode != want:
                yield f"{stamp} {form}: {done.returncode}, want {want}: {done.stderr!r}"


def identities_may_be_expressions():
    base, chosen = cases("cosign-keyless", 1, "bundle")
    case = next(c for c in chosen if c["case"] == "k-ok")
    plain = arguments(base, dict(case, identity=None))
    for name, issuer, want in (
            ("^https://git[.]example/acme/app/.*@refs/tags/v[0-9]+$", "^https://oidc[.]example$", 0),
            ("acme/app", "oidc", 0), ("^acme", "oidc", 12), ("acme", "^oidc", 12),
            ("(", "x", 2), ("^(a+)+$", "oidc", 12)):
        done = lacre.run(*plain, "--certificate-identity-regexp", name,
                         "--certificate-oidc-issuer-regexp", issuer, base / case["artifact"])
        loose = b"found anywhere" in done.stderr
        if done.returncode != want or (want != 2 and loose == name.startswith("^https")):
            yield f"{name} {issuer}: {done.returncode} {done.stderr!r}"
    done = lacre.run(*plain, "--certificate-identity", case["identity"], base / case["artifact"])
    if done.returncode != 2 or b"both" not in done.stderr:
        yield f"a name without an issuer: {done.returncode} {done.stderr!r}"


def standard_input_and_text_are_taken():
    base, chosen = cases("cosign", 1, "blob")
    case = next(c for c in chosen if c["case"] == "blob-sig-ed25519-blob")
    text = (base / case["signature"]).read_text().strip()
    with open(base / case["artifact"], "rb") as artefact:
        done = subprocess.run([lacre.path, "verify-blob", "--signature", text, "--key",
                               base / case["key"], "--insecure-ignore-tlog", "-"],
                              stdin=artefact, capture_output=True, check=False)
    if done.returncode or b"Verified OK" not in done.stdout:
        yield f"{done.returncode} {done.stderr!r}"
    raw = ROOT / "raw.sig"
    raw.write_bytes(base64.b64decode(text))
    for signature, want in ((raw, 0), (text[:-4] + "AAA=", 14), ("!" + text, 14)):
        done = lacre.run("verify-blob", "--signature", signature, "--key", base / case["key"],
                         "--insecure-ignore-tlog", base / case["artifact"])
        if done.returncode != want:
            yield f"{signature}: {done.returncode} {done.stderr!r}"


def key_pair(kind):
    here = ROOT / f"keys-{kind}"
    if not here.exists():
        here.mkdir()
        lacre.run("generate-key-pair", "--key-type", kind, cwd=here, check=True, env=SECRET)
    return here


def peak_of(child):
    """The most memory of a process in KiB, as long as it could be looked at."""
    peak = 0
    while child.poll() is None:
        try:
            text = pathlib.Path(f"/proc/{child.pid}/status").read_text()
        except OSError:
            break
        if text.startswith("Name:\tlacre") and "VmHWM" in text:
            peak = max(peak, int(text.split("VmHWM:")[1].split()[0]))
    return peak


SECRET = {"COSIGN_PASSWORD": "secret"}
OPENSSL = {"ecdsa-p256": ["-sha256"], "ecdsa-p384": ["-sha384"], "ecdsa-p521": ["-sha512"],
           "rsa": ["-sha256"]}


def sign(here, *args, **kw):
    return lacre.run("sign-blob", "--key", "lacre.key", *args, cwd=here, env=SECRET, **kw)


def what_is_signed_is_verified_here_and_by_openssl():
    for kind in (*OPENSSL, "ed25519"):
        here = key_pair(kind)
        (here / "blob").write_bytes(b"some content\n" * 1000)
        done = sign(here, "--bundle", "b.json", "--output-signature", "b.sig",
                    "--output-certificate", "b.pem", "--tlog-upload=false", "-y", "blob")
        if done.returncode:
            yield f"{kind}: {done.stderr!r}"
            continue
        sign(here, "--new-bundle-format=false", "--bundle", "b.old", "blob", check=True)
        raw = base64.b64decode((here / "b.sig").read_text(), validate=True)
        (here / "b.raw").write_bytes(raw)
        openssl = ["dgst", *OPENSSL[kind], "-verify", "lacre.pub", "-signature", "b.raw", "blob"] \
            if kind in OPENSSL else ["pkeyutl", "-verify", "-pubin", "-inkey", "lacre.pub",
                                     "-rawin", "-in", "blob", "-sigfile", "b.raw"]
        by_openssl = subprocess.run(["openssl", *openssl], cwd=here, capture_output=True,
                                    check=False)
        if by_openssl.returncode:
            yield f"{kind}: openssl: {by_openssl.stdout!r} {by_openssl.stderr!r}"
        if (here / "b.pem").read_bytes() != (here / "lacre.pub").read_bytes():
            yield f"{kind}: another public key"
        for form in (["--bundle", "b.json"], ["--bundle", "b.old"], ["--signature", "b.sig"],
                     ["--signature", "b.raw"]):
            for blob, want in (("blob", 0), ("lacre.pub", 14)):
                done = lacre.run("verify-blob", "--key", "lacre.pub", "--insecure-ignore-tlog",
                                 *form, blob, cwd=here)
                if done.returncode != want:
                    yield f"{kind} {form} {blob}: {done.returncode} {done.stderr!r}"


def bundles_have_the_form_that_cosign_writes():
    here = key_pair("ecdsa-p256")
    (here / "blob").write_bytes(b"x")
    sign(here, "--bundle", "form.json", "blob", check=True)
    text = (here / "form.json").read_text()
    bundle = json.loads(text)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-in", "lacre.pub", "-outform", "DER"],
                         cwd=here, capture_output=True, check=True).stdout
    hint = base64.b64encode(hashlib.sha256(der).digest()).decode()
    want = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": hint}},
            "messageSignature": {
                "messageDigest": {"algorithm": "SHA2_256", "digest": base64.b64encode(
                    hashlib.sha256(b"x").digest()).decode()},
                "signature": bundle["messageSignature"]["signature"]}}
    if bundle != want or list(bundle) != list(want) or " " in text:
        yield text
    sign(here, "--new-bundle-format=false", "--bundle", "form.old", "blob", check=True)
    old = json.loads((here / "form.old").read_text())
    if list(old) != ["base64Signature", "cert"] or \
            base64.b64decode(old["cert"]) != (here / "lacre.pub").read_bytes():
        yield f"{old}"


def signing_says_what_it_cannot_do():
    here = key_pair("ed25519")
    digest = "sha256:" + hashlib.sha256(b"x").hexdigest()
    for args, words in ((["--bundle", "d.json", digest], b"not its digest"),
                        (["--tlog-upload=true", "blob"], b"--rekor-url"),
                        (["absent"], b"absent"), (["--bundle", "no/such/dir", "lacre.pub"], b"no")):
        done = sign(here, *args)
        if done.returncode == 0 or words not in done.stderr or len(done.stderr.splitlines()) != 1:
            yield f"{args}: {done.returncode} {done.stderr!r}"
    done = lacre.run("sign-blob", "blob", cwd=here)
    if done.returncode != 2 or b"--key" not in done.stderr:
        yield f"no key: {done.returncode} {done.stderr!r}"
    if (here / "d.json").exists():
        yield "a bundle was written all the same"


def large_files_pass_in_constant_memory():
    here = key_pair("ecdsa-p256")
    with open(here / "large", "wb") as f:
        f.truncate(256 << 20)
    sign(here, "--bundle", "large.json", "large", check=True)
    args = [lacre.path, "verify-blob", "--key", "lacre.pub", "--bundle", "large.json",
            "--insecure-ignore-tlog", "large"]
    with subprocess.Popen(args, cwd=here, stdout=subprocess.DEVNULL) as child:
        peak = peak_of(child)
    if child.returncode or peak < 1000 or ("plain" in sys.argv and peak > 12 << 10):
        yield f"{child.returncode}: {peak} KiB"



def initialize(place, mirror, *args, **kw):
    return lacre.run("initialize", "--mirror", mirror, *args, cwd=ROOT,
                     env={"TUF_ROOT": str(place)}, **kw)


def tuf_data():
    data = data_dir()
    if data is None:
        raise Skip("the shared test data is not here")
    return data / "tuf"


def whom_to_trust_is_fetched_and_kept():
    tuf = tuf_data()
    root = tuf / "init/1.root.json"
    checksum = hashlib.sha256(root.read_bytes()).hexdigest()
    kept = ROOT / "kept/below"
    done = initialize(kept, tuf / "ok", "--root", root, "--root-checksum", checksum)
    if done.returncode or b"root version 3" not in done.stderr:
        yield f"{done.returncode} {done.stderr!r}"
        return
    want = next((tuf / "ok/targets").iterdir()).read_bytes()
    if (kept / "trusted_root.json").read_bytes() != want:
        yield "another target was kept"
    before = {p.name: p.read_bytes() for p in kept.iterdir()}
    for mirror, words in (("rollback-targets", b"older"), ("timestamp-bad-key", b"timestamp"),
                          ("target-bytes-same-length", b"hash"), ("absent", b"timestamp")):
        done = initialize(kept, tuf / mirror)
        if done.returncode != 1 or words not in done.stderr:
            yield f"{mirror}: {done.returncode} {done.stderr!r}"
        if {p.name: p.read_bytes() for p in kept.iterdir()} != before:
            yield f"{mirror}: what was kept was changed"
    if initialize(kept, tuf / "update-ok").returncode:
        yield "an ordinary update fails"
    done = initialize(ROOT / "none", tuf / "ok", "--root", root, "--root-checksum", "00" * 32)
    if done.returncode != 1 or b"--root-checksum" not in done.stderr or (ROOT / "none").exists():
        yield f"checksum: {done.returncode} {done.stderr!r}"
    done = initialize(ROOT / "none", tuf / "ok")
    if done.returncode != 2 or b"--root" not in done.stderr:
        yield f"no root: {done.returncode} {done.stderr!r}"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def a_mirror_on_the_web_works_as_a_directory_does():
    tuf = tuf_data()
    handler = functools.partial(Quiet, directory=str(tuf / "ok"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = initialize(ROOT / "web", f"http://127.0.0.1:{server.server_port}/", "--root",
                          tuf / "init/1.root.json")
        server.shutdown()
    if done.returncode or not (ROOT / "web/trusted_root.json").exists():
        yield f"{done.returncode} {done.stderr!r}"


def what_is_kept_judges_when_nothing_else_is_given():
    base, chosen = cases("cosign-keyless", 1, "bundle")
    case = next(c for c in chosen if c["case"] == "k-ok")
    kept = ROOT / "by-hand"
    kept.mkdir()
    (kept / "trusted_root.json").write_bytes((base / case["trusted_root"]).read_bytes())
    args = [*arguments(base, dict(case, trusted_root=None)), base / case["artifact"]]
    done = lacre.run(*args, env={"TUF_ROOT": str(kept)})
    if done.returncode:
        yield f"{done.returncode} {done.stderr!r}"
    (kept / "trusted_root.json").write_text("{}")
    done = lacre.run(*args, env={"TUF_ROOT": str(kept)})
    if done.returncode != 1 or b"trusted_root.json" not in done.stderr:
        yield f"damaged: {done.returncode} {done.stderr!r}"


run([(check.__name__, check) for check in (
    answers_as_the_conformance_suite_expects,
    answers_as_expected_with_keys,
    answers_as_expected_with_a_private_instance,
    statuses_tell_reasons_apart,
    an_envelope_may_be_verified_alone,
    a_timestamp_may_lie_beside_the_signature,
    identities_may_be_expressions,
    standard_input_and_text_are_taken,
    what_is_signed_is_verified_here_and_by_openssl,
    bundles_have_the_form_that_cosign_writes,
    signing_says_what_it_cannot_do,
    large_files_pass_in_constant_memory,
    whom_to_trust_is_fetched_and_kept,
    a_mirror_on_the_web_works_as_a_directory_does,
    what_is_kept_judges_when_nothing_else_is_given,
)])
