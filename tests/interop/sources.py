#!/usr/bin/env python3
"""One image has the same findings from an archive, a layout, Debian's registry (plain, with
passwords, by TLS), a docker and a podman engine, and containerd's store.

usage: sources.py LACRE
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cli")]

from harness import SCRATCH, fails, run  # noqa: E402  (it adds house to the path)
import tap  # noqa: E402
from small_image import Image, default_layers  # noqa: E402

os.umask(0o077)


def big_layers():
    """Past what is kept of an engine's export, in more layers than are read at once."""
    layers = default_layers()
    for i, layer in enumerate(layers):
        layer[f"usr/share/random{i}"] = os.urandom(1 << 16) * 160
    return layers


SMALL = Image(tag="small")
BIG = Image(big_layers(), tag="big")
IMAGES = {"small": SMALL, "big": BIG}
ARCHIVES = {tag: image.write_tar(SCRATCH / f"{tag}.oci.tar") for tag, image in IMAGES.items()}


def need(*programs, root=False):
    """Skips where they are not; where they are, what they cannot do is a failure."""
    for program in programs:
        if not shutil.which(program):
            raise tap.Skip(f"no {program}: ./dev deps interop")
    if root and os.geteuid():
        raise tap.Skip(f"{programs[0]} wants root")


def findings(done):
    if done.returncode:
        return done.stderr.decode(errors="replace")[:300]
    report = json.loads(done.stdout)
    if report["Lacre"].get("Partial"):
        return "partial"
    return sorted((v["VulnerabilityID"], v["PkgName"], v["InstalledVersion"], v["Severity"],
                   v.get("Layer", {}).get("DiffID", ""))
                  for r in report["Results"] for v in r.get("Vulnerabilities", []))


def scan(*args, **kw):
    return run("image", "--quiet", "--scanners", "vuln", "--format", "json", *args, **kw)


WANT = {tag: findings(scan("--input", path)) for tag, path in ARCHIVES.items()}


def same(where, tag, *args, **kw):
    got = findings(scan(*args, **kw))
    if not WANT[tag] or got != WANT[tag]:
        yield f"{where}, {tag}: {str(got)[:300]} is not {str(WANT[tag])[:80]}"


def call(*args, **kw):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=120,
                          check=False, **kw)
    if done.returncode:
        raise RuntimeError(f"{args[0]}: {done.stderr[-400:]}")
    return done.stdout


def docker_archive(tag):
    path = SCRATCH / f"{tag}.docker.tar"
    if not path.exists():
        call("skopeo", "copy", "-q", f"oci-archive:{ARCHIVES[tag]}:{tag}",
             f"docker-archive:{path}:team/app:{tag}")
    return path


def last_line(log):
    text = (SCRATCH / log).read_text(errors="replace").strip().splitlines()
    return text[-1][:200] if text else "it says nothing"


@contextlib.contextmanager
def started(log, *args, ready=None, env=None):
    """A program that runs until the block ends; ready() is asked until it says yes."""
    with open(SCRATCH / log, "wb") as out:
        child = subprocess.Popen([str(a) for a in args], stdout=out, stderr=out, env=env,
                                 start_new_session=True)
    try:
        for _ in range(150):
            if ready():
                break
            if child.poll() is not None:
                raise RuntimeError(f"{args[0]} ended: {last_line(log)}")
            time.sleep(0.1)
        else:
            raise RuntimeError(f"{args[0]} does not answer: {last_line(log)}")
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def registry(name, more=""):
    need("docker-registry", "skopeo")
    port = free_port()
    config = SCRATCH / f"{name}.yml"
    config.write_text(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: "
                      f"{{rootdirectory: {SCRATCH / name}}}}}\nhttp:\n  addr: 127.0.0.1:{port}\n"
                      + more)
    with started(f"{name}.log", "docker-registry", "serve", config, ready=lambda: listens(port)):
        yield f"127.0.0.1:{port}"


