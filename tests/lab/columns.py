#!/usr/bin/env python3
"""Compares two tables of kubectl's kind, column by column. usage: columns.py THEIRS OURS [SECONDS]

Rows are matched by what does not move; ages ("3m4s") may differ by SECONDS (default 90) or by what their coarser unit hides. Several
tables in one file are parted by empty lines. Prints what differs; exit status 1 then, and 2 when there is nothing to compare."""
import re
import sys

MOVING = {"AGE", "LAST SEEN", "FIRST SEEN"}
AGE = re.compile(r"^(?:(\d+)y)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$")


def seconds(text):
    """Of an age, and how coarse it is told; None when it is none."""
    m = AGE.match(text)
    if not m or not text:
        return None
    units = (365 * 86400, 86400, 3600, 60, 1)
    total = sum(int(v) * u for v, u in zip(m.groups(), units) if v)
    least = min(u for v, u in zip(m.groups(), units) if v)
    return total, least


def near(a, b, tolerance):
    x, y = seconds(a), seconds(b)
    if x is None or y is None:
        return a == b
    return abs(x[0] - y[0]) <= tolerance + max(x[1], y[1])


def tables(path):
    """[(header, rows)]: columns begin where the header's words do, which stand at least two blanks apart."""
    found = []
    with open(path, encoding="utf-8", errors="replace") as f:
        for block in re.split(r"\n\s*\n", f.read()):
            lines = [l for l in block.split("\n") if l.strip()]
            if not lines or not lines[0][:1].isupper():
                continue
            spans = [m.start() for m in re.finditer(r"(?:^|(?<=\s\s))\S", lines[0])]
            names = [lines[0][s:e].strip() for s, e in zip(spans, spans[1:] + [None])]
            found.append((names, [[l[s:e].strip() for s, e in zip(spans, spans[1:] + [None])] for l in lines[1:]]))
    return found


def moves(name, value):
    return name in MOVING or seconds(value) is not None and name not in ("RESTARTS", "COMPLETIONS")


def compare(theirs, ours, tolerance):
    wrong = []
    if theirs[0] != ours[0]:
        wrong.append("columns %s, ours are %s" % (theirs[0], ours[0]))
        return wrong
    names = theirs[0]
    left = list(ours[1])
    for row in theirs[1]:
        best, least = None, None
        for other in left:
            bad = [n for n, a, b in zip(names, row, other) if not (near(a, b, tolerance) if n in MOVING else a == b)]
            if least is None or len(bad) < len(least):
                best, least = other, bad
            if not bad:
                break
        if least == []:
            left.remove(best)
        elif best is not None and len(least) < len(names) - 2:
            wrong += ["%s: %s is %r, ours is %r" % (" ".join(row[:2]), n, row[names.index(n)], best[names.index(n)]) for n in least]
            left.remove(best)
        else:
            wrong.append("ours lacks: %s" % " | ".join(row))
    wrong += ["only ours has: %s" % " | ".join(r) for r in left]
    return wrong


def main():
    tolerance = int(sys.argv[3]) if len(sys.argv) > 3 else 90
    theirs, ours = tables(sys.argv[1]), tables(sys.argv[2])
    if not theirs or len(theirs) != len(ours):
        print("%d tables, ours are %d" % (len(theirs), len(ours)))
        sys.exit(2)
    wrong = [w for t, o in zip(theirs, ours) for w in compare(t, o, tolerance)]
    for w in wrong[:20]:
        print(w)
    sys.exit(1 if wrong else 0)


main()
