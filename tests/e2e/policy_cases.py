"""Images in skopeo's directories that are signed by certificates and logs of our own making, good and bad ones,
with the requirement of a policy that they are put before and what is to come of it."""

import base64
import datetime
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

NAME = "reg.example/app"
ISSUER = "https://oidc.example"
EMAIL = "one@example.com"
OID = "1.3.6.1.4.1.57264.1."
PEM = serialization.Encoding.PEM
SHA256 = hashes.SHA256()
MANIFEST = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}'
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
DAY = datetime.timedelta(days=1)


def b64(data):
    return base64.b64encode(data).decode()


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key):
    return key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Ca:
    def __init__(self, name, parent=None, ca=True):
        self.key, self.name = new_key(), named(name)
        signer = parent or self
        self.certificate = (
            x509.CertificateBuilder().subject_name(self.name).issuer_name(signer.name)
            .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 900 * DAY).not_valid_after(NOW + 900 * DAY)
            .add_extension(x509.BasicConstraints(ca, None), True)
            .sign(signer.key, SHA256))
        self.pem = self.certificate.public_bytes(PEM)

    def issue(self, key, names=(x509.RFC822Name(EMAIL),), start=-DAY, end=DAY,
              usage=(ExtendedKeyUsageOID.CODE_SIGNING,), issuers=()):
        builder = (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(self.name)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(NOW + start).not_valid_after(NOW + end)
                   .add_extension(x509.SubjectAlternativeName(list(names)), True))
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage(list(usage)), False)
        for number, text in issuers:
            raw = text.encode()
            value = raw if number == 1 else b"\x0c" + bytes([len(raw)]) + raw
            builder = builder.add_extension(
                x509.UnrecognizedExtension(ObjectIdentifier(OID + str(number)), value), False)
        return builder.sign(self.key, SHA256).public_bytes(PEM)


def payload(name=NAME, manifest=MANIFEST, **critical):
    inner = {"identity": {"docker-reference": name},
             "image": {"docker-manifest-digest": "sha256:" + hashlib.sha256(manifest).hexdigest()},
             "type": "cosign container image signature", **critical}
    return json.dumps({"critical": inner, "optional": None}, separators=(",", ":")).encode()


def promise(log, content, signature, signer_pem, time=NOW, log_key=None, body=None, **more):
    """The entry of a log as cosign keeps it, signed over its canonical form."""
    entry = body or {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
        "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}},
        "signature": {"content": b64(signature), "publicKey": {"content": b64(signer_pem)}}}}
    seconds = int(time.replace(tzinfo=datetime.timezone.utc).timestamp())
    spki = log.public_key().public_bytes(serialization.Encoding.DER,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)
    inner = {"body": b64(json.dumps(entry).encode()), "integratedTime": seconds, "logIndex": 7,
             "logID": hashlib.sha256(spki).hexdigest(), **more}
    text = json.dumps(inner, sort_keys=True, separators=(",", ":")).encode()
    return json.dumps({"SignedEntryTimestamp": b64((log_key or log).sign(text, ec.ECDSA(SHA256))),
                       "Payload": inner})


