"""Visits of a case: booked, moved, confirmed, arrived, completed, missed, cancelled, put back."""

from datetime import timedelta
from functools import partial

from flask import request
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Appointment
from tracker.domain.final_times import arrival_wall
from tracker.domain.words import MomentKind, Purpose
from tracker.queries.case_detail import OpenedCase, list_names
from tracker.queries.clinic import get_settings, list_clinicians, list_rooms
from tracker.services import appointments
from tracker.services.final_times import mark_time_final
from tracker.services.visit_day import record_moment
from tracker.services.visit_losses import may_be_broken_off
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.consent_notices import consent_notices
from tracker.web.cases.opened_fields import known_labels
from tracker.web.cases.refill_days import chosen_day, latest_date, overbooked, refill_days
from tracker.web.cases.sentences import wall
from tracker.web.cases.stay_forms import ask_loss
from tracker.web.cases.visit_forms import (
    ArriveForm,
    BookForm,
    BookOnDayForm,
    BreakOffForm,
    CancelForm,
    CompleteForm,
    ConfirmForm,
    MoveForm,
    NoShowForm,
    ReinstateForm,
    SlotForm,
    TimeFinalForm,
    instant_of,
)
from tracker.web.cases.words import PURPOSE_WORDS, VISIT_STATES
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic
from tracker.web.common.database import read_session

_VISIT = "/visit/<seq:appointment>"


def find_visit(case: OpenedCase, appointment: int) -> Appointment:
    """A visit of the case as it stands.

    :raises NotFound: if there is none
    """
    for visit in case.snapshot.of(Appointment):
        if visit.appointment == appointment:
            return visit
    raise NotFound(str(appointment))


def _called(visit: Appointment) -> str:
    word = PURPOSE_WORDS[visit.purpose] if actor().may(Permission.SEE_CLINICAL) else "visit"
    return f"{word} of {wall(visit.wall)}"


def known_of(visit: Appointment) -> list[tuple[str, str]]:
    """The visit as it stands, with its room and person also where nobody can choose them any more."""
    found = [("Visit", _called(visit)), ("State", VISIT_STATES[visit.state])]
    where = list_names(
        read_session(), actor(), clinicians=filter(None, [visit.clinician_id]), rooms=filter(None, [visit.room_id])
    )
    found += [("Room", name) for name in where.rooms.values()]
    return found + [("With", name) for name in where.clinicians.values()]


def offer_places(form: SlotForm) -> None:
    session, clinic_id = read_session(), clinic().id
    form.room_id.offer([(each.id, each.name) for each in list_rooms(session, clinic_id) if each.is_active])
    form.clinician_id.offer([(each.id, each.name) for each in list_clinicians(session, clinic_id) if each.is_active])


def _usual_wait() -> timedelta:
    return timedelta(minutes=get_settings(read_session(), clinic().id).arrive_minutes_before)


def _book_form() -> BookForm:
    day = chosen_day()
    if day is None:
        return BookForm()
    form = BookOnDayForm()
    form.put_on(day)
    return form


@blueprint.route(path("/book-visit"), methods=["GET", "POST"])
@permission(Permission.BOOK)
def book_visit(public_id: str) -> ResponseReturnValue:
    """Book a visit. ``?purpose=`` says what for, from the link that was followed; ``?on=`` the day that was chosen
    among those which have room for a refill."""
    case, form = opened(public_id), _book_form()
    form.offer_purposes(case.pathway)
    form.offer_final(case.pathway.final_times)
    offer_places(form)
    if not form.is_submitted() and request.args.get("purpose", "") in case.pathway.visit_purposes:
        form.purpose.data = request.args["purpose"]
    word = PURPOSE_WORDS.get(form.purpose.data or "", "visit")
    may_be_refill = Purpose.REFILL in case.pathway.visit_purposes
    is_refill = form.purpose.data == Purpose.REFILL and may_be_refill
    act = Act(
        title=f"Book the {word}",
        submit=f"Book the {word}",
        done=f"{word} booked",
        known=latest_date(case) if may_be_refill and form.purpose.data in (None, "", Purpose.REFILL) else (),
        days=refill_days(case) if is_refill else None,
        after=lambda _written: (*(overbooked(form.begins.date()) if is_refill else ()), *consent_notices(case)),
    )
    wait = _usual_wait()
    return answer(
        case,
        form,
        act,
        lambda work, ref: appointments.book(
            work,
            ref,
            purpose=form.purpose.data,
            slot=form.slot(wait),
            entered_late=form.entered_late.data,
            is_final=form.says_final,
        ),
    )


@blueprint.route(path(_VISIT + "/move"), methods=["GET", "POST"])
@permission(Permission.BOOK)
def move(public_id: str, appointment: int) -> ResponseReturnValue:
    """Move a visit. Where it is now is filled in; the new day is asked."""
    case, form = opened(public_id), MoveForm()
    visit = find_visit(case, appointment)
    form.offer_final(case.pathway.final_times & {visit.purpose})
    offer_places(form)
    if not form.is_submitted():
        form.room_id.data, form.clinician_id.data = visit.room_id, visit.clinician_id
        form.minutes.data = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    word = PURPOSE_WORDS[visit.purpose]
    act = Act(
        title=f"Move the {word}",
        submit=f"Move the {word}",
        done=f"{word} moved; the patient must confirm again",
        known=lambda: [*known_of(visit), *(latest_date(case) if visit.purpose == Purpose.REFILL else ())],
        after=lambda _written: consent_notices(case),
    )
    wait = _usual_wait()
    return answer(
        case,
        form,
        act,
        lambda work, ref: appointments.move(
            work,
            ref,
            appointment=appointment,
            slot=form.slot(wait),
            reason=form.reason.data,
            entered_late=form.entered_late.data,
            is_final=form.says_final,
        ),
    )


