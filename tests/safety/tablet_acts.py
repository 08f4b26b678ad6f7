"""What a tablet hands over later, besides answers that are taken as any other."""

from collections.abc import Callable

from tracker.domain.errors import NotFound
from tracker.services import offline_entries
from tracker.services.checklists import Answer
from tracker.services.work import Work


def _set_aside(work: Work) -> object:
    answer = Answer(item="identity")
    entry = offline_entries.Entry(id="7" * 32, case="f" * 32, appointment=1, answer=answer, made_at=work.now)
    return offline_entries.set_aside(work, entry, NotFound("no such visit"))


TABLET: dict[str, Callable[[Work], object]] = {"offline_entries.set_aside": _set_aside}
