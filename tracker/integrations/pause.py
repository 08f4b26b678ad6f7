"""A moment between two write transactions, so that whoever waits gets a turn.

SQLite has one writer, and it is not fair: without the pause a page's write waited seconds behind an import.
"""

import time

#: In seconds. A waiting writer asks again every few milliseconds at first.
BETWEEN_WRITES = 0.005


def between_writes() -> None:
    """Wait a moment."""
    time.sleep(BETWEEN_WRITES)
