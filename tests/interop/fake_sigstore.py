"""Services of sigstore on loopback, for tests: a certificate authority with its own certificate log,
transparency logs of both versions with real Merkle trees, a timestamp authority (openssl ts), and
GitHub's giver of identity tokens. They check what they are sent as the real ones do.

A fault is named by Services.fault, and every request is kept in Services.seen.
"""

import base64
import datetime
import hashlib
import http.server
import json
import os
import pathlib
import struct
import subprocess
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ISSUER = "https://accounts.example.com"
TREE_ID = "00c0ffee00c0ffee"
OID = "1.3.6.1.4.1.57264.1."
DER = serialization.Encoding.DER
PEM = serialization.Encoding.PEM
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


def b64(data):
    return base64.b64encode(data).decode()


def canonical(value):
    """RFC 8785 for what is written here: ASCII and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)


def spki(key):
    return key.public_bytes(DER, SPKI)


def token(name="me@example.com", audience="sigstore", seconds=600, **more):
    """An identity token; nobody here checks its signature."""
    taken = int(time.time())
    claims = {"iss": ISSUER, "sub": "subject-1", "aud": audience, "iat": taken, "nbf": taken,
              "exp": taken + seconds, "email": name, "email_verified": True, **more}
    claims = {k: v for k, v in claims.items() if v is not None}
    parts = [json.dumps(x).encode() for x in ({"alg": "none"}, claims)] + [b"signature"]
    return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)


def claims_of(text):
    part = text.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Refused(Exception):
    def __init__(self, status, text, headers=()):
        super().__init__(text)
        self.status, self.headers = status, dict(headers)


def der_length(n):
    if n < 128:
        return bytes([n])
    size = (n.bit_length() + 7) // 8
    return bytes([0x80 | size]) + n.to_bytes(size, "big")


def der(tag, content):
    return bytes([tag]) + der_length(len(content)) + content


def check(key, signature, message, digest=None):
    """As logs check: by the key's own hash; a digest in place of the message where it suffices."""
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
            return
        hashed = {"secp384r1": hashes.SHA384, "secp521r1": hashes.SHA512}.get(
            getattr(getattr(key, "curve", None), "name", ""), hashes.SHA256)()
        if digest is not None:
            message, hashed = digest, utils.Prehashed(hashed)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashed)
        else:
            key.verify(signature, message, ec.ECDSA(hashed))
    except InvalidSignature as e:
        raise Refused(400, "signature does not verify") from e


def key_of_pem(pem):
    if b"CERTIFICATE" in pem:
        return x509.load_pem_x509_certificate(pem).public_key()
    return serialization.load_pem_public_key(pem)


# ---- a Merkle tree (RFC 9162 2.1) ----

def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(root_of(leaves[:k]), root_of(leaves[k:]))


def path_of(index, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return path_of(index, leaves[:k]) + [root_of(leaves[k:])]
    return path_of(index - k, leaves[k:]) + [root_of(leaves[:k])]


class Log:
    """Leaves, and signed notes about them; what others logged before stands in it already."""

    def __init__(self, key, name, key_id, origin):
        self.key, self.name, self.key_id, self.origin = key, name, key_id, origin
        self.bodies = [b"what %d others logged" % i for i in range(5)]

    def add(self, body):
        self.bodies.append(body)
        return len(self.bodies) - 1

    def sign(self, data):
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))

    def checkpoint(self, root):
        text = f"{self.origin}\n{len(self.bodies)}\n{b64(root)}\n"
        signature = b64(self.key_id[:4] + self.sign(text.encode()))
        return f"{text}\n\u2014 {self.name} {signature}\n"

    def proof(self, index):
        leaves = [leaf_hash(x) for x in self.bodies]
        root = root_of(leaves)
        return root, path_of(index, leaves), self.checkpoint(root)


