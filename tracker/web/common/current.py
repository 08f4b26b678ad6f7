"""Typed access to what belongs to the request at hand: runtime, instant, actor, clinic.

One request has one ``now``: a page never shows two.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from flask import current_app, g

from tracker.domain.access import Actor

if TYPE_CHECKING:
    from tracker.queries.accounts import ClinicFacts
    from tracker.runtime import Runtime


def runtime() -> "Runtime":
    """Return the runtime that this application was made with."""
    return cast("Runtime", current_app.extensions["runtime"])


def now() -> datetime:
    """Return this request's instant, aware, in UTC: read once."""
    if "now" not in g:
        g.now = runtime().clock.now()
    return cast(datetime, g.now)


def actor() -> Actor:
    """Return who acts. Only for endpoints with a permission; raises ``RuntimeError`` elsewhere."""
    if "actor" not in g:
        raise RuntimeError("this endpoint has no actor: it declares no permission")
    return cast(Actor, g.actor)


def clinic() -> "ClinicFacts":
    """Return the clinic of the request. Only for endpoints with a permission; raises ``RuntimeError`` elsewhere."""
    if "clinic" not in g:
        raise RuntimeError("this endpoint has no clinic: it declares no permission")
    return cast("ClinicFacts", g.clinic)


def owner_of(clinic_id: int, user_id: int) -> str:
    """How a tablet knows for which person at which clinic it keeps something."""
    return f"{clinic_id}.{user_id}"


def today() -> date:
    """Return the civil date of this request in the clinic's zone."""
    return now().astimezone(ZoneInfo(clinic().zone)).date()
