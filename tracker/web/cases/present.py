"""The case as its page shows it: the two-stage path, what is next, what stands in the way, and what can be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.facts import Appointment, Device
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import Offer, Offered, offered
from tracker.domain.pathway.wording import PURPOSE_WORDS, met_sentence, people, sentence_of
from tracker.domain.words import APPOINTMENT_TO_COME, LIVE_APPOINTMENT, DeviceKind, Purpose, Role
from tracker.queries.case_detail import Names, OpenedCase, Todo
from tracker.web.cases.links import Link, Missing, clearing, deeds
from tracker.web.cases.referred import referral_lines
from tracker.web.cases.sentences import wall
from tracker.web.cases.spine import PathStep, path_steps
from tracker.web.cases.todos import TodoLine, todo_line
from tracker.web.cases.visit_lines import arrives
from tracker.web.cases.words import VISIT_STATES, first_upper
from tracker.web.common.filters import day, on, plural


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What is next: its name, the visit it waits for, and one primary action."""

    label: str
    visit: str
    visit_note: str
    primary: Link | None
    others: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step that a person can take: a link when it is open, else everything that is missing for it."""

    label: str
    url: str
    who: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The upper half of the page. ``is_referral_news``: nobody has evaluated the patient, the referral is all that is
    known."""

    stage: str
    since: str
    path: tuple[PathStep, ...]
    hold: str
    referral: tuple[tuple[str, str], ...]
    is_referral_news: bool
    next: NextStep | None
    missing: tuple[Missing, ...]
    met: tuple[str, ...]
    forward: tuple[StepLine, ...]
    closing: tuple[StepLine, ...]
    todos: tuple[TodoLine, ...]
    deeds: Mapping[str, Sequence[Link]]


def overview(case: OpenedCase, todos: Sequence[Todo], names: Names, viewer: Actor, now: datetime) -> Overview:
    """Make the upper half."""
    today = case.snapshot.calendar.today(now)
    offers = offered(case.pathway, case.snapshot, now)
    stage = case.pathway.stages[case.snapshot.stage]
    entered_on = case.snapshot.calendar.today(case.snapshot.stage_entered_at)
    blockers = _in_the_way(offers, today)
    steps = [_step(case, offer, viewer) for offer in offers.offers if not offer.transition.is_automatic]
    closes = [
        not case.pathway.stages[each.transition.target].is_open
        for each in offers.offers
        if not each.transition.is_automatic
    ]
    hold = case.snapshot.hold
    next_label = _question(offers.next) if offers.next else ""
    return Overview(
        stage=stage.label,
        since=f"since {on(entered_on, today)}, {_days(entered_on, today)}{_target(case, today)}",
        path=path_steps(case, today),
        hold=f"On hold until {day(hold.until_on, today)}: {hold.reason}" if hold else "",
        referral=referral_lines(case),
        is_referral_news=case.head.is_open and case.snapshot.evaluation is None and not _has_or_had_pump(case),
        next=_next(case, offers, names, viewer, today),
        missing=missing_lines(case, blockers, viewer, today),
        met=tuple(dict.fromkeys(met_sentence(need) for need in (offers.next.met if offers.next else ()))),
        forward=tuple(step for step, ends in zip(steps, closes, strict=True) if not ends),
        closing=tuple(step for step, ends in zip(steps, closes, strict=True) if ends),
        todos=tuple(todo_line(case, todo, viewer, today, next_label) for todo in todos),
        deeds=deeds(case, viewer),
    )


def _has_or_had_pump(case: OpenedCase) -> bool:
    return any(each.kind == DeviceKind.PUMP for each in case.snapshot.of(Device))


def _days(entered_on: date, today: date) -> str:
    days = max(0, (today - entered_on).days)
    return plural(days, "day") if days else "today"


def _target(case: OpenedCase, today: date) -> str:
    target = case.head.target_on
    return f" · target {day(target, today)}" if target and case.head.is_open else ""