class Services:
    """All of them on one port. `with Services(directory) as s:`"""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.fault = None
        self.seen = []
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        self.make_ca()
        self.make_logs()
        self.make_tsa()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    # ---- material ----

    def certificate(self, name, key, issuer=None, ca=True, builder=lambda b: b):
        issuer_name, issuer_key = issuer or (name, key)
        b = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer_name)
             .public_key(key.public_key()).serial_number(x509.random_serial_number())
             .not_valid_before(now() - datetime.timedelta(hours=1))
             .not_valid_after(now() + datetime.timedelta(days=1))
             .add_extension(x509.BasicConstraints(ca, None), critical=True))
        if ca:
            b = b.add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False,
                                              False), critical=True)
        b = b.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                            critical=False)
        b = b.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
            issuer_key.public_key()), critical=False)
        return builder(b).sign(issuer_key, hashes.SHA256())

    def make_ca(self):
        def name(text):
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        self.root_key, self.ca_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.ct_key, self.other_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = self.certificate(name("test root"), self.root_key)
        self.ca = self.certificate(name("test intermediate"), self.ca_key,
                                   (name("test root"), self.root_key))

    def make_logs(self):
        key = ec.generate_private_key(ec.SECP256R1())
        key_id = hashlib.sha256(spki(key.public_key())).digest()
        self.log1 = Log(key, self.host, key_id, f"{self.host} - {int(TREE_ID, 16)}")
        key = ed25519.Ed25519PrivateKey.generate()
        raw = spki(key.public_key())[-32:]
        key_id = hashlib.sha256(self.host.encode() + b"\n\1" + raw).digest()
        self.log2 = Log(key, self.host, key_id, self.host)
        self.log1_ids, self.taken = {}, {}

    def make_tsa(self):
        """By openssl alone: what lacre reads of it is not of this file's making."""
        d = self.dir
        (d / "tsa.cnf").write_text(f"""[req]
distinguished_name = dn
prompt = no
[dn]
CN = test timestamps
[root_ext]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[leaf_ext]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = {d}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ordering = no
tsa_name = no
ess_cert_id_alg = sha256
""")
        (d / "serial").write_text("01\n")

        def openssl(*args):
            subprocess.run(["openssl", *map(str, args)], cwd=d, check=True, capture_output=True)
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *new, "-keyout", "tsaroot.key", "-out", "tsaroot.pem", "-config",
                "tsa.cnf", "-extensions", "root_ext", "-subj", "/CN=test timestamp root", "-days", 2)
        openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-config", "tsa.cnf")
        openssl("x509", "-req", "-in", "tsa.csr", "-CA", "tsaroot.pem", "-CAkey", "tsaroot.key",
                "-set_serial", 7, "-days", 1, "-extfile", "tsa.cnf", "-extensions", "leaf_ext",
                "-out", "tsa.pem")

    # ---- what clients are given ----

    def trusted_root(self):
        start = (now() - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

        def certs(*ders):
            return {"certificates": [{"rawBytes": b64(x)} for x in ders]}

        def log(key, details, key_id, url):
            return {"baseUrl": url, "hashAlgorithm": "SHA2_256", "logId": {"keyId": b64(key_id)},
                    "publicKey": {"rawBytes": b64(spki(key.public_key())), "keyDetails": details,
                                  "validFor": {"start": start}}}
        ct_id = hashlib.sha256(spki(self.ct_key.public_key())).digest()
        p256 = "PKIX_ECDSA_P256_SHA_256"
        pems = [x509.load_pem_x509_certificate((self.dir / f).read_bytes()).public_bytes(DER)
                for f in ("tsa.pem", "tsaroot.pem")]
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(self.log1.key, p256, self.log1.key_id, self.url),
                      log(self.log2.key, "PKIX_ED25519", self.log2.key_id, self.url)],
            "certificateAuthorities": [{
                "subject": {"organization": "test", "commonName": "test"}, "uri": self.url,
                "certChain": certs(self.ca.public_bytes(DER), self.root.public_bytes(DER)),
                "validFor": {"start": start}}],
            "ctlogs": [log(self.ct_key, p256, ct_id, self.url + "/ct")],
            "timestampAuthorities": [{
                "subject": {"organization": "test", "commonName": "test"}, "uri": self.url + "/tsa",
                "certChain": certs(*pems), "validFor": {"start": start}}],
        }

    def signing_config(self, rekor=(1,), tsa=True):
        def service(path, version, operator="test"):
            return {"url": self.url + path, "majorApiVersion": version, "operator": operator,
                    "validFor": {"start": "2020-01-01T00:00:00Z"}}
        return {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service("", 1)],
            "oidcUrls": [service("/oidc", 1)],
            "rekorTlogUrls": [service("", v) for v in rekor],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaUrls": [service("/tsa", 1)] if tsa else [],
            "tsaConfig": {"selector": "ANY"},
        }

    def write(self, name, value):
        path = self.dir / name
        path.write_text(json.dumps(value))
        return path

    # ---- the authority ----

    def sct(self, tbs, key):
        ms = int(time.time() * 1000)
        issuer = hashlib.sha256(spki(self.ca_key.public_key())).digest()
        signed = (b"\0\0" + struct.pack(">QH", ms, 1) + issuer + len(tbs).to_bytes(3, "big") + tbs
                  + b"\0\0")
        signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
        log_id = hashlib.sha256(spki(self.ct_key.public_key())).digest()
        one = (b"\0" + log_id + struct.pack(">Q", ms) + b"\0\0\4\3" + struct.pack(">H", len(signature))
               + signature)
        one = struct.pack(">H", len(one)) + one
        return der(4, struct.pack(">H", len(one)) + one)

    def leaf(self, key, claims):
        email = claims.get("email")
        if self.fault == "other-name" and email:
            email = "somebody@example.com"
        san = x509.RFC822Name(email) if email else x509.UniformResourceIdentifier(claims["sub"])
        issuer = claims["iss"].encode()
        ca_key = self.other_key if self.fault == "other-ca" else self.ca_key
        b = (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(self.ca.subject)
             .public_key(key).serial_number(x509.random_serial_number())
             .not_valid_before(now()).not_valid_after(now() + datetime.timedelta(minutes=10))
             .add_extension(x509.KeyUsage(True, *[False] * 8), critical=True)
             .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
             .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
             .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                 self.ca_key.public_key()), critical=False)
             .add_extension(x509.SubjectAlternativeName([san]), critical=True)
             .add_extension(x509.UnrecognizedExtension(ObjectIdentifier(OID + "1"), issuer), False)
             .add_extension(x509.UnrecognizedExtension(ObjectIdentifier(OID + "8"),
                                                       der(12, issuer)), False))
        before = b.sign(ca_key, hashes.SHA256())
        if self.fault == "no-sct":
            return before
        ct_key = self.other_key if self.fault == "wrong-sct" else self.ct_key
        scts = self.sct(before.tbs_certificate_bytes, ct_key)
        return b.add_extension(x509.UnrecognizedExtension(
            ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), scts), False).sign(ca_key, hashes.SHA256())

    def fulcio(self, request, headers):
        bearer = headers.get("Authorization", "")
        if not bearer.startswith("Bearer "):
            raise Refused(401, "no token")
        claims = claims_of(bearer[7:])
        asked = json.loads(request)
        if "certificateSigningRequest" in asked:
            csr = x509.load_pem_x509_csr(base64.b64decode(asked["certificateSigningRequest"]))
            if not csr.is_signature_valid:
                raise Refused(400, "the request is not signed by its key")
            key = csr.public_key()
        else:
            asked = asked["publicKeyRequest"]
            key = serialization.load_pem_public_key(asked["publicKey"]["content"].encode())
            if asked["publicKey"]["algorithm"] != "ECDSA":
                raise Refused(400, "another algorithm than the key's")
            name = claims.get("email") or claims["sub"]
            check(key, base64.b64decode(asked["proofOfPossession"]), name.encode())
        if self.fault == "other-key":
            key = self.other_key.public_key()
        chain = [self.leaf(key, claims), self.ca, self.root]
        pems = [c.public_bytes(PEM).decode() for c in chain]
        if self.fault == "detached":
            return {"signedCertificateDetachedSct": {"chain": {"certificates": pems}}}
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": pems}}}

    # ---- logs ----

    def body1(self, request):
        spec = request["spec"]
        if request["kind"] == "hashedrekord":
            pem = base64.b64decode(spec["signature"]["publicKey"]["content"])
            digest = bytes.fromhex(spec["data"]["hash"]["value"])
            key = key_of_pem(pem)
            if not isinstance(key, ed25519.Ed25519PublicKey):  # prehashed: not in this library
                check(key, base64.b64decode(spec["signature"]["content"]), None, digest)
            elif spec["data"]["hash"]["algorithm"] != "sha512":
                raise Refused(400, "ed25519ph is over a SHA-512")
            return canonical(request)
        if request["kind"] != "dsse":
            raise Refused(400, "unknown kind")
        text = spec["proposedContent"]["envelope"]
        pem = base64.b64decode(spec["proposedContent"]["verifiers"][0])
        envelope = json.loads(text)
        payload = base64.b64decode(envelope["payload"])
        kind = envelope["payloadType"].encode()
        pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        sig = envelope["signatures"][0]["sig"]
        check(key_of_pem(pem), base64.b64decode(sig), pae)

        def sha(data):
            return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}
        return canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
            "envelopeHash": sha(text.encode()), "payloadHash": sha(payload),
            "signatures": [{"signature": sig, "verifier": b64(pem)}]}})

    def entry1(self, index):
        body = self.log1.bodies[index]
        root, path, checkpoint = self.log1.proof(index)
        if self.fault == "wrong-proof":
            path[0] = bytes(32)
        if self.fault == "wrong-checkpoint":
            checkpoint = checkpoint.replace("\n%d\n" % len(self.log1.bodies), "\n99\n")
        taken = self.taken.setdefault(index, int(time.time()))
        promise = {"body": b64(body), "integratedTime": taken, "logIndex": index + 1000,
                   "logID": self.log1.key_id.hex()}
        key = self.other_key if self.fault == "wrong-set" else self.log1.key
        entry = {**promise, "verification": {
            "inclusionProof": {"checkpoint": checkpoint, "hashes": [h.hex() for h in path],
                               "logIndex": index, "rootHash": root.hex(),
                               "treeSize": len(self.log1.bodies)},
            "signedEntryTimestamp": b64(key.sign(canonical(promise), ec.ECDSA(hashes.SHA256())))}}
        if self.fault == "other-entry":
            entry["body"] = b64(body.replace(b'"kind":"', b'"kind":"x'))
        if self.fault == "no-proof":
            del entry["verification"]["inclusionProof"]
        if self.fault == "unknown-log":
            entry["logID"] = "ab" * 32
        return {TREE_ID + leaf_hash(body).hex(): entry}

    def rekor1(self, request):
        body = self.body1(json.loads(request))
        uuid = TREE_ID + leaf_hash(body).hex()
        where = {"Location": f"/api/v1/log/entries/{uuid}"}
        if uuid in self.log1_ids or self.fault == "conflict":
            self.log1_ids.setdefault(uuid, None)
            if self.log1_ids[uuid] is None:
                self.log1_ids[uuid] = self.log1.add(body)
            raise Refused(409, "an equivalent entry already exists", where)
        if self.fault == "conflict-nowhere":
            raise Refused(409, "an equivalent entry already exists", {"Location": "/nowhere"})
        self.log1_ids[uuid] = self.log1.add(body)
        return self.entry1(self.log1_ids[uuid])

    def retrieve(self, request):
        found = []
        for asked in json.loads(request)["entries"]:
            uuid = TREE_ID + leaf_hash(self.body1(asked)).hex()
            if uuid in self.log1_ids:
                found.append(self.entry1(self.log1_ids[uuid]))
        return found

    def rekor2(self, request):
        asked = json.loads(request)["hashedRekordRequestV002"]
        verifier = asked["signature"]["verifier"]
        names = {"PKIX_ECDSA_P256_SHA_256": "SHA2_256", "PKIX_ECDSA_P384_SHA_384": "SHA2_384",
                 "PKIX_ECDSA_P521_SHA_512": "SHA2_512", "PKIX_ED25519_PH": "SHA2_512",
                 "PKIX_RSA_PKCS1V15_3072_SHA256": "SHA2_256"}
        if "x509Certificate" in verifier:
            raw = base64.b64decode(verifier["x509Certificate"]["rawBytes"])
            key = x509.load_der_x509_certificate(raw).public_key()
        else:
            key = serialization.load_der_public_key(
                base64.b64decode(verifier["publicKey"]["rawBytes"]))
        if not isinstance(key, ed25519.Ed25519PublicKey):
            check(key, base64.b64decode(asked["signature"]["content"]), None,
                  base64.b64decode(asked["digest"]))
        body = canonical({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {
            "hashedRekordV002": {"data": {"algorithm": names[verifier["keyDetails"]],
                                          "digest": asked["digest"]},
                                 "signature": asked["signature"]}}})
        index = self.log2.add(body)
        root, path, checkpoint = self.log2.proof(index)
        if self.fault == "wrong-proof":
            path[0] = bytes(32)
        return {"logIndex": str(index), "logId": {"keyId": b64(self.log2.key_id)},
                "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"}, "integratedTime": "0",
                "inclusionPromise": None, "canonicalizedBody": b64(body),
                "inclusionProof": {"logIndex": str(index), "rootHash": b64(root),
                                   "treeSize": str(len(self.log2.bodies)),
                                   "hashes": [b64(h) for h in path],
                                   "checkpoint": {"envelope": checkpoint}}}

    # ---- timestamps ----

    def tsa(self, request):
        d, name = self.dir, f"q{threading.get_ident()}-{time.monotonic_ns()}"
        query = d / f"{name}.tsq"
        query.write_bytes(request)
        if self.fault in ("wrong-nonce", "wrong-imprint"):
            data = b"something else" if self.fault == "wrong-imprint" else None
            query = self.other_query(query, data)
        signer, key = ("tsa.pem", "tsa.key")
        reply = d / f"{name}.tsr"
        done = subprocess.run(
            ["openssl", "ts", "-reply", "-queryfile", str(query), "-signer", signer, "-inkey", key,
             "-config", "tsa.cnf", "-out", str(reply)], cwd=d, capture_output=True, check=False)
        if done.returncode or not reply.exists():
            raise Refused(500, done.stderr.decode()[-200:])
        answer = reply.read_bytes()
        query.unlink()
        reply.unlink()
        if self.fault == "tsa-cut":
            return answer[:-10]
        if self.fault == "tsa-changed":
            return answer[:-10] + bytes([answer[-10] ^ 1]) + answer[-9:]
        if self.fault == "tsa-refuses":
            return der(0x30, der(0x30, der(2, b"\2") + der(0x30, der(12, b"not today"))))
        return answer

    def other_query(self, query, data):
        """Another question: of the same data without its nonce, or of other data with it."""
        text = query.read_bytes()
        if data is None:
            at = text.rindex(b"\2\10") if b"\2\10" in text else text.rindex(b"\2\11")
            changed = bytearray(text)
            changed[at + 5] ^= 1
            query.write_bytes(bytes(changed))
        else:
            at = text.index(b"\4\40") + 2
            query.write_bytes(text[:at] + hashlib.sha256(data).digest() + text[at + 32:])
        return query

    # ---- HTTP ----

    def answer(self, method, path, body, headers):
        where = urllib.parse.urlsplit(path)
        at = (method, where.path)
        if self.fault and self.fault.startswith("status-"):
            _, part, status = self.fault.split("-")
            if part in where.path:
                raise Refused(int(status), "the test says no")
        while self.fault == "slow" and where.path == "/tsa":
            time.sleep(0.05)  # until the test is done with it
        if self.fault == "busy-once":
            self.fault = None
            raise Refused(503, "not now", {"Retry-After": "0"})
        if self.fault == "no-json" and "/api/" in where.path:
            return b"<html>"
        if at == ("POST", "/api/v2/signingCert"):
            return self.fulcio(body, headers)
        if at == ("POST", "/api/v1/log/entries"):
            return self.rekor1(body)
        if at == ("POST", "/api/v1/log/entries/retrieve"):
            return self.retrieve(body)
        if at == ("GET", "/api/v1/log/entries"):
            index = int(urllib.parse.parse_qs(where.query)["logIndex"][0]) - 1000
            return self.entry1(index)
        if method == "GET" and where.path.startswith("/api/v1/log/entries/"):
            return self.entry1(self.log1_ids[where.path.rsplit("/", 1)[1]])
        if at == ("POST", "/api/v2/log/entries"):
            return self.rekor2(body)
        if at == ("POST", "/tsa"):
            if headers.get("Content-Type") != "application/timestamp-query":
                raise Refused(415, "no query")
            return self.tsa(body)
        if at == ("GET", "/github"):
            if headers.get("Authorization") != "bearer github-secret":
                raise Refused(401, "no")
            audience = urllib.parse.parse_qs(where.query)["audience"][0]
            sub = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1"
            return {"value": token(None, audience, sub=sub)}
        raise Refused(404, "no such path")

    def handler(self):
        services = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self, method):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                more = {}
                kind = "application/json"
                try:
                    with services.lock:
                        services.seen.append((method, self.path))
                        got = services.answer(method, self.path, body, self.headers)
                    status = 201 if method == "POST" else 200
                    if isinstance(got, bytes):
                        status, kind = 200, "application/timestamp-reply"
                    else:
                        got = json.dumps(got).encode()
                except Refused as e:
                    status, more = e.status, e.headers
                    got = json.dumps({"code": 3, "message": str(e)}).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(got)))
                for name, value in more.items():
                    self.send_header(name, value)
                try:
                    self.end_headers()
                    self.wfile.write(got)
                except OSError:
                    self.close_connection = True  # who asked has gone

            def do_GET(self):
                self.respond("GET")

            def do_POST(self):
                self.respond("POST")

            def log_message(self, *_):
                pass

        return Handler
