#!/usr/bin/env python3
"""Pages, manual pages and completion scripts are what the tables say.

usage: documents.py LACRE
"""

import pathlib
import re
import shutil
import subprocess

from harness import SCRATCH, run
import tap
import tree

PAGES = ("options.md", "exit-codes.md", "migrating-from-trivy.md")
# Those that are installed, which the build lists.
MANUALS = tuple(p + ".1" for p in re.findall(r"'(lacre[a-z0-9-]*)'", re.search(
    r"foreach page : \[(.*?)\]", tree.text("src/cli/meson.build"), re.S).group(1)))
# Two commands on a page, and those that say all of themselves.
WITHOUT_MANUAL = {"db build": "lacre-db.1", "db info": "lacre-db.1", "version": None, "completion": None,
                  "help": None}
SHELLS = ("bash", "zsh", "fish")
ROW = re.compile(r"CLI_ROW\((\w+),\s*\"([a-z0-9-]+)\"[^;]*?(CLI_(?:SAME|DIFFERS|REFUSED|IGNORED)),",
                 re.S)


def generate(page):
    return run("generate-docs", page).stdout.decode()


def rows():
    """name -> compatibility, from the table's source."""
    found = {}
    for part in re.split(r"^(?=CLI_ROW\()", tree.text("src/cli/option_rows.h"), flags=re.M)[1:]:
        match = ROW.match(part)
        if match:
            found[match.group(2)] = match.group(3)
    return found


def image_options():
    """Those of the command that trivy's users meet: its own, and ours."""
    ids = set(re.findall(r"CLI_OPT_(\w+)", tree.text("src/cli/image_options.inc")))
    parts = re.findall(r"^CLI_ROW\((\w+),\s*\"([a-z0-9-]+)\"[^)]*?(CLI_OURS|CLI_TRIVY|CLI_COSIGN)",
                       tree.text("src/cli/option_rows.h"), flags=re.M | re.S)
    return {name for one, name, origin in parts if one in ids and origin != "CLI_COSIGN"}


def pages_of_docs_are_fresh():
    for page in PAGES:
        path = tree.ROOT / "docs" / page
        if not path.exists() or path.read_text(encoding="utf-8") != generate(page):
            yield f"docs/{page} is stale: lacre generate-docs {page} >docs/{page}"


def every_option_of_trivy_is_in_the_migration_page():
    page = generate("migrating-from-trivy.md")
    names = image_options()
    if len(names) < 60:
        yield f"the test sees {len(names)} options only"
    for name in names:
        if f"`--{name}`" not in page:
            yield f"--{name} is missing"


def options_that_differ_say_how():
    page = generate("migrating-from-trivy.md")
    for line in page.splitlines():
        cells = [c.strip() for c in line.split("|")]
        if len(cells) > 3 and cells[2] in ("differs", "no effect") and not cells[3]:
            yield line


def every_command_has_a_manual_page():
    commands = set()
    for path in (tree.ROOT / "src/cli").glob("*.c"):
        for one in re.findall(r"^const struct cli_command cli_command_\w+ = \{(.*?)^\};",
                              path.read_text(encoding="utf-8"), re.M | re.S):
            name = re.search(r"\.name = \"([a-z0-9 -]+)\"", one)
            if name and ".hidden" not in one and name.group(1) != "lacre":
                commands.add(name.group(1))
    if len(commands) < 40:
        yield f"the test sees {len(commands)} commands only"
    for name in sorted(commands):
        page = WITHOUT_MANUAL.get(name, "lacre-" + name.replace(" ", "-") + ".1")
        if page and page not in MANUALS:
            yield f"{name}: {page} is not made"


def an_unknown_page_is_refused():
    done = run("generate-docs", "nothing.md")
    if done.returncode != 2 or done.stdout:
        yield f"{done.returncode} {done.stdout!r}"


def manual_pages_name_every_option():
    image = generate("lacre-image.1").replace("\\-", "-")
    for name in image_options():
        if f"--{name}" not in image:
            yield f"--{name} is not in lacre-image.1"
    db = generate("lacre-db.1").replace("\\-", "-")
    for name in ("from", "only", "starter", "output"):
        if f"--{name}" not in db:
            yield f"--{name} is not in lacre-db.1"


def manual_pages_are_good_roff():
    if not shutil.which("groff"):
        raise tap.Skip("no groff")
    for page in MANUALS:
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou"], input=generate(page).encode(),
                              capture_output=True, check=False)
        yield from done.stderr.decode().splitlines()[:5]
        if b"NAME" not in done.stdout:
            yield f"{page}: no NAME"


def scripts_are_in_the_language_of_their_shells():
    missing = []
    for shell in SHELLS:
        if not shutil.which(shell):
            missing.append(shell)
            continue
        path = SCRATCH / f"completion.{shell}"
        path.write_bytes(run("completion", shell).stdout)
        done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, check=False)
        if done.returncode or done.stderr:
            yield f"{shell}: {done.stderr[:300]}"
    if len(missing) == len(SHELLS):
        raise tap.Skip("no bash, zsh or fish")


def scripts_offer_every_option_that_does_something():
    refused = {name for name, compat in rows().items() if compat == "CLI_REFUSED"}
    for shell in SHELLS:
        script = run("completion", shell).stdout.decode()
        for name in image_options():
            form = f"-l {name}" if shell == "fish" else f"--{name}"
            offered = re.search(re.escape(form) + r"(?![a-z-])", script) is not None
            if offered == (name in refused):
                yield f"{shell}: --{name} {'is' if offered else 'is not'} offered"


def complete(*words):
    """What bash offers for the last of the words."""
    script = SCRATCH / "complete.bash"
    script.write_bytes(run("completion", "bash").stdout)
    quoted = " ".join(f"'{w}'" for w in words)
    done = subprocess.run(
        ["bash", "--norc", "-c",
         f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _lacre; "
         'printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True, check=False,
        cwd=SCRATCH)
    return set(done.stdout.split()), done.stderr


def bash_completes_words_options_and_values():
    if not shutil.which("bash"):
        raise tap.Skip("no bash")
    pathlib.Path(SCRATCH / "some-file.tar").write_bytes(b"")
    for words, want in ((("lacre", "im"), {"image", "import-key-pair"}),
                        (("lacre", "db", ""), {"build", "info", "match", "update"}),
                        (("lacre", "image", "--sev"), {"--severity"}),
                        (("lacre", "i", "--sev"), {"--severity"}),
                        (("lacre", "image", "--format", ""), {"table", "json"}),
                        (("lacre", "image", "-f", "j"), {"json"}),
                        (("lacre", "image", "--format", "=", "j"), {"json"}),
                        (("lacre", "image", "--input", "some"), {"some-file.tar"}),
                        (("lacre", "image", "some"), {"some-file.tar"}),
                        (("lacre", "completion", "z"), {"zsh"}),
                        (("lacre", "db", "build", "--fr"), {"--from"})):
        got, errors = complete(*words)
        if got != want or "error" in errors:
            yield f"{words}: {sorted(got)}, want {sorted(want)}; {errors[:200]}"


tap.run([(check.__name__, check) for check in (
    pages_of_docs_are_fresh,
    every_option_of_trivy_is_in_the_migration_page,
    options_that_differ_say_how,
    every_command_has_a_manual_page,
    an_unknown_page_is_refused,
    manual_pages_name_every_option,
    manual_pages_are_good_roff,
    scripts_are_in_the_language_of_their_shells,
    scripts_offer_every_option_that_does_something,
    bash_completes_words_options_and_values,
)])
