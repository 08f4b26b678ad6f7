"""The pump of a case: implanted, refilled, its alarm date read twice, its next refill planned, taken out."""

from datetime import date, datetime
from typing import TypeGuard

from flask import url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.checklists.run import standing_answers
from tracker.domain.errors import NotFound
from tracker.domain.facts import ChecklistItem, Document, Fill
from tracker.domain.obligations.device_life import is_discrepant
from tracker.domain.pathway.alarm_date import computed_left
from tracker.domain.pathway.engine import refill_blockers
from tracker.domain.words import DocumentKind, FillKind, ItemState, Purpose
from tracker.queries.case_detail import OpenedCase
from tracker.services import implants, pumps, refills
from tracker.services.work import Written
from tracker.web.cases.acting import Act, Notice, answer, missing_for, opened, path, seen_blockers
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.device import ordered
from tracker.web.cases.opened_fields import known_labels
from tracker.web.cases.pump_forms import (
    FillingForm,
    ImplantForm,
    RefillForm,
    RefillPlanForm,
    RemoveDeviceForm,
    SecondReadingForm,
)
from tracker.web.cases.refill_notices import refill_notices
from tracker.web.cases.sentences import civil, number
from tracker.web.cases.trial import colleagues
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.words import DEVICE_WORDS, DOCUMENT_WORDS, OUTCOME_WORDS, first_upper
from tracker.web.common.access import permission
from tracker.web.common.current import clinic, now, today
from tracker.web.common.filters import at


def _ground(case: OpenedCase) -> list[tuple[str, str]]:
    """What the implant relies on, named before it is recorded."""
    outcome = case.snapshot.standing_positive
    consent, authorization = case.snapshot.consent("implant"), case.snapshot.authorization("implant")
    return [
        ("Trial", f"{OUTCOME_WORDS[outcome.value]}, {at(outcome.effective_at)}" if outcome else "no positive trial"),
        ("Consent", f"signed {civil(consent.signed_on)}" if consent and consent.state == "signed" else "none"),
        ("Prior auth", f"{authorization.number or authorization.state}" if authorization else "none"),
    ]


def _pump(case: OpenedCase) -> list[tuple[str, str]]:
    """The pump in place and its last fill, to compare with; nothing of it is copied into the form."""
    pump, fill = case.snapshot.pump, case.snapshot.last_fill
    if pump is None:
        return [("Pump", "none is recorded as in place")]
    reservoir = f", {number(pump.reservoir_ml)} mL" if pump.reservoir_ml else ""
    found = [("Pump", f"{pump.model}{reservoir}{', serial ' + pump.serial if pump.serial else ''}")]
    if fill is not None:
        found += [("Last filled", at(fill.effective_at)), ("Its alarm date", civil(fill.alarm_on))]
    return found


def _show_what_two_read(case: OpenedCase, purpose: Purpose, form: FillingForm) -> None:
    """Put in the lot that two people read from this very vial for the checklist, and who the second was. So with the
    expiry; what one person read is read again.

    The PIN is asked again: now they confirm drug and concentration as they are typed here.
    """
    visit = case.snapshot.visit(purpose)
    if form.is_submitted() or visit is None:
        return
    rules = {
        each.value: each.key for each in case.pathway.checklists.get(purpose, ()) if each.value in ("lot", "expiry")
    }
    given = standing_answers(case.snapshot.of(ChecklistItem), visit, case.snapshot.calendar)
    lot, expiry = given.get(rules.get("lot", "")), given.get(rules.get("expiry", ""))
    if _is_read_by_two(lot):
        form.lot.data, form.lot.description = (
            lot.value,
            f"As two read it for the checklist, {at(lot.effective_at)[-5:]}.",
        )
        form.second_by.data = lot.second_by
    if _is_read_by_two(expiry):
        form.expires_on.data = date.fromisoformat(expiry.value)


def _is_read_by_two(answer: ChecklistItem | None) -> TypeGuard[ChecklistItem]:
    return answer is not None and answer.state == ItemState.DONE and answer.second_by is not None


@blueprint.route(path("/implant"), methods=["GET", "POST"])
@permission(Permission.IMPLANT)
def implant(public_id: str) -> ResponseReturnValue:
    """Record the permanent pump, by the book or as a deviation."""
    case, form = opened(public_id), ImplantForm()
    form.offer_drugs(case.pathway)
    form.second_by.offer(colleagues(Permission.REFILL))
    _show_what_two_read(case, Purpose.IMPLANT, form)
    act = Act(
        title="Record the implant",
        submit="Record the implant",
        done=form.what_was_recorded,
        treats=True,
        known=[*_ground(case), *ordered(case), *known_labels(case, case.snapshot.visit(Purpose.IMPLANT))],
        missing=missing_for(case, Purpose.IMPLANT),
        correct=-1,
        look=lambda work, ref: implants.look_at_implant(
            work, ref, form.implanted(seen_blockers()), unread=form.unread(), implanted_at=_implanted_at(form)
        ),
        read=form.what_two_read,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: implants.record_implant(
            work, ref, form.implanted(seen_blockers()), implanted_at=_implanted_at(form)
        ),
    )


def _implanted_at(form: ImplantForm) -> datetime | None:
    """When the implant took place; ``None``: now."""
    return instant_of(form.implanted_at.data, clinic().zone)


