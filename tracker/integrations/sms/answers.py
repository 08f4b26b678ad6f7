"""What a provider of text messages answers, and what that means for a message.

Nothing it says is trusted further than it can be read: a claim of success that is not one leaves the message uncertain.
Errors carry its codes alone, because its sentences repeat the number.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tracker.domain.mail import MailError, MailRejected, MailUnavailable, MailUncertain, Receipt

#: Twilio's codes that mean this number or this text, so that another attempt would end the same
#: (www.twilio.com/docs/api/errors). Every other code is about our account, our sender or a setting: tried again, so
#: that what somebody puts right in time loses no message, and a person is told when it is too late.
FOR_GOOD: Mapping[int, str] = {
    21211: "the number is not valid",
    21217: "the number does not appear to be valid",
    21265: "the number is a short code",
    21266: "the number is our own",
    21610: "the patient has told the provider to stop",
    21614: "the number cannot take texts",
    21617: "the text is too long",
    21635: "the number is a landline",
    30004: "the number is blocked",
    30005: "nobody has the number",
    30006: "the number is a landline or cannot be reached",
}
#: About our sign-in, address or rate, whatever code stands beside it.
ABOUT_US = frozenset({401, 403, 404, 429})
#: A gateway got no good answer from behind it: what is behind may have taken the message.
FROM_BETWEEN = frozenset({502, 504})
MOVED = frozenset({301, 302, 307, 308})
#: The message was taken down, and will not be sent.
WILL_NOT_GO = frozenset({"failed", "undelivered", "canceled"})

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_STATUS = re.compile(r"[a-z_-]{1,32}", re.ASCII)


def receipt_in(status: int, body: bytes) -> Receipt:
    """The provider's receipt, from the answer to a message.

    :raises MailRejected: refused for good
    :raises MailUnavailable: it surely did not go
    :raises MailUncertain: the answer cannot be read, or comes from a gateway that does not know
    """
    answer = _object(body)
    if not 200 <= status < 300:
        raise _failure(status, _code(answer, "code"))
    name, state = _text(_NAME, answer.get("sid")), _text(_STATUS, answer.get("status"))
    if not name or not state:
        raise MailUncertain(f"{status} without a receipt")
    if state in WILL_NOT_GO:
        code = _code(answer, "error_code")
        raise (MailRejected if code in FOR_GOOD else MailUnavailable)(f"{status} {state} {code or ''}".rstrip())
    return Receipt(name)


def was_taken(status: int, body: bytes, reference: str) -> bool | None:
    """Whether a list of messages, asked for by our reference, holds one that goes; ``None`` where it does not say.

    "No" lets the message be sent again, so that it needs a list that is whole and empty, or says that all failed.
    """
    answer = _object(body)
    messages = answer.get("messages")
    if status != 200 or not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
        return None
    ours = [each for each in messages if each.get("reference") == reference]
    states = [_text(_STATUS, each.get("status")) for each in ours]
    if "" in states:
        return None
    if any(state not in WILL_NOT_GO for state in states):
        return True
    # Others' messages: the provider did not look for ours. More pages: the rest is not known.
    is_whole = len(ours) == len(messages) and not answer.get("next_page_uri")
    return False if is_whole else None


def _failure(status: int, code: int | None) -> MailError:
    said = f"{status} {code or ''}".rstrip()
    if 400 <= status < 500:
        return (MailRejected if code in FOR_GOOD and status not in ABOUT_US else MailUnavailable)(said)
    if status in MOVED or (500 <= status < 600 and status not in FROM_BETWEEN):
        return MailUnavailable(said)
    return MailUncertain(said)


def _object(body: bytes) -> Mapping[str, Any]:
    """The JSON object in ``body``; empty where there is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        # A gateway's page, half an answer or nonsense: what it means is decided by what is then missing.
        return {}
    return answer if isinstance(answer, dict) else {}


def _code(answer: Mapping[str, Any], name: str) -> int | None:
    code = answer.get(name)
    return code if isinstance(code, int) and not isinstance(code, bool) and 0 < code < 1_000_000 else None


def _text(pattern: re.Pattern[str], value: object) -> str:
    """``value`` where it is a text of that kind, else an empty one."""
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""
