"""What was counted lately in a clinic's present history, so that a reader who goes from the index to a report, to its
print and back has it counted once."""

from collections import OrderedDict
from threading import Lock

from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.stored import packed_sheet, unpacked_sheet
from tracker.domain.report_sheets.words import Names
from tracker.domain.reporting.filters import Filter
from tracker.domain.reporting.history import History

#: So many sheets are kept of a history, some ten thousand bytes each: six filters of everything.
MOST_SHEETS = 60


class Lately:
    """The sheets counted last in one history, without the cases behind their numbers; of ``history.once(Lately)``."""

    def __init__(self, _history: History, most: int = MOST_SHEETS) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, Filter], tuple[Names, bytes]] = OrderedDict()
        self._lock = Lock()

    def find(self, name: str, asked: Filter, names: Names, *, with_patients: bool) -> Sheet | None:
        """A sheet with this filter, as those read it who may see patients, or all others; ``None`` where it was not
        counted, or something is called otherwise by now."""
        with self._lock:
            called, body = self._kept.get((name, asked), (None, b""))
        found = unpacked_sheet(body, with_patients=with_patients) if called == names else None
        return found[0] if found else None

    def keep(self, told: Sheet, asked: Filter, names: Names) -> None:
        """Keep a sheet, and let go of what was counted longest ago."""
        body = packed_sheet(told, asked)
        with self._lock:
            self._kept[told.name, asked] = names, body
            self._kept.move_to_end((told.name, asked))
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
