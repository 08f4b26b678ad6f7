"""The checklist on paper: filled as it stands, as it stood on an earlier day, or blank to be filled by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.dates import in_words
from tracker.domain.namesakes import namesake_words
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.queries.checklists import Answered, VisitChecklist
from tracker.queries.day import not_asked, rules_of
from tracker.web.common.case_lines import PersonLine, clinic_day
from tracker.web.common.filters import at
from tracker.web.day.checklist import sections_of
from tracker.web.day.checklist_items import MOST_BUTTONS, answered_words
from tracker.web.day.presenters import differences_of, visit_person, visit_url
from tracker.web.day.recorded import BY_HAND, recorded_words

_STOPS = {"hard": "must be answered", "soft": "or say why not", "note": "note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """One line. ``answer`` is empty where there is none yet: then there is room to write, or boxes for the choices.
    ``lines``: gaps to write in, each between two words.
    """

    label: str
    stop: str
    is_hard: bool
    answer: str
    asks: str
    choices: tuple[str, ...]
    is_two_person: bool
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSection:
    """The lines under one heading."""

    label: str
    rows: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """What is printed. ``is_blank``: to be filled by hand."""

    person: PersonLine
    namesakes: tuple[str, ...]
    title: str
    when: str
    said: str
    sections: tuple[PaperSection, ...]
    is_blank: bool
    is_past: bool
    back_url: str


def present_paper(
    found: VisitChecklist,
    *,
    now: datetime,
    zone: str,
    is_blank: bool = False,
    past: Mapping[str, Answered] | None = None,
) -> PaperPage:
    """Make the page. ``past``: the answers of an earlier day, in place of those that count."""
    visit = found.visit
    # On a blank sheet everything is printed: nobody knows yet what will be asked.
    out = {} if is_blank or past is not None else not_asked(visit)
    answers: Mapping[str, Answered] = {} if is_blank else found.answers if past is None else past
    purpose = PURPOSE_WORDS.get(visit.purpose, visit.purpose)
    return PaperPage(
        person=visit_person(visit, clinic_day(now, zone), is_clinical=True),
        namesakes=namesake_words(visit.patient, visit.namesakes),
        title=f"Checklist of the {purpose}",
        when=" · ".join(part for part in (at(visit.starts_at, zone), visit.room, visit.clinician) if part),
        said=_said(past, found, now, zone, is_blank=is_blank),
        sections=tuple(
            PaperSection(
                label=label,
                rows=tuple(
                    _record_row(rule, "" if is_blank or past is not None else recorded_words(rule, found))
                    if rule.record
                    else _row(rule, answers.get(rule.key), found, out.get(rule.key, ""))
                    for rule in rules
                    if not (rule.record and rule.key in out)
                ),
            )
            for label, rules in sections_of(rules_of(visit))
        ),
        is_blank=is_blank,
        is_past=past is not None,
        back_url=visit_url(visit),
    )


def _said(
    past: Mapping[str, Answered] | None, found: VisitChecklist, now: datetime, zone: str, *, is_blank: bool
) -> str:
    if past is not None:
        days = {found.calendar.wall(each.at).date() for each in past.values()}
        return f"As it was on {in_words(min(days))}. The visit moved; on its new day everything is asked anew."
    return "To be filled by hand." if is_blank else f"As it stands {at(now, zone)}."


def _row(rule: ChecklistItemRule, answer: Answered | None, found: VisitChecklist, why_not: str) -> PaperRow:
    said = answered_words(answer, found) if answer else f"Not asked: {why_not}" if why_not else ""
    if answer and (difference := differences_of(found.visit).get(rule.key)):
        said = f"{said} · {difference}"
    choices = rule.choices if len(rule.choices) <= MOST_BUTTONS else ()
    asks = rule.unit or ("time" if rule.value == "time" else "")
    return PaperRow(
        label=rule.label,
        stop=_STOPS[rule.stop],
        is_hard=rule.stop == "hard",
        answer=said,
        asks=asks,
        choices=choices,
        is_two_person=rule.two_person,
        lines=(("", asks),) if rule.value and not choices else (),
    )


def _record_row(rule: ChecklistItemRule, said: str) -> PaperRow:
    """What is recorded on a page of its own, with room for all of it."""
    return PaperRow(
        label=rule.label,
        stop="recorded",
        is_hard=True,
        answer=said,
        asks="on the observation chart",
        choices=(),
        lines=BY_HAND[rule.record],
        is_two_person=rule.record == "dose",
    )
