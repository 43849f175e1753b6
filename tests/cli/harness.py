"""What the tests of the program share: a scratch folder, the program in it, checks in one line."""

import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE.parent / "house")]

from program import Program  # noqa: E402  (the path is set above)

scratch = tempfile.TemporaryDirectory()
SCRATCH = pathlib.Path(scratch.name)
lacre = Program(pathlib.Path(sys.argv[1]).resolve())  # tests change the directory


def run(*args, **kw):
    """The program in the scratch folder, nothing of the user's cache in reach."""
    env = {"HOME": str(SCRATCH / "home"), "XDG_CACHE_HOME": str(SCRATCH / "cache"),
           "LC_ALL": "C", **kw.pop("env", {})}
    return lacre.run(*args, env=env, cwd=kw.pop("cwd", SCRATCH), **kw)


def lines(raw):
    return raw.decode("utf-8").splitlines()


def fails(done, status, *words):
    """Wrong unless the program ended with status and one line on standard error with all words."""
    err = lines(done.stderr)
    if done.returncode != status:
        yield f"{done.args[1:]}: exit status {done.returncode}, want {status}: {err[:3]}"
    if len(err) != 1:
        yield f"{done.args[1:]}: {len(err)} lines on standard error: {err[:4]}"
    for word in words:
        if word not in "\n".join(err):
            yield f"{done.args[1:]}: no {word!r} in {err[:3]}"
    if done.stdout:
        yield f"{done.args[1:]}: output {done.stdout[:80]!r} besides the error"


def leftovers(folder, *known):
    """Files in a folder that nobody should have left there."""
    return [f"left behind: {p.name}" for p in pathlib.Path(folder).iterdir() if p.name not in known]
