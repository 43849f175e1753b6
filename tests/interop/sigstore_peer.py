#!/usr/bin/env python3
"""sigstore's own client for Python, both ways: it verifies what lacre signed and refuses what was
tampered with; lacre verifies what it signed. Certificates, logs and timestamps are those of the
services on loopback.

usage: sigstore_peer.py LACRE
"""

import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "house"), str(HERE.parent / "e2e")]

import tap  # noqa: E402
from peer_python import python_with  # noqa: E402
from program import Program  # noqa: E402

WORK = pathlib.Path(tempfile.mkdtemp(prefix="lacre-sigstore-"))
ME = "me@example.com"


def own_python():
    """The rest runs where the client is."""
    if os.environ.get("LACRE_PEER") != "sigstore":
        python = python_with("sigstore")
        os.execve(python, [str(python), *sys.argv], {**os.environ, "LACRE_PEER": "sigstore"})


def lacre(*args, want=0):
    done = Program(sys.argv[1]).run(*args, env={"HOME": str(WORK), "COSIGN_PASSWORD": "pw"},
                                    timeout=60)
    if done.returncode != want:
        raise RuntimeError(f"lacre {' '.join(map(str, args))}: exit {done.returncode}, want {want}: "
                           + done.stderr.decode())
    return done


def material(s, logs, tsa=True):
    return (s.write("config.json", s.signing_config(logs, tsa)),
            s.write("root.json", s.trusted_root()))


def peer_verifies(root, bundle, file, issuer):
    """None, or why not."""
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier
    from sigstore.verify.policy import Identity

    verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root)))
    policy = Identity(identity=ME, issuer=issuer)
    try:
        read = Bundle.from_json(bundle.read_bytes())
        if read._dsse_envelope is None:
            verifier.verify_artifact(file.read_bytes(), read, policy)
        else:
            _, payload = verifier.verify_dsse(read, policy)
            digest = json.loads(payload)["subject"][0]["digest"]["sha256"]
            if digest != hashlib.sha256(file.read_bytes()).hexdigest():
                return "another subject"
    except Exception as e:  # any refusal is one
        return f"{type(e).__name__}: {e}"
    return None


SHAPES = [((1,), False), ((1,), True), ((2,), True)]


def it_verifies_what_lacre_signs():
    from fake_sigstore import ISSUER, Services, token
    with Services(WORK / "verifies") as s:
        file, other, bundle = s.dir / "file", s.dir / "other", s.dir / "bundle"
        file.write_text("hello\n")
        other.write_text("hello!\n")
        (s.dir / "predicate").write_text('{"answer": 42}')
        for logs, tsa in SHAPES:
            config, root = material(s, logs, tsa)
            common = ("--identity-token", token(ME), "--signing-config", config, "--trusted-root",
                      root, "--bundle", bundle)
            for command in (("sign-blob",),
                            ("attest-blob", "--predicate", s.dir / "predicate", "--type",
                             "https://example.com/t")):
                lacre(*command, *common, file)
                what = f"{command[0]} {logs} {tsa}"
                why = peer_verifies(root, bundle, file, ISSUER)
                if why:
                    yield f"{what}: {why}"
                if not peer_verifies(root, bundle, other, ISSUER):
                    yield f"{what}: another file was accepted"
                if not peer_verifies(root, bundle, file, "https://other.example.com"):
                    yield f"{what}: another issuer was accepted"
                value = json.loads(bundle.read_bytes())
                entry = value["verificationMaterial"]["tlogEntries"][0]
                entry["inclusionProof"]["hashes"][0] = "A" * 43 + "="
                changed = s.write("changed", value)
                if not peer_verifies(root, changed, file, ISSUER):
                    yield f"{what}: another proof was accepted"


def lacre_verifies_what_it_signs():
    from fake_sigstore import ISSUER, Services, token
    from sigstore import dsse, oidc
    from sigstore.models import ClientTrustConfig
    from sigstore.sign import SigningContext
    with Services(WORK / "signs") as s:
        file, other, bundle = s.dir / "file", s.dir / "other", s.dir / "bundle"
        file.write_text("hello\n")
        other.write_text("hello!\n")
        for logs, tsa in SHAPES:
            _, root = material(s, logs, tsa)
            trust = ClientTrustConfig.from_json(json.dumps({
                "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
                "trustedRoot": s.trusted_root(), "signingConfig": s.signing_config(logs, tsa)}))
            context = SigningContext.from_trust_config(trust)
            statement = dsse.StatementBuilder().subjects([dsse.Subject(
                name="file", digest=dsse.DigestSet(root={"sha256": hashlib.sha256(
                    file.read_bytes()).hexdigest()}))]).predicate_type(
                        "https://example.com/t").predicate({"answer": 42}).build()
            with context.signer(oidc.IdentityToken(token(ME))) as signer:
                made = (signer.sign_artifact(file.read_bytes()), signer.sign_dsse(statement))
            for value, command in zip(made, ("verify-blob", "verify-blob-attestation")):
                bundle.write_text(value.to_json())
                verify = (command, "--bundle", bundle, "--certificate-identity", ME,
                          "--certificate-oidc-issuer", ISSUER, "--trusted-root", root)
                lacre(*verify, file)
                lacre(*verify, other, want=14)
    return []


def cases():
    own_python()
    warnings.simplefilter("ignore")
    return [("it verifies what lacre signs", it_verifies_what_lacre_signs),
            ("lacre verifies what it signs", lacre_verifies_what_it_signs)]


try:
    tap.run(cases())
except tap.Skip as missing:
    print(f"1..0 # SKIP {missing}")
finally:
    shutil.rmtree(WORK, ignore_errors=True)
