"""The order of each pair of lines "a b", by PyPA's packaging: one of < = > and ! for refused."""
import sys

from packaging.version import InvalidVersion, Version


def order(a, b):
    try:
        a, b = Version(a), Version(b)
    except InvalidVersion:
        return "!"
    return "<" if a < b else ">" if a > b else "="


for line in open(sys.argv[1]):
    print(order(*line.split()))
