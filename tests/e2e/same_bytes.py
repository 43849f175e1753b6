"""The same image gives the same bytes: from any number of threads, in JSON and table.

usage: same_bytes.py LACRE
Without SOURCE_DATE_EPOCH times come from what was scanned, with it from there.
"""

import json
import pathlib
import sys
import tempfile

from program import SOURCE, Program, data_dir
from tap import Skip, run

sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from small_image import OS_RELEASE, Image, paragraph  # noqa: E402

lacre = Program(sys.argv[1])
data = data_dir()
scratch = tempfile.TemporaryDirectory()
EPOCHS = {"without SOURCE_DATE_EPOCH": {}, "with SOURCE_DATE_EPOCH": {"SOURCE_DATE_EPOCH": "1700000000"}}
OLD = [paragraph("openssl", "3.0.9-1"), paragraph("zlib1g", "1:1.2.13.dfsg-1"),
       paragraph("libperl5.36", "5.36.0-7"), paragraph("apt", "2.6.1"), paragraph("bash", "5.2.15-2")]


def many_layers():
    """Twenty layers of unlike sizes, so that on several threads upper ones are done first."""
    layers = [{"etc/os-release": OS_RELEASE, "etc/debian_version": b"12.0\n", "opt/large": b"\1" * 6000000}]
    for i in range(20):
        kept = OLD[:1 + i % len(OLD)]
        layers.append({"var/lib/dpkg/status": b"".join(kept),
                       f"var/lib/dpkg/status.d/p{i}": paragraph(f"p{i}", f"1.{i}"),
                       f"srv/{i}": bytes([i]) * (3000000 if i % 3 == 0 else 10)})
    return layers


def with_a_broken_layer():
    image = Image(many_layers())
    path = image.layer_paths[7]
    blob = image.members[path]
    image.members[path] = blob[:-1] + bytes([blob[-1] ^ 1])
    return image


def made(name, image):
    path = pathlib.Path(scratch.name) / name
    if not path.exists():
        image().write_tar(path)
    return path


def scan(path, form, threads, env):
    done = lacre.run("image", "--input", path, "-f", form, "--list-all-pkgs", "--scanners", "vuln", "--quiet",
                     "--reproducible", "--parallel", threads, env=env, check=True)
    return done.stdout


def check(path, env, findings=None, partial=None):
    wrong = []
    for form in ("json", "table"):
        first = scan(path, form, 1, env)
        if len(first) < 100:
            wrong.append(f"{form}: only {len(first)} bytes")
        for threads in (1, 2, 8, 8):
            if scan(path, form, threads, env) != first:
                wrong.append(f"{form}: other bytes from {threads} threads")
        if form == "json":
            report = json.loads(first)
            n = sum(len(r.get("Vulnerabilities", [])) for r in report.get("Results", []))
            if findings is not None and (n > 0) != findings:
                wrong.append(f"{n} findings")
            if partial is not None and report["Lacre"]["Partial"] != partial:
                wrong.append(f"Partial is not {partial}")
            if env and not report["CreatedAt"].startswith("2023-11-14T22:13:20"):
                wrong.append(f"CreatedAt {report['CreatedAt']} is not that of SOURCE_DATE_EPOCH")
    return wrong


def epoch_counts():
    """The two environments must differ, else the cases above show nothing."""
    path = made("many.tar", lambda: Image(many_layers()))
    with_, without = (scan(path, "json", 2, env) for env in EPOCHS.values())
    return [] if with_ != without else ["SOURCE_DATE_EPOCH changes nothing"]


def data_images():
    if data is None:
        raise Skip("the shared test data is not here")
    images = sorted((data / "images").glob("*.tar"))
    if not images:
        return ["no images in the shared test data"]
    wrong = []
    for image in images:
        first = scan(image, "json", 1, {})
        wrong += [f"{image.name}: other bytes from {n} threads" for n in (2, 8)
                  if scan(image, "json", n, {}) != first]
    return wrong


def cases():
    out = []
    for name, env in EPOCHS.items():
        out.append((f"many layers, {name}", lambda e=env: check(
            made("many.tar", lambda: Image(many_layers())), e, findings=True, partial=False)))
        out.append((f"an image with an unreadable layer, {name}", lambda e=env: check(
            made("broken.tar", with_a_broken_layer), e, findings=True, partial=True)))
    out.append(("SOURCE_DATE_EPOCH gives the time", epoch_counts))
    out.append(("real images", data_images))
    return out


run(cases())
