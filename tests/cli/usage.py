#!/usr/bin/env python3
"""What the program answers to command lines: commands, options, their environment, what is absent.

usage: usage.py LACRE
"""

import json
import re

from harness import SCRATCH, fails, lines, run
from small_image import Image
import tap

IMAGE = Image().write_tar(SCRATCH / "image.tar")
QUICK = ("--quiet", "--scanners", "vuln")


def version_names_itself_and_opens_nothing():
    for args in (("--version",), ("-v",), ("image", "--version")):
        done = run(*args)
        if done.returncode or not re.fullmatch(rb"Version: \d+\.\d+\.\d+\n", done.stdout):
            yield f"{args}: {done.returncode} {done.stdout!r}"


def version_as_json_holds_the_database():
    for args in (("version", "-f", "json"), ("--version", "-f", "json")):
        got = json.loads(run(*args).stdout)
        if not got["Version"] or "UpdatedAt" not in got["VulnerabilityDB"]:
            yield f"{args}: {got}"


def no_command_shows_help():
    done = run()
    if done.returncode or b"db build" not in done.stdout:
        yield f"{done.returncode} {done.stdout[:100]!r}"


def help_lists_every_option_it_takes():
    text = run("image", "--help").stdout.decode()
    for word in ("--input", "--ignore-unfixed", "-f, --format", "--exit-on-eol", "--vex",
                 "--skip-db-update", "TRIVY_EXIT_CODE", "Exit status", "Examples"):
        if word not in text:
            yield f"no {word} in the help of image"
    wide = [line for line in text.split("Examples")[0].splitlines() if len(line) > 80]
    yield from (f"wider than 80 columns: {line}" for line in wide)


def help_comes_whatever_the_environment_holds():
    done = run("image", "--help", env={"TRIVY_FORMAT": "sarif"})
    if done.returncode or not done.stdout:
        yield f"{done.returncode} {done.stderr!r}"


def help_of_a_command_equals_its_own():
    for words in (("image",), ("db", "build"), ("version",)):
        if run("help", *words).stdout != run(*words, "--help").stdout:
            yield f"help {words} differs"
    if run("help", "i").stdout != run("image", "--help").stdout:
        yield "an alias has other help"


def a_group_lists_its_commands():
    for args in (("db",), ("db", "--help"), ("help", "db")):
        done = run(*args)
        if done.returncode or b"db info" not in done.stdout or b"image" in done.stdout:
            yield f"{args}: {done.returncode} {done.stdout[:200]!r}"


def unknown_words_get_one_line_and_status_2():
    yield from fails(run("imgae"), 2, "did you mean lacre image?")
    yield from fails(run("db", "bulid"), 2, "did you mean lacre db build?")
    yield from fails(run("xyzzy"), 2, "unknown command xyzzy")
    yield from fails(run("help", "xyzzy"), 2, "unknown command xyzzy")
    yield from fails(run("image", "--severtiy", "HIGH"), 2, "did you mean --severity?")
    yield from fails(run("image", "--qwertyuiop"), 2, "unknown option --qwertyuiop")
    yield from fails(run("image", "-Z"), 2, "unknown option -Z")
    yield from fails(run("image", "\x1b[31m"), 2, "\\x1b[31m")
    yield from fails(run("image", "a", "b"), 2, "one argument too many")
    yield from fails(run("image"), 2, "--input FILE")
    yield from fails(run("image", "--input", IMAGE, IMAGE), 2, "not both")
    yield from fails(run("completion"), 2, "completion")
    yield from fails(run("completion", "tcsh"), 2, "tcsh")


def known_commands_of_neighbours_say_what_is_the_case():
    for word in ("config", "k8s", "sbom", "server", "plugin", "vm"):
        yield from fails(run(word), 2, f"lacre {word} is not there yet")


def known_flags_of_neighbours_say_what_is_the_case():
    for flag in ("--vex=a", "--ignore-policy=a", "--template=a", "--config=a", "--server=a",
                 "--removed-pkgs"):
        yield from fails(run("image", flag, IMAGE), 2, flag.split("=")[0] + ": ")
    done = run("image", "--skip-db-update", "--offline-scan", "--scanners", "vuln", "-f", "json",
               IMAGE)
    for flag in ("--skip-db-update", "--offline-scan"):
        if done.returncode or f"{flag} has no effect".encode() not in done.stderr:
            yield f"{flag}: {done.returncode} {done.stderr!r}"


def a_switch_that_is_off_is_never_refused():
    done = run("image", *QUICK, "--removed-pkgs=false", "--dependency-tree=false", IMAGE)
    if done.returncode:
        yield f"{done.stderr!r}"


