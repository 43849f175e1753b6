"""Python programs of others, in an environment of their own below the build directory."""

import fcntl
import os
import pathlib
import subprocess
import sys

from tap import Skip


def python_with(*packages):
    """A python that can import what these packages bring; Skip where they cannot be had."""
    build = pathlib.Path(os.environ.get("LACRE_BUILD_ROOT", "build"))
    root = build / "peers"
    mark = root / ("-".join(packages) + ".ok")
    python = root / "bin" / "python"
    with open(build / "peers.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests that run beside this one want it, too
        if mark.exists():
            return python
        for command in ([sys.executable, "-m", "venv", str(root)],
                        [str(python), "-m", "pip", "install", "--quiet",
                         "--disable-pip-version-check", *packages]):
            done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
            if done.returncode:
                raise Skip(f"{' '.join(packages)} could not be installed: "
                           + (done.stderr.strip().splitlines() or ["?"])[-1])
        mark.touch()
    return python
