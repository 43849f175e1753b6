#!/usr/bin/env python3
"""Registries as they should be: the findings, from wherever and as whoever.

usage: registry.py LACRE
"""

import hashlib
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from registry_pull import (DOCKER, FILE, HOME, IMAGE, SCRATCH, Image, left_behind, on,  # noqa: E402
                           pull, run, works)
import tap  # noqa: E402  (registry_pull adds its folder to the path)
from harness import fails  # noqa: E402
from fake_registry import Proxy, Registry, server_tls  # noqa: E402


# ---- as it should be ----

def a_tag_and_a_digest_give_what_the_file_gives():
    with Registry(IMAGE) as r:
        yield from works(r)
        yield from works(r, name="docker://" + r.name())
        by_digest = r.host + "/team/app@" + r.top["digest"]
        yield from works(r, name=by_digest)
        meta = json.loads(pull(r, "--format", "json").stdout)["Metadata"]
        if meta.get("RepoTags") != [r.name()] or meta.get("RepoDigests") != [by_digest]:
            yield f"names: {meta.get('RepoTags')} {meta.get('RepoDigests')}"
        accept = r.asked("/manifests/")[0][2].get("Accept", "")
        for kind in ("image.index", "image.manifest", "manifest.list", "manifest.v2"):
            if kind not in accept:
                yield f"Accept lacks {kind}: {accept}"


def an_index_is_answered_by_platform():
    other = Image([{"etc/os-release": b"ID=other\n"}], architecture="s390x")
    with Registry(IMAGE) as r:
        their = json.loads(other.members["index.json"])["manifests"][0]
        r.blobs.update({"sha256:" + p.split("/")[2]: c for p, c in other.members.items()
                        if p.startswith("blobs/")})
        r.types[their["digest"]] = their["mediaType"]
        entries = [{"mediaType": m["mediaType"], "digest": m["digest"], "size": m["size"],
                    "platform": m["platform"]} for m in (their, r.top)]
        kind = "application/vnd.oci.image.index.v1+json"
        body = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": entries}).encode()
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        r.blobs[digest], r.types[digest], r.tags["1"] = body, kind, digest
        yield from works(r, "--platform", "linux/amd64")
        yield from fails(pull(r, "--platform", "linux/riscv64"), 1, "riscv64", "s390x")
        meta = json.loads(pull(r, "--platform", "linux/s390x", "-f", "json").stdout)["Metadata"]
        if meta["RepoDigests"] != [f"{r.host}/team/app@{digest}"]:
            yield f"the index's digest is not what is told: {meta['RepoDigests']}"


def directories_without_an_index_are_read():
    flat = SCRATCH / "flat"
    flat.mkdir()
    for path, content in IMAGE.members.items():
        if path.startswith("blobs/"):
            (flat / path.split("/")[2]).write_bytes(content)
    top = json.loads(IMAGE.members["index.json"])["manifests"][0]["digest"]
    (flat / top.split(":")[1]).rename(flat / "manifest.json")
    (flat / "version").write_text("Directory Transport Version: 1.1\n")
    yield from works(None, name=f"dir:{flat}")
    yield from works(None, "--input", flat, name="")
    root = SCRATCH / "containerd"
    IMAGE.write_dir(root / "io.containerd.content.v1.content")
    (root / "io.containerd.content.v1.content" / "index.json").unlink()
    env = {"CONTAINERD_ROOT": str(root)}
    yield from works(None, "--image-src", "containerd", name=f"app@{top}", env=env)
    yield from fails(pull(None, "--image-src", "containerd", name="app:1", env=env), 1, "meta.db")
    absent = "app@sha256:" + "0" * 64
    yield from fails(pull(None, "--image-src", "containerd", name=absent, env=env), 1, "is not in")
    (flat / "manifest.json").write_bytes(b"{}")
    yield from fails(pull(None, name=f"dir:{flat}"), 1, "flat")
    shutil.rmtree(flat)
    shutil.rmtree(root)


