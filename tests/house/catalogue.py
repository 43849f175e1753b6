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
KEYWORDS = ["--keyword=_", "--keyword=N_", "--keyword=ngettext:1,2"]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else done.stderr.splitlines()[:20]


def need_tools():
    if not shutil.which("xgettext"):
        raise tap.Skip("no xgettext: install gettext")


def every_message_is_translated():
    need_tools()
    sources = [str(tree.ROOT / p) for p in tree.c_files("src/cli")]
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, "lacre.pot")
        wrong = run("xgettext", "--from-code=UTF-8", "--language=C", *KEYWORDS, "-o", template,
                    *sources)
        if wrong or not os.path.exists(template):
            return wrong or ["xgettext found no message"]
        return run("msgcmp", str(CATALOGUE), template)


def the_catalogue_is_well_formed():
    need_tools()
    return run("msgfmt", "--check", "--check-accelerators", "-o", os.devnull, str(CATALOGUE))


def no_message_is_marked_fuzzy():
    for number, line in enumerate(tree.text("po/pt_BR.po").splitlines(), 1):
        if re.match(r"#,.*\bfuzzy\b", line):
            yield f"po/pt_BR.po:{number}"


tap.run([(check.__name__, check) for check in (
    every_message_is_translated,
    the_catalogue_is_well_formed,
    no_message_is_marked_fuzzy,
)])
