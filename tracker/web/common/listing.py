"""What every list page does: read its page and filters from the address, link to the next page, record who looked."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import request, url_for

from tracker.services.access_log import record_view
from tracker.web.common.current import actor, now, runtime
from tracker.web.common.database import noting

#: Nobody turns so many pages; a larger number in an address is a mistake.
LAST_PAGE = 10_000
#: What was looked for is sealed in the address, and is nothing that a list was narrowed by.
_NOT_KEPT = frozenset({"q"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Which rows are shown, in words, and where the others are. An empty address: there are none."""

    summary: str
    previous_url: str = ""
    next_url: str = ""


def page_number() -> int:
    """The page asked for, from 1; 1 for what is no page."""
    text = request.args.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 1
    return min(max(number, 1), LAST_PAGE)


def chosen(name: str, allowed: Collection[str], default: str = "") -> str:
    """The value of a filter in the address; the default for what is none of the allowed."""
    value = request.args.get(name, default)
    return value if value in allowed else default


def url_with(endpoint: str = "", **changes: str | int | None) -> str:
    """This page's address with some filters changed, or that of another page with the same ones. An empty filter goes
    away, and the page with it, unless it is what is changed."""
    kept = {name: value for name, value in request.args.items() if name != "page"}
    kept.update({name: "" if value is None else str(value) for name, value in changes.items()})
    wanted = {name: value for name, value in kept.items() if value}
    return url_for(endpoint or str(request.endpoint), **{**(request.view_args or {}), **wanted})


def pager(page: int, *, per_page: int, shown: int, total: int) -> Pager:
    """Links to the pages before and after one that shows ``shown`` of ``total`` rows."""
    first = (page - 1) * per_page + 1
    return Pager(
        summary=f"{first}–{first + shown - 1} of {total}" if shown else f"none of {total} on this page",
        previous_url=url_with(page=page - 1) if page > 1 else "",
        next_url=url_with(page=page + 1) if first + shown - 1 < total and shown else "",
    )


def seen(body: str, *, row_count: int) -> str:
    """Record that this person saw the page that was just rendered, then let it go out."""
    filters = "&".join(f"{name}={value}" for name, value in sorted(request.args.items()) if name not in _NOT_KEPT)
    with noting() as connection:
        record_view(
            connection,
            actor(),
            runtime().ids,
            now(),
            page=str(request.endpoint),
            detail=filters[:500],
            row_count=row_count,
        )
    return body
