"""What the label of a drug says, for the fields of the form that it is scanned into."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.dates import in_words
from tracker.domain.labels.label import read_label
from tracker.domain.labels.reading import Reading, UnreadableLabel
from tracker.web.cases.acting import opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import today


@blueprint.route(path("/read-label/drug"), methods=["POST"])
@permission(Permission.GIVE_DOSE)
def read_drug_label(public_id: str) -> ResponseReturnValue:
    """Say what the label of a drug says, for the fields below it. Nothing is recorded: that is done with the form."""
    opened(public_id)
    try:
        reading = read_label(request.form.get("label", ""), today())
    except UnreadableLabel as refusal:
        return jsonify({"fields": {}, "said": refusal.sentence, "stops": [], "is_whole": False})
    fields = {"lot": reading.lot, "expires_on": reading.expires_on.isoformat() if reading.expires_on else ""}
    expired_on = reading.expires_on if reading.expires_on and reading.expires_on < today() else None
    return jsonify(
        {
            "fields": {name: value for name, value in fields.items() if value},
            "said": _said(reading),
            "stops": [f"Stop: this expired on {in_words(expired_on)}."] if expired_on else [],
            "is_whole": bool(reading.lot and reading.expires_on),
        }
    )


def _said(reading: Reading) -> str:
    if reading == Reading():
        return ""
    if not (reading.lot or reading.expires_on):
        return "It says neither lot nor expiry. Scan the second code of this label, or type them."
    parts = (
        f"lot {reading.lot}" if reading.lot else "",
        f"to be used until {in_words(reading.expires_on)}" if reading.expires_on else "",
    )
    return f"Read: {', '.join(part for part in parts if part)}. Which drug and strength it is, read for yourself."
