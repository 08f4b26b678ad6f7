"""The checklist of a visit as the pages show it: by section, in the order the work happens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.dates import in_words
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.queries.checklists import VisitChecklist
from tracker.queries.day import Visit, asked_of, not_asked, rules_of
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day
from tracker.web.common.filters import at
from tracker.web.day.checklist_items import ItemView, Typed, items_of
from tracker.web.day.presenters import blocked_by, open_stops, spoken_against, state_of, visit_person, visit_url
from tracker.web.day.recorded import RecordView, record_view


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsked:
    """An item that is not asked of this patient today, and why."""

    label: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """What stands under one heading: what is recorded elsewhere, then what is asked. ``aloud_url`` only where it is
    read aloud."""

    label: str
    records: tuple[RecordView, ...]
    items: tuple[ItemView, ...]
    not_asked: tuple[NotAsked, ...]
    aloud_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way to another page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistPage:
    """What the page shows. ``is_late``: each item asks for its true time, because it was done on paper."""

    person: PersonLine
    title: str
    when: str
    tone: str
    state: str
    stops: tuple[str, ...]
    stale: str
    stale_url: str
    sections: tuple[SectionView, ...]
    done: int
    of: int
    version: int
    may_answer: bool
    is_late: bool
    section: str
    action_url: str
    day_url: str
    case_url: str
    arrange_url: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AloudPage:
    """One item of a section, to be read aloud. ``item`` is ``None`` once all are answered."""

    page: ChecklistPage
    label: str
    item: ItemView | None
    number: int
    of: int
    before_url: str
    after_url: str
    back_url: str


def sections_of(rules: Iterable[ChecklistItemRule]) -> list[tuple[str, list[ChecklistItemRule]]]:
    """The items by their headings, in the order of the file."""
    return [(label, list(items)) for label, items in groupby(rules, key=lambda rule: rule.section)]


def present_checklist(
    found: VisitChecklist,
    *,
    viewer: Actor,
    now: datetime,
    zone: str,
    typed: Typed | None = None,
    is_late: bool = False,
    section: str = "",
) -> ChecklistPage:
    """Make the page."""
    visit, today = found.visit, clinic_day(now, zone)
    out = not_asked(visit)
    items = items_of(found, typed)
    asked = asked_of(visit)
    tone, state = state_of(visit, now, zone)
    purpose = PURPOSE_WORDS.get(visit.purpose, visit.purpose)
    return ChecklistPage(
        person=visit_person(visit, today, is_clinical=True),
        title=f"Checklist of the {purpose}",
        when=" · ".join(part for part in (at(visit.starts_at, zone), visit.room, visit.clinician) if part),
        tone=tone,
        state=state,
        stops=_stops(visit),
        stale=_said_above(typed, items) if typed else "",
        stale_url=_conflict_url(typed, items),
        sections=tuple(
            SectionView(
                label=label,
                records=tuple(record_view(r, found, viewer) for r in rules if r.record and r.key not in out),
                items=tuple(items[rule.key] for rule in rules if rule.key in items and rule.key not in out),
                not_asked=tuple(NotAsked(label=r.label, why=out[r.key]) for r in rules if r.key in out),
                aloud_url=_aloud_url(visit, number) if rules[0].is_aloud else "",
            )
            for number, (label, rules) in enumerate(sections_of(rules_of(visit)))
        ),
        done=sum(rule.key in visit.answered for rule in asked),
        of=len(asked),
        version=visit.case_version,
        may_answer=viewer.may(Permission.CHECKLIST),
        is_late=is_late,
        section=section,
        action_url=visit_url(visit),
        day_url=url_for("day.index", on=clinic_day(visit.starts_at, zone).isoformat()),
        case_url=case_url(visit.case_public_id),
        arrange_url=_arrange_url(visit, viewer),
        links=_links(found, is_late=is_late, may_answer=viewer.may(Permission.CHECKLIST)),
    )


def _arrange_url(visit: Visit, viewer: Actor) -> str:
    """Where what is arranged is put right, and back to this list; empty for whoever may not."""
    action = f"visit/{visit.appointment}/arrange"
    return case_url(visit.case_public_id, action, back=visit_url(visit)) if viewer.may(Permission.ARRANGE) else ""


def _said_above(typed: Typed, items: Mapping[str, ItemView]) -> str:
    """What is said above the list: it concerns no item, or one that has no form of its own."""
    problems = typed.problems
    return problems.get("", "") if typed.answer.item in items else " ".join(problems.values())


def _conflict_url(typed: Typed | None, items: Mapping[str, ItemView]) -> str:
    """Where an answer that came second is decided on the page; empty where none did."""
    item = items.get(typed.answer.item) if typed is not None else None
    return f"#item-{item.key}" if item is not None and item.conflict is not None else ""


def _links(found: VisitChecklist, *, is_late: bool, may_answer: bool) -> tuple[Link, ...]:
    visit = found.visit
    links = [
        Link(label="Print", url=visit_url(visit, "paper")),
        Link(label="Print blank", url=visit_url(visit, "paper", blank=1)),
    ]
    if may_answer and is_late:
        links.append(Link(label="Back to now", url=visit_url(visit)))
    elif may_answer:
        links.append(Link(label="Enter from paper", url=visit_url(visit, late=1)))
    if any(rule.per_room for rule in rules_of(visit)):
        links.append(Link(label="Rooms", url=url_for("day.rooms")))
    for each in found.earlier:
        url = visit_url(visit, f"was/{each.appointment}/{each.day.isoformat()}")
        links.append(Link(label=f"As it was on {in_words(each.day)}", url=url))
    return tuple(links)


def _stops(visit: Visit) -> tuple[str, ...]:
    """What stops the procedure, in words. Recording what happened is never stopped."""
    blocker = blocked_by(visit)
    open_items = open_stops(visit)
    stops = [*([blocker] if blocker else []), *spoken_against(visit)]
    if open_items:
        others = f" and {len(open_items) - 1} more" if len(open_items) > 1 else ""
        stops.append(f"{open_items[0].label}{others}: to be answered before the procedure begins")
    return tuple(stops)


def present_aloud(page: ChecklistPage, visit: Visit, number: int, item: str) -> AloudPage | None:
    """The section of that number, at an item: the one that is named, else the first that is open. ``None``: there is no
    such section, or it is not read aloud."""
    section = page.sections[number] if number < len(page.sections) else None
    if section is None or not section.aloud_url:
        return None
    keys = [each.key for each in section.items]
    first_open = next((place for place, each in enumerate(section.items) if not each.is_done), len(keys))
    place = keys.index(item) if item in keys else first_open
    shown = section.items[place] if place < len(keys) else None
    return AloudPage(
        page=page,
        label=section.label,
        item=shown,
        number=place + 1,
        of=len(keys),
        before_url=_aloud_url(visit, number, keys[place - 1]) if place else "",
        after_url=_aloud_url(visit, number, keys[place + 1]) if place + 1 < len(keys) else "",
        back_url=visit_url(visit),
    )


def _aloud_url(visit: Visit, section: int, item: str = "") -> str:
    return visit_url(visit, f"aloud/{section}", **({"item": item} if item else {}))
