"""Labels of devices in the room: read before a device is opened, or of one that was opened and not used.

What the label forbids is said at once and stops the next step; the record of what was read is never refused.
"""

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import DeviceLabel
from tracker.domain.words import DeviceKind, LabelUse, is_word
from tracker.services.case_file import CaseFile, open_case
from tracker.services.device_parts import Component, read_part
from tracker.services.work import CaseRef, Work, Written

#: What is implanted; a catheter of the trial has no label of its own here.
KINDS = (DeviceKind.PUMP, DeviceKind.CATHETER)


def record_label(work: Work, ref: CaseRef, *, kind: str, part: Component, use: str, reason: str = "") -> Written:
    """Record the label of a device that is to be put in, or was opened and not used.

    :raises NotFound: where the pathway has no implant, or for another kind of device
    :raises InvalidInput: for a label that says nothing, contradicts what was typed, or is of no known model; and for
        one that was not used without a reason
    :raises AskedBack: for a label that cannot be read
    """
    file = open_case(work, ref, Permission.IMPLANT)
    if "implant" not in file.pathway.procedures or kind not in KINDS:
        raise NotFound(kind)
    read = read_part(file, DeviceKind(kind), part)
    problems: dict[str, str] = {}
    if not is_word(use, LabelUse):
        problems["use"] = "Say whether it is to be put in."
    if use == LabelUse.NOT_USED and not reason.strip():
        problems["reason"] = "Say why it was not used."
    if not read.model:
        problems[f"{kind}_model"] = "Choose the model, or write it down."
    if not (read.serial or read.lot):
        problems[f"{kind}_serial"] = "Scan the label, or write down the serial number or the lot."
    if problems:
        raise InvalidInput(problems)
    write_label(file, DeviceKind(kind), read, LabelUse(use), reason)
    return file.finish("device_label_recorded", use=use)


def write_label(file: CaseFile, kind: DeviceKind, read: Component, use: LabelUse, reason: str) -> DeviceLabel:
    """Write the label of a part that was read (``read_part``) into the case of its pump."""
    return file.record(
        DeviceLabel,
        attempt=file.snapshot.implant_attempt,
        use=use,
        kind=kind,
        model=read.model,
        scanned=read.udi,
        device_identifier=read.device_identifier,
        serial=read.serial,
        lot=read.lot,
        expires_on=read.expires_on,
        made_on=read.made_on,
        reason=reason.strip(),
    )
