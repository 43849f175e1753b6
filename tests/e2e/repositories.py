"""Repositories: what git gets from an address, what it never runs, what is left behind.

usage: repositories.py LACRE
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from program import Program
from tap import Skip, run

lacre = Program(sys.argv[1])
scratch = tempfile.TemporaryDirectory()
BASE = pathlib.Path(scratch.name)
TEMP = BASE / "tmp"
TEMP.mkdir()
HOME = BASE / "home"
HOME.mkdir()
ENV = {"TMPDIR": str(TEMP), "HOME": str(HOME)}
LOCK = json.dumps({"name": "x", "lockfileVersion": 2, "packages": {
    "": {"name": "x"}, "node_modules/lodash": {"version": "4.17.20"}}})


def git(where, *args):
    plain = {"PATH": os.environ["PATH"], "HOME": str(HOME), "GIT_CONFIG_NOSYSTEM": "1"}
    person = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    return subprocess.run(["git", "-C", str(where), *person, *args], check=True, env=plain,
                          capture_output=True, text=True).stdout.strip()


def repository(name):
    where = BASE / name
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    (where / "app").mkdir()
    (where / "app/package-lock.json").write_text(LOCK)
    git(where, "add", "-A")
    git(where, "commit", "-qm", "First one\n\nwith a body")
    git(where, "tag", "v1")
    git(where, "checkout", "-q", "-b", "other")
    (where / "more").write_text("x")
    git(where, "add", "-A")
    git(where, "commit", "-qm", "second")
    git(where, "checkout", "-q", "main")
    return where


def need_git():
    if not shutil.which("git"):
        raise Skip("no git")


def report(*args, **kw):
    return lacre.json("repo", *args, "-f", "json", "-q", env=ENV, **kw)


def left():
    return [p.name for p in TEMP.iterdir()]


def branches_tags_and_commits_are_scanned():
    need_git()
    where = repository("up")
    url = f"file://{where}"
    first, second = git(where, "rev-parse", "main"), git(where, "rev-parse", "other")
    for args, commit, branch, tags in (((), first, "main", ["v1"]),
                                       (("--branch", "other"), second, "other", None),
                                       (("--tag", "v1"), first, None, ["v1"]),
                                       (("--commit", second), second, None, None),
                                       (("--commit", second[:9]), second, None, None)):
        got = report(*args, url)
        meta = got["Metadata"]
        if (meta["Commit"], meta.get("Branch"), meta.get("Tags")) != (commit, branch, tags):
            yield f"{args}: {meta}"
        if got["ArtifactType"] != "repository" or got["ArtifactName"] != url:
            yield f"{args}: {got['ArtifactType']} {got['ArtifactName']}"
        if meta["RepoURL"] != url or meta["Author"] != "Ann <ann@example.org>":
            yield f"{args}: {meta}"
        if [r["Target"] for r in got.get("Results", [])] != ["app/package-lock.json"]:
            yield f"{args}: {got.get('Results')}"
        if left():
            yield f"{args}: left {left()}"
    if report(url)["Metadata"]["CommitMsg"] != "First one\n\nwith a body":
        yield "the message is not the commit's"


def a_directory_is_scanned_as_it_is():
    need_git()
    where = repository("here")
    git(where, "remote", "add", "origin", "https://ann:sekret@git.example.org/x.git")
    got = report(where)
    if got["Metadata"].get("RepoURL") != "https://git.example.org/x.git":
        yield str(got["Metadata"])
    if got["Metadata"]["Commit"] != git(where, "rev-parse", "HEAD"):
        yield str(got["Metadata"])
    git(where, "remote", "set-url", "origin", "ann:sekret@git.example.org/x.git")
    if report(where)["Metadata"].get("RepoURL") != "git.example.org/x.git":
        yield str(report(where)["Metadata"])
    done = lacre.run("repo", "--branch", "other", where, env=ENV)
    if done.returncode != 2 or b"file://" not in done.stderr:
        yield f"{done.returncode} {done.stderr}"
    below = where / "app"
    if report(below).get("Metadata", {}).get("Commit"):
        yield "a directory inside of a repository is none itself"


def nothing_that_a_repository_names_is_run():
    need_git()
    where = repository("evil")
    mark = BASE / "ran"
    hook = f"#!/bin/sh\ntouch {mark}\n"
    (where / ".gitattributes").write_text("* filter=bad diff=bad\n")
    (where / ".gitmodules").write_text('[submodule "s"]\n\tpath = s\n\turl = ext::sh -c touch% x\n')
    git(where, "add", "-A")
    git(where, "commit", "-qm", "traps")
    for name in ("post-checkout", "post-merge", "reference-transaction", "pre-commit"):
        (where / ".git/hooks").mkdir(exist_ok=True)
        (where / ".git/hooks" / name).write_text(hook)
        (where / ".git/hooks" / name).chmod(0o755)
    trap = BASE / "trap"
    trap.write_text(hook)
    trap.chmod(0o755)
    config = (f'[filter "bad"]\n\tsmudge = {trap}\n\tclean = {trap}\n[core]\n\tfsmonitor = {trap}\n'
              f"\tsshCommand = {trap}\n\tpager = {trap}\n\thooksPath = {where}/.git/hooks\n"
              f"[gpg]\n\tprogram = {trap}\n[log]\n\tshowSignature = true\n[credential]\n"
              f"\thelper = !{trap}\n[uploadpack]\n\tpackObjectsHook = {trap}\n")
    with open(where / ".git/config", "a", encoding="utf-8") as f:
        f.write(config)
    (HOME / ".gitconfig").write_text(config)
    try:
        for target in (where, f"file://{where}"):
            got = lacre.run("repo", target, "-f", "json", "-q", env=ENV)
            if got.returncode or b"package-lock.json" not in got.stdout:
                yield f"{target}: {got.returncode} {got.stderr}"
            if mark.exists():
                yield f"{target}: a program of the repository was run"
                mark.unlink()
    finally:
        (HOME / ".gitconfig").unlink()


def addresses_that_could_mean_something_else_are_refused():
    for address in ("ext::sh -c id", "ext::sh", "--upload-pack=touch", "-x/y", "ssh://-oProxyCommand=x/y",
                    "https://", "https://host", "ftp://host/x", "http://host/x", "git://host/x",
                    "fd::3", "a b", "git@host:-x", "nowhere", "file://host/x", "x" * 3000 + ".example/y"):
        done = lacre.run("repo", "--", address, env=ENV)
        if done.returncode not in (1, 2) or done.stdout or len(done.stderr.splitlines()) > 2:
            yield f"{address[:40]}: {done.returncode} {done.stderr[:300]}"
        if b"git ls-remote" in done.stderr:
            yield f"{address[:40]}: reached git"
    for args in (("--branch", "-x"), ("--branch", "a..b"), ("--tag", "a:b"), ("--commit", "main"),
                 ("--branch", "a", "--tag", "b")):
        done = lacre.run("repo", *args, "file:///nowhere", env=ENV)
        if done.returncode != 2:
            yield f"{args}: {done.returncode} {done.stderr}"
    if left():
        yield f"left {left()}"


def credentials_are_shown_nowhere():
    need_git()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    for user in ("ann:s3kr3tword", "ghp_tokenoftheuser1"):
        done = lacre.run("repo", f"https://{user}@127.0.0.1:{port}/x.git?private_token=s3kr3tword",
                         "--debug", env=ENV)
        words = done.stdout + done.stderr
        if done.returncode != 1 or b"s3kr3tword" in words or b"ghp_tokenoftheuser1" in words:
            yield f"{done.returncode} {words}"
    if left():
        yield f"left {left()}"


def what_cannot_be_had_is_one_line():
    need_git()
    where = repository("missing")
    tip = git(where, "rev-parse", "main")
    git(where, "tag", "beef" if not tip.startswith("beef") else "dead")
    for args in ((f"file://{BASE}/none",), ("--branch", "nope", f"file://{where}"),
                 ("--commit", "0" * 40, f"file://{where}"),
                 ("--commit", "dead" if tip.startswith("beef") else "beef", f"file://{where}")):
        done = lacre.run("repo", *args, "-q", env=ENV)
        if done.returncode != 1 or len(done.stderr.splitlines()) != 1 or done.stdout:
            yield f"{args}: {done.returncode} {done.stderr}"
    if left():
        yield f"left {left()}"


def a_stop_leaves_nothing_behind():
    need_git()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        url = f"https://127.0.0.1:{s.getsockname()[1]}/x.git"  # it never answers
        for how in ("signal", "timeout"):
            more = [] if how == "signal" else ["--timeout", "1s"]
            env = {**os.environ, **ENV}
            child = subprocess.Popen([lacre.path, "repo", url, *more], env=env,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(100):
                if left():
                    break
                time.sleep(0.05)
            else:
                yield f"{how}: nothing was begun"
            time.sleep(0.3)
            if how == "signal":
                child.send_signal(signal.SIGTERM)
            child.communicate(timeout=20)
            if child.returncode != (128 + signal.SIGTERM if how == "signal" else 1):
                yield f"{how}: {child.returncode}"
            if left():
                yield f"{how}: left {left()}"


def even_a_kill_leaves_nothing_behind():
    """The second of two signals, and SIGKILL, stop the program where it is; others read its output
    to the end meanwhile."""
    need_git()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        url = f"https://127.0.0.1:{s.getsockname()[1]}/x.git"
        for signals in ((signal.SIGINT, signal.SIGINT), (signal.SIGKILL,)):
            child = subprocess.Popen([lacre.path, "repo", url], env={**os.environ, **ENV},
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(100):
                if left():
                    break
                time.sleep(0.05)
            else:
                yield f"{signals}: nothing was begun"
            time.sleep(0.3)
            for one in signals:
                child.send_signal(one)
            begun = time.monotonic()
            child.communicate(timeout=20)
            if time.monotonic() - begun > 5:
                yield f"{signals}: its output stayed open"
            for _ in range(100):
                if not left():
                    break
                time.sleep(0.05)
            else:
                yield f"{signals}: left {left()}"


def a_token_goes_to_whom_it_is_for():
    """Not to whoever answers for them: --insecure looks at nobody's certificate."""
    fake = BASE / "fake"
    fake.mkdir()
    said = BASE / "said"
    (fake / "git").write_text(f"#!/bin/sh\nenv | grep GIT_CONFIG >> {said}\nexit 1\n")
    (fake / "git").chmod(0o755)
    path = f"{fake}:{os.environ['PATH']}"
    for args, host, sent in (((), "github.com", True), ((), "github.com.example.org", False),
                             (("--insecure",), "github.com", False)):
        said.write_text("")
        lacre.run("repo", *args, f"https://{host}/a/b",
                  env={**ENV, "PATH": path, "GITHUB_TOKEN": "s3kr3tword"})
        if ("extraHeader" in said.read_text()) != sent or not said.read_text():
            yield f"{args} {host}: {said.read_text()[-300:]}"