def mirrors_are_asked_first():
    conf = SCRATCH / "registries.conf"
    env = {"CONTAINERS_REGISTRIES_CONF": str(conf)}
    with Registry(IMAGE) as r, Registry(IMAGE, behave=on(
            "manifests", lambda h: h.refuse(404))) as empty:
        conf.write_text(f"""# ours
unqualified-search-registries = [
    "docker.io",
]
[[registry]]
prefix = "registry.invalid/mine"
location = "registry.invalid/theirs"
[[registry.mirror]]
location = "{empty.host}/a"  # has nothing
[[registry.mirror]]
location = "127.0.0.1:1/never"
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "{r.host}/b/c"
[[registry]]
prefix = "*.blocked.invalid"
blocked = true
""")
        name = "registry.invalid/mine/app:1"
        yield from works(None, name=name, env=env)
        asked = [s[1] for s in empty.seen + r.seen if "manifests" in s[1]]
        if asked[:2] != ["/v2/a/app/manifests/1", "/v2/b/c/app/manifests/1"]:
            yield f"asked {asked}"
        meta = json.loads(pull(None, "-f", "json", name=name, env=env).stdout)["Metadata"]
        if meta["RepoTags"] != [name]:
            yield f"the mirror's name is told: {meta['RepoTags']}"
        yield from fails(pull(None, name="a.blocked.invalid/x:1", env=env), 1, "blocks")
        yield from fails(pull(None, name="registry.invalid/minexx/app:1", env=env), 1,
                         "no such host")
        conf.write_text("[[registry]]\nprefix\n")
        yield from fails(pull(None, name=name, env=env), 1, "registries.conf", "line 2")
    conf.unlink()


def attestations_in_an_index_are_no_images():
    """As buildkit pushes them: platform unknown, beside one image and beside two."""
    other = Image([{"etc/os-release": b"ID=other\n"}], architecture="s390x")
    for images in ((IMAGE,), (other, IMAGE)):
        with Registry(IMAGE) as r:
            entries = []
            for image in images:
                top = json.loads(image.members["index.json"])["manifests"][0]
                r.blobs.update({"sha256:" + p.split("/")[2]: c for p, c in image.members.items()
                                if p.startswith("blobs/")})
                r.types[top["digest"]] = top["mediaType"]
                entries.append({k: top[k] for k in ("mediaType", "digest", "size", "platform")})
                entries.append({"mediaType": top["mediaType"], "digest": "sha256:" + "1" * 64,
                                "size": 841, "platform": {"architecture": "unknown",
                                                          "os": "unknown"},
                                "annotations": {"vnd.docker.reference.digest": top["digest"],
                                                "vnd.docker.reference.type":
                                                    "attestation-manifest"}})
            kind = "application/vnd.oci.image.index.v1+json"
            body = json.dumps({"schemaVersion": 2, "mediaType": kind,
                               "manifests": entries}).encode()
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            r.blobs[digest], r.types[digest], r.tags["1"] = body, kind, digest
            yield from works(r, "--platform", "linux/amd64")
            if len(images) == 1:
                yield from works(r)
            yield from fails(pull(r, "--platform", "unknown/unknown"), 1, "unknown")
            if r.asked("1" * 64):
                yield "an attestation was asked for"


def rules_dropped_beside_the_file_count():
    folder = HOME / ".config/containers/registries.conf.d"
    folder.mkdir(parents=True)

    def mirror(file, host, prefix="registry.invalid"):
        (folder / file).write_text(f'[[registry]]\nprefix = "{prefix}"\n'
                                   f'[[registry.mirror]]\nlocation = "{host}"\n')

    with Registry(IMAGE) as r:
        mirror("10.conf", "127.0.0.1:1")
        mirror("20.conf", r.host)  # the later of two for the same
        mirror("30.conf.old", "127.0.0.1:1", "registry.invalid/team")
        yield from works(None, name="registry.invalid/team/app:1")
        (HOME / ".config/containers/registries.conf").write_text("")
        yield from works(None, name="registry.invalid/team/app:1")
        only = {"CONTAINERS_REGISTRIES_CONF": "/dev/null"}
        yield from fails(pull(None, name="registry.invalid/team/app:1", env=only), 1,
                         "no such host")
        (folder / "40.conf").write_text("[[registry]\nx")
        yield from fails(pull(None, name=r.name()), 1, "40.conf", "line 2")
    (HOME / ".config/containers/registries.conf").unlink()
    shutil.rmtree(folder)


# ---- who we are ----

def tokens_are_fetched_with_and_without_a_user():
    with Registry(IMAGE, auth="bearer") as r:
        yield from works(r)
        query = r.asked("/token")[0][1]
        for part in ("service=fake%2C%20%22quoted%22", "scope=repository%3Ateam%2Fapp%3Apull"):
            if part not in query:
                yield f"{part} is not in {query}"
        if len(r.asked("/token")) != 1:
            yield "the token is not kept"
    with Registry(IMAGE, auth="login") as r:
        yield from works(r, "--username", "ana", "--password", "se:nha")
        yield from fails(pull(r, "--username", "ana", "--password", "x"), 1, "401", "who are you")
        yield from fails(pull(r), 1, "401")
    with Registry(IMAGE, auth="bearer") as r:
        yield from works(r, "--registry-token", "good.token")
        if r.asked("/token"):
            yield "a token was fetched though one was given"