@blueprint.route(path(_VISIT + "/time-final"), methods=["GET", "POST"])
@permission(Permission.BOOK)
def time_final(public_id: str, appointment: int) -> ResponseReturnValue:
    """Say that the time at which the patient arrives is final."""
    case, form = opened(public_id), TimeFinalForm()
    visit = find_visit(case, appointment)
    arrival = wall(arrival_wall(visit, case.snapshot.calendar))
    act = Act(
        title=f"Arrival {arrival}: is it final?",
        submit="The time is final",
        done=f"arrival {arrival} is final",
        lede="Until now messages told the day alone. From now on they tell the time; who was told the day hears it.",
        known=partial(known_of, visit),
    )
    return answer(case, form, act, lambda work, ref: mark_time_final(work, ref, appointment=appointment))


@blueprint.route(path(_VISIT + "/confirm"), methods=["GET", "POST"])
@permission(Permission.BOOK)
def confirm(public_id: str, appointment: int) -> ResponseReturnValue:
    """Record that the patient will come."""
    case, form = opened(public_id), ConfirmForm()
    visit = find_visit(case, appointment)
    act = Act(
        title="The patient confirmed",
        submit="Record as confirmed",
        done="visit confirmed",
        known=partial(known_of, visit),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: appointments.confirm(work, ref, appointment=appointment, how=form.how.data),
    )


@blueprint.route(path(_VISIT + "/arrive"), methods=["GET", "POST"])
@permission(Permission.CHECK_IN)
def arrive(public_id: str, appointment: int) -> ResponseReturnValue:
    """Record that the patient is here."""
    case, form = opened(public_id), ArriveForm()
    visit = find_visit(case, appointment)
    act = Act(
        title="The patient is here", submit="Mark as arrived", done="patient arrived", known=lambda: known_of(visit)
    )
    zone = clinic().zone
    return answer(
        case,
        form,
        act,
        lambda work, ref: appointments.arrive(
            work, ref, appointment=appointment, arrived_at=instant_of(form.arrived_at.data, zone)
        ),
    )


@blueprint.route(path(_VISIT + "/complete"), methods=["GET", "POST"])
@permission(Permission.CHECK_IN)
def complete(public_id: str, appointment: int) -> ResponseReturnValue:
    """Record that the patient has left, which ends the visit."""
    case, form = opened(public_id), CompleteForm()
    visit = find_visit(case, appointment)
    act = Act(
        title="The patient leaves",
        submit="Record that the patient left",
        done="the patient has left",
        lede="Whether the patient may go, a nurse says. That they have left, whoever sees it records.",
        known=partial(known_of, visit),
    )
    zone = clinic().zone
    return answer(
        case,
        form,
        act,
        lambda work, ref: record_moment(
            work,
            ref,
            appointment=appointment,
            kind=MomentKind.DISCHARGED,
            happened_at=instant_of(form.happened_at.data, zone),
        ),
    )


@blueprint.route(path(_VISIT + "/no-show"), methods=["GET", "POST"])
@permission(Permission.CHECK_IN)
def no_show(public_id: str, appointment: int) -> ResponseReturnValue:
    """Record that the patient did not come, why, and who tells them about medicines that were held."""
    case, form = opened(public_id), NoShowForm()
    visit = find_visit(case, appointment)
    ask_loss(case, visit, form)
    act = Act(
        title="The patient did not come",
        submit="Record as not come",
        done="the patient did not come",
        lede="The case goes back to where the next date is made. The visit can be put back.",
        known=partial(known_of, visit),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: appointments.no_show(
            work,
            ref,
            appointment=appointment,
            reason=form.reason.data,
            not_before=form.not_before_at(),
            loss=form.loss(),
        ),
    )


@blueprint.route(path(_VISIT + "/cancel"), methods=["GET", "POST"])
@permission(Permission.BOOK)
def cancel(public_id: str, appointment: int) -> ResponseReturnValue:
    """Cancel or postpone a visit."""
    case = opened(public_id)
    visit = find_visit(case, appointment)
    may_have_begun = actor().may(Permission.SEE_CLINICAL) and may_be_broken_off(visit)
    form = BreakOffForm() if may_have_begun else CancelForm()
    ask_loss(case, visit, form)
    word = PURPOSE_WORDS[visit.purpose]
    act = Act(
        title=f"Cancel or postpone the {word}",
        submit=f"Cancel the {word}",
        done=f"{word} cancelled",
        lede="For another day, move it instead. Reminders for this date stop at once.",
        known=lambda: [*known_of(visit), *(known_labels(case, visit) if may_have_begun else ())],
        is_danger=True,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: appointments.cancel(
            work,
            ref,
            appointment=appointment,
            reason=form.reason.data,
            not_before=form.not_before_at(),
            loss=form.loss(),
        ),
    )


@blueprint.route(path(_VISIT + "/reinstate"), methods=["GET", "POST"])
@permission(Permission.CORRECT)
def reinstate(public_id: str, appointment: int) -> ResponseReturnValue:
    """Put back a visit that was marked arrived, missed or cancelled by mistake."""
    case, form = opened(public_id), ReinstateForm()
    visit = find_visit(case, appointment)
    act = Act(
        title="Put the visit back",
        submit="Put it back",
        done="visit put back as booked",
        lede="It stands as booked again, and the patient must confirm again. The step that was taken does not move.",
        known=partial(known_of, visit),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: appointments.reinstate(work, ref, appointment=appointment, reason=form.reason.data),
    )
