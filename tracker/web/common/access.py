"""Deny by default: every endpoint declares who may come, and one that declares nothing answers nobody.

The declaration stands on the view itself, below the route::

    @blueprint.get("/refills")
    @permission(Permission.SEE_REFILLS)
    def index() -> str: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from tracker.domain.access import Actor, Permission, permissions_of
from tracker.domain.errors import NotPermitted
from tracker.domain.words import Role
from tracker.web.common.forms import typed_fields
from tracker.web.common.kept_forms import keep_what_was_typed, refuse_of_somebody_else
from tracker.web.common.session_user import SessionUser
from tracker.web.common.tablets import people_here

_log = structlog.get_logger()
_RULE = "access_rule"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may use an endpoint. ``permission`` is ``None`` for everybody signed in, with or without a clinic.

    ``is_signed``: a machine calls, and the view itself checks its signature; it has no form of ours.
    """

    is_public: bool = False
    permission: Permission | None = None
    is_signed: bool = False


View = TypeVar("View", bound=Callable[..., object])


def permission(needed: Permission) -> Callable[[View], View]:
    """Let in people of the clinic whose roles hold this permission."""

    def declare(view: View) -> View:
        vars(view)[_RULE] = AccessRule(permission=needed)
        return view

    return declare


def public(view: View) -> View:
    """Let everybody in, signed in or not."""
    vars(view)[_RULE] = AccessRule(is_public=True)
    return view


def signed_by_provider(view: View) -> View:
    """Let in the provider of texts: the view refuses whatever does not carry its signature. It needs no token of a
    form, because no browser sends it and no cookie speaks for it."""
    vars(view)[_RULE] = AccessRule(is_public=True, is_signed=True)
    return view


def signed_in(view: View) -> View:
    """Let in everybody who is signed in, also before a clinic is chosen."""
    vars(view)[_RULE] = AccessRule()
    return view


def rule_of(app: Flask, endpoint: str) -> AccessRule | None:
    """Return what the endpoint declares, or ``None``: nobody may come."""
    rule = vars(app.view_functions[endpoint]).get(_RULE)
    return rule if isinstance(rule, AccessRule) else None


def is_same_origin_path(target: str) -> bool:
    """Say whether a ``next`` target stays on this site: a plain absolute path, nothing a browser could read otherwise.

    Browsers take ``//host``, ``/\\host`` and paths with tabs or line breaks in them as another host.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def may_open(path: str, roles: frozenset[Role]) -> bool:
    """Say whether a page of this site is for somebody with these roles, as far as its address tells."""
    adapter = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, _ = adapter.match(urlsplit(path).path, method="GET")
    except HTTPException:
        return False
    rule = rule_of(current_app, endpoint)
    return rule is not None and (rule.permission is None or rule.permission in permissions_of(roles))


def _ask_to_sign_in() -> ResponseReturnValue:
    """Ask for the password, or on a shared tablet for a PIN, and keep what was typed."""
    endpoint = "accounts.tablet" if people_here() else "accounts.sign_in"
    if request.method == "POST":
        return redirect(url_for(endpoint, unsaved=_kept_or_lost()), 303)
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else ""
    if wanted in {"", "/"} or not is_same_origin_path(wanted):
        return redirect(url_for(endpoint), 303)
    return redirect(url_for(endpoint, next=wanted), 303)


def _kept_or_lost() -> str | None:
    """What became of what was typed; ``None`` where nothing was."""
    if keep_what_was_typed():
        return "kept"
    return "lost" if typed_fields(request.form) or request.files else None


def _take_aside() -> ResponseReturnValue | None:
    """What a page sends when it is covered is kept for whoever typed it, and never acted on."""
    if request.method != "POST" or "keep_only" not in request.form:
        return None
    return "", 204 if keep_what_was_typed() else 422


def _check_access() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None  # nothing is there: the answer is 404 or 405 for everybody
    rule = rule_of(current_app, endpoint)
    if rule is None:
        _log.error("access.undeclared", endpoint=endpoint)
        if current_app.testing:
            raise RuntimeError(f"{endpoint} declares no permission: see tracker/web/common/access.py")
        abort(403)
    if rule.is_public:
        g.is_signed = rule.is_signed
        return None
    if not isinstance(current_user, SessionUser):
        return _ask_to_sign_in()
    person = current_user.person
    refuse_of_somebody_else(person.user_id)
    if rule.permission is None:
        return None
    if person.clinic is None or not person.roles:
        return redirect(url_for("accounts.choose_clinic"), 303)
    g.clinic = person.clinic
    g.actor = Actor(user_id=person.user_id, clinic_id=person.clinic.id, roles=person.roles, name=person.name)
    if not g.actor.may(rule.permission):
        raise NotPermitted(rule.permission)
    return None


def init_access(app: Flask) -> None:
    """Check every request before anything else looks at it."""
    app.before_request(_take_aside)
    app.before_request(_check_access)
