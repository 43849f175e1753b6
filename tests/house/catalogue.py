#!/usr/bin/env python3
"""Every message of the program is in the Brazilian Portuguese catalogue, translated."""

import os
import re
import shutil
import subprocess
import tempfile

import tap
import tree

CATALOGUE = tree.ROOT / "po/pt_BR.po"
TEMPLATE = tree.ROOT / "po/lacre.pot"
KEYWORDS = ["--keyword=_", "--keyword=N_", "--keyword=ngettext:1,2"]
MARKED = re.compile(r'\b(?:N_|_|ngettext)\(\s*"')


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else done.stderr.splitlines()[:20]


def need_tools():
    if not shutil.which("xgettext"):
        raise tap.Skip("no xgettext: install gettext")


def sources():
    return tree.text("po/POTFILES").split()


def extract(folder):
    """Errors, and the path of a fresh template."""
    template = os.path.join(folder, "lacre.pot")
    wrong = run("xgettext", "--from-code=UTF-8", "--language=C", *KEYWORDS, "-o", template,
                *(str(tree.ROOT / p) for p in sources()))
    if not wrong and not os.path.exists(template):
        wrong = ["xgettext found no message"]
    return wrong, template


def every_file_with_messages_is_listed():
    listed = set(sources())
    # Comments and lines of the preprocessor speak of the marks without marking anything.
    def has_messages(path):
        text = re.sub(r"/\*.*?\*/|^\s*#.*?$", "", tree.text(path), flags=re.S | re.M)
        return bool(MARKED.search(text))
    found = {str(p) for p in tree.c_files("src") if has_messages(p)}
    yield from (f"{p}: has messages, add it to po/POTFILES" for p in sorted(found - listed))
    yield from (f"{p}: has no message, or is not there" for p in sorted(listed - found))


def the_template_is_fresh():
    need_tools()
    with tempfile.TemporaryDirectory() as folder:
        wrong, template = extract(folder)
        # Either way round: nothing is missing in the template, nothing is left over.
        for line in wrong or (run("msgcmp", "--use-untranslated", str(TEMPLATE), template) +
                              run("msgcmp", "--use-untranslated", template, str(TEMPLATE))):
            yield line


def every_message_is_translated():
    need_tools()
    with tempfile.TemporaryDirectory() as folder:
        wrong, template = extract(folder)
        return wrong or run("msgcmp", str(CATALOGUE), template)


def the_catalogue_is_well_formed():
    need_tools()
    return run("msgfmt", "--check", "--check-accelerators", "-o", os.devnull, str(CATALOGUE))


def no_message_is_marked_fuzzy():
    for number, line in enumerate(tree.text("po/pt_BR.po").splitlines(), 1):
        if re.match(r"#,.*\bfuzzy\b", line):
            yield f"po/pt_BR.po:{number}"


tap.run([(check.__name__, check) for check in (
    every_file_with_messages_is_listed,
    the_template_is_fresh,
    every_message_is_translated,
    the_catalogue_is_well_formed,
    no_message_is_marked_fuzzy,
)])
