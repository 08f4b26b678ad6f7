"""The signal to a service outside that raises the alarm when it stays away: healthchecks.io and those like it.

Nothing is said but that the address was asked for. ``http.client`` and not a library above it: no redirect is followed
to where nobody configured, and nothing is added to the address.
"""

import http.client
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

#: Seconds to wait for the connection, and for any one part of the answer.
TIMEOUT_S = 10.0


class SignalRefused(http.client.HTTPException):
    """The service answered with something else than that it took the signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDeadManSwitch:
    """One address. Whoever knows it can keep the alarm quiet, so that it stays out of ``repr``."""

    url: str = field(repr=False)
    timeout_s: float = TIMEOUT_S

    def signal(self) -> None:
        """Ask for the address.

        :raises OSError: it was not reached, or did not answer in time
        :raises HTTPException: what it said cannot be read, or is a refusal
        """
        connection = self._connection()
        try:
            connection.request("GET", urlsplit(self.url).path or "/", headers={"Connection": "close"})
            status = connection.getresponse().status
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise SignalRefused(str(status))

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return http.client.HTTPSConnection(
                host, parts.port, timeout=self.timeout_s, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(host, parts.port, timeout=self.timeout_s)
