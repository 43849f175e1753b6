"""A registry that misbehaves on demand, on loopback, with nothing but Python's own library.

A test gives it an image's blobs and, for the fault it is about, a function that answers in its place:
behave(handler, kind, name) with kind "manifests", "blobs", "token" or "ping"; True when it answered.
"""

import base64
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
        self.form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.do_GET()

    def route(self):
        r = self.registry
        path = self.path.split("?")[0]
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/([^/]+)", path)
        if path == "/token":
            kind, name = "token", ""
        elif match:
            kind, name = match.group(2), match.group(3)
        else:
            kind, name = "ping", path
        if r.behave and r.behave(self, kind, name):
            return
        if kind == "token":
            r.token(self)
        elif not r.allowed(self):
            self.refuse(401, "UNAUTHORIZED", "authentication required",
                        [("WWW-Authenticate", c) for c in r.challenges()])
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
    """auth: None, "basic", "bearer" (anonymous may have a token) or "login" (only users)."""

    def __init__(self, image, auth=None, behave=None, tls=None, user="ana", password="se:nha"):
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
        digest = self.tags.get(name, name)
        body = self.blobs.get(digest)
        if body is None or digest not in self.types:
            handler.refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")
            return
        handler.answer(200, body, [("Content-Type", self.types[digest]),
                                   ("Docker-Content-Digest", digest)])

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
