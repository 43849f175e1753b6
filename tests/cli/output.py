#!/usr/bin/env python3
"""What scans write: the same bytes whatever the threads, tables, languages, terminals.

usage: output.py LACRE CATALOGUE-DIRECTORY
"""

import json
import os
import pty
import re
import subprocess
import sys

from harness import SCRATCH, lacre, run
from small_image import Image
import tap

LOCALES = sys.argv[2]
IMAGE = Image().write_tar(SCRATCH / "image.tar")
QUICK = ("--quiet", "--scanners", "vuln")


def the_same_bytes_from_any_number_of_threads():
    for form in ("json", "table"):
        seen = set()
        for threads in (1, 2, 8):
            seen.add(run("image", *QUICK, "--reproducible", "--parallel", threads, "-f", form,
                         IMAGE, env={"SOURCE_DATE_EPOCH": "1767225600"}).stdout)
        if len(seen) != 1 or not seen.pop():
            yield f"{form}: {len(seen) + 1} different results"


def a_file_and_standard_output_hold_the_same():
    target = SCRATCH / "report.json"
    args = ("image", *QUICK, "--reproducible", "-f", "json", IMAGE)
    shown = run(*args).stdout
    done = run(*args, "--output", target)
    if done.stdout or done.returncode or target.read_bytes() != shown:
        yield f"{done.returncode} {done.stdout[:80]!r}"


def a_trace_tells_where_the_time_went():
    target = SCRATCH / "trace.json"
    done = run("image", *QUICK, "--trace", target, IMAGE)
    if done.returncode:
        yield f"{done.returncode} {done.stderr!r}"
        return
    trace = json.loads(target.read_bytes())
    events = trace["traceEvents"]
    names = {e["name"] for e in events}
    if not names >= {"open image", "layer", "all layers", "match and judge", "write report"}:
        yield f"spans: {sorted(names)}"
    layers = sorted(e["args"]["layer"] for e in events if e["name"] == "layer")
    if layers != [1, 2, 3, 4, 5]:
        yield f"layers: {layers}"
    whole = next(e for e in events if e["name"] == "all layers")
    for e in events:
        if e["ph"] != "X" or e["ts"] < 0 or e["dur"] < 0 or e["tid"] < 0 or e["pid"] != 1:
            yield f"span: {e}"
        if e["name"] == "layer" and not (whole["ts"] <= e["ts"] and e["ts"] + e["dur"]
                                         <= whole["ts"] + whole["dur"] + 0.01):
            yield f"{e} is not within {whole}"


def a_trace_that_cannot_be_written_is_an_error():
    done = run("image", *QUICK, "--trace", SCRATCH / "no/such/place", IMAGE)
    if done.returncode != 1 or b"error: --trace: " not in done.stderr:
        yield f"{done.returncode} {done.stderr!r}"
    target = SCRATCH / "failed.json"
    (SCRATCH / "no-image.tar").write_bytes(b"no image")
    done = run("image", *QUICK, "--trace", target, "--input", SCRATCH / "no-image.tar")
    if done.returncode != 1 or not json.loads(target.read_bytes())["traceEvents"]:
        yield f"a failed scan: {done.returncode} {done.stderr!r}"


def json_has_the_shape_that_readers_of_trivy_expect():
    report = json.loads(run("image", *QUICK, "-f", "json", IMAGE).stdout)
    if report["SchemaVersion"] != 2 or report["ArtifactType"] != "container_image":
        yield f"{report['SchemaVersion']} {report['ArtifactType']}"
    result = report["Results"][0]
    if result["Class"] != "os-pkgs" or result["Type"] != "debian":
        yield f"{result['Class']} {result['Type']}"
    if {p["Name"] for p in result["Packages"]} != {"openssl", "zlib1g", "apt", "libperl5.36"}:
        yield f"packages: {[p['Name'] for p in result['Packages']]}"
    layers = {p["Layer"]["DiffID"] for p in result["Packages"]}
    if len(layers) != 4:
        yield f"packages of {len(layers)} layers, want 4"


def packages_are_left_out_when_asked():
    report = json.loads(run("image", *QUICK, "-f", "json", "--list-all-pkgs=false", IMAGE).stdout)
    if any("Packages" in r for r in report["Results"]):
        yield "packages are listed"


def tables_come_in_the_modes_asked_for():
    both = run("image", *QUICK, IMAGE).stdout.decode()
    summary = run("image", *QUICK, "--table-mode", "summary", IMAGE).stdout.decode()
    detailed = run("image", *QUICK, "--table-mode", "detailed", IMAGE).stdout.decode()
    if "Report Summary" not in both or "Total: " not in both:
        yield "one of both is missing by default"
    if "Report Summary" not in summary or "Total: " in summary:
        yield "summary shows something else"
    if "Report Summary" in detailed or "Total: " not in detailed:
        yield "detailed shows something else"


def on_a_terminal(*args, env=None):
    """What a terminal of 100 columns gets on standard output, and on standard error."""
    try:
        ends = pty.openpty(), pty.openpty()
    except OSError as reason:
        raise tap.Skip(f"no terminal to be had ({reason}): mount /dev/pts") from None
    process = subprocess.Popen([lacre.path, *map(str, args)], stdin=subprocess.DEVNULL,
                               stdout=ends[0][1], stderr=ends[1][1],
                               env={"HOME": str(SCRATCH), "TERM": "xterm", "COLUMNS": "100",
                                    "LC_ALL": "C.UTF-8", **(env or {})})
    shown = []
    for master, slave in ends:
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(master)
        shown.append(text.decode())
    process.wait()
    return shown


