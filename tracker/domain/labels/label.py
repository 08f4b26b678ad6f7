"""Reading the label of a device: whatever was scanned or typed into one field, one code on each line."""

from datetime import date

from tracker.domain.labels.gs1 import SEPARATOR, is_gs1, read_gs1
from tracker.domain.labels.hibc import is_hibc, read_hibc
from tracker.domain.labels.reading import Reading, UnreadableLabel

#: No label is longer; what is longer was scanned many times over.
LONGEST = 400


def kept(text: str) -> str:
    """A label as it is kept: every character as it was scanned, without the ends of lines around it.

    The separator of GS1 and a blank at the end belong to the data, so that nothing may simply be stripped.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n\t")


def read_label(text: str, read_on: date) -> Reading:
    """What the codes of one label say, together. Nothing scanned is an empty reading.

    ``read_on`` is the day of the reading: it decides the century of two-digit years.

    :raises UnreadableLabel: where a code cannot be trusted, or two of them contradict each other
    """
    if len(text) > LONGEST:
        raise UnreadableLabel("This is longer than any label. Empty the field and scan it once.")
    codes = [line for line in kept(text).split("\n") if line.strip(f" {SEPARATOR}")]
    of_hibc = [code for code in codes if is_hibc(code)]
    of_gs1 = [code for code in codes if code not in of_hibc]
    if of_gs1 and not any(is_gs1(code) for code in of_gs1):
        # The second code of a label may begin with any application identifier, and a number that was typed too.
        raise UnreadableLabel("This is neither a GS1 nor an HIBCC label. Scan the label of the device again.")
    found = read_hibc(of_hibc, read_on)
    for code in of_gs1:
        found = found.with_more(read_gs1(code, read_on))
    return found