def values_are_checked():
    for flag, value, words in (
            ("--severity", "HUGE", "UNKNOWN,LOW"), ("--severity", "", "needs a value"),
            ("--format", "sarif", "table,json"), ("--exit-code", "256", "0 to 255"),
            ("--exit-code", "-1", "0 to 255"), ("--timeout", "5", "5m0s"),
            ("--max-image-size", "many", "1GiB"), ("--parallel", "x", "number"),
            ("--quiet", "maybe", "true or false"), ("--platform", "a/b/c/d", "--platform")):
        yield from fails(run("image", f"{flag}={value}", IMAGE), 2, flag, words)
    yield from fails(run("image", IMAGE, "--output"), 2, "--output needs a value")


def scanners_that_are_not_there_are_told_once():
    done = run("image", IMAGE, "-f", "json")
    told = [line for line in lines(done.stderr) if "not looked for yet" in line]
    if len(told) != 1 or "secret" not in told[0]:
        yield f"{told}"
    if b"not looked for" in run("image", IMAGE, "--quiet").stderr:
        yield "told though --quiet"


def findings(**kw):
    done = run("image", *QUICK, "-f", "json", IMAGE, **kw)
    results = json.loads(done.stdout).get("Results", [])
    return done, sum(len(r.get("Vulnerabilities", [])) for r in results)


def the_environment_sets_options_and_the_command_line_wins():
    everything = findings()[1]
    if not everything:
        yield "the starter database finds nothing in the test image"
    if findings(env={"TRIVY_SEVERITY": "CRITICAL"})[1] >= everything:
        yield "TRIVY_SEVERITY has no effect"
    if findings(env={"TRIVY_SEVERITY": "CRITICAL",
                     "LACRE_SEVERITY": "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"})[1] != everything:
        yield "LACRE_SEVERITY does not go before TRIVY_SEVERITY"
    done = run("image", "--severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", "-f", "json", *QUICK,
               IMAGE, env={"LACRE_SEVERITY": "wrong"})
    if done.returncode:
        yield f"the command line does not win: {done.stderr!r}"
    yield from fails(run("image", IMAGE, env={"TRIVY_EXIT_CODE": "x"}), 2, "TRIVY_EXIT_CODE")
    if run("image", *QUICK, IMAGE, env={"TRIVY_VERSION": "0.50.0"}).returncode:
        yield "TRIVY_VERSION is taken for an option"


def exit_statuses_follow_findings():
    for args, want in (((), 0), (("--exit-code", "7"), 7), (("--exit-code", "7", "--severity",
                                                             "LOW", "--ignore-unfixed"), None)):
        done = run("image", *QUICK, *args, "-f", "json", IMAGE)
        results = json.loads(done.stdout).get("Results", [])
        found = any(r.get("Vulnerabilities") for r in results)
        want = want if want is not None else (7 if found else 0)
        if done.returncode != want:
            yield f"{args}: {done.returncode}, want {want}"


def end_of_life_goes_before_findings():
    old = Image([{"etc/os-release": b'ID=debian\nVERSION_ID="9"\n', "etc/debian_version": b"9.1\n",
                  "var/lib/dpkg/status": b"Package: openssl\nStatus: install ok installed\n"
                                         b"Architecture: amd64\nVersion: 1.0\n\n"}])
    path = old.write_tar(SCRATCH / "old.tar")
    for args, want in ((("--exit-on-eol", "9"), 9), (("--exit-on-eol", "9", "--exit-code", "7"), 9),
                       (("--exit-code", "0"), 0)):
        done = run("image", *QUICK, *args, path)
        if done.returncode != want:
            yield f"{args}: {done.returncode}, want {want}: {done.stderr[:300]!r}"


def a_broken_package_file_is_partial_not_an_error():
    path = Image([{"etc/os-release": b'ID=alpine\nVERSION_ID=3.18.0\n',
                   "lib/apk/db/installed": b"P:musl\nthis is no field\n\n"}]
                 ).write_tar(SCRATCH / "partial.tar")
    for args, want in (((), 0), (("--fail-on-partial", "6"), 6)):
        done = run("image", *QUICK, *args, path)
        if done.returncode != want:
            yield f"{args}: {done.returncode}, want {want}: {done.stderr[:300]!r}"


def targets_are_written_in_several_ways():
    layout = Image(tag="a").write_dir(SCRATCH / "layout")
    for target in (f"{layout}", f"oci:{layout}:a", f"oci:{layout}", f"oci-archive:{IMAGE}",
                   f"{layout}:a", f"{layout}/"):
        done = run("image", *QUICK, target)
        if done.returncode:
            yield f"{target}: {done.stderr!r}"
    if run("--quiet", "i", "--scanners", "vuln", "--input", IMAGE).returncode:
        yield "options before an alias are not taken"


