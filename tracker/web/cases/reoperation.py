"""Reoperations: begun from the case of the pump, and recorded in the case of their own as they were really done."""

from dataclasses import replace

from flask import url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Device, Document
from tracker.domain.words import DeterminationKind
from tracker.queries.case_detail import OpenedCase, open_pumps_case
from tracker.services import reoperations
from tracker.services.work import Written
from tracker.web.cases.acting import Act, Notice, answer, missing_for, opened, path, seen_blockers
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.refill_notices import refill_notices
from tracker.web.cases.reoperation_forms import (
    BeginForm,
    CatheterRevisionForm,
    ExplantForm,
    PocketRevisionForm,
    ReplacementForm,
)
from tracker.web.cases.sentences import civil, number
from tracker.web.cases.trial import colleagues
from tracker.web.cases.words import DEVICE_WORDS, DOCUMENT_WORDS, REOPERATIONS, first_upper
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic
from tracker.web.common.database import read_session

_PURPOSE = "reoperation"


@blueprint.route(path("/reoperation"), methods=["GET", "POST"])
@permission(Permission.REOPERATE)
def begin_reoperation(public_id: str) -> ResponseReturnValue:
    """Begin a reoperation of the pump. Its refills go on in its own case."""
    case, form = opened(public_id), BeginForm()
    if case.pathway.beside:
        raise NotFound(public_id)
    act = Act(
        title="Begin a reoperation",
        submit="Begin the reoperation",
        done="reoperation begun, in a case of its own",
        lede="It becomes a case of its own beside this one. The refills go on here, and so does the to-do to replace "
        "the pump, until the new pump is in.",
        known=_devices(case),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: reoperations.begin_reoperation(work, ref, kind=form.kind.data, reason=form.reason.data),
    )


@blueprint.route(path("/replaced"), methods=["GET", "POST"])
@permission(Permission.IMPLANT)
def replaced(public_id: str) -> ResponseReturnValue:
    """Record that the pump was replaced: the old one out and the new one in, with its first fill, at once."""
    case, pumps = _both(public_id)
    form = ReplacementForm()
    form.offer_drugs(pumps.pathway)
    form.second_by.offer(colleagues(Permission.REFILL))
    act = _act(case, pumps, "replacement", "The old pump comes out and the new one goes in with this one entry.")
    act = replace(act, read=form.what_two_read)
    zone = clinic().zone
    return answer(
        case,
        form,
        act,
        lambda work, ref: reoperations.record_replacement(
            work,
            ref,
            form.operation(seen_blockers(), zone),
            pump=form.pump(),
            filling=form.filling(),
            catheter=form.catheter(),
        ),
    )


@blueprint.route(path("/catheter-revised"), methods=["GET", "POST"])
@permission(Permission.IMPLANT)
def catheter_revised(public_id: str) -> ResponseReturnValue:
    """Record that the catheter was replaced."""
    case, pumps = _both(public_id)
    form, zone = CatheterRevisionForm(), clinic().zone
    act = _act(case, pumps, "catheter_revision", "Was the pump set anew? Record that as a reading of the pump, too.")
    return answer(
        case,
        form,
        act,
        lambda work, ref: reoperations.record_catheter_revision(
            work, ref, form.operation(seen_blockers(), zone), catheter=form.new_catheter()
        ),
    )


@blueprint.route(path("/pocket-revised"), methods=["GET", "POST"])
@permission(Permission.IMPLANT)
def pocket_revised(public_id: str) -> ResponseReturnValue:
    """Record that the pocket was revised."""
    case, pumps = _both(public_id)
    form, zone = PocketRevisionForm(), clinic().zone
    act = _act(case, pumps, "pocket_revision", "Pump and catheter stay as they were.")
    return answer(
        case,
        form,
        act,
        lambda work, ref: reoperations.record_pocket_revision(work, ref, form.operation(seen_blockers(), zone)),
    )


@blueprint.route(path("/explanted"), methods=["GET", "POST"])
@permission(Permission.IMPLANT)
def explanted(public_id: str) -> ResponseReturnValue:
    """Record what was taken out, confirmed by a second person or a document."""
    case, pumps = _both(public_id)
    form, zone = ExplantForm(), clinic().zone
    form.devices.choices = [(each.device, _called(each)) for each in pumps.snapshot.devices_in_place]
    form.second_by.offer(colleagues())
    papers = pumps.snapshot.of(Document)
    form.document_seq.offer([(each.seq, f"{DOCUMENT_WORDS[each.kind]}, {civil(each.dated_on)}") for each in papers])
    act = _act(
        case,
        pumps,
        "explant",
        "With the pump its refills end, and a refill that is booked is cancelled: a second person or a document must "
        "say so. A physician watches for withdrawal.",
        is_danger=True,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: reoperations.record_explant(
            work,
            ref,
            form.operation(seen_blockers(), zone),
            devices=form.devices.data or (),
            second_by=form.second_by.data,
            document_seq=form.document_seq.data,
        ),
    )


def _both(public_id: str) -> tuple[OpenedCase, OpenedCase]:
    """The reoperation and the case of its pump.

    :raises NotFound: where the case is no reoperation
    """
    case = opened(public_id)
    return case, open_pumps_case(read_session(), actor(), case)


def _act(case: OpenedCase, pumps: OpenedCase, kind: str, lede: str, *, is_danger: bool = False) -> Act:
    decided = case.snapshot.determination(DeterminationKind.REOPERATION)
    words = REOPERATIONS[kind]
    known = [("Decided", f"{REOPERATIONS[decided.value]}: {decided.reason}")] if decided else []
    pumps_url = url_for("cases.show", public_id=pumps.head.public_id)

    def after(_written: Written) -> list[Notice]:
        text = "Pump, fills and refill dates stand in the case of the pump."
        return [Notice(text=text, link_url=pumps_url, link_text="Open it"), *refill_notices(pumps)]

    return Act(
        title=first_upper(words),
        submit=f"Record the {words}",
        done=words,
        lede=lede,
        treats=True,
        known=[*known, *_devices(pumps)],
        missing=missing_for(case, _PURPOSE),
        correct=-1,
        is_danger=is_danger,
        after=after,
    )


def _devices(pumps: OpenedCase) -> list[tuple[str, str]]:
    """What is in the patient, to compare with; nothing of it is copied into a form."""
    found = [(first_upper(DEVICE_WORDS[each.kind]), _label(each)) for each in pumps.snapshot.devices_in_place]
    return found or [("Pump", "none is recorded as in place")]


def _called(device: Device) -> str:
    return f"{first_upper(DEVICE_WORDS[device.kind])}: {_label(device)}"


def _label(device: Device) -> str:
    reservoir = f"{number(device.reservoir_ml)} mL" if device.reservoir_ml else ""
    serial = f"serial {device.serial}" if device.serial else ""
    placed = f"placed {civil(device.placed_on)}" if device.placed_on else ""
    return ", ".join(each for each in (device.model, serial, reservoir, placed) if each)
