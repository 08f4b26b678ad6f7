"""Open obligations of a case as lines: what, why, by when, whose, and the form that clears it."""

from dataclasses import dataclass
from datetime import date

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.wording import ROLE_WORDS, sentence_of
from tracker.domain.typed_text import isolated
from tracker.domain.words import AppointmentState, Role
from tracker.queries.case_detail import OpenedCase, Todo
from tracker.web.cases.links import Link
from tracker.web.cases.words import first_upper
from tracker.web.common.case_lines import action_for, case_url, refill_action
from tracker.web.common.filters import day


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoLine:
    """An open to-do."""

    tone: str
    what: str
    why: str
    due: str
    owner: str
    link: Link | None


def todo_line(case: OpenedCase, todo: Todo, viewer: Actor, today: date, next_label: str) -> TodoLine:
    """An open obligation as a line. ``next_label`` says what the next step of the case is."""
    rule = case.pathway.obligations.get(todo.kind)
    tone = "quiet"
    if todo.due_on is None or todo.due_on <= today:
        tone = "warn"
    if todo.critical_on is not None and todo.critical_on <= today:
        tone = "critical"
    return TodoLine(
        tone=tone,
        what=rule.label if rule else first_upper(todo.kind.replace("_", " ")),
        why=next_label if todo.kind == "next_step" else _why(todo, today),
        due=day(todo.due_on, today) if todo.due_on else "now",
        owner=ROLE_WORDS[Role(todo.owner_role)],
        link=_todo_link(case, todo, viewer),
    )


def _why(todo: Todo, today: date) -> str:
    latest = str(todo.params.get("latest") or "")
    if todo.kind == "refill":
        late = str(todo.params.get("late") or "")
        booked = f" · booked too late: {day(date.fromisoformat(late), today)}" if late else " · not booked"
        planned = " · planned" if todo.planned_seq is not None else booked
        return (f"latest date {day(date.fromisoformat(latest), today)}" if latest else "latest date unknown") + planned
    if todo.kind == "replacement" and todo.planned_seq is not None:
        on = date.fromisoformat(str(todo.params["booked"]))
        return f"in progress: reoperation booked {day(on, today)}"
    if todo.kind == "hold_review":
        return isolated(str(todo.params.get("hold_reason", "")))
    if todo.kind == "deviation_review":
        return isolated(str(todo.params.get("why", "")))
    if todo.kind in {"unmarked_day", "ground_lost"} and todo.reason != "death_struck_out":
        return str(todo.params.get("purpose") or todo.params.get("what") or "").replace("_", " ").replace(".", " for ")
    blocker = Blocker(todo.reason, tuple((name, str(value)) for name, value in todo.params.items()))
    return sentence_of(blocker)


#: By what is the matter with an alarm date: the form that settles it.
_ALARM_DATE = {
    "alarm_date_unknown": ("cases.refill", "Record refill"),
    "alarm_date_unconfirmed": ("cases.confirm_alarm_date", "Second reading"),
    "alarm_date_void": ("cases.interrogation", "Record print-out"),
}


#: What is not also among the things missing for the next step.
_CLEARED_BY_REASON = frozenset(
    {
        "follow_up",
        "discrepancy",
        "end_of_service",
        "transfer",
        "catheter_out",
        "pump_call",
        "pump_after_death",
        "advisory",
        "scan_decision",
        "scan_task",
        "scan_reading",
        "drug_in_stock",
        "consent_visit",
        "consent_withdrawn",
        "time_final",
        "refill_visit",
    }
)


def _todo_link(case: OpenedCase, todo: Todo, viewer: Actor) -> Link | None:
    """The form that clears a to-do that nothing above it leads to."""
    what, _, seq = todo.subject.partition(":")
    public_id = case.head.public_id
    if todo.kind == "deviation_review" and seq.isdigit() and viewer.may(Permission.DECIDE_OUTCOME):
        return Link(label="Review", url=url_for("cases.review", public_id=public_id, seq=int(seq)))
    if todo.kind == "hold_review" and viewer.may(Permission.HOLD):
        return Link(label="Take off hold", url=url_for("cases.resume", public_id=public_id))
    if todo.kind == "alarm_date" and viewer.may(Permission.REFILL):
        endpoint, label = _ALARM_DATE[todo.reason]
        return Link(label=label, url=url_for(endpoint, public_id=public_id))
    if todo.kind == "unmarked_day" and what == "appointment" and seq.isdigit() and viewer.may(Permission.CHECK_IN):
        came = todo.reason == f"visit_still_{AppointmentState.ARRIVED}"
        endpoint, label = ("cases.complete", "Patient left") if came else ("cases.no_show", "Did not come")
        return Link(label=label, url=url_for(endpoint, public_id=public_id, appointment=int(seq)))
    if todo.kind == "refill" and todo.planned_seq is None and not case.head.is_open and viewer.may(Permission.BOOK):
        booking = refill_action(viewer, public_id, todo.params)
        return Link(label="Book refill" if booking.label == "Book" else booking.label, url=booking.url)
    action = action_for(viewer, public_id, todo.reason, todo.params)
    is_more = (todo.kind in _CLEARED_BY_REASON or todo.reason == "death_struck_out") and action.url != case_url(
        public_id
    )
    return Link(label=action.label, url=action.url) if is_more else None
