"""Policies of podman and skopeo: the tools themselves and lacre give the same answers.

usage: policies.py LACRE
A small Go program over containers/image judges by its own library what lacre signed; Debian's skopeo, whose
sigstore signatures are switched off, makes and judges OpenPGP signatures.
"""

import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "house"), str(HERE.parent / "cli"), str(HERE.parent / "e2e"), str(HERE)]

from debian_registry import PROGRAM as DEBIAN, DebianRegistry  # noqa: E402
from fake_registry import Registry  # noqa: E402
from program import SOURCE, Program, data_dir  # noqa: E402
from small_image import Image  # noqa: E402
from tap import Skip, run  # noqa: E402

LACRE = Program(sys.argv[1])
OWN = SOURCE / "tests/data/policy"
scratch = tempfile.TemporaryDirectory()
ROOT = pathlib.Path(scratch.name)
ENV = {"HOME": str(ROOT), "XDG_CONFIG_HOME": str(ROOT / "config"), "COSIGN_PASSWORD": "pw",
       "DOCKER_CONFIG": str(ROOT / "docker"), "TMPDIR": str(ROOT), "GNUPGHOME": str(ROOT / "gnupg")}
REJECT = [{"type": "reject"}]
ACCEPT = [{"type": "insecureAcceptAnything"}]

GO_VERSION = "v5.36.2"
GO_TAGS = "containers_image_openpgp,containers_image_storage_stub,containers_image_docker_daemon_stub"
GO_SOURCE = """package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/containers/image/v5/directory"
	"github.com/containers/image/v5/docker"
	_ "github.com/containers/image/v5/docker/archive"
	"github.com/containers/image/v5/image"
	_ "github.com/containers/image/v5/oci/layout"
	"github.com/containers/image/v5/signature"
	"github.com/containers/image/v5/types"
)

func judge(file, name string, sys *types.SystemContext) error {
	policy, err := signature.NewPolicyFromFile(file)
	if err != nil {
		return err
	}
	judge, err := signature.NewPolicyContext(policy)
	if err != nil {
		return err
	}
	defer judge.Destroy()
	var ref types.ImageReference
	if dir, found := strings.CutPrefix(name, "dir:"); found {
		ref, err = directory.NewReference(dir)
	} else {
		ref, err = docker.ParseReference("//" + name)
	}
	if err != nil {
		return err
	}
	src, err := ref.NewImageSource(context.Background(), sys)
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = judge.IsRunningImageAllowed(context.Background(), image.UnparsedInstance(src, nil))
	return err
}

func main() {
	sys := &types.SystemContext{
		RegistriesDirPath:           os.Args[1],
		SystemRegistriesConfPath:    "/dev/null",
		DockerInsecureSkipTLSVerify: types.OptionalBoolTrue,
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		file, name, _ := strings.Cut(lines.Text(), "\\t")
		if err := judge(file, name, sys); err != nil {
			fmt.Printf("refused %q\\n", err.Error())
		} else {
			fmt.Println("accepted")
		}
	}
}
"""


def peer_program():
    """The Go program, built once; its modules come through Go's own proxy."""
    folder = ROOT / "peer"
    program = folder / "peer"
    if program.exists():
        return program
    if not shutil.which("go"):
        raise Skip("Go is not installed")
    if folder.exists():
        raise Skip("the Go program was not built")
    folder.mkdir()
    (folder / "main.go").write_text(GO_SOURCE)
    (folder / "go.mod").write_text("module peer\n\ngo 1.23\n\n"
                                   f"require github.com/containers/image/v5 {GO_VERSION}\n")
    env = dict(os.environ, CGO_ENABLED="0", GOFLAGS="-mod=mod", GOTOOLCHAIN="local")
    for command in (["go", "mod", "tidy"], ["go", "build", "-tags", GO_TAGS, "-o", "peer", "."]):
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True,
                              timeout=900, check=False)
        if done.returncode and command[1] == "mod":
            raise Skip("the modules of containers/image cannot be had: " + done.stderr.strip()[-200:])
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
    return program


