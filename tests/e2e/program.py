"""Running the built program from tests: no user files, no locale, everything captured."""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "house"))

SOURCE = pathlib.Path(os.environ.get("LACRE_SOURCE_ROOT", pathlib.Path(__file__).resolve().parents[2]))


def data_dir():
    """The shared test data, or None where it is not there."""
    named = os.environ.get("LACRE_DATA")
    path = pathlib.Path(named) if named else SOURCE.parent / "shared" / "data"
    return path if path.is_dir() else None


class Program:
    def __init__(self, path):
        self.path = str(pathlib.Path(path).resolve())

    def run(self, *args, env=None, check=False, timeout=300, **kw):
        e = {k: v for k, v in os.environ.items() if not k.startswith(("LACRE_", "TRIVY_"))}
        e["LACRE_NO_CACHE"] = "true"  # a test sees what this build reads; those of the cache say so
        e.update(env or {})
        done = subprocess.run([self.path, *map(str, args)], env=e, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout, **kw)
        if check and done.returncode:
            raise RuntimeError(f"lacre {' '.join(map(str, args))}: exit {done.returncode}: "
                               + done.stderr.decode(errors="replace"))
        return done

    def json(self, *args, **kw):
        return json.loads(self.run(*args, check=True, **kw).stdout)


def difference_rows(name):
    """Rows of a file of known differences: finding, advisory, rule, verdict."""
    path = SOURCE / "tests" / "data" / "expected" / name
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]
