"""A drawn signature, as the lines that a finger or a pen left: small, exact, and nothing that a page could run.

It is written as ``x,y`` points with a space between them and a semicolon between strokes, in a field that is
``WIDTH`` by ``HEIGHT`` wide and high, whatever the size of the screen was.
"""

import re
from hashlib import sha256
from itertools import pairwise
from math import dist

WIDTH, HEIGHT = 600, 200
#: A long name with many curves, drawn slowly, has about 1,500 points.
MOST_POINTS, MOST_STROKES, LONGEST = 6_000, 200, 60_000
#: Less than this, in units of the field, is a slip and no signature.
LEAST_LENGTH = 60.0

Point = tuple[int, int]
Stroke = tuple[Point, ...]

_POINT = r"[0-9]{1,3},[0-9]{1,3}"
_STROKE = rf"{_POINT}(?: {_POINT})*"
_WRITTEN = re.compile(rf"{_STROKE}(?:;{_STROKE})*", re.ASCII)


class NotASignature(ValueError):
    """What was sent is no drawn signature; the text is a sentence for whoever signs."""


def read_strokes(text: str) -> tuple[Stroke, ...]:
    """The strokes of a signature that was drawn.

    :raises NotASignature: for anything else: empty, too long, outside of the field, or a mere dot
    """
    if not text:
        raise NotASignature("Sign in the field.")
    if len(text) > LONGEST:
        raise NotASignature("This is longer than a signature. Clear the field and sign again.")
    if not _WRITTEN.fullmatch(text):
        raise NotASignature("The signature did not arrive whole. Clear the field and sign again.")
    strokes = tuple(tuple(_point(pair) for pair in stroke.split(" ")) for stroke in text.split(";"))
    if len(strokes) > MOST_STROKES or sum(map(len, strokes)) > MOST_POINTS:
        raise NotASignature("This is longer than a signature. Clear the field and sign again.")
    if any(x > WIDTH or y > HEIGHT for stroke in strokes for x, y in stroke):
        raise NotASignature("The signature did not arrive whole. Clear the field and sign again.")
    if sum(dist(here, there) for stroke in strokes for here, there in pairwise(stroke)) < LEAST_LENGTH:
        raise NotASignature("This is too short for a signature. Clear the field and sign again.")
    return strokes


def _point(pair: str) -> Point:
    x, y = pair.split(",")
    return int(x), int(y)


def written(strokes: tuple[Stroke, ...]) -> str:
    """Strokes as they are stored."""
    return ";".join(" ".join(f"{x},{y}" for x, y in stroke) for stroke in strokes)


def outlines(strokes: tuple[Stroke, ...]) -> tuple[str, ...]:
    """The points of each stroke as an SVG polyline takes them; a dot becomes a short line, so that it is seen."""
    return tuple(written((stroke if len(stroke) > 1 else (*stroke, *stroke),)) for stroke in strokes)


def hash_of_strokes(text: str) -> str:
    """The SHA-256 of a signature as it is stored, as hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