def basic_is_answered_and_a_wrong_password_told():
    with Registry(IMAGE, auth="basic") as r:
        yield from works(r, "-u", "ana", "-p", "se:nha")
        yield from fails(pull(r, "-u", "ana", "-p", "x"), 1, "401", "lacre login")
        yield from fails(pull(r), 1, "lacre login")
        yield from works(r, env={"TRIVY_USERNAME": "ana", "TRIVY_PASSWORD": "se:nha"})


def login_keeps_and_logout_forgets():
    config = SCRATCH / "docker" / "config.json"
    with Registry(IMAGE, auth="login") as r:
        args = ("login", "-u", "ana", "-p", "se:nha", r.host)
        config.parent.mkdir(exist_ok=True)
        config.write_text('{"HttpHeaders":{"X-A":"b"},"auths":{"other.example":{"auth":"YTpi"}}}')
        done = run(*args, env=DOCKER)
        if done.returncode or b"kept in" not in done.stderr:
            yield f"login: {done.stderr}"
        kept = json.loads(config.read_text())
        if kept["HttpHeaders"] != {"X-A": "b"} or "other.example" not in kept["auths"]:
            yield f"what stood there is gone: {kept}"
        if stat.S_IMODE(config.stat().st_mode) != 0o600:
            yield f"mode {config.stat().st_mode:o}"
        yield from works(r)
        bad = run("login", "-q", "-u", "ana", "-p", "wrong", r.host, env=DOCKER)
        yield from fails(bad, 1, "401")
        if json.loads(config.read_text()) != kept:
            yield "a refused login changed the file"
        if run("logout", r.host, env=DOCKER).returncode:
            yield "logout"
        if r.host in config.read_text():
            yield "logout left it"
        yield from fails(pull(r), 1, "401")
        config.write_text('{"auths":[}')
        yield from fails(pull(r), 1, "config.json", "line 1")
        config.unlink()


def identity_tokens_and_podmans_file_are_used():
    with Registry(IMAGE, auth="login") as r:
        path = SCRATCH / "auth.json"
        env = {"REGISTRY_AUTH_FILE": str(path)}
        path.write_text(json.dumps({"auths": {r.host: {"identitytoken": "identity-token"}}}))
        yield from works(r, env=env)
        if r.asked("/token")[0][0] != "POST":
            yield "an identity token is not traded by POST"
        import base64
        right = base64.b64encode(b"ana:se:nha").decode()
        wrong = base64.b64encode(b"x:y").decode()
        path.write_text(json.dumps({"auths": {
            r.host: {"auth": wrong}, f"{r.host}/team": {"auth": right},
            f"{r.host}/team/other": {"auth": wrong}}}))
        yield from works(r, env=env)
        path.write_text(json.dumps({"auths": {r.host: {"auth": "***"}}}))
        yield from fails(pull(r, env=env), 1, "auth.json", "base64")


def helpers_are_asked_and_bounded():
    binaries = SCRATCH / "bin"
    binaries.mkdir()
    helper = binaries / "docker-credential-fake"
    path = SCRATCH / "helper.json"

    def helper_says(text):
        helper.write_text("#!/bin/sh\n" + text)
        helper.chmod(0o755)

    env = {"REGISTRY_AUTH_FILE": str(path), "PATH": f"{binaries}:{os.environ['PATH']}"}
    path.write_text('{"credsStore":"fake"}')
    with Registry(IMAGE, auth="login") as r:
        helper_says(f'read host; [ "$host" = "{r.host}" ] || exit 3; [ "$1" = get ] || exit 4\n'
                    'echo \'{"ServerURL":"x","Username":"ana","Secret":"se:nha"}\'\n')
        yield from works(r, env=env)
        helper_says('cat >/dev/null; echo \'{"Username":"<token>","Secret":"identity-token"}\'\n')
        yield from works(r, env=env)
        helper_says("echo credentials not found in native keychain; exit 1\n")
        yield from fails(pull(r, env=env), 1, "401")
        helper_says("echo broken; exit 1\n")
        yield from fails(pull(r, env=env), 1, "docker-credential-fake")
        helper_says("echo '{}{'\n")
        yield from fails(pull(r, env=env), 1, "docker-credential-fake", "no credential")
        helper_says("exec yes\n")
        yield from fails(pull(r, env=env), 1, "docker-credential-fake", "too long")
        path.write_text('{"credsStore":"../../bin/sh"}')
        yield from fails(pull(r, env=env), 1, "../../bin/sh")
        path.write_text('{"credsStore":"absent"}')
        yield from fails(pull(r, env=env), 1, "docker-credential-absent", "install")


