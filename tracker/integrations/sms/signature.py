"""Whether a report about a text message comes from the provider, and in time.

The scheme is Twilio's (www.twilio.com/docs/usage/security, "Validating Requests"): the address that was called, then
the name and value of each field of the form in the order of the names, through HMAC-SHA1 with the account's secret, in
base64. It binds no time, so that a report could be sent again for ever: a window after our own sending limits that.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta

#: By how much the clock of the machine that sent may be ahead of that of the one that is called.
CLOCK_SKEW = timedelta(minutes=5)
# Not urlsplit: what it puts together again may be spelled otherwise than what was signed.
_ADDRESS = re.compile(r"(?P<start>(?P<scheme>https?)://[^/?#]*?)(?P<port>:[0-9]+)?(?P<rest>([/?#].*)?)", re.DOTALL)
_PORTS = {"https": ":443", "http": ":80"}


def verify(url: str, params: Iterable[tuple[str, str]], signature: str, secret: str) -> bool:
    """Whether ``signature`` is that of a call of ``url`` with the form fields ``params``.

    ``url`` is the address as the provider was given it, with its query; a field may come more than once. The comparison
    takes the same time whatever is wrong. Without a secret nothing is genuine.
    """
    fields = "".join(name + value for name, value in sorted(set(params)))
    given = _octets(signature)
    found = [hmac.compare_digest(_signature(each + fields, secret), given) for each in _spellings(url)]
    return bool(secret) and any(found)


def is_fresh(sent_at: datetime, now: datetime, window: timedelta) -> bool:
    """Whether a report that comes ``now`` is about a message handed over at most ``window`` ago.

    One that comes before the message was sent is not, but for what two clocks may differ by.
    """
    return -CLOCK_SKEW <= now - sent_at <= window


def _signature(text: str, secret: str) -> bytes:
    return b64encode(hmac.digest(_octets(secret), _octets(text), "sha1"))


def _spellings(url: str) -> list[str]:
    """``url`` with the port and without: proxies add and drop it, and the provider signs what it called."""
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        return [url]
    start, scheme, port, rest = parts.group("start", "scheme", "port", "rest")
    return [start + rest, start + (port or _PORTS[scheme]) + rest]


def _octets(text: str) -> bytes:
    # What a stranger sends may be no Unicode text, and must be refused, not break.
    return text.encode("utf-8", "surrogatepass")
