#!/usr/bin/env python3
"""Registries that misbehave: one clear line, the right status, in time, and nothing left.

usage: registry_faults.py LACRE
"""

import email.utils
import hashlib
import json
import pathlib
import socket
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from registry_pull import IMAGE, left_behind, on, on_blob, pull, works  # noqa: E402
import tap  # noqa: E402  (registry_pull adds its folder to the path)
from harness import fails  # noqa: E402
from fake_registry import Registry  # noqa: E402


# ---- refusals ----

def refusals_are_told_apart():
    for status, words in ((401, ("401",)), (403, ("403", "denies")), (404, ("404",)),
                          (418, ("418",)), (501, ("501",))):
        for kind in ("manifests", "blobs"):
            with Registry(IMAGE, behave=on(kind, lambda h: h.refuse(status, "X", "reason"))) as r:
                if status == 404 and kind == "blobs":
                    words = ("missing",)
                yield from fails(pull(r), 1, *words)


def what_it_says_is_shown_without_its_escapes():
    with Registry(IMAGE, behave=on("manifests", lambda h: h.refuse(
            403, "X", "\x1b[31mred\u202e" + "x" * 4000))) as r:
        done = pull(r)
        yield from fails(done, 1, "red")
        if b"\x1b" in done.stderr or len(done.stderr) > 800:
            yield f"{done.stderr!r}"


def a_cut_document_is_asked_for_again():
    with Registry(IMAGE, behave=on("manifests", lambda h: h.cut(b"{" * 4000, 2000), times=2)) as r:
        yield from works(r)
    with Registry(IMAGE, behave=on("manifests", lambda h: h.cut(b"{" * 4000, 2000))) as r:
        yield from fails(pull(r), 1, "cut")


def throttling_is_waited_for_within_reason():
    begin = time.monotonic()
    with Registry(IMAGE, behave=on("manifests", lambda h: h.refuse(
            429, "TOOMANYREQUESTS", "slow", [("Retry-After", "2")]), times=1)) as r:
        yield from works(r)
    if time.monotonic() - begin < 2:
        yield "Retry-After was not waited for"
    begin = time.monotonic()
    with Registry(IMAGE, behave=on("manifests", lambda h: h.refuse(
            429, "TOOMANYREQUESTS", "slow", [("Retry-After", "3600")]))) as r:
        yield from fails(pull(r), 1, "429", "3600")
    if time.monotonic() - begin > 5:
        yield "an hour's wait was begun"


def servers_that_fail_are_asked_again():
    with Registry(IMAGE, behave=on("manifests", lambda h: h.refuse(503), times=2)) as r:
        yield from works(r)
    with Registry(IMAGE, behave=on_blob(lambda h, b: h.answer(500), times=2)) as r:
        yield from works(r)
    with Registry(IMAGE, behave=on("manifests", lambda h: h.refuse(502))) as r:
        yield from fails(pull(r), 1, "502")
        if len(r.asked("/manifests/")) != 4:
            yield f"asked {len(r.asked('/manifests/'))} times"


def throttling_without_a_time_is_waited_for_too():
    for headers in ([], [("Retry-After", "soon")], [("Retry-After", "-1")],
                    [("Retry-After", email.utils.formatdate(time.time() + 2, usegmt=True))]):
        for kind in ("manifests", "blobs", "token"):
            auth = "bearer" if kind == "token" else None
            with Registry(IMAGE, auth=auth, behave=on(kind, lambda h: h.refuse(
                    429, "TOOMANYREQUESTS", "slow", headers), times=1)) as r:
                yield from works(r)
    begin = time.monotonic()
    with Registry(IMAGE, behave=on("manifests", lambda h: h.refuse(429, "X", "slow"))) as r:
        yield from fails(pull(r), 1, "429", "too many requests")
        if len(r.asked("/manifests/")) != 4:
            yield f"asked {len(r.asked('/manifests/'))} times"
    if time.monotonic() - begin > 15:
        yield "waited too long"