def names_are_looked_for_where_they_say():
    yield from fails(run("image", "-q", "--image-src", "remote", "127.0.0.1:1/alpine:3.19"), 1,
                     "127.0.0.1", "nothing answers")
    yield from fails(run("image", "-q", "docker://127.0.0.1:1/alpine:3.19"), 1, "nothing answers")
    yield from fails(run("image", "-q", "--image-src", "remote", "Not/A/Name"), 2, "Not/A/Name")
    yield from fails(run("image", "-q", "--image-src", "floppy", "alpine"), 2, "--image-src")


def the_starter_database_is_told_loudly():
    done = run("image", *QUICK[1:], IMAGE)
    if b"starter database" not in done.stdout or b"lacre db update" not in done.stdout:
        yield "the table says nothing"
    done = run("image", *QUICK[1:], "-f", "json", IMAGE)
    if b"starter database" not in done.stderr:
        yield "nobody says it beside JSON"


def the_database_of_the_cache_directory_is_used():
    (SCRATCH / "own/db").mkdir(parents=True)
    (SCRATCH / "own/db/lacre.db").write_bytes(b"no database")
    yield from fails(run("image", *QUICK, "--cache-dir", SCRATCH / "own", IMAGE), 1, "lacre.db")
    yield from fails(run("image", *QUICK, IMAGE, env={"TRIVY_CACHE_DIR": str(SCRATCH / "own")}), 1,
                     "lacre.db")


def ignore_files_of_the_working_directory_count():
    work = SCRATCH / "work"
    work.mkdir()
    done = run("image", *QUICK, "-f", "json", IMAGE, cwd=work)
    ids = sorted({v["VulnerabilityID"] for r in json.loads(done.stdout)["Results"]
                  for v in r.get("Vulnerabilities", [])})
    if len(ids) < 2:
        yield "too few findings to ignore some"
        return
    (work / ".trivyignore").write_text(ids[0] + "\n")
    (work / ".lacreignore").write_text(ids[1] + "\n")
    left = run("image", *QUICK, "-f", "json", IMAGE, cwd=work).stdout.decode()
    for one in ids[:2]:
        if f'"VulnerabilityID": "{one}"' in left:
            yield f"{one} is still there"
    yield from fails(run("image", *QUICK, "--ignorefile", "absent", IMAGE, cwd=work), 1, "absent")
    rules = work / "rules.yaml"
    for path, want in (("**/* (debian *)", False), ("elsewhere", True)):
        rules.write_text(f"vulnerabilities:\n- id: {ids[0]}\n  paths: [\"{path}\"]\n")
        left = run("image", *QUICK, "-f", "json", "--ignorefile", "rules.yaml", IMAGE, cwd=work)
        if (f'"VulnerabilityID": "{ids[0]}"'.encode() in left.stdout) is not want:
            yield f"a rule in YAML for {path}: {left.stderr!r}"
    rules.write_text("vulnerabilities:\n- id: x\n  path: y\n")
    yield from fails(run("image", *QUICK, "--ignorefile", "rules.yaml", IMAGE, cwd=work), 1,
                     'rules.yaml:3: unknown key "path"')


def a_configuration_file_of_trivy_is_not_passed_over():
    work = SCRATCH / "configured"
    work.mkdir()
    (work / "trivy.yaml").write_text("severity: [HIGH]\n")
    if b"trivy.yaml is not read" not in run("image", IMAGE, cwd=work).stderr:
        yield "nobody says that trivy.yaml is not read"


def debug_tells_events_on_standard_error():
    (SCRATCH / ".trivyignore").write_text("CVE-2000-0001\n")
    done = run("image", "--debug", "-f", "json", IMAGE)
    (SCRATCH / ".trivyignore").unlink()
    if b"lacre: debug: " not in done.stderr or b".trivyignore" not in done.stderr:
        yield f"{done.stderr!r}"


tap.run([(check.__name__, check) for check in (
    version_names_itself_and_opens_nothing,
    version_as_json_holds_the_database,
    no_command_shows_help,
    help_lists_every_option_it_takes,
    help_comes_whatever_the_environment_holds,
    help_of_a_command_equals_its_own,
    a_group_lists_its_commands,
    unknown_words_get_one_line_and_status_2,
    known_commands_of_neighbours_say_what_is_the_case,
    known_flags_of_neighbours_say_what_is_the_case,
    a_switch_that_is_off_is_never_refused,
    values_are_checked,
    scanners_that_are_not_there_are_told_once,
    the_environment_sets_options_and_the_command_line_wins,
    exit_statuses_follow_findings,
    end_of_life_goes_before_findings,
    a_broken_package_file_is_partial_not_an_error,
    targets_are_written_in_several_ways,
    names_are_looked_for_where_they_say,
    the_starter_database_is_told_loudly,
    the_database_of_the_cache_directory_is_used,
    ignore_files_of_the_working_directory_count,
    a_configuration_file_of_trivy_is_not_passed_over,
    debug_tells_events_on_standard_error,
)])
