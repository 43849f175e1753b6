"""A registry that misbehaves on demand, on loopback, with nothing but Python's own library.

A test gives it an image's blobs and, for the fault it is about, a function that answers in its place:
behave(handler, kind, name) with kind "manifests", "blobs", "token" or "ping"; True when it answered.
"""

import base64
import hashlib
import http.server
import json
import re
import socket
import ssl
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "fake"

    def log_message(self, *_):
        pass

    @property
    def registry(self):
        return self.server.registry

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code="DENIED", message="no", headers=()):
        self.answer(status, json.dumps({"errors": [{"code": code, "message": message}]}).encode(),
                    [("Content-Type", "application/json"), *headers])

    def cut(self, body, at, status=200, headers=()):
        """Promise all, give a part, close."""
        self.answer(status, body[:at], headers, length=len(body))
        self.close_connection = True

    def raw(self, data):
        self.wfile.write(data)
        self.close_connection = True

    def do_GET(self):
        self.registry.seen.append((self.command, self.path, dict(self.headers)))
        try:
            self.route()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_GET

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.form = self.body.decode(errors="replace")
        self.do_GET()

    do_PUT = do_POST
    do_DELETE = do_GET

    def route(self):
        r = self.registry
        path = self.path.split("?")[0]
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs|referrers|tags)/([^/]+)", path)
        upload = re.fullmatch(r"/v2/(.+)/blobs/uploads/([^/]*)", path)
        if path == "/token":
            kind, name = "token", ""
        elif upload:
            kind, name = "uploads", upload.group(2)
            self.repository = upload.group(1)
        elif match:
            kind, name = match.group(2), match.group(3)
            self.repository = match.group(1)
        else:
            kind, name = "ping", path
        if r.behave and r.behave(self, kind, name):
            return
        if r.fail_from is not None and len(r.seen) > r.fail_from:
            r.failed = True
            self.refuse(403)
            return
        if kind == "token":
            r.token(self)
        elif not r.allowed(self):
            self.refuse(401, "UNAUTHORIZED", "authentication required",
                        [("WWW-Authenticate", c) for c in r.challenges()])
        elif r.writable and (kind in ("uploads", "referrers", "tags") or
                             self.command in ("PUT", "DELETE")):
            r.write(self, kind, name)
        elif kind == "manifests":
            r.manifest(self, name)
        elif kind == "blobs":
            r.blob(self, name)
        else:
            self.answer(200 if path == "/v2/" else 404, b"{}")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what is tested


