"""The files of the project, and C source without its comments and strings."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(os.environ["LACRE_SOURCE_ROOT"])
SKIPPED_DIRS = {".git", "__pycache__"}

# Comments and literals, in one pass so that a quote in a comment or the reverse fools nothing.
_OPAQUE = re.compile(
    r"""//(?:\\\n|[^\n])*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


def tracked():
    """Paths of all files of the project relative to ROOT: git's list, else a walk (a tarball)."""
    try:
        out = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z"],
            check=True, capture_output=True,
        ).stdout
        names = [Path(os.fsdecode(name)) for name in out.split(b"\0") if name]
        return sorted(name for name in names if (ROOT / name).is_file())
    except (OSError, subprocess.CalledProcessError):
        return sorted(_walk())


def _walk():
    for folder, dirs, files in os.walk(ROOT):
        is_build = lambda d: (Path(folder) / d / "build.ninja").exists()
        dirs[:] = [d for d in dirs if d not in SKIPPED_DIRS and not is_build(d)]
        for name in files:
            yield (Path(folder) / name).relative_to(ROOT)


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def code(source):
    """Source with comments and literals blanked; line numbers stay."""
    def blank(match):
        lines = match.group(0).count("\n")
        return '""' + "\n" * lines if match.group(0)[0] in "\"'" else " " + "\n" * lines
    return _OPAQUE.sub(blank, source)


def c_files(under):
    """Existing .c, .h and .inc files below ROOT/under, committed or not, sorted."""
    base = ROOT / under
    found = [p for p in base.rglob("*") if p.suffix in (".c", ".h", ".inc")]
    return sorted(p.relative_to(ROOT) for p in found)