@blueprint.route(path("/refill"), methods=["GET", "POST"])
@permission(Permission.REFILL)
def refill(public_id: str) -> ResponseReturnValue:
    """Record a refill. A visit of this day is completed with it; the next refill is due at once."""
    case, form = opened(public_id), RefillForm()
    form.offer_drugs(case.pathway)
    form.second_by.offer(colleagues(Permission.REFILL))
    form.residual_expected_ml.description = _expected(case)
    _show_what_two_read(case, Purpose.REFILL, form)
    act = Act(
        title="Record a refill",
        submit="Record the refill",
        done="refill",
        treats=True,
        known=_pump(case),
        read=form.what_two_read,
        missing=refill_blockers(case.pathway, case.snapshot, now()),
        after=lambda written: _after_refill(case, written),
    )
    zone = clinic().zone
    visit = _visit_of(case, form) if form.is_submitted() else None
    return answer(
        case,
        form,
        act,
        lambda work, ref: refills.record_refill(
            work,
            ref,
            form.filling(
                residual_expected_ml=form.residual_expected_ml.data,
                residual_aspirated_ml=form.residual_aspirated_ml.data,
            ),
            kind=FillKind(form.kind.data),
            appointment=visit,
            filled_at=instant_of(form.filled_at.data, zone),
            deviation_reason=form.deviation_reason.data,
            deviation_seen=seen_blockers(),
            printout=form.printout.data if form.kind.data == FillKind.ELSEWHERE else "",
        ),
    )


def _expected(case: OpenedCase) -> str:
    """What arithmetic says is left, beside the field and never in it: the programmer's figure is asked for."""
    pump = case.snapshot.pump
    left_ml = computed_left(case.snapshot, pump.device, today()) if pump else None
    if left_ml is None:
        return "As the programmer says. Arithmetic cannot say: a figure of the last fill is missing."
    return f"As the programmer says. Arithmetic says about {left_ml:.1f} mL today."


def _after_refill(case: OpenedCase, written: Written) -> list[Notice]:
    """An aspirate that a physician must look at, and the print-out that is still missing."""
    pump, found = case.snapshot.pump, []
    fill = next(fact for fact in written.facts if isinstance(fact, Fill))
    if is_discrepant(case.pathway, fill, pump.reservoir_ml if pump else None):
        text = (
            f"{number(fill.residual_aspirated_ml)} mL were taken out, {number(fill.residual_expected_ml)} mL were "
            "expected: a physician must look at it. The to-do is there."
        )
        found.append(Notice(text=text))
    if fill.kind == FillKind.ELSEWHERE and not any(isinstance(fact, Document) for fact in written.facts):
        url = url_for("cases.document", public_id=written.public_id, kind=DocumentKind.PROGRAMMER_PRINTOUT)
        text = "The print-out of the clinic that filled the pump is not among the documents yet."
        found.append(Notice(text=text, link_url=url, link_text="Attach it"))
    return found


def _visit_of(case: OpenedCase, form: RefillForm) -> int | None:
    """The booked visit that a refill done here belongs to: the one of the same day."""
    visit = case.snapshot.booked(Purpose.REFILL)
    filled_on = form.filled_at.data.date() if form.filled_at.data else today()
    if visit is None or form.kind.data != FillKind.REFILL or visit.wall[:10] != filled_on.isoformat():
        return None
    return visit.appointment


@blueprint.route(path("/confirm-alarm-date"), methods=["GET", "POST"])
@permission(Permission.REFILL)
def confirm_alarm_date(public_id: str) -> ResponseReturnValue:
    """Read the print-out as a second person. The recorded date is not shown, so that it is read and not copied."""
    case, form = opened(public_id), SecondReadingForm()
    act = Act(
        title="Second reading of the alarm date",
        submit="Confirm the date",
        done="alarm date confirmed",
        lede="The recorded date is later than arithmetic allows. Read the print-out and type what stands there.",
        known=_pump(case)[:2],
    )
    return answer(case, form, act, lambda work, ref: refills.confirm_alarm_date(work, ref, alarm_on=form.alarm_on.data))


@blueprint.route(path("/refill-plan"), methods=["GET", "POST"])
@permission(Permission.PLAN_REFILL)
def refill_plan(public_id: str) -> ResponseReturnValue:
    """Record who does what by when, where the refill cannot be booked now."""
    case, form = opened(public_id), RefillPlanForm()
    act = Act(
        title="Plan for the refill",
        submit="Record the plan",
        done="plan for the refill",
        lede="Only where it cannot be booked now. The refill stays to be booked until its latest date.",
        known=_pump(case),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: refills.plan_refill(work, ref, until_on=form.until_on.data, plan=form.plan.data),
    )


@blueprint.route(path("/device/<seq:device>/remove"), methods=["GET", "POST"])
@permission(Permission.IMPLANT)
def remove_device(public_id: str, device: int) -> ResponseReturnValue:
    """Record that a device was taken out, confirmed by a second person or a document."""
    case, form = opened(public_id), RemoveDeviceForm()
    part = next((each for each in case.snapshot.devices_in_place if each.device == device), None)
    if part is None:
        raise NotFound(str(device))
    form.second_by.offer(colleagues())
    documents = case.snapshot.of(Document)
    form.document_seq.offer([(each.seq, f"{DOCUMENT_WORDS[each.kind]}, {civil(each.dated_on)}") for each in documents])
    name = DEVICE_WORDS[part.kind]
    act = Act(
        title=f"{first_upper(name)} taken out",
        submit=f"Record that the {name} is out",
        done=f"{name} taken out",
        lede="With the pump its refills end, and a refill that is booked is cancelled: a second person or a document "
        "must say so.",
        known=[("Device", f"{part.model}{', serial ' + part.serial if part.serial else ''}")],
        is_danger=True,
        after=lambda _written: refill_notices(case),
    )
    zone = clinic().zone
    return answer(
        case,
        form,
        act,
        lambda work, ref: pumps.remove_device(
            work,
            ref,
            device=device,
            second_by=form.second_by.data,
            document_seq=form.document_seq.data,
            removed_at=instant_of(form.removed_at.data, zone),
        ),
    )
