"""Refills in words: the latest date with the whole days that are left, rounded down, and what is planned."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from flask import g, request, url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.spreadsheets import safe_cell
from tracker.domain.words import DrugStock
from tracker.queries.refills import ROWS_ON_PAGE, Refill, RefillList
from tracker.web.common.case_lines import (
    Action,
    PersonLine,
    action_for,
    case_url,
    clinic_day,
    person_line,
    refill_action,
)
from tracker.web.common.filters import at, on, plural
from tracker.web.common.listing import Pager, pager
from tracker.web.refills.filters import Filters, chosen_now
from tracker.web.refills.tabs import Tab, sister_pages

#: Days before the latest date from which a refill without a plan is critical, then one to book.
SOON = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocking:
    """What one press says of where the drug is, as pairs of word and label, against the version that is shown."""

    url: str
    version: int
    states: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillRow:
    """One pump. ``latest_tone`` and ``planned_tone`` are empty where nothing needs attention."""

    person: PersonLine
    pump: str
    model: str
    drug: str
    dose: str
    stock: str
    stock_tone: str
    stocking: Stocking | None
    latest: str
    latest_tone: str
    latest_note: str
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
    tabs: tuple[Tab, ...]
    filters: Filters
    shows_drug: bool
    export_url: str


def present_list(
    found: RefillList, filters: Filters, *, viewer: Actor, now: datetime, zone: str, page: int
) -> RefillPage:
    """Make the list."""
    today = clinic_day(now, zone)
    label = "active pump" if found.total == 1 else "active pumps"
    stats = [Stat(value=found.total, label=f"{label} shown" if filters.clear_url else label)]
    if found.unknown:
        stats.append(Stat(value=found.unknown, label="latest date unknown or void", tone="critical"))
    return RefillPage(
        stats=tuple(stats),
        rows=tuple(_row(refill, viewer, today, zone) for refill in found.refills),
        pager=pager(page, per_page=ROWS_ON_PAGE, shown=len(found.refills), total=found.total),
        tabs=sister_pages("index"),
        filters=filters,
        shows_drug=viewer.may(Permission.SEE_CLINICAL),
        export_url=f"{url_for('refills.export')}?{urlencode(chosen_now())}" if viewer.may(Permission.EXPORT) else "",
    )


#: The columns of the file.
CSV_HEADERS = (
    "Family name", "Given name", "Birth date", "MRN", "Pump", "Reservoir (mL)", "Latest date", "Days left", "Drug",
    "Concentration (mcg/mL)", "Daily dose (mcg)", "Planned",
)  # fmt: skip


def csv_rows(found: RefillList, *, now: datetime, zone: str) -> list[list[str | int]]:
    """The list as cells, none of which a spreadsheet would run as a formula. Dates are written so that any sorts."""
    today = clinic_day(now, zone)
    return [[safe_cell(cell) for cell in _csv_row(refill, today, zone)] for refill in found.refills]


def _csv_row(refill: Refill, today: date, zone: str) -> tuple[str | int, ...]:
    patient, fill, latest_on = refill.patient, refill.fill, refill.latest_on
    return (
        patient.family_name, patient.given_name, patient.birth_on.isoformat(), patient.mrn,
        refill.model, _number(refill.reservoir_ml),
        "unknown" if latest_on is None else latest_on.isoformat() + (" (void)" if refill.is_void else ""),
        "" if latest_on is None else (latest_on - today).days,
        fill.drug if fill else "", _number(fill.concentration_mcg_ml if fill else None),
        _number(fill.daily_dose_mcg if fill else None), _planned(refill, today, zone)[0],
    )  # fmt: skip


def _number(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _row(refill: Refill, viewer: Actor, today: date, zone: str) -> RefillRow:
    latest, latest_tone, left = _latest(refill, today)
    drug, dose = _drug(refill) if viewer.may(Permission.SEE_CLINICAL) else ("", "")
    planned, planned_tone = _planned(refill, today, zone)
    stock, stock_tone = _stock(refill, today, zone) if viewer.may(Permission.SEE_CLINICAL) else ("", "")
    return RefillRow(
        person=person_line(refill.patient, today, url=case_url(refill.case_public_id)),
        pump=f"{refill.reservoir_ml.normalize():f} mL" if refill.reservoir_ml is not None else "size not known",
        model=refill.model,
        drug=drug,
        dose=dose,
        stock=stock,
        stock_tone=stock_tone,
        stocking=_stocking(refill, viewer, today),
        latest=latest,
        latest_tone=latest_tone,
        latest_note="void: a new print-out is needed" if refill.is_void else "",
        left=left,
        planned=planned,
        planned_tone=planned_tone,
        action=_action(refill, viewer),
    )


def _drug(refill: Refill) -> tuple[str, str]:
    """The drug with its concentration, and the dose."""
    fill = refill.fill
    if fill is None or not fill.drug:
        return "not known", ""
    strength = f" {_number(fill.concentration_mcg_ml)} mcg/mL" if fill.concentration_mcg_ml else ""
    dose = f"{_number(fill.daily_dose_mcg)} mcg/day" if fill.daily_dose_mcg else "dose not known"
    return fill.drug + strength, dose


def _stock(refill: Refill, today: date, zone: str) -> tuple[str, str]:
    """Where the drug for the refill is, who said so and when; empty while it is too early to ask."""
    fill = refill.fill
    if fill is not None and fill.stock and fill.stocked_at is not None:
        who = f", {fill.stocked_by}" if fill.stocked_by else ""
        said = f"drug {fill.stock}{who}, {on(clinic_day(fill.stocked_at, zone), today)}"
        return said, "ready" if fill.stock == DrugStock.HERE else "quiet"
    return ("drug not in stock", "warn") if _is_near(refill, today) else ("", "")


def _is_near(refill: Refill, today: date) -> bool:
    return refill.latest_on is None or refill.latest_on <= today + SOON


def _stocking(refill: Refill, viewer: Actor, today: date) -> Stocking | None:
    """What can be said of the drug from the row: that it is ordered, then that it is here."""
    if refill.fill is None or refill.fill.stock == DrugStock.HERE or not _is_near(refill, today):
        return None
    if not viewer.may(Permission.STOCK_DRUG):
        return None
    url = coming_back(Action(label="", url=case_url(refill.case_public_id, "drug-stock"))).url
    states = {DrugStock.ORDERED: "Drug ordered", DrugStock.HERE: "Drug here"}
    left = tuple((state.value, label) for state, label in states.items() if state != refill.fill.stock)
    return Stocking(url=url, version=refill.version, states=left)


def _latest(refill: Refill, today: date) -> tuple[str, str, str]:
    if refill.latest_on is None:
        return "unknown", "critical", ""
    days = (refill.latest_on - today).days
    tone = "critical" if days < 0 or refill.is_void else ""
    return (
        on(refill.latest_on, today),
        tone,
        f"about {plural(days, 'day')} left" if days >= 0 else f"{plural(-days, 'day')} past",
    )


def _planned(refill: Refill, today: date, zone: str) -> tuple[str, str]:
    """What plans the refill, and how urgent it is that nothing does."""
    if refill.visit_at is not None:
        return f"booked: {at(refill.visit_at, zone, today)}", "ready"
    if refill.plan_until_on is not None:
        return f"planned until {on(refill.plan_until_on, today)}", "ready"
    return _unplanned(refill, today)


def _unplanned(refill: Refill, today: date) -> tuple[str, str]:
    if refill.late_on is not None:
        return f"booked too late: {on(refill.late_on, today)}", "critical"
    if refill.latest_on is not None and refill.latest_on < today:
        return "overdue, not booked", "critical"
    if refill.critical_on is not None and refill.critical_on <= today:
        return "not booked", "critical"
    if refill.due_on <= today or (refill.latest_on is not None and refill.latest_on <= today + SOON):
        return "not booked", "warn"
    return f"not booked, book by {on(refill.due_on, today)}", "quiet"


def _action(refill: Refill, viewer: Actor) -> Action | None:
    """What is to be done; nothing where the refill is booked."""
    if refill.latest_on is None:
        return action_for(viewer, refill.case_public_id, "alarm_date_unknown", {})
    if refill.visit_at is None:
        action = refill_action(
            viewer, refill.case_public_id, {} if refill.late_visit is None else {"visit": refill.late_visit}
        )
        return coming_back(action) if viewer.may(Permission.BOOK) else action
    return None


def coming_back(action: Action) -> Action:
    """The same form, which leads back to this list as it is filtered now."""
    if "refills_back" not in g:
        # Asked for by every row: worked out once a page.
        g.refills_back = urlencode({"back": request.full_path.rstrip("?")})
    return Action(label=action.label, url=f"{action.url}{'&' if '?' in action.url else '?'}{g.refills_back}")
