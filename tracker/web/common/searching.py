"""What somebody looks for: a name or a birth date, which no address and no log may hold.

The text is posted and comes back in the address sealed with the deployment's key, so that the page can be turned back
to, shown again and opened in two tabs, and the address says nothing to anybody else.
"""

from cryptography.fernet import InvalidToken
from flask import request

from tracker.web.common.sealing import box

LONGEST_TEXT = 200
_USE = "what was looked for"


def sealed(text: str) -> str:
    """What stands in the address for a text that was typed; empty for none."""
    text = text.strip()[:LONGEST_TEXT]
    return box(_USE).encrypt(text.encode()).decode() if text else ""


def looked_for() -> str:
    """The text that this address stands for; empty where it is none of ours."""
    try:
        return box(_USE).decrypt(request.args.get("q", "").encode()).decode()
    except InvalidToken:
        return ""