def registries_that_hide_what_they_have_are_told_who_asks():
    """404 and 403 for those who come without credentials, 401 below /v2/ alone."""
    for status in (404, 403):
        for auth in ("basic", "login"):
            with Registry(IMAGE, auth=auth) as r:
                def hide(handler, kind, name):
                    if kind not in ("manifests", "blobs") or r.allowed(handler):
                        return False
                    handler.refuse(status)
                    return True
                r.behave = hide
                yield from works(r, "-u", "ana", "-p", "se:nha")
                yield from fails(pull(r), 1, str(status))
                refused = str(status) if auth == "basic" else "401"
                yield from fails(pull(r, "-u", "ana", "-p", "x"), 1, refused)
    with Registry(IMAGE) as r:  # one that asks nobody still has no such image
        yield from fails(pull(r, "-u", "ana", "-p", "se:nha", name=r.name(tag="none")), 1, "404")


# ---- TLS ----

def certificates():
    """CA, certificates for 127.0.0.1 and for another host, one for a client."""
    folder = SCRATCH / "tls"
    if folder.exists():
        return folder
    if not shutil.which("openssl"):
        raise tap.Skip("no openssl: install openssl")
    folder.mkdir()

    def call(*args):
        subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, cwd=folder)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    call("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj",
         "/CN=Test CA")
    for name, alt in (("good", "IP:127.0.0.1"), ("other", "DNS:other.example"),
                      ("client", "DNS:client")):
        (folder / "ext").write_text(f"subjectAltName={alt}\n")
        call("req", *curve, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        call("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
             "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", f"{name}.crt")
    return folder


def tls_is_checked():
    tls = certificates()
    with Registry(IMAGE, auth="bearer", tls=server_tls(tls / "good.crt", tls / "good.key")) as r:
        yield from works(r, "--cacert", tls / "ca.crt")
        yield from fails(pull(r), 1, "certificate", "--cacert")
        yield from works(r, "--insecure")
        yield from works(r, env={"SSL_CERT_FILE": str(tls / "ca.crt")})
        yield from fails(pull(r, "--cacert", FILE), 2, "--cacert")
        yield from fails(pull(r, "--cacert", "absent.pem"), 2, "absent.pem")
        folder = HOME / ".config/containers/certs.d" / r.host
        folder.mkdir(parents=True)
        shutil.copy(tls / "ca.crt", folder / "ca.crt")
        yield from works(r)
        shutil.rmtree(folder)
    with Registry(IMAGE, tls=server_tls(tls / "other.crt", tls / "other.key")) as r:
        yield from fails(pull(r, "--cacert", tls / "ca.crt"), 1, "certificate")


def other_faults_of_tls_are_one_line():
    tls = certificates()
    ca = ("--cacert", tls / "ca.crt")
    subprocess.run(["openssl", "x509", "-req", "-in", "good.csr", "-CA", "ca.crt", "-CAkey",
                    "ca.key", "-CAcreateserial", "-days", "-1", "-extfile", "ext", "-out",
                    "old.crt"], check=True, capture_output=True, cwd=tls)
    with Registry(IMAGE, tls=server_tls(tls / "old.crt", tls / "good.key")) as r:
        yield from fails(pull(r, *ca), 1, "certificate")
    with Registry(IMAGE) as plain:  # no TLS where TLS was wanted: never gone on without it
        name = plain.name()
        folder = HOME / ".config/containers/certs.d" / plain.host
        folder.mkdir(parents=True)
        shutil.copy(tls / "ca.crt", folder / "ca.crt")
        done = pull(plain)
        if done.returncode == 0 and not plain.seen:
            yield "read without asking"
        shutil.rmtree(folder)
    for data in (b"", b"\x15\x03\x01\x00\x02\x02\x28",
                 b"\x16\x03\x03\xff\xff" + bytes(200)):
        with socket.create_server(("127.0.0.1", 0)) as server:
            def speak(listening=server, text=data):
                while True:
                    try:
                        client, _ = listening.accept()
                        client.recv(4096)
                        client.sendall(text)
                        client.close()
                    except OSError:
                        return
            threading.Thread(target=speak, daemon=True).start()
            name = "127.0.0.1:%d/team/app:1" % server.getsockname()[1]
            yield from fails(pull(None, *ca, name=name), 1, "127.0.0.1")


def client_certificates_come_from_certs_d():
    tls = certificates()
    context = server_tls(tls / "good.crt", tls / "good.key", tls / "ca.crt")
    with Registry(IMAGE, tls=context) as r:
        yield from fails(pull(r, "--cacert", tls / "ca.crt"), 1, "127.0.0.1")
        folder = HOME / ".config/containers/certs.d" / r.host
        folder.mkdir(parents=True)
        shutil.copy(tls / "ca.crt", folder / "ca.crt")
        shutil.copy(tls / "client.crt", folder / "client.cert")
        shutil.copy(tls / "client.key", folder / "client.key")
        yield from works(r)
        shutil.rmtree(folder)


def tls_is_not_left():
    tls = certificates()
    context = server_tls(tls / "good.crt", tls / "good.key")
    with Registry(IMAGE) as plain, Registry(IMAGE, tls=context) as r:
        r.behave = on("manifests", lambda h: h.answer(
            302, headers=[("Location", f"http://{plain.host}/v2/team/app/manifests/1")]))
        yield from fails(pull(r, "--cacert", tls / "ca.crt"), 1, "https to http")
        r.behave = on("manifests", lambda h: h.refuse(401, headers=[
            ("WWW-Authenticate", f'Bearer realm="http://{plain.host}/token"')]))
        yield from fails(pull(r, "--cacert", tls / "ca.crt"), 1, "not https")
        if plain.seen:
            yield f"asked in clear: {plain.seen}"


def proxies_are_gone_by_or_past():
    tls = certificates()
    name = "other.example/team/app:1"
    ca = ("--cacert", tls / "ca.crt")
    with Registry(IMAGE, tls=server_tls(tls / "other.crt", tls / "other.key")) as r:
        with Proxy(r.port) as proxy:
            env = {"HTTPS_PROXY": f"http://ana:secret@{proxy.host}"}
            yield from works(r, *ca, name=name, env=env)
            if not proxy.seen[0].startswith("CONNECT other.example:443 "):
                yield f"the proxy was asked {proxy.seen[0][:80]}"
            if "Proxy-Authorization: Basic YW5hOnNlY3JldA==" not in proxy.seen[0]:
                yield "the proxy was not told who we are"
            if any("Proxy-Authorization" in s[2] for s in r.seen):
                yield "the registry was told what is for the proxy"
        for none in ("other.example", ".example", "other.example:443"):
            yield from fails(pull(r, *ca, name=name, env={**env, "NO_PROXY": none}), 1,
                             "no such host")
        gone = {"HTTPS_PROXY": f"http://ana:secret@{proxy.host}"}
        done = pull(r, *ca, name=name, env=gone)
        yield from fails(done, 1, "nothing answers at the proxy", proxy.host)
        if b"secret" in done.stderr:
            yield "the proxy's password is shown"
    for status, words in ((407, ("wants a user",)), (403, ("403",)), (502, ("502",))):
        with Proxy(status=status) as proxy:
            env = {"HTTPS_PROXY": f"http://{proxy.host}"}
            begin = time.monotonic()
            yield from fails(pull(None, name=name, env=env), 1, "proxy", proxy.host, *words)
            if time.monotonic() - begin > 20:
                yield f"{status}: hung"


def nothing_is_left_behind():
    yield from left_behind("bin", "tls", "auth.json", "helper.json")


tap.run([(check.__name__, check) for check in (
    a_tag_and_a_digest_give_what_the_file_gives,
    an_index_is_answered_by_platform,
    directories_without_an_index_are_read,
    mirrors_are_asked_first,
    rules_dropped_beside_the_file_count,
    tokens_are_fetched_with_and_without_a_user,
    basic_is_answered_and_a_wrong_password_told,
    login_keeps_and_logout_forgets,
    identity_tokens_and_podmans_file_are_used,
    helpers_are_asked_and_bounded,
    registries_that_hide_what_they_have_are_told_who_asks,
    attestations_in_an_index_are_no_images,
    tls_is_checked,
    other_faults_of_tls_are_one_line,
    client_certificates_come_from_certs_d,
    tls_is_not_left,
    proxies_are_gone_by_or_past,
    nothing_is_left_behind,
)])
