"""Which models are to be implanted, as a physician ordered or agreed them."""

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.pathway.requirements.labels import ORDERS, ordered_model
from tracker.domain.words import DeviceKind, Purpose
from tracker.pathways.device_models import known_models
from tracker.services.case_file import open_case
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written


def order_devices(work: Work, ref: CaseRef, *, pump: str, catheter: str) -> Written:
    """Record the models that are to be put in; an empty one was not ordered, and leaves what was ordered before.

    :raises NotFound: where the pathway has no implant
    :raises InvalidInput: where nothing is ordered that was not ordered before
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    if Purpose.IMPLANT not in file.pathway.procedures:
        raise NotFound(ref.public_id)
    for kind, written in ((DeviceKind.PUMP, pump), (DeviceKind.CATHETER, catheter)):
        model = known_models().full_name(kind, written)
        if model and model != ordered_model(file.snapshot, kind):
            determine(file, ORDERS[kind], reason=model, purpose=Purpose.IMPLANT)
    if not file.written:
        raise InvalidInput({"pump": "Choose a pump or a catheter."})
    return file.finish("devices_ordered")
