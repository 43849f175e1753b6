"""Signatures and attestations of images through the program: each case of the shared data as its
index says, and each reason apart by rule and exit status."""

import base64
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "house")]

from program import Program, data_dir  # noqa: E402
import tap  # noqa: E402

PROGRAM = Program(sys.argv[1])
FOLDERS = ("cosign", "cosign-keyless")


def cases(data):
    for folder in FOLDERS:
        with open(data / folder / "index.json", encoding="utf-8") as f:
            for case in json.load(f)["cases"]:
                if case["kind"] in ("image", "image-attestation"):
                    yield data / folder, case


def arguments(base, case):
    args = ["verify" if case["kind"] == "image" else "verify-attestation", "--local-image"]
    if case.get("key"):
        args += ["--key", base / case["key"]]
    else:
        args += ["--certificate-identity", case["identity"],
                 "--certificate-oidc-issuer", case["issuer"],
                 "--trusted-root", base / case["trusted_root"]]
    if case.get("ignore_tlog"):
        args.append("--insecure-ignore-tlog")
    if case.get("type"):
        args += ["--type", case["type"]]
    for key, value in case.get("annotations", {}).items():
        args += ["-a", f"{key}={value}"]
    return [*args, base / case["layout"]]


# What each failure must say: exit status, and the rules that may stand in the report.
REASONS = {
    "img-legacy-ann-bad": (12, "P3"), "img-legacy-wrongkey": (12, "V1"),
    "img-newfmt-wrongkey": (12, "V2"), "img-needs-log": (12, "L1"),
    "img-attleg-not-signed": (10, "V3"), "img-twokeys-ann-otherkey": (12, "P3"),
    "att-leg-missing": (10, "V3"), "att-new-missing": (10, "V3"),
    "att-sig-is-not-custom": (10, "V3"), "img-bad-payload": (12, "V1"),
    "img-bad-sig": (12, "V1"), "img-bad-blobdigest": (14, "A1"), "img-other-image": (14, "P2"),
    "img-new-old-version": (12, "A2"), "img-payload-wrong-type": (14, "P1"),
    "img-payload-no-digest": (14, "P1"), "img-payload-dup-key": (14, "P1"),
    "i-legacy-nocert": (13, "F9"), "i-legacy-expired": (12, "C3"), "i-legacy-id": (12, "I1"),
    "i-legacy-issuer": (12, "I2"), "i-legacy-set-time": (14, "L3"),
    "i-legacy-other-entry": (14, "L8"), "i-new-attestation": (10, "V3"),
}


def check(base, case):
    done = PROGRAM.run(*arguments(base, case))
    passed = done.returncode == 0
    if passed != (case["expect"] == "pass"):
        yield f"exit {done.returncode}: {done.stderr.decode()[-400:]}"
        return
    if passed:
        if not done.stdout.strip():
            yield "nothing printed"
        return
    if done.stdout:
        yield f"printed of an image that fails: {done.stdout[:200]}"
    want = REASONS.get(case["case"])
    if want is None:
        return
    report = json.loads(PROGRAM.run(*arguments(base, case), "--output", "report").stdout)
    rules = {f.get("Rule") for f in report[0]["Signatures"]}
    if done.returncode != want[0] or want[1] not in rules:
        yield f"exit {done.returncode} rules {rules}, want {want}; {done.stderr.decode()[-300:]}"


def payloads(base):
    """What is printed is what cosign prints: an array of payloads, or an envelope a line."""
    key = base / "keys/p256.pub"
    common = ("--insecure-ignore-tlog", "--local-image", "--key", key)
    signed = PROGRAM.json("verify", *common, base / "images/legacy")
    if [p["critical"]["type"] for p in signed] != ["cosign container image signature"]:
        yield f"payloads: {signed}"
    new = PROGRAM.json("verify", *common, base / "images/newfmt")
    if [p["critical"]["type"] for p in new] != ["https://sigstore.dev/cosign/sign/v1"]:
        yield f"payloads: {new}"
    lines = PROGRAM.run("verify-attestation", *common, "--type", "cyclonedx",
                        base / "images/attleg", check=True).stdout.splitlines()
    for line in lines:
        if json.loads(line)["payloadType"] != "application/vnd.in-toto+json":
            yield f"no envelope: {line[:200]}"
    if len(lines) != 1:
        yield f"{len(lines)} lines"


def thresholds(base):
    keys = [a for n in ("p256", "rsa3072", "ed25519", "p384")
            for a in ("--key", base / f"keys/{n}.pub")]
    common = ("verify", "--insecure-ignore-tlog", "--local-image", base / "images/twokeys")
    for extra, want in (([*keys, "--threshold", "4"], 0), ([*keys, "--threshold", "5"], 12),
                        ([*keys[:4], "--threshold", "3"], 12), ([*keys, "--max-age", "24h"], 12)):
        got = PROGRAM.run(*common, *extra).returncode
        if got != want:
            yield f"{extra[-2:]}: exit {got}, want {want}"