def peer(rows, settings=None, cwd=None):
    """What containers/image says to (policy file, image) rows: True, or why not."""
    lines = "".join(f"{file}\t{name}\n" for file, name in rows)
    done = subprocess.run([peer_program(), settings or ROOT / "nothing"], input=lines, cwd=cwd,
                          capture_output=True, text=True, check=True, timeout=300,
                          env=dict(os.environ, **ENV))
    said = done.stdout.splitlines()
    if len(said) != len(rows):
        raise RuntimeError(f"{len(said)} answers to {len(rows)} questions: {done.stderr}")
    return [True if line == "accepted" else line for line in said]


def lacre(file, name, settings=None, cwd=None):
    args = ["--registries-d", settings] if settings else []
    return LACRE.run("verify", "--policy", file, *args, name, env=ENV, cwd=cwd)


def compare(rows, settings=None, cwd=None, want=None):
    """Both give the same answer to each row, and the one that is wanted."""
    for (file, name), theirs in zip(rows, peer(rows, settings, cwd)):
        ours = lacre(file, name, settings, cwd)
        if (ours.returncode == 0) != (theirs is True):
            yield (f"{pathlib.Path(file).read_text()} {name}: we {ours.returncode} "
                   f"{ours.stderr.decode()}, they {theirs}")
        elif want is not None and (theirs is True) != want:
            yield f"{pathlib.Path(file).read_text()} {name}: both say {theirs}"


def policy(content):
    fd, path = tempfile.mkstemp(suffix=".json", dir=ROOT)
    with os.fdopen(fd, "w") as f:
        f.write(content if isinstance(content, str) else json.dumps(content))
    return path


# ---- containers/image ----

def agrees_on_the_shared_cases():
    data = data_dir()
    if data is None:
        raise Skip("the shared test data is not here")
    base = data / "containers-policy"
    cases = json.loads((base / "index.json").read_text())["cases"]
    rows = [(policy({"default": REJECT, "transports": {"dir": {"": c["requirements"]}}}), c["image"])
            for c in cases]
    yield from compare(rows, cwd=base)


def by_key(**more):
    return {"type": "sigstoreSigned", "keyPath": str(OWN / "key.pub"),
            "signedIdentity": {"type": "exactRepository", "dockerRepository": "reg.example/app"}, **more}


