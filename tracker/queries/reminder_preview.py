"""What will be sent in the days to come, to whom and why, and who gets nothing and why.

It is computed from the facts and from what the ledger has, by the functions that the dispatcher asks; it takes neither
a mailer nor a session that can write. Cases are read in groups, and of each only what is foreseen is kept.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.bursts import BurstGuard, held_back
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.contacts import OVER, PREPARATION, TO_COME
from tracker.domain.errors import InvalidInput
from tracker.domain.message_words import Which
from tracker.domain.neutral import name_in_messages
from tracker.domain.outlook import NOTHING, SENT, Foreseen, Outlook, Sending, Span
from tracker.domain.pathway.definition import ReminderRule
from tracker.domain.quiet_hours import QuietHours
from tracker.domain.rule_changes import RuleChange, changed, check_change
from tracker.domain.ways import EMAIL, Preferences
from tracker.pathways import catalogue
from tracker.persistence.models import AppointmentRow, Clinic, Patient
from tracker.queries.begun_reminders import read_begun
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.grouped_rows import rows_by
from tracker.queries.identity import IDENTITY, Identity, identity_of
from tracker.queries.message_words import read_words
from tracker.queries.reached import REACHED, preferences_of
from tracker.queries.reminder_texts import OWN_LINK, Text, Words, write_current
from tracker.queries.sending import is_paused_expression
from tracker.queries.snapshots import LoadedCase, load_snapshots
from tracker.queries.unbooked_refills import Unbooked, list_unbooked

#: Cases that are in memory at once.
GROUP = 200
MOST_DAYS = 92
#: Nobody books further ahead.
FURTHEST = timedelta(days=730)
_WORDED: tuple[Any, ...] = (
    Patient.id, Clinic.name.label("clinic"), Clinic.message_name, Clinic.phone,
    Clinic.zone.label("clinic_zone"), *IDENTITY,
)  # fmt: skip
#: A visit that lasts (a stay after an operation) is over within this time; what follows it is sent within the other.
_LONGEST_STAY, _FOLLOWS_WITHIN = timedelta(days=60), timedelta(days=10)
#: A patient's day begins at most a day before or after the clinic's.
_ZONES = timedelta(days=2)
#: Why what would go does not: so many at once that a person is asked first.
BURST = "burst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One reminder of one case, sent or not. ``owner``: who reads it there; ``language``: of the words; ``chosen``: why
    it goes by that channel (``reminder_words.CHOSEN``)."""

    case_public_id: str
    patient_id: int
    foreseen: Foreseen
    owner: str
    language: str
    chosen: str = ""

    @property
    def key(self) -> str:
        """What is the same reminder under another rule."""
        return f"{self.case_public_id}:{self.foreseen.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """By time. ``dealt_with``: reminders of these days that were sent, or whose call was made. ``unbooked``: refills
    that are due by the last of the days and that no visit is booked for. While sending ``is_paused``, what goes when it
    is resumed now."""

    span: Span
    unbooked: tuple[Unbooked, ...]
    will_send: tuple[Planned, ...]
    will_not: tuple[Planned, ...]
    dealt_with: int
    is_paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A changed rule against the present one: what would come in addition, no more, or at another time or way."""

    new: tuple[Planned, ...]
    gone: tuple[Planned, ...]
    moved: tuple[tuple[Planned, Planned], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A reminder with the patient, and the words as they would read today; ``None`` where nobody is written to."""

    planned: Planned
    patient: Identity
    text: Text | None


def current_rules() -> dict[str, ReminderRule]:
    """The rules of the pathways that new cases start on, by name, each with the purposes it has in any of them."""
    found: dict[str, ReminderRule] = {}
    for rule in (rule for name in catalogue.CURRENT for rule in catalogue.current(name).reminders):
        known = found.get(rule.name, rule)
        found[rule.name] = replace(rule, purposes=rule.purposes | known.purposes)
    return found


def list_preview(session: Session, viewer: Actor, *, now: datetime, days: int, from_on: date | None = None) -> Preview:
    """The reminders from a day (today) until the end of the day that is ``days`` later."""
    return list_previews(session, viewer, now=now, days=days, from_on=from_on, changes=(None,))[0]


def list_previews(
    session: Session,
    viewer: Actor,
    *,
    now: datetime,
    days: int,
    from_on: date | None = None,
    changes: Sequence[RuleChange | None],
) -> list[Preview]:
    """The same under each of some rules, from one reading; ``None`` stands for the present ones.

    :raises InvalidInput: for a day that is past, too many days, or a change of no rule
    """
    for change in changes:
        if change is not None:
            check_change(change, current_rules())
    calendar = get_calendar(session, viewer.clinic_id)
    span = _span(calendar, now, days, from_on)
    sending, guard = sending_of(session, viewer.clinic_id), _guard(session, calendar, viewer.clinic_id, now)
    unbooked = list_unbooked(
        session,
        viewer.clinic_id,
        until_on=calendar.today(span.ends_at) - timedelta(days=1),
        from_at=calendar.start_of(calendar.today(now)),
    )
    found: list[list[Planned]] = [[] for _ in changes]
    rules = [*_rules(), *(each.of(rule) for each in changes if each for rule in _rules() if rule.name == each.rule)]
    for case, preferences, begun in _cases(session, viewer.clinic_id, calendar, span, rules):
        for planned, change in zip(found, changes, strict=True):
            outlook = Outlook(
                pathway=changed(case.pathway, change),
                snapshot=case.snapshot,
                preferences=preferences,
                sending=replace(sending, is_paused=False),
                span=span,
                begun=begun,
            )
            planned.extend(planned_of(case.case.public_id, case.case.patient_id, outlook))
    return [_preview(_with_bursts(each, guard), span, sending, unbooked) for each in found]


def compare(present: Preview, other: Preview) -> Comparison:
    """What a changed rule changes of what will be sent."""
    before, after = ({each.key: each for each in found.will_send} for found in (present, other))
    return Comparison(
        new=tuple(each for each in other.will_send if each.key not in before),
        gone=tuple(each for each in present.will_send if each.key not in after),
        moved=tuple(
            (before[each.key], each)
            for each in other.will_send
            if each.key in before and _how(before[each.key]) != _how(each)
        ),
    )


def with_words(session: Session, viewer: Actor, several: Sequence[Planned], *, name: str = "") -> list[Worded]:
    """Some reminders with their patients, and the words that they would be sent with now, in two statements. ``name``:
    what stands in them in the place of the first name, where nobody is to be named."""
    query = (
        select(*_WORDED)
        .join(Clinic, Clinic.id == Patient.clinic_id)
        .where(Patient.clinic_id == viewer.clinic_id, Patient.id.in_(sorted({each.patient_id for each in several})))
    )
    rows = {row.id: row for row in session.execute(query)} if several else {}
    with_sheets = any(each.foreseen.rule.kind == PREPARATION for each in several)
    words = read_words(session, viewer.clinic_id, with_sheets=with_sheets)
    return [
        Worded(planned=each, patient=identity_of(row), text=_text(words, each, row, name))
        for each in several
        for row in (rows[each.patient_id],)
    ]


def _text(words: Words, planned: Planned, row: Row[Any], name: str) -> Text | None:
    foreseen = planned.foreseen
    if foreseen.way is None:
        return None
    return write_current(
        words,
        Which(foreseen.template, planned.language, foreseen.way.channel),
        given_name=name or row.given_name,
        wall=ClinicCalendar(row.clinic_zone).wall(foreseen.told.arrive_at or foreseen.told.starts_at),
        clinic=name_in_messages(row.message_name, row.clinic, planned.language),
        phone=row.phone,
        link=OWN_LINK if foreseen.way.channel == EMAIL else "",
    )


def _how(planned: Planned) -> tuple[datetime, str]:
    return planned.foreseen.at, planned.foreseen.way.channel if planned.foreseen.way else ""


def _preview(found: Sequence[Planned], span: Span, sending: Sending, unbooked: tuple[Unbooked, ...]) -> Preview:
    ordered = sorted(found, key=lambda each: (each.foreseen.at, each.key))
    return Preview(
        span=span,
        unbooked=unbooked,
        will_send=tuple(each for each in ordered if not each.foreseen.why_not),
        will_not=tuple(each for each in ordered if each.foreseen.why_not not in {"", SENT}),
        dealt_with=sum(each.foreseen.why_not == SENT for each in ordered),
        is_paused=sending.is_paused,
    )


def _span(calendar: ClinicCalendar, now: datetime, days: int, from_on: date | None) -> Span:
    today = calendar.today(now)
    first = from_on if from_on is not None else today
    if not today <= first <= today + FURTHEST:
        raise InvalidInput({"from_on": "Choose today or a later day; what is past stands in the ledger."})
    if not 0 <= days <= MOST_DAYS:
        raise InvalidInput({"days": f"Choose 0 to {MOST_DAYS} days."})
    ends_at = calendar.start_of(first + timedelta(days=days + 1))
    return Span(now=now, begins_at=max(now, calendar.start_of(first)), ends_at=ends_at)


def sending_of(session: Session, clinic_id: int) -> Sending:
    """How a clinic sends now."""
    row = session.execute(
        select(Clinic.quiet_from, Clinic.quiet_until, is_paused_expression().label("is_paused")).where(
            Clinic.id == clinic_id
        )
    ).one()
    quiet = QuietHours(time.fromisoformat(row.quiet_from), time.fromisoformat(row.quiet_until))
    return Sending(quiet=quiet, is_paused=row.is_paused)


def _guard(session: Session, calendar: ClinicCalendar, clinic_id: int, now: datetime) -> BurstGuard:
    """As ``tracker/services/delivering/bursts.py`` counts. The next forecast is that of the night to come."""
    patients = select(func.count()).select_from(Patient).where(Patient.clinic_id == clinic_id).scalar_subquery()
    row = session.execute(select(Clinic.forecast_at, patients.label("patients")).where(Clinic.id == clinic_id)).one()
    midnight = calendar.start_of(calendar.today(now) + timedelta(days=1))
    return BurstGuard(patients=row.patients, forecast_at=row.forecast_at, next_forecast_at=midnight)


def _with_bursts(found: Sequence[Planned], guard: BurstGuard) -> list[Planned]:
    held = held_back([each.foreseen for each in found], guard)
    return [
        replace(each, foreseen=replace(each.foreseen, way=None, why_not=BURST), owner="")
        if place in held and not each.foreseen.why_not
        else each
        for place, each in enumerate(found)
    ]


def _rules() -> list[ReminderRule]:
    return [rule for key in catalogue.FILES for rule in catalogue.load(*key).reminders]


def _cases(
    session: Session, clinic_id: int, calendar: ClinicCalendar, span: Span, rules: Sequence[ReminderRule]
) -> Iterator[tuple[LoadedCase, Preferences, Any]]:
    """The cases with a visit that something may be sent about in the span, a group at a time."""
    longest = timedelta(hours=max((rule.useless_hours_before for rule in rules), default=0))
    until = _latest_visit(calendar, span, rules) + longest
    visits = _visits(clinic_id, span.now, until, {purpose for r in rules if r.is_after for purpose in r.purposes})
    after = 0
    while keys := list(session.scalars(visits.where(AppointmentRow.case_id > after))):
        after = keys[-1]
        group = load_snapshots(session, clinic_id, keys)
        reached = rows_by(session, REACHED, clinic_id, {each.case.patient_id for each in group})
        begun = read_begun(session, clinic_id, keys, span.now - longest)
        for each in group:
            yield each, preferences_of(reached[each.case.patient_id]), begun.get(each.case.id, {})
            session.expunge(each.case)


def _visits(clinic_id: int, after: datetime, until: datetime, followed: Collection[str]) -> Select[int]:
    """The cases with a visit to come, or with one that is just over and of a purpose that is ``followed``."""
    is_to_come = AppointmentRow.state.in_(sorted(TO_COME)) & (AppointmentRow.starts_at > after)
    is_just_over = (
        AppointmentRow.state.in_(sorted(OVER))
        & AppointmentRow.purpose.in_(sorted(followed))
        & (AppointmentRow.effective_at > after - _FOLLOWS_WITHIN)
    )
    return (
        select(AppointmentRow.case_id)
        .where(
            AppointmentRow.clinic_id == clinic_id,
            AppointmentRow.superseded_by.is_(None),
            AppointmentRow.starts_at > after - _LONGEST_STAY,
            AppointmentRow.starts_at < until,
            or_(is_to_come, is_just_over),
        )
        .distinct()
        .order_by(AppointmentRow.case_id)
        .limit(GROUP)
    )


def _latest_visit(calendar: ClinicCalendar, span: Span, rules: Sequence[ReminderRule]) -> datetime:
    """When the last visit begins that a rule may speak of in the span."""
    last_on = calendar.today(span.ends_at)
    days = [
        calendar.add_open_days(last_on, rule.days_before)
        if rule.counts_open_days
        else last_on + timedelta(days=rule.days_before)
        for rule in rules
    ]
    return calendar.start_of(max(days, default=last_on)) + _ZONES


def planned_of(case_public_id: str, patient_id: int, outlook: Outlook) -> Iterator[Planned]:
    """What is foreseen of one case."""
    owners = {each.point_id: each.owner for each in outlook.preferences.addresses}
    for foreseen in outlook.foreseen():
        way = foreseen.way
        yield Planned(
            case_public_id=case_public_id,
            patient_id=patient_id,
            foreseen=foreseen,
            owner=owners.get(way.point, "") if way is not None and way.point is not None else "",
            language=outlook.preferences.language,
            chosen=_chosen(foreseen, outlook) if way is not None else "",
        )


def _chosen(foreseen: Foreseen, outlook: Outlook) -> str:
    """Why it goes by the channel it does."""
    channel = foreseen.way.channel if foreseen.way is not None else ""
    if outlook.begun.get(foreseen.key, NOTHING).tried:
        return "failed"
    if channel == outlook.preferences.prefers:
        return "preferred"
    return "first" if channel == foreseen.rule.channels[0] else "other"
