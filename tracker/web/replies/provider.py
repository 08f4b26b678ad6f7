"""What the provider of texts hands over: texts that came in, and reports about those that went out.

Its signature says that it is the provider; the secret is the account's. A report is taken for some days after its
message was begun, a text once by the provider's number for it, so that nothing can be sent again to any effect.
"""

from flask import Response, request
from flask.typing import ResponseReturnValue
from markupsafe import escape

from tracker.integrations.sms.choice import CALLBACK_PATH
from tracker.integrations.sms.signature import is_fresh, verify
from tracker.services.delivering.reports import Kept, record_report
from tracker.services.replying.texts import InboundText, receive_text
from tracker.web.common.access import signed_by_provider
from tracker.web.common.current import now, runtime
from tracker.web.common.database import writing
from tracker.web.common.forms import as_sent, take_without_unstorable
from tracker.web.replies.routes import blueprint

#: No number for a message, no telephone number and no state is longer.
LONGEST_NAME = 64
_STATUS = {Kept.TAKEN: 204, Kept.UNKNOWN: 404, Kept.STALE: 410}


@blueprint.post("/sms/replies")
@signed_by_provider
def text() -> ResponseReturnValue:
    """Take in a text, and say what it is answered with."""
    if not _is_genuine():
        return Response("", 401)
    take_without_unstorable()
    provider_id, sender = request.form.get("MessageSid", ""), request.form.get("From", "")
    if not provider_id or not sender or max(len(provider_id), len(sender)) > LONGEST_NAME:
        return Response("", 400)
    # From our own number it would be an answer to an answer.
    said = "" if sender == runtime().settings.sms_sender else _received(provider_id, sender)
    message = f"<Message>{escape(said)}</Message>" if said else ""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return Response(body, content_type="text/xml; charset=utf-8")


def _received(provider_id: str, sender: str) -> str:
    inbound = InboundText(
        provider_id=provider_id,
        sender=sender,
        text=request.form.get("Body", ""),
        is_ended_there=request.form.get("OptOutType", "").upper() == "STOP",
        has_picture=request.form.get("NumMedia", "0") not in {"", "0"},
    )
    with writing() as session:
        return receive_text(session, inbound, now=now(), ids=runtime().ids)


@blueprint.post(f"{CALLBACK_PATH}/<reference>")
@signed_by_provider
def report(reference: str) -> ResponseReturnValue:
    """Keep what became of a message of ours."""
    if not _is_genuine():
        return Response("", 401)
    take_without_unstorable()
    status = request.form.get("MessageStatus", "")
    if not status or len(status) > LONGEST_NAME:
        return Response("", 400)
    with writing() as session:
        kept = record_report(
            session, reference=reference, status=status, error=request.form.get("ErrorCode", "")[:LONGEST_NAME],
            fresh=is_fresh, now=now(), ids=runtime().ids,
        )  # fmt: skip
    return Response("", _STATUS[kept])


def _is_genuine() -> bool:
    """Whether the provider signed the very address that it was given, and these fields."""
    settings = runtime().settings
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    address = f"{settings.sms_callback_base_url or settings.base_url}{request.path}{query}"
    return verify(address, as_sent(), request.headers.get("X-Twilio-Signature", ""), settings.sms_secret)