def push(host, *args):
    for tag, path in ARCHIVES.items():
        call("skopeo", "copy", "-q", "--dest-tls-verify=false", *args,
             f"oci-archive:{path}:{tag}", f"docker://{host}/team/app:{tag}")


# ---- the checks ----

def archives_and_layouts():
    need("skopeo")
    for tag, image in IMAGES.items():
        layout = SCRATCH / f"{tag}-layout"
        image.write_dir(layout)
        yield from same("layout", tag, "--input", layout)
        yield from same("docker archive", tag, "--input", docker_archive(tag))


def a_registry():
    with registry("plain") as host:
        push(host)
        for tag in IMAGES:
            yield from same("registry", tag, "--image-src", "remote", f"{host}/team/app:{tag}")
        yield from fails(run("image", "-q", f"docker://{host}/team/app:none"), 1, "404")
        yield from fails(run("image", "-q", f"docker://{host}/none/none:1"), 1, "404")


def a_registry_with_passwords():
    need("htpasswd")
    users = SCRATCH / "htpasswd"
    users.write_text(call("htpasswd", "-Bbn", "ana", "senha"))
    with registry("users", f"auth:\n  htpasswd: {{realm: r, path: {users}}}\n") as host:
        push(host, "--dest-creds", "ana:senha")
        name = f"docker://{host}/team/app:small"
        yield from same("password", "small", "-u", "ana", "-p", "senha", name)
        yield from fails(run("image", "-q", name), 1, "lacre login")
        env = {"DOCKER_CONFIG": str(SCRATCH / "docker")}
        yield from fails(run("login", "-q", "-u", "ana", "-p", "x", host, env=env), 1, "401")
        if run("login", "-u", "ana", "-p", "senha", host, env=env).returncode:
            yield "lacre login"
        yield from same("login", "small", name, env=env)
        # What one of us keeps, the other finds.
        call("skopeo", "inspect", "--tls-verify=false", "--authfile",
             SCRATCH / "docker" / "config.json", name)
        run("logout", host, env=env)
        call("skopeo", "login", "--tls-verify=false", "--authfile", SCRATCH / "auth.json", "-u",
             "ana", "-p", "senha", host)
        yield from same("skopeo's login", "small", name,
                        env={"REGISTRY_AUTH_FILE": str(SCRATCH / "auth.json")})