def terminals_get_colour_and_their_width():
    plain = run("image", *QUICK, IMAGE).stdout.decode()
    if "\x1b" in plain:
        yield "colour in a pipe"
    shown, _ = on_a_terminal("image", *QUICK, IMAGE)
    if "\x1b[" not in shown:
        yield "no colour on a terminal"
    bare = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    wide = [line for line in bare.splitlines() if line.startswith(("│", "┌", "|", "+")) and
            len(line) > 100]
    yield from (f"wider than 100 columns: {line}" for line in wide[:3])
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        if "\x1b[" in on_a_terminal("image", *QUICK, IMAGE, env=env)[0]:
            yield f"colour with {env}"
    ascii_only, _ = on_a_terminal("image", *QUICK, IMAGE, env={"LC_ALL": "C"})
    if "┌" in ascii_only:
        yield "line-drawing characters where the locale has none"


def progress_is_for_terminals_alone():
    args = ("image", "--scanners", "vuln", IMAGE)
    if "\r" not in on_a_terminal(*args)[1]:
        yield "no progress on a terminal"
    for quiet in ("--quiet", "--no-progress"):
        if re.search(r"\r[^\n]", on_a_terminal(*args, quiet)[1]):
            yield f"progress with {quiet}"
    if b"\r" in run(*args).stderr:
        yield "progress in a pipe"


def messages_are_in_the_language_asked_for():
    german = {"LC_ALL": "de_DE.UTF-8"}
    for env in ({"LC_ALL": "pt_BR.UTF-8"}, {"LC_ALL": "", "LANG": "pt_BR.UTF-8"},
                {"LC_ALL": "pt_BR"}, {"LC_ALL": "pt_PT.UTF-8"},
                {"LC_ALL": "C.UTF-8", "LANGUAGE": "de:pt_BR"},
                {"LC_ALL": "", "LC_MESSAGES": "pt_BR.utf8", "LANG": "en_US.UTF-8"}):
        done = run("image", "--severtiy=x", env={"LACRE_LOCALEDIR": LOCALES, **env})
        if "opção desconhecida --severtiy; você quis dizer --severity?" not in done.stderr.decode():
            yield f"{env}: {done.stderr!r}"
    for env in ({"LC_ALL": "C", "LANGUAGE": "pt_BR"}, {"LC_ALL": "en_US.UTF-8"}, german,
                {"LC_ALL": "pt_BR.ISO-8859-1"}, {"LC_ALL": "../../pt_BR"},
                {"LC_ALL": "en_US.UTF-8", "LANGUAGE": "en:pt_BR"}):
        done = run("image", "--severtiy=x", env={"LACRE_LOCALEDIR": LOCALES, **env})
        if b"unknown option" not in done.stderr:
            yield f"{env}: {done.stderr!r}"


def tables_are_translated_and_json_never_is():
    env = {"LACRE_LOCALEDIR": LOCALES, "LC_ALL": "pt_BR.UTF-8", "SOURCE_DATE_EPOCH": "1"}
    table = run("image", *QUICK, IMAGE, env=env).stdout.decode()
    if "Resumo do relatório" not in table or "Biblioteca" not in table:
        yield f"{table[:200]!r}"
    args = ("image", *QUICK, "--reproducible", "-f", "json", IMAGE)
    if run(*args, env=env).stdout != run(*args, env={"SOURCE_DATE_EPOCH": "1"}).stdout:
        yield "JSON differs by language"
    text = run("image", "--help", env=env).stdout.decode()
    for word in ("Uso:", "Exemplos:", "padrão", "Status de saída"):
        if word not in text:
            yield f"no {word} in the help"


def broken_catalogues_are_passed_over():
    folder = SCRATCH / "locale/pt_BR/LC_MESSAGES"
    folder.mkdir(parents=True)
    with open(os.path.join(LOCALES, "pt_BR/LC_MESSAGES/lacre.mo"), "rb") as file:
        whole = file.read()
    env = {"LACRE_LOCALEDIR": str(SCRATCH / "locale"), "LC_ALL": "pt_BR.UTF-8"}
    for size in (0, 3, 20, 27, 28, 100, 1000, len(whole) // 2, len(whole) - 1):
        (folder / "lacre.mo").write_bytes(whole[:size])
        done = run("image", "--severtiy=x", env=env)
        if done.returncode != 2 or b"--severity?" not in done.stderr:
            yield f"cut to {size}: {done.returncode} {done.stderr!r}"


tap.run([(check.__name__, check) for check in (
    the_same_bytes_from_any_number_of_threads,
    a_file_and_standard_output_hold_the_same,
    a_trace_tells_where_the_time_went,
    a_trace_that_cannot_be_written_is_an_error,
    json_has_the_shape_that_readers_of_trivy_expect,
    packages_are_left_out_when_asked,
    tables_come_in_the_modes_asked_for,
    terminals_get_colour_and_their_width,
    progress_is_for_terminals_alone,
    messages_are_in_the_language_asked_for,
    tables_are_translated_and_json_never_is,
    broken_catalogues_are_passed_over,
)])