def a_repository_elsewhere_is_not_this_one():
    need_git()
    mine = repository("mine")
    tip = git(mine, "rev-parse", "main")
    tree = BASE / "tree"
    tree.mkdir()
    (tree / "package-lock.json").write_text(LOCK)
    dot = tree / ".git"
    for make in (lambda: dot.write_text(f"gitdir: {mine}/.git\n"),
                 lambda: dot.write_text("gitdir: ../mine/.git\n"),
                 lambda: dot.symlink_to(mine / ".git"), lambda: os.mkfifo(dot),
                 lambda: dot.write_text("gitdir: /dev/null\n"), lambda: dot.write_text("x")):
        make()
        got = report(tree)
        if got.get("Metadata", {}).get("Commit") or not got.get("Results"):
            yield f"{dot.lstat()}: {got.get('Metadata')}"
        dot.unlink()
    git(mine, "worktree", "add", "-q", BASE / "linked", "other")
    if report(BASE / "linked")["Metadata"]["Commit"] != git(mine, "rev-parse", "other"):
        yield "a work tree of its own is one"
    above = repository("above")
    git(above, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{mine}",
        "sub")
    if report(above / "sub")["Metadata"]["Commit"] != tip:
        yield "a submodule is one"


CHECKS = [branches_tags_and_commits_are_scanned, a_directory_is_scanned_as_it_is,
          nothing_that_a_repository_names_is_run,
          addresses_that_could_mean_something_else_are_refused, credentials_are_shown_nowhere,
          what_cannot_be_had_is_one_line, a_stop_leaves_nothing_behind,
          even_a_kill_leaves_nothing_behind, a_token_goes_to_whom_it_is_for,
          a_repository_elsewhere_is_not_this_one]
run([(check.__name__, check) for check in CHECKS])
