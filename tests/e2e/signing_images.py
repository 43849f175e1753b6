"""Signatures and attestations of images through the program: each case of the shared data as its
index says, and each reason apart by rule and exit status."""

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


def main():
    data = data_dir()
    if not data or not (data / "cosign").is_dir():
        print("1..0 # SKIP no shared data")
        return
    rows = [(f"{base.name}: {case['case']}: {case['why']}",
             lambda base=base, case=case: check(base, case)) for base, case in cases(data)]
    for name, fn in (("prints what cosign prints", payloads), ("k of n and age", thresholds),
                     ("explains", explains), ("layouts", layouts), ("usage", usage)):
        rows.append((name, lambda fn=fn: fn(data / "cosign")))
    tap.run(rows)


if __name__ == "__main__":
    main()