def explains(base):
    """Every attachment is told of, also in text."""
    done = PROGRAM.run("verify", "--insecure-ignore-tlog", "--local-image", "--output", "text",
                       "--key", base / "keys/rsa3072.pub", base / "images/twokeys")
    text = done.stdout.decode()
    if done.returncode or text.count("V1") != 3 or text.count("  + signature") != 1:
        yield f"{done.returncode}: {text}"


def layouts(base):
    """An image in a layout is signed there, and refused once it was changed."""
    with tempfile.TemporaryDirectory() as tmp:
        layout = pathlib.Path(tmp) / "layout"
        shutil.copytree(base / "images/bad-sig", layout)
        for path in [layout, *layout.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        sign = ("sign", "--key", base / "keys/p384.key", f"oci:{layout}")
        verify = ("verify", "--insecure-ignore-tlog", "--key", base / "keys/p384.pub",
                  "--local-image", layout)
        before = PROGRAM.run(*verify).returncode
        for extra in ((), ("--new-bundle-format=false",), ()):
            PROGRAM.run(*sign, *extra, env={"LACRE_PASSWORD": "pw-p384"}, check=True)
        report = PROGRAM.json(*verify, "--output", "report")[0]
        if before != 12 or (report["Counted"], report["Signers"]) != (2, 1):
            yield f"{before}: {report}"
        wrong = PROGRAM.run(*sign, env={"LACRE_PASSWORD": "wrong"})
        if wrong.returncode == 0 or wrong.stderr.count(b"\n") != 1:
            yield f"wrong password: {wrong.returncode} {wrong.stderr}"
        image = layout / "blobs" / report["Digest"].replace(":", "/")
        image.write_bytes(image.read_bytes() + b" ")
        changed = PROGRAM.run(*verify)
        if changed.returncode != 14:
            yield f"changed: {changed.returncode} {changed.stderr}"


def usage(base):
    layout = base / "images/legacy"
    key = base / "keys/p256.pub"
    for args, want in ((("verify", "--local-image", layout), 2),
                       (("verify", "--local-image", "--certificate-identity", "x", layout), 2),
                       (("verify", "--local-image", "--key", key, base / "none"), 2),
                       (("verify", "--local-image", "--key", base / "none", layout), 1),
                       (("verify", "--key", key, "oci:" + str(layout) + ":none"), 11),
                       (("verify", "--key", key, "reg.example/UPPER"), 2),
                       (("verify-attestation", "--local-image", "--key", key, "--type", "none",
                         layout), 2),
                       (("verify", "--key", key, "--insecure", "127.0.0.1:1/x"), 15)):
        done = PROGRAM.run(*args)
        if done.returncode != want or done.stderr.count(b"\n") != 1:
            yield f"{args[1:]}: exit {done.returncode}, want {want}: {done.stderr.decode()}"


def denies(base):
    """What is denied does not count, whoever signed it, and says so by its rule."""
    layout = base / "images/twokeys"
    keys = [a for n in ("p256", "rsa3072", "ed25519", "p384")
            for a in ("--key", base / f"keys/{n}.pub")]
    common = ("verify", "--insecure-ignore-tlog", "--local-image", "--output", "report", *keys)
    before = PROGRAM.json(*common, layout)[0]
    one = next(s for s in before["Signatures"] if s["Verified"])["Signer"]["KeyID"]
    with tempfile.TemporaryDirectory() as tmp:
        listed = pathlib.Path(tmp) / "denied"
        listed.write_text(f"# taken back\n\nkey {one}\nidentity nobody@example.com\n")
        bad = pathlib.Path(tmp) / "bad"
        bad.write_text("key sha256:00\n")
        cases = ((("--deny-key", one), "D2", 3), (("--deny-list", listed), "D2", 3),
                 (("--deny-key", base / "keys/p256.pub"), "D2", 3),
                 (("--deny-identity", "nobody@example.com"), None, 4),
                 (("--deny-digest", before["Digest"]), "D4", 0),
                 (("--deny-digest", "sha256:" + "0" * 64), None, 4))
        for extra, rule, signers in cases:
            done = PROGRAM.run(*common, *extra, layout)
            told = json.loads(done.stdout)[0]
            rules = {s.get("Rule") for s in told["Signatures"]} - {None}
            if told["Signers"] != signers or rules != ({rule} if rule else set()) \
                    or done.returncode != (0 if signers else 12):
                yield f"{extra}: exit {done.returncode} signers {told['Signers']} rules {rules}"
        for extra, want, word in ((("--deny-list", bad), 2, "line 1"),
                                  (("--deny-key", "sha256:00"), 2, "--deny-key"),
                                  (("--deny-digest", "x"), 2, "--deny-digest"),
                                  (("--deny-list", base / "none"), 1, "none")):
            done = PROGRAM.run(*common, *extra, layout)
            if done.returncode != want or word not in done.stderr.decode() \
                    or done.stderr.count(b"\n") != 1:
                yield f"{extra}: {done.returncode} {done.stderr}"
    done = PROGRAM.run(*common, "--threshold", "5", layout)
    if b"4 signers count, and 5 are asked for" not in done.stderr \
            or json.loads(done.stdout)[0]["Threshold"] != 5:
        yield f"too few: {done.stderr}"


def identities(data):
    """Several names, each with its issuer, or all with one."""
    base = data / "cosign-keyless"
    with open(base / "index.json", encoding="utf-8") as f:
        case = next(c for c in json.load(f)["cases"]
                    if c["kind"] == "image" and c["expect"] == "pass" and c.get("identity"))
    name, issuer = case["identity"], case["issuer"]
    common = ("verify", "--local-image", "--trusted-root", base / case["trusted_root"])
    for names, issuers, want in (([name, "x"], [issuer], 0), (["x", name], [issuer], 0),
                                 (["x", name], ["https://x", issuer], 0),
                                 (["x", name], [issuer, "https://x"], 12),
                                 (["x", "y"], [issuer], 12), ([name], [issuer, issuer], 2),
                                 ([name, "x", "y"], [issuer, issuer], 2), ([name, ""], [issuer], 2)):
        args = [a for n in names for a in ("--certificate-identity", n)]
        args += [a for i in issuers for a in ("--certificate-oidc-issuer", i)]
        done = PROGRAM.run(*common, *args, base / case["layout"])
        if done.returncode != want:
            yield f"{names} {issuers}: exit {done.returncode}, want {want}: {done.stderr.decode()}"
    done = PROGRAM.run(*common, "--certificate-identity", name, "--certificate-oidc-issuer", issuer,
                       "--deny-identity", name, "--output", "report", base / case["layout"])
    if done.returncode != 12 or '"D3"' not in done.stdout.decode():
        yield f"denied: {done.returncode} {done.stdout}"


def put_bundle(blobs, bundle, referrer):
    for content in (bundle, referrer):
        text = json.dumps(content).encode()
        digest = hashlib.sha256(text).hexdigest()
        (blobs / digest).write_bytes(text)
        if content is bundle:
            referrer["layers"][0].update(digest=f"sha256:{digest}", size=len(text))


def tampered(base):
    """A bundle that says whose it is, and whose signature was altered, is told from a stranger's."""
    with tempfile.TemporaryDirectory() as tmp:
        layout = pathlib.Path(tmp) / "layout"
        shutil.copytree(base / "images/newfmt", layout)
        for path in [layout, *layout.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        blobs = layout / "blobs/sha256"
        manifest = next(p for p in blobs.iterdir() if b'"subject"' in p.read_bytes()[:2000])
        referrer = json.loads(manifest.read_bytes())
        blob = blobs / referrer["layers"][0]["digest"].split(":")[1]
        bundle = json.loads(blob.read_bytes())
        envelope = bundle["dsseEnvelope"]
        raw = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
        raw[-1] ^= 1
        envelope["signatures"][0]["sig"] = base64.b64encode(raw).decode()
        for path in (blob, manifest):
            path.unlink()
        put_bundle(blobs, bundle, referrer)
        yield from by_either_key(base, layout)
        # What anyone may put beside it silences no alarm, and leaves nothing open.
        bundle.pop("dsseEnvelope")
        bundle["messageSignature"] = {"messageDigest": {"algorithm": "SHA3_256", "digest": "eA=="},
                                      "signature": "c2ln"}
        put_bundle(blobs, bundle, referrer)
        yield from by_either_key(base, layout, "F1")


def by_either_key(base, layout, rule=""):
    for key, want in (("p256", 14), ("p384", 12)):
        done = PROGRAM.run("verify", "--insecure-ignore-tlog", "--local-image", "--key",
                           base / f"keys/{key}.pub", layout)
        if done.returncode != want or rule not in done.stderr.decode():
            yield f"{key}: exit {done.returncode}, want {want} {rule}: {done.stderr.decode()}"


def main():
    data = data_dir()
    if not data or not (data / "cosign").is_dir():
        print("1..0 # SKIP no shared data")
        return
    rows = [(f"{base.name}: {case['case']}: {case['why']}",
             lambda base=base, case=case: check(base, case)) for base, case in cases(data)]
    for name, fn in (("prints what cosign prints", payloads), ("k of n and age", thresholds),
                     ("explains", explains), ("denies", denies), ("tampered", tampered),
                     ("layouts", layouts), ("usage", usage)):
        rows.append((name, lambda fn=fn: fn(data / "cosign")))
    rows.append(("several identities", lambda: identities(data)))
    tap.run(rows)


if __name__ == "__main__":
    main()