def a_registry_with_an_authority_of_its_own():
    need("openssl")
    call("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", SCRATCH / "k.pem",
         "-out", SCRATCH / "c.pem", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=IP:127.0.0.1")
    tls = f"  tls: {{certificate: {SCRATCH / 'c.pem'}, key: {SCRATCH / 'k.pem'}}}\n"
    with registry("tls", tls) as host:
        push(host)
        for tag in IMAGES:
            name = f"docker://{host}/team/app:{tag}"
            yield from same("TLS", tag, "--cacert", SCRATCH / "c.pem", name)
        yield from same("insecure", "small", "--insecure", f"docker://{host}/team/app:small")
        yield from fails(run("image", "-q", f"docker://{host}/team/app:small"), 1, "certificate")


def a_docker_engine():
    need("dockerd", "docker", "skopeo", root=True)
    folder = SCRATCH / "dk"
    folder.mkdir()
    host = f"unix://{folder}/s"

    def ready():
        return subprocess.run(["docker", "-H", host, "info"], capture_output=True,
                              check=False).returncode == 0

    with started("dockerd.log", "dockerd", "--data-root", folder / "data", "--exec-root",
                 folder / "exec", "-p", folder / "pid", "-H", host, "--iptables=false",
                 "--bridge=none", ready=ready):
        for tag in IMAGES:
            call("docker", "-H", host, "load", "-q", "-i", docker_archive(tag))
            yield from same("docker", tag, "--docker-host", host, f"team/app:{tag}")
            yield from same("docker", tag, f"docker-daemon:team/app:{tag}",
                            env={"DOCKER_HOST": host})
        image = call("docker", "-H", host, "images", "-q", "--no-trunc", "team/app:small").strip()
        yield from same("docker, by id", "small", "--docker-host", host, image)
        context = SCRATCH / "context"
        env = {"DOCKER_CONFIG": str(context), "HOME": str(SCRATCH), "PATH": os.environ["PATH"]}
        call("docker", "context", "create", "mine", "--docker", f"host={host}", env=env)
        call("docker", "context", "use", "mine", env=env)
        yield from same("docker, by context", "small", "--image-src", "docker", "team/app:small",
                        env={"DOCKER_CONFIG": str(context)})
        yield from fails(run("image", "-q", "--image-src", "docker", "--docker-host", host,
                             "team/none:1"), 1, "404")
        done = run("image", "--debug", "--docker-host", host, "team/app:small")
        if b"image-src docker: found" not in done.stderr:
            yield "--debug does not tell where it was found"


def a_podman_engine():
    need("podman", "skopeo")
    folder = SCRATCH / "pod"
    folder.mkdir()
    store = ["podman", "--storage-driver", "vfs", "--root", folder / "root", "--runroot",
             folder / "run"]
    for tag in IMAGES:
        call(*store, "load", "-q", "-i", docker_archive(tag))
    sock = folder / "s"
    with started("podman.log", *store, "system", "service", "--time=0", f"unix://{sock}",
                 ready=sock.exists):
        for tag in IMAGES:
            yield from same("podman", tag, "--image-src", "docker,podman", "--podman-host",
                            f"unix://{sock}", f"team/app:{tag}")
        yield from fails(run("image", "-q", "--image-src", "podman", "--podman-host",
                             f"unix://{sock}", "team/none:1"), 1, "404")


def containerd_by_name():
    need("containerd", "ctr", "skopeo", root=True)
    folder = SCRATCH / "ctr"
    folder.mkdir()
    root = folder / "root"
    sock = folder / "s"
    config = folder / "config.toml"
    config.write_text(f'version = 2\nroot = "{root}"\nstate = "{folder / "state"}"\n'
                      'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
                      f'[grpc]\n  address = "{sock}"\n[ttrpc]\n  address = "{sock}.ttrpc"\n')
    env = {"CONTAINERD_ROOT": str(root)}
    with started("containerd.log", "containerd", "-c", config, ready=sock.exists):
        for tag in IMAGES:
            call("ctr", "-a", sock, "images", "import", "--no-unpack", docker_archive(tag))
            call("ctr", "-a", sock, "-n", "k8s.io", "images", "import", "--no-unpack",
                 "--base-name", "r.example/kube/app", ARCHIVES[tag])
            for name in (f"team/app:{tag}", f"docker.io/team/app:{tag}",
                         f"r.example/kube/app:{tag}"):
                yield from same("containerd", tag, "--image-src", "containerd", name, env=env)
        call("ctr", "-a", sock, "images", "tag", "docker.io/team/app:small", "short")
        yield from same("containerd, ctr's own name", "small", "--image-src", "containerd",
                        "short", env=env)
        elsewhere = {**env, "CONTAINERD_NAMESPACE": "k8s.io"}
        yield from fails(run("image", "-q", "--image-src", "containerd", "team/app:small",
                             env=elsewhere), 1, "namespace k8s.io")
        call("ctr", "-a", sock, "images", "rm", "docker.io/team/app:small")
        yield from fails(run("image", "-q", "--image-src", "containerd", "team/app:small",
                             env=env), 1, "no image team/app:small")
    # What it wrote last is read without it, too.
    yield from same("containerd, stopped", "big", "--image-src", "containerd", "team/app:big",
                    env=env)


tap.run([(check.__name__, check) for check in (
    archives_and_layouts,
    a_registry,
    a_registry_with_passwords,
    a_registry_with_an_authority_of_its_own,
    a_docker_engine,
    a_podman_engine,
    containerd_by_name,
)])