def faults_of_blobs_and_tokens_are_told():
    for status, word in ((403, "denies"), (500, "500"), (503, "503")):
        with Registry(IMAGE, behave=on("blobs", lambda h: h.refuse(status))) as r:
            yield from fails(pull(r), 1, word)
        with Registry(IMAGE, auth="bearer", behave=on("token", lambda h: h.refuse(status))) as r:
            yield from fails(pull(r), 1, "token", str(status))
    for behave in (on_blob(lambda h, b: h.refuse(404), times=-1),
                   on_blob(lambda h, b: h.refuse(403), times=-1)):
        with Registry(IMAGE, behave=behave) as r:
            yield from fails(pull(r), 1, "layer")


# ---- connections ----

def a_cut_body_goes_on_where_it_was_cut():
    with Registry(IMAGE, behave=on_blob(lambda h, b: h.cut(b, len(b) // 2), times=3)) as r:
        yield from works(r)
        if not [s for s in r.seen if s[2].get("Range")]:
            yield "no part was asked for"


def a_cut_body_starts_again_where_parts_are_not_given():
    def whole(handler, body):
        if handler.headers.get("Range"):
            handler.answer(200, body)
        else:
            handler.cut(body, len(body) // 2)
    with Registry(IMAGE, behave=on_blob(whole, times=20)) as r:
        yield from works(r)


def a_body_that_is_always_cut_fails():
    with Registry(IMAGE, behave=on_blob(lambda h, b: h.cut(b, 100), times=-1)) as r:
        yield from fails(pull(r), 1, "layer")


def another_part_than_asked_for_is_refused():
    def wrong(handler, body):
        if not handler.headers.get("Range"):
            handler.cut(body, len(body) // 2)
        else:
            handler.answer(206, body[5:], [
                ("Content-Range", f"bytes 5-{len(body) - 1}/{len(body)}")])
    with Registry(IMAGE, behave=on_blob(wrong, times=-1)) as r:
        yield from fails(pull(r), 1, "another part")


def what_stands_still_ends_with_the_timeout():
    def stalled(handler, body):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:50])
        handler.registry.stall(handler)
    for behave in (on_blob(stalled, times=-1), on("manifests", lambda h: h.registry.stall(h))):
        begin = time.monotonic()
        with Registry(IMAGE, behave=behave) as r:
            yield from fails(pull(r, "--timeout", "1s"), 1, "timeout")
        if time.monotonic() - begin > 8:
            yield "hung"


def stalls_anywhere_end_with_the_timeout():
    def in_the_head(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        handler.registry.stall(handler)

    def drop_by_drop(handler):
        handler.wfile.write(b"HTTP/1.1 403 No\r\nContent-Length: 2000\r\n\r\n")
        for _ in range(100):
            handler.wfile.write(b"{")
            handler.wfile.flush()
            time.sleep(0.2)

    for auth, word, behave in ((None, "timeout", on("manifests", in_the_head)),
                               (None, "403", on("manifests", drop_by_drop)),
                               ("bearer", "timeout", on("token", lambda h: h.registry.stall(h))),
                               (None, "timeout", on("blobs", in_the_head)),
                               (None, "timeout", on("ping", lambda h: h.registry.stall(h)))):
        begin = time.monotonic()
        with Registry(IMAGE, auth=auth, behave=behave) as r:
            yield from fails(pull(r, "--timeout", "1s"), 1, word)
        if time.monotonic() - begin > 8:
            yield "hung"
    # Whoever takes connections and never answers, before any HTTP.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begin = time.monotonic()
        name = "127.0.0.1:%d/team/app:1" % silent.getsockname()[1]
        yield from fails(pull(None, "--timeout", "1s", name=name), 1, "timeout")
        if time.monotonic() - begin > 8:
            yield "hung"


def heads_cut_anywhere_are_one_line():
    head = (b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\n"
            b"Content-Length: 40\r\n\r\n")
    for at in (1, 9, 14, 17, 30, len(head) - 2, len(head), len(head) + 1):
        with Registry(IMAGE, behave=on("manifests", lambda h: h.raw((head + b"{}")[:at]))) as r:
            yield from fails(pull(r), 1, "127.0.0.1")


def nothing_there_is_one_line():
    with Registry(IMAGE) as r:
        name = r.name()
    yield from fails(pull(None, name=name), 1, "nothing answers")
    yield from fails(pull(None, name="no-such-host.invalid/app:1"), 1, "no such host")


def answers_that_are_no_http_are_refused():
    for data in (b"\x00\xff" * 100, b"SSH-2.0-OpenSSH\r\n", b"HTTP/9.9 200 OK\r\n\r\n", b"",
                 b"HTTP/1.1 999 No\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
                 b"Content-Length: 7\r\n\r\nabcde"):
        with Registry(IMAGE, behave=on("manifests", lambda h: h.raw(data))) as r:
            yield from fails(pull(r), 1, "127.0.0.1")


# ---- content ----

def wrong_bytes_never_give_a_report():
    def other(handler, body):
        handler.answer(200, body[:-20] + bytes(20))
    for fault in (other, lambda h, b: h.answer(200, b + b"more"),
                  lambda h, b: h.answer(200, b[:-9]), lambda h, b: h.answer(200, b"")):
        with Registry(IMAGE, behave=on_blob(fault, times=-1)) as r:
            yield from fails(pull(r), 1, "layer")


def wrong_documents_never_give_a_report():
    with Registry(IMAGE) as r:
        r.blobs[r.top["digest"]] += b" "
        yield from fails(pull(r), 1, "digest does not hold")
        yield from fails(pull(r, name=r.host + "/team/app@" + r.top["digest"]), 1, "digest")
    config = json.loads(IMAGE.members["blobs/" + json.loads(
        IMAGE.members["index.json"])["manifests"][0]["digest"].replace(":", "/")])["config"]
    with Registry(IMAGE) as r:
        r.blobs[config["digest"]] = r.blobs[config["digest"]].replace(b"linux", b"minix")
        yield from fails(pull(r), 1, "config")


def rewritten(change):
    """A registry whose tag leads to the manifest that change() made of the right one."""
    r = Registry(IMAGE)
    manifest = json.loads(r.blobs[r.top["digest"]])
    change(manifest)
    body = json.dumps(manifest).encode()
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    r.blobs[digest], r.types[digest], r.tags["1"] = body, r.top["mediaType"], digest
    return r


def sizes_and_digests_that_lie_are_refused():
    def layer_size(n):
        return lambda m: m["layers"][1].update(size=m["layers"][1]["size"] + n)

    def config_size(n):
        return lambda m: m["config"].update(size=m["config"]["size"] + n)

    for change, word in ((layer_size(1), "layer"), (layer_size(-1), "layer"),
                         (layer_size(10 ** 15), "layer"),
                         (lambda m: m["layers"][1].update(size=-1), "size"),
                         (config_size(1), "config"), (config_size(-1), "config"),
                         (config_size(10 ** 15), "config"),
                         (lambda m: m["layers"][0].update(digest=m["layers"][1]["digest"]),
                          "layer"),
                         (lambda m: m["layers"].pop(), "layers"),
                         (lambda m: m["layers"][0].update(digest="sha256:../../etc"), "digest"),
                         (lambda m: m["config"].update(digest="md5:" + "0" * 32), "digest")):
        with rewritten(change) as r:
            yield from fails(pull(r), 1, word)
    with Registry(IMAGE) as r:
        r.behave = on("manifests", lambda h: h.answer(200, r.blobs[r.top["digest"]], [
            ("Docker-Content-Digest", "sha256:" + "0" * 64)]))
        yield from fails(pull(r), 1, "digest does not hold")


def documents_of_any_size_are_bounded():
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(4096):
            handler.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
    for fault in (lambda h: h.answer(200, b"{", length=10 ** 12), endless):
        with Registry(IMAGE, behave=on("manifests", fault)) as r:
            yield from fails(pull(r), 1, "bytes")
        with Registry(IMAGE, behave=on("blobs", fault)) as r:
            yield from fails(pull(r), 1, "bytes")
        with Registry(IMAGE, auth="bearer", behave=on("token", fault)) as r:
            yield from fails(pull(r), 1, "bytes")


def hostile_headers_are_bounded():
    for headers in ([(f"X-{i}", "a") for i in range(5000)],
                    [(f"X-{i}", "a" * 8000) for i in range(40)], [("X", "a" * 60000)] * 3):
        with Registry(IMAGE, behave=on("manifests", lambda h: h.answer(200, b"{}", headers))) as r:
            yield from fails(pull(r), 1, "127.0.0.1")


def hostile_challenges_are_refused():
    for challenge in ("", "Bearer", "Bearer realm", 'Bearer realm="', "Negotiate abc==", "," * 3000,
                      'Bearer realm="ftp://x/"', 'Bearer realm="file:///etc/passwd"',
                      'Bearer realm="http://user@127.0.0.1/"', 'Digest realm="a", nonce="b"',
                      'Bearer realm="http://127.0.0.1:1/token"', 'a="b",' * 2000):
        with Registry(IMAGE, behave=on("manifests", lambda h: h.refuse(
                401, headers=[("WWW-Authenticate", challenge)]))) as r:
            yield from fails(pull(r), 1, "127.0.0.1")


def hostile_tokens_are_refused():
    for body in (b"", b"[]", b"{}", b'{"token":7}', b'{"token":"a\\r\\nX: y"}', b'{"token":""}',
                 b"[" * 100000, b'{"token":"' + b"a" * 3000000 + b'"}'):
        with Registry(IMAGE, auth="bearer", behave=on("token", lambda h: h.answer(200, body))) as r:
            yield from fails(pull(r), 1, "127.0.0.1")


# ---- redirects ----

def redirects_are_followed_and_bounded():
    with Registry(IMAGE) as store, Registry(IMAGE, auth="basic") as r:
        def away(handler, kind, name):
            if kind == "blobs" and r.basic_ok(handler.headers):
                handler.answer(307, headers=[("Location",
                                              f"http://{store.host}/v2/a/blobs/{name}")])
                return True
            return False
        r.behave = away
        yield from works(r, "-u", "ana", "-p", "se:nha")
        if not store.seen or any("Authorization" in s[2] for s in store.seen):
            yield "credentials followed a redirect to another host"
    for to in ("/v2/team/app/manifests/1", "", "http://", "ftp://127.0.0.1/x", "//", "\x01",
               "http://a:b@127.0.0.1/", "file:///etc/passwd", "http://8.8.8.8:1/v2/"):
        with Registry(IMAGE, behave=on("manifests", lambda h: h.answer(
                302, headers=[("Location", to)]))) as r:
            yield from fails(pull(r), 1, "127.0.0.1")


def loops_between_two_end():
    with Registry(IMAGE) as a, Registry(IMAGE) as b:
        for here, there in ((a, b), (b, a)):
            here.behave = lambda h, kind, name, to=there.host: kind in ("manifests", "blobs") and (
                h.answer(307, headers=[("Location", f"http://{to}{h.path}x")]) or True)
        begin = time.monotonic()
        yield from fails(pull(a), 1, "more than 10 redirects")
        if time.monotonic() - begin > 5 or len(a.asked("/manifests/")) > 6:
            yield f"asked {len(a.asked('/manifests/'))} times"
    with Registry(IMAGE, behave=on_blob(lambda h, b: h.answer(
            307, headers=[("Location", h.path)]), times=-1)) as r:
        yield from fails(pull(r), 1, "more than 10 redirects")


def nothing_is_left_behind():
    yield from left_behind()


tap.run([(check.__name__, check) for check in (
    refusals_are_told_apart,
    what_it_says_is_shown_without_its_escapes,
    a_cut_document_is_asked_for_again,
    throttling_is_waited_for_within_reason,
    servers_that_fail_are_asked_again,
    throttling_without_a_time_is_waited_for_too,
    faults_of_blobs_and_tokens_are_told,
    a_cut_body_goes_on_where_it_was_cut,
    a_cut_body_starts_again_where_parts_are_not_given,
    a_body_that_is_always_cut_fails,
    another_part_than_asked_for_is_refused,
    what_stands_still_ends_with_the_timeout,
    stalls_anywhere_end_with_the_timeout,
    heads_cut_anywhere_are_one_line,
    nothing_there_is_one_line,
    answers_that_are_no_http_are_refused,
    wrong_bytes_never_give_a_report,
    wrong_documents_never_give_a_report,
    sizes_and_digests_that_lie_are_refused,
    documents_of_any_size_are_bounded,
    hostile_headers_are_bounded,
    hostile_challenges_are_refused,
    hostile_tokens_are_refused,
    redirects_are_followed_and_bounded,
    loops_between_two_end,
    nothing_is_left_behind,
)])