def _in_the_way(offers: Offered, today: date) -> list[Blocker]:
    """What is missing for the next step: first what somebody can clear now, each thing once."""
    found = list(offers.next.blockers) if offers.next else []
    if any(each.code == "outcome_missing" for each in found):
        found = [each for each in found if each.code != "no_positive_trial"]
    return sorted(found, key=lambda each: _waits(each, today))


def _waits(blocker: Blocker, today: date) -> bool:
    """Whether only the day of the visit can clear it: nobody can do anything about it before."""
    return blocker.code == "not_arrived" and blocker.param("on") > today.isoformat()


def missing_lines(case: OpenedCase, blockers: Iterable[Blocker], viewer: Actor, today: date) -> tuple[Missing, ...]:
    """What is missing, each with who clears it and the form for it, where this person may use it."""
    return tuple(_missing(case, blocker, viewer, today) for blocker in blockers)


def _missing(case: OpenedCase, blocker: Blocker, viewer: Actor, today: date) -> Missing:
    if _waits(blocker, today):
        return Missing(sentence=sentence_of(blocker), who="Waits for the day", tone="quiet")
    link = clearing(case, blocker, viewer)
    who = people(blocker.clearable_by)
    return Missing(
        sentence=sentence_of(blocker),
        who=first_upper(who) if who else "Time alone clears it",
        action_label=link.label if link else "",
        action_url=link.url if link else "",
        tone="critical" if blocker.code in _STOPS else "warn",
    )


#: What forbids the step outright; everything else is work that is still to be done.
_STOPS = frozenset(
    {"contraindicated", "authorization_denied", "authorization_withdrawn", "consent_withdrawn", "consent_missing",
     "consent_out_of_date", "consent_void", "consent_of_age", "consent_by_child", "consent_other_surgeon",
     "assent_declined", "assent_missing", "authorization_out_of_date", "too_young", "series_full", "alarm_date_unknown",
     "refill_not_booked", "catheter_in"}
)  # fmt: skip


def _step(case: OpenedCase, offer: Offer, viewer: Actor) -> StepLine:
    may = offer.may_be_taken_by(viewer.roles) and viewer.may(Permission.MOVE_CASE)
    url = url_for("cases.take_step", public_id=case.head.public_id, step=offer.transition.name)
    roles = sorted(offer.transition.roles, key=list(Role).index)
    return StepLine(
        label=offer.transition.label,
        url=url if may and offer.is_allowed else "",
        who=first_upper(people(roles)),
        reasons=tuple(sentence_of(blocker) for blocker in offer.blockers),
    )


def _next(case: OpenedCase, offers: Offered, names: Names, viewer: Actor, today: date) -> NextStep | None:
    if offers.next is None:
        return None
    visit = _coming(case)
    links = _next_links(case, offers, viewer, today)
    waits = visit is not None and visit.purpose == Purpose.REFILL and visit.wall[:10] > today.isoformat()
    return NextStep(
        label=_next_label(case, offers.next),
        visit=_visit_text(case, visit, names, today) if visit else "",
        visit_note=f"{first_upper(VISIT_STATES[visit.state])}{': ' + visit.reason if visit.reason else ''}"
        if visit
        else "",
        primary=links[0] if links and not waits else None,
        others=(*(links[:2] if waits else links[1:3]), *_visit_links(case, visit, viewer)),
    )


#: Where a person decides, the step is named by the question: an answer is never put into anybody's mouth.
_QUESTIONS = {
    "outcome_missing": "Outcome of the trial",
    "decision": "Decision on the implant",
    "withdrawal_watch_closed": "Watch for withdrawal, then close or plan a new implant",
}


def _next_label(case: OpenedCase, offer: Offer) -> str:
    """What is next, in words. A followed pump waits for its refill: the step out of that stage is not what anybody
    does next."""
    fill = case.snapshot.last_fill
    if case.snapshot.pump is not None and fill is not None and offer.transition.name == "device_review":
        return "Refill"
    return _question(offer)


