"""TAP output for the checks of the tree: cases run in the order given, each a function that returns
what is wrong (a list of lines, empty when fine) or raises Skip with what is missing."""

import sys
import traceback


class Skip(Exception):
    pass


def run(cases):
    """cases: list of (name, function). Exits 1 when any failed."""
    print(f"1..{len(cases)}")
    bad = 0
    for number, (name, function) in enumerate(cases, 1):
        try:
            wrong = list(function())
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
            continue
        except Exception:  # a check that cannot finish has failed; those after it still run
            wrong = traceback.format_exc().splitlines()
        for line in wrong:
            print(f"# {line}")
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}", flush=True)
        bad += bool(wrong)
    sys.exit(1 if bad else 0)