class Cases:
    def __init__(self, root):
        self.root, self.n = root, 0
        self.ca, self.other, self.log = Ca("root"), Ca("other"), new_key()
        self.between = Ca("between", self.ca)
        self.no_ca = Ca("no authority", self.ca, ca=False)
        self.key = new_key()

    def image(self, annotations, content, manifest=MANIFEST):
        place = self.root / f"case-{self.n}"
        self.n += 1
        place.mkdir()
        (place / "manifest.json").write_bytes(manifest)
        text = {"mimeType": "application/vnd.dev.cosign.simplesigning.v1+json", "payload": b64(content),
                "annotations": annotations}
        (place / "signature-1").write_bytes(b"\0sigstore-json\n" + json.dumps(text).encode())
        return place

    def signed(self, certificate=None, chain=None, content=None, logged=None, key=None, manifest=MANIFEST):
        content = content or payload()
        signature = (key or self.key).sign(content, ec.ECDSA(SHA256))
        notes = {"dev.cosignproject.cosign/signature": b64(signature)}
        if certificate:
            notes["dev.sigstore.cosign/certificate"] = certificate.decode()
        if chain:
            notes["dev.sigstore.cosign/chain"] = chain.decode()
        if logged:
            notes["dev.sigstore.cosign/bundle"] = logged(content, signature)
        return self.image(notes, content, manifest)

    def requirement(self, **by):
        identity = {"type": "exactRepository", "dockerRepository": NAME}
        return [{"type": "sigstoreSigned", "signedIdentity": identity, **by}]

    def pki(self, root=None, between=None, **who):
        by = {"caRootsData": b64((root or self.ca).pem), **(who or {"subjectEmail": EMAIL})}
        if between:
            by["caIntermediatesData"] = b64(between.pem)
        return self.requirement(pki=by)

    def fulcio(self, root=None, issuer=ISSUER, email=EMAIL, log=None):
        return self.requirement(
            fulcio={"caData": b64((root or self.ca).pem), "oidcIssuer": issuer, "subjectEmail": email},
            rekorPublicKeyData=b64(public_pem(log or self.log)))

    def by_key(self, key=None, log=None):
        by = {"keyData": b64(public_pem(key or self.key))}
        if log:
            by["rekorPublicKeyData"] = b64(public_pem(log))
        return self.requirement(**by)

    # ---- rows of (requirements, directory, exit status, rule or "") ----

    def of_pki(self):
        def leaf(**how):
            return self.ca.issue(self.key, **how)

        good = leaf()
        host = leaf(names=[x509.DNSName("build.example.com"), x509.DNSName("*.ci.example.com")])
        server = [ExtendedKeyUsageOID.SERVER_AUTH]
        below = self.between.issue(self.key)
        yield self.pki(), self.signed(good), 0, ""
        yield self.pki(root=self.other), self.signed(good), 12, "C1"
        yield self.pki(subjectEmail="two@example.com"), self.signed(good), 12, "I1"
        yield self.pki(subjectEmail="One@example.com"), self.signed(good), 12, "I1"
        yield self.pki(subjectHostname="example.com"), self.signed(good), 12, "I1"
        for name, status in (("build.example.com", 0), ("BUILD.example.com", 0), ("a.ci.example.com", 0),
                             ("a.b.ci.example.com", 12), ("ci.example.com", 12), ("example.com", 12)):
            yield self.pki(subjectHostname=name), self.signed(host), status, "I1" if status else ""
        yield self.pki(subjectHostname="build.example.com", subjectEmail=EMAIL), self.signed(host), 12, "I1"
        two = leaf(names=[x509.RFC822Name("first@example.com"), x509.RFC822Name(EMAIL)])
        yield self.pki(), self.signed(two), 0, ""
        yield self.pki(), self.signed(leaf(start=-3 * DAY, end=-DAY)), 12, "C3"
        yield self.pki(), self.signed(leaf(start=DAY, end=3 * DAY)), 12, "C3"
        yield self.pki(), self.signed(leaf(usage=server)), 12, "C4"
        yield self.pki(), self.signed(leaf(usage=())), 0, ""
        yield self.pki(), self.signed(below), 12, "C1"
        yield self.pki(between=self.between), self.signed(below), 0, ""
        yield self.pki(), self.signed(below, chain=self.between.pem + self.ca.pem), 0, ""
        yield self.pki(), self.signed(below, chain=self.between.pem), 12, "C1"
        yield self.pki(root=self.between), self.signed(below), 0, ""
        yield self.pki(between=self.no_ca), self.signed(self.no_ca.issue(self.key)), 12, "C1"
        yield self.pki(), self.signed(good, chain=b"rubbish"), 12, "F4"
        yield self.pki(), self.signed(good, chain=self.ca.pem + b"rubbish"), 12, "F4"
        yield self.pki(), self.signed(good + b"rubbish"), 12, "F4"
        yield self.pki(), self.signed(good + good), 12, "F4"
        yield self.pki(), self.signed(b"rubbish"), 12, "F4"
        yield self.pki(), self.signed(), 13, "F9"
        yield self.pki(), self.signed(good, key=new_key()), 14, "V1"
        yield self.pki(), self.signed(good, manifest=MANIFEST + b"\n"), 14, "P2"

    def of_fulcio(self):
        past = NOW - 300 * DAY
        short = {"start": -300 * DAY, "end": -300 * DAY + datetime.timedelta(minutes=10)}
        leaf = self.ca.issue(self.key, issuers=[(1, ISSUER), (8, ISSUER)], **short)

        def logged(pem=leaf, log=self.log, **how):
            how.setdefault("time", past + datetime.timedelta(minutes=1))
            return lambda content, signature: promise(log, content, signature, pem, **how)

        def certified(**how):
            pem = self.ca.issue(self.key, **{**short, **how})
            return self.signed(pem, logged=logged(pem))

        yield self.fulcio(), self.signed(leaf, logged=logged()), 0, ""
        yield self.fulcio(root=self.other), self.signed(leaf, logged=logged()), 12, "C1"
        yield self.fulcio(issuer="https://other.example"), self.signed(leaf, logged=logged()), 12, "I2"
        yield self.fulcio(email="two@example.com"), self.signed(leaf, logged=logged()), 12, "I1"
        yield self.fulcio(), certified(issuers=[(1, ISSUER)]), 0, ""
        yield self.fulcio(), certified(issuers=[(8, ISSUER)]), 0, ""
        yield self.fulcio(), certified(issuers=[(1, "https://other.example"), (8, ISSUER)]), 12, "I2"
        yield self.fulcio(), certified(), 12, "I2"
        yield self.fulcio(), self.signed(leaf, logged=logged(time=NOW)), 12, "C3"
        yield self.fulcio(), self.signed(leaf, logged=logged(time=past - DAY)), 12, "C3"
        yield self.fulcio(), self.signed(leaf), 12, "L1"
        yield self.fulcio(), self.signed(None, logged=logged()), 13, "F9"
        yield self.fulcio(log=new_key()), self.signed(leaf, logged=logged()), 12, "L1"
        yield self.fulcio(), self.signed(leaf, logged=logged(log_key=new_key())), 14, "L3"
        yield self.fulcio(), self.signed(leaf, logged=logged(pem=self.ca.issue(self.key, **short))), 14, "L8"
        other = payload("reg.example/other")
        yield (self.fulcio(), self.signed(leaf, logged=lambda content, signature: logged()(other, signature)),
               14, "L8")
        yield (self.fulcio(), self.signed(leaf, logged=lambda content, signature: logged()(content, b"other")),
               14, "L8")
        yield self.fulcio(), self.signed(leaf, logged=lambda *_: "{}"), 12, ""
        yield self.fulcio(), self.signed(leaf, logged=logged(), key=new_key()), 14, ""

    def of_keys(self):
        pem = public_pem(self.key)

        def logged(signer=pem, **how):
            return lambda content, signature: promise(self.log, content, signature, signer, **how)

        yield self.by_key(), self.signed(), 0, ""
        yield self.by_key(new_key()), self.signed(), 12, "V1"
        yield self.by_key(log=self.log), self.signed(), 12, "L1"
        yield self.by_key(log=self.log), self.signed(logged=logged()), 0, ""
        yield self.by_key(log=self.log), self.signed(logged=logged(public_pem(new_key()))), 14, "L8"
        yield self.by_key(log=new_key()), self.signed(logged=logged()), 12, "L1"
        yield self.by_key(), self.signed(self.ca.issue(self.key)), 0, ""
        yield self.by_key(), self.signed(content=payload("reg.example/other")), 12, "P5"
        yield self.by_key(), self.signed(content=payload("Not A Name")), 12, "P5"
        yield self.by_key(), self.signed(content=payload(type="atomic container signature")), 14, "P1"
        yield self.by_key(), self.signed(content=payload(more=1)), 14, "P1"
        yield self.by_key(), self.signed(content=payload().replace(b"null", b'{"a":1}')), 0, ""
        yield self.by_key(), self.signed(content=payload().replace(b"null", b'{"timestamp":1.5}')), 14, "P1"
        yield self.by_key(), self.signed(content=payload().replace(b"null", b'{"creator":1}')), 14, "P1"
        yield self.by_key(), self.signed(content=payload().replace(b"null", b"[]")), 14, "P1"
        yield self.by_key(), self.signed(content=payload() + b"\n"), 0, ""
        yield self.by_key(), self.signed(content=payload() + b"{}"), 14, "P1"

    def all(self):
        yield from self.of_keys()
        yield from self.of_pki()
        yield from self.of_fulcio()
