"""Under a neutral host name patients find the pages of their links, and the provider of texts its addresses: no more.

Such a name is chosen so that whoever sees it learns nothing. What only staff use answers there as if it were not.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, request

if TYPE_CHECKING:
    from config import Settings

#: The blueprint for people and machines outside.
OUTSIDE = "replies"


def other_addresses(settings: "Settings") -> tuple[str, ...]:
    """The addresses beside the one that staff use, if there are any."""
    return tuple(each for each in (settings.reply_base_url, settings.sms_callback_base_url) if each)


def init_hosts(app: Flask, settings: "Settings") -> None:
    """Look at the host before anything else does."""
    own = urlsplit(settings.base_url).hostname
    outside = {urlsplit(each).hostname for each in other_addresses(settings)} - {own}

    def refuse_staff_pages() -> Response | None:
        is_for_outside = request.blueprint == OUTSIDE or request.endpoint == "static"
        if is_for_outside or urlsplit(request.host_url).hostname not in outside:
            return None
        # Not the usual page: its words are those of the clinic's own system.
        return Response("", 404)

    app.before_request(refuse_staff_pages)