def spoilt():
    """Documents near to one that our own image passes, most of them wrong."""
    good = {"default": [by_key()]}
    text = json.dumps(good)
    yield good
    yield text.replace('"default"', '"Default"')
    yield text.replace('"keyPath"', '"KeyPath"')
    yield text[:-1] + ', "transports": {}}'
    yield text[:-1] + ', "transports": null}'
    yield text[:-1] + ', "transports": {"dir": {"": []}}}'
    yield text[:-1] + ', "transports": {"dir": {"relative": [{"type": "reject"}]}}}'
    yield text[:-1] + ', "transports": {"dir": {"/": [{"type": "reject"}]}}}'
    yield text[:-1] + ', "transports": {"docker-archive": {"/a": [{"type": "reject"}]}}}'
    yield text[:-1] + ', "transports": {"unheard-of": {"/a": [{"type": "reject"}]}}}'
    yield text[:-1] + ', "comment": "x"}'
    yield text[:-1] + ', ' + text[1:]
    yield text + "{}"
    yield text + " \n"
    yield {"default": []}
    yield {"default": ACCEPT}
    yield {"default": ACCEPT + REJECT}
    yield {"default": [{"type": "insecureAcceptAnything", "note": 1}]}
    yield {"default": [{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchExact"}}]}
    for key, value in (("keyPath", ""), ("keyPath", 1), ("keyPaths", []), ("keyData", "AAAA"),
                       ("keyPath", "/absent"), ("rekorPublicKeyPath", str(OWN / "key.pub")),
                       ("rekorPublicKeyPath", ""), ("fulcio", {}), ("pki", {}), ("type", "signedBy"),
                       ("signedIdentity", None), ("signedIdentity", {}), ("unknown", 1)):
        yield {"default": [by_key(**{key: value})]}
    for name in ("keyPaths", "keyDatas"):
        other = by_key(**{name: [str(OWN / "key.pub")]})
        del other["keyPath"]
        yield {"default": [other]}
    for identity in ({"type": "matchExact"}, {"type": "matchRepository"}, {"type": "matchRepoDigestOrExact"},
                     {"type": "exactReference", "dockerReference": "reg.example/app:1"},
                     {"type": "exactReference", "dockerReference": "reg.example/app"},
                     {"type": "exactRepository", "dockerRepository": "reg.example/app:1"},
                     {"type": "exactRepository", "dockerRepository": "reg.example/other"},
                     {"type": "exactRepository", "dockerRepository": "Not A Name"},
                     {"type": "exactRepository", "dockerRepository": "reg.example/app", "more": 1},
                     {"type": "remapIdentity", "prefix": "a", "signedPrefix": "b"},
                     {"type": "remapIdentity", "prefix": "a:1/b:2", "signedPrefix": "b"}):
        yield {"default": [by_key(signedIdentity=identity)]}
    for cut in range(0, len(text), 7):
        yield text[:cut]


def agrees_on_documents():
    place = ROOT / "own"
    place.mkdir()
    for name in ("manifest.json", "signature-2"):
        shutil.copy(OWN / name, place / name.replace("-2", "-1"))
    yield from compare([(policy(document), f"dir:{place}") for document in spoilt()])


def agrees_on_certificates_and_logs():
    try:
        import policy_cases
    except ImportError as e:
        raise Skip(f"python3-cryptography is not installed: {e}")
    peer_program()
    rows = [(policy({"default": requirements}), f"dir:{place}")
            for requirements, place, _, _ in policy_cases.Cases(ROOT).all()]
    yield from compare(rows)


def keys(prefix):
    LACRE.run("generate-key-pair", "--output-key-prefix", ROOT / prefix, env=ENV, check=True)
    return ROOT / f"{prefix}.key", ROOT / f"{prefix}.pub"


def settings_of(host, **settings):
    folder = pathlib.Path(tempfile.mkdtemp(dir=ROOT))
    lines = [f"    {key.replace('_', '-')}: {value}" for key, value in settings.items()]
    (folder / "a.yaml").write_text("\n".join(["docker:", f"  {host}:", *lines]) + "\n")
    return folder


def a_lacre_signed_image_passes_and_a_tampered_one_does_not():
    peer_program()
    private, public = keys("one")
    _, stranger = keys("two")
    with Registry(Image()) as r:
        r.writable = True
        name = r.name()
        on = settings_of(r.host, use_sigstore_attachments="true")

        def asks(key, identity):
            return policy({"default": REJECT, "transports": {"docker": {r.host: [
                {"type": "sigstoreSigned", "keyPath": str(key), "signedIdentity": identity}]}}})

        repository = {"type": "matchRepository"}
        exact = {"type": "matchRepoDigestOrExact"}
        yield from compare([(asks(public, repository), name)], on, want=False)  # not signed yet
        LACRE.run("sign", "--key", private, "--new-bundle-format=false", name, env=ENV, check=True)
        yield from compare([(asks(public, repository), name)], on, want=True)
        yield from compare([(asks(stranger, repository), name), (asks(public, exact), name),
                            (asks(public, {"type": "exactRepository", "dockerRepository": "reg.example/app"}),
                             name)], on, want=False)
        yield from compare([(asks(public, repository), name)], settings_of(r.host, lookaside="file:///none"),
                           want=False)
        # Under a name with its tag, by tag and by digest, and seen through a mirror's name.
        LACRE.run("sign", "--key", private, "--new-bundle-format=false", "--sign-container-identity", name,
                  name, env=ENV, check=True)
        digest = r.tags["1"]
        remap = {"type": "remapIdentity", "prefix": f"{r.host}/mirror", "signedPrefix": f"{r.host}/team"}
        by_digest = f"{r.host}/team/app@{digest}"
        for key in [k for k in r.tags if k[0] == "team/app"]:
            r.tags[("mirror/app", key[1])] = r.tags[key]
        yield from compare([(asks(public, exact), name), (asks(public, exact), by_digest),
                            (asks(public, remap), f"{r.host}/mirror/app:1"),
                            (asks(public, {"type": "matchExact"}), name)], on, want=True)
        yield from compare([(asks(public, {"type": "matchExact"}), by_digest),
                            (asks(public, exact), f"{r.host}/mirror/app:1")], on, want=False)
        yield from tampered(r, asks(public, repository), name, on)


def tampered(r, file, name, on):
    """Another manifest under the tag, with the signatures of the first."""
    before = r.tags["1"]
    changed = r.blobs[before] + b"\n"
    digest = "sha256:" + hashlib.sha256(changed).hexdigest()
    r.blobs[digest], r.types[digest] = changed, r.types[before]
    tag = "sha256-{}.sig"
    r.tags[tag.format(digest[7:])] = r.tags.get(("team/app", tag.format(before[7:])),
                                                r.tags.get(tag.format(before[7:])))
    for key in list(r.tags):
        if key in ("1", ("team/app", "1")):
            r.tags[key] = digest
    yield from compare([(file, name)], on, want=False)
    if lacre(file, name, on).returncode != 14:
        yield "a tampered image has another exit status than 14"


# ---- skopeo ----

def skopeo(*args, want=0):
    if not shutil.which("skopeo") or not shutil.which("gpg"):
        raise Skip("skopeo and gpg are not both installed")
    done = subprocess.run(["skopeo", *map(str, args)], capture_output=True, text=True, check=False,
                          timeout=120, env=dict(os.environ, **ENV))
    if want is not None and done.returncode != want:
        raise RuntimeError(f"skopeo {args}: {done.returncode} {done.stderr}")
    return done


def gpg(*args):
    done = subprocess.run(["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "",
                           *args], capture_output=True, env=dict(os.environ, **ENV), timeout=120, check=True)
    return done.stdout


def signers():
    """Fingerprints of two keys, whose public parts are in files of their names."""
    home = pathlib.Path(ENV["GNUPGHOME"])
    if not home.exists():
        if not shutil.which("gpg"):
            raise Skip("gpg is not installed")
        home.mkdir(mode=0o700)
        gpg("--quick-gen-key", "one@example.com", "rsa2048", "sign", "never")
        gpg("--quick-gen-key", "two@example.com", "ed25519", "sign", "never")
        for name in ("one", "two"):
            (ROOT / f"{name}.gpg").write_bytes(gpg("--export", f"{name}@example.com"))
    return ROOT / "one.gpg", ROOT / "two.gpg"


def layout():
    place = ROOT / "image"
    if not place.exists():
        for name, content in Image().members.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def signed_by(key, name):
    return [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": str(key),
             "signedIdentity": {"type": "exactReference", "dockerReference": name}}]


def skopeo_says(file, place):
    target = tempfile.mkdtemp(dir=ROOT)
    return skopeo("--policy", file, "copy", f"dir:{place}", f"dir:{target}", want=None)


def same_as_skopeo(file, place, want):
    theirs = skopeo_says(file, place)
    ours = lacre(file, f"dir:{place}")
    if (theirs.returncode == 0) != want or (ours.returncode == 0) != want:
        yield (f"{pathlib.Path(file).read_text()} {place}: we {ours.returncode} {ours.stderr.decode()}, "
               f"they {theirs.returncode} {theirs.stderr}, want {want}")


def openpgp_signatures_of_skopeo_in_directories():
    one, two = signers()
    name = "reg.example/app:1"
    anything = policy({"default": ACCEPT})
    place = ROOT / "signed"
    skopeo("--policy", anything, "copy", f"oci:{layout()}:1", f"dir:{place}")
    manifest = place / "manifest.json"
    for number, who in ((1, "one"), (2, "two")):
        skopeo("standalone-sign", manifest, name, f"{who}@example.com", "-o", place / f"signature-{number}")
    for key, identity, want in ((one, name, True), (two, name, True), (one, "reg.example/app:2", False),
                                (OWN / "one.asc", name, False)):
        yield from same_as_skopeo(policy({"default": signed_by(key, identity)}), place, want)
    both = signed_by(one, name) + signed_by(two, name)
    yield from same_as_skopeo(policy({"default": both}), place, True)
    yield from same_as_skopeo(policy({"default": both + REJECT}), place, False)
    (place / "signature-2").unlink()
    yield from same_as_skopeo(policy({"default": both}), place, False)
    yield from same_as_skopeo(policy({"default": REJECT, "transports": {
        "dir": {str(ROOT.resolve()): signed_by(one, name)}}}), place, True)
    text = manifest.read_bytes()
    manifest.write_bytes(text + b"\n")
    yield from same_as_skopeo(policy({"default": signed_by(one, name)}), place, False)
    manifest.write_bytes(text)
    signature = bytearray((place / "signature-1").read_bytes())
    signature[len(signature) // 2] ^= 1
    (place / "signature-1").write_bytes(signature)
    yield from same_as_skopeo(policy({"default": signed_by(one, name)}), place, False)


def the_image_for_this_platform_is_judged_and_not_the_index():
    if platform.machine() != "x86_64":
        raise Skip("the image is for another machine")
    one, two = signers()
    place = ROOT / "many"
    skopeo("--policy", policy({"default": ACCEPT}), "copy", f"oci:{layout()}:1", f"dir:{place}")
    text = (place / "manifest.json").read_bytes()
    other = text + b"\n"
    entries = []
    for content, architecture in ((other, "s390x"), (text, "amd64")):
        hexa = hashlib.sha256(content).hexdigest()
        (place / f"{hexa}.manifest.json").write_bytes(content)
        entries.append({"mediaType": json.loads(text)["mediaType"], "digest": f"sha256:{hexa}",
                        "size": len(content), "platform": {"os": "linux", "architecture": architecture}})
    manifest = place / "manifest.json"
    manifest.write_text(json.dumps({"schemaVersion": 2, "manifests": entries,
                                    "mediaType": "application/vnd.oci.image.index.v1+json"}))
    name = "reg.example/app:1"
    asks = policy({"default": signed_by(one, name)})
    skopeo("standalone-sign", manifest, name, "one@example.com", "-o", place / "signature-1")
    yield from same_as_skopeo(asks, place, False)
    hexa = entries[1]["digest"][7:]
    skopeo("standalone-sign", place / f"{hexa}.manifest.json", name, "one@example.com", "-o",
           place / f"{hexa}.signature-1")
    yield from same_as_skopeo(asks, place, True)
    (place / "signature-1").unlink()
    yield from same_as_skopeo(asks, place, True)
    yield from same_as_skopeo(policy({"default": signed_by(two, name)}), place, False)
    if lacre(asks, f"dir:{place}").returncode or not LACRE.run(
            "verify", "--policy", asks, "--recursive", f"dir:{place}", env=ENV).returncode:
        yield "--recursive does not ask the same of the other image"


def a_lookaside_that_skopeo_wrote():
    one, two = signers()
    if not DEBIAN:
        raise Skip("docker-registry is not installed")
    with DebianRegistry(ROOT) as r:
        name = f"{r.host}/team/app:1"
        settings = settings_of(r.host, lookaside=f"file://{ROOT}/lookaside")
        skopeo("--policy", policy({"default": ACCEPT}), "--registries.d", settings, "copy", "--sign-by",
               "one@example.com", "--dest-tls-verify=false", f"oci:{layout()}:1", f"docker://{name}")

        def asks(key):
            return policy({"default": REJECT, "transports": {"docker": {r.host: [
                {"type": "signedBy", "keyType": "GPGKeys", "keyPath": str(key)}]}}})

        for key, want in ((one, True), (two, False)):
            theirs = skopeo("--policy", asks(key), "--registries.d", settings, "copy", "--src-tls-verify=false",
                            f"docker://{name}", f"dir:{tempfile.mkdtemp(dir=ROOT)}", want=None)
            ours = lacre(asks(key), name, settings)
            if (theirs.returncode == 0) != want or (ours.returncode == 0) != want:
                yield f"{key}: we {ours.returncode} {ours.stderr.decode()}, they {theirs.stderr}"


def stop_agent():
    """The one that gpg started for our own key ring."""
    if pathlib.Path(ENV["GNUPGHOME"]).exists():
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=dict(os.environ, **ENV), check=False)


try:
    run([(check.__name__, check) for check in (
        agrees_on_the_shared_cases,
        agrees_on_documents,
        agrees_on_certificates_and_logs,
        a_lacre_signed_image_passes_and_a_tampered_one_does_not,
        openpgp_signatures_of_skopeo_in_directories,
        the_image_for_this_platform_is_judged_and_not_the_index,
        a_lookaside_that_skopeo_wrote,
    )])
finally:
    stop_agent()
