"""Somebody who came without a visit: whom the typed text may mean, each with the way to take them in."""

from dataclasses import dataclass
from datetime import date

from tracker.queries.find import FoundList
from tracker.web.common.case_lines import PersonLine, case_url, person_line


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkInPage:
    """What the page shows. ``without_case`` of the patients found cannot be taken in here."""

    text: str
    is_asked: bool
    hint: str
    patients: tuple[PersonLine, ...]
    without_case: int
    back_url: str


def present_walk_in(found: FoundList, text: str, *, today: date, back: str) -> WalkInPage:
    """Make the page."""
    hint = "Type at least two letters or digits." if found.is_too_short else ""
    if found.has_more:
        hint = "More patients match. One more letter, or the birth date, narrows it down."
    with_case = [each for each in found.patients if each.case_public_id]
    return WalkInPage(
        text=text,
        is_asked=bool(text.strip()) and not found.is_too_short,
        hint=hint,
        patients=tuple(
            person_line(each.patient, today, url=case_url(each.case_public_id, "walk-in", back=back))
            for each in with_case
        ),
        without_case=len(found.patients) - len(with_case),
        back_url=back,
    )