class Registry:
    """auth: None, "basic", "bearer" (anonymous may have a token) or "login" (only users). Without an
    image it is empty and may be written to; with referrers it has their API. What is put by its SHA-512
    it "refuses", "keeps", or "renames": then it has its SHA-256. From the fail_from-th request on nobody
    may do anything."""

    def __init__(self, image, auth=None, behave=None, tls=None, user="ana", password="se:nha",
                 referrers=False, sha512="refuses"):
        self.writable, self.referrers = image is None, referrers
        self.fail_from, self.failed = None, False
        self.sha512 = sha512
        self.blobs, self.types, self.tags = {}, {}, {}
        if image:
            index = json.loads(image.members["index.json"])
            self.top = index["manifests"][0]
            self.blobs = {"sha256:" + path.split("/")[2]: content
                          for path, content in image.members.items() if path.startswith("blobs/")}
            self.types = {self.top["digest"]: self.top["mediaType"]}
            self.tags = {"1": self.top["digest"]}
        self.auth, self.behave = auth, behave
        self.user, self.password = user, password
        self.identity = "identity-token"
        self.seen = []
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.registry = self
        self.scheme = "http"
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.port = self.server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def name(self, repository="team/app", tag="1"):
        return f"{self.host}/{repository}:{tag}"

    def asked(self, part):
        return [s for s in self.seen if part in s[1]]

    # ---- as it should be ----

    def challenges(self):
        if self.auth == "basic":
            return ['Basic realm="fake"']
        return [f'Bearer realm="{self.scheme}://{self.host}/token",service="fake, \\"quoted\\"",'
                'scope="repository:team/app:pull"']

    def basic_ok(self, headers):
        want = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return headers.get("Authorization") == "Basic " + want

    def allowed(self, handler):
        if self.auth is None:
            return True
        if self.auth == "basic":
            return self.basic_ok(handler.headers)
        return handler.headers.get("Authorization") == "Bearer good.token"

    def token(self, handler):
        if handler.command == "POST":
            ok = f"refresh_token={self.identity}" in handler.form
        else:
            ok = self.basic_ok(handler.headers) or (
                self.auth == "bearer" and not handler.headers.get("Authorization"))
        if ok:
            handler.answer(200, b'{"access_token":"good.token","expires_in":300}')
        else:
            handler.refuse(401, "UNAUTHORIZED", "who are you")

    def manifest(self, handler, name):
        digest = self.tags.get((handler.repository, name), self.tags.get(name, name))
        body = self.blobs.get(digest)
        if body is None or digest not in self.types:
            handler.refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")
            return
        handler.answer(200, body, [("Content-Type", self.types[digest]),
                                   ("Docker-Content-Digest", digest)])

    # ---- writing, and what lists what was written ----

    def write(self, handler, kind, name):
        repository = handler.repository
        if kind == "tags":
            tags = sorted(t for r, t in self.tags if r == repository and ":" not in t)
            handler.answer(200, json.dumps({"name": repository, "tags": tags}).encode())
        elif kind == "referrers":
            self.list_referrers(handler, repository, name)
        elif kind == "uploads":
            self.upload(handler, repository)
        elif kind == "manifests" and handler.command == "PUT":
            self.put_manifest(handler, repository, name)
        elif kind == "manifests":
            self.delete_manifest(handler, repository, name)
        else:
            handler.refuse(405, "UNSUPPORTED")

    def upload(self, handler, repository):
        if handler.command == "POST":
            handler.answer(202, headers=[("Location", f"/v2/{repository}/blobs/uploads/7?state=a%3D")])
            return
        digest = self.digest(handler.body, handler.path.rpartition("digest=")[2])
        if "state=a%3D&" not in handler.path or not handler.path.endswith("digest=" + digest):
            handler.refuse(400, "DIGEST_INVALID")
            return
        self.blobs[digest] = handler.body
        handler.answer(201, headers=[("Location", f"/v2/{repository}/blobs/{digest}")])

    def digest(self, body, wanted):
        if wanted.startswith("sha512:") and self.sha512 == "keeps":
            return "sha512:" + hashlib.sha512(body).hexdigest()
        return "sha256:" + hashlib.sha256(body).hexdigest()

    def put_manifest(self, handler, repository, name):
        body, kind = handler.body, handler.headers["Content-Type"]
        digest = self.digest(body, name)
        if name.startswith("sha512:") and self.sha512 == "renames":
            name = digest
        doc = json.loads(body)
        parts = [doc.get("config"), *doc.get("layers", []), *doc.get("manifests", [])]
        missing = [p["digest"] for p in parts if p and p["digest"] not in self.blobs]
        if missing or doc.get("mediaType", kind) != kind or (":" in name and name != digest):
            handler.refuse(400, "MANIFEST_BLOB_UNKNOWN" if missing else "MANIFEST_INVALID")
            return
        self.blobs[digest], self.types[digest] = body, kind
        self.tags[(repository, digest)] = digest
        if ":" not in name:
            self.tags[(repository, name)] = digest
        subject = [("OCI-Subject", doc["subject"]["digest"])] if self.referrers and "subject" in doc else []
        handler.answer(201, headers=[("Docker-Content-Digest", digest), *subject])

    def delete_manifest(self, handler, repository, name):
        digest = self.tags.get((repository, name))
        if digest is None:
            handler.refuse(404, "MANIFEST_UNKNOWN")
            return
        gone = [k for k, d in self.tags.items() if k[0] == repository and d == digest]
        for key in gone if ":" in name else [(repository, name)]:
            del self.tags[key]
        handler.answer(202)

    def list_referrers(self, handler, repository, subject):
        if not self.referrers:
            handler.refuse(404, "NOT_FOUND")
            return
        found = []
        for (where, name), digest in sorted(self.tags.items()):
            doc = json.loads(self.blobs[digest])
            if where != repository or ":" not in name or doc.get("subject", {}).get("digest") != subject:
                continue
            found.append({"mediaType": self.types[digest], "digest": digest,
                          "size": len(self.blobs[digest]),
                          "artifactType": doc.get("artifactType", doc["config"]["mediaType"])})
        # Pages of two: whoever reads one alone misses what the others hold.
        at = int((re.search(r"last=(\d+)", handler.path) or [0, 0])[1])
        page, rest = found[at:at + 2], found[at + 2:]
        link = [("Link", f'</v2/{repository}/referrers/{subject}?last={at + 2}>; rel="next"')] if rest else []
        handler.answer(200, json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": page}).encode(),
            [("Content-Type", "application/vnd.oci.image.index.v1+json"), *link])

    def blob(self, handler, digest):
        body = self.blobs.get(digest)
        if body is None or digest in self.types:
            handler.refuse(404, "BLOB_UNKNOWN", "blob unknown")
            return
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        if wanted and int(wanted.group(1)) < len(body):
            at = int(wanted.group(1))
            handler.answer(206, body[at:], [
                ("Content-Range", f"bytes {at}-{len(body) - 1}/{len(body)}")])
        else:
            handler.answer(200, body)

    def stall(self, handler, seconds=20):
        handler.wfile.flush()
        time.sleep(seconds)
        handler.close_connection = True


class Proxy:
    """Connects whoever asks to one port here, or refuses with a status."""

    def __init__(self, port=None, status=200):
        self.to, self.status, self.seen = port, status, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                return
            head += more
        self.seen.append(head.decode())
        client.sendall(b"HTTP/1.1 %d Said\r\nContent-Length: 0\r\n\r\n" % self.status)
        if self.status != 200:
            client.close()
            return
        there = socket.create_connection(("127.0.0.1", self.to))
        threading.Thread(target=self.pour, args=(there, client), daemon=True).start()
        self.pour(client, there)

    @staticmethod
    def pour(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # whoever hangs up ends it


def server_tls(cert, key, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    return context
