"""Refills in words: the latest date with the whole days that are left, rounded down, and what is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from tracker.domain.access import Actor
from tracker.queries.refills import ROWS_ON_PAGE, Refill, RefillList, WeekLoad
from tracker.web.common.case_lines import Action, PersonLine, action_for, case_url, clinic_day, person_line
from tracker.web.common.filters import at, on, plural
from tracker.web.common.listing import Pager, pager

#: Days before the latest date from which a refill without a plan is critical, then one to book.
SOON = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillRow:
    """One pump. ``latest_tone`` and ``planned_tone`` are empty where nothing needs attention."""

    person: PersonLine
    pump: str
    model: str
    latest: str
    latest_tone: str
    left: str
    planned: str
    planned_tone: str
    action: Action | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """One figure at the head of the page."""

    value: int
    label: str
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillPage:
    """What the list shows."""

    stats: tuple[Stat, ...]
    rows: tuple[RefillRow, ...]
    pager: Pager
    tabs: tuple["Tab", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A link to the sister page."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bar."""

    value: int
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One week."""

    label: str
    parts: tuple[Part, ...]
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPage:
    """What the load shows."""

    answer: str
    bars: tuple[Bar, ...]
    tabs: tuple[Tab, ...]


def present_list(found: RefillList, *, viewer: Actor, now: datetime, zone: str, page: int) -> RefillPage:
    """Make the list."""
    today = clinic_day(now, zone)
    stats = [Stat(value=found.total, label="active pump" if found.total == 1 else "active pumps")]
    if found.unknown:
        stats.append(Stat(value=found.unknown, label="latest date unknown", tone="critical"))
    return RefillPage(
        stats=tuple(stats),
        rows=tuple(_row(refill, viewer, today, zone) for refill in found.refills),
        pager=pager(page, per_page=ROWS_ON_PAGE, shown=len(found.refills), total=found.total),
        tabs=_tabs("index"),
    )


def present_load(weeks: Sequence[WeekLoad], today: date) -> LoadPage:
    """Make the load."""
    unbooked = sum(week.unbooked for week in weeks)
    booked = sum(week.booked for week in weeks)
    return LoadPage(
        answer=f"{plural(booked, 'refill is', 'refills are')} booked in the next {len(weeks)} weeks, and {unbooked} "
        f"more {'falls' if unbooked == 1 else 'fall'} due without a date.",
        bars=tuple(
            Bar(
                label=on(week.from_on, today)[4:],
                parts=(Part(value=week.booked, style="solid"), Part(value=week.unbooked, style="open")),
                figures=f"{week.booked} + {week.unbooked}",
            )
            for week in weeks
        ),
        tabs=_tabs("load"),
    )


def _tabs(current: str) -> tuple[Tab, ...]:
    labels = {"index": "List", "load": "Twelve-week load"}
    return tuple(
        Tab(label=label, url=url_for(f"refills.{name}"), is_current=name == current) for name, label in labels.items()
    )


def _row(refill: Refill, viewer: Actor, today: date, zone: str) -> RefillRow:
    latest, latest_tone, left = _latest(refill, today)
    planned, planned_tone = _planned(refill, today, zone)
    return RefillRow(
        person=person_line(refill.patient, today, url=case_url(refill.case_public_id)),
        pump=f"{refill.reservoir_ml.normalize():f} mL" if refill.reservoir_ml is not None else "size not known",
        model=refill.model,
        latest=latest,
        latest_tone=latest_tone,
        left=left,
        planned=planned,
        planned_tone=planned_tone,
        action=_action(refill, viewer),
    )


def _latest(refill: Refill, today: date) -> tuple[str, str, str]:
    if refill.latest_on is None:
        return "unknown", "critical", "–"
    days = (refill.latest_on - today).days
    tone = "critical" if days < 0 else ""
    return on(refill.latest_on, today), tone, f"{days}" if days >= 0 else f"{-days} past"


def _planned(refill: Refill, today: date, zone: str) -> tuple[str, str]:
    """What plans the refill, and how urgent it is that nothing does."""
    if refill.visit_at is not None:
        return at(refill.visit_at, zone), "ready"
    if refill.plan_until_on is not None:
        return f"planned until {on(refill.plan_until_on, today)}", "ready"
    if refill.latest_on is not None and refill.latest_on < today:
        return "not booked, overdue", "critical"
    if refill.critical_on is not None and refill.critical_on <= today:
        return "not booked", "critical"
    if refill.due_on <= today or (refill.latest_on is not None and refill.latest_on <= today + SOON):
        return "not booked", "warn"
    return f"book by {on(refill.due_on, today)}", "quiet"


def _action(refill: Refill, viewer: Actor) -> Action | None:
    """What is to be done; nothing where the refill is booked."""
    if refill.latest_on is None:
        return action_for(viewer, refill.case_public_id, "alarm_date_unknown", {})
    if refill.visit_at is None:
        return action_for(viewer, refill.case_public_id, "refill_not_booked", {"purpose": "refill"})
    return None