def _question(offer: Offer) -> str:
    codes = (each.clear_with if each.code == "not_determined" else each.code for each in offer.blockers)
    asked = (_QUESTIONS[code] for code in codes if code in _QUESTIONS)
    return next(asked, offer.transition.label)


#: What a phase waits for.
_VISIT_OF_PHASE = {
    "referral": Purpose.EVALUATION,
    "trial": Purpose.TRIAL,
    "implant": Purpose.IMPLANT,
    "maintenance": Purpose.REFILL,
    "preparation": Purpose.REOPERATION,
    "operation": Purpose.REOPERATION,
}


def _coming(case: OpenedCase) -> Appointment | None:
    """The visit that the phase waits for, else the earliest that is still to come."""
    waiting = [visit for visit in case.snapshot.of(Appointment) if visit.state in APPOINTMENT_TO_COME]
    purpose = _VISIT_OF_PHASE.get(case.pathway.stages[case.snapshot.stage].phase, "")
    live = [visit for visit in case.snapshot.of(Appointment) if visit.state in LIVE_APPOINTMENT]
    found = [visit for visit in live if visit.purpose == purpose] or waiting
    return min(found, key=lambda visit: visit.starts_at, default=None)


def _visit_text(case: OpenedCase, visit: Appointment, names: Names, today: date) -> str:
    parts = (
        first_upper(PURPOSE_WORDS[visit.purpose]),
        wall(visit.wall),
        f"arrive {arrives(case, visit)}" if arrives(case, visit) not in {"", visit.wall[11:]} else "",
        names.clinicians.get(visit.clinician_id or 0, ""),
        names.rooms.get(visit.room_id or 0, ""),
        day(date.fromisoformat(visit.wall[:10]), today).partition(" · ")[2],
    )
    return " · ".join(part for part in parts if part)


def _next_links(case: OpenedCase, offers: Offered, viewer: Actor, today: date) -> list[Link]:
    """What to do now, the best first: clear what is missing, take the step, or another that is open."""
    if offers.next is None:
        return []
    pump = _pump_links(case, viewer) if _next_label(case, offers.next) == "Refill" else []
    now_due = (each for each in _in_the_way(offers, today) if each.clear_with != "correct" and not _waits(each, today))
    found = [clearing(case, blocker, viewer) for blocker in now_due]
    links = [*pump, *(link for link in found if link is not None)]
    for offer in (offers.next, *offers.offers):
        step = _step(case, offer, viewer)
        ends = not case.pathway.stages[offer.transition.target].is_open and offer is not offers.next
        if step.url and not offer.transition.is_automatic and not ends and not pump:
            links.append(Link(label=step.label, url=step.url))
    return list({link.url: link for link in links}.values())


def _pump_links(case: OpenedCase, viewer: Actor) -> list[Link]:
    public_id = case.head.public_id
    book = Link(label="Book refill", url=url_for("cases.book_visit", public_id=public_id, purpose=Purpose.REFILL))
    refill = Link(label="Record refill", url=url_for("cases.refill", public_id=public_id))
    booked = case.snapshot.booked(Purpose.REFILL) is not None
    links = [refill] if viewer.may(Permission.REFILL) else []
    if not booked and viewer.may(Permission.BOOK):
        links.insert(0, book)
    return links


def _visit_links(case: OpenedCase, visit: Appointment | None, viewer: Actor) -> list[Link]:
    if visit is None or visit.state not in APPOINTMENT_TO_COME or not viewer.may(Permission.BOOK):
        return []
    public_id, number_of_visit = case.head.public_id, visit.appointment
    return [
        Link(label="Reschedule", url=url_for("cases.move", public_id=public_id, appointment=number_of_visit)),
        Link(label="Cannot proceed…", url=url_for("cases.cancel", public_id=public_id, appointment=number_of_visit)),
    ]
