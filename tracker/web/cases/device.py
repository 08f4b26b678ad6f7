"""Devices before they are in: the models ordered, a label read or a device set aside, and what a scanned label says."""

from datetime import date

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.dates import in_words
from tracker.domain.facts import DeviceLabel
from tracker.domain.labels.label import read_label as read
from tracker.domain.labels.reading import Reading, UnreadableLabel
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.labels import DevicesFit, ordered_model
from tracker.domain.pathway.wording import sentence_of
from tracker.domain.words import DeviceKind, LabelUse
from tracker.pathways.device_models import known_models
from tracker.queries.case_detail import OpenedCase
from tracker.queries.device_models import model_of
from tracker.services import device_labels, device_orders
from tracker.services.work import Written
from tracker.web.cases.acting import Act, Notice, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.device_forms import READ_LABEL_FORMS, DeviceOrderForm
from tracker.web.cases.sentences import number
from tracker.web.common.access import permission
from tracker.web.common.current import actor, today
from tracker.web.common.database import read_session

_ANY_KIND = "<any(pump, catheter):kind>"


@blueprint.route(path("/order-devices"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def order_devices(public_id: str) -> ResponseReturnValue:
    """Record which pump and which catheter are to be put in."""
    case, form = opened(public_id), DeviceOrderForm()
    act = Act(
        title="Devices ordered",
        submit="Record the order",
        done="devices ordered",
        known=ordered(case),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: device_orders.order_devices(work, ref, pump=form.pump.data, catheter=form.catheter.data),
    )


@blueprint.route(path(f"/device-label/{_ANY_KIND}"), methods=["GET", "POST"])
@permission(Permission.IMPLANT)
def device_label(public_id: str, kind: str) -> ResponseReturnValue:
    """Record the label of a device before it is opened, or of one that was opened and not used."""
    case, form = opened(public_id), READ_LABEL_FORMS[kind]()
    act = Act(
        title=f"Label of a {kind}",
        submit="Record the label",
        done=f"label of a {kind}",
        lede="Before it is opened: one that is out of date, or another model than ordered, is a hard stop.",
        known=ordered(case),
        after=lambda written: _stops(case, written),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: device_labels.record_label(
            work, ref, kind=kind, part=form.part(), use=form.use.data or "", reason=form.reason.data
        ),
    )


def ordered(case: OpenedCase) -> list[tuple[str, str]]:
    """Which devices are to be put in, to compare with; nothing of it is copied into a form."""
    kinds = (("Pump ordered", DeviceKind.PUMP), ("Catheter ordered", DeviceKind.CATHETER))
    return [(label, ordered_model(case.snapshot, kind) or "none") for label, kind in kinds]


def _stops(case: OpenedCase, written: Written) -> list[Notice]:
    """What the label forbids, said at once and to everybody in the room."""
    label = next(fact for fact in written.facts if isinstance(fact, DeviceLabel))
    if label.use != LabelUse.READ:
        return []
    return [Notice(text=_stop(each)) for each in _forbidden(case, label.kind, label.model, label.expires_on)]


def _forbidden(case: OpenedCase, kind: str, model: str, expires_on: date | None) -> tuple[Blocker, ...]:
    device, day = DeviceKind(kind), case.snapshot.day_of("implant") or today()
    return DevicesFit().unfit(device, model, expires_on, ordered_model(case.snapshot, device), max(day, today()))


def _stop(blocker: Blocker) -> str:
    return f"Stop, do not open it. {sentence_of(blocker)}."


@blueprint.route(path(f"/read-label/{_ANY_KIND}"), methods=["POST"])
@permission(Permission.IMPLANT)
def read_label(public_id: str, kind: str) -> ResponseReturnValue:
    """Say what a label says, for the fields below it. Nothing is recorded: that is done when the form is sent."""
    case, label = opened(public_id), request.form.get("label", "")
    try:
        reading = read(label, today())
    except UnreadableLabel as refusal:
        return jsonify({"fields": {}, "said": refusal.sentence, "stops": [], "is_whole": False})
    model = model_of(read_session(), actor().clinic_id, kind, reading.device_identifier)
    known = {"device_expired"} | ({"device_differs"} if model else set())
    stops = [each for each in _forbidden(case, kind, model, reading.expires_on) if each.code in known]
    return jsonify(
        {
            "fields": _fields(kind, reading, model),
            "said": _said(reading, model),
            "stops": [_stop(each) for each in stops],
            "is_whole": bool(reading.device_identifier and reading.names_the_piece),
        }
    )


def _fields(kind: str, reading: Reading, model: str) -> dict[str, str]:
    """What to fill in, by the name of the field."""
    entry = known_models().written(kind, model)
    values = {
        "model": model,
        "serial": reading.serial,
        "lot": reading.lot,
        "expires_on": reading.expires_on.isoformat() if reading.expires_on else "",
        "manufacturer": entry.manufacturer if entry else "",
        "reservoir_ml": number(entry.reservoir_ml) if entry and entry.reservoir_ml else "",
    }
    return {f"{kind}_{name}": value for name, value in values.items() if value}


def _said(reading: Reading, model: str) -> str:
    if reading == Reading():
        return ""
    named = model or ("a model that is not known here: choose it" if reading.device_identifier else "")
    parts = (
        named,
        f"serial {reading.serial}" if reading.serial else "",
        f"lot {reading.lot}" if reading.lot else "",
        f"to be used until {in_words(reading.expires_on)}" if reading.expires_on else "",
    )
    more = "" if reading.names_the_piece else " Scan the second code of this label too."
    return f"Read: {', '.join(part for part in parts if part)}.{more}"
